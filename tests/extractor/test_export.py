import csv
import io
import json
from datetime import UTC, date, datetime

from extractor.export import CSV_COLUMNS, ClaimRecord, claims_to_csv, claims_to_jsonl
from extractor.schema import (
    ArticleMetadata,
    Claim,
    ClaimKind,
    ClaimStatus,
    Flag,
    FlagCode,
    GroundingLevel,
    Part,
    Quotation,
    Source,
    SourceKind,
    Span,
    StoredArticle,
    StoredClaim,
)

ARTICLE = StoredArticle(
    sha256="a" * 64,
    metadata=ArticleMetadata(title="Ferry, late again", published=date(2026, 3, 4)),
    added_at=datetime(2026, 3, 4, tzinfo=UTC),
    n_claims=1,
)


def stored(text: str) -> StoredClaim:
    claim = Claim(
        id="0" * 24,
        text=text,
        content=Part(text=text, spans=(Span(start_char=3, end_char=9),), level=GroundingLevel.EXACT),
        quotation=Quotation.INDIRECT,
        source=Source(name="Ruta Osei", kind=SourceKind.PERSON, role="engineer"),
        chain=(Source(name="NORPRESS", kind=SourceKind.ORGANISATION),),
        kind=ClaimKind.EVENT,
        check_worthiness=0.5,
        check_worthiness_reason="It names a date.",
        flags=(Flag(code=FlagCode.SOURCE_UNCERTAIN, detail="from “she”"),),
    )
    return StoredClaim(claim=claim, article_sha256=ARTICLE.sha256, model="rules", status=ClaimStatus.PENDING, version=0)


def rows(text: str) -> list[list[str]]:
    record = ClaimRecord(stored=stored(text), article=ARTICLE)
    return list(csv.reader(io.StringIO("".join(claims_to_csv([record])))))


def test_csv_has_a_header_and_one_row_a_claim() -> None:
    header, row = rows('It sailed "late",\nagain.')
    assert tuple(header) == CSV_COLUMNS
    cells = dict(zip(header, row, strict=True))
    assert cells["text"] == 'It sailed "late",\nagain.'
    assert cells["source"] == "Ruta Osei"
    assert cells["spans"] == "3-9"
    assert cells["chain"] == "NORPRESS"
    assert cells["published"] == "2026-03-04"
    assert cells["flags"] == "source_uncertain: from “she”"


def test_csv_cells_are_never_formulas() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx"):
        assert rows(text)[1][2] == "'" + text


def test_jsonl_holds_every_field_and_reads_back() -> None:
    (line,) = claims_to_jsonl([ClaimRecord(stored=stored("It sailed late."), article=ARTICLE)])
    row = json.loads(line)
    article = row.pop("article")
    assert row.pop("fact_check") is None
    assert StoredArticle.model_validate(article) == ARTICLE
    assert StoredClaim.model_validate(row) == stored("It sailed late.")


def test_nothing_to_export_is_a_header_alone_or_nothing() -> None:
    assert list(claims_to_jsonl([])) == []
    assert "".join(claims_to_csv([])) == ",".join(CSV_COLUMNS) + "\r\n"
