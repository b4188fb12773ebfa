"""What a file of content may say. A field is a key: its type says how the key is read, its
description documents it, no default means required. The hints, the README's table and the JSON
Schema for editors all come from here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

from catalogue.forms import (
    Address,
    Arxiv,
    Branch,
    Count,
    Day,
    Doi,
    Email,
    Flag,
    Home,
    Id,
    Key,
    Language,
    OneClick,
    Orcid,
    Picture,
    Seal,
    State,
    Text,
    TextOr,
    Url,
)
from catalogue.slugs import slug


def key(description: str, **default: Any) -> Any:
    """A field that is a front-matter key with this documentation."""
    return field(metadata={"description": description}, **default)


@dataclass(frozen=True, kw_only=True, repr=False)
class Person:
    name: Text = key("The name as the paper prints it")
    orcid: Orcid | None = key("ORCID, where the paper or the author gives it", default=None)
    url: Url | None = key("The author's own page", default=None)
    affiliation: Text | None = key("Affiliation as printed", default=None)

    def __repr__(self) -> str:
        return repr((self.name, self.orcid, self.url, self.affiliation))

    @cached_property  # remembered with the person: to transliterate a name takes long
    def address(self) -> str:
        """The page of all papers under this name. It depends on the name alone, so it is permanent."""
        return f"/authors/{slug(self.name)}/"


@dataclass(frozen=True, kw_only=True)
class Status:
    state: State = key("preprint, published or withdrawn")
    date: Day | None = key("Since when", default=None)
    reason: Text | None = key("Why, for a withdrawn paper", default=None)


@dataclass(frozen=True, kw_only=True)
class Links:
    pdf: Url | None = key("The paper as PDF (arXiv's is known from `arxiv`)", default=None)
    code: Url | None = key("Source code", default=None)
    project: Url | None = key("Project page", default=None)
    data: Url | None = key("Data set", default=None)
    model: Url | None = key("Trained model", default=None)
    demo: Url | None = key("Demonstration", default=None)
    video: Url | None = key("Video or talk", default=None)
    slides: Url | None = key("Slides", default=None)
    poster: Url | None = key("Poster", default=None)
    discussion: Url | None = key("An existing discussion", default=None)


@dataclass(frozen=True, kw_only=True)
class Image:
    src: Picture = key("A file in content/images/")
    alt: Text = key("What the picture shows, for those who cannot see it")


@dataclass(frozen=True, kw_only=True)
class Version:
    date: Day = key("When this version appeared")
    note: Text | None = key("What it is or what changed", default=None)
    url: Url | None = key("Where it is", default=None)


@dataclass(frozen=True, kw_only=True)
class Source:
    of: Text = key("Which key or text, such as abstract")
    url: Url = key("Where it was taken from")
    date: Day | None = key("When", default=None)
    seal: Seal | None = key("Digests of the values as imported: one that differs was edited", default=None)


Author = Annotated[Person, TextOr("name")]


@dataclass(frozen=True, kw_only=True)
class PaperFrontMatter:
    """Everything a paper's file can say between its `---` lines, in the order it is written."""

    title: Text = key("The title; `$x^2$` is mathematics")
    date: Day = key("The day in this catalogue, YYYY-MM-DD: decides the dated pages")
    published: Day | None = key("When the paper appeared, if that is another day", default=None)
    updated: Day | None = key("When this entry last changed for its readers", default=None)
    authors: tuple[Author, ...] = key(
        "Names as printed, or `name` with `orcid`, `url`, `affiliation`", default=()
    )
    author_count: Count | None = key(
        "How many authors, where names are unknown or two people share one", default=None
    )
    organisations: tuple[Key, ...] = key("Keys of files in content/organisations/", default=())
    topics: tuple[Key, ...] = key("Keys of files in content/topics/", default=())
    keywords: tuple[Text, ...] = key("Free words for the search", default=())
    arxiv: Arxiv | None = key("arXiv identifier", default=None)
    doi: Doi | None = key("DOI without https://doi.org/", default=None)
    openreview: Id | None = key("OpenReview forum identifier", default=None)
    acl: Id | None = key("ACL Anthology identifier", default=None)
    venue: Text | None = key("Journal, conference or workshop", default=None)
    status: Annotated[Status, TextOr("state")] | None = key(
        "preprint, published or withdrawn; or `state` with `date` and `reason`", default=None
    )
    links: Links = key(
        "pdf, code, project, data, model, demo, video, slides, poster, discussion", default=Links()
    )
    upvotes: Count | None = key("Upvotes on the day `counted`", default=None)
    comments: Count | None = key("Comments on the day `counted`", default=None)
    counted: Day | None = key("The day upvotes and comments were recorded", default=None)
    summary: Text | None = key("The paper in one sentence", default=None)
    awards: tuple[Text, ...] = key("Awards, such as Best Paper", default=())
    versions: tuple[Version, ...] = key("Earlier versions: `date`, `note`, `url`", default=())
    related: tuple[Key, ...] = key("Keys of papers that belong with this one", default=())
    aliases: tuple[Address, ...] = key(
        "Old addresses that lead here, the oldest first: /papers/old-key/", default=()
    )
    image: Image | None = key("A picture: `src` in content/images/, and `alt`", default=None)
    submitter: Text | None = key("Who proposed the paper", default=None)
    source: tuple[Source, ...] = key("Where imported text came from: `of`, `url`, `date`, `seal`", default=())
    draft: Flag = key("true: checked, but not published", default=False)


