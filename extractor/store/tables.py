"""The tables: one row class for each entity. Rows never leave this package.

Values of the domain are kept whole, as JSON, in columns that give them back as they were; what a
query needs to filter or sort by has a column of its own beside them.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Enum,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from extractor.people import Member, Role
from extractor.schema import (
    Article,
    ArticleMetadata,
    Claim,
    ClaimStatus,
    CopyLink,
    Decision,
    DecisionKind,
    Identity,
    NearCopyOf,
    Piece,
    RejectionReason,
    Run,
    RunSettings,
    RunState,
    RunTotals,
    StoredClaim,
    SuspectedMiss,
    Usage,
    VisitState,
)
from extractor.store.fulltext import as_tsvector

UNPLACED = 2**31 - 1
"""`ClaimRow.start_char` of a claim whose content was not found: it comes last in reading order."""

TALLY = (
    "article_sha256",
    "id",
    "model",
    "calls",
    "prompt_tokens",
    "output_tokens",
    "call_seconds",
    "cost_usd",
    "n_claims_pieces",
    "n_empty_pieces",
    "n_refused_pieces",
    "n_truncated_pieces",
    "n_failed_pieces",
    "n_suspected_misses",
)
"""What sums over extractions read, in an index: the rows beside it hold every raw reply."""

LEASED = text("leased_by IS NOT NULL")
"""What the index of leases covers: a handful of rows, however many claims there are."""

ASSIGNED = text("assigned_to IS NOT NULL")

IN_BATCH = text("batch_id IS NOT NULL")

IS_DECIDED = text("decision_id IS NOT NULL")
"""What the index covers that a sample of decided claims is drawn from."""


def identity_sha256(identity: Identity) -> str:
    """Return the hash by which an identity is looked up: of its JSON with sorted keys."""
    canonical = json.dumps(identity.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


class ValueType(TypeDecorator[Any]):
    """A frozen value of the domain, or a tuple of them, in a JSON column.

    A plain JSON column misses edits made inside its value; frozen values have none.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, held: Any) -> None:
        super().__init__()
        self.held = held
        self._adapter: TypeAdapter[Any] = TypeAdapter(held)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Give JSON's own types to the database."""
        return self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Give the value back."""
        return self._adapter.validate_python(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time; SQLite forgets the zone and PostgreSQL answers in its own, both give UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody could tell which zone it meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time {value!r} has no zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DocumentType(TypeDecorator[str]):
    """What is searched, made by `extractor.store.fulltext.document_of`: as it is, or as a tsvector on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column."""
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is stored."""
        return value if value is None or dialect.name != "postgresql" else as_tsvector(value)


