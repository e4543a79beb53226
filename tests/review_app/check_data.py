"""Fact-checks in every state, for the tests and pictures of their page."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from extractor.factcheck import Assessment, Deed, Evidence, Move, Stance
from extractor.profile import load_profile
from extractor.schema import Claim, DecisionKind
from extractor.settings import load_settings
from extractor.store import NewDecision, decide, make_move, open_session
from tests.review_app.desk_data import bridge_article, bridge_claims, save

if TYPE_CHECKING:
    from sqlalchemy import Engine

RATINGS = {rating.key: rating for rating in load_profile(load_settings({})).scale.ratings}
CLOSED, REPAIRS, VEHICLES, BAKERIES, FERRY, BEARINGS = bridge_claims(bridge_article())

COST = Assessment(
    rating=RATINGS["mostly_true"],
    conclusion="The tender puts the repairs at 13.8 million crowns, a little less than twice the first 7.1 million.",
    explanation=(
        "The tender that the council published in October names four bids. The lowest is 13.8 million crowns.\n\n"
        "The first estimate, of March 2025, was 7.1 million. Twice that is 14.2 million."
    ),
    evidence=(
        Evidence(
            url="https://tenders.veldmond.example/2026/118",
            title="Tender 2026/118: harbour bridge, bearings and deck",
            publisher="City of Veldmond",
            excerpt="The lowest admissible bid amounts to 13,800,000 crowns.",
            stance=Stance.SUPPORTS,
            accessed=date(2026, 11, 25),
        ),
        Evidence(
            url="https://council.veldmond.example/minutes/2025-03-11.pdf",
            title="Minutes of 11 March 2025",
            publisher="Council of Veldmond",
            excerpt="A first estimate comes to 7.1 million crowns.",
            stance=Stance.CONTEXT,
            accessed=date(2026, 11, 25),
        ),
    ),
)
COUNT = COST.model_copy(
    update={
        "rating": RATINGS["false"],
        "conclusion": "The transport office counts 31,000 vehicles on a working day.",
        "evidence": COST.evidence[:1],
    }
)
HARM = "<img src=x onerror=\"document.title='stolen'\"> **bold** [x](javascript:alert(1)) \u202egnp :red[x]"


def verified(engine: "Engine") -> datetime:
    """Put six claims on the desk, all but the first verified by Ben; return when that was."""
    article = bridge_article()
    save(engine, article, bridge_claims(article))
    then = datetime.now(UTC) - timedelta(hours=3)
    with open_session(engine) as session:
        for claim in (REPAIRS, VEHICLES, BAKERIES, FERRY, BEARINGS):
            by_ben = NewDecision(claim_id=claim.id, version=1, kind=DecisionKind.VERIFY, reviewer="ben")
            decide(session, decision=by_ben, now=then)
    return then


def do(
    engine: "Engine",
    claim: Claim,
    *deeds: tuple[Deed, str],
    at: datetime,
    said: Assessment = COST,
    comment: str = "The count is of 2024. Is there a newer one?",
    note: str = "",
) -> None:
    """Let deeds follow each other on a claim that has no fact-check yet, ten minutes apart."""
    for version, (deed, person) in enumerate(deeds):
        move = Move(
            claim_id=claim.id,
            version=version,
            deed=deed,
            person=person,
            assessment=said if deed in {Deed.SAVE, Deed.SUBMIT} else None,
            note=note if deed is Deed.SUBMIT else None,
            comment=comment if deed in {Deed.RETURN, Deed.WITHDRAW} else "",
        )
        with open_session(engine) as session:
            make_move(session, move=move, four_eyes=False, now=at + timedelta(minutes=10 * version))


PUBLISHED = ((Deed.SUBMIT, "anna"), (Deed.APPROVE, "ben"), (Deed.PUBLISH, "ben"))


def every_state(engine: "Engine") -> None:
    """One fact-check published, one returned, one waiting; two claims to rate."""
    then = verified(engine)
    do(engine, REPAIRS, *PUBLISHED, at=then)
    do(engine, VEHICLES, (Deed.SUBMIT, "anna"), (Deed.RETURN, "ben"), at=then, said=COUNT)
    unproven = COST.model_copy(update={"rating": RATINGS["unproven"], "conclusion": "Nobody counts the customers."})
    do(engine, BAKERIES, (Deed.SUBMIT, "ben"), at=then, said=unproven)
