"""A published fact-check as ClaimReview, the form in which search engines and other desks read it.

The vocabulary is schema.org's; what is required of it is what Google documents for fact checks: claimReviewed,
reviewRating with alternateName, and url, of a page on the publisher's own site. Everything else that is known and
has a name there is given too.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from extractor.errors import ConfigError
from extractor.factcheck import Evidence, Publication, web_address
from extractor.factcheck import Rating as GivenRating
from extractor.profile import Publisher
from extractor.schema import ArticleMetadata, Claim, Source, SourceKind

CONTEXT = "https://schema.org"


class Thing(BaseModel):
    """Base of what stands in the data; its fields are named as the vocabulary names them, in camel case."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Person(Thing):
    """Somebody who makes a claim."""

    type: Literal["Person"] = Field(default="Person", alias="@type")
    name: str
    job_title: str | None = None


class Organization(Thing):
    """The desk, a publisher, or an organisation that makes a claim."""

    type: Literal["Organization"] = Field(default="Organization", alias="@type")
    name: str
    url: str | None = None


class CreativeWork(Thing):
    """Something that can be read: an article, a piece of evidence."""

    type: Literal["CreativeWork"] = Field(default="CreativeWork", alias="@type")
    url: str | None = None
    headline: str | None = None
    date_published: date | None = None
    publisher: Organization | None = None


class CorrectionComment(Thing):
    """What was changed, and when."""

    type: Literal["CorrectionComment"] = Field(default="CorrectionComment", alias="@type")
    text: str
    date_published: datetime


class ReviewedClaim(Thing):
    """The claim as somebody made it."""

    type: Literal["Claim"] = Field(default="Claim", alias="@type")
    author: Person | Organization | None = None
    date_published: date | None = None
    first_appearance: CreativeWork | None = None
    appearance: tuple[CreativeWork, ...] | None = None


class ReviewRating(Thing):
    """How true it is; numbers only where the rating is a place on the scale."""

    type: Literal["Rating"] = Field(default="Rating", alias="@type")
    rating_value: int | None = None
    best_rating: int | None = None
    worst_rating: int | None = None
    alternate_name: str
    rating_explanation: str


class ClaimReview(Thing):
    """A fact-check."""

    context: Literal["https://schema.org"] | None = Field(default="https://schema.org", alias="@context")
    type: Literal["ClaimReview"] = Field(default="ClaimReview", alias="@type")
    url: str
    claim_reviewed: str
    item_reviewed: ReviewedClaim
    review_rating: ReviewRating
    author: Organization
    date_published: datetime
    date_modified: datetime
    in_language: str
    review_body: str | None = None
    citation: tuple[CreativeWork, ...]
    correction: tuple[CorrectionComment, ...] | None = None


class DataFeedItem(Thing):
    """One entry of a feed."""

    type: Literal["DataFeedItem"] = Field(default="DataFeedItem", alias="@type")
    date_created: datetime
    date_modified: datetime
    item: ClaimReview


class DataFeed(Thing):
    """All fact-checks of a desk."""

    context: Literal["https://schema.org"] = Field(default="https://schema.org", alias="@context")
    type: Literal["DataFeed"] = Field(default="DataFeed", alias="@type")
    name: str
    publisher: Organization
    date_modified: datetime
    data_feed_element: tuple[DataFeedItem, ...]


def claim_review(publication: Publication, appearances: Sequence[ArticleMetadata], desk: Publisher) -> ClaimReview:
    """Return what is public of a fact-check as ClaimReview.

    Args:
        publication: As it was published; a withdrawn one has none.
        appearances: Articles that make the claim, the earliest first.
        desk: Who publishes; see `require_desk`.
    """
    claim, said = publication.claim, publication.assessment
    if said.rating is None or publication.withdrawn is not None:
        raise ValueError("only a fact-check that readers see, with its rating, is a ClaimReview")
    works = tuple(work for about in appearances if (work := _article(about)))
    first = works[0] if works else None
    return ClaimReview(
        url=page_address(publication, desk),
        claim_reviewed=claim.text,
        item_reviewed=ReviewedClaim(
            author=_claimant(claim, appearances),
            date_published=first.date_published if first else None,
            first_appearance=first,
            appearance=works[1:] or works or None,
        ),
        review_rating=_rating(said.rating, said.conclusion),
        author=Organization(name=desk.name, url=desk.url),
        date_published=publication.published_at,
        date_modified=publication.modified_at,
        in_language=desk.language,
        review_body=said.explanation.strip() or None,
        citation=tuple(_evidence(item) for item in said.evidence),
        correction=tuple(CorrectionComment(text=n.text, date_published=n.at) for n in publication.corrections) or None,
    )


