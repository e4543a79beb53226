from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from extractor.errors import Conflict, LeaseLost, StoreError
from extractor.schema import ClaimStatus, Decision, DecisionKind, RejectionReason, StoredClaim
from extractor.store import (
    NewDecision,
    decide,
    get_claim,
    history,
    last_decision,
    list_claims,
    next_claim,
    open_session,
    save_extraction,
    undo,
)
from tests.extractor.store.samples import (
    MODEL,
    NOON,
    correction,
    fill,
    make_claim,
    make_extraction,
    minutes,
    rejection,
    verification,
)

CLAIM = make_claim("a")
OTHER = make_claim("b", start=3)
CORRECTED = make_claim("a", start=5, text="It holds well.", worth=0.9)


def record(engine: Engine, decision: NewDecision, at: float = 1) -> StoredClaim:
    with open_session(engine) as session:
        return decide(session, decision=decision, now=minutes(at))


def take_back(engine: Engine, version: int, at: float = 2, reviewer: str = "anna") -> StoredClaim:
    with open_session(engine) as session:
        return undo(session, claim_id=CLAIM.id, version=version, reviewer=reviewer, now=minutes(at))


def steps(engine: Engine) -> list[Decision]:
    with open_session(engine, reading=True) as session:
        return history(session, claim_id=CLAIM.id)


@pytest.mark.parametrize(
    ("decision", "status", "after"),
    [
        (verification(CLAIM), ClaimStatus.VERIFIED, CLAIM),
        (rejection(CLAIM, comment="a question"), ClaimStatus.REJECTED, CLAIM),
        (correction(CLAIM, CORRECTED), ClaimStatus.CORRECTED, CORRECTED),
    ],
    ids=lambda p: p.kind if isinstance(p, NewDecision) else "",
)
def test_a_decision_is_recorded_with_who_when_before_and_after(
    engine: Engine, decision: NewDecision, status: ClaimStatus, after: object
) -> None:
    fill(engine, CLAIM)
    stored = record(engine, decision)
    assert (stored.status, stored.version, stored.claim) == (status, 2, after)
    with open_session(engine, reading=True) as session:
        assert get_claim(session, claim_id=CLAIM.id) == stored
    (step,) = steps(engine)
    assert step == Decision(
        claim_id=CLAIM.id,
        kind=decision.kind,
        reviewer="anna",
        decided_at=minutes(1),
        status_before=ClaimStatus.PENDING,
        status_after=status,
        before=CLAIM,
        after=stored.claim,
        reason=decision.reason,
        comment=decision.comment,
    )


def test_a_correction_moves_the_claim_in_reading_order(engine: Engine) -> None:
    fill(engine, CLAIM, OTHER)
    record(engine, correction(CLAIM, CORRECTED))
    with open_session(engine, reading=True) as session:
        assert [c.claim.id for c in list_claims(session)] == [OTHER.id, CLAIM.id]


@pytest.mark.parametrize(
    "decision", [verification(CLAIM), rejection(CLAIM), correction(CLAIM, CORRECTED)], ids=lambda d: d.kind
)
def test_the_same_decision_twice_is_one_row(engine: Engine, decision: NewDecision) -> None:
    fill(engine, CLAIM)
    assert record(engine, decision, at=1) == record(engine, decision, at=1.1)
    assert len(steps(engine)) == 1


def test_a_late_repeat_does_not_undo_an_undo(engine: Engine) -> None:
    fill(engine, CLAIM)
    record(engine, verification(CLAIM))
    take_back(engine, 2)
    assert record(engine, verification(CLAIM), at=3).status is ClaimStatus.PENDING
    assert [s.kind for s in steps(engine)] == [DecisionKind.VERIFY, DecisionKind.UNDO]


@pytest.mark.parametrize(
    "late",
    [
        verification(CLAIM, reviewer="ben"),
        rejection(CLAIM),
        correction(CLAIM, CORRECTED, reviewer="ben"),
        verification(CLAIM, version=7),
    ],
    ids=["another's", "another kind", "another's correction", "a version that never was"],
)
def test_a_stale_version_is_refused_naming_who_and_when(engine: Engine, late: NewDecision) -> None:
    fill(engine, CLAIM)
    record(engine, verification(CLAIM))
    with pytest.raises(Conflict, match=r"verified by 'anna' at 2026-11-20 12:01 UTC.*look at it again"):
        record(engine, late)
    assert len(steps(engine)) == 1


def test_a_claim_that_a_newer_extraction_changed_is_refused_as_stale(engine: Engine) -> None:
    article = fill(engine, CLAIM, OTHER)
    with open_session(engine) as session:
        changed = CLAIM.model_copy(update={"check_worthiness": 1.0})
        save_extraction(session, extraction=make_extraction(article, changed, identity=MODEL))
    with pytest.raises(Conflict, match="changed by a newer extraction with 'some-model' at 2026-11-20 12:00 UTC"):
        record(engine, verification(CLAIM))
    with pytest.raises(Conflict, match="newer extraction"):
        record(engine, verification(OTHER))
    with pytest.raises(StoreError, match="superseded"):
        record(engine, verification(OTHER, version=2))


def test_a_lease_of_another_is_respected_while_it_lives(engine: Engine) -> None:
    fill(engine, CLAIM)
    with open_session(engine) as session:
        next_claim(session, reviewer="ben", now=NOON, lease_s=120)
    with pytest.raises(LeaseLost, match="with 'ben' until 2026-11-20 12:02 UTC"):
        record(engine, verification(CLAIM), at=1)
    assert record(engine, verification(CLAIM), at=2).status is ClaimStatus.VERIFIED


