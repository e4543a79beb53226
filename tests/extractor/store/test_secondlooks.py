import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from extractor.errors import Conflict, NotAllowed, NotReady, StoreError
from extractor.schema import Claim, ClaimStatus, DecisionKind, RejectionReason
from extractor.secondlook import Choice, LookState, Outcome, SecondLook, agree, sample_end
from extractor.store import (
    Blind,
    LookCounts,
    NewDecision,
    NewSettlement,
    count_looks,
    decide,
    find_look,
    get_claim,
    history,
    last_look,
    list_differing,
    look_pairs,
    make_look,
    next_claim,
    next_second_look,
    open_session,
    settle,
    undo,
    undo_look,
    undo_settlement,
)
from tests.extractor.store.samples import correction, fill, make_claim, minutes, rejection, verification

CLAIMS = tuple(make_claim(name, start=n) for n, name in enumerate("abcd"))
CLAIM = min(CLAIMS, key=lambda claim: claim.id)
"""The first of the sample's order."""
REWORDED = CLAIM.model_copy(update={"text": "It holds well."})


@pytest.fixture
def desk(engine: Engine) -> Engine:
    """Four claims, all decided by Anna: one corrected, the rest verified."""
    fill(engine, *CLAIMS)
    with open_session(engine) as session:
        for claim in CLAIMS:
            decision = correction(CLAIM, REWORDED) if claim is CLAIM else verification(claim)
            decide(session, decision=decision, now=minutes(0))
    return engine


def take(
    engine: Engine, reviewer: str = "ben", *, share: float = 1, after: str | None = None, at: float = 1
) -> Blind | None:
    with open_session(engine) as session:
        return next_second_look(session, reviewer=reviewer, share=share, now=minutes(at), after=after)


def look(engine: Engine, decision: NewDecision, at: float = 2) -> SecondLook:
    with open_session(engine) as session:
        return make_look(session, decision=decision, now=minutes(at))


def differing(engine: Engine) -> SecondLook:
    """Let Ben reject what Anna has corrected."""
    blind = take(engine)
    assert blind is not None
    return look(engine, rejection(CLAIM, reviewer="ben", comment="no"))


def settled(engine: Engine, choice: Choice, *, by: str = "eva", version: int = 2, **more: object) -> SecondLook:
    new = NewSettlement.model_validate(
        {"claim_id": CLAIM.id, "version": version, "by": by, "choice": choice, "comment": "seen", **more}
    )
    with open_session(engine) as session:
        return settle(session, new=new, now=minutes(5))


def stands(engine: Engine, claim: Claim = CLAIM) -> tuple[ClaimStatus, Claim]:
    with open_session(engine, reading=True) as session:
        stored = get_claim(session, claim_id=claim.id)
    return stored.status, stored.claim


def test_the_second_reviewer_sees_the_claim_as_it_was_before_the_first(desk: Engine) -> None:
    blind = take(desk)
    assert blind == Blind(claim=CLAIM, article_sha256=blind.article_sha256 if blind else "", version=1)
    assert take(desk) == blind, "as after a reload of the page"
    with open_session(desk) as session:
        assert next_claim(session, reviewer="ben", now=minutes(1)) is None, "the queue serves no decided claim"


def test_nobody_is_given_what_they_decided_themselves(desk: Engine) -> None:
    assert take(desk, "anna") is None
    with open_session(desk) as session:
        decide(session, decision=verification(CLAIM, version=2, reviewer="ben"), now=minutes(1))
    served = take(desk)
    assert served is not None
    assert served.claim.id != CLAIM.id


def test_a_sample_is_a_share_of_the_claims_and_always_the_same(desk: Engine) -> None:
    assert [sample_end(share) for share in (0, 0.1, 0.5, 1)] == ["00000000", "1999999a", "80000000", "g"]
    ids = [hashlib.sha256(str(n).encode()).hexdigest()[:24] for n in range(10_000)]
    assert 900 < sum(claim_id < sample_end(0.1) for claim_id in ids) < 1100
    assert take(desk, share=0) is None
    just = (int(CLAIM.id[:8], 16) + 1) / 16**8
    served = take(desk, share=just)
    assert served is not None
    assert served.claim.id == CLAIM.id
    assert take(desk, "carl", share=just) is None, "while Ben has it"
    with open_session(desk, reading=True) as session:
        assert count_looks(session, share=just) == LookCounts(in_sample=1, made=0, differing=0)


