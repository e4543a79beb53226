"""A person's session at the second looks, without a page."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractor.errors import NotAllowed
from extractor.people import Person, Role
from extractor.placing import place
from extractor.schema import ClaimStatus, DecisionKind, RejectionReason
from extractor.secondlook import Choice
from extractor.store import LookPair, NewDecision, decide, get_claim, history, open_session
from review_app.logic.agreement import agreement_of
from review_app.logic.correction import form_of
from review_app.logic.second import AgreementScreen, LookScreen, Mode, RestScreen, Second, Tab
from review_app.logic.seconddesk import SecondDesk
from tests.review_app.desk_data import NOW, bridge_article, bridge_claims, bridge_desk
from tests.review_app.test_factchecks import Clock

if TYPE_CHECKING:
    from sqlalchemy import Engine

ARTICLE = bridge_article()
CLAIMS = sorted(bridge_claims(ARTICLE), key=lambda claim: claim.id)
FIRST = CLAIMS[0]


@pytest.fixture
def engine(tmp_path: Path) -> "Engine":
    """Six claims, all decided by Anna: the first of the sample's order corrected, the others verified."""
    engine = bridge_desk(f"sqlite:///{tmp_path / 'desk.db'}")
    reworded = FIRST.model_copy(update={"text": "Anna's wording."})
    with open_session(engine) as session:
        for claim in CLAIMS:
            kind = DecisionKind.CORRECT if claim is FIRST else DecisionKind.VERIFY
            corrected = reworded if claim is FIRST else None
            decision = NewDecision(claim_id=claim.id, version=1, kind=kind, reviewer="anna", corrected=corrected)
            decide(session, decision=decision, now=NOW)
    return engine


def session_of(engine: "Engine", name: str, role: Role = Role.CHECKER, share: float = 1) -> Second:
    clock = Clock()
    desk = SecondDesk(
        engine=engine,
        person=Person(name=name, role=role),
        now=lambda: NOW + timedelta(seconds=clock()),
        share=share,
        place=lambda text, words, near: place(text, words, near=near),
        check=lambda _article, claim: claim,
    )
    return Second(desk, monotonic=clock)


def shown(session: Second) -> LookScreen:
    screen = session.screen()
    session.drawn()
    assert isinstance(screen, LookScreen), screen
    return screen


def stands(engine: "Engine") -> tuple[ClaimStatus, str]:
    with open_session(engine, reading=True) as session:
        stored = get_claim(session, claim_id=FIRST.id)
    return stored.status, stored.claim.text


def test_a_second_look_shows_nothing_of_the_first_and_changes_nothing(engine: "Engine") -> None:
    ben = session_of(engine, "ben")
    screen = shown(ben)
    assert (screen.claim, screen.voices, screen.can_undo) == (FIRST, (), False)
    assert "Anna" not in screen.model_dump_json()
    ben.verify()
    after = shown(ben)
    assert after.notice == "Verified. Undo takes it back."
    assert (after.claim.id, after.counts.made, after.n_to_settle) == (CLAIMS[1].id, 1, 0)
    assert stands(engine) == (ClaimStatus.CORRECTED, "Anna's wording.")
    for _ in range(3):
        ben.verify()
    assert shown(ben).counts.made == 2, "one press, one decision"


def test_looks_are_skipped_and_taken_back(engine: "Engine") -> None:
    ben = session_of(engine, "ben")
    shown(ben)
    ben.skip()
    second = shown(ben).claim
    assert second.id == CLAIMS[1].id
    ben.start(Mode.REJECT)
    assert shown(ben).mode is Mode.REJECT
    ben.reject(RejectionReason.OPINION, "who says so?")
    assert shown(ben).can_undo
    ben.undo()
    screen = shown(ben)
    assert (screen.claim.id, screen.notice, screen.counts.made) == (second.id, "Taken back.", 0)


def test_a_correction_that_the_article_does_not_bear_out_stays_in_the_form(engine: "Engine") -> None:
    ben = session_of(engine, "ben")
    ben.start(Mode.CORRECT)
    screen = shown(ben)
    assert screen.form == form_of(FIRST, ARTICLE)
    assert screen.form is not None
    wrong = screen.form.model_copy(update={"content": "nobody ever said this", "text": "Ben's wording."})
    ben.save(wrong)
    refused = shown(ben)
    assert [problem.field for problem in refused.problems] == ["content"]
    assert refused.form == wrong
    ben.save(screen.form.model_copy(update={"text": "Ben's wording."}))
    assert shown(ben).counts.made == 1


