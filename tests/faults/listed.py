"""What a page may hold: elements, attributes, addresses."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import html5lib

from catalogue import mathml

COMMON = set(
    "aria-controls aria-current aria-describedby aria-haspopup aria-hidden aria-label aria-labelledby"
    " class hidden id lang popover role tabindex".split()
)
PLAIN = """article bdi blockquote body br caption code dd del dialog dl dt em fieldset figcaption figure
footer h1 h2 h3 h4 h5 h6 head header hr html kbd legend li main mark menu nav noscript output p pre s search
section small strong sub summary sup table tbody td template thead title tr ul""".split()
ELEMENTS = {
    "a": "download href rel title type",
    "button": "popovertarget type",
    "details": "open",
    "div": "dir",
    "form": "action method",
    "img": "alt loading src title",
    "input": "accept autocomplete checked maxlength name placeholder required type value",
    "label": "for",
    "link": "href rel title type",
    "meta": "charset content http-equiv name property",
    "ol": "start",
    "option": "selected value",
    "path": "d",
    "rect": "height width x y",
    "script": "defer src type",
    "select": "name",
    "span": "title",
    "svg": "preserveAspectRatio viewBox",
    "textarea": "name",
    "th": "abbr scope",
    "time": "datetime",
} | dict.fromkeys(PLAIN, "")
"""Each element with its attributes, but for those of all."""
ADDRESS = {"action", "href", "src"}
OURS = re.compile(r"data-(?:authors|base|copy|count|date|giscus|key|title|worker|file|pagefind-[a-z]+)")


def foreign(data: bytes) -> Iterator[str]:
    """All that a page holds and should not: elements, attributes, addresses."""
    root = html5lib.parse(data.decode(), treebuilder="etree")
    for element in root.iter():
        if not isinstance(element.tag, str):
            yield f"a comment: {element.text}"
            continue
        name = element.tag.rpartition("}")[2]
        math = element.tag.startswith("{http://www.w3.org/1998/Math/MathML}")
        if name == "b" and element.text == "Save":  # our own, in the reading list
            continue
        allowed = (mathml.ALLOWED if math else ELEMENTS).get(name)
        if allowed is None:
            yield f"<{name}>"
            continue
        for attribute, value in element.attrib.items():
            if (
                attribute not in allowed.split()
                and attribute not in COMMON
                and not OURS.fullmatch(str(attribute))
            ):
                yield f"<{name} {attribute}>"
            if attribute in ADDRESS and not (
                value.startswith(("#", "/repo/"))
                or (urlsplit(value).scheme in ("http", "https") and urlsplit(value).netloc)
            ):
                yield f"<{name} {attribute}={value}>"
        if name == "script" and not (
            (element.get("src") or "").startswith("/repo/assets/")
            or element.get("type") == "application/ld+json"
        ):
            yield f"<script>{element.text}"
