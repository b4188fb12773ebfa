"""Values -> the text of a content file: front matter that a person would be glad to edit, which reads
back as the very same values."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any

from catalogue import markdown, untex
from catalogue.schema import PaperFrontMatter

ORDER = tuple(field.name for field in dataclasses.fields(PaperFrontMatter))
"""Keys are written in the schema's order."""
QUOTED = frozenset({"title", "summary", "arxiv"})
"""Always in quotes: a colon comes easily into a title, and an identifier is not a number."""
BELOW = r"^(?=(?:[ \t]*(?:#[^\n]*)?\n)+\Z)"
"""Where the comments and empty lines below a key begin: they may as well belong to the next."""
WIDTH = 100
SOME = r"[\\`*<\[\]]|^[#>+-]|^\d+(?=[.)])|^[=~|]|&(?=[#\w]+;)|~~|(?<!\w)_|_(?!\w)"
"""What Markdown is likely to take for a mark."""
ALL = r"[!-/:-@\[-`{-~]"


def compose(values: Mapping[str, Any], body: str) -> str:
    """A whole file. `values` are nested mappings, lists and text, as front matter is read; a key whose
    value is empty is left out."""
    written = "".join(block(key, values[key]) for key in sorted(values, key=_place) if values[key])
    return f"---\n{written}---\n" + (f"\n{body.strip()}\n" if body.strip() else "")


def skeleton(title: str, date: str) -> str:
    """A new entry to be filled in: what is required, and every other key as a comment that explains it."""
    given = block("title", title) + block("date", date)
    others = [field for field in dataclasses.fields(PaperFrontMatter) if field.name not in ("title", "date")]
    explained = "".join(f"# {field.name}:  # {field.metadata['description']}\n" for field in others)
    return f"---\n{given}{explained}---\n"


def changed(text: str, values: Mapping[str, Any], body: str | None) -> str:
    """The text of a file with only these keys written anew, and the body if one is given. Comments and
    all that a person wrote otherwise stay as they are."""
    _, front, old_body = re.split(r"^---[ \t]*\n", text, maxsplit=2, flags=re.MULTILINE)
    blocks = {_key_of(part): part for part in re.split(r"^(?=[\w\"'])", front, flags=re.MULTILINE)}
    for key, value in values.items():
        if key not in blocks:
            blocks = _with_place_for(key, blocks)
        _, *comments = re.split(BELOW, blocks[key], maxsplit=1, flags=re.MULTILINE)
        blocks[key] = "".join([block(key, value) if value else "", *comments])
    new_body = old_body if body is None else f"\n{body.strip()}\n" if body.strip() else ""
    return f"---\n{''.join(blocks.values())}---\n{new_body}"


def block(key: str, value: Any) -> str:
    """One key with its value: the lines that front matter has for it."""
    if isinstance(value, Mapping):
        inner = "".join(block(name, item) for name, item in value.items() if item)
        return f"{key}:\n{indent(inner, '  ')}"
    if not isinstance(value, list):
        return f"{key}: {scalar(value, key in QUOTED)}\n"
    flow = f"{key}: [{', '.join(scalar(item) if isinstance(item, str) else '' for item in value)}]"
    simple = all(isinstance(item, str) and re.fullmatch(r"[\w-]+(?: [\w-]+)*", item) for item in value)
    if simple and key != "authors" and len(flow) <= WIDTH:
        return f"{flow}\n"
    return f"{key}:\n" + "".join(_item(item) for item in value)


def _item(item: Any) -> str:
    if isinstance(item, str):
        return f"  - {scalar(item)}\n"
    lines = "".join(block(name, value) for name, value in item.items() if value).rstrip("\n").split("\n")
    return "".join(f"  {'- ' if i == 0 else '  '}{line}\n" for i, line in enumerate(lines))


def scalar(text: str, quote: bool = False) -> str:
    """`text` as YAML has it: plain where nothing can be misread, else in quotes, and in single ones
    where there are backslashes, so that TeX stays as it is."""
    plain = r"[^\W_](?:[^\n:#\[\]{}\"'\\]|:(?=[^\s,\[\]{}])|(?<=[^\s])#)*"
    if not quote and re.fullmatch(plain, text) and text == text.strip() and not text.endswith(":"):
        return text
    if "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace('"', '\\"') + '"'


def escaped(text: str) -> str:
    """Plain text with `$formulas$` as Markdown that shows that very text: with as few backslashes as
    will do. Paragraphs are parted by an empty line; whatever else was between words is one space."""
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "\n\n".join(_escaped(part) for part in paragraphs if part)


def _escaped(paragraph: str) -> str:
    for marks in (SOME, ALL):
        light = "".join(_guarded(paragraph, marks))
        if markdown.render(light).text == markdown.plain(paragraph):
            break
    return light


def _guarded(paragraph: str, marks: str) -> Iterator[str]:
    """The paragraph with a backslash before each of the marks that is in no formula; `\\$` has its own."""
    for i, part in enumerate(re.split(r"(\\\$|\$[^$\s](?:[^$]*[^$\s\\])?\$(?!\d))", paragraph)):
        if i % 2:
            yield part
            continue
        for piece, raw in untex.parts(part):
            yield f"`{piece}`" if raw and "`" not in piece else re.sub(marks, _guard, piece)


def _guard(found: re.Match[str]) -> str:
    written, at = f"{found.string[: found.start()]}\\{found.string[found.start() :]}", found.start()
    if untex.ACCENT.match(written, at):  # it would be LaTeX's accent of the next letter
        return f"&#{ord(found[0])};"
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _place(key: str) -> int:
    return ORDER.index(key) if key in ORDER else len(ORDER)


def _key_of(part: str) -> str:
    return part.partition(":")[0].strip("\"'")


def _with_place_for(key: str, blocks: dict[str, str]) -> dict[str, str]:
    """The blocks with an empty one for `key`, before the first that the schema has after it."""
    later = [name for name in blocks if _place(name) > _place(key) and _key_of(name) in ORDER]
    placed: dict[str, str] = {}
    for name, text in blocks.items():
        if later and name == later[0]:
            placed[key] = ""
        placed[name] = text
    placed.setdefault(key, "")
    return placed
