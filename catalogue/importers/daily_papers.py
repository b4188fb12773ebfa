"""Daily Papers of Hugging Face: a day, week or month of its API, one paper of it, and saved answers.

The answers changed over the years: some are wrapped in an object, some hold each paper as the `repr` of
a Python dictionary, newer ones say on which day a paper was listed.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalogue.clean import line, prose
from catalogue.found import Found
from catalogue.problems import Problem
from catalogue.slugs import slug

NAME = "Daily Papers"
HOST = "https://huggingface.co"
DAY, WEEK, MONTH = r"\d{4}-\d{2}-\d{2}", r"\d{4}-W\d{2}", r"\d{4}-\d{2}"
FORMS = {"date": rf"(?:date/)?({DAY})", "week": rf"(?:week/)?({WEEK})", "month": rf"(?:month/)?({MONTH})"}


def address(source: str) -> str | None:
    """The API's for 2026-04-17, 2026-W16, 2026-04, a page of huggingface.co/papers, or `daily-papers`,
    which is the newest list."""
    if source == "daily-papers":
        return f"{HOST}/api/daily_papers?limit=100"
    name = re.sub(r"^https?://huggingface\.co/papers/", "", source.strip()).rstrip("/")
    for key, form in FORMS.items():
        if found := re.fullmatch(form, name):
            return f"{HOST}/api/daily_papers?{key}={found[1]}&limit=1000"
    if name != source and re.fullmatch(r"\d{4}\.\d{4,5}", name):
        return f"{HOST}/api/papers/{name}"
    return None


def knows(data: bytes, path: str) -> bool:
    start = data.lstrip()[:1]
    return start in (b"[", b"{") and any(mark in data for mark in (b'"publishedAt"', b"'publishedAt'"))


def read(data: bytes, path: str) -> Iterator[Found | Problem]:
    """Every paper of an answer, in its order."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError) as error:
        row, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        yield Problem(path, row, column, f"this is not whole JSON: {error}", "Save the answer again")
        return
    wrapper = answer if isinstance(answer, dict) and isinstance(answer.get("data"), list) else {}
    items = wrapper.get("data") or (answer if isinstance(answer, list) else [answer])
    named = re.search(DAY, f"{wrapper.get('date', '')} {path.rpartition('/')[2]}")
    for number, item in enumerate(items, 1):
        yield _item(item, named[0] if named else "", path, number)


def _item(item: Any, listed: str, path: str, number: int) -> Found | Problem:
    where = f"paper {number} of the list"
    try:
        if isinstance(item, str):
            item = ast.literal_eval(item)
        paper = item.get("paper", item)
        name = str(paper["id"])
        published = str(paper["publishedAt"])[:10]
        day = str(paper.get("submittedOnDailyAt") or listed or item["publishedAt"])[:10]
        values = _values(item, paper) | {"date": day, "published": published}
    except (ValueError, SyntaxError, RecursionError, MemoryError, AttributeError, KeyError, TypeError):
        return Problem(path, 1, 1, f"{where} has another shape than Daily Papers give", "Add it by hand")
    organisation = _organisation(item, paper)
    if organisation:
        values["organisations"] = list(organisation)
    known = {key: value for key, value in values.items() if value}
    text = prose(str(paper.get("summary") or item.get("summary") or ""))
    return Found(known, text, f"{HOST}/papers/{name}", path, 1, organisation)


def _values(item: Mapping[str, Any], paper: Mapping[str, Any]) -> dict[str, Any]:
    links = {
        "code": paper.get("githubRepo"),
        "project": paper.get("projectPage"),
        "discussion": f"{HOST}/papers/{paper['id']}",
    }
    submitter = paper.get("submittedOnDailyBy") or item.get("submittedBy") or {}
    return {
        "title": line(str(paper.get("title") or item.get("title") or "")),
        "authors": [line(str(author["name"])) for author in paper.get("authors", [])],
        "arxiv": str(paper["id"]),
        "links": {kind: str(url).strip() for kind, url in links.items() if url},
        "upvotes": _count(paper.get("upvotes")),
        "comments": _count(item.get("numComments")),
        "submitter": line(str(submitter.get("fullname") or "")),
    }


def _organisation(item: Mapping[str, Any], paper: Mapping[str, Any]) -> dict[str, str]:
    known = item.get("organization") or paper.get("organization") or {}
    name = line(str(known.get("fullname") or known.get("name") or "")) if isinstance(known, dict) else ""
    return {slug(name): name} if name else {}


def _count(number: Any) -> str:
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else ""
