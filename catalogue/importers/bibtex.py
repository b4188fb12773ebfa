"""BibTeX and biblatex files, of thousands of entries."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalogue.clean import latex, prose
from catalogue.clean import line as to_line
from catalogue.found import Found
from catalogue.identifiers import day, doi, identifiers, permanent, web
from catalogue.problems import Problem

NAME = "BibTeX"
DATA = ("xdata", "set")
"""Entries that only hold or gather others (biblatex 3.19, section 2.1.1)."""
INHERITED = ("date", "year", "month", "journaltitle", "journal", "booktitle", "booksubtitle")
"""What is as true of a part as of the whole. Not its DOI, address, abstract or editors."""
WHOLE_AUTHOR = ("inbook", "bookinbook", "suppbook")
EXTENDED = re.compile(r"(?:^|,)[\s\"]*(given|prefix|family|suffix)\s*=\s*(\{[^{}]*\}|[^,]*?)[\s\"]*(?=,|$)")
"""A part of a name in the format `family=Harman, given=Hans` (biblatex 3.19, section 3.4)."""
PARTS = ("given", "prefix", "family", "suffix")

Fields = dict[str, str]


def address(source: str) -> str | None:
    return None


def knows(data: bytes, path: str) -> bool:
    if path.endswith((".bib", ".bibtex")):
        return True
    return bool(re.match(rb"\s*(?:%[^\n]*\n\s*)*@\w+\s*[{(]\s*[^\s{}]+\s*[,=]", data[:4000]))


def read(data: bytes, path: str) -> Iterator[Found | Problem]:
    """Each entry in its order. `@string`, `crossref` and `xdata` are resolved; names are in their printed
    order; an entry that cannot be parsed, or has no title or year, is told with its line.

    `and others` is left out: how many they are is not said. A `file` is somebody's own and never read.
    """
    from bibtexparser.model import DuplicateBlockKeyBlock, Entry, ImplicitComment, ParsingFailedBlock
    from bibtexparser.splitter import Splitter

    library = Splitter(decoded(data)).split()
    strings = {name.lower(): string.value for name, string in library.strings_dict.items()}
    entries: list[tuple[int, str, str, Fields] | Problem] = []
    for block in library.blocks:
        inner = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        line = (block.start_line or 0) + 1
        if isinstance(inner, Entry):
            fields = {field.key.lower(): value(field.value, strings) for field in inner.fields}
            entries.append((line, inner.entry_type.lower(), inner.key, fields))
        elif isinstance(inner, ParsingFailedBlock):
            entries.append(Problem(path, line, 1, _why(inner), "Mend the entry"))
        elif isinstance(inner, ImplicitComment):
            entries += _lost(inner.comment, path, line)
    known = {one[2].lower(): one for one in reversed(entries) if not isinstance(one, Problem)}
    wholes = {key: (kind, fields) for key, (_, kind, _, fields) in known.items()}
    for one in entries:
        yield one if isinstance(one, Problem) else _found(one, wholes, path)


def decoded(data: bytes) -> str:
    """UTF-8, or what older programs write."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace").replace("\r\n", "\n")


def value(text: str, strings: Mapping[str, str], depth: int = 0) -> str:
    """The text of a value: `{...}`, `"..."`, a number or the name of an `@string`, joined by `#`."""
    parts = re.findall(r'"(?:[^"{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*"|\s*#\s*|[^#"]+', text)
    if not text.lstrip().startswith("{") and len(parts) > 1:
        return "".join(value(part, strings, depth) for part in parts if part.strip() not in ("", "#"))
    text = text.strip()
    if len(text) > 1 and text[0] + text[-1] in ('""', "{}"):
        return text[1:-1]
    inner = strings.get(text.lower())
    return text if inner is None or depth > 9 else value(inner, strings, depth + 1)


def _why(block: Any) -> str:
    names = getattr(block, "duplicate_keys", None)
    if names:
        return f"this entry has `{', '.join(sorted(names))}` twice"
    return f"this entry cannot be read: {to_line(str(block.error)).rstrip('.')}"


def _lost(comment: str, path: str, line: int) -> Iterator[Problem]:
    """What looks like an entry and is none, because it is never opened."""
    for number, text in enumerate(comment.split("\n")):
        if found := re.match(r"\s*@(?!comment|preamble|string)(\w+)", text, re.IGNORECASE):
            yield Problem(path, line + number, 1, f"`@{found[1]}` has no brace", "Write @article{key, ...}")


