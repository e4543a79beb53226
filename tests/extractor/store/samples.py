"""Values of the domain for the store's tests."""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from extractor.schema import (
    Article,
    ArticleMetadata,
    Claim,
    ClaimKind,
    DecisionKind,
    Extraction,
    Flag,
    FlagCode,
    GroundingLevel,
    Identity,
    Part,
    Piece,
    PieceState,
    Quotation,
    RejectionReason,
    Source,
    SourceKind,
    Span,
    SuspectedMiss,
    Usage,
)
from extractor.store import NewDecision, add_article, open_session, save_extraction

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

RULES = Identity(model="rules", prompt_sha256="a" * 64)
MODEL = Identity(model="some-model", prompt_name="extract", prompt_version=1, prompt_sha256="b" * 64)


def minutes(n: float) -> datetime:
    return NOON + timedelta(minutes=n)


def make_article(text: str = "The bridge is safe, Ines Moreau said.", title: str | None = "Bridge") -> Article:
    return Article(
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        metadata=ArticleMetadata(title=title, publisher="The Courier", origin="bridge.txt"),
    )


def make_claim(
    name: str, *, worth: float = 0.5, start: int | None = 0, flags: tuple[FlagCode, ...] = (), text: str = "It holds."
) -> Claim:
    """Return a claim whose id follows from `name` alone, so that two versions of one find can be made."""
    part = Part(text=text, level=GroundingLevel.NOT_FOUND)
    if start is not None:
        span = Span(start_char=start, end_char=start + len(text))
        part = Part(text=text, spans=(span,), level=GroundingLevel.EXACT)
    return Claim(
        id=hashlib.sha256(name.encode()).hexdigest()[:24],
        text=text,
        content=part,
        quotation=Quotation.INDIRECT,
        source=Source(name="Ines Moreau", kind=SourceKind.PERSON, role="engineer"),
        kind=ClaimKind.EVENT,
        check_worthiness=worth,
        check_worthiness_reason="a statement about public safety",
        flags=tuple(Flag(code=code, detail="look twice") for code in flags),
    )


def make_extraction(
    article: Article, *claims: Claim, identity: Identity = RULES, usage: Usage | None = None
) -> Extraction:
    span = Span(start_char=0, end_char=len(article.text))
    return Extraction(
        article_sha256=article.sha256,
        identity=identity,
        claims=claims,
        pieces=(
            Piece(
                index=0,
                span=span,
                state=PieceState.CLAIMS,
                n_drafts=len(claims),
                raw_replies=('{"name": "nul \\u0000 and \U0001f98a"}', "cut\0off"),
                usage=usage or Usage(),
            ),
        ),
        suspected_misses=(SuspectedMiss(span=span, reason="a reporting verb and no claim"),),
        started_at=NOON,
        seconds=1.5,
    )


def fill(engine: Engine, *claims: Claim, text: str = "The bridge is safe, Ines Moreau said.") -> Article:
    """Store an article and an extraction of it by rules."""
    article = make_article(text)
    with open_session(engine) as session:
        add_article(session, article=article, now=NOON)
        save_extraction(session, extraction=make_extraction(article, *claims))
    return article


def verification(claim: Claim, *, version: int = 1, reviewer: str = "anna") -> NewDecision:
    return NewDecision(claim_id=claim.id, version=version, kind=DecisionKind.VERIFY, reviewer=reviewer)


def rejection(claim: Claim, *, version: int = 1, reviewer: str = "anna", comment: str = "") -> NewDecision:
    return NewDecision(
        claim_id=claim.id,
        version=version,
        kind=DecisionKind.REJECT,
        reviewer=reviewer,
        reason=RejectionReason.NOT_A_CLAIM,
        comment=comment,
    )


def correction(claim: Claim, corrected: Claim, *, version: int = 1, reviewer: str = "anna") -> NewDecision:
    return NewDecision(
        claim_id=claim.id, version=version, kind=DecisionKind.CORRECT, reviewer=reviewer, corrected=corrected
    )
