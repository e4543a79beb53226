"""A claim to which everything has happened that can, and its near copies; for tests and pictures."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from extractor.factcheck import Deed
from extractor.schema import Article, Claim, DecisionKind, RejectionReason
from extractor.secondlook import Choice
from extractor.store import (
    NewDecision,
    NewSettlement,
    assign,
    comment,
    decide,
    make_look,
    next_second_look,
    open_session,
    settle,
)
from tests.review_app.check_data import COUNT, do
from tests.review_app.desk_data import bridge_article, bridge_claims, save

if TYPE_CHECKING:
    from sqlalchemy import Engine

THEN = datetime.now(UTC) - timedelta(hours=5)
CLAIM = bridge_claims(bridge_article())[1]
MENDED = CLAIM.model_copy(update={"text": CLAIM.text.replace("41 million", "14 million"), "flags": ()})


def near_copy() -> tuple[Article, tuple[Claim, ...]]:
    """The same report in another paper: a sentence more, a claim less, and the costs are somebody else's word."""
    first = bridge_article()
    text = f"{first.text}\n\nThe mayor of Oude Haven, where the ferry lands, said that nobody had asked her."
    article = first.model_copy(
        update={
            "text": text,
            "sha256": sha256(text.encode()).hexdigest(),
            "metadata": first.metadata.model_copy(update={"publisher": "Harbour Post", "origin": "post.txt"}),
        }
    )
    claims = bridge_claims(article)
    source = claims[1].source.model_copy(update={"name": "Coast Wire"})
    return article, (claims[0], claims[1].model_copy(update={"source": source}), *claims[2:-1])


def eventful(engine: "Engine") -> None:
    """Let a claim be sent, spoken about, corrected, looked at again, settled and rated."""
    article = bridge_article()
    save(engine, article, bridge_claims(article))
    save(engine, *near_copy())
    at = [THEN + timedelta(minutes=10 * n) for n in range(6)]
    with open_session(engine) as session:
        assign(session, claim_id=CLAIM.id, to="ben", by="anna", now=at[0])
        comment(session, claim_id=CLAIM.id, author="anna", text="Is it 41 or 14?", now=at[1])
        corrected = NewDecision(
            claim_id=CLAIM.id, version=1, kind=DecisionKind.CORRECT, reviewer="ben", corrected=MENDED
        )
        decide(session, decision=corrected, now=at[2])
        blind = next_second_look(session, reviewer="carla", share=1, now=at[3])
        assert blind is not None
        rejected = NewDecision(
            claim_id=CLAIM.id,
            version=blind.version,
            kind=DecisionKind.REJECT,
            reviewer="carla",
            reason=RejectionReason.PARAPHRASE_DRIFT,
            comment="The article says 14 million.",
        )
        look = make_look(session, decision=rejected, now=at[4])
        kept = NewSettlement(claim_id=CLAIM.id, version=look.version, by="olga", choice=Choice.FIRST)
        settle(session, new=kept, now=at[5])
    do(engine, CLAIM, (Deed.SUBMIT, "anna"), (Deed.RETURN, "ben"), at=at[5] + timedelta(minutes=10), said=COUNT)
