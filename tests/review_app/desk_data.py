"""A small newsroom for the tests of the review app: two articles of our own and their claims."""

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from extractor.schema import (
    Article,
    ArticleMetadata,
    Claim,
    ClaimKind,
    ClaimStatus,
    Extraction,
    Flag,
    FlagCode,
    GroundingLevel,
    Identity,
    Part,
    Piece,
    PieceState,
    Quotation,
    Source,
    SourceKind,
    Span,
    StoredClaim,
    SuspectedMiss,
)
from extractor.store import add_article, open_session, open_store, save_extraction

if TYPE_CHECKING:
    from sqlalchemy import Engine

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

BRIDGE = """LOCAL
Harbour bridge to close for eleven weeks
Repairs will cost twice the first estimate, the council says
VELDMOND, November 23. /Coast Wire/. The harbour bridge will close to cars on January 12 and stay closed for \
eleven weeks, the city council announced on Monday.

"The bearings are older than most of us, and they will not last another winter," said Marit Oosthuizen, the \
city's chief engineer. She told Coast Wire that the repairs would cost 14 million crowns, twice the first estimate.

According to the transport office, 38,000 vehicles cross the bridge on a working day. No other crossing within \
20 kilometres carries more than 9,000.

Shop owners on the quay are not convinced. "We lost a third of our customers the last time," said Jonas Brandt, \
who runs a bakery. A senior official, who asked not to be named, said that the ferry would run every ten minutes \
while the bridge is shut.

The council will vote on the plan on December 4."""

HOSTILE = (
    "Budget note\n\n"
    "<script>document.title = 'stolen'</script> <img src=x onerror=\"document.title = 'stolen'\"> said the clerk.\n\n"
    "![tracker](http://198.51.100.7/pixel.png) **bold** [link](javascript:alert(1)) $x^2$ :red[markdown]\n\n"
    "The fee is \u202e000,1\u202c crowns, the treasurer said.\n\n" + "loremipsum" * 100_000 + "\n\n"
    "The end of the note."
)


def article_of(text: str, title: str, body: str) -> Article:
    return Article(
        text=text,
        sha256=sha256(text.encode()).hexdigest(),
        body_start_char=text.index(body),
        metadata=ArticleMetadata(
            title=title, publisher="Coast Wire", published=date(2026, 11, 23), origin="bridge.txt"
        ),
    )


def bridge_article() -> Article:
    return article_of(BRIDGE, "Harbour bridge to close for eleven weeks", "The harbour bridge will")


def hostile_article() -> Article:
    return article_of(HOSTILE, "<b>Budget</b> note \u202egnihton", "<script>")


def part(article: Article, words: str) -> Part:
    start = article.text.index(words)
    span = Span(start_char=start, end_char=start + len(words))
    return Part(text=words, spans=(span,), level=GroundingLevel.EXACT)


def claim_of(  # one claim in a few words, for data that reads like a table
    article: Article,
    content: str,
    *,
    text: str | None = None,
    who: str,
    source_kind: SourceKind = SourceKind.PERSON,
    role: str | None = None,
    mention: str | None = None,
    cue: str | None = None,
    chain: tuple[Source, ...] = (),
    quotation: Quotation = Quotation.INDIRECT,
    kind: ClaimKind = ClaimKind.STATISTIC,
    worth: float = 0.5,
    why: str = "A figure that can be checked.",
    flags: tuple[Flag, ...] = (),
) -> Claim:
    return Claim(
        id=sha256(f"{article.sha256}{content}".encode()).hexdigest()[:24],
        text=text or content,
        content=part(article, content),
        quotation=quotation,
        source=Source(name=who, kind=source_kind, role=role, mention=part(article, mention) if mention else None),
        cue=part(article, cue) if cue else None,
        chain=chain,
        kind=kind,
        check_worthiness=worth,
        check_worthiness_reason=why,
        flags=flags,
    )