def data_feed(reviews: Iterable[ClaimReview], desk: Publisher, *, now: datetime) -> DataFeed:
    """Return fact-checks as one feed, in the order given."""
    items = tuple(
        DataFeedItem(
            date_created=review.date_published,
            date_modified=review.date_modified,
            item=review.model_copy(update={"context": None}),
        )
        for review in reviews
    )
    return DataFeed(
        name=f"Fact-checks by {desk.name}",
        publisher=Organization(name=desk.name, url=desk.url),
        date_modified=max((item.date_modified for item in items), default=now),
        data_feed_element=items,
    )


def as_json_ld(data: ClaimReview | DataFeed, *, indent: int | None = 2) -> str:
    """Return JSON-LD; what is not known is left out."""
    return data.model_dump_json(by_alias=True, exclude_none=True, indent=indent)


def inside_html(json: str) -> str:
    """Return JSON as it can stand inside a script element: nothing in it can end the element or open a comment."""
    for character in "<>&\u2028\u2029":
        json = json.replace(character, f"\\u{ord(character):04x}")
    return json


def page_address(publication: Publication, desk: Publisher) -> str:
    """Return where the fact-check stands: its own address, or the one that the desk's settings give it."""
    own = publication.assessment.page_url.strip()
    return web_address(own) if own else desk.page_of(publication.claim.id, publication.claim.text)


def require_desk(desk: Publisher, settings_file: str) -> None:
    """Let nobody publish in nobody's name.

    Args:
        desk: As it is set.
        settings_file: Where it can be set.

    Raises:
        ConfigError: A ClaimReview needs more than is set.
    """
    if desk.missing:
        raise ConfigError(
            f"a ClaimReview says who publishes it and where: set {' and '.join(desk.missing)} under [desk] "
            f"in {settings_file!r}"
        )


def _rating(rating: GivenRating, conclusion: str) -> ReviewRating:
    on_scale = rating.value is not None
    return ReviewRating(
        rating_value=rating.value,
        best_rating=rating.best if on_scale else None,
        worst_rating=rating.worst if on_scale else None,
        alternate_name=rating.label,
        rating_explanation=conclusion,
    )


def _claimant(claim: Claim, appearances: Sequence[ArticleMetadata]) -> Person | Organization | None:
    """Return who makes the claim; nobody where the article names nobody."""
    source: Source = claim.source
    match source.kind:
        case SourceKind.PERSON:
            return Person(name=source.name, job_title=source.role)
        case SourceKind.ORGANISATION:
            return Organization(name=source.name)
        case SourceKind.ARTICLE:
            publisher = next((about.publisher for about in appearances if about.publisher), None)
            return Organization(name=publisher) if publisher else None
        case SourceKind.DOCUMENT | SourceKind.ANONYMOUS:
            return None


def _article(about: ArticleMetadata) -> CreativeWork | None:
    address = _address(about.url)
    if not (address or about.title or about.publisher):
        return None
    return CreativeWork(
        url=address,
        headline=about.title,
        date_published=about.published,
        publisher=Organization(name=about.publisher) if about.publisher else None,
    )


def _evidence(item: Evidence) -> CreativeWork:
    return CreativeWork(
        url=web_address(item.url),
        headline=item.title.strip() or None,
        publisher=Organization(name=item.publisher.strip()) if item.publisher.strip() else None,
    )


def _address(url: str | None) -> str | None:
    try:
        return web_address(url) if url else None
    except ValueError:
        return None
