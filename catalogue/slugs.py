"""Permanent names in addresses, made from titles and people's names by one rule each."""

import re
from functools import cache
from hashlib import blake2b


@cache
def slug(text: str) -> str:
    """`text` as lower-case ASCII words joined by hyphens; never empty, and never longer than 100.

    Depends on the text alone, so that no other entry can move its address. Different texts may
    share a slug; what they name is then told apart on the page.
    """
    plain = re.sub("['’`]", "", text)
    if not plain.isascii():
        from slugify import slugify  # transliterates every script; slow to import

        plain = slugify(plain)
    words = re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")
    if words and len(words) <= 100:
        return words
    mark = blake2b(text.encode(), digest_size=4).hexdigest()
    return f"{words[:90].rstrip('-')}-{mark}".lstrip("-")


def key_for(title: str) -> str:
    """The key a new paper gets: the name before the colon where there is one, else the first words."""
    head = re.split(r": | [–—-] ", title, maxsplit=1)[0]
    words = slug(head if len(head.split()) <= 6 else title).split("-")
    while len("-".join(words)) > 60:
        words.pop()
    while len(words) > 1 and words[-1] in _SMALL:
        words.pop()
    return "-".join(words)[:60]


_SMALL = frozenset("a an and as for from in of on the to via with".split())
