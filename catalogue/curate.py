"""The commands about the content: add, digest, new, refresh. What they need is imported when they run."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalogue.problems import ContentError, Problem
from catalogue.report import progress, say

if TYPE_CHECKING:
    from catalogue.outcome import Plan
    from catalogue.read import Reading

DAY = click.DateTime(["%Y-%m-%d"])


@click.argument("sources", nargs=-1)
@click.option("--followed", is_flag=True, help="Also the sources that `follow` in site.toml names.")
@click.option("--form", is_flag=True, help="Also those of the issue form whose text is in FORM.")
@click.option("--topic", "topics", multiple=True, help="Topic of the new papers; can be given again.")
@click.option("--date", type=DAY, help="Day in this catalogue for the new papers.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Tell the outcome as JSON.")
def add(
    reading: "Reading",
    content: Path,
    sources: tuple[str, ...],
    followed: bool,
    form: bool,
    topics: tuple[str, ...],
    date: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring in papers: identifiers, addresses, or saved files of SOURCES."""
    from catalogue import add
    from catalogue.form import filled
    from catalogue.importers import IMPORTERS
    from catalogue.sources import gather, take

    if not (sources or followed or form):
        raise click.UsageError("Name what to add: identifiers, addresses, saved files; or give --followed")
    hint = "Name a file of content/topics/, or add it first"
    unknown = [topic for topic in topics if topic not in reading.catalogue.topics]
    if wrong := [Problem(f"--topic {it}", 1, 1, "there is no such topic", hint) for it in unknown]:
        raise ContentError(wrong)
    sources += reading.catalogue.settings.follow if followed else ()
    found = list(gather(take(sources, IMPORTERS), IMPORTERS))
    if form:
        proposed, wanted = filled(os.environ.get("FORM", ""), IMPORTERS, reading.catalogue.topics)
        found, topics = [*found, *proposed], topics + wanted
    papers = progress(found, len(found), "Adding")
    plan = add.plan(papers, content, reading, topics, date.date() if date else None)
    for outcome in plan.outcomes if form else ():  # propose.sh answers with it
        if outcome.what == "unchanged":
            say(f"It is in the catalogue already: {content}/{outcome.path}")
    _carry_out(plan, content, dry_run, as_json)


@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The papers of this day; else the newest.")
@click.option("--week", help="The papers of this ISO week, such as 2026-W16.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The papers from this day on.")
@click.option("--fresh", type=click.IntRange(0), help="Nothing, if the newest is more days old than that.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the message here.")
@click.option("--send", is_flag=True, help="Send it to the subscribers who have not got it.")
@click.option("--dry-run", is_flag=True, help="Say only to whom it would be sent.")
@click.option("--doubtful", is_flag=True, help="Send it again where it is in doubt that it arrived.")
@click.option("--subscribers", type=click.Path(path_type=Path), help="File of addresses, one a line.")
@click.option("--journal", type=click.Path(path_type=Path), default=".digest", help="Folder of who has what.")
def digest(reading: "Reading", content: Path, **wishes: Any) -> None:
    """Write the newest papers as an e-mail, or send it."""
    from catalogue import sending

    if not sending.run(reading.catalogue, sending.Wishes(**wishes), os.environ, say):
        sys.exit(1)


@click.argument("title")
@click.option("--date", type=DAY, help="Its day in this catalogue; today if not given.")
def new(reading: "Reading", content: Path, title: str, date: datetime | None) -> None:
    """Write the skeleton of an entry for a paper with this TITLE."""
    from catalogue import add

    _carry_out(add.new(title, (date or datetime.now()).date(), content, reading), content)


@click.argument("sources", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
def refresh(reading: "Reading", content: Path, sources: tuple[str, ...], dry_run: bool) -> None:
    """Record anew the comments, upvotes and links of papers that are here, from SOURCES; without any,
    from Daily Papers of the newest month."""
    from catalogue import add
    from catalogue.importers import IMPORTERS
    from catalogue.sources import gather, take

    newest = f"{reading.catalogue.newest.first:%Y-%m}"
    papers = gather(take(sources or (newest,), IMPORTERS), IMPORTERS)
    _carry_out(add.refresh(papers, content, reading), content, dry_run)


def _carry_out(plan: "Plan", content: Path, dry_run: bool = False, as_json: bool = False) -> None:
    """Writes what is planned, and tells it. Raises ContentError with all that is wrong."""
    if dry_run:
        click.echo(plan.shown(), nl=False)
    else:
        plan.write(content)
    if as_json:
        click.echo(plan.as_json())
    for line in () if as_json else plan.told():
        say(line)
    if plan.problems:
        raise ContentError(plan.problems)
