"""Writes the pages. Whatever comes from articles and people is escaped by the template.

A page forbids itself every request and every script; its structured data is no script but a block of data.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from extractor.claimreview import as_json_ld, claim_review, inside_html, page_address
from extractor.factcheck import Publication, Stance, web_address
from extractor.profile import Publisher, Scale
from extractor.schema import ArticleMetadata, Value
from extractor.visible import visible

STANCE = {
    Stance.SUPPORTS: "Supports the claim",
    Stance.REFUTES: "Speaks against the claim",
    Stance.CONTEXT: "Context",
}


class IndexEntry(Value):
    """One line of the index."""

    publication: Publication
    file_name: str


def check_page(
    publication: Publication,
    appearances: Sequence[ArticleMetadata],
    *,
    desk: Publisher,
    scale: Scale,
    index: str | None = None,
) -> str:
    """Write the page of one fact-check; a withdrawn one says that it is, and why, and no more.

    Args:
        publication: What is public.
        appearances: Articles that make the claim, the earliest first.
        desk: Who publishes.
        scale: What the ratings mean.
        index: Name of the file that lists all of them; None without.
    """
    review = None
    if publication.withdrawn is None and not desk.missing:
        data = claim_review(publication, appearances, desk)
        # json inside a script element is not markup: it is escaped by its own rules.
        review = Markup(inside_html(as_json_ld(data)))
    return _render(
        "check.html",
        publication=publication,
        claim=publication.claim,
        said=publication.assessment,
        paragraphs=[text.strip() for text in publication.assessment.explanation.split("\n\n") if text.strip()],
        articles=[about for about in appearances if about.title or about.publisher or about.url],
        address=page_address(publication, desk),
        review=review,
        desk=desk,
        scale=scale,
        index=index,
    )


def index_page(entries: Sequence[IndexEntry], *, desk: Publisher) -> str:
    """Write the list of all fact-checks, in the order given."""
    return _render("index.html", entries=entries, desk=desk)


def _render(template: str, **values: object) -> str:
    style = (files("extractor.checkpage") / "page.css").read_text(encoding="utf-8")
    return _environment().get_template(template).render(style=Markup(style), stance=STANCE, **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("extractor.checkpage", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    environment.filters |= {"day": _day, "link": _link}
    return environment


def _seen(value: object) -> object:
    """Write characters out that would steer the text around them."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _day(at: date | datetime) -> Markup:
    # Digits and English names of months: nothing in it needs escaping.
    return Markup(f'<time datetime="{at.isoformat()}">{at.day} {at:%B %Y}</time>')


def _link(url: str | None) -> str:
    """Return an address that may stand in a link, or nothing."""
    try:
        return web_address(url) if url else ""
    except ValueError:
        return ""
