"""Pages that a stranger's build made: they hold no more that acts than our own pages do."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

ACTIVE = frozenset("iframe frame frameset object embed applet base portal style foreignobject".split())
ADDRESSES = frozenset("href src action formaction data poster srcset xlink:href cite background".split())
SCHEMES = ("http:", "https:", "mailto:")


class Active(Exception):
    """What the page holds that acts."""


def refuse_active(name: str, data: bytes, trusted: Path) -> None:
    """Raises Refused if the page has scripts other than the trusted site's files, or whatever else acts."""
    from catalogue.review.archive import Refused

    try:
        page = _Page(trusted)
        page.feed(data.decode())
        page.close()
    except (Active, UnicodeDecodeError, AssertionError) as error:
        raise Refused(f"{name[:100]!r} holds what acts: {str(error)[:100]}") from None


class _Page(HTMLParser):
    def __init__(self, trusted: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.trusted = trusted

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = {name.lower(): value or "" for name, value in attrs}
        if tag in ACTIVE:
            raise Active(f"<{tag}>")
        if tag == "script" and given.get("type") != "application/ld+json":
            self._own(given.get("src", ""))
        if tag == "link" and "stylesheet" in given.get("rel", "").lower():
            self._own(given.get("href", ""))
        onward = given.get("http-equiv", "").lower() == "refresh" and given.get("content", "")
        if onward and not re.fullmatch(r"0; ?url=/(?!/)[\w./-]*", onward):
            raise Active("a redirect abroad")
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                raise Active(f"{name}=")
            place = re.sub(r"[\x00-\x20]", "", value).lower()
            if name in ADDRESSES and re.match(r"[a-z][a-z0-9+.-]*:", place) and not place.startswith(SCHEMES):
                raise Active(f"{name}={value[:60]}")

    handle_startendtag = handle_starttag

    def _own(self, address: str) -> None:
        found = re.fullmatch(r"(?:/[\w.~-]+)*?/(assets/[\w.-]+)(?:\?v=[0-9a-f]+)?", address)
        if not found or not (self.trusted / found[1]).is_file():
            raise Active(f"a script or a style at {address[:60]!r}")
