from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine

from extractor.errors import StoreError
from extractor.schema import ClaimStatus, FlagCode, Identity
from extractor.store import count_by_status, decide, next_claim, open_session, rank, release, save_extraction, undo
from tests.extractor.store.samples import MODEL, NOON, fill, make_claim, make_extraction, minutes, verification

HIGH, MIDDLE, LOW = make_claim("high", worth=0.9), make_claim("middle", worth=0.5), make_claim("low", worth=0.1)


def served(engine: Engine, reviewer: str, *, at: float = 0, after: str | None = None) -> str | None:
    with open_session(engine) as session:
        stored = next_claim(session, reviewer=reviewer, now=minutes(at), lease_s=600, after=after)
        return stored.claim.id if stored else None


@pytest.mark.parametrize(
    ("worth", "flags", "expected"),
    [
        (1.0, (), 0.0),
        (0.0, (), 1.0),
        (0.5, (FlagCode.MISQUOTE,), 0.4),
        (0.5, (FlagCode.MISQUOTE, FlagCode.MISQUOTE), 0.4),
        (0.7, (), 0.3),
        (0.4, (FlagCode.MISQUOTE, FlagCode.NUMBER_NOT_IN_SOURCE, FlagCode.NAME_NOT_IN_SOURCE), 0.3),
        (1.0, tuple(FlagCode), -0.3),
    ],
)
def test_rank_is_worth_and_doubt(worth: float, flags: tuple[FlagCode, ...], expected: float) -> None:
    assert rank(make_claim("x", worth=worth, flags=flags)) == expected


def test_the_most_urgent_comes_first_and_equals_in_reading_order(engine: Engine) -> None:
    doubtful = make_claim("doubtful", worth=0.5, flags=(FlagCode.MISQUOTE,))
    equal = make_claim("equal", worth=0.5, start=20)
    fill(engine, LOW, MIDDLE, equal, doubtful, HIGH)
    order = [served(engine, f"reviewer {n}") for n in range(6)]
    assert order == [HIGH.id, doubtful.id, MIDDLE.id, equal.id, LOW.id, None]


def test_a_reviewer_gets_the_claim_they_hold_again(engine: Engine) -> None:
    fill(engine, HIGH, MIDDLE)
    assert served(engine, "anna") == HIGH.id
    assert served(engine, "ben") == MIDDLE.id
    with open_session(engine) as session:
        release(session, claim_id=HIGH.id, reviewer="anna")
    assert served(engine, "ben", at=1) == MIDDLE.id


def test_a_skipped_claim_goes_back_and_comes_round_again(engine: Engine) -> None:
    fill(engine, HIGH, MIDDLE, LOW)
    assert served(engine, "anna") == HIGH.id
    assert served(engine, "anna", after=HIGH.id) == MIDDLE.id
    assert served(engine, "ben") == HIGH.id
    assert served(engine, "anna", after=MIDDLE.id) == LOW.id
    assert served(engine, "anna", after=LOW.id) == MIDDLE.id


def test_the_only_claim_left_comes_again_after_itself(engine: Engine) -> None:
    fill(engine, HIGH)
    assert served(engine, "anna") == HIGH.id
    assert served(engine, "anna", after=HIGH.id) == HIGH.id
    with open_session(engine) as session:
        decide(session, decision=verification(HIGH), now=NOON)
    assert served(engine, "anna", after=HIGH.id) is None


def test_an_expired_lease_frees_the_claim(engine: Engine) -> None:
    fill(engine, HIGH)
    assert served(engine, "anna", at=0) == HIGH.id
    assert served(engine, "ben", at=9.9) is None
    assert served(engine, "ben", at=10) == HIGH.id
    assert served(engine, "anna", at=10.1) is None


def test_releasing_what_another_holds_changes_nothing(engine: Engine) -> None:
    fill(engine, HIGH)
    served(engine, "anna")
    with open_session(engine) as session:
        release(session, claim_id=HIGH.id, reviewer="ben")
    assert served(engine, "ben") is None
    with open_session(engine) as session, pytest.raises(StoreError, match="'nobody'"):
        release(session, claim_id="nobody", reviewer="ben")


def test_an_undone_claim_is_back_with_who_undid_it(engine: Engine) -> None:
    fill(engine, HIGH, LOW)
    with open_session(engine) as session:
        decided = decide(session, decision=verification(LOW), now=minutes(0))
        undo(session, claim_id=LOW.id, version=decided.version, reviewer="anna", now=minutes(0))
    assert served(engine, "anna", at=1) == LOW.id
    assert served(engine, "ben", at=1) == HIGH.id


def test_a_claim_superseded_under_a_reviewer_is_theirs_no_longer(engine: Engine) -> None:
    article = fill(engine, HIGH, LOW)
    assert served(engine, "anna") == HIGH.id
    with open_session(engine) as session:
        save_extraction(session, extraction=make_extraction(article, LOW, identity=MODEL))
    assert served(engine, "anna", at=1) == LOW.id
    third = Identity(model="third")
    with open_session(engine) as session:
        save_extraction(session, extraction=make_extraction(article, HIGH, LOW, identity=third))
    assert served(engine, "ben", at=1) == HIGH.id


def test_an_empty_queue_gives_nothing(engine: Engine) -> None:
    assert served(engine, "anna") is None


def test_eight_reviewers_at_once_never_get_the_same_claim(engine: Engine) -> None:
    claims = [make_claim(f"claim {n}", worth=n % 5 / 10, start=n) for n in range(80)]
    fill(engine, *claims)
    together = Barrier(8)

    def work(reviewer: str) -> list[str]:
        mine: list[str] = []
        together.wait()
        while True:
            with open_session(engine) as session:
                stored = next_claim(session, reviewer=reviewer, now=NOON, after=mine[-1] if mine else None)
            if stored is None:
                return mine
            mine.append(stored.claim.id)
            with open_session(engine) as session:
                decide(session, decision=verification(stored.claim, reviewer=reviewer), now=NOON)

    with ThreadPoolExecutor(8) as pool:
        shares = list(pool.map(work, [f"reviewer {n}" for n in range(8)]))
    done = [claim_id for share in shares for claim_id in share]
    assert sorted(done) == sorted(c.id for c in claims)
    with open_session(engine, reading=True) as session:
        assert count_by_status(session)[ClaimStatus.VERIFIED] == 80


@pytest.mark.parametrize(
    ("index", "where"),
    [("ix_claim_queue", "assigned_to IS NULL"), ("ix_claim_assigned", "assigned_to = 'anna' AND id != 'a'")],
    ids=["everybody's", "what is assigned to one"],
)
def test_the_queue_is_read_from_an_index(engine: Engine, index: str, where: str) -> None:
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(
            f"{explain} SELECT id FROM claim WHERE status = 'pending' "
            f"AND (leased_until IS NULL OR leased_until <= '2026-11-20') AND {where} ORDER BY rank, arrival LIMIT 1"
        ).all()
    assert index in str(plan)
    assert "sort" not in str(plan).lower()
    assert "b-tree" not in str(plan).lower()
