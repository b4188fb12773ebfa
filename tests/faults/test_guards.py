"""Every escape, guard and check is taken out in turn, from a copy of the program: a check fails for each.

A row of GUARDS names a file, what is taken out of it, what stands there instead, and the check that must see
it. All checks pass on the program as it is.
"""
# ruff: noqa: E501 (a row of the table is a line)

import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from guards import (
    ROOT,
    Check,
    an_annotation_ends_nowhere,
    bibtex_has,
    body,
    broken,
    check_that,
    every_page_has_the_policy,
    facts_are_named_by_the_policy,
    facts_stay_in_their_script,
    feeds_hold_html_as_text,
    file,
    foreign_folders_are_refused,
    formula,
    links_are_refused,
    links_elsewhere_tell_nothing,
    log,
    nothing_is_written_into_a_file,
    of,
    pages_show_text_as_text,
    refused,
    seen,
    settings,
    templates_cannot_guess,
    the_memory_runs_nothing,
    what_is_said_is_printable,
    words_for_machines_are_escaped,
)

HTML = pages_show_text_as_text
LINK = 'href="'
S, M, T, F, Y = "catalogue/settle.py", "catalogue/markdown.py", "catalogue/mathml.py", "catalogue/forms.py", "catalogue/strictyaml.py"  # fmt: skip
R, G, P, D = (
    "catalogue/render.py",
    "catalogue/templating.py",
    "catalogue/problems.py",
    "catalogue/document.py",
)
GUARDS: list[tuple[str, str, str, Check]] = [
    # templates
    (G, "autoescape=True", "autoescape=False", HTML),
    (G, "        undefined=StrictUndefined,\n", "", templates_cannot_guess),
    ("catalogue/jinja.py", "        return _ESCAPE(value)", "        return value", HTML),
    (R, "os.O_CREAT | os.O_EXCL", "os.O_CREAT", nothing_is_written_into_a_file),
    (G, r'r"\\\1", text)', 'r"\\1", text)', words_for_machines_are_escaped),
    ("templates/pages/paper.html", "entry|linked|tojson", "entry|linked|json", facts_stay_in_their_script),
    ("templates/pages/paper.html", " '{{ facts|sha256 }}'", "", facts_are_named_by_the_policy),
    ("templates/pages/paper.html", '<a href="{{ address }}" rel="noopener noreferrer">', '<a href="{{ address }}">',
     links_elsewhere_tell_nothing),
    ("templates/feeds/paper.atom", "of_paper(entry)|forceescape", "of_paper(entry)|safe", feeds_hold_html_as_text),
    ("templates/pages/api.html", "json(2)|forceescape", "json(2)|safe", HTML),
    *(("templates/base.html", part, "", every_page_has_the_policy) for part in (
        "default-src 'none'; ", "worker-src 'self'; ", "style-src 'self'; ", "base-uri 'none'; ", "connect-src 'self'; ",
        '<meta http-equiv="Content-Security-Policy" ')),
    ("templates/base.html", "script-src 'self'", "script-src 'self' 'unsafe-inline'", every_page_has_the_policy),
    ("templates/base.html", "form-action 'self'", "form-action *", every_page_has_the_policy),
    ("templates/pages/redirect.html", "form-action 'none'", "form-action *", every_page_has_the_policy),
    # Markdown
    (M, '"js-default"', '"commonmark"', body("<b id=x>", "<p>&lt;b id=x&gt;</p>")),
    (M, "if len(source.encode", "if 0 and len(source.encode", refused(body="a " * 40_000, said="larger than 64")),
    (M, r"if found := re.search(rf", r"if found := None and re.search(rf", refused(body="a" * 5_000, said="no space")),
    (M, "        if max(accumulate", "        if 0 and max(accumulate", refused(body="> " * 38 + "a", said="too deep")),
    (M, "sorted(settle(tokens, base, macros)) or missing", "sorted(settle(tokens, base, macros))",
     refused(body="| a |\n|---|\n| b | lost |", said="'lost' would not appear")),
    (M, "    if odd := invisible(page + text):", "    if odd := None:", refused(body="a&#x202e;b", said="invisible")),
    (M, "invisible(page + text)", "invisible(text)", refused(body="a&#12;b", said="invisible")),
    (M, "        return html.escape(text)\n", "        return text\n", HTML),
    (M, "(html.escape(part), raw) for", "(part, raw) for",
     lambda: check_that("<b>" not in of("markdown").inline(r"<b>\x{y}"))),
    (S, "        if token.type == \"fence\" and", "        if 0 and", refused(body="```a b\nx\n```", said="language")),
    (S, "    return address if _WEB.fullmatch(address) or _MAIL.fullmatch(address) else None", "    return address",
     refused(body="[a](javascript:b)", said="cannot lead")),
    (S, r"/(?!/|%5c).*", r"/(?!%5c).*", refused(body="[a](//b.example)", said="cannot lead")),
    (S, r"/(?!/|%5c).*", r"/(?!/).*", refused(body=r"[a](/%5cb.example)", said="cannot lead")),
    (S, r'mailto:[\w', r'\w+:[\w', refused(body="[a](data:b@c.example)", said="cannot lead")),
    (S, 'token.attrs["rel"] = ', '_ = ',
     body("[a](https://b.example)", '<p><a href="https://b.example" rel="noopener noreferrer ugc">a</a></p>')),
    (S, 'and "xn--" in address', "and 0",
     lambda: check_that(">http://xn--" in of("markdown").render("http://аррӏе.example").html)),
    (S, "if not _PICTURE.fullmatch(written):", "if 0:", refused(body="![a](https://b.example/c.png)", said="picture")),
    (S, "elif not description:", "elif 0:", refused(body="![](/images/a.png)", said="no description")),
    (S, " and name not in TAKEN", "", body("# main", "<h2>main</h2>")),
    (S, r'''re.sub(r"[^\w\- ]", "",''', 're.sub("x{9}", "",', body("# a.b", '<h2 id="ab">a.b</h2>')),
    (S, '.pop("style", None)', '.get("style")', lambda: check_that(
        "style=" not in of("markdown").render("| a |\n|:-:|\n| b |").html)),
    (S, "base + written, ", "written, ", lambda: check_that(
        'src="/base/images/a.png"' in of("markdown").render("![a](/images/a.png)", "/base").html)),
    # formulas
    (T, '            raise Unfit(f"{name}={value}")', "            pass", formula(r"\rule{99em}{1em}")),
    (T, "html.escape(NOT_XML", "(NOT_XML", lambda: check_that("<b>" not in of("mathml").convert(r"<b>\bad"))),
    (T, '.sub("\\ufffd", tex))', '.sub("\\0", tex))', lambda: check_that("\0" not in of("mathml").convert("\0"))),
    (T, '    if "\\\\" in text or', "    if", formula(r"\neverheard{x}")),
    ("catalogue/tex.py", ' or re.search(rf"\\\\(?:{REFUSED})\\b", tex)', "", formula(r"\newcommand{\a}{b} a")),
    ("catalogue/tex.py", "        if not 0 <= depth <= MAX_DEPTH:", "        if 0:", formula("{" * 50 + "a" + "}" * 50)),
    ("catalogue/tex.py", "        if len(tex) > MAX_LENGTH:", "        if 0:", formula("a " * 2_500)),
    # front matter
    (Y, "if event.anchor:", "if 0:", refused("venue: &a b", said="anchors")),
    (Y, "if event.tag:", "if 0:", refused("venue: !!str b", said="tags")),
    (Y, "if depth > MAX_DEPTH:", "if 0:", refused("venue: " + "[" * 9 + "]" * 9, said="too deep")),
    (Y, "if number >= MAX_EVENTS:", "if 0:", refused("authors: [" + "a," * 17_000 + "]", said="too many")),
    (Y, "    if len(block.encode()) > MAX_BLOCK:", "    if 0:", refused("venue: " + "a" * 140_000, said="128 KB")),
    (Y, "DocumentEndEvent) and event.explicit", "DocumentEndEvent) and 0", refused("...", said="dots")),
    (Y, "if escape not in '\\\\\"/xuU'", "if 0", refused(title=r'"a\tb"', said="double quotes stands")),
    (Y, "        if odd := invisible(node.value):", "        if odd := None:", refused(title=r'"a\u202eb"', said="invisible")),
    (Y, '            if key.value == "<<":', "            if 0:", refused("<<: a", said="merge")),
    (Y, "            if same in seen:", "            if 0:", refused("venue: a\nvenue: b", said="twice")),
    (Y, '"NFKC", key.value).casefold()', '"NFKC", key.value)', refused("venue: a\nVenue: b", said="twice")),
    (Y, "            if not isinstance(key, yaml.ScalarEvent):", "            if 0:", refused("[a]: b", said="a key must")),
    (Y, '.startswith("#")', '.startswith("##")', refused("venue: a #1", said="#")),
    *((Y, old, new, refused(title=f"a{odd}b", said="invisible")) for old, new, odd in (
        (r"\x00-\x08", "", "\x01"), (r"\x0b-\x1f", "", "\x1b"), (r"\x7f-\x9f", "", "\x9b"), (r"\u2028\u2029", "", "\u2029"),
        (r"\u202a-\u202e", "", "\u202e"), (r"\u2066-\u2069", "", "\u2066"), (r"\u200b", "", "\u200b"), (r"\ufeff", "", "\ufeff"),
        (r"\u2060-\u2064", "", "\u2060"), (r"\U000e0000-\U000e007f", "", "\U000e0041"), (r"\xad", "", "\xad"),
        (r" or (not text.isascii() and _JOINER.search(text))", "", "\u200d"))),
    ("catalogue/frontmatter.py", "    if len(data) > MAX_FILE:", "    if 0:", refused("", "a " * 140_000, said="256 KB")),
    ("catalogue/frontmatter.py", "    if odd := strictyaml.invisible(text):", "    if odd := None:", refused(title="a\u202eb", said="invisible")),
    ("catalogue/convert.py", 'extra="forbid"', 'extra="ignore"', refused("zebra: x", said="zebra")),
    ("catalogue/settings.py", "        _refuse_hidden(parsed)\n", "", settings(r'follow = ["a\u202eb"]')),
    ("catalogue/settings.py", "(ValueError, RecursionError)", "ValueError", settings("follow = " + "[" * 5_000)),
    # the forms of values
    (F, "pattern.fullmatch(value)", "pattern.match(value)", refused("doi: 10.1000/a b")),
    (F, r'r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"' + "\n" + r"        r'(?:[/?#][^\s",
     r'r"[a-z]+:.*"' + "\n" + r"        r'(?:[/?#][^\s", refused("links: {pdf: 'javascript:alert(1)'}")),
    (F, r'[/?#][^\s<>"\\^', r'[/?#][^\s\\^', refused("links: {pdf: 'https://a.example/\"<b>'}")),
    (F, r'10\.[0-9]{4,9}/[^\s"\\{}]+', r'10\.[0-9]{4,9}/.+', refused("doi: '10.1000/a\"b'")),
    (F, r'[^\n]*\S[^\n]*', r'(?s:.*\S.*)', refused("venue: |\n  a\n  b")),
    (F, '"[A-Za-z0-9_-][A-Za-z0-9._-]*"', '".*"', refused("openreview: '../a'")),
    (F, 'KEY = "[a-z0-9]+(?:-[a-z0-9]+)*"', 'KEY = ".*"', refused("topics: ['../a']")),
    (F, r'f"/{KEY}(?:/{KEY})*/"', '"/.*/"', refused("aliases: [/../a/]")),
    (F, r'rf"{KEY}\.(?:png|jpg|webp|gif)"', '".*"', refused("image: {src: ../a.svg, alt: b}")),
    (F, "preprint|published|withdrawn", ".*", refused("status: <b>")),
    (F, '"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]"', '".*"', refused("authors: [{name: a, orcid: ../x}]")),
    (F, r'\.[0-9]{4,5}|[a-z-]+', r'\.[0-9]{4,5}|.+', refused("arxiv: ../hep-th/9901001")),
    (F, '"[A-Za-z0-9_][A-Za-z0-9._/-]*"', '".*"', settings('branch = "a b"')),
    (F, '"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"', '".*"', settings("language = 'en\"'")),
    (F, '''r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?"''', 'r".*"', settings("identity = 'https://a.example/b?\"'")),
    (F, "_ATOM = r\"[A-Za-z0-9!", "_ATOM = r\"[\\sA-Za-z0-9!", settings("mail = {sender = 'a b@c.example'}")),
    # files
    (D, "            _refuse_key(where, found[\"key\"])\n", "", file("pages/a b.md", b"---\ntitle: A\n---\n", "not a key")),
    (D, "con|prn|aux", "prn|aux", file("pages/con.md", b"---\ntitle: A\n---\n", "Windows")),
    (D, "elif len(key) > 100:", "elif 0:", file(f"pages/{'a' * 101}.md", b"---\ntitle: A\n---\n", "100 characters")),
    (D, "elif not data.startswith(kinds[ending]):", "elif 0:", file("images/a.png", b"<svg onload=x>", "not a png")),
    (D, "elif len(data) > MAX_PICTURE:", "elif 0:", file("images/a.png", b"\x89PNG\r\n" + b"x" * 1_100_000, "1 MB")),
    (D, "elif wrong := _size(data):", "elif wrong := 0:", file("images/a.png", b"\x89PNG\r\n", "damaged")),
    ("catalogue/files.py", "        if stat.S_ISREG(status.st_mode):", "        if 1:", seen(lambda it: it.symlink_to("/etc/passwd"))),
    ("catalogue/files.py", "entry.stat(follow_symlinks=False)", "entry.stat()", seen(lambda it: it.symlink_to("/etc/passwd"))),
    ("catalogue/files.py", 'getattr(os, "O_NOFOLLOW", 0)', "0", seen(lambda it: it.symlink_to("/etc/passwd"))),
    ("catalogue/files.py", "        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):", "        if 0:", seen(os.mkfifo)),
    ("catalogue/write.py", "    if site.exists() and not (site / MARKER)", "    if 0 and not (site / MARKER)", foreign_folders_are_refused),
    ("catalogue/write.py", "linked = site.is_symlink() or", "linked =", links_are_refused("link")),
    ("catalogue/write.py", " or workshop(site).is_symlink()", "", links_are_refused(".link")),
    ("catalogue/memory.py", "        raise pickle.UnpicklingError(f", "        return super().find_class(module, name)\n        raise (f", the_memory_runs_nothing),
    # the catalogue as a whole
    *(("catalogue/rules.py", f"    {rule},\n", "", broken(case)) for rule, case in (
        ("folder_is_the_year", "wrong-year-folder"), ("authors_once", "author-twice"), ("named_once", "topic-twice"),
        ("author_count_fits", "author-count-wrong"), ("signals_have_a_day", "comments-without-day"),
        ("days_in_order", "updated-before-date"), ("orcid_checksums", "orcid-checksum"))),
    *(("catalogue/check.py", f"    {rule},\n", "", broken(case)) for rule, case in (
        ("known_topics", "topic-unknown"), ("known_organisations", "organisation-unknown"), ("known_related", "related-unknown"),
        ("known_pictures", "image-not-there"), ("one_file_per_key", "same-key"), ("one_paper_per_identifier", "same-doi"))),
    ("catalogue/check.py", "        dead_links(catalogue, plans),\n", "", broken("link-dead")),
    ("build.py", "problems += check.addresses(reading.catalogue, plans)", "pass", broken("page-takes-search")),
    # what is said
    (P, "c if c.isprintable() else", "c if 1 else", log("a\n\x1b\u202e", r"a\n\x1b\u202e")),
    (P, 'text.replace("##[", "# #[")', "text", log("x ##[error]", "x # #[error]")),
    (P, '    return ": :" + text[2:] if text.lstrip().startswith("::") else text', "    return text", log("::error::x", ": :error::x")),
    (P, '.replace("%", "%25")', "", an_annotation_ends_nowhere),
    (P, '.replace(":", "%3A")', "", an_annotation_ends_nowhere),
    (P, '.replace(",", "%2C")', "", an_annotation_ends_nowhere),
    (P, "    return printable(text).replace", "    return text.replace", an_annotation_ends_nowhere),
    ("catalogue/report.py", "click.echo(printable(text), err=True)", "click.echo(text, err=True)", what_is_said_is_printable),
    # citations
    *(("catalogue/bibtex.py", f'"{sign}"' if sign in "~^" else old, new, bibtex_has(said)) for sign, old, new, said in (
        ("&", '"&%#_$"', '"%#_$"', r"\&"), ("%", '"&%#_$"', '"&#_$"', r"50\%"), ("#", '"&%#_$"', '"&%_$"', r"\#1"),
        ("_", '"&%#_$"', '"&%#$"', r"A\_"), ("$", '"&%#_$"', '"&%#_"', r"\$5"), ("~", "", '"\x01"', r"\textasciitilde{}"),
        ("^", "", '"\x01"', r"\textasciicircum{}"))),
    ("catalogue/bibtex.py", 're.sub("-(?=-)", "-{}", ', '("".join)(', bibtex_has("-{}-b")),
    (G, r"|&(?=#?\w+;)", "", words_for_machines_are_escaped),
    ("catalogue/bibtex.py", '"{": r"', '"\x01": r"', bibtex_has(r"\textbraceleft{}")),
    ("catalogue/bibtex.py", '"}": r"', '"\x01": r"', bibtex_has(r"\textbraceright{}")),
    ("catalogue/bibtex.py", 'return "{" + _latex(parts.family) + "}" if', "return _latex(parts.family) if", bibtex_has("{Ada \\& Bo Lab}")),
    ("catalogue/cite.py", "{quote(doi, safe='/:()')}", "{doi}", bibtex_has("org/10.1000/a%25b%23c")),
]  # fmt: skip


