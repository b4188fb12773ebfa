"""Pages -> files."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from catalogue import card
from catalogue.fragments import Fragments, Recent
from catalogue.model import Catalogue, File, Page
from catalogue.workers import Task, spread

if TYPE_CHECKING:
    from catalogue.jinja import Environment

TEMPLATES = Path(__file__).parents[1] / "templates"


class RenderFailed(Exception):
    """A template does not fit its page. The message begins with its path and line."""


def into(
    folder: Path,
    plans: Sequence[Page | File],
    catalogue: Catalogue,
    jobs: int,
    recent: Recent | None = None,
    tasks: Sequence[Task] = (),
) -> Iterator[int]:
    """Writes the files of every plan below `folder` and does the `tasks`; yields how many are done, from time
    to time.

    The plans of papers come first: the lists are put together from what is made with them, and the tasks may
    need them. A process that builds again keeps what is `recent`, while the ground and the navigation are the
    same.
    """
    if not plans and not tasks:
        return
    from catalogue.templating import CITED, LISTED, environment  # slow to import

    papers = [plan for plan in plans if plan.path.startswith("papers/")]
    with closing(Fragments((*LISTED, *CITED), recent)) as kept:
        env = environment(catalogue, TEMPLATES, folder, kept)
        put = partial(_put, folder)
        for done, (name, texts) in enumerate(spread(partial(_paper, env, put), papers, jobs, cost), 1):
            if texts:
                kept.keep(name, texts, folder.parent)
            yield done
        kept.flush()
        others = [plan for plan in plans if not plan.path.startswith("papers/")]
        tasks = [*tasks, *(Task(cost(plan), partial(_write, env, put, plan)) for plan in others)]
        for done, _ in enumerate(spread(_done, tasks, jobs, attrgetter("cost")), len(papers) + 1):
            yield done


def cost(plan: Page | File) -> int:
    """How much work a plan is, as `spread` counts it: lists are as long as what they list."""
    listed = len(plan.context.get("entries", ())) if isinstance(plan, Page) else 0
    return 1 + len(plan.files) * listed // 25


NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Never into a file that is there: it may be linked from the old site."""


def _put(folder: Path, name: str, data: bytes) -> None:
    path = f"{folder}/{name}"
    try:
        file = os.open(path, NEW, 0o666)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        file = os.open(path, NEW, 0o666)
    try:
        while data:
            data = data[os.write(file, data) :]
    finally:
        os.close(file)


def _paper(
    env: "Environment", put: Callable[[str, bytes], None], plan: Page | File
) -> tuple[str, list[bytes]]:
    """Writes what is planned of a paper, and returns what the lists in which it stands will need."""
    from catalogue.templating import pieces

    made = _write(env, put, plan)
    entry = plan.context.get("entry") if isinstance(plan, Page) else None
    try:
        return repr(entry), pieces(env, entry, made) if entry else []
    except Exception as error:
        raise _failed(error, "") from error


def _done(task: Task) -> None:
    """Does a task, with nothing to be sent back to another process."""
    task.run()


def _write(env: "Environment", put: Callable[[str, bytes], None], plan: Page | File) -> dict[str, bytes]:
    """Writes what is planned, and returns what each template made."""
    if isinstance(plan, File):
        put(plan.path, plan.content if isinstance(plan.content, bytes) else plan.content.read_bytes())
        return {}
    made = {}
    for path, template in ((plan.path, plan.template), *plan.beside):
        made[template] = page(plan, path, template, env)
        put(path, made[template])
    return made


def page(plan: Page, path: str, name: str, env: "Environment") -> bytes:
    """The bytes of one of the page's files. Raises RenderFailed for a mistake in a template."""
    here = "/" + path.removesuffix("index.html")
    try:
        if name == "card.png":
            return card.draw(plan.context, env.globals["site"].title)  # type: ignore[attr-defined]
        template = env.get_template(name)
        return template.render(plan.context, here=here, origin=plan.origin).encode()
    except Exception as error:  # a template can raise anything; none of it is a traceback of ours
        raise _failed(error, name) from error


def _failed(error: Exception, template: str) -> RenderFailed:
    reason = f"{type(error).__name__}: {error}".replace("\n", " ")
    return RenderFailed(f"{_place(error, template)}: {reason}")


def _place(error: Exception, template: str) -> str:
    """`templates/NAME:LINE` of the innermost template that the error passed."""
    import traceback

    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith("templates/"):
            return f"{frame.filename}:{frame.lineno}"
    return f"templates/{getattr(error, 'name', None) or template}:{getattr(error, 'lineno', 1)}"
