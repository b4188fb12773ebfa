"""Which papers are alike: by the words, authors and topics that they share and few others have.

Each paper is described by its SIGNATURE most telling terms, each with a weight that grows with the term's
rarity (inverse document frequency, Spärck Jones 1972, https://doi.org/10.1108/eb026526), here in whole bits.
Two papers are as alike as the sum of the products of the weights that they share. A term of more than COMMON
papers tells nothing; so both the terms of a signature and the papers of a term are bounded, and the cost
grows as the number of papers. All numbers are whole: the result is the same on every machine.

An edit changes the signatures of few papers, and so the relatives of few: only these are looked for again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from heapq import nsmallest
from itertools import chain
from sys import intern
from typing import NamedTuple

from catalogue.model import Catalogue, Entry, Paper, group
from catalogue.terms import AUTHOR, TOPIC, counted
from catalogue.workers import spread

SHOWN = 5
SIGNATURE = 24
COMMON = 128
FLOOR = 10
"""Papers are alike that share two terms or more, and a FLOORth of what a paper shares with itself."""

Signature = Mapping[str, int]
Holders = Mapping[str, tuple[str, ...]]
Found = tuple[tuple[str, str, int], ...]


class Relatives(NamedTuple):
    """The relatives of each paper by its key: their keys, why, and how alike they are. And what they were
    found from: the digest of each paper, in how many papers each term is, the signatures."""

    papers: Mapping[str, Found]
    digests: Mapping[str, str]
    frequency: Mapping[str, int]
    signatures: Mapping[str, Signature]


NONE = Relatives({}, {}, {}, {})


def relatives(
    entries: Sequence[Entry], known: Relatives, before: Mapping[str, Paper], jobs: int
) -> Relatives:
    """The papers most like each. What is known is kept where no change concerns it; `before` are the papers,
    by their keys, of which it is known."""
    alive = {entry.paper.key: entry for entry in entries if not _withdrawn(entry.paper)}
    if len(alive).bit_length() != len(known.digests).bit_length():
        known = NONE  # every weight is another
    digests = {key: entry.digest for key, entry in alive.items()}
    changed = {key for key, _ in digests.items() ^ known.digests.items()}
    if not changed:
        return known
    frequency = Counter(known.frequency)
    for key in changed & known.digests.keys():
        frequency.subtract(counted(before[key].terms).keys())
    for key in changed & digests.keys():
        frequency.update(counted(alive[key].paper.terms).keys())
    frequency = +frequency
    rarity = _rarity(frequency, len(alive))
    others = set[str]()
    if known.digests:
        others = {term for term, _ in rarity.items() ^ _rarity(known.frequency, len(alive)).items()}
    doubtful = changed | {key for term in others for key in alive if f" {term}:" in alive[key].paper.terms}
    made = {key: _signature(alive[key].paper.terms, rarity) for key in doubtful & alive.keys()}
    moved = changed | {key for key, signature in made.items() if signature != known.signatures.get(key)}
    signatures = {key: made[key] if key in made else known.signatures[key] for key in alive}
    stale = _concerned(known, signatures, moved) if known.digests else list(alive)
    work = partial(_nearest, _holders(signatures, stale), signatures, alive)
    found = dict(zip(stale, spread(work, stale, jobs), strict=True))
    papers = {key: found[key] if key in found else known.papers[key] for key in alive}
    return Relatives(papers, digests, dict(frequency), signatures)


def joined(catalogue: Catalogue, found: Relatives) -> Catalogue:
    """The catalogue with what each paper's page says of its relatives. Those that its front matter names
    come first, and all of them."""
    entries = {entry.paper.key: entry for entry in catalogue.entries}
    shown = {}
    for key, entry in entries.items():
        alike, named = found.papers.get(key, ()), entry.paper.related
        if named:
            chosen = [(other, "", 0) for other in named] + [it for it in alike if it[0] not in named]
            alike = tuple(it for it in chosen if it[0] in entries)[: max(SHOWN, len(named))]
        shown[key] = tuple((entries[other], why) for other, why, _ in alike)
    return replace(catalogue, relatives=shown)


def _withdrawn(paper: Paper) -> bool:
    return paper.status is not None and paper.status.state == "withdrawn"


def _rarity(frequency: Mapping[str, int], papers: int) -> Mapping[str, int]:
    """The weights of terms that so many of the papers have; none for one that no two share."""
    bits = [papers.bit_length() - number.bit_length() + 1 for number in range(COMMON + 1)]
    return {term: bits[number] for term, number in frequency.items() if 1 < number <= COMMON}


def _signature(terms: str, rarity: Mapping[str, int]) -> Signature:
    """The most telling terms, with their weights, the most telling first."""
    weights = {term: count * rarity[term] for term, count in counted(terms).items() if term in rarity}
    kept = sorted(weights, key=lambda term: (-weights[term], term))
    return {intern(term): weights[term] for term in kept[:SIGNATURE]}  # many papers have it


def _holders(signatures: Mapping[str, Signature], of: Iterable[str]) -> Holders:
    """Who has each term of the signatures `of` these papers."""
    wanted = {term for key in of for term in signatures.get(key, ())}
    return group((term, key) for key, signature in signatures.items() for term in wanted & signature.keys())


def _concerned(known: Relatives, signatures: Mapping[str, Signature], moved: set[str]) -> list[str]:
    """The papers whose relatives may be others, where the papers `moved` are new, gone or have another
    signature: these, those that have one of them as a relative, and those that may get one."""
    concerned = {key for key, found in known.papers.items() if any(other in moved for other, _, _ in found)}
    holders = _holders(signatures, moved)
    for key in moved:
        for other, score in _shared(holders, signatures, signatures.get(key, {})).items():
            found = known.papers.get(other, ())
            enough = score >= _least(signatures[other])
            if enough and (len(found) < SHOWN or score >= found[-1][2]):
                concerned.add(other)
    return [key for key in signatures if key in concerned or key in moved]


def _shared(holders: Holders, signatures: Mapping[str, Signature], signature: Signature) -> dict[str, int]:
    """How alike a paper of this signature and each other are, where they share more than one term: most share
    only one."""
    shared = Counter(chain.from_iterable(map(holders.__getitem__, signature)))
    return {other: _score(signature, signatures[other]) for other, times in shared.items() if times > 1}


def _score(one: Signature, other: Signature) -> int:
    return sum([one[term] * other[term] for term in one.keys() & other.keys()])


def _least(signature: Signature) -> int:
    """What a paper's score with one that is alike must be."""
    return _score(signature, signature) // FLOOR


def _nearest(
    holders: Holders, signatures: Mapping[str, Signature], entries: Mapping[str, Entry], key: str
) -> Found:
    """The papers most like one, the newer first among equals, each with the terms they share."""
    least = _least(signatures[key])
    scores = _shared(holders, signatures, signatures[key])
    alike = [other for other, score in scores.items() if score >= least and other != key]

    def order(other: str) -> tuple[int, int, str]:
        return -scores[other], -entries[other].paper.date.toordinal(), other

    return tuple(
        (
            other,
            _reason((term for term in signatures[key] if term in signatures[other]), entries[key]),
            scores[other],
        )
        for other in nsmallest(SHOWN, alike, order)
    )


def _reason(terms: Iterable[str], entry: Entry) -> str:
    """The first three shared terms in words; a topic's name and the same word are one."""
    paper = entry.paper
    titles = {f"{AUTHOR}{person.address}": person.name for person in paper.authors}
    titles |= {f"{TOPIC}{key}": link.title for key, link in zip(paper.topics, entry.topics, strict=False)}
    words = {titles.get(term, term).casefold(): titles.get(term, term) for term in terms}
    return ", ".join(list(words.values())[:3])
