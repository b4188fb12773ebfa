"""What becomes of papers that come in: planned first, so that it can be shown, then written."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from catalogue.problems import Problem


class Outcome(NamedTuple):
    """What becomes of one paper: the file it is in, and what is new there."""

    what: Literal["added", "updated", "unchanged"]
    path: str
    news: tuple[str, ...]
    why: str = ""


class Plan(NamedTuple):
    """Files to be written, by their path, each with the text that it had; nothing is written yet."""

    texts: dict[str, str]
    before: dict[str, str]
    outcomes: list[Outcome]
    problems: list[Problem]

    def shown(self) -> str:
        """What would be written, as a unified diff."""
        from difflib import unified_diff

        return "".join(
            row
            for path, text in self.texts.items()
            for row in unified_diff(
                self.before.get(path, "").splitlines(True), text.splitlines(True), path, path
            )
        )

    def told(self) -> Iterator[str]:
        """What becomes of each paper, and of all, in lines."""
        met = set[str]()
        for what, path, news, why in self.outcomes:
            if what == "unchanged" and path in met:
                yield f"twice {path} ({why})"
            met.add(path)
            if what == "updated":
                yield f"updated {path}: {', '.join(news)} ({why})"
            elif what == "added":
                yield f"added {path}"
        numbers = Counter(outcome.what for outcome in self.outcomes)
        yield ", ".join(f"{numbers[what]:,} {what}" for what in ("added", "updated", "unchanged"))

    def write(self, content: Path) -> None:
        """Writes the files, each in one step."""
        for path, text in self.texts.items():
            target = content / path
            target.parent.mkdir(parents=True, exist_ok=True)
            new = target.with_name(f".{target.name}.new")
            new.write_text(text, "utf-8")
            new.replace(target)

    def as_json(self) -> str:
        problems = [problem._asdict() for problem in self.problems]
        papers = [outcome._asdict() for outcome in self.outcomes]
        return json.dumps({"papers": papers, "problems": problems}, ensure_ascii=False, indent=1)