def words_column(of: type[StrEnum]) -> Enum:
    """Return a column type that stores the words of a closed set as they read."""
    return Enum(of, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


class Row(SQLModel):
    """Base of every row; names of constraints are alike on both databases, so migrations can name them."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ArticleRow(Row, table=True):
    """An article; `text` comes last so that SQLite can read the rest without walking through it."""

    __tablename__ = "article"
    # SQLite lists articles from it without walking through their texts.
    __table_args__ = (Index("ix_article_arrival", "arrival", "sha256"),)

    arrival: int | None = Field(default=None, primary_key=True)
    """Order in which articles came in."""
    sha256: str = Field(unique=True)
    title: str | None
    """Without an index: PostgreSQL refuses to index a headline of more than 2,700 bytes."""
    body_start_char: int
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    about: ArticleMetadata = Field(sa_column=Column("metadata", ValueType(ArticleMetadata), nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))

    def as_value(self) -> Article:
        """Return the article."""
        return Article(text=self.text, sha256=self.sha256, body_start_char=self.body_start_char, metadata=self.about)


class ArticleKeyRow(Row, table=True):
    """One of the hashes that an article is looked up by when another comes in: of its wording, and of its URL."""

    __tablename__ = "article_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    arrival: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """The article's."""


class NearCopyRow(Row, table=True):
    """That an article repeats an earlier one, or updates it; written once, when it comes in."""

    __tablename__ = "near_copy"

    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256")
    of_sha256: str | None = Field(default=None, foreign_key="article.sha256", index=True)
    """Never an article that says nothing new itself."""
    similarity: float | None = None
    n_new_sentences: int | None = None
    updates_sha256: str | None = Field(default=None, foreign_key="article.sha256")
    story: int = Field(index=True)
    """`ArticleRow.arrival` of the first article that all near copies of one story lead back to."""

    def as_value(self) -> CopyLink:
        """Return the link."""
        copy_of = None
        if self.of_sha256 is not None:
            copy_of = NearCopyOf(
                sha256=self.of_sha256, similarity=self.similarity or 0.0, n_new_sentences=self.n_new_sentences or 0
            )
        return CopyLink(copy_of=copy_of, updates=self.updates_sha256)


class ReprintRow(Row, table=True):
    """That the very text of an article was also read at another URL."""

    __tablename__ = "reprint"

    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256")
    url_sha256: str = Field(primary_key=True)
    """Of `about.url`, which may be too long for an index."""
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    about: ArticleMetadata = Field(sa_column=Column("metadata", ValueType(ArticleMetadata), nullable=False))


class ListingRow(Row, table=True):
    """A feed, a sitemap or a folder that is followed, or a part of a sitemap, as it was read last."""

    __tablename__ = "listing"

    address_sha256: str = Field(primary_key=True)
    """Of `address`, which may be too long for an index."""
    address: str = Field(sa_column=Column(Text, nullable=False))
    """A URL, or the whole path of a folder."""
    index_sha256: str | None = None
    """Of the address of the sitemap index that it is a part of."""
    version: str = ""
    """What the index says of it, when all that it lists had been dealt with."""
    etag: str | None = None
    """As `last_modified`: of the last answer whose every page was dealt with."""
    last_modified: str | None = None
    since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Pages from before were left out then."""
    checked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    not_before: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When its server wants to be asked again."""
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False))
    """Why it could not be read, or not whole, the last time."""


class VisitRow(Row, table=True):
    """A page or file that a source named, and what became of it; it is not read again until its source says so."""

    __tablename__ = "visit"

    address_sha256: str = Field(primary_key=True)
    address: str = Field(sa_column=Column(Text, nullable=False))
    source_sha256: str = Field(index=True)
    """Of the address of the feed, sitemap index or folder."""
    version: str = Field(sa_column=Column(Text, nullable=False))
    """What the source said of it; another one means that it has changed."""
    state: VisitState = Field(sa_column=Column(words_column(VisitState), nullable=False))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    n_failures: int = 0
    """In a row."""
    again_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When a failed one is due."""
    etag: str | None = None
    last_modified: str | None = None
    known: ArticleMetadata | None = Field(default=None, sa_column=Column(ValueType(ArticleMetadata | None)))
    """What the source said about a page that failed."""
    visited_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ExtractionRow(Row, table=True):
    """One extractor's work on one article; its claims are in `FindRow`."""

    __tablename__ = "extraction"
    __table_args__ = (
        UniqueConstraint("article_sha256", "identity_sha256"),
        Index("ix_extraction_tally", *TALLY),
    )

    id: int | None = Field(default=None, primary_key=True)
    article_sha256: str = Field(foreign_key="article.sha256")
    identity_sha256: str
    model: str = Field(index=True)
    identity: Identity = Field(sa_column=Column(ValueType(Identity), nullable=False))
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seconds: float
    calls: int
    prompt_tokens: int
    output_tokens: int
    call_seconds: float
    cost_usd: float | None
    """None when the price is not known."""
    suspected_misses: tuple[SuspectedMiss, ...] = Field(
        sa_column=Column(ValueType(tuple[SuspectedMiss, ...]), nullable=False)
    )
    pieces: tuple[Piece, ...] = Field(sa_column=Column(ValueType(tuple[Piece, ...]), nullable=False))
    """The ledger; of replies that are kept in `ReplyRow` it has only the requests."""
    run_id: int | None = None
    """The run it was made in; None when it was saved outside of one."""
    n_claims_pieces: int = 0
    """How many of `pieces` have this state, as those that follow: sums need not read the raw replies."""
    n_empty_pieces: int = 0
    n_refused_pieces: int = 0
    n_truncated_pieces: int = 0
    n_failed_pieces: int = 0
    n_suspected_misses: int = 0


