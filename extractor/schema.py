"""The domain: articles, sentences, claims and what is known about them.

Everything here is an immutable value. Offsets are half-open ``[start_char, end_char)`` and count
code points of `Article.text`. The terms are those of the attribution corpora (PARC3, PolNeAR):
source, cue, content.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA_VERSION = 1
"""Version of these value types, part of an extraction's identity."""


class Value(BaseModel):
    """Base of every domain value: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Value):
    """A half-open range of `Article.text`."""

    start_char: int = Field(ge=0)
    """Inclusive."""
    end_char: int
    """Exclusive; greater than `start_char`."""

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.end_char <= self.start_char:
            raise ValueError(f"span [{self.start_char}, {self.end_char}) is empty")
        return self

    def overlaps(self, other: "Span") -> bool:
        """Tell whether the two ranges share a character."""
        return self.start_char < other.end_char and other.start_char < self.end_char

    def contains(self, other: "Span") -> bool:
        """Tell whether `other` lies wholly inside this range."""
        return self.start_char <= other.start_char and other.end_char <= self.end_char

    def of(self, text: str) -> str:
        """Return the characters of `text` that this range names."""
        return text[self.start_char : self.end_char]


class ArticleMetadata(Value):
    """What is known about an article beside its text; None where the input does not say."""

    title: str | None = None
    deck: str | None = None
    """The sentence under the headline."""
    section: str | None = None
    byline: str | None = None
    publisher: str | None = None
    """News agency or site; who reports."""
    dateline: str | None = None
    """Place and agency as printed, such as ``DUSHANBE, September 16. /TASS/.``"""
    published: date | None = None
    language: str = "en"
    """ISO 639-1, or 639-3 where that has none; told from the text where the input says nothing."""
    url: str | None = None
    origin: str = ""
    """Where it was read: a path, a URL, or ``stdin``."""


class Article(Value):
    """One news article; `text` never changes, every offset refers to it."""

    text: str
    sha256: str
    """Of `text` in UTF-8, 64 hex digits; it identifies the article."""
    body_start_char: int = 0
    """Where the body begins: section line, headline, deck and dateline that stand in `text` lie before it."""
    metadata: ArticleMetadata = ArticleMetadata()


class Sentence(Value):
    """One sentence of the body."""

    index: int
    """0-based, in reading order."""
    paragraph: int
    """0-based number of the paragraph it stands in."""
    span: Span


class Quotation(StrEnum):
    """How the article gives the words."""

    DIRECT = "direct"
    MIXED = "mixed"
    """Indirect speech with quoted words inside."""
    INDIRECT = "indirect"
    NONE = "none"
    """The article's own statement."""


class SourceKind(StrEnum):
    """What kind of voice makes the claim."""

    PERSON = "person"
    ORGANISATION = "organisation"
    DOCUMENT = "document"
    ANONYMOUS = "anonymous"
    ARTICLE = "article"


class ClaimKind(StrEnum):
    """What kind of statement the claim is."""

    STATISTIC = "statistic"
    EVENT = "event"
    QUOTATION_OF_RECORD = "quotation_of_record"
    """What matters is that it was said: a declaration, a position, a warning."""
    PROMISE = "promise"
    PREDICTION = "prediction"
    CAUSE = "cause"
    COMPARISON = "comparison"
    OPINION = "opinion"


class GroundingLevel(StrEnum):
    """How a part of a claim was found in the article, from certain to not at all."""

    EXACT = "exact"
    NORMALISED = "normalised"
    """Equal after quotation marks, dashes and spaces are made alike."""
    FUZZY = "fuzzy"
    SENTENCE = "sentence"
    """Only the sentence is known."""
    NOT_FOUND = "not_found"


class FlagCode(StrEnum):
    """A doubt about a claim that a reviewer should see."""

    MISQUOTE = "misquote"
    """Given as a direct quotation, but the article does not have these words."""
    CONTENT_NOT_FOUND = "content_not_found"
    SOURCE_NOT_FOUND = "source_not_found"
    """The source's mention is not in the article."""
    SOURCE_UNCERTAIN = "source_uncertain"
    """The speaker was inferred from a pronoun, a role or a neighbouring sentence."""
    NUMBER_NOT_IN_SOURCE = "number_not_in_source"
    NAME_NOT_IN_SOURCE = "name_not_in_source"
    NEGATION_DIFFERS = "negation_differs"
    TRUNCATED_REPLY = "truncated_reply"


