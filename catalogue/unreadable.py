"""Front matter that is not YAML: where its author will see what is wrong, and how to mend it."""

import re
from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_ITEM = re.compile(r"\s*(?:- +)?(?:[\w-]+:(?:[ \t]+|$))?")
"""What a line begins with: a hyphen, a key, both, or neither."""
_BULLET = re.compile(r"\s*(?:\*|(?:[•·–—+]|[0-9]+[.)])\s)\s*([^*\s].{0,200})")
"""An item of a list that begins as elsewhere than in YAML."""
_NO_SPACE = re.compile(r"(\s*(?:- +)?[^\W\d][\w-]*:|\s*-)(?![ \t])[^\S \t]*([^\s/:-].*)")
"""A key or a hyphen, and what follows it without a space, or after one that is not plain, as of Word."""
_MARKED = re.compile(
    r"""(?<!\w)(?:"[^"]*"|'[^']*')"""
    r"""|((?:^|[\[{,]|: )[ \t]*)((?:[@`*&!%]|(?:[^\s,\[\]{}:"'][^,\]}:]*\s)?\#)(?:[^,\]}]*[^,\]}\s])?)"""
)
"""An item in quotes; or what stands before one that begins with a mark of YAML or holds a comment, and it."""

_NO_KEY = "Begin it with a key, a colon and a space, or indent it, or end the front matter above it"


def quoted(line: str, why: str) -> str:
    """A hint that shows `line` with its value in quotes, ready to paste."""
    if len(line) <= 300 and (found := re.fullmatch(r"\s*(- )?([\w-]+:[ \t]+)?(\S.*?)[ \t]*", line)):
        value, mark = found[3], found[3][0]
        whole = value.endswith(mark) and value.count(mark) == 2
        within = re.fullmatch(rf"{mark}[^{mark}]*\s{mark}\S.*{mark}", value) if mark in "\"'" else None
        if within:  # quotes within quotes
            value = value[1:-1]
        elif mark in "\"'" and (whole or value.count(mark) % 2):
            value = value.strip(mark)
        return f"Quote {why}: {found[1] or ''}{found[2] or ''}{_in_quotes(value)}"
    return f"Quote {why}"


def marked(lines: list[str], number: int, column: int, why: str) -> str:
    """A hint for a value that begins, at this line and column, with a mark of YAML."""
    line = lines[number] if number < len(lines) else ""
    if _opened(lines, number, column):
        return _items_quoted(line, why)
    if found := _BULLET.fullmatch(line):
        return f"Begin each item of a list with a hyphen and a space: - {found[1]}"
    if line[:1].isspace() or _ITEM.match(line)[0]:  # type: ignore[index]
        return quoted(line, why)
    return _NO_KEY


def spaceless(line: str) -> tuple[int, str, str] | None:
    """For a line without a space after its key or its hyphen: the column, what is wrong, and a hint."""
    if not (found := _NO_SPACE.fullmatch(line)):
        return None
    after = "colon" if found[1].endswith(":") else "hyphen"
    hint = f"Put one there: {found[1].strip()} {found[2].rstrip()}"
    return len(found[1]) + 1, f"there is no plain space after the {after}", hint