class ReplyRow(Row, table=True):
    """What an endpoint answered to one request; the ledgers of extractions refer to it."""

    __tablename__ = "reply"

    request_sha256: str = Field(primary_key=True)
    text: str = Field(sa_column=Column(ValueType(str), nullable=False))
    """In JSON: a model may say NUL, which PostgreSQL holds in no other way."""
    refused: bool
    cut_off: bool
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    calls: int
    prompt_tokens: int
    cached_prompt_tokens: int
    output_tokens: int
    seconds: float
    cost_usd: float | None
    extraction_id: int | None = Field(default=None, foreign_key="extraction.id")
    """The first extraction that was made of it, and that counts what it cost."""


class RunRow(Row, table=True):
    """One call of a command that works through a backlog; updated while it goes."""

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    state: RunState = Field(sa_column=Column(words_column(RunState), nullable=False))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    """Why it ended before the backlog did."""
    model: str
    identity_sha256: str
    identity: Identity = Field(sa_column=Column(ValueType(Identity), nullable=False))
    settings: RunSettings = Field(sa_column=Column(ValueType(RunSettings), nullable=False))
    host: str
    pid: int
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """When it gave its last sign of life."""
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    n_done: int = 0
    n_failed: int = 0
    n_set_aside: int = 0
    n_claims: int = 0
    n_lost_pieces: int = 0
    n_suspected_misses: int = 0
    calls: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    prompt_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    output_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    call_seconds: float = 0.0
    cost_usd: float = 0.0
    n_unpriced_calls: int = 0
    reused: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Answers that were kept from earlier calls."""
    part_of: int | None = Field(default=None, index=True)
    """The queued run that this is a worker's part of."""
    n_articles: int | None = None
    """Of a queued run: how many were put into the queue."""
    reserved_usd: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default="0"))
    """What the articles in flight may cost, where the queued run has a limit; that of a worker that died stays."""
    reserved_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    n_writes: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    """Transactions in which its process has written what it did."""

    def as_value(self) -> Run:
        """Return the run, with the totals of its own row."""
        of = {name: getattr(self, name) for name in Run.model_fields if name not in {"totals", "id"}}
        return Run(id=self.id or 0, totals=run_totals({name: getattr(self, name) for name in TOTALS}), **of)


TOTALS = (
    *(name for name in RunTotals.model_fields if name != "usage"),
    *("calls", "prompt_tokens", "output_tokens", "call_seconds", "cost_usd", "n_unpriced_calls", "reused"),
)
"""The columns of `RunRow` that add up over runs."""


def run_totals(values: Mapping[str, Any]) -> RunTotals:
    """Return totals from the values of `TOTALS`."""
    usage = Usage(
        calls=values["calls"],
        prompt_tokens=values["prompt_tokens"],
        output_tokens=values["output_tokens"],
        seconds=values["call_seconds"],
        cost_usd=None if values["n_unpriced_calls"] else values["cost_usd"],
        reused=values["reused"],
    )
    counts = {name: values[name] for name in RunTotals.model_fields if name != "usage"}
    return RunTotals(**counts, usage=usage)


class AttemptRow(Row, table=True):
    """An article that a run has begun and not ended: written before the work begins, gone when it has ended."""

    __tablename__ = "attempt"

    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256")
    identity_sha256: str = Field(primary_key=True)
    run_id: int | None
    """Who has it; None when it was given back."""
    n_begun: int
    """How often it was begun since it last ended: more than once only when runs died over it."""