class Part(Value):
    """A part of a claim (content, mention, cue) and the place where the article has it."""

    text: str
    """As the extractor gave it; with level exact it equals the text of its spans."""
    spans: tuple[Span, ...] = ()
    """In reading order; empty when not found."""
    level: GroundingLevel
    score: float | None = None
    """Similarity in [0, 1] for level fuzzy, else None."""

    @model_validator(mode="after")
    def _spans_fit_level(self) -> Self:
        if bool(self.spans) == (self.level is GroundingLevel.NOT_FOUND):
            raise ValueError("a part has spans exactly when it was found")
        return self


UNNAMED = "unnamed"
"""The name of an anonymous source where the article says nothing about it: "is said to", "reportedly"."""


class Source(Value):
    """Who makes a claim."""

    name: str
    """As the reader should see it: the resolved name, not the pronoun."""
    kind: SourceKind
    role: str | None = None
    """Title or function, such as ``transport minister``."""
    mention: Part | None = None
    """The words in the text that stand for the source near the claim (``she``, ``the document``)."""


class Flag(Value):
    """One doubt, in words."""

    code: FlagCode
    detail: str
    """A sentence for the reviewer, such as ``the article says 40 %, the claim 14 %``."""


class Claim(Value):
    """One checkable statement, as somebody made it."""

    id: str
    """24 hex digits, a hash over article, content spans, text and source: the same find keeps its id."""
    text: str
    """One sentence that can be understood alone."""
    content: Part
    quotation: Quotation
    source: Source
    cue: Part | None = None
    chain: tuple[Source, ...] = ()
    """Who reports whom, outermost first, without `source` itself: an agency, then a declaration."""
    kind: ClaimKind
    check_worthiness: float = Field(ge=0, le=1)
    check_worthiness_reason: str
    flags: tuple[Flag, ...] = ()


class PartDraft(Value):
    """A part as an extractor proposes it, before grounding."""

    text: str
    spans: tuple[Span, ...] = ()
    """Given when the extractor knows the place; they must name exactly `text`, pieces joined by one space."""


class SourceDraft(Value):
    """A source as an extractor proposes it."""

    name: str
    kind: SourceKind
    role: str | None = None
    mention: PartDraft | None = None
    uncertain: str | None = None
    """Why the name is only inferred, in words; None when the text names it beside the claim."""


class ClaimDraft(Value):
    """A claim as an extractor proposes it, before grounding, checks and merging."""

    text: str
    content: PartDraft
    quotation: Quotation
    source: SourceDraft
    cue: PartDraft | None = None
    chain: tuple[SourceDraft, ...] = ()
    kind: ClaimKind
    check_worthiness: float = Field(ge=0, le=1)
    check_worthiness_reason: str
    sentences: tuple[int, ...] = ()
    """Indices of the sentences it comes from: where grounding looks first, and its last resort."""


class PieceState(StrEnum):
    """What became of one piece of an article that was given to an extractor."""

    CLAIMS = "claims"
    EMPTY = "empty"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    FAILED = "failed"

    @property
    def is_loss(self) -> bool:
        """Tell whether claims may have gone missing with the piece."""
        return self not in {PieceState.CLAIMS, PieceState.EMPTY}


class Usage(Value):
    """What calls cost; sums over calls add up with `+`."""

    calls: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    """Those of the prompt that the endpoint had read before and may charge less for, where it tells."""
    output_tokens: int = 0
    seconds: float = 0.0
    cost_usd: float | None = None
    """None when the price is not known."""
    reused: int = 0
    """Answers kept from calls that count elsewhere; they cost nothing more."""

    def __add__(self, other: "Usage") -> "Usage":
        costs = [u.cost_usd for u in (self, other) if u.calls]
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_prompt_tokens=self.cached_prompt_tokens + other.cached_prompt_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            seconds=self.seconds + other.seconds,
            cost_usd=None if None in costs else sum(c for c in costs if c is not None),
            reused=self.reused + other.reused,
        )


class KeptReply(Value):
    """What an endpoint answered to one request, kept so that the same request is never paid for twice."""

    request_sha256: str
    """Of the whole question: messages, model, settings, and the schema that the reply must fit."""
    text: str
    """The words of the answer or of the refusal, as they came."""
    refused: bool = False
    cut_off: bool = False
    """It ran into the limit for its length."""
    usage: Usage = Usage()
    """Of the one call that it came from."""
    is_booked: bool = False
    """Some extraction counts what it cost."""


class Piece(Value):
    """One entry of the ledger: a stretch of the article and what the extractor made of it."""

    index: int
    span: Span
    state: PieceState
    n_drafts: int = 0
    detail: str = ""
    """Why, when the state is refused, truncated or failed; and what was asked about, in a second look."""
    raw_replies: tuple[str, ...] = ()
    """Every reply of the model as it came, in order; empty for rules."""
    request_sha256s: tuple[str, ...] = ()
    """The request that each of the replies answers, where replies are kept; empty for one that no longer is."""
    usage: Usage = Usage()