def _found(
    entry: tuple[int, str, str, Fields], wholes: Mapping[str, tuple[str, Fields]], path: str
) -> Found | Problem:
    line, kind, key, own = entry
    fields = inherited(kind, own, wholes)
    title = ": ".join(text for name in ("title", "subtitle") if (text := shown(fields, name)))
    if kind in DATA or not title:
        what = f"`@{kind}` is not a paper" if kind in DATA else "it has no title"
        return Problem(path, line, 1, f"`{key}` is left out: {what}", "Add what it stands for by hand")
    year, month, at = (latex(fields.get(name, "")).strip() for name in ("year", "month", "day"))
    said = f"{year}-{month}-{at}" if month.isdigit() and at else year
    date = day(fields.get("date") or said, f"{month} {at}")
    if not date:
        said = shown(fields, "date") or shown(fields, "year")
        why = f"`{said}` is no year from 1600 to 2199" if said else "it has no year"
        return Problem(path, line, 1, f"`{key}` is left out: {why}", "Give it a `year` or a `date`")
    keywords = shown(fields, "keywords") or shown(fields, "keyword")
    names = named(fields)
    values = {
        "title": title,
        "date": date,
        "authors": people(fields.get("author", "")),
        "keywords": [
            word for part in re.split(";" if ";" in keywords else ",", keywords) if (word := part.strip())
        ],
        **names,
        "venue": where if (where := venue(fields)) != title else "",
        "links": {"pdf": url} if (url := web(_plain(fields.get("url", "")))).endswith(".pdf") else {},
    }
    text = prose(latex(fields.get("abstract", "")))
    values = {name: given for name, given in values.items() if given}
    return Found(values, text, permanent(names, url), path, line)


def inherited(kind: str, own: Fields, wholes: Mapping[str, tuple[str, Fields]]) -> Fields:
    """The fields of an entry with those it has from `xdata` and, as biblatex's appendix B, `crossref`."""
    fields, seen = dict(own), set[str]()
    for name in filter(None, re.split(r"[,\s]+", own.get("xdata", "").lower())):
        fields = wholes.get(name, ("", {}))[1] | fields
    above = fields.get("crossref", "").strip().lower()
    while above in wholes and above not in seen:
        seen.add(above)
        its_kind, its = wholes[above]
        dated = "year" in fields or "date" in fields
        given = {name: its[name] for name in INHERITED if name in its}
        if dated:
            given = {name: text for name, text in given.items() if name not in ("date", "year", "month")}
        if kind in WHOLE_AUTHOR and "author" in its:
            given["author"] = its["author"]
        if "title" in its:
            place = "journaltitle" if its_kind == "periodical" else "booktitle"
            given.setdefault(place, its["title"])
            if place == "booktitle" and "booktitle" not in fields and "subtitle" in its:
                given.setdefault("booksubtitle", its["subtitle"])
        fields = given | fields
        above = its.get("crossref", "").strip().lower()
    return fields


def shown(fields: Fields, name: str) -> str:
    return to_line(latex(fields.get(name, "")))


def venue(fields: Fields) -> str:
    """The journal or the book; a preprint's "journal" is none."""
    book = ": ".join(text for name in ("booktitle", "booksubtitle") if (text := shown(fields, name)))
    choices = (shown(fields, "journaltitle"), shown(fields, "journal"), book, shown(fields, "howpublished"))
    good = (text for text in choices if text and not re.match(r"(?i)arxiv|corr$|https?:|\\?url", text))
    return next(good, "")


def people(names: str) -> list[str]:
    """Names as papers print them: `van Rossum, Jr, Guido` is Guido van Rossum Jr, a `{Group and Sons}`
    is one."""
    from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names

    names = re.sub(r"\\~ ?(?:\{\\?([A-Za-z])\}|([A-Za-z]))", "\\1\\2\u0303", names)  # else taken for a tie
    found = []
    for name in split_multiple_persons_names(" ".join(names.split())):
        if name.strip().lower() in ("others", ""):
            continue
        said = dict(EXTENDED.findall(name))
        name = " ".join(said[part] for part in PARTS if part in said) or name
        whole = said or re.fullmatch(r"\{[^{}]*\}", name) or not re.search(r"[,{]", name)
        parts = name if whole else parse_single_name_into_parts(name, strict=False).merge_first_name_first
        if printed := to_line(latex(parts)).replace(r"\$", "$"):
            found.append(printed)
    return found


def named(fields: Fields) -> dict[str, str]:
    """The identifiers of an entry, wherever it has them."""
    eprint, kind = fields.get("eprint", "").strip(), fields.get("eprinttype", fields.get("archiveprefix", ""))
    if re.fullmatch(r"\d{7}(v\d+)?", eprint) and "primaryclass" in fields:
        eprint = f"{fields['primaryclass'].partition('.')[0]}/{eprint}"
    own = doi(_plain(fields.get("doi", ""))) if fields.get("doi") else None
    places = [
        f"arxiv:{eprint}" if kind.strip("{} ").lower() in ("arxiv", "") else "",
        f"doi:{own}" if own else "",
    ]
    places += [_plain(fields.get(name, "")) for name in ("url", "journal", "howpublished", "number")]
    return identifiers(places)


def _plain(text: str) -> str:
    """An address or identifier without the backslashes that BibTeX users put before `_`, `%` and `#`."""
    text = re.sub(r"\\url\{([^{}]*)\}", r"\1", text)
    return re.sub(r"\{\\([_%#&~$])\}|\\([_%#&~$])", r"\1\2", "".join(text.split()))