def test_deciders_at_once_on_one_version_one_wins(engine: Engine) -> None:
    fill(engine, CLAIM)
    names = [f"reviewer {n}" for n in range(8)]
    together = Barrier(len(names))

    def attempt(name: str) -> str:
        together.wait()
        try:
            record(engine, verification(CLAIM, reviewer=name))
        except Conflict as exc:
            return str(exc)
        return "won"

    with ThreadPoolExecutor(len(names)) as pool:
        outcomes = list(pool.map(attempt, names))
    assert outcomes.count("won") == 1
    winner = names[outcomes.index("won")]
    assert all(f"by {winner!r} at 2026-11-20 12:01 UTC" in o for o in outcomes if o != "won")
    assert [s.reviewer for s in steps(engine)] == [winner]


def test_one_key_pressed_many_times_at_once_decides_once(engine: Engine) -> None:
    fill(engine, CLAIM)
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda _: record(engine, verification(CLAIM)), range(16)))
    assert {s.version for s in stored} == {2}
    assert len(steps(engine)) == 1


def test_undo_restores_what_was_before_step_by_step(engine: Engine) -> None:
    fill(engine, CLAIM)
    record(engine, correction(CLAIM, CORRECTED), at=1)
    record(engine, rejection(CLAIM, version=2, reviewer="ben"), at=2)
    first = take_back(engine, 3, at=3)
    assert (first.status, first.claim, first.version) == (ClaimStatus.CORRECTED, CORRECTED, 4)
    second = take_back(engine, 4, at=4, reviewer="ben")
    assert (second.status, second.claim, second.version) == (ClaimStatus.PENDING, CLAIM, 5)
    with pytest.raises(StoreError, match="no decision to take back"):
        take_back(engine, 5)
    again = record(engine, verification(CLAIM, version=5, reviewer="ben"), at=6)
    assert (again.status, again.version) == (ClaimStatus.VERIFIED, 6)
    assert [s.kind for s in steps(engine)] == ["correct", "reject", "undo", "undo", "verify"]
    assert steps(engine)[2].before == CORRECTED
    assert steps(engine)[3].after == CLAIM


def test_undo_twice_on_one_version_is_one_row_and_a_stale_one_a_conflict(engine: Engine) -> None:
    fill(engine, CLAIM)
    record(engine, verification(CLAIM))
    assert take_back(engine, 2) == take_back(engine, 2, at=2.1)
    assert len(steps(engine)) == 2
    with pytest.raises(Conflict, match="put back by 'anna'"):
        take_back(engine, 2, reviewer="ben")


def test_the_last_decision_is_the_reviewers_own_that_is_in_force(engine: Engine) -> None:
    fill(engine, CLAIM, OTHER)

    def last(reviewer: str) -> str | None:
        with open_session(engine, reading=True) as session:
            found = last_decision(session, reviewer=reviewer)
        return f"{found.kind} {found.claim_id}" if found else None

    assert last("anna") is None
    record(engine, verification(CLAIM), at=1)
    record(engine, rejection(OTHER), at=2)
    assert last("anna") == f"reject {OTHER.id}"
    assert last("ben") is None
    record(engine, verification(OTHER, version=2, reviewer="ben"), at=3)
    assert last("anna") == f"verify {CLAIM.id}"
    take_back(engine, 2, at=4)
    assert last("anna") is None
    assert last("ben") == f"verify {OTHER.id}"


@pytest.mark.parametrize(
    ("kind", "reason", "corrected"),
    [
        (DecisionKind.REJECT, None, None),
        (DecisionKind.VERIFY, RejectionReason.OPINION, None),
        (DecisionKind.CORRECT, None, None),
        (DecisionKind.VERIFY, None, CLAIM),
        (DecisionKind.CORRECT, None, OTHER),
        (DecisionKind.UNDO, None, None),
    ],
)
def test_a_decision_says_what_its_kind_needs(kind: DecisionKind, reason: object, corrected: object) -> None:
    with pytest.raises(ValidationError):
        NewDecision.model_validate(
            {
                "claim_id": CLAIM.id,
                "version": 1,
                "kind": kind,
                "reviewer": "anna",
                "reason": reason,
                "corrected": corrected,
            }
        )


def test_a_comment_with_nul_is_kept_without(engine: Engine) -> None:
    fill(engine, CLAIM)
    decision = rejection(CLAIM, comment="pa\0sted")
    record(engine, decision)
    assert record(engine, decision).version == 2
    assert steps(engine)[0].comment == "pasted"


@pytest.mark.parametrize("deed", ["UPDATE decision SET reviewer = 'eve'", "DELETE FROM decision"])
def test_the_database_itself_refuses_to_rewrite_history(engine: Engine, deed: str) -> None:
    fill(engine, CLAIM)
    record(engine, verification(CLAIM))
    with pytest.raises(SQLAlchemyError, match="append-only"), engine.begin() as connection:
        connection.execute(text(deed))
    assert steps(engine)[0].reviewer == "anna"


@pytest.mark.parametrize("call", [history, get_claim])
def test_an_unknown_claim_is_named(engine: Engine, call: object) -> None:
    with open_session(engine, reading=True) as session, pytest.raises(StoreError, match="'nobody'"):
        call(session, claim_id="nobody")  # type: ignore[operator]
