"""Pages -> files."""

import json
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from hashlib import blake2b
from hashlib import sha256 as sha2
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalogue import card
from catalogue.bibtex import bibtex
from catalogue.cite import coins, csl, formatted, kind
from catalogue.daily import daily
from catalogue.dates import MONTHS, WEEKDAYS, Period, weeks, written
from catalogue.editors import file_schema
from catalogue.files import contents
from catalogue.linked import linked
from catalogue.model import Catalogue, Entry, File, Page, Paper
from catalogue.people import authors_line, coauthors, per_day, years
from catalogue.record import elsewhere, home, newest, record, record_schema, whole
from catalogue.ris import ris
from catalogue.workers import spread

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment

TEMPLATES = Path(__file__).parents[1] / "templates"
FRAGMENTS = 20_000


class RenderFailed(Exception):
    """A template does not fit its page. The message begins with its path and line."""


def into(folder: Path, plans: Sequence[Page | File], catalogue: Catalogue, jobs: int) -> Iterator[int]:
    """Writes the files of every plan below `folder`; yields how many plans are done, from time to time.

    Those of papers come first: lists of citations are put together from them.
    """
    if plans:
        write = _writer(folder, environment(catalogue, folder))
        papers = [plan for plan in plans if plan.path.startswith("papers/")]
        others = [plan for plan in plans if not plan.path.startswith("papers/")]
        parts = (spread(write, part, jobs, cost) for part in (papers, others))
        for done, _ in enumerate(chain.from_iterable(parts), 1):
            yield done


def cost(plan: Page | File) -> int:
    """How much work a plan is, as `spread` counts it: lists are as long as what they list."""
    listed = len(plan.context.get("entries", ())) if isinstance(plan, Page) else 0
    return 1 + len(plan.files) * listed // 25


def _writer(folder: Path, environment: "Environment") -> Callable[[Page | File], None]:
    made: set[str] = set()

    def put(name: str, data: bytes) -> None:
        path = os.path.join(folder, name)
        parent = os.path.dirname(path)
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        with open(path, "xb") as file:  # never into a file that is there: it may be linked from the old site
            file.write(data)

    def write(plan: Page | File) -> None:
        if isinstance(plan, Page):
            for path, template in ((plan.path, plan.template), *plan.beside):
                put(path, page(plan, path, template, environment))
        else:
            put(plan.path, plan.content if isinstance(plan.content, bytes) else plan.content.read_bytes())

    return write


def page(plan: Page, path: str, name: str, environment: "Environment") -> bytes:
    """The bytes of one of the page's files. Raises RenderFailed for a mistake in a template."""
    here = "/" + path.removesuffix("index.html")
    try:
        if name == "card.png":
            return card.draw(plan.context, environment.globals["site"].title)  # type: ignore[attr-defined]
        template = environment.get_template(name)
        return template.render(plan.context, here=here, origin=plan.origin).encode()
    except Exception as error:  # a template can raise anything; none of it is a traceback of ours
        reason = f"{type(error).__name__}: {error}".replace("\n", " ")
        raise RenderFailed(f"{_place(error, name)}: {reason}") from error


def _place(error: Exception, template: str) -> str:
    """`templates/NAME:LINE` of the innermost template that the error passed."""
    import traceback

    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if str(TEMPLATES) in frame.filename
    ]
    if frames:
        return f"templates/{Path(frames[-1].filename).relative_to(TEMPLATES).as_posix()}:{frames[-1].lineno}"
    return f"templates/{getattr(error, 'name', None) or template}:{getattr(error, 'lineno', 1)}"