def bridge_claims(article: Article) -> tuple[Claim, ...]:
    """In reading order; in the queue the second comes first, then the third, fourth, first, fifth, sixth."""
    return (
        claim_of(
            article,
            "The harbour bridge will close to cars on January 12 and stay closed for eleven weeks",
            text="The harbour bridge in Veldmond will be closed to cars for eleven weeks from January 12, 2027.",
            who="City council of Veldmond",
            source_kind=SourceKind.ORGANISATION,
            mention="the city council",
            cue="announced",
            kind=ClaimKind.PROMISE,
            worth=0.45,
            why="An announcement with dates that can be held against what happens.",
        ),
        claim_of(
            article,
            "the repairs would cost 14 million crowns, twice the first estimate",
            text="The repairs to the harbour bridge will cost 41 million crowns, twice the first estimate.",
            who="Marit Oosthuizen",
            role="chief engineer of the city",
            mention="She",
            cue="told",
            chain=(Source(name="Coast Wire", kind=SourceKind.ORGANISATION, role="news agency"),),
            kind=ClaimKind.COMPARISON,
            worth=0.92,
            why="Public money, an exact sum, and a comparison with an earlier estimate.",
            flags=(
                Flag(
                    code=FlagCode.NUMBER_NOT_IN_SOURCE, detail="The article says 14 million, the claim says 41 million."
                ),
            ),
        ),
        claim_of(
            article,
            "38,000 vehicles cross the bridge on a working day",
            text="On a working day 38,000 vehicles cross the harbour bridge in Veldmond.",
            who="Transport office",
            source_kind=SourceKind.ORGANISATION,
            mention="the transport office",
            cue="According to",
            worth=0.85,
            why="An official count; the office publishes it.",
        ),
        claim_of(
            article,
            "We lost a third of our customers the last time",
            text="The bakeries on the quay lost a third of their customers during the last closure.",
            who="Jonas Brandt",
            role="baker on the quay",
            mention="Jonas Brandt",
            cue="said",
            quotation=Quotation.DIRECT,
            worth=0.7,
            why="A share that the tax records could bear out.",
            flags=(Flag(code=FlagCode.SOURCE_UNCERTAIN, detail="“We” may be the shop owners or the bakery alone."),),
        ),
        claim_of(
            article,
            "the ferry would run every ten minutes while the bridge is shut",
            text="The ferry will run every ten minutes while the harbour bridge is shut.",
            who="a senior official",
            source_kind=SourceKind.ANONYMOUS,
            mention="A senior official",
            cue="said",
            kind=ClaimKind.PROMISE,
            worth=0.4,
            why="A promise, but from a source without a name.",
        ),
        claim_of(
            article,
            "The bearings are older than most of us, and they will not last another winter",
            text="The bearings of the harbour bridge will not last another winter.",
            who="Marit Oosthuizen",
            role="chief engineer of the city",
            mention="Marit Oosthuizen",
            cue="said",
            quotation=Quotation.DIRECT,
            kind=ClaimKind.PREDICTION,
            worth=0.3,
            why="An expert's forecast; hard to check before the winter is over.",
        ),
    )


def hostile_claims(article: Article) -> tuple[Claim, ...]:
    return (
        claim_of(
            article,
            "The fee is \u202e000,1\u202c crowns",
            text="<img src=x onerror=\"document.title='stolen'\"> The fee is \u202e000,1\u202c **crowns**.",
            who="<script>document.title='stolen'</script>",
            role="![x](http://198.51.100.7/pixel.png)",
            cue="said",
            worth=0.99,
            why="<b onmouseover=alert(1)>why</b>",
            flags=(Flag(code=FlagCode.MISQUOTE, detail="<iframe src='http://198.51.100.7/'></iframe>"),),
        ),
    )


def stored(article: Article, *claims: Claim, status: ClaimStatus = ClaimStatus.PENDING) -> tuple[StoredClaim, ...]:
    """Return claims as the store gives them."""
    return tuple(
        StoredClaim(claim=claim, article_sha256=article.sha256, model="rules", status=status, version=1)
        for claim in claims
    )


def open_desk(url: str) -> "Engine":
    """Return an engine for an empty desk."""
    return open_store(url)


def extraction_of(
    article: Article,
    claims: tuple[Claim, ...],
    *,
    lost: dict[PieceState, str] | None = None,
    missed: tuple[str, ...] = (),
) -> Extraction:
    """Return an extraction by rules in one piece, with the pieces it lost and the sentences it may have missed."""
    whole = Span(start_char=0, end_char=len(article.text))
    pieces = [Piece(index=0, span=whole, state=PieceState.CLAIMS, n_drafts=len(claims))]
    for state, why in (lost or {}).items():
        pieces.append(Piece(index=len(pieces), span=whole, state=state, detail=why))
    return Extraction(
        article_sha256=article.sha256,
        identity=Identity(model="rules"),
        claims=claims,
        pieces=tuple(pieces),
        suspected_misses=tuple(
            SuspectedMiss(span=part(article, words).spans[0], reason="a quotation that <no claim> covers")
            for words in missed
        ),
        started_at=NOW,
        seconds=0.1,
    )


def save(
    engine: "Engine",
    article: Article,
    claims: tuple[Claim, ...],
    *,
    lost: dict[PieceState, str] | None = None,
    missed: tuple[str, ...] = (),
) -> None:
    """Put an article and its claims on the desk, as an extraction would."""
    extraction = extraction_of(article, claims, lost=lost, missed=missed)
    with open_session(engine) as session:
        add_article(session, article=article, now=NOW)
        save_extraction(session, extraction=extraction)


def bridge_desk(url: str) -> "Engine":
    """Return an engine for a desk with six claims waiting."""
    engine = open_desk(url)
    article = bridge_article()
    save(engine, article, bridge_claims(article))
    return engine
