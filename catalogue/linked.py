"""A paper as linked data: schema.org's ScholarlyArticle (https://schema.org/ScholarlyArticle)."""

from typing import Any

from catalogue.model import Entry
from catalogue.record import elsewhere, home
from catalogue.schema import Person, Settings


def linked(entry: Entry, site: Settings) -> dict[str, Any]:
    """The facts of the paper's page as JSON-LD. What is not known is left out."""
    paper, address = entry.paper, site.root + entry.paper.address
    places = dict(elsewhere(paper))
    facts = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": address,
        "url": address,
        "name": paper.plain_title,
        "headline": paper.plain_title,
        "author": [_person(person, site) for person in paper.authors],
        "datePublished": str(paper.published or paper.date),
        "dateModified": str(entry.updated),
        "description": paper.summary,
        "abstract": paper.text,
        "identifier": [
            {"@type": "PropertyValue", "propertyID": name, "value": value}
            for name, value in (("arXiv", paper.arxiv), ("DOI", paper.doi))
            if value
        ],
        "sameAs": home(paper),
        "keywords": list(paper.keywords),
        "about": [
            {"@type": "DefinedTerm", "name": topic.title, "url": site.root + topic.address}
            for topic in entry.topics
        ],
        "sourceOrganization": [
            {"@type": "Organization", "name": it.title, "url": site.root + it.address}
            for it in entry.organisations
        ],
        "publication": paper.venue and {"@type": "PublicationEvent", "name": paper.venue},
        "creativeWorkStatus": paper.status and paper.status.state,
        "award": list(paper.awards),
        "image": paper.image and f"{site.root}/images/{paper.image.src}",
        "encoding": "PDF" in places
        and {"@type": "MediaObject", "contentUrl": places["PDF"], "encodingFormat": "application/pdf"},
        "isPartOf": {"@type": "DataCatalog", "name": site.title, "url": site.url},
    }
    return {name: value for name, value in facts.items() if value}


def _person(person: Person, site: Settings) -> dict[str, Any]:
    facts = {
        "@type": "Person",
        "@id": person.orcid and f"https://orcid.org/{person.orcid}",
        "name": person.name,
        "url": person.url or site.root + person.address,
        "affiliation": person.affiliation and {"@type": "Organization", "name": person.affiliation},
    }
    return {name: value for name, value in facts.items() if value}