def unreadable(error: Any, before: Any, lines: list[str]) -> tuple[int, int, str, str]:
    """Where its author will see what is wrong, which is often before where the reader gave up: the line,
    counted from 0, and the column; what it is, and a hint. `before` is what was read last."""
    context = getattr(error, "context", None) or ""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    message = "front matter is nested too deep" if "nesting" in problem else f"this is not YAML: {problem}"
    if re.search("flow|quoted|simple key|alias|anchor|tag", context):
        mark = error.context_mark
    line, column = (min(mark.line, len(lines) - 1), mark.column + 1) if mark else (0, 1)
    if getattr(before, "style", None) in ("'", '"') and before.start_mark.line < before.end_mark.line == line:
        line, column = before.start_mark.line, before.start_mark.column + 1
        return line, column, "the quote is closed only on a later line", quoted(lines[line], "it as a whole")
    if comma := re.fullmatch(r'\s*((?:- +|"?[\w-]+"?:[ \t]+)+(?:"[^"]*"|\[[^]]*\])),\s*', lines[line]):
        column = len(lines[line].rstrip())
        return line, column, "the line ends with a comma", f"Put none there: {comma[1]}"
    if "flow" in context:
        opened = _opened(lines, line, column - 1)
        if opened and opened[0] < line and not lines[line][:1].isspace():  # no place for what is in a list
            line, column = opened
        if comment := re.search(r"(?<=[\s,\[{])#.*\]", lines[line]):
            hint = _items_quoted(lines[line], "what holds a #")
            return line, comment.start() + 1, "a comment begins within the list", hint
    if "flow" in context or re.search(r"\[.*\][],]", lines[line]):
        hint = "Write a list as [one, two]; quote a value that begins with [ or { or holds a colon"
        return line, column, message, hint
    for number in (line - 1, line):
        if number >= 0 and (told := spaceless(lines[number])):
            return number, *told
        if number >= 0 and _BULLET.fullmatch(lines[number]):
            column = len(lines[number]) - len(lines[number].lstrip()) + 1
            return number, column, "the line is no item of a list", marked(lines, number, column - 1, "")
        if number >= 0 and re.fullmatch(r"[\w%](?!.*:(?:[ \t]|$)).*", lines[number]):
            return number, 1, "the line is not `key: value`", _NO_KEY
    item = re.fullmatch(r"(\s*- +)([^\s:\[{].*)", lines[line - 1]) if line else None
    if item and re.match(rf"\s{{{len(item[1])}}}[\w-]+:", lines[line]):
        hint = f"Write a key before the text, such as: - name: {item[2].strip()}"
        return line - 1, len(item[1]) + 1, "the item is text, but the line below it is `key: value`", hint
    if _reads_alone(lines[line]):
        return line, column, message, "Indent it as the lines beside it, with spaces and without tabs"
    if "block sequence" in problem and re.match(r"\s*- ", "".join(lines[line + 1 : line + 2])):
        return line, column, message, "Write the first item on a line of its own, as the others"
    if items := re.fullmatch(r'\s*([\w-]+:[ \t]+)("[^"]*"(?:, *"[^"]*")+)\s*', lines[line]):
        return line, column, message, f"Put a list in brackets: {items[1]}[{items[2]}]"
    if "quoted" in context and _opened(lines, line, column - 1):
        return line, column, "the quote is never closed", "Close it, or delete it"
    why = "a value that holds a colon, a quote or another mark"
    return line, column, message, marked(lines, line, column - 1, why)


def _items_quoted(line: str, why: str) -> str:
    items = _MARKED.sub(lambda it: it[1] + _in_quotes(it[2]) if it[2] else it[0], line.strip()[:300])
    return f"Quote {why}: {items}" if len(line) <= 300 and items != line.strip() else f"Quote {why}"


def _in_quotes(value: str) -> str:
    value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def _opened(lines: list[str], number: int, column: int) -> tuple[int, int] | None:
    """The line, counted from 0, and the column of the bracket with which the value there begins, if it is
    still open, perhaps since an earlier line."""
    first = number
    while first and not _ITEM.match(lines[first])[0].strip():  # type: ignore[index]
        first -= 1
    text = "\n".join([*lines[first:number], lines[number][:column]])
    begins = len(_ITEM.match(text)[0])  # type: ignore[index]
    text = re.sub(r"(?<=[\s,\[{])#.*", "", text)
    still = len(re.findall(r"[\[{]", text)) > len(re.findall(r"[\]}]", text))
    return (first, begins + 1) if text[begins : begins + 1] in ("[", "{") and still else None


def _reads_alone(line: str) -> bool:
    try:
        return bool(list(yaml.parse(line.strip(), Loader=LOADER)))
    except yaml.YAMLError:
        return False
