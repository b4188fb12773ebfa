"""The forms of text that front matter holds: what counts as a day, a key, a web address, a DOI.

Each is a type that pydantic can read. It finds their two methods by name, so nothing here imports
pydantic, which is slow to start and needed only for the files that changed.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from catalogue.slugs import slug

LONG = 300
"""Characters of a value for which nothing better is looked for: that takes time."""


@dataclass(frozen=True)
class Form:
    """Text that matches `pattern` as a whole. `what` names it and `hint` shows it in a message; `meant` gives
    what a text that does not match may have been meant as."""

    what: str
    pattern: str
    hint: str
    meant: Callable[[str], str] = str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import PydanticCustomError, core_schema

        pattern = re.compile(self.pattern)

        def match(value: Any) -> Any:
            if isinstance(value, str) and pattern.fullmatch(value):
                return value
            better = self.meant(value) if isinstance(value, str) and len(value) <= LONG else ""
            hint = f"Write {better}" if pattern.fullmatch(better) else self.hint
            raise PydanticCustomError("form", "is not {what}", {"what": self.what, "hint": hint})

        return core_schema.no_info_before_validator_function(match, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        read: dict[str, Any] = handler(schema)
        return read | {"pattern": f"^(?:{self.pattern})$"} if read.get("type") == "string" else read


@dataclass(frozen=True)
class TextOr:
    """A plain text stands for a mapping with only this key: `Ada` for `{name: Ada}`."""

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        def widen(value: Any) -> Any:
            return {self.key: value} if isinstance(value, str) else value

        return core_schema.no_info_before_validator_function(widen, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


def _within(pattern: str) -> Callable[[str], str]:
    """Finds what matches in an address or among words; a group in the pattern is what is meant."""

    def find(text: str) -> str:
        found = re.search(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])", text)
        return found[found.re.groups] if found else ""

    return find


def _key(text: str) -> str:
    if re.match("/|https?:", text) or text.endswith(".md"):  # an address of a page, or the path of a file
        text = text.rstrip("/").rpartition("/")[2].removesuffix(".md")
    return slug(text) if re.search(r"[^\W_]", text) else ""


def _url(text: str) -> str:
    if found := re.fullmatch(r"<(.+)>|\[.*\]\((.+)\)", text):  # as in Markdown
        text = found[1] or found[2]
    return f"https://{text}" if re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/.*)?", text) else text


def _address(text: str) -> str:
    return f"/{text.strip('/')}/"


def _count(text: str) -> str:
    return text.replace(",", "") if re.fullmatch("[0-9]{1,3}(?:,[0-9]{3})+", text) else ""


def _flag(text: str) -> str:
    return {"yes": "true", "no": "false"}.get(text.lower(), text.lower())


def _day(text: str) -> str:
    found = re.fullmatch(r"\s*([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:T.*)?[\s,;.]*", text)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else ""


def _orcid(text: str) -> str:
    digits = re.sub("[^0-9X]", "", text.rpartition("/")[2].upper())
    return "-".join(re.findall("....", digits)) if len(digits) == 16 else ""


KEY = "[a-z0-9]+(?:-[a-z0-9]+)*"
KEY_HINT = "Use lower-case letters a to z, digits and single hyphens, such as compass-control"

Text = Annotated[str, Form("one line of text", r"[^\n]*\S[^\n]*", "Write it on one line")]
Key = Annotated[str, Form("a key", KEY, KEY_HINT, _key)]
Count = Annotated[int, Form("a count", "[0-9]{1,9}", "Write a whole number in digits", _count)]
Flag = Annotated[bool, Form("true or false", "true|false", "Write true or false", _flag)]
Day = Annotated[
    dt.date,
    Form(
        "a day", r"(?:1[6-9]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}", "Write YYYY-MM-DD, such as 2025-04-09", _day
    ),
]
Url = Annotated[
    str,
    Form(
        "a web address",
        r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
        r'(?:[/?#][^\s<>"\\^`{|}\x00-\x1f\x7f\u061c\u200b-\u200f]*)?',
        "Write the whole address, beginning with https://",
        _url,
    ),
]
Home = Annotated[
    str,
    Form(
        "the address of a site",
        r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
        r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?",
        "Write https://, the host and the folder if there is one, such as https://you.github.io/papers/",
    ),
]
ARXIV = r"(?:[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[1-9][0-9]*)?"
Arxiv = Annotated[
    str,
    Form(
        "an arXiv identifier",
        ARXIV,
        "Write it as arXiv does, such as 2504.06752 or hep-th/9901001",
        _within(ARXIV),
    ),
]
DOI = r'10\.[0-9]{4,9}/[^\s"\\{}]+'
Doi = Annotated[
    str, Form("a DOI", DOI, "Write it without https://doi.org/, such as 10.1000/182", _within(f"{DOI}$"))
]
Orcid = Annotated[
    str,
    Form("an ORCID", "[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]", "Write it as 0000-0002-1825-0097", _orcid),
]
Id = Annotated[
    str,
    Form(
        "an identifier",
        "[A-Za-z0-9_-][A-Za-z0-9._-]*",
        "Write the identifier alone, not its address",
        _within("id=([A-Za-z0-9_-]+)"),
    ),
]
Branch = Annotated[
    str, Form("a branch", "[A-Za-z0-9_][A-Za-z0-9._/-]*", "Write its name alone, such as main")
]
State = Annotated[
    str, Form("a status", "preprint|published|withdrawn", "Write preprint, published or withdrawn", str.lower)
]
Seal = Annotated[
    str, Form("a seal", "[0-9a-f]{6}(?:-[0-9a-f]{6})*", "Leave it as `build.py add` wrote it, or delete it")
]
Address = Annotated[
    str,
    Form(
        "an address on this site",
        f"/{KEY}(?:/{KEY})*/",
        "Begin and end it with a slash, such as /papers/old-key/",
        _address,
    ),
]
Picture = Annotated[
    str,
    Form(
        "the name of a picture",
        rf"{KEY}\.(?:png|jpg|webp|gif)",
        "Put a PNG, JPEG, WebP or GIF in content/images/ and give its name alone, such as figure-1.png",
    ),
]
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
EMAIL = rf"(?=[^@]{{1,64}}@)(?!=\?){_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}})*"
"""What HTML's `<input type=email>` takes (HTML Standard, "valid e-mail address"), ASCII on one line, if a
header can hold it: no dot at an end or beside another (RFC 5322, 3.2.3), no encoded word (RFC 2047)."""

Email = Annotated[str, Form("an e-mail address", EMAIL, "Write it alone, such as papers@example.org")]
ONE_CLICK = (
    r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
    r"(?:[/?](?:[A-Za-z0-9._~:/?@!$&'()*+,;=%-]|\{address\})*)?"
)
"""RFC 8058 wants https. `{address}` stands for the subscriber's address."""

OneClick = Annotated[
    str,
    Form(
        "a secure web address", ONE_CLICK, "Begin it with https://; it may hold {address} and no other braces"
    ),
]
Language = Annotated[
    str, Form("a language tag", "[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", "Write it as en or pt-BR")
]
