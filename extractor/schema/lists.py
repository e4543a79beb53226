"""Lists of claims and articles: what is wanted, in which order, and how it is counted."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from extractor.schema.article import ArticleMetadata, CopyLink, StoredArticle
from extractor.schema.base import Value
from extractor.schema.claim import ClaimKind, FlagCode, Quotation, SourceKind
from extractor.schema.review import ClaimStatus, RejectionReason, StoredClaim


class ClaimFilter(Value):
    """Which claims are wanted: those that meet every condition; within one field, any of its values."""

    statuses: tuple[ClaimStatus, ...] = ()
    """All but the superseded ones when empty."""
    publishers: tuple[str, ...] = ()
    """Names as `facets` gives them, as are sources, models and reviewers."""
    sources: tuple[str, ...] = ()
    source_kinds: tuple[SourceKind, ...] = ()
    kinds: tuple[ClaimKind, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    flags: tuple[FlagCode, ...] = ()
    has_flags: bool | None = None
    reviewers: tuple[str, ...] = ()
    """Who made the decision in force."""
    assignees: tuple[str, ...] = ()
    reasons: tuple[RejectionReason, ...] = ()
    """Of the decision in force."""
    models: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    """Whole hashes."""
    published_from: date | None = None
    """Inclusive, as all four days; a claim without the date is not in any range."""
    published_to: date | None = None
    added_from: date | None = None
    """When the article came in, in UTC."""
    added_to: date | None = None
    text: str = ""
    """Words that all occur in the claim, its content, source, or the article's title, in any case and
    with or without accents: ``word``, ``begin*``, ``"a phrase"``, ``-without``."""
    article_text: str = ""
    """The same for the article's title and text."""


class ClaimOrder(StrEnum):
    """In which order claims are listed."""

    QUEUE = "queue"
    """The most urgent first."""
    NEWEST = "newest"
    """The last to come in first."""
    CHANGED = "changed"
    """The last to be changed or decided first."""


class Page(Value):
    """One page of a list of claims."""

    claims: tuple[StoredClaim, ...]
    after: str | None
    """Where the next page begins; None when this is the last."""


class Count(Value):
    """How many there are; said as `str`, ``1,204`` or ``10,000+``."""

    n: int
    is_exact: bool = True
    """False when there are at least `n`: counting went only so far."""

    def __str__(self) -> str:
        return f"{self.n:,}" if self.is_exact else f"{self.n:,}+"


class Facet(StrEnum):
    """What claims are counted by."""

    STATUS = "status"
    PUBLISHER = "publisher"
    SOURCE_KIND = "source_kind"
    KIND = "kind"
    QUOTATION = "quotation"
    FLAG = "flag"
    LANGUAGE = "language"
    MODEL = "model"
    REVIEWER = "reviewer"
    ASSIGNEE = "assignee"
    REASON = "reason"


class FacetCount(Value):
    """How many claims have one value of a facet."""

    value: str
    count: Count


class Facets(Value):
    """How the claims that a filter lets through fall into the values of each facet."""

    total: Count
    by: dict[Facet, tuple[FacetCount, ...]]
    """Every facet is named; its values by falling number, those that do not occur left out."""


class ListedClaim(Value):
    """A claim as a list shows it."""

    stored: StoredClaim
    article: ArticleMetadata
    changed_at: datetime
    """When its version rose last; aware, UTC."""
    reviewer: str | None = None
    """Who made the decision in force, as `reason`; None for an undecided claim."""
    reason: RejectionReason | None = None
    """Set exactly for a rejected claim."""


class ArticleState(StrEnum):
    """What may be said of an article in a list; several may be true at once."""

    UNREAD = "unread"
    """No extractor has done it yet."""
    WAITING = "waiting"
    """Some of its claims wait for a decision."""
    DECIDED = "decided"
    """It has claims, and none of them waits."""
    WITHOUT = "without"
    """It was read, and has no claim."""
    LOST = "lost"
    """The extraction that was saved last has pieces that were refused, cut off, or failed."""
    MISSES = "misses"
    """It has sentences that may hold a missed claim."""
    FAILED = "failed"
    """An extraction of it did not come about."""


class ArticleFilter(Value):
    """Which articles are wanted: those that meet every condition; within one field, any of its values."""

    states: tuple[ArticleState, ...] = ()
    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    published_from: date | None = None
    """Inclusive, as all four days; an article without the date is not in any range."""
    published_to: date | None = None
    added_from: date | None = None
    """When it came in, in UTC."""
    added_to: date | None = None
    text: str = ""
    """Words that all occur in the title or the text, as in `ClaimFilter.text`."""


class ListedArticle(StoredArticle):
    """An article as a list shows it, with what became of it."""

    by_status: dict[ClaimStatus, int] = Field(default_factory=dict)
    """Its claims; only statuses that some have, in the order of `ClaimStatus`."""
    link: CopyLink | None = None
    """What it repeats."""
    n_lost_pieces: int
    """Of the extraction that was saved last, as `n_suspected_misses`."""
    n_suspected_misses: int
    n_failures: int
    """Extractors that could not do it yet."""
    is_set_aside: bool
    """Runs of one of them leave it alone."""


class SavedView(Value):
    """A name for a list of claims, with its filter, search and order."""

    name: str
    address: str
    """What stands behind the question mark in the address of the list."""
    owner: str | None = None
    """Whose it is; None for the desk's, which everybody sees."""
    saved_by: str