def test_passing_on_goes_round(desk: Engine) -> None:
    order = sorted(claim.id for claim in CLAIMS)
    seen = []
    after = None
    for _ in range(5):
        blind = take(desk, after=after)
        assert blind is not None
        seen.append(after := blind.claim.id)
    assert seen == [*order, order[0]]


def test_two_who_ask_at_once_never_get_the_same(desk: Engine) -> None:
    start = Barrier(4)

    def ask(reviewer: str) -> str:
        start.wait()
        blind = take(desk, reviewer)
        return blind.claim.id if blind else ""

    with ThreadPoolExecutor(4) as pool:
        served = list(pool.map(ask, ["ben", "carl", "dora", "emil"]))
    assert sorted(served) == sorted(claim.id for claim in CLAIMS)


def test_a_lease_that_has_run_out_lets_others_in(desk: Engine) -> None:
    first = take(desk)
    late = take(desk, "carl", at=60)
    assert first is not None
    assert late == first
    with pytest.raises(Conflict, match="somebody else has claim"):
        look(desk, rejection(CLAIM, reviewer="ben"))


def test_a_second_look_is_compared_and_changes_nothing(desk: Engine) -> None:
    before = stands(desk)
    made = differing(desk)
    assert (made.state, made.is_current) == (LookState.DIFFERS, True)
    assert (made.look.first.reviewer, made.look.first.status, made.look.first.claim) == (
        "anna",
        ClaimStatus.CORRECTED,
        REWORDED,
    )
    assert (made.look.second.reviewer, made.look.second.reason) == ("ben", RejectionReason.NOT_A_CLAIM)
    assert made.look.shown == CLAIM
    assert stands(desk) == before
    assert look(desk, rejection(CLAIM, reviewer="ben", comment="no")) == made, "a key pressed twice decides once"
    with open_session(desk, reading=True) as session:
        assert len(history(session, claim_id=CLAIM.id)) == 1
        assert [one.look for one in list_differing(session)] == [made]
        assert count_looks(session, share=1) == LookCounts(in_sample=4, made=1, differing=1)
        assert last_look(session, reviewer="ben") == made
    blind = take(desk)
    assert blind is not None
    assert blind.claim.id != CLAIM.id, "nobody looks a third time"


@pytest.mark.parametrize(
    ("first", "second", "agreed"),
    [
        ((ClaimStatus.VERIFIED, {}), (ClaimStatus.VERIFIED, {}), True),
        ((ClaimStatus.VERIFIED, {}), (ClaimStatus.REJECTED, {}), False),
        ((ClaimStatus.REJECTED, {}), (ClaimStatus.REJECTED, {"text": "Else."}), True),
        (
            (ClaimStatus.CORRECTED, {"text": "It  HOLDS well."}),
            (ClaimStatus.CORRECTED, {"text": "It holds well."}),
            True,
        ),
        ((ClaimStatus.CORRECTED, {"text": "It holds."}), (ClaimStatus.CORRECTED, {"text": "It holds well."}), False),
        ((ClaimStatus.CORRECTED, {"check_worthiness": 0.1}), (ClaimStatus.CORRECTED, {}), True),
    ],
)
def test_what_counts_as_agreement(
    first: tuple[ClaimStatus, dict[str, object]], second: tuple[ClaimStatus, dict[str, object]], agreed: bool
) -> None:
    one, other = (
        Outcome(reviewer="x", status=status, claim=CLAIM.model_copy(update=changed))
        for status, changed in (first, second)
    )
    assert agree(one, other) is agreed


def test_a_look_is_taken_back_by_its_reviewer_until_it_is_settled(desk: Engine) -> None:
    differing(desk)
    with open_session(desk) as session:
        with pytest.raises(NotAllowed, match="'ben''s to take back"):
            undo_look(session, claim_id=CLAIM.id, version=2, reviewer="carl", now=minutes(3))
        blind = undo_look(session, claim_id=CLAIM.id, version=2, reviewer="ben", now=minutes(3))
    assert (blind.claim, blind.version) == (CLAIM, 3)
    again = look(desk, correction(CLAIM, REWORDED, version=3, reviewer="ben"))
    assert (again.state, again.version) == (LookState.AGREED, 4)
    passed_on = take(desk, after=CLAIM.id)
    assert passed_on is not None


