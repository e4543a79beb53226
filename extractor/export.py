"""Claims as files for other programs: JSON lines with every field, CSV with one row a claim."""

import csv
import io
from collections.abc import Iterable, Mapping

from pydantic_core import to_json

from extractor.schema import Source, StoredArticle, StoredClaim

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
)


def to_jsonl(claims: Iterable[StoredClaim], articles: Mapping[str, StoredArticle]) -> str:
    """Return one JSON object a line: the stored claim with every field, and its article's title and origin.

    Args:
        claims: What to export, in the order wanted.
        articles: The claims' articles by sha256.
    """
    lines = []
    for stored in claims:
        article = articles[stored.article_sha256]
        row = stored.model_dump(mode="json") | {"article": article.model_dump(mode="json")}
        lines.append(to_json(row).decode() + "\n")
    return "".join(lines)


def to_csv(claims: Iterable[StoredClaim], articles: Mapping[str, StoredArticle]) -> str:
    """Return a header and one row a claim (RFC 4180, CRLF), safe to open in a spreadsheet.

    Args:
        claims: What to export, in the order wanted.
        articles: The claims' articles by sha256.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for stored in claims:
        writer.writerow([_inert(cell) for cell in _row(stored, articles[stored.article_sha256])])
    return out.getvalue()


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


def _name(source: Source) -> str:
    return f"{source.name} ({source.role})" if source.role else source.name


def _inert(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula (OWASP, CSV injection)."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
