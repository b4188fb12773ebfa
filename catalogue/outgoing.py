"""Whether links to elsewhere still lead there: asked politely, and only when a maintainer wishes it.

A link is broken when its host is not to be found, or says that there is no such page. A host that is slow,
busy or does not like being asked by programs says nothing about its pages.
"""

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from catalogue.check import located
from catalogue.model import Catalogue, group
from catalogue.problems import Problem
from catalogue.rules import Finding

AGENT = "paper-catalogue (build.py check --links)"
TIMEOUT = 20.0
PAUSE = 1.0
"""Seconds between two questions to one host."""
AT_ONCE = 8
"""Hosts that are asked at the same time."""
PATIENCE = 3
"""A host that gives no answer, or says that it is asked too much, so often in a row is asked no more."""
TOO_MUCH = 429
GONE = frozenset({404, 410})
SAYS = {404: "it says that there is no such page", 410: "it says that the page is gone"}


def broken(catalogue: Catalogue, tell: Callable[[str], None]) -> list[Problem]:
    """The links that lead nowhere, where each file first has them; how many cannot be tested is told."""
    places = group((address, (path, address)) for path, address in _links(catalogue))
    hosts = group((urlsplit(address).netloc.lower(), address) for address in places)
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        answers = dict(answer for found in pool.map(_host, hosts.values()) for answer in found)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # who interrupts it waits for no more answers
    wrong = {address: why for address, why in answers.items() if why}
    untested = sum(why is None for why in answers.values())
    tell(f"{len(places):,} links to {len(hosts):,} hosts: {len(wrong)} broken, {untested} not to be tested.")
    hint = "Correct it, delete it, or link to a copy in an archive"
    return [
        located(catalogue, Finding(path, (), f"the link {address} leads nowhere: {why}", hint, said))
        for address, why in wrong.items()
        for path, said in dict.fromkeys(places[address])
    ]


def _links(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """The files and the addresses of the web that they give."""
    for paper in catalogue.papers:
        given = [*vars(paper.links).values(), *(version.url for version in paper.versions)]
        given += [person.url for person in paper.authors] + [source.url for source in paper.source]
        yield from ((paper.path, address) for address in given if address)
    yield from ((it.path, it.url) for it in catalogue.organisations.values() if it.url)
    bodies = (*catalogue.topics.values(), *catalogue.organisations.values(), *catalogue.articles)
    for document in (*catalogue.papers, *bodies):
        for href in re.findall(r'<a href="(https?://[^"]*)"', document.html):
            yield document.path, unescape(href)


def _host(addresses: tuple[str, ...]) -> list[tuple[str, str | None]]:
    answers: list[tuple[str, str | None]] = []
    silent = 0
    for i, address in enumerate(addresses):
        if silent >= PATIENCE:
            answers.append((address, None))
            continue
        time.sleep(PAUSE if i else 0)
        why, answered = _ask(address)
        silent = 0 if answered else silent + 1
        answers.append((address, why))
    return answers


def _ask(address: str) -> tuple[str | None, bool]:
    """Why the address is broken, "" if it is not, None if that is not to be known; and whether its host
    answers such questions."""
    import httpx

    place = address.partition("#")[0]
    try:
        with httpx.Client(timeout=TIMEOUT, headers={"User-Agent": AGENT}) as client:
            for _ in range(6):
                if why := _refused(place):
                    return why, True
                status, onward = _status(client, place)
                if not onward:
                    break
                place = urljoin(place, onward)
    except httpx.TransportError:
        return None, False
    except (httpx.InvalidURL, ValueError):
        return None, True
    return SAYS[status] if status in GONE else "" if status < 300 else None, status != TOO_MUCH


def _status(client: Any, place: str) -> tuple[int, str]:
    """The status of the answer, and where it sends one. Some do not answer HEAD (RFC 9110, 9.3.2) rightly."""
    answer = client.head(place)
    if answer.status_code >= 400 and answer.status_code != TOO_MUCH:
        with client.stream("GET", place) as answer:  # of whose body nothing is read
            pass
    return answer.status_code, answer.headers.get("location", "") if answer.is_redirect else ""


def _refused(address: str) -> str:
    """Why the address is not asked: an entry must not make a machine ask within its own network."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "it leads on to what is no page of the web"
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return "" if error.errno == socket.EAI_AGAIN else f"there is no host {parts.hostname}"
    within = not all(ipaddress.ip_address(place[4][0]).is_global for place in found)
    return f"{parts.hostname} is not on the public network" if within and not LOOPBACK else ""


LOOPBACK = False
"""Only tests ask this machine."""
