"""Which papers are alike: by the words, authors and topics that they share and few others have.

Each paper is described by its SIGNATURE most telling features, each with a weight that grows with the
feature's rarity (inverse document frequency, Spärck Jones 1972, https://doi.org/10.1108/eb026526), here
in whole bits. Two papers are as alike as the sum of the products of the weights that they share. A
feature of more than COMMON papers tells nothing; so both the features of a paper and the papers of a
feature are bounded, and the cost grows as the number of papers. All numbers are whole: the result is
the same on every machine.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from catalogue.model import Catalogue, Entry, Paper, Relative, digest
from catalogue.people import authors_line
from catalogue.workers import spread

SHOWN = 5
SIGNATURE = 24
COMMON = 256
LEAST, FLOOR = 2, 10
"""Papers are alike that share so many features, and a FLOORth of what a paper shares with itself."""
EMPTY = frozenset(
    """about above across after again against all also although always among and another any are around away
    based because become been before being below between both bring but came can cannot come could does
    down during each either else even ever every few first for from further give given gives had has
    have here how however into itself just keep large last less like made make many may might more most
    much must near nearly new not now off often once one ones only other others our over own paper per
    propose rather same seldom several shall she should show shows since some still such take than that
    the their them then there these they this those three through thus together too toward towards two
    under until upon use used uses using very via was way well were what when where whether which while
    who whom whose why will with within without would yet you your""".split()
)
"""Words that tell nothing of a subject."""
_WORD = re.compile(r"[^\W\d_][^\W_]+(?:-[^\W_]+)*")
AUTHOR, TOPIC = "@", "#"

Features = Mapping[str, int]


class Relatives(NamedTuple):
    """The relatives of each paper by its key, and a digest of what they were found from."""

    found_from: str
    papers: Mapping[str, tuple[tuple[str, str], ...]]


NONE = Relatives("", {})


def relatives(entries: Sequence[Entry], known: Relatives, jobs: int) -> Relatives:
    """The keys of the papers most like each, and why in words; what is known where nothing changed."""
    now = digest(tuple(entry.digest for entry in entries))
    if now == known.found_from:
        return known
    alive = [entry for entry in entries if not _withdrawn(entry.paper)]
    signatures = _signatures({entry.paper.key: _features(entry) for entry in alive})
    holders = defaultdict(list)
    for key, signature in signatures.items():
        for feature, weight in signature.items():
            holders[feature].append((key, weight))
    rank = {entry.paper.key: (-entry.paper.date.toordinal(), entry.paper.key) for entry in alive}
    titles = {f"{TOPIC}{topic.address}": topic.title for entry in alive for topic in entry.topics}
    names = {f"{AUTHOR}{person.address}": person.name for it in alive for person in it.paper.authors}
    work = partial(_nearest, holders, rank, titles | names)
    return Relatives(now, dict(zip(signatures, spread(work, list(signatures.items()), jobs), strict=True)))


def joined(catalogue: Catalogue, found: Relatives) -> Catalogue:
    """The catalogue with what each paper's page says of its relatives. Those that its front matter names
    come first, and all of them."""
    papers = {entry.paper.key: entry.paper for entry in catalogue.entries}
    shown = {}
    for key, paper in papers.items():
        chosen = dict.fromkeys(paper.related, "") | {
            other: why for other, why in found.papers.get(key, ()) if other not in paper.related
        }
        known = [(papers[other], why) for other, why in chosen.items() if other in papers]
        shown[key] = tuple(
            Relative(it.plain_title, it.address, authors_line(it), it.date, why)
            for it, why in known[: max(SHOWN, len(paper.related))]
        )
    return replace(catalogue, relatives=shown)


def _withdrawn(paper: Paper) -> bool:
    return paper.status is not None and paper.status.state == "withdrawn"


def _features(entry: Entry) -> Features:
    """The words of a paper, its authors and topics, each with how much it counts: a word of the title
    three times, one that is said again twice."""
    paper = entry.paper
    said = Counter(_words(f"{paper.plain_title}\n{paper.summary or ''}\n{paper.text}"))
    head = set(_words(" ".join((paper.plain_title, *paper.keywords))))
    features = {word: 3 if word in head else 1 + (count > 1) for word, count in said.items()}
    features |= {f"{AUTHOR}{person.address}": 2 for person in paper.authors}
    return features | {f"{TOPIC}{topic.address}": 3 for topic in entry.topics}


def _words(text: str) -> Iterable[str]:
    for word in _WORD.findall(text.casefold()):
        if len(word) > 4 and word.endswith("s") and word[-2] not in "siu":
            word = word[:-1]
        if len(word) > 2 and word not in EMPTY:
            yield word


def _signatures(papers: Mapping[str, Features]) -> dict[str, Features]:
    """The most telling features of each paper, with their weights."""
    frequency = Counter(feature for features in papers.values() for feature in features)
    bits = {
        feature: (len(papers) // number).bit_length()
        for feature, number in frequency.items()
        if 1 < number <= COMMON
    }
    signatures: dict[str, Features] = {}
    for key, features in papers.items():
        weights = {feature: bits[feature] * n for feature, n in features.items() if feature in bits}
        kept = sorted(weights, key=lambda feature: (-weights[feature], feature))[:SIGNATURE]
        signatures[key] = {feature: weights[feature] for feature in kept}
    return signatures


def _nearest(
    holders: Mapping[str, Sequence[tuple[str, int]]],
    rank: Mapping[str, tuple[int, str]],
    titles: Mapping[str, str],
    paper: tuple[str, Features],
) -> tuple[tuple[str, str], ...]:
    """The papers most like one, the newer first among equals, each with the features they share."""
    key, signature = paper
    scores: defaultdict[str, int] = defaultdict(int)
    shared: defaultdict[str, list[str]] = defaultdict(list)
    for feature, weight in signature.items():  # the most telling first
        for other, its in holders[feature]:
            scores[other] += weight * its
            shared[other].append(feature)
    least = scores.pop(key, 0) // FLOOR
    alike = [other for other in scores if len(shared[other]) >= LEAST and scores[other] >= least]
    best = sorted(alike, key=lambda other: (-scores[other], rank[other]))[:SHOWN]
    return tuple((other, _reason(shared[other], titles)) for other in best)


def _reason(features: Iterable[str], titles: Mapping[str, str]) -> str:
    """The first three shared features in words; a topic's name and the same word are one."""
    words = {titles.get(feature, feature).casefold(): titles.get(feature, feature) for feature in features}
    return ", ".join(list(words.values())[:3])