@dataclass(frozen=True, kw_only=True)
class TopicFrontMatter:
    title: Text = key("The topic's name")
    description: Text = key("What belongs here, in one line")
    aliases: tuple[Address, ...] = key("Old addresses that lead here", default=())


@dataclass(frozen=True, kw_only=True)
class OrganisationFrontMatter:
    name: Text = key("The organisation's name")
    url: Url | None = key("Its page", default=None)
    description: Text | None = key("What it is, in one line", default=None)
    aliases: tuple[Address, ...] = key("Old addresses that lead here", default=())


@dataclass(frozen=True, kw_only=True)
class ArticleFrontMatter:
    title: Text = key("The page's title")
    description: Text | None = key("What it says, in one line", default=None)
    aliases: tuple[Address, ...] = key("Old addresses that lead here", default=())


@dataclass(frozen=True, kw_only=True)
class Giscus:
    """Comments kept in GitHub Discussions; https://giscus.app tells the values."""

    repo: Text = key("Whose discussions, such as you/papers")
    repo_id: Text = key("Its identifier, as giscus.app tells it")
    category: Text = key("The category of the discussions")
    category_id: Text = key("Its identifier, as giscus.app tells it")


@dataclass(frozen=True, kw_only=True)
class Mail:
    sender: Email | None = key(
        "Who sends the digest; without `unsubscribe`, one unsubscribes there", default=None
    )
    unsubscribe: OneClick | None = key(
        "Where one unsubscribes by one click; `{address}` stands for the subscriber's address", default=None
    )
    form: Url | None = key("Where the sign-up form of a newsletter service leads", default=None)
    field: Id = key("The name of its e-mail field", default="email")

    @property
    def service(self) -> str:
        """The origin of the newsletter service, such as https://news.example.org; "" if there is none."""
        return "/".join(re.split("[/?#]", self.form)[:3]) if self.form else ""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """content/site.toml."""

    title: Text = key("The catalogue's name")
    description: Text = key("What it is, in one line")
    url: Home = key("Where the site is, such as https://you.github.io/papers/")
    repository: Url | None = key("Where its source is, such as https://github.com/you/papers", default=None)
    branch: Branch = key("The branch that pull requests go to", default="main")
    language: Language = key("The language of the pages", default="en")
    front_papers: Count = key("The front page goes on with earlier days up to so many papers", default=12)
    follow: tuple[Text, ...] = key(
        "Sources whose new papers a workflow proposes each day: daily-papers, or arxiv: and a query",
        default=(),
    )
    giscus: Giscus | None = key(
        "Comments by giscus, loaded on a click: `repo`, `repo_id`, `category`, `category_id`", default=None
    )
    cards: Flag = key("true: a picture for each paper and day, for where addresses are shared", default=False)
    offline: Flag = key(
        "false: pages that were read are not kept for when there is no connection", default=True
    )
    identity: Home | None = key(
        "The first address, kept after a move: feeds and the digest are known by it", default=None
    )
    author_files: Flag = key(
        "false: no feeds and citations as files of authors; only those of several papers have them",
        default=True,
    )
    paper_files: Flag = key("false: no .md, .ris and .txt beside each paper's page", default=True)
    math_macros: Mapping[str, str] = key("TeX macros: name to replacement", default_factory=dict)
    mail: Mail = key(
        "`sender` and `unsubscribe` of the digest, `form` and `field` to subscribe", default=Mail()
    )

    @property
    def base(self) -> str:
        """The path of the site's address without its last slash: "" or "/repo"."""
        return re.sub(r"^https?://[^/]*", "", self.url).rstrip("/")

    @property
    def root(self) -> str:
        """The whole address without its last slash."""
        return self.url.rstrip("/")

    @property
    def lasting(self) -> str:
        """The first address without its last slash: what is known by its id is known by it after a move."""
        return (self.identity or self.url).rstrip("/")