@contextmanager
def program(folder: Path) -> Iterator[None]:
    """`catalogue` and `build` are imported anew from this folder, and then again from where they were."""

    def own() -> list[str]:
        return [name for name in sys.modules if name.split(".")[0] in ("catalogue", "build")]

    before = {name: sys.modules.pop(name) for name in own()}
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode, kept = True, sys.dont_write_bytecode
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.dont_write_bytecode = kept
        sys.path.remove(str(folder))
        for name in own():
            del sys.modules[name]
        sys.modules |= before


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for name in ("catalogue", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build.py", folder)
    return folder


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: f"{Path(guard[0]).name}: {guard[1].strip()[:40]}")
def test_a_guard_that_is_taken_out_is_missed(guard: tuple[str, str, str, Check], copy: Path) -> None:
    name, old, new, check = guard
    path = copy / name
    whole = path.read_text()
    assert old in whole, "the guard has another text now: correct the row"
    path.write_text(whole.replace(old, new))
    try:
        with program(copy), pytest.raises((AssertionError, AttributeError, TypeError, RecursionError)):
            check()
    finally:
        path.write_text(whole)


def test_all_checks_pass_on_the_program_as_it_is(copy: Path) -> None:
    with program(copy):
        for name, old, _, check in GUARDS:
            try:
                check()
            except Exception as error:
                raise AssertionError(f"The check of {old!r} in {name}") from error