def test_what_the_first_reviewer_takes_back_meanwhile_has_no_second_look(desk: Engine) -> None:
    take(desk)
    with open_session(desk) as session:
        undo(session, claim_id=CLAIM.id, version=2, reviewer="anna", now=minutes(1))
    with pytest.raises(NotReady, match="taken back meanwhile"):
        look(desk, rejection(CLAIM, reviewer="ben"))
    blind = take(desk)
    assert blind is not None
    assert blind.claim.id != CLAIM.id


def test_an_editor_keeps_the_first(desk: Engine) -> None:
    differing(desk)
    before = stands(desk)
    done = settled(desk, Choice.FIRST)
    assert (done.state, done.is_current) == (LookState.SETTLED, True)
    assert done.settlement is not None
    assert (done.settlement.by, done.settlement.choice, done.settlement.comment) == ("eva", Choice.FIRST, "seen")
    assert settled(desk, Choice.FIRST) == done, "the same again changes nothing"
    assert stands(desk) == before
    with open_session(desk, reading=True) as session:
        assert len(history(session, claim_id=CLAIM.id)) == 1
        assert list_differing(session) == []
        assert last_look(session, reviewer="ben") is None


def test_an_editor_puts_the_second_in_its_place_and_takes_that_back(desk: Engine) -> None:
    differing(desk)
    done = settled(desk, Choice.SECOND)
    assert done.is_current
    assert stands(desk) == (ClaimStatus.REJECTED, REWORDED)
    with open_session(desk) as session:
        step = history(session, claim_id=CLAIM.id)[-1]
        assert (step.reviewer, step.kind, step.reason) == ("eva", DecisionKind.REJECT, RejectionReason.NOT_A_CLAIM)
        back = undo_settlement(session, claim_id=CLAIM.id, version=3, person="eva", now=minutes(6))
    assert (back.state, back.settlement, back.is_current) == (LookState.DIFFERS, None, True)
    assert stands(desk) == (ClaimStatus.CORRECTED, REWORDED)


def test_a_second_that_verified_undoes_the_first_one_s_correction(desk: Engine) -> None:
    take(desk)
    look(desk, verification(CLAIM, reviewer="ben"))
    settled(desk, Choice.SECOND)
    assert stands(desk) == (ClaimStatus.CORRECTED, CLAIM)


def test_an_editor_writes_a_third(desk: Engine) -> None:
    differing(desk)
    third = CLAIM.model_copy(update={"text": "It may hold."})
    settled(desk, Choice.OTHER, other=correction(CLAIM, third, version=2, reviewer="eva"))
    assert stands(desk) == (ClaimStatus.CORRECTED, third)
    with open_session(desk, reading=True) as session:
        (pair,) = look_pairs(session)
        found = find_look(session, claim_id=CLAIM.id)
    assert found is not None
    assert (found.state, found.is_current) == (LookState.SETTLED, True)
    assert (pair.first, pair.second, pair.first_status, pair.second_status, pair.n) == (
        "anna",
        "ben",
        ClaimStatus.CORRECTED,
        ClaimStatus.REJECTED,
        1,
    )


def test_nobody_settles_a_difference_of_their_own_and_no_stale_one(desk: Engine) -> None:
    differing(desk)
    for name in ("anna", "ben"):
        with pytest.raises(NotAllowed, match=f"'{name}' made one of the two decisions"):
            settled(desk, Choice.FIRST, by=name)
    with pytest.raises(Conflict):
        settled(desk, Choice.FIRST, version=1)
    with open_session(desk) as session:
        decide(session, decision=verification(CLAIM, version=2, reviewer="carl"), now=minutes(4))
    with pytest.raises(NotReady, match="no longer stand against each other"):
        settled(desk, Choice.FIRST)
    with open_session(desk, reading=True) as session:
        assert list_differing(session) == []
        found = find_look(session, claim_id=CLAIM.id)
    assert found is not None
    assert not found.is_current


def test_steps_cannot_be_changed_and_unknown_claims_are_named(desk: Engine) -> None:
    differing(desk)
    for statement in ("UPDATE second_look_step SET person = 'x'", "DELETE FROM second_look_step"):
        with pytest.raises(SQLAlchemyError, match="append-only"), desk.begin() as connection:
            connection.execute(text(statement))
    with pytest.raises(StoreError, match="not open for a second look"):
        look(desk, verification(CLAIMS[0] if CLAIMS[0] is not CLAIM else CLAIMS[1], reviewer="ben"))
