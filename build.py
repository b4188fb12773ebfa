#!/usr/bin/env python3
"""Builds the catalogue: content/ and templates/ -> site/. The table of contents of the whole."""

import gc
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import click

from catalogue import check, curate, files, memory, pagefind, read, related, render, search, workers, write
from catalogue.fragments import Recent
from catalogue.model import Catalogue, File, Page
from catalogue.outputs import (
    api,
    archive,
    articles,
    assets,
    authors,
    cards,
    changes,
    citations,
    feeds,
    home,
    jsonl,
    llms,
    offline,
    opensearch,
    organisations,
    papers,
    periods,
    reading_list,
    redirects,
    schemas,
    search_page,
    sitemap,
    topics,
    trending,
)
from catalogue.problems import ContentError
from catalogue.report import count, problems_found, progress, say, worth_a_look

OUTPUTS = (
    home,
    periods,
    papers,
    citations,
    authors,
    topics,
    organisations,
    archive,
    trending,
    search_page,
    reading_list,
    offline,
    articles,
    cards,
    feeds,
    jsonl,
    schemas,
    opensearch,
    assets,
)
"""What the site is made of. Adding an output is one file in catalogue/outputs/ and its name here."""
INDEXES = (redirects, api, changes, llms, sitemap)
"""Outputs that lead to the others or tell of them: each is given all that was planned before it."""


class Options(NamedTuple):
    content: Path
    site: Path
    url: str | None
    drafts: bool
    searchable: bool
    jobs: int


class Outcome(NamedTuple):
    papers: int
    pages: int
    made: int
    removed: int


def load(
    options: Options, known: memory.Memory, seen: files.Seen | None = None
) -> tuple[read.Reading, related.Relatives, list[Page | File]]:
    """Reads and checks all content and plans the site. Raises ContentError with all that is wrong."""
    from catalogue import settings  # slow to import: not for a build of nothing

    site, problems = settings.read(options.content, options.url)
    seen = seen or files.walk(options.content)
    reading = read.catalogue(
        options.content, seen, site, known.records, known.entries, options.drafts, options.jobs
    )
    relatives = related.relatives(reading.catalogue.entries, known.relatives, known.papers, options.jobs)
    reading = reading._replace(catalogue=related.joined(reading.catalogue, relatives))
    plans = list(chain.from_iterable(output.plan(reading.catalogue) for output in OUTPUTS))
    for index in INDEXES:
        plans += index.plan(reading.catalogue, tuple(plans))
    problems += [*reading.problems, *check.catalogue(reading.catalogue, plans, reading.fresh)]
    if not known.holds(plans):
        problems += check.addresses(reading.catalogue, plans)
    if problems:
        raise ContentError(problems)
    return reading, relatives, plans


def ground_of(options: Options) -> str:
    return memory.ground(options.url, files=(options.content / "site.toml", render.TEMPLATES))


def looked_at(options: Options) -> read.Reading:
    """The content, with the help of what the site's last build knew, and nothing written. Raises
    ContentError with all that is wrong."""
    known = memory.load(write.last_memory_of(options.site), ground_of(options))
    return load(options, known)[0]


class Kept(NamedTuple):
    """What a process that builds again need not work out anew: what a file of memory holds, of this ground,
    and pieces of pages. For a site that has another memory by now, or another ground, it is of no use."""

    file: Path = Path()
    ground: str = ""
    known: memory.Memory = memory.NOTHING
    recent: Recent | None = None


def build(options: Options) -> Outcome:
    """Brings the site up to the content and makes only what changed, all or nothing: whatever is
    raised, the old site stays as it was."""
    return again(options, Kept())[0]


