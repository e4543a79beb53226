"""Claims and articles as files for other programs: JSON lines with every field, CSV with one row each."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pydantic_core import to_json

from extractor.factcheck import FactCheck
from extractor.schema import (
    Appearance,
    Article,
    CopyLink,
    Extraction,
    Failure,
    PieceState,
    Source,
    StoredArticle,
    StoredClaim,
    Value,
)

CSV_COLUMNS = (
    "claim_id",
    "status",
    "text",
    "source",
    "source_kind",
    "source_role",
    "quotation",
    "content",
    "spans",
    "cue",
    "chain",
    "kind",
    "check_worthiness",
    "check_worthiness_reason",
    "grounding",
    "flags",
    "article_sha256",
    "title",
    "publisher",
    "published",
    "url",
    "model",
    "fact_check",
    "rating",
    "rating_value",
    "rating_best",
    "rating_worst",
    "conclusion",
    "evidence",
    "fact_checked",
    "fact_check_changed",
)
ARTICLE_COLUMNS = (
    "article_sha256",
    "title",
    "publisher",
    "published",
    "language",
    "url",
    "origin",
    "added_at",
    "claims",
    "model",
    "extracted_at",
    *(f"pieces_{state}" for state in PieceState),
    "piece_details",
    "suspected_misses",
    "failures",
    "near_copy_of",
    "similarity",
    "new_sentences",
    "updates",
    "also_in",
)


class ClaimRecord(Value):
    """One claim, the article it stands in, and its fact-check where it has one."""

    stored: StoredClaim
    article: StoredArticle
    fact_check: FactCheck | None = None


class ArticleRecord(Value):
    """One article and the ledger of what was read of it."""

    article: Article
    added_at: datetime
    n_claims: int
    """Without the superseded ones."""
    extraction: Extraction | None
    """The one that was saved last: lineage, pieces with raw replies, suspected misses. None before the first."""
    failures: tuple[Failure, ...] = ()
    """Extractions of it that did not come about."""
    link: CopyLink | None = None
    """What it repeats of articles that came before it."""
    also_in: tuple[Appearance, ...] = ()
    """Where else it, its near copies and its other versions appeared."""


def claims_to_jsonl(records: Iterable[ClaimRecord]) -> Iterator[str]:
    """Give one JSON object a line: the claim with every field, its article's title and origin, its fact-check."""
    for record in records:
        row = record.stored.model_dump(mode="json") | {
            "article": record.article.model_dump(mode="json"),
            "fact_check": record.fact_check.model_dump(mode="json") if record.fact_check else None,
        }
        yield to_json(row).decode() + "\n"


def claims_to_csv(records: Iterable[ClaimRecord]) -> Iterator[str]:
    """Give a header and one row a claim (RFC 4180, CRLF), safe to open in a spreadsheet.

    Of a fact-check that is no longer or not yet public there is only where it stands.
    """
    rows = ([*_row(record.stored, record.article), *_check_cells(record.fact_check)] for record in records)
    return _csv(CSV_COLUMNS, rows)


def articles_to_jsonl(records: Iterable[ArticleRecord]) -> Iterator[str]:
    """Give one JSON object a line: the article with its text, and its ledger.

    The claims are not repeated here: in the export of claims they stand as the review left them.
    """
    for record in records:
        yield record.model_dump_json(exclude={"extraction": {"claims"}}) + "\n"


def articles_to_csv(records: Iterable[ArticleRecord]) -> Iterator[str]:
    """Give a header and one row an article (RFC 4180, CRLF), safe to open in a spreadsheet; without its text."""
    return _csv(ARTICLE_COLUMNS, (_article_row(record) for record in records))


def table_to_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with its header (RFC 4180, CRLF), safe to open in a spreadsheet."""
    return "".join(_csv(columns, rows))


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_inert(cell) for cell in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _article_row(record: ArticleRecord) -> list[str]:
    about, extraction = record.article.metadata, record.extraction
    counts = extraction.pieces_by_state if extraction else ()
    n_pieces = {count.state: count.n for count in counts}
    copy_of = record.link.copy_of if record.link else None
    return [
        record.article.sha256,
        about.title or "",
        about.publisher or "",
        about.published.isoformat() if about.published else "",
        about.language,
        about.url or "",
        about.origin,
        record.added_at.isoformat(),
        str(record.n_claims),
        extraction.identity.model if extraction else "",
        extraction.started_at.isoformat() if extraction else "",
        *(str(n_pieces.get(state, 0)) for state in PieceState),
        "; ".join(f"{count.state}: {detail}" for count in counts for detail in count.details),
        str(len(extraction.suspected_misses)) if extraction else "",
        "; ".join(f"{failure.model}: {failure.reason}" for failure in record.failures),
        copy_of.sha256 if copy_of else "",
        f"{copy_of.similarity:.3f}" if copy_of else "",
        str(copy_of.n_new_sentences) if copy_of else "",
        (record.link.updates if record.link else None) or "",
        " ".join(seen.metadata.url or seen.metadata.origin for seen in record.also_in),
    ]


def _row(stored: StoredClaim, article: StoredArticle) -> list[str]:
    claim = stored.claim
    metadata = article.metadata
    return [
        claim.id,
        stored.status,
        claim.text,
        claim.source.name,
        claim.source.kind,
        claim.source.role or "",
        claim.quotation,
        claim.content.text,
        " ".join(f"{s.start_char}-{s.end_char}" for s in claim.content.spans),
        claim.cue.text if claim.cue else "",
        " > ".join(_name(source) for source in claim.chain),
        claim.kind,
        f"{claim.check_worthiness:.3f}",
        claim.check_worthiness_reason,
        claim.content.level,
        "; ".join(f"{flag.code}: {flag.detail}" for flag in claim.flags),
        stored.article_sha256,
        metadata.title or "",
        metadata.publisher or "",
        metadata.published.isoformat() if metadata.published else "",
        metadata.url or "",
        stored.model,
    ]


def _check_cells(fact_check: FactCheck | None) -> list[str]:
    state = fact_check.state.value if fact_check else ""
    public = fact_check.publication if fact_check and fact_check.is_public else None
    rating = public.assessment.rating if public else None
    if public is None or rating is None:
        return [state, *[""] * 8]
    return [
        state,
        rating.label,
        "" if rating.value is None else str(rating.value),
        str(rating.best),
        str(rating.worst),
        public.assessment.conclusion,
        " ".join(item.url for item in public.assessment.evidence),
        public.published_at.isoformat(),
        public.modified_at.isoformat(),
    ]


def _name(source: Source) -> str:
    return f"{source.name} ({source.role})" if source.role else source.name


def _inert(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula (OWASP, CSV injection)."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
