"""A person's session at the fact-checks, without a page."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractor.errors import NotAllowed
from extractor.factcheck import CheckState, Deed, Stance
from extractor.people import Person, Role
from extractor.profile import FactCheckRules, load_profile
from extractor.schema import DecisionKind
from extractor.settings import load_settings
from extractor.store import NewDecision, decide, list_claims, open_session
from review_app.logic.checkdesk import CheckDesk
from review_app.logic.factchecks import CheckScreen, CheckSession, ListScreen, Tab
from tests.review_app.desk_data import NOW, bridge_article, bridge_claims, bridge_desk

if TYPE_CHECKING:
    from sqlalchemy import Engine

REPAIRS = bridge_claims(bridge_article())[1]
VEHICLES = bridge_claims(bridge_article())[2]
SHIPPED = load_profile(load_settings({}))
TWO = SHIPPED.model_copy(update={"fact_checks": FactCheckRules(four_eyes=True)})


@pytest.fixture
def engine(tmp_path: Path) -> "Engine":
    """Six claims, two of them verified."""
    engine = bridge_desk(f"sqlite:///{tmp_path / 'desk.db'}")
    with open_session(engine) as session:
        for claim in (REPAIRS, VEHICLES):
            verify = NewDecision(claim_id=claim.id, version=1, kind=DecisionKind.VERIFY, reviewer="ben")
            decide(session, decision=verify, now=NOW)
    return engine


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 10
        return self.seconds


def session_of(
    engine: "Engine", name: str = "anna", role: Role = Role.CHECKER, *, profile: object = TWO
) -> CheckSession:
    clock = Clock()
    person = Person(name=name, role=role)
    checks = CheckDesk(engine=engine, person=person, now=lambda: NOW + timedelta(seconds=clock()), profile=profile)
    return CheckSession(checks, monotonic=clock)


def shown(session: CheckSession) -> CheckScreen:
    """Draw the page, so that the next press counts."""
    screen = session.screen()
    session.drawn()
    assert isinstance(screen, CheckScreen)
    return screen


def listed(session: CheckSession, tab: Tab) -> ListScreen:
    session.show(tab)
    screen = session.screen()
    assert isinstance(screen, ListScreen)
    return screen


def write(session: CheckSession) -> CheckScreen:
    """Fill the whole form."""
    session.open(REPAIRS.id)
    shown(session)
    session.rate("false")
    session.type(conclusion="It will cost 14 million.", explanation="The tender says so.")
    session.add_evidence("https://tenders.example.org/118")
    uid = shown(session).items[0].uid
    session.type_evidence(uid, "title", "Tender 118")
    session.type_evidence(uid, "stance", Stance.REFUTES)
    return shown(session)


def press(session: CheckSession, deed: Deed, comment: str = "") -> CheckScreen:
    shown(session)
    session.comment(deed, comment)
    session.press(deed)
    return shown(session)


def test_verified_claims_wait_and_one_passes_to_readers_by_two_people(engine: "Engine") -> None:
    anna, editor = session_of(engine), session_of(engine, "eva", Role.EDITOR)
    waiting = listed(anna, Tab.TO_RATE)
    assert [entry.claim_id for entry in waiting.entries] == [REPAIRS.id, VEHICLES.id]
    assert waiting.counts[Tab.TO_RATE] == 2
    anna.open(REPAIRS.id)
    assert shown(anna).preview is None
    screen = write(anna)
    assert screen.offered == (Deed.SUBMIT, Deed.SAVE, Deed.DECLINE)
    assert screen.preview is not None
    assert screen.preview.assessment.conclusion == "It will cost 14 million."
    submitted = press(anna, Deed.SUBMIT)
    assert submitted.notice == "Sent for approval: a second person reads it now."
    assert (submitted.can_write, submitted.offered, submitted.undoable) == (False, (), "send for approval")

    (entry,) = listed(editor, Tab.TO_APPROVE).entries
    assert (entry.is_mine, entry.rating) == (True, "False")
    editor.open(REPAIRS.id)
    assert shown(editor).offered == (Deed.APPROVE, Deed.RETURN)
    assert press(editor, Deed.RETURN).notice == "Say what should be changed, so that the author knows."
    press(editor, Deed.RETURN, "Which year?")
    (entry,) = listed(anna, Tab.IN_WORK).entries
    assert (entry.is_mine, entry.state) == (True, "returned")
    anna.open(REPAIRS.id)
    assert shown(anna).steps[0].comment == "Which year?"
    anna.type(explanation="The tender of 2026 says so.")
    press(anna, Deed.SUBMIT)
    press(editor, Deed.APPROVE)
    assert press(editor, Deed.PUBLISH).notice == "Published."
    assert [entry.state for entry in listed(anna, Tab.PUBLISHED).entries] == ["published"]
    assert listed(anna, Tab.TO_RATE).counts[Tab.TO_RATE] == 1


def test_who_has_written_it_is_not_offered_to_approve_it(engine: "Engine") -> None:
    editor = session_of(engine, "eva", Role.EDITOR)
    write(editor)
    assert press(editor, Deed.SUBMIT).offered == (Deed.RETURN,)
    alone = session_of(engine, "eva", Role.EDITOR, profile=SHIPPED)
    alone.open(REPAIRS.id)
    assert shown(alone).offered == (Deed.PUBLISH, Deed.RETURN)


def test_readers_look_and_cannot_write(engine: "Engine") -> None:
    reader = session_of(engine, "rolf", Role.READER)
    reader.open(REPAIRS.id)
    screen = shown(reader)
    assert (screen.can_write, screen.offered, screen.undoable) == (False, (), None)
    reader.type(conclusion="Mine")
    assert "could not be kept" in (shown(reader).notice or "")
    reader.press(Deed.SAVE)
    assert "takes checker" in (shown(reader).notice or "")
    with pytest.raises(NotAllowed):
        reader.checks.undo(REPAIRS.id, 0)


def test_nothing_that_is_typed_is_lost(engine: "Engine") -> None:
    anna = session_of(engine)
    write(anna)
    again = session_of(engine)
    again.open(REPAIRS.id)
    screen = shown(again)
    assert screen.kept is not None
    assert screen.fact_check is None
    assert (screen.assessment.conclusion, screen.items[0].evidence.title) == ("It will cost 14 million.", "Tender 118")
    again.close()
    assert "What you typed is kept" in (listed_notice(again) or "")
    saved = session_of(engine)
    saved.open(REPAIRS.id)
    assert press(saved, Deed.SAVE).kept is None
    saved.discard()
    assert shown(saved).assessment.conclusion == "It will cost 14 million."


def listed_notice(session: CheckSession) -> str | None:
    screen = session.screen()
    assert isinstance(screen, ListScreen)
    return screen.notice


def test_what_is_missing_is_said_when_it_should_go_on_and_not_before(engine: "Engine") -> None:
    anna = session_of(engine)
    anna.open(REPAIRS.id)
    anna.add_evidence("no address")
    assert shown(anna).shortfalls == ()
    screen = press(anna, Deed.SUBMIT)
    assert [one.field for one in screen.shortfalls] == ["rating", "conclusion", "evidence", "evidence"]
    assert len(screen.items[0].shortfalls) == 2
    assert screen.fact_check is None
    assert press(anna, Deed.SAVE).fact_check is not None


def test_evidence_is_moved_removed_and_put_back(engine: "Engine") -> None:
    anna = session_of(engine)
    anna.open(REPAIRS.id)
    for name in "abc":
        anna.add_evidence(f"https://example.org/{name}")
    first, second, third = (item.uid for item in shown(anna).items)

    def order() -> str:
        return "".join(item.evidence.url[-1] for item in shown(anna).items)

    anna.move_evidence(third, -1)
    anna.move_evidence(first, -1)
    assert order() == "acb"
    anna.remove_evidence(third)
    assert (order(), shown(anna).removed) == ("ab", True)
    anna.put_back()
    assert (order(), shown(anna).removed) == ("acb", False)
    anna.type_evidence(second, "title", "B")
    assert [item.evidence.title for item in shown(anna).items] == ["", "", "B"]


def test_what_is_typed_just_before_a_press_is_kept_when_it_comes_just_after(engine: "Engine") -> None:
    anna = session_of(engine)
    uid = write(anna).items[0].uid
    press(anna, Deed.SAVE)
    anna.type_evidence(uid, "title", "Tender 118, page 4")
    screen = shown(anna)
    assert screen.kept is not None
    assert screen.items[0].evidence.title == "Tender 118, page 4"
    anna.type_evidence(999, "title", "of a form that is gone")
    anna.move_evidence(999, 1)
    anna.remove_evidence(999)
    assert shown(anna).items == screen.items


def test_a_withdrawal_leaves_the_correction_that_is_being_typed(engine: "Engine") -> None:
    anna = session_of(engine, role=Role.EDITOR, profile=SHIPPED)
    write(anna)
    press(anna, Deed.PUBLISH)
    press(anna, Deed.REVISE)
    anna.type(conclusion="It will cost 13.8 million.")
    screen = press(anna, Deed.WITHDRAW, "Wrong until corrected.")
    assert screen.fact_check is not None
    assert not screen.fact_check.is_public
    assert (screen.assessment.conclusion, screen.stale) == ("It will cost 13.8 million.", None)
    assert screen.kept is not None


def test_of_two_who_write_the_second_sees_what_the_first_wrote(engine: "Engine") -> None:
    anna, ben = session_of(engine), session_of(engine, "ben")
    write(anna)
    write(ben)
    ben.type(conclusion="It will cost 13.8 million.")
    shown(ben)
    press(anna, Deed.SAVE)
    ben.press(Deed.SAVE)
    screen = shown(ben)
    assert screen.stale is not None
    assert screen.stale.who == "anna"
    assert [(c.field, c.before, c.after) for c in screen.stale.differences] == [
        ("conclusion", "It will cost 14 million.", "It will cost 13.8 million.")
    ]
    assert screen.assessment.conclusion == "It will cost 13.8 million.", "what was typed stays"
    late = session_of(engine, "ben")
    late.open(REPAIRS.id)
    assert shown(late).stale is not None, "also when it is opened again"
    after = press(ben, Deed.SAVE)
    assert (after.stale, after.steps[0].who) == (None, "ben")
    anna.type(conclusion="It will cost 15 million.")
    assert shown(anna).stale is not None, "as soon as the page is drawn again"
    anna.discard()
    assert shown(anna).assessment.conclusion == "It will cost 13.8 million."


def test_an_approver_who_comes_late_sees_what_happened(engine: "Engine") -> None:
    anna, eva, carl = (
        session_of(engine),
        session_of(engine, "eva", Role.EDITOR),
        session_of(engine, "carl", Role.EDITOR),
    )
    write(anna)
    press(anna, Deed.SUBMIT)
    for editor in (eva, carl):
        editor.open(REPAIRS.id)
        shown(editor)
    press(eva, Deed.RETURN, "Which year?")
    carl.press(Deed.APPROVE)
    screen = shown(carl)
    assert screen.notice == "Somebody was faster: you see it as it stands now."
    assert screen.fact_check is not None
    assert screen.fact_check.state is CheckState.RETURNED


def test_one_press_does_one_thing(engine: "Engine") -> None:
    anna = session_of(engine)
    write(anna)
    for _ in range(3):
        anna.press(Deed.SAVE)
    assert len(shown(anna).steps) == 1


def test_a_step_is_taken_back_by_who_made_it_or_an_editor(engine: "Engine") -> None:
    anna, ben = session_of(engine), session_of(engine, "ben")
    write(anna)
    press(anna, Deed.SUBMIT)
    ben.open(REPAIRS.id)
    assert shown(ben).undoable is None
    with pytest.raises(NotAllowed):
        ben.checks.undo(REPAIRS.id, 1)
    anna.undo()
    screen = shown(anna)
    assert (screen.notice, screen.can_write) == ("Taken back.", True)
    assert screen.fact_check is None
    assert screen.assessment.conclusion == "", "as if it had never been begun"


def test_a_correction_leaves_what_readers_see_until_it_is_published(engine: "Engine") -> None:
    anna = session_of(engine, role=Role.EDITOR, profile=SHIPPED)
    write(anna)
    press(anna, Deed.PUBLISH)
    screen = press(anna, Deed.REVISE)
    assert screen.can_write
    anna.type(conclusion="It will cost 13.8 million.")
    assert press(anna, Deed.PUBLISH).notice == "Say what the correction changes: readers are told."
    anna.type(note="The sum was rounded.")
    screen = press(anna, Deed.PUBLISH)
    assert screen.fact_check is not None
    assert screen.fact_check.publication is not None
    assert [n.text for n in screen.fact_check.publication.corrections] == ["The sum was rounded."]
    assert press(anna, Deed.WITHDRAW, "Wrong person.").fact_check.is_public is False  # type: ignore[union-attr]
    assert [entry.state for entry in listed(anna, Tab.PUBLISHED).entries] == ["withdrawn"]


def test_what_is_read_is_the_wording_that_was_rated(engine: "Engine") -> None:
    anna = session_of(engine, role=Role.EDITOR, profile=SHIPPED)
    write(anna)
    press(anna, Deed.PUBLISH)
    reworded = REPAIRS.model_copy(update={"text": "The repairs will cost 14 million crowns."})
    with open_session(engine) as session:
        kind = DecisionKind.CORRECT
        corrected = NewDecision(claim_id=REPAIRS.id, version=2, kind=kind, reviewer="ben", corrected=reworded)
        decide(session, decision=corrected, now=NOW)
    screen = shown(anna)
    assert (screen.claim, screen.claim_changed) == (REPAIRS, True)
    assert screen.preview is not None
    assert screen.preview.claim == REPAIRS
    screen = press(anna, Deed.REVISE)
    assert screen.claim == reworded


def test_an_unknown_claim_in_the_address_is_no_harm(engine: "Engine") -> None:
    anna = session_of(engine)
    anna.open("nobody's")
    assert anna.claim_id is None
    assert isinstance(anna.screen(), ListScreen)
    with open_session(engine, reading=True) as session:
        pending = list_claims(session)[0]
    anna.open(pending.claim.id)
    assert shown(anna).claim_verified is False
    assert press(anna, Deed.SAVE).notice == (
        "The claim is not verified: decide first that the article says so, then rate it."
    )