class FailureRow(Row, table=True):
    """An extraction that did not come about; it goes when one does."""

    __tablename__ = "failure"

    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256")
    identity_sha256: str = Field(primary_key=True)
    model: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    n_failures: int
    n_blamed: int = 0
    """How many of them were the article's fault, and not that of an endpoint in trouble."""
    is_set_aside: bool = False
    """Left alone by runs until somebody asks for it."""
    first_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    last_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ClaimRow(Row, table=True):
    """A claim as it stands now."""

    __tablename__ = "claim"

    arrival: int | None = Field(default=None, primary_key=True)
    """Order in which claims came in: among equal ranks, older articles first and each in reading order."""
    id: str = Field(unique=True)
    article_sha256: str = Field(foreign_key="article.sha256")
    start_char: int
    """Where the content begins, or `UNPLACED`."""
    model: str
    status: ClaimStatus = Field(sa_column=Column(words_column(ClaimStatus), nullable=False))
    version: int = 1
    """Rises with every decision, and when a newer extraction changes what a reviewer would see."""
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """When `version` rose last."""
    decision_id: int | None = None
    """The decision in force; no foreign key, since the two tables would then need each other to be made."""
    rank: float
    """Place in the queue, the smaller the sooner; see `extractor.store.ranking.rank`."""
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    leased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Since when they have held it without a break."""
    assigned_to: str | None = None
    """Nobody else is served it."""
    added_by: str | None = None
    """Who wrote it; extractions leave such a claim alone."""
    disagreement: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default="0"))
    """Share of the article's other extractors that do not have it so; part of `rank`."""
    claim: Claim = Field(sa_column=Column(ValueType(Claim), nullable=False))

    __table_args__ = (
        Index("ix_claim_queue", "status", "rank", "arrival"),
        Index(
            "ix_claim_assigned",
            *("assigned_to", "status", "rank", "arrival"),
            sqlite_where=ASSIGNED,
            postgresql_where=ASSIGNED,
        ),
        Index("ix_claim_article", "article_sha256", "start_char", "arrival", "status"),
        Index("ix_claim_lease", "leased_by", sqlite_where=LEASED, postgresql_where=LEASED),
        Index("ix_claim_decided", "id", sqlite_where=IS_DECIDED, postgresql_where=IS_DECIDED),
    )

    def as_value(self) -> StoredClaim:
        """Return the claim."""
        return StoredClaim(
            claim=self.claim,
            article_sha256=self.article_sha256,
            model=self.model,
            status=self.status,
            version=self.version,
            assigned_to=self.assigned_to,
            added_by=self.added_by,
        )


class FindRow(Row, table=True):
    """That an extraction has a claim, and how it gave it; corrections leave this alone."""

    __tablename__ = "find"

    extraction_id: int = Field(primary_key=True, foreign_key="extraction.id")
    claim_id: str = Field(primary_key=True, foreign_key="claim.id", index=True)
    position: int
    """0-based, in reading order."""
    found: Claim = Field(sa_column=Column(ValueType(Claim), nullable=False))