def test_an_editor_settles_what_differs_and_takes_it_back(engine: "Engine") -> None:
    ben = session_of(engine, "ben")
    shown(ben)
    ben.reject(RejectionReason.OPINION, "who says so?")
    eva = session_of(engine, "eva", Role.EDITOR)
    eva.show(Tab.SETTLE)
    screen = shown(eva)
    assert [(v.who, v.did, v.comment) for v in screen.voices] == [
        ("anna", "corrected", ""),
        ("ben", "rejected: only an opinion", "who says so?"),
    ]
    assert [(c.before, c.after) for c in screen.voices[0].changes] == [(FIRST.text, "Anna's wording.")]
    eva.choose(Choice.SECOND, "Ben is right")
    rest = eva.screen()
    eva.drawn()
    assert isinstance(rest, RestScreen)
    assert (rest.notice, rest.can_undo) == ("Settled. Undo takes it back.", True)
    assert stands(engine)[0] is ClaimStatus.REJECTED
    eva.undo()
    assert shown(eva).notice == "Taken back."
    assert stands(engine) == (ClaimStatus.CORRECTED, "Anna's wording.")
    eva.verify()
    eva.screen()
    with open_session(engine, reading=True) as session:
        last = history(session, claim_id=FIRST.id)[-1]
    assert (last.kind, last.reviewer) == (DecisionKind.VERIFY, "eva"), "a third decision"


def test_who_may_what(engine: "Engine") -> None:
    reader, checker, editor = (
        session_of(engine, name, role)
        for name, role in (("rolf", Role.READER), ("ben", Role.CHECKER), ("eva", Role.EDITOR))
    )
    assert [s.tabs for s in (reader, checker, editor)] == [
        (Tab.AGREEMENT,),
        (Tab.LOOK, Tab.AGREEMENT),
        (Tab.LOOK, Tab.SETTLE, Tab.AGREEMENT),
    ]
    reader.show(Tab.LOOK)
    assert isinstance(reader.screen(), AgreementScreen)
    with pytest.raises(NotAllowed):
        reader.desk.next()
    with pytest.raises(NotAllowed):
        checker.desk.unsettle(FIRST.id)


def test_a_difference_is_not_offered_to_who_made_it(engine: "Engine") -> None:
    ben = session_of(engine, "ben", Role.EDITOR)
    shown(ben)
    ben.reject(RejectionReason.OPINION)
    assert shown(ben).n_to_settle == 0
    ben.show(Tab.SETTLE)
    assert isinstance(ben.screen(), RestScreen)


def test_nothing_is_offered_without_a_sample(engine: "Engine") -> None:
    screen = session_of(engine, "ben", share=0).screen()
    assert isinstance(screen, RestScreen)
    assert (screen.share, screen.counts.in_sample) == (0, 0)


def test_agreement_is_told_for_all_and_two_by_two() -> None:
    verified, corrected, rejected = ClaimStatus.VERIFIED, ClaimStatus.CORRECTED, ClaimStatus.REJECTED
    looks = [
        LookPair(first="anna", second="ben", first_status=verified, second_status=verified, n=20),
        LookPair(first="ben", second="anna", first_status=rejected, second_status=rejected, n=10),
        LookPair(first="ben", second="anna", first_status=verified, second_status=rejected, n=5),
        LookPair(first="anna", second="ben", first_status=rejected, second_status=verified, n=5),
        LookPair(first="carl", second="anna", first_status=corrected, second_status=corrected, n=3),
    ]
    told = agreement_of(looks)
    assert (told.n, told.n_same) == (43, 33)
    first, second = told.pairs
    assert (first.one, first.other, first.n, first.same) == ("anna", "ben", 40, 0.75)
    # Anna rejected 20 of 40 and Ben 10: by chance they agree on half.
    assert first.kappa == pytest.approx((0.75 - 0.5) / (1 - 0.5))
    assert (second.one, second.other, second.kappa) == ("anna", "carl", None)
    # Of 86 decisions 50 verified, 30 rejected, 6 corrected; 10 of 43 claims were decided differently.
    by_chance = 1 - (50 * 49 + 30 * 29 + 6 * 5) / (86 * 85)
    assert told.alpha == pytest.approx(1 - (10 / 43) / by_chance)
    assert agreement_of([]).alpha is None
