"""Real articles through the whole pipeline; the texts are not part of the project."""

import asyncio
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from extractor.clock import utc_now
from extractor.ingest import read_articles
from extractor.ingest.fetch import fetch_page
from extractor.pipeline import Extractor, extract
from extractor.rules_extractor import RulesExtractor
from extractor.schema import Article, Claim, Extraction, GroundingLevel, Part, Quotation, SourceKind


def articles(path: Path) -> Iterator[Article]:
    for read in read_articles([str(path)], stdin=io.BytesIO(), fetch=fetch_page):
        assert isinstance(read, Article), read
        yield read


def extracted(article: Article, extractor: Extractor) -> Extraction:
    return asyncio.run(extract(article, extractor, clock=utc_now))


def parts(claim: Claim) -> Iterator[Part]:
    sources = (claim.source, *claim.chain)
    yield from (part for part in (claim.content, claim.cue, *(s.mention for s in sources)) if part is not None)


@pytest.fixture(scope="module")
def declaration(shared_data: Path) -> tuple[Article, Extraction]:
    article = next(articles(shared_data / "tass-csto-2021-09-16.txt"))
    return article, extracted(article, RulesExtractor())


def test_wire_headers_are_metadata_and_not_claims(declaration: tuple[Article, Extraction]) -> None:
    article, extraction = declaration
    about = article.metadata
    assert about.section == "All news"
    assert about.title == "Moscow-led bloc concerned about security threats in its area of responsibility"
    assert about.deck == "CSTO countries also reaffirmed their unity amid rising global tensions"
    assert about.dateline == "DUSHANBE, September 16. /TASS/."
    assert about.publisher == "TASS"
    assert all(s.start_char >= article.body_start_char for c in extraction.claims for s in c.content.spans)


def test_the_declarations_statements_are_the_declarations(declaration: tuple[Article, Extraction]) -> None:
    article, extraction = declaration
    quoted = [c for c in extraction.claims if c.quotation is Quotation.DIRECT]
    beginnings = [
        "We express deep concern",
        "We view encroachment",
        "CSTO member states condemn",
        "In the current difficult situation",
        "At the same time, CSTO member states confirm",
    ]
    assert [next((b for b in beginnings if c.text.startswith(b)), c.text) for c in quoted] == beginnings
    for claim in quoted:
        assert claim.source.kind is SourceKind.DOCUMENT
        assert "declaration" in claim.source.name
        assert any("CSTO" in link.name or "Collective Security" in link.name for link in claim.chain)
        assert claim.content.level is GroundingLevel.EXACT
        (span,) = claim.content.spans
        assert span.of(article.text) == claim.content.text


def test_wikinews_articles_pass_and_every_span_names_its_text(shared_data: Path) -> None:
    extractor = RulesExtractor()
    n_claims = 0
    for article in islice(articles(shared_data / "wikinews_en.jsonl"), 20):
        extraction = extracted(article, extractor)
        n_claims += len(extraction.claims)
        for claim in extraction.claims:
            for part in parts(claim):
                if part.level is GroundingLevel.EXACT:
                    assert " ".join(span.of(article.text) for span in part.spans) == part.text
    assert n_claims > 100
