"""Stylesheet, scripts and pictures, and the file that keeps GitHub Pages from running Jekyll."""

from collections.abc import Iterator
from hashlib import blake2b

from catalogue.files import left_behind
from catalogue.model import Catalogue, File
from catalogue.render import TEMPLATES


def plan(catalogue: Catalogue) -> Iterator[File]:
    yield File(".nojekyll", b"", "")
    for path in sorted((TEMPLATES / "assets").iterdir()):
        if left_behind(path.name):
            continue
        data = path.read_bytes()
        yield File(f"assets/{path.name}", data, blake2b(data, digest_size=16).hexdigest())
    for picture in catalogue.pictures:
        yield File(picture.path, catalogue.folder / picture.path, picture.digest, f"content/{picture.path}")
