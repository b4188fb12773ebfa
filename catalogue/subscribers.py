"""Who gets the digest: addresses from a file or from the environment."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from catalogue.forms import EMAIL
from catalogue.problems import ContentError, Problem

VARIABLE = "DIGEST_SUBSCRIBERS"


class Subscriber(NamedTuple):
    """An address and where it stands, such as subscribers.txt:12:1, which is what logs show of it."""

    address: str
    place: str


def subscribers(path: Path | None, environ: Mapping[str, str]) -> tuple[Subscriber, ...]:
    """Those in the file, or else in DIGEST_SUBSCRIBERS, each once, whatever its capitals.

    One address a line, or several with commas between them; `#` begins a comment. Raises ContentError with
    all that is no address (without showing it), OSError when the file cannot be read.
    """
    text = path.read_bytes().decode("utf-8-sig", "replace") if path else environ.get(VARIABLE, "")
    found: dict[str, Subscriber] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        for word in re.finditer(r"[^\s,;]+", re.sub(r"(^|\s)#.*", "", line)):
            if re.fullmatch(EMAIL, word[0]):
                place = f"{path or VARIABLE}:{number}:{word.start() + 1}"
                found.setdefault(word[0].lower(), Subscriber(word[0], place))
            else:
                hint = "Write it as ada@example.org, a domain with other letters as xn--…"
                where = str(path or VARIABLE), number, word.start() + 1
                problems.append(Problem(*where, "this is not an e-mail address", hint))
    if problems:
        raise ContentError(problems)
    return tuple(found.values())
