"""Templates compiled once: kept by a process for its next builds, and in files for other processes.

Their code names its file as messages do, `templates/NAME`, so that it is the same wherever they lie.
"""

from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from types import CodeType

import jinja2
from jinja2.bccache import Bucket


class Templates(jinja2.FileSystemLoader):
    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, _, current = super().get_source(environment, template)
        return source, f"templates/{template}", current


_known: dict[tuple[str, str], CodeType | None] = {}
"""The code of this process, by its template's name in the cache and a digest of what the template says."""


class _Compiled(jinja2.FileSystemBytecodeCache):
    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = _known.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            with suppress(OSError):  # without it the template is compiled again
                super().load_bytecode(bucket)
            _known[bucket.key, bucket.checksum] = bucket.code

    def dump_bytecode(self, bucket: Bucket) -> None:
        _known[bucket.key, bucket.checksum] = bucket.code
        with suppress(OSError):  # without it the next process compiles again
            super().dump_bytecode(bucket)


def cache(templates: Path) -> jinja2.BytecodeCache | None:
    """What was compiled of these templates, where Jinja keeps such for this user alone: never in a folder
    that content could reach, as it is code. None where there is no such folder."""
    code = (Path(__file__), Path(__file__).with_name("jinja.py"), Path(__file__).with_name("templating.py"))
    decides = b"".join(path.read_bytes() for path in code)
    mine = blake2b(f"{templates}\0".encode() + decides, digest_size=8).hexdigest()
    try:
        return _Compiled(pattern=f"catalogue-{mine}-%s.cache")
    except (OSError, RuntimeError):
        return None
