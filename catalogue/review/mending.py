"""The corrected line of a problem, where it can be known."""

import re

from catalogue.problems import Problem


def mended(problem: Problem, line: str) -> str | None:
    """The line as it should be, to be pasted; None where only a person can know that."""
    if found := re.match(r"(?:Quote|Put) [^:]+: (.+)", problem.hint):
        return re.match(r"\s*", line)[0] + found[1] if found[1] != line.strip() else None  # type: ignore[index]
    wrong = re.findall(r"'([^']+)'|`([^`]+)`|(#[\w-]+|/[\w/.-]+)", problem.message)
    names = [first or second or third for first, second, third in wrong]
    if meant := re.search(r"Did you mean ['`]([^'`]+)['`]\?", problem.hint):
        return _replaced(line, [name for name in reversed(names) if name != meant[1]], meant[1])
    value = re.match(r"`\w+` '(.*)' is not ", problem.message)  # which may hold marks of its own
    right = re.fullmatch(r"Write (\S+)", problem.hint)
    return _replaced(line, [value[1]], right[1]) if value and right else None


def _replaced(line: str, wrong: list[str], right: str) -> str | None:
    """The line with the first of the wrong words that it holds, as a whole word, made right."""
    for word in wrong:
        pattern = rf"(?<![\w/#-]){re.escape(word)}(?![\w-])"
        if re.search(pattern, line):
            return re.sub(pattern, lambda _: right, line, count=1)
    return None
