"""What templates can call: the filters and functions of every page."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache, partial
from hashlib import blake2b
from hashlib import sha256 as sha2
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, pass_context
from markupsafe import Markup

from catalogue import compiled
from catalogue.bibtex import bibtex
from catalogue.cite import around_title, coins, csl, formatted, kind
from catalogue.daily import daily
from catalogue.dates import MONTHS, WEEKDAYS, Period, weeks, written
from catalogue.editors import file_schema
from catalogue.files import contents
from catalogue.fragments import Fragments, named
from catalogue.jinja import Environment
from catalogue.linked import linked
from catalogue.model import Catalogue, Entry, Paper
from catalogue.people import authors_line, coauthors, per_day, years
from catalogue.record import elsewhere, home, newest, record, record_schema, whole
from catalogue.ris import ris


def environment(
    catalogue: Catalogue, templates: Path, folder: Path | None = None, kept: Fragments | None = None
) -> Environment:
    """What `templates` can call. A template sees this, its page's context, and nothing else.

    In `folder` are the files of papers that are made already.
    """
    kept = kept or Fragments()
    site = catalogue.settings
    base, root, lasting = site.base, site.root, site.lasting  # worked out once, not at every link
    env = Environment(
        loader=compiled.Templates(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=compiled.cache(templates),
    )

    @cache
    def version(name: str) -> str:
        return blake2b((templates / "assets" / name).read_bytes(), digest_size=4).hexdigest()

    def fragment(template: str, **given: Any) -> Markup:
        """What a template makes of these values alone."""
        return Markup(kept.get(named(template, given), lambda: env.get_template(template).render(given)))

    def paper_file(template: str, entry: Entry) -> Markup:
        """What the file that this template makes beside the paper's page holds, as it was written."""

        def read() -> str:
            try:
                path = f"{folder}/papers/{entry.paper.key}.{template.rpartition('.')[2]}"
                with open(path, "rb", buffering=0) as file:  # an edit reads thousands
                    return file.read().decode().strip("\n")
            except FileNotFoundError:  # such files are switched off
                return env.get_template(template).render(entry=entry).strip("\n")

        return Markup(kept.get(named(template, {"entry": entry}), read))

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
        "lasting": pass_context(lambda _, address: lasting + address),
        "day": written,
        "card": card,
        "weekday": lambda day: WEEKDAYS[day.weekday()],
        "bibtex": lambda entry: kept.get(("bibtex", repr(entry)), partial(bibtex, entry)),
        "csl": csl,
        "coins": coins,
        "around_title": around_title,
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
        "json": as_json,
        "linked": lambda entry: linked(entry, site),
        "markdown_text": lambda text: Markup(re.sub(r"([\\`*_\[\]<>#]|&(?=#?\w+;))", r"\\\1", text)),
        "newest": newest,
        "record": lambda entry: record(entry, site),
        "source": lambda paper: source(paper, catalogue),
        "whole": lambda html, address: whole(html, site, address),
    }
    return env


LISTED = ("parts/card.html", "feeds/paper.atom", "feeds/paper.json", "api/daily_paper.json")
"""What lists say of a paper."""
CITED = ("papers/paper.bib", "papers/paper.ris", "papers/paper.json")


def pieces(env: Environment, entry: Entry, made: Mapping[str, bytes]) -> list[bytes]:
    """All that lists will ask for of a paper: what each of LISTED and CITED says, if that is not `made`."""

    def piece(template: str) -> bytes:
        return made.get(template) or env.get_template(template).render(entry=entry).encode()

    return [piece(template) for template in LISTED] + [piece(template).strip(b"\n") for template in CITED]


_line = json.JSONEncoder(ensure_ascii=False).encode


def as_json(value: object, indent: int | None = None) -> Markup:
    return Markup(json.dumps(value, ensure_ascii=False, indent=indent) if indent else _line(value))


def card(html: str, level: int, dated: bool) -> Markup:
    """The card of a list whose titles are headings of this level; without its day where the heading above
    says it. No text in it has tags."""
    html = str(html)
    if not dated:
        html = re.sub("<li><time .*\n", "", html)
    if level != 2:
        html = html.replace("<h2 ", f"<h{level} ").replace("</h2>", f"</h{level}>")
    return Markup(html)


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
    from catalogue.markdown import absolute

    path = catalogue.folder / paper.path.removeprefix(f"{catalogue.folder.name}/")
    body = StrictYAML().split(decode(contents(path, MAX_FILE)))[1]
    return absolute(body, catalogue.settings.root).strip()