def again(options: Options, kept: Kept, indexing: bool = True) -> tuple[Outcome, Kept]:
    """The same with what the last build of this process kept, and what this one keeps. Without `indexing` the
    search of a site stays as it is and nothing is remembered on disk: the next build does both."""
    content, site = options.content.resolve(), options.site.resolve()
    if content.is_relative_to(site):
        raise write.Refused(f"{options.site} holds the content. Name another with --site")
    if site.is_relative_to(content):
        raise write.Refused(f"{options.site} lies within the content. Name another with --site")
    with write.lock(options.site, waiting=say):
        ground = ground_of(options)
        seen, remembered = files.walk(options.content), write.memory_of(options.site)
        state = memory.state(ground, seen, options.drafts, options.searchable)
        if counts := memory.unchanged(remembered, state):
            return Outcome(*counts, 0, 0), kept
        same = kept[:2] == (remembered, ground)
        known = kept.known if same else memory.load(remembered, ground)
        reading, relatives, plans = load(options, known, seen)
        later = not indexing and bool(known.pages)
        parts = None if later else search.wanted(reading.catalogue) if options.searchable else {}
        facets = known.facets if later else search.facets(reading.catalogue)
        indexes = known.indexes if parts is None else tuple(parts)
        now = memory.of(reading, relatives, plans, facets, indexes, known)
        recent = kept.recent if same and known.common == now.common else None
        change = memory.compare(known, now)
        if change.any:
            stage, touched = staged(options, known, change, reading.catalogue, plans, parts, recent)
            before = write.name(options.site) if known.pages else ""
            now = now._replace(before=before, touched=touched)
        papers, name = len(reading.catalogue.entries), memory.name(ground, now)
        file = write.workshop(options.site) / f"memory-{name}"
        if later:
            now = now._replace(packed={})
        else:
            now = memory.save(file, ground, state, now, papers, known, remembered)
        if change.any:
            write.publish(stage, options.site, name)
        outcome = Outcome(papers, len(plans), len(change.stale), change.gone)
        return outcome, Kept(file, ground, now, {} if recent is None else recent)


def staged(
    options: Options,
    known: memory.Memory,
    change: memory.Change,
    catalogue: Catalogue,
    plans: Sequence[Page | File],
    parts: search.Parts | None,
    recent: Recent | None,
) -> tuple[Path, tuple[str, ...]]:
    """A stage of the site with the pages and the parts of the search that changed, and those that were lost,
    made anew, and the files that may now differ from the site's."""
    others = (path for plan in plans if plan.path not in change.stale for path in plan.files)
    next_ = (*change.away, search.FACETS)
    stage, lost = write.stage(options.site, known.before, known.touched, next_, others)
    remade = change.stale | {plan.path for plan in plans if lost and lost.intersection(plan.files)}
    stale = [plan for plan in plans if plan.path in remade]
    touched = set(change.away).union(*(plan.files for plan in stale)) if known.pages else set[str]()
    write.remove(stage, touched)
    indexing = search.bring(stage, options.site, catalogue, parts, known.indexes)
    done = render.into(stage, stale, catalogue, options.jobs, recent, indexing)
    deque(progress(done, len(stale) + len(indexing), "Rendering"), maxlen=0)
    return stage, tuple(touched)


# --- the command line -----------------------------------------------------------------------


