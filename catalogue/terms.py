"""What a paper is about, in terms: its words without those that tell nothing, its authors, its topics."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from catalogue.schema import PaperFrontMatter

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


def terms(paper: PaperFrontMatter, title: str, text: str) -> str:
    """The terms of a paper with this plain title and text, as ` term:count term:count `: a word of the title
    counts three times, one that is said again twice."""
    said = Counter(_words(f"{title}\n{paper.summary or ''}\n{text}"))
    head = set(_words(" ".join((title, *paper.keywords))))
    counts = {word: 3 if word in head else 1 + (count > 1) for word, count in said.items()}
    counts |= {f"{AUTHOR}{person.address}": 2 for person in paper.authors}
    counts |= {f"{TOPIC}{topic}": 3 for topic in paper.topics}
    return f" {' '.join(f'{term}:{count}' for term, count in counts.items())} "


def counted(terms: str) -> Mapping[str, int]:
    """How much each term counts."""
    return {term[:-2]: int(term[-1]) for term in terms.split()}


def _words(text: str) -> Iterable[str]:
    return filter(None, map(_term, _WORD.findall(text.casefold())))


@lru_cache(50_000)
def _term(word: str) -> str:
    """The word as a term, in the singular; "" for one that tells nothing."""
    if len(word) > 4 and word.endswith("s") and word[-2] not in "siu":
        word = word[:-1]
    return word if len(word) > 2 and word not in EMPTY else ""
