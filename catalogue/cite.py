"""A paper as a citation: what it is, who wrote it, where it appeared. CSL-JSON is the common form
(https://docs.citationstyles.org); BibTeX, RIS and the others are made from the same facts."""

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from catalogue.model import Entry, Paper

MEETING = re.compile(
    r"\b(?:Proceedings|Proc\.|Conference|Conf\.|Workshop|Symposium|Meeting|Congress|NeurIPS|NIPS|ICML|ICLR|ACL|EMNLP"
    r"|NAACL|EACL|COLING|CVPR|ICCV|ECCV|WACV|AAAI|IJCAI|COLT|AISTATS|UAI|KDD|WWW|SIGIR|CHI|INTERSPEECH|ICASSP"
    r"|CoRL|ICRA|IROS|RSS|TREC)\b",
    re.IGNORECASE,
)
JOURNAL = re.compile(
    r"\b(?:(?:Transactions|Journal) (?:of|on|for)"
    r"|Proceedings of the (?:National Academy|Royal Society|VLDB Endowment|ACM on))\b"
    r"(?!.*\b(?:Conference|Proceedings|Workshop)\b)",
    re.IGNORECASE,
)
"""Journals whose names hold what else tells a meeting, such as ACL."""

ACL_JOURNAL = re.compile(r"[0-9]{4}\.(?:cl|tacl)-|[JQ][0-9]{2}-")
"""The two journals among the identifiers of the ACL Anthology."""

GROUP = re.compile(
    r"\b(?:team|group|collaboration|consortium|lab|labs|laboratory|project|initiative|community|institute|university"
    r"|inc|llc|and)\b|(?-i:\b(?:AI|the|for|of)\b)|[\d,&/()]|\.com",
    re.IGNORECASE,
)
"""What no person's name has. People are called Ai and The; one called And would part the names in BibTeX."""

PARTICLE = re.compile(
    r"(?:von|van|vom|zu|zur|de|del|della|der|den|dem|des|di|da|das|do|dos|du|la|le|ten|ter|bin|ibn|al|el|y)"
)
SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ\u0300-\u036f.'’ʻ‐-]+")
"""Accents may follow their letters: not every letter with two has a character."""


class Name(NamedTuple):
    """A person's name in parts that, joined by spaces, are the name as printed, but for a comma before the
    suffix; or one that is no person's, or of which nobody can say how it parts, as `family` alone."""

    given: str
    particle: str
    family: str
    suffix: str


@lru_cache(50_000)
def name(printed: str) -> Name:
    """The parts of a name as BibTeX takes them: the family name is the last word, with the lower-case
    words before it; only for names in Latin letters that are no group's."""
    person = re.sub(rf",(?= (?:{SUFFIX.pattern})$)", "", printed)
    words = person.split()
    if len(words) < 2 or GROUP.search(person) or not all(map(LATIN.fullmatch, words)):
        return Name("", "", printed, "")
    suffix = words.pop() if len(words) > 2 and SUFFIX.fullmatch(words[-1]) else ""
    start = next((i for i, word in enumerate(words[:-1]) if i and PARTICLE.fullmatch(word)), len(words) - 1)
    end = start
    while end < len(words) - 1 and PARTICLE.fullmatch(words[end]):
        end += 1
    return Name(" ".join(words[:start]), " ".join(words[start:end]), " ".join(words[end:]), suffix)


def kind(paper: Paper) -> str:
    """The CSL type: a paper of a meeting, an article of a journal, or a preprint (`article`)."""
    if JOURNAL.search(paper.venue or "") or ACL_JOURNAL.match(paper.acl or ""):
        return "article-journal"
    if paper.acl or MEETING.search(paper.venue or ""):
        return "paper-conference"
    return "article-journal" if paper.venue else "article"


def venue(paper: Paper) -> str:
    """Where the paper was published: if that is not said, the ACL Anthology, which takes no preprints."""
    return paper.venue or ("ACL Anthology" if paper.acl else "")