class BuildFirst(click.Group):
    """`build.py` alone, or with options only, builds."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        bare = not args or (args[0].startswith("-") and args[0] != "--help")
        return super().parse_args(ctx, ["build", *args] if bare else args)


@click.group(cls=BuildFirst)
def cli() -> None:
    """A static site generator for a catalogue of papers. Without a command it builds."""


def command(run: Callable[..., None]) -> click.Command:
    """A command with the options that all share. A mistake ends it with status 1, never a traceback."""

    def guarded(
        content: Path, site: Path, url: str | None, drafts: bool, search: bool, jobs: int, **own: Any
    ) -> None:
        site = Path(os.path.abspath(site))
        options = Options(content, site, url, drafts, search, jobs or os.cpu_count() or 1)
        gc.disable()  # nothing is garbage before a command ends
        try:
            run(options, **own)
        except ContentError as error:
            problems_found(error.problems)
            sys.exit(1)
        except FAILURES as error:
            say(f"{explain(error, site)}. The site is as it was.")
            sys.exit(1)

    guarded.__click_params__ = getattr(run, "__click_params__", [])  # type: ignore[attr-defined]
    for option in reversed(SHARED):
        guarded = option(guarded)
    return cli.command(run.__name__.removesuffix("_command"), help=run.__doc__)(guarded)


FAILURES = (OSError, workers.WorkerEnded, write.Refused, render.RenderFailed, pagefind.SearchFailed)


def explain(error: BaseException, site: Path) -> str:
    """What an error says, in one line, with the path it is about."""
    if isinstance(error, OSError):
        return f"{error.filename or site}: {error.strerror or error}"
    return str(error) or type(error).__name__


def python() -> str:
    """How this Python is called from here."""
    path = os.path.relpath(sys.executable)
    return "python3" if path.startswith("..") else path


SHARED = (
    click.option(
        "--content", type=click.Path(path_type=Path), default="content", help="Folder of the content."
    ),
    click.option("--site", type=click.Path(path_type=Path), default="site", help="Folder to write."),
    click.option("--url", envvar="SITE_URL", help="Address of the site, instead of that in site.toml."),
    click.option("--drafts", is_flag=True, help="Show drafts too."),
    click.option("--search/--no-search", default=True, help="Make the search index."),
    click.option("--jobs", type=click.IntRange(0), default=0, help="Processes; 0 is one for each core."),
)


@command
def build_command(options: Options) -> None:
    """Make the site."""
    start = time.perf_counter()
    outcome = build(options)
    say(
        f"{count(outcome.papers, 'paper')}, {count(outcome.pages, 'file')}: {outcome.made:,} made, "
        f"{outcome.removed:,} removed, the others unchanged; {time.perf_counter() - start:.1f} s."
    )
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from catalogue import limits

        if told := limits.told(limits.size(options.site)):
            click.echo(f"::warning::{told}")
    say(f"Look at it: {python()} build.py serve")


@command
@click.option("--links", is_flag=True, help="Also ask whether the links to elsewhere still lead there.")
@click.option("--watch", is_flag=True, help="Again whenever a file changes, until it is interrupted.")
def check_command(options: Options, links: bool, watch: bool) -> None:
    """Say everything that is wrong with the content, and write nothing."""
    if watch:
        from catalogue.watch import repeat

        gc.enable()
        repeat(partial(checked, options), (options.content,))
    else:
        reading = found(options)
        if links:
            from catalogue import outgoing

            if broken := outgoing.broken(reading.catalogue, say):
                raise ContentError(broken)


def found(options: Options) -> read.Reading:
    """The content, and what is worth a look in it told. Raises ContentError with all that is wrong."""
    reading = looked_at(options)
    worth_a_look(sorted(check.notices(reading.catalogue)))
    say(f"{count(len(reading.catalogue.papers), 'paper')}, nothing wrong.")
    return reading


def checked(options: Options) -> None:
    """The same for who goes on writing: all is told, and nothing raised."""
    say("Checking.")
    try:
        found(options)
    except ContentError as error:
        problems_found(error.problems)
    except FAILURES as error:  # a file that went while it was read: its going is a change, too
        say(f"{explain(error, options.site)}.")


@command
@click.option("--port", type=click.IntRange(1, 65535), default=8000, help="Port to listen on.")
def serve_command(options: Options, port: int) -> None:
    """Preview the site and rebuild what is edited."""
    from catalogue import settings
    from catalogue.serve import serve

    kept = Kept()

    def rebuild(indexing: bool) -> bool:
        nonlocal kept
        gc.disable()
        before = kept.file
        _, kept = again(options._replace(jobs=1), kept, indexing)
        if indexing:  # there is time
            gc.collect(0)
            gc.freeze()  # what is kept is looked through only once
            gc.enable()
        return kept.file != before  # it is named by all that the site shows, the search too

    with suppress(ContentError):  # in several processes, which is only safe before the server's threads start
        _, kept = again(options, kept)
    site, problems = settings.read(options.content, options.url)
    if problems:  # without them it is not known where to serve
        raise ContentError(problems)
    serve(rebuild, options.site, (options.content, render.TEMPLATES), site.base, port, say)


def curating(run: Callable[..., None]) -> click.Command:
    """A command about the content: it is handed what is there."""

    def with_content(options: Options, **own: Any) -> None:
        run(looked_at(options), options.content, **own)

    with_content.__name__, with_content.__doc__ = run.__name__, run.__doc__
    with_content.__click_params__ = getattr(run, "__click_params__", [])  # type: ignore[attr-defined]
    return command(with_content)


for each in (curate.add, curate.digest, curate.new, curate.refresh):
    curating(each)


if __name__ == "__main__":
    try:
        cli()
    except SystemExit as end:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(int(end.code or 0))  # to free what is held one by one takes a tenth of an edit's time
        raise
    except OSError as error:  # of the output of --help
        sys.exit(explain(error, Path("the output")))
