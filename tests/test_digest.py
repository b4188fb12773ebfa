"""What is in a digest, and that mail programs, subscribers and filters get what they need from it."""

import datetime as dt
import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

import build
from catalogue import digest, memory
from catalogue.model import Catalogue
from conftest import Write, options, paper

EXAMPLE = Path(__file__).parent / "example" / "content"
ROOT = Path(__file__).parents[1]


def read(folder: Path, **changes: object) -> Catalogue:
    reading, _, _ = build.load(options(folder, **changes), memory.NOTHING)
    return reading.catalogue


def parsed(
    catalogue: Catalogue, recipient: str = "ada@example.org", unsubscribe: str = "", **period: Any
) -> EmailMessage:
    chosen = digest.select(catalogue, **period)
    letters = digest.letters(chosen, catalogue, "papers@example.org", unsubscribe)
    return message_from_bytes(digest.data(digest.message(letters, recipient)), policy=policy.default)


def parts(mail: EmailMessage) -> tuple[str, str]:
    """The plain text and the HTML."""
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content(), html.get_content()


class Html(HTMLParser):
    """What a mail program finds in a message."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attributes}
        self.links += [value or "" for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def busy(content: Write) -> Catalogue:
    """Two days of a week, and one of the week before."""
    return read(
        content(
            {
                "papers/2025/a.md": paper("First of $x^2$", "2025-04-09", authors="[Ada Example]"),
                "papers/2025/b.md": paper("Second & last", "2025-04-11", topics="[vision]"),
                "papers/2025/c.md": paper("Third", "2025-04-11", organisations="[example-lab]"),
                "papers/2025/d.md": paper("Long ago", "2025-04-04"),
            }
        )
    )


@pytest.mark.parametrize(
    ("period", "key", "subject", "titles"),
    [
        ({}, "2025-04-11", "2 papers of 11 April 2025", {"Second & last", "Third"}),
        ({"day": dt.date(2025, 4, 9)}, "2025-04-09", "1 paper of 9 April 2025", {"First of x²"}),
        (
            {"week": dt.date(2025, 4, 13)},
            "2025-W15",
            "3 papers of week 15, 2025",
            {"First of x²", "Second & last", "Third"},
        ),
        (
            {"since": dt.date(2025, 4, 4)},
            "2025-04-04-to-2025-04-11",
            "4 papers since 4 April 2025",
            {"First of x²", "Second & last", "Third", "Long ago"},
        ),
    ],
)
def test_periods(busy: Catalogue, period: dict[str, Any], key: str, subject: str, titles: set[str]) -> None:
    assert digest.select(busy, **period).key == key
    mail = parsed(busy, **period)
    assert mail["Subject"] == subject
    text, html = parts(mail)
    for title in ("First of x²", "Second & last", "Third", "Long ago"):
        assert (title in text) == (title in Html(html).texts) == (title in titles)


def test_nothing_in_a_period(busy: Catalogue) -> None:
    assert not digest.select(busy, day=dt.date(2025, 4, 10)).days
    assert not digest.select(busy, since=dt.date(2025, 4, 12)).days


def test_no_papers_at_all(content: Write) -> None:
    assert not digest.select(read(content({}))).days


def test_message_ids_name_site_period_and_recipient(busy: Catalogue, content: Write) -> None:
    def number(catalogue: Catalogue = busy, recipient: str = "ada@example.org", **period: Any) -> str:
        return str(parsed(catalogue, recipient, **period)["Message-ID"])

    other_site = read(content({}), url="https://example.org/other/")
    numbers = [
        number(),
        number(recipient="bob@example.org"),
        number(day=dt.date(2025, 4, 9)),
        number(week=dt.date(2025, 4, 9)),
        number(since=dt.date(2025, 4, 9)),
        number(other_site),
    ]
    assert len(set(numbers)) == len(numbers)
    assert number(recipient="ADA@example.org") == number()
    atom = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
    assert all(re.fullmatch(f"<{atom}@{atom}>", each) for each in numbers)


def test_a_site_that_moved_has_the_same_list_and_ids(busy: Catalogue, content: Write) -> None:
    before = parsed(busy)
    settings = (busy.folder / "site.toml").read_text()
    content({"site.toml": f'{settings}identity = "https://example.org/repo/"\n'})
    after = parsed(read(busy.folder, url="https://papers.example/"))
    assert after["List-Archive"] == "<https://papers.example/archive/>"
    assert (after["Message-ID"], after["List-Id"]) == (before["Message-ID"], before["List-Id"])


def test_the_same_bytes_again(busy: Catalogue) -> None:
    mail = parsed(busy)
    assert mail.as_bytes() == parsed(busy).as_bytes()
    assert "Date" not in mail


def test_headers_of_a_list(busy: Catalogue) -> None:
    mail = parsed(busy)
    assert mail["From"].addresses[0].display_name == "Test papers"
    assert mail["From"].addresses[0].addr_spec == "papers@example.org"
    assert mail["To"] == "ada@example.org"
    assert mail["List-Id"] == "<repo.example.org>"
    assert mail["List-Unsubscribe"] == "<mailto:papers@example.org?subject=unsubscribe>"
    assert "List-Unsubscribe-Post" not in mail
    assert "mailto:papers@example.org?subject=unsubscribe" in parts(mail)[0]


def test_one_click_to_unsubscribe(busy: Catalogue) -> None:
    address = "https://news.example.org/leave/" + "x" * 200 + "?who={address}"
    mail = parsed(busy, "ada+papers&x@example.org", address)
    expected = address.replace("{address}", "ada%2Bpapers%26x%40example.org")
    assert mail["List-Unsubscribe"] == f"<{expected}>, <mailto:papers@example.org?subject=unsubscribe>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = parts(mail)
    assert expected in text.splitlines()
    assert expected in Html(html).links
    assert f"List-Unsubscribe: <{expected}>".encode() in mail.as_bytes(
        policy=policy.SMTP.clone(max_line_length=998)
    )


def test_every_link_leads_to_a_page(busy: Catalogue, tmp_path: Path) -> None:
    site = tmp_path / "built"
    build.build(options(busy.folder, site))
    for period in ({}, {"week": dt.date(2025, 4, 9)}, {"since": dt.date(2025, 4, 4)}):
        mail = parsed(busy, **period)
        text, html = parts(mail)
        links = {*Html(html).links, *re.findall(r"\S+://\S+", text), mail["List-Archive"].strip("<>")}
        assert len(links) > 4
        for link in links - {"mailto:papers@example.org?subject=unsubscribe"}:
            assert link.startswith("https://example.org/repo/"), link
            assert (
                site / unquote(link.removeprefix("https://example.org/repo/")) / "index.html"
            ).is_file(), link


HOSTILE = [
    "<script>alert(1)</script> & <b>bold</b>",
    "العربية: מבחן of right to left",
    "🧪🦜 emoji 👩‍🔬",
    "Subject: no\u2003header",
    "x" * 3000,
    "a " * 1500 + "end",
    ".dot at the beginning",
    "From here =3D to =\u00e9",
]


def test_hostile_titles(content: Write) -> None:
    files = {
        f"papers/2025/h{i}.md": paper("x").replace("title: x", f'title: "{title}"', 1)
        for i, title in enumerate(HOSTILE)
    }
    mail = parsed(read(content(files)))
    raw = mail.as_bytes(policy=policy.SMTP)
    assert max(map(len, raw.split(b"\r\n"))) <= 998 - 2
    assert raw.isascii() and b"\r" not in raw.replace(b"\r\n", b"")
    text, html = parts(mail)
    found = Html(html)
    for title in HOSTILE:
        assert squeezed(title) in squeezed(text)
        assert squeezed(title) in [squeezed(each) for each in found.texts]
    assert "script" not in found.tags and "b" not in found.tags


NAMES = [
    'Évil, "quoted" <eve@example.org> \\\\ name',
    "Évènements et articles, récents et inventés, de la modélisation des phares et de leurs doutes",
    "灯台" * 40,
    "🧪🦜 " * 30 + "end",
    "Comma, all in ASCII, " * 8 + "end",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:10]))
def test_the_catalogues_name_is_the_senders_and_cannot_add_a_header(name: str, content: Write) -> None:
    site = f'title = \'{name}\'\ndescription = "x"\nurl = "https://example.org/"\n'
    catalogue = read(content({"site.toml": site, "papers/2025/a.md": paper()}))
    letters = digest.letters(digest.select(catalogue), catalogue, "papers@example.org", "")
    raw = digest.data(digest.message(letters, "ada@example.org"))
    words = re.findall(rb"=\?utf-8\?.*?\?=", raw)
    assert bool(words) != name.isascii() and max(map(len, words), default=0) <= 75  # RFC 2047, section 2
    (given,) = message_from_bytes(raw).get_all("From") or ()
    shown, address = parseaddr(given)
    assert (str(make_header(decode_header(shown))), address) == (name, "papers@example.org")
    (sender,) = parsed(catalogue)["From"].addresses  # Python's newer parser puts spaces between the words
    assert sender.display_name.replace(" ", "") == name.replace(" ", "")
    assert sender.addr_spec == "papers@example.org"


def test_html_that_holds_up_in_mail_programs(busy: Catalogue) -> None:
    html = parts(parsed(busy))[1]
    found = Html(html)
    assert not {"script", "img", "link", "math", "form", "iframe", "svg"} & set(found.tags)
    assert not {name for name in found.attributes if name.startswith("on")}
    assert "url(" not in html and "@import" not in html
    assert found.tags.count("table") == html.count('role="presentation"') - html.count("<!--[if mso]><table")
    assert "max-width:600px" in html


def test_many_papers_stay_below_what_clients_cut_off(content: Write) -> None:
    files = {
        f"papers/2025/p{i}.md": paper(
            f"A title of usual length about language models and agents, number {i}",
            body="A sentence. " * 60,
            authors="[Ada Lovelace Example, Bob Example, Carol Example, Dan Example, Eve Example]",
            topics="[alignment, vision]",
        )
        for i in range(120)
    }
    folder = content(files)
    mail = parsed(read(folder))
    assert len(parts(mail)[1].encode()) < 100_000
    for i in range(40, 120):
        (folder / f"papers/2025/p{i}.md").unlink()
    mail = parsed(read(folder))
    assert "A sentence." in parts(mail)[1]
    assert len(parts(mail)[1].encode()) < 100_000


def test_golden_text(pytestconfig: pytest.Config) -> None:
    """The example as text, byte for byte."""
    text, _ = parts(parsed(read(EXAMPLE), since=dt.date(2026, 1, 1)))
    text = text.replace("\r\n", "\n")
    golden = Path(__file__).parent / "example" / "digest.txt"
    if pytestconfig.getoption("update"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_the_command_writes_a_message(busy: Catalogue, tmp_path: Path) -> None:
    runner = CliRunner()
    asked = ["digest", "--content", str(busy.folder), "--jobs", "1", "--week", "2025-W15"]
    printed = runner.invoke(build.cli, asked)
    written = runner.invoke(build.cli, [*asked, "--output", str(tmp_path / "digest.eml")])
    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert printed.stdout_bytes == (tmp_path / "digest.eml").read_bytes()
    assert "in a mail program" in written.stderr
    assert (
        message_from_bytes(printed.stdout_bytes, policy=policy.default)["Subject"]
        == "3 papers of week 15, 2025"
    )


def subscribe(content: Write, mail: str) -> str:
    from catalogue.render import TEMPLATES
    from catalogue.templating import environment

    site = f'title = "T"\ndescription = "D"\nurl = "https://example.org/"\n[mail]\n{mail}'
    return (
        environment(read(content({"site.toml": site})), TEMPLATES)
        .get_template("parts/subscribe_mail.html")
        .render()
    )


def test_the_form_to_subscribe(content: Write) -> None:
    part = subscribe(content, 'form = "https://news.example.org/in/t?a=1&b=2"\nfield = "EMAIL"\n')
    assert 'action="https://news.example.org/in/t?a=1&amp;b=2"' in part
    assert 'name="EMAIL"' in part
    assert "news.example.org, which sends" in part
    page = (EXAMPLE.parent / "site" / "index.html").read_text()
    assert "form-action 'self'\"" in page
    build.build(options(content({})))
    page = (content({}).parent / "site" / "index.html").read_text()
    assert "form-action 'self' https://news.example.org\"" in page


def test_without_a_service_one_writes(content: Write) -> None:
    assert 'href="mailto:papers%40example.org?subject=Subscribe"' in subscribe(
        content, 'sender = "papers@example.org"\n'
    )
    assert subscribe(content, "").strip() == ""


@pytest.mark.parametrize(
    "line",
    [
        'sender = "nobody"',
        'sender = "a@b\\nBcc: c@d"',
        'unsubscribe = "http://example.org/"',
        'form = "javascript:x"',
    ],
)
def test_mail_settings_are_checked(content: Write, line: str) -> None:
    from conftest import problems

    site = f'title = "T"\ndescription = "D"\nurl = "https://example.org/"\n[mail]\n{line}\n'
    assert [problem.line for problem in problems(content({"site.toml": site}))] == [5]


def test_the_workflow_uses_the_pins_of_the_other() -> None:
    """One version of an action everywhere, each by its commit."""
    pins: dict[str, set[str]] = {}
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        for action, pin in re.findall(r"uses: (\S+)@(.+)", path.read_text()):
            assert re.fullmatch(r"[0-9a-f]{40} # v[0-9.]+", pin), (path, action)
            pins.setdefault(action, set()).add(pin)
    assert {action for action, versions in pins.items() if len(versions) > 1} == set()