class DecisionRow(Row, table=True):
    """One step of a review; triggers refuse to change or delete it."""

    __tablename__ = "decision"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: str = Field(foreign_key="claim.id")
    version: int
    """The claim's version it was made on."""
    kind: DecisionKind = Field(sa_column=Column(words_column(DecisionKind), nullable=False))
    reviewer: str
    decided_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    status_before: ClaimStatus = Field(sa_column=Column(words_column(ClaimStatus), nullable=False))
    status_after: ClaimStatus = Field(sa_column=Column(words_column(ClaimStatus), nullable=False))
    before: Claim = Field(sa_column=Column(ValueType(Claim), nullable=False))
    after: Claim = Field(sa_column=Column(ValueType(Claim), nullable=False))
    reason: RejectionReason | None = Field(default=None, sa_column=Column(words_column(RejectionReason)))
    comment: str = Field(default="", sa_column=Column(Text, nullable=False))
    previous_id: int | None = None
    """The decision in force before this one, or, for an undo, after it."""
    batch_id: str | None = None
    """Shared by what one act decided."""
    opened_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Since when the reviewer had held the claim; None when they did not hold it."""
    model: str = Field(default="", sa_column=Column(String, nullable=False, server_default=""))
    """Who had found the claim as it was decided, or `BY_HAND`; it stays when a newer extraction finds it too."""
    prompt: str = Field(default="", sa_column=Column(String, nullable=False, server_default=""))
    """Name and version of its prompt, such as ``claims v3``; empty without."""

    __table_args__ = (
        UniqueConstraint("claim_id", "version"),
        Index("ix_decision_reviewer", "reviewer", "id"),
        Index("ix_decision_batch", "batch_id", sqlite_where=IN_BATCH, postgresql_where=IN_BATCH),
    )

    def as_value(self) -> Decision:
        """Return the decision."""
        return Decision.model_validate({name: getattr(self, name) for name in Decision.model_fields})


class ClaimLinkRow(Row, table=True):
    """That a claim was made out of another by a split or a merge; append-only."""

    __tablename__ = "claim_link"

    child_id: str = Field(primary_key=True, foreign_key="claim.id")
    parent_id: str = Field(primary_key=True, foreign_key="claim.id", index=True)


class CommentRow(Row, table=True):
    """What somebody said about a claim; append-only."""

    __tablename__ = "comment"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: str = Field(foreign_key="claim.id", index=True)
    author: str
    written_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))


class AssignmentRow(Row, table=True):
    """That a claim was sent to somebody, or back to all; append-only."""

    __tablename__ = "assignment"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: str = Field(foreign_key="claim.id", index=True)
    assigned_by: str
    assigned_to: str | None
    assigned_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SkipRow(Row, table=True):
    """That a reviewer does not want to see a claim for a while."""

    __tablename__ = "skip"

    reviewer: str = Field(primary_key=True)
    claim_id: str = Field(primary_key=True, foreign_key="claim.id")
    until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DraftRow(Row, table=True):
    """What somebody is typing and has not saved."""

    __tablename__ = "draft"

    person: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    saved_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class MemberRow(Row, table=True):
    """Somebody who may log in; who leaves keeps the row, since decisions carry the name."""

    __tablename__ = "member"

    login: str = Field(primary_key=True)
    name: str
    name_key: str = Field(unique=True)
    """The name in small letters: nobody may take another one's."""
    role: Role = Field(sa_column=Column(words_column(Role), nullable=False))
    is_active: bool = True
    changed_by: str
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    def as_value(self) -> Member:
        """Return the member."""
        return Member.model_validate({name: getattr(self, name) for name in Member.model_fields})


class IndexRow(Row, table=True):
    """What a claim is found, filtered and counted by; derived from the other tables by `extractor.store.index`.

    SQLite's full-text index is a table beside it, ``claim_fts``, whose row numbers are `position`, so
    that whatever it finds comes in the order of the queue. PostgreSQL has a GIN index on `document`.
    """

    __tablename__ = "claim_index"

    arrival: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """The claim's."""
    position: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    """See `extractor.store.ranking.position`."""
    article: int = Field(sa_column=Column(Integer, nullable=False))
    """The article's arrival. Before the long columns, so that SQLite can read it without walking through them."""
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    terms: str = Field(sa_column=Column(Text, nullable=False))
    """A space before and after each."""
    document: str = Field(sa_column=Column(DocumentType, nullable=False))

    __table_args__ = (
        Index("ix_claim_index_changed", "changed_at", "arrival"),
        Index("ix_claim_index_article", "article", "position"),
    )


class TallyRow(Row, table=True):
    """How many claims have one value of a facet, kept true by whoever changes a claim.

    The sum over all slots counts. On PostgreSQL each transaction writes to a slot that no other one
    writes to, so that nobody waits for a colleague's counting.
    """

    __tablename__ = "tally"

    facet: str = Field(primary_key=True)
    """One of `Facet`, or ``all``."""
    value: str = Field(primary_key=True)
    status: ClaimStatus = Field(sa_column=Column(words_column(ClaimStatus), primary_key=True))
    slot: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    n: int


class SavedViewRow(Row, table=True):
    """A name for a list of claims."""

    __tablename__ = "saved_view"

    owner: str = Field(primary_key=True)
    """Empty for the desk's."""
    name: str = Field(primary_key=True)
    address: str = Field(sa_column=Column(Text, nullable=False))
    saved_by: str
    saved_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DerivedRow(Row, table=True):
    """Which version of the index the database holds: one row."""

    __tablename__ = "derived"

    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