def eprint(paper: Paper) -> str:
    """The arXiv identifier without its version."""
    return re.sub("v[0-9]+$", "", paper.arxiv or "")


def resolved(doi: str) -> str:
    """The address at which a DOI is looked up. Older DOIs hold `<`, `>`, `;` and `#`."""
    return f"https://doi.org/{quote(doi, safe='/:()')}"


def address(paper: Paper) -> str:
    """Where the paper is kept, most lasting first; "" if the entry does not say."""
    if paper.doi:
        return resolved(paper.doi)
    if paper.acl:
        return f"https://aclanthology.org/{paper.acl}/"
    if paper.arxiv:
        return f"https://arxiv.org/abs/{eprint(paper)}"
    return (
        f"https://openreview.net/forum?id={paper.openreview}" if paper.openreview else paper.links.pdf or ""
    )


def item(entry: Entry) -> dict[str, Any]:
    """The entry as a CSL-JSON item (schema csl-data.json 1.0)."""
    paper = entry.paper
    day = paper.published or paper.date
    facts = {
        "id": paper.key,
        "type": kind(paper),
        "genre": "Preprint" if kind(paper) == "article" else "",
        "title": paper.plain_title,
        "author": [_csl_name(name(person.name)) for person in paper.authors],
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "container-title": venue(paper)
        or ("OpenReview" if paper.openreview else "arXiv" if paper.arxiv else ""),
        "number": f"arXiv:{eprint(paper)}" if paper.arxiv else "",
        "DOI": paper.doi,
        "URL": address(paper),
        "keyword": ", ".join(topic.title for topic in entry.topics),
    }
    return {field: value for field, value in facts.items() if value}


def csl(entry: Entry) -> str:
    """The entry as CSL-JSON on one line."""
    return json.dumps(item(entry), ensure_ascii=False)


def formatted(entry: Entry) -> str:
    """The entry in words, in the manner of the ACL: names as printed, year, title, where, address."""
    return "".join(around_title(entry))


def around_title(entry: Entry) -> tuple[str, str, str]:
    """The entry in words: what stands before the title, the title, what stands after it."""
    paper = entry.paper
    names = [person.name for person in paper.authors]
    if len(names) > 20:
        names = [*names[:19], "et al"]
    if len(names) > 2 and names[-1] != "et al":
        names = [*names[:-1], f"and {names[-1]}"]
    who = (" and " if len(names) == 2 else ", ").join(names)
    where = venue(paper) or (f"arXiv:{eprint(paper)}" if paper.arxiv else "")
    year = str((paper.published or paper.date).year)
    before, title, after = (
        " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)
        for parts in ((who, year), (paper.plain_title,), (where,))
    )
    return f"{before} ", title, "".join(f" {part}" for part in (after, address(paper)) if part)


def coins(entry: Entry) -> str:
    """The entry as a ContextObject in a span (OpenURL 1.0, ANSI/NISO Z39.88-2004), for Zotero."""
    paper = entry.paper
    journal, meeting = (kind(paper) == it for it in ("article-journal", "paper-conference"))
    fields = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{'journal' if journal else 'dc'}"),
        (
            "rft.type",
            {"article": "preprint", "paper-conference": "conferencePaper"}.get(kind(paper), "journalArticle"),
        ),
        ("rft.atitle" if journal else "rft.title", paper.plain_title),
        ("rft.jtitle" if not meeting else "rft.source", venue(paper)),
        ("rft.date", str(paper.published or paper.date)),
        *(("rft.au", person.name) for person in paper.authors[:30]),
        ("rft_id", f"info:doi/{paper.doi}" if paper.doi else ""),
        ("rft.identifier", address(paper)),
    ]
    return urlencode([(field, value) for field, value in fields if value])


def _csl_name(parts: Name) -> dict[str, str]:
    if not parts.given:
        return {"literal": parts.family}
    named = {
        "family": parts.family,
        "given": parts.given,
        "non-dropping-particle": parts.particle,
        "suffix": parts.suffix,
    }
    return {field: value for field, value in named.items() if value}