class PieceCount(Value):
    """How many pieces of an article ended in one state."""

    state: PieceState
    n: int
    details: tuple[str, ...] = ()
    """The different reasons, in the order of the article; for refused, truncated and failed."""


class SuspectedMiss(Value):
    """A sentence that looks like it reports somebody's words, and that no claim covers."""

    span: Span
    reason: str


class Identity(Value):
    """What an extraction depends on beside the article; the same identity is never paid for twice."""

    model: str
    """``rules``, ``local``, or the endpoint's name for the model."""
    prompt_name: str | None = None
    prompt_version: int | None = None
    prompt_sha256: str = ""
    """Of everything versioned that the extractor reads: prompt, examples, language data."""
    schema_version: int = SCHEMA_VERSION
    settings: str = "{}"
    """Canonical JSON of what else changes the reply, such as temperature and limits."""
    stages_sha256: str = ""
    """Of the code that makes claims out of replies: when it changes, articles are done again, from kept replies."""


class Extraction(Value):
    """The outcome of one extractor on one article: claims, ledger, lineage."""

    article_sha256: str
    identity: Identity
    claims: tuple[Claim, ...]
    """In reading order."""
    pieces: tuple[Piece, ...]
    suspected_misses: tuple[SuspectedMiss, ...] = ()
    started_at: datetime
    seconds: float

    @property
    def usage(self) -> Usage:
        """What all calls for this article cost together."""
        return sum((p.usage for p in self.pieces), Usage())

    @property
    def pieces_by_state(self) -> tuple[PieceCount, ...]:
        """Count the pieces, in the order of `PieceState`; states without a piece are left out."""
        by_state = [(state, [p for p in self.pieces if p.state is state]) for state in PieceState]
        return tuple(
            PieceCount(state=state, n=len(held), details=tuple(dict.fromkeys(p.detail for p in held if p.detail)))
            for state, held in by_state
            if held
        )


class ClaimStatus(StrEnum):
    """Where a claim stands in review."""

    PENDING = "pending"
    VERIFIED = "verified"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    """Not in force: undecided when a newer extraction of its article no longer found it, or its addition undone."""


class DecisionKind(StrEnum):
    """What a reviewer did."""

    VERIFY = "verify"
    CORRECT = "correct"
    REJECT = "reject"
    ADD = "add"
    """A reviewer wrote the claim: one that was missed, a part of a split one, the sum of merged ones."""
    UNDO = "undo"


class RejectionReason(StrEnum):
    """Why a claim was rejected; it feeds the error statistics."""

    WRONG_SPEAKER = "wrong_speaker"
    WRONG_SPAN = "wrong_span"
    PARAPHRASE_DRIFT = "paraphrase_drift"
    NOT_A_CLAIM = "not_a_claim"
    NOT_CHECKABLE = "not_checkable"
    OPINION = "opinion"
    DUPLICATE = "duplicate"
    SPLIT = "split"
    """Several claims in one; new claims stand in its place."""
    MERGE = "merge"
    """A part of one claim; a new claim stands in the place of all parts."""


class Decision(Value):
    """One append-only step in the review of a claim."""

    claim_id: str
    kind: DecisionKind
    reviewer: str
    decided_at: datetime
    """Aware, UTC."""
    status_before: ClaimStatus
    status_after: ClaimStatus
    before: Claim
    after: Claim
    """Differs from `before` after a correction, or when one is undone."""
    reason: RejectionReason | None = None
    """Set exactly for a rejection."""
    comment: str = ""
    batch_id: str | None = None
    """Shared by all decisions that were made by one act: in bulk, or as a split or a merge."""


BY_HAND = "reviewer"
"""`StoredClaim.model` of a claim that a reviewer added."""


class StoredClaim(Value):
    """A claim as the store holds it."""

    claim: Claim
    """As it stands now, corrections applied."""
    article_sha256: str
    model: str
    """The extractor that found it last."""
    status: ClaimStatus
    version: int
    """Rises with every decision; a decision names the version it was made on."""
    assigned_to: str | None = None
    """The reviewer it was sent to: nobody else is served it."""
    added_by: str | None = None
    """The reviewer who wrote it; None when an extractor found it."""


class StoredArticle(Value):
    """An article as a list shows it: everything but its text."""

    sha256: str
    metadata: ArticleMetadata
    added_at: datetime
    """Aware, UTC."""
    n_claims: int
    """Without the superseded ones."""
    extracted_at: datetime | None = None
    """When the extraction that was saved last began; None before the first."""
    model: str | None = None
    """The extractor of that extraction."""

    @property
    def title(self) -> str | None:
        """The headline, where there is one."""
        return self.metadata.title


