"""The golden site: tests/example/content/ in, tests/example/site/ out, byte for byte.

`pytest --update` writes what is made now; read the difference in review.
"""

import re
import shutil
from pathlib import Path

import pytest

import build
from conftest import options, tree

EXAMPLE = Path(__file__).parent / "example"


def test_example_site(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    made = tmp_path / "site"
    build.build(options(EXAMPLE / "content", made))
    files = {
        path: re.sub(rb"\?v=[0-9a-f]{8}", b"?v=", data)  # a new stylesheet is no news to every page
        for path, data in tree(made).items()
        if not path.startswith((".", "assets/"))
    }
    golden = EXAMPLE / "site"
    if pytestconfig.getoption("update"):
        shutil.rmtree(golden, ignore_errors=True)
        for path, data in files.items():
            (golden / path).parent.mkdir(parents=True, exist_ok=True)
            (golden / path).write_bytes(data)
    expected = tree(golden)
    assert files.keys() == expected.keys()
    assert [path for path in files if files[path] != expected[path]] == []