def environment(catalogue: Catalogue, folder: Path | None = None) -> "Environment":
    """What templates can call. A template sees this, its page's context, and nothing else.

    In `folder` are the files of papers that are made already.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
    from markupsafe import Markup

    @cache
    def version(name: str) -> str:
        return blake2b((TEMPLATES / "assets" / name).read_bytes(), digest_size=4).hexdigest()

    site = catalogue.settings
    base, root = site.base, site.root  # worked out once, not at every link
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_compiled(),
    )
    fragments: dict[tuple[Any, ...], str] = {}

    def kept(make: Callable[[], str], *name: object) -> str:
        """What `make` gives, kept for a while under its name: an entry stands in many lists."""
        if name not in fragments:
            if len(fragments) >= FRAGMENTS:
                fragments.clear()
            fragments[name] = make()
        return fragments[name]

    def fragment(template: str, **given: Any) -> Markup:
        """What a template makes of these values alone."""
        name = (template, *map(repr, given.values()))
        return Markup(kept(lambda: env.get_template(template).render(given), *name))

    def paper_file(form: str, entry: Entry) -> Markup:
        """What /papers/KEY.`form` holds, as it was written."""

        def read() -> str:
            try:
                path = f"{folder}/papers/{entry.paper.key}.{form}"
                with open(path, encoding="utf-8", newline="") as file:
                    return file.read().strip("\n")
            except FileNotFoundError:  # such files are switched off
                return env.get_template(f"papers/paper.{form}").render(entry=entry).strip("\n")

        return Markup(kept(read, form, repr(entry)))

    env.globals |= {
        "fragment": fragment,
        "paper_file": paper_file,
        "site": site,
        "navigation": catalogue.navigation,
        "card": lambda address: f"{root}{address}card.png",
        "period": Period.of,
        "weeks": weeks,
        "months": MONTHS,
        "record_schema": record_schema,
        "file_schema": file_schema,
    }
    env.filters |= {
        # With the context, as Jinja works out others when it compiles, which is kept for other sites, too.
        "url": pass_context(lambda _, address: base + address),
        "absolute": pass_context(lambda _, address: root + address),
        "asset": pass_context(lambda _, name: f"{base}/assets/{name}?v={version(name)}"),
        "lasting": pass_context(lambda _, address: (site.identity or site.url).rstrip("/") + address),
        "day": written,
        "weekday": lambda day: WEEKDAYS[day.weekday()],
        "bibtex": lambda entry: kept(partial(bibtex, entry), "bibtex", repr(entry)),
        "csl": csl,
        "coins": coins,
        "formatted": formatted,
        "kind": kind,
        "ris": ris,
        "authors_line": authors_line,
        "coauthors": coauthors,
        "years": years,
        "per_day": per_day,
        "excerpt": excerpt,
        "sha256": sha256,
        "plural": lambda count, noun: f"{count:,} {noun}{'' if count == 1 else 's'}",
        "safe_html": Markup,
        "daily": lambda entry: daily(entry, site),
        "elsewhere": elsewhere,
        "home": home,
        "json": lambda value, indent=None: Markup(json.dumps(value, ensure_ascii=False, indent=indent)),
        "linked": lambda entry: linked(entry, site),
        "markdown_text": lambda text: Markup(re.sub(r"([\\`*_\[\]<>#]|&(?=#?\w+;))", r"\\\1", text)),
        "newest": newest,
        "record": lambda entry: record(entry, site),
        "source": lambda paper: source(paper, catalogue),
        "whole": lambda html, address: whole(html, site, address),
    }
    return env


def _compiled() -> "BytecodeCache | None":
    """Compiled templates of earlier builds, where Jinja keeps such for this user alone: never in a folder
    that content could reach, as they are code. None where there is no such folder."""
    from jinja2 import FileSystemBytecodeCache
    from jinja2.bccache import Bucket

    class Compiled(FileSystemBytecodeCache):
        def load_bytecode(self, bucket: Bucket) -> None:
            with suppress(OSError):  # without it the template is compiled again
                super().load_bytecode(bucket)

        def dump_bytecode(self, bucket: Bucket) -> None:
            with suppress(OSError):  # without it the next build compiles again
                super().dump_bytecode(bucket)

    mine = blake2b(Path(__file__).read_bytes(), digest_size=8).hexdigest()  # it decides what is compiled
    try:
        return Compiled(pattern=f"catalogue-{mine}-%s.cache")
    except (OSError, RuntimeError):
        return None


def sha256(text: str) -> str:
    """The text's hash as a Content Security Policy names it (CSP 3, section 2.3.1)."""
    return f"sha256-{b64encode(sha2(text.encode()).digest()).decode()}"


def excerpt(text: str, length: int) -> str:
    """`text`, or its beginning up to the last whole word within `length` characters, and an ellipsis."""
    if len(text) <= length:
        return text
    return text[: length + 1].rpartition(" ")[0].rstrip(" ,;:.–—") + "…"


def source(paper: Paper, catalogue: Catalogue) -> str:
    """The body as it was written, in Markdown, with whole addresses."""
    from catalogue.frontmatter import MAX_FILE, StrictYAML, decode

    path = catalogue.folder / paper.path.removeprefix(f"{catalogue.folder.name}/")
    body = StrictYAML().split(decode(contents(path, MAX_FILE)))[1]
    return re.sub(r"\]\((?=/[^/])", lambda _: f"]({catalogue.settings.root}", body).strip()