class NearCopyOf(Value):
    """That an article says nearly the same as one that came before it."""

    sha256: str
    """The earlier article."""
    similarity: float
    """Share of the shorter text's runs of words that the other has too, in [0, 1]."""
    n_new_sentences: int
    """Sentences of the later one's body that the earlier one does not have word for word."""


class CopyLink(Value):
    """What an article repeats."""

    copy_of: NearCopyOf | None
    """The near copy that leaves the fewest sentences new."""
    updates: str | None
    """The article that was read at the same URL before."""

    @property
    def says_nothing_new(self) -> bool:
        """Tell whether every sentence of it stands in the earlier article: then it is not extracted again."""
        return self.copy_of is not None and self.copy_of.n_new_sentences == 0


class Appearance(Value):
    """A place where an article, or a near copy of it, appeared."""

    article_sha256: str
    """Of the article as it is held; several appearances share it where the text was the same."""
    metadata: ArticleMetadata
    """As that place gave it."""
    seen_at: datetime
    """When it was read first; aware, UTC."""
    link: CopyLink | None = None
    """What that article repeats; None for the first of its story."""


class VisitState(StrEnum):
    """What became of a page or file that a feed, sitemap or folder named."""

    READ = "read"
    FAILED = "failed"
    """It will be tried again."""
    GIVEN_UP = "given_up"
    """Failed so often that it is left alone until its source says that it has changed."""
    GONE = "gone"
    """The server says that there is nothing any more."""


class Failure(Value):
    """An article that an extractor could not do yet."""

    article_sha256: str
    model: str
    reason: str
    """Of the last try."""
    n_failures: int
    first_at: datetime
    """Aware, UTC, as `last_at`."""
    last_at: datetime
    is_set_aside: bool = False
    """Tried so often in vain that runs leave it alone until somebody asks for it."""


class RunState(StrEnum):
    """How far a run is, or how it ended."""

    QUEUED = "queued"
    """Its articles are in the queue of the workers, or in their hands; what each worker does of it is a run too."""
    RUNNING = "running"
    DONE = "done"
    """It saw the end of its backlog."""
    INTERRUPTED = "interrupted"
    """By a person, or because its process died."""
    BUDGET = "budget"
    """Stopped before it passed its limit of money or tokens."""
    STOPPED = "stopped"
    """The endpoint or the database could not be used any longer."""


class RunSettings(Value):
    """How a run was asked to work; none of it changes what is found."""

    concurrency: int
    """Articles in flight at once."""
    max_tries: int
    batch_api: bool = False
    """By batches at the provider."""
    max_cost_usd: float | None = None
    max_tokens: int | None = None


class RunTotals(Value):
    """What a run has done so far; `+` adds."""

    n_done: int = 0
    n_failed: int = 0
    """Tries that came to nothing."""
    n_set_aside: int = 0
    """Of those, articles that have failed too often."""
    n_claims: int = 0
    n_lost_pieces: int = 0
    n_suspected_misses: int = 0
    usage: Usage = Usage()
    """Of failed tries too."""

    def __add__(self, other: "RunTotals") -> "RunTotals":
        return RunTotals(
            n_done=self.n_done + other.n_done,
            n_failed=self.n_failed + other.n_failed,
            n_set_aside=self.n_set_aside + other.n_set_aside,
            n_claims=self.n_claims + other.n_claims,
            n_lost_pieces=self.n_lost_pieces + other.n_lost_pieces,
            n_suspected_misses=self.n_suspected_misses + other.n_suspected_misses,
            usage=self.usage + other.usage,
        )


class Run(Value):
    """One call of a command that works through a backlog."""

    id: int
    state: RunState
    reason: str
    """Why it ended before the backlog did; empty otherwise."""
    model: str
    identity: Identity
    settings: RunSettings
    host: str
    pid: int
    started_at: datetime
    """Aware, UTC, as the others."""
    seen_at: datetime
    """When it gave its last sign of life."""
    ended_at: datetime | None
    totals: RunTotals
    """Of a queued run: of all its parts."""
    part_of: int | None = None
    """The queued run of which this is a worker's part."""
    n_articles: int | None = None
    """How many articles were put into the queue; None where the run is no queued one."""


class RunProgress(Value):
    """A run that goes on now, and who works on it."""

    run: Run
    workers: tuple[Run, ...]
    """Of a queued run, the parts that are alive; of any other, itself."""
    n_waiting: int | None
    """How many of its articles are in the queue or in hand; None where the run is no queued one."""
    articles_per_s: float
    """Brought to an end, good or bad: each worker's own average since its part began, added up."""


class LedgerTotals(Value):
    """What was read of all articles, by the last extraction of each."""

    pieces: dict[PieceState, int]
    """Every state is named."""
    n_suspected_misses: int


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

    by_status: dict[ClaimStatus, int] = {}
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
