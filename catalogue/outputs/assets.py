"""Stylesheet, scripts and pictures, and the file that keeps GitHub Pages from running Jekyll."""

from collections.abc import Iterator
from hashlib import blake2b

from catalogue.files import left_behind
from catalogue.model import Catalogue, File
from catalogue.render import TEMPLATES


def plan(catalogue: Catalogue) -> Iterator[File]:
    yield File(".nojekyll", b"", "")
    for path in sorted((TEMPLATES / "assets").rglob("*")):
        name = path.relative_to(TEMPLATES).as_posix()
        if path.is_file() and not any(map(left_behind, name.split("/"))):
            data = path.read_bytes()
            yield File(name, data, blake2b(data, digest_size=16).hexdigest())
    for picture in catalogue.pictures:
        yield File(picture.path, catalogue.folder / picture.path, picture.digest, f"content/{picture.path}")
