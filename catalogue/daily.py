"""A paper in the field names and the nesting of the Daily Papers API, as its answers have them since 2024.

A field that clients find in every answer is in every one of ours: what is not known is 0, false or the
catalogue itself, because that API has no other words for it. Fields that it leaves out at times
(what a machine wrote, discussions, stars) are left out.
"""

import datetime as dt
import re
from typing import Any

from catalogue.model import Entry, Link, Paper
from catalogue.schema import Settings


def daily(entry: Entry, site: Settings) -> dict[str, Any]:
    """One item of an answer. `id` is the arXiv identifier without its version, or else the key."""
    paper = entry.paper
    appeared, text = _moment(paper.published or paper.date), paper.text or paper.summary or ""
    submitter = _user(paper.submitter or site.title, site)
    flags = {"isHf": False, "isHfAdmin": False, "isMod": False}
    organisation = {"organization": _organisation(entry.organisations[0])} if entry.organisations else {}
    picture = [f"{site.root}/images/{paper.image.src}"] if paper.image else []
    media = {"mediaUrls": picture} if picture else {}
    inner = {
        "id": re.sub("v[0-9]+$", "", paper.arxiv) if paper.arxiv else paper.key,
        "authors": _authors(paper),
        **media,
        "publishedAt": appeared,
        "submittedOnDailyAt": _moment(paper.date),
        "title": paper.plain_title,
        "submittedOnDailyBy": submitter,
        "summary": text,
        "upvotes": paper.upvotes or 0,
        **({"projectPage": paper.links.project} if paper.links.project else {}),
        **({"githubRepo": paper.links.code} if paper.links.code else {}),
        **organisation,
        "url": site.root + paper.address,
    }
    return {
        "paper": inner,
        "publishedAt": appeared,
        "title": paper.plain_title,
        "summary": text,
        **media,
        "thumbnail": picture[0] if picture else f"{site.root}/assets/favicon.svg",
        "numComments": paper.comments or 0,
        "submittedBy": {name: value for name, value in submitter.items() if name != "user"} | flags,
        **organisation,
        "isAuthorParticipating": False,
    }


def _organisation(link: Link) -> dict[str, str]:
    key = link.address.split("/")[2]
    return {"_id": key, "name": key, "fullname": link.title}


def _authors(paper: Paper) -> list[dict[str, Any]]:
    return [
        {"_id": f"{paper.key}/{i}", "name": person.name, "hidden": False}
        for i, person in enumerate(paper.authors, 1)
    ]


def _user(name: str, site: Settings) -> dict[str, Any]:
    return {
        "_id": name,
        "avatarUrl": f"{site.root}/assets/favicon.svg",
        "isPro": False,
        "fullname": name,
        "user": name,
        "type": "user",
        "name": name,
    }


def _moment(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"
