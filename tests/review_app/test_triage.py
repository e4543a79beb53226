import threading
import time
from datetime import timedelta

import pytest

from extractor.people import Person, Role
from extractor.placing import place
from extractor.schema import Article, Claim, ClaimStatus, DecisionKind, Part, RejectionReason, Span
from extractor.store import NewDecision, decide, get_claim, history, list_claims, next_claim, open_session
from review_app.logic.correction import Form
from review_app.logic.desk import Desk
from review_app.logic.ledger import LeftOut
from review_app.logic.triage import ClaimScreen, EmptyScreen, FinishedScreen, Mode, Triage
from tests.review_app.desk_data import NOW, bridge_article, bridge_claims, bridge_desk, open_desk, save

SETTLE_S = 0.4


class Clock:
    """A clock that a test winds."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def find(text: str, words: str, near: Span | None) -> Part:
    return place(text, words, near=near)


def unchecked(_article: Article, claim: Claim) -> Claim:
    return claim


class Session:
    """A reviewer before a page: presses keys, looks at the screen."""

    def __init__(self, url: str, reviewer: str = "anna") -> None:
        self.clock = Clock()
        self.now = NOW
        person = Person(name=reviewer, role=Role.CHECKER)
        self.desk = Desk(engine=open_desk(url), person=person, now=lambda: self.now, place=find, check=unchecked)
        self.triage = Triage(self.desk, monotonic=self.clock, settle_s=SETTLE_S)

    def look(self) -> ClaimScreen:
        screen = self.draw()
        assert isinstance(screen, ClaimScreen), screen
        return screen

    def draw(self) -> ClaimScreen | FinishedScreen | EmptyScreen:
        screen = self.triage.screen()
        self.triage.drawn()
        self.clock.seconds += 1.0
        return screen

    def status(self, claim_id: str) -> ClaimStatus:
        with open_session(self.desk.engine, reading=True) as session:
            return get_claim(session, claim_id=claim_id).status

    def deeds(self, claim_id: str) -> list[DecisionKind]:
        with open_session(self.desk.engine, reading=True) as session:
            return [step.kind for step in history(session, claim_id=claim_id)]


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
def session(url: str) -> Session:
    bridge_desk(url).dispose()
    return Session(url)


def edited(form: Form | None, **typed: object) -> Form:
    assert form is not None
    return Form.model_validate({**form.model_dump(), **typed})


def test_an_empty_database_shows_the_empty_screen(url: str) -> None:
    assert Session(url).draw() == EmptyScreen(left_out=())


def test_articles_without_claims_are_named(url: str) -> None:
    save(open_desk(url), bridge_article(), ())
    assert Session(url).draw() == EmptyScreen(
        left_out=(
            LeftOut(title="Harbour bridge to close for eleven weeks", why="Read by rules, and no claim was found."),
        )
    )


def test_the_most_urgent_claim_comes_first_beside_its_article(session: Session) -> None:
    screen = session.look()
    assert screen.opened.stored.claim.check_worthiness == 0.92
    assert screen.opened.article == bridge_article()
    assert len(screen.opened.others) == 5
    assert (screen.progress.waiting, screen.progress.decided, screen.mode) == (6, 0, Mode.READ)
    assert not screen.can_undo


def test_verify_decides_and_goes_on(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.triage.verify()
    screen = session.look()
    assert session.status(first) is ClaimStatus.VERIFIED
    assert screen.opened.stored.claim.id != first
    assert screen.progress.verified == 1
    assert screen.notice == "Verified. Undo takes it back."
    assert session.look().notice is None


def test_reject_keeps_reason_and_comment(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.triage.start_reject()
    assert session.look().mode is Mode.REJECT
    session.triage.reject(RejectionReason.OPINION, " just a view ")
    screen = session.look()
    assert screen.mode is Mode.READ
    step = session.desk.open(first).history[-1]
    assert (step.kind, step.reason, step.comment) == (DecisionKind.REJECT, RejectionReason.OPINION, "just a view")


def test_correct_saves_the_edited_claim(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.triage.start_correct()
    form = session.look().form
    session.triage.save(edited(form, text="The repairs will cost 14 million crowns.", comment="digits swapped"))
    session.look()
    assert session.status(first) is ClaimStatus.CORRECTED
    opened = session.desk.open(first)
    assert opened.stored.claim.text == "The repairs will cost 14 million crowns."
    assert opened.history[-1].comment == "digits swapped"


def test_a_correction_that_cannot_be_saved_stays_in_the_form(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.triage.start_correct()
    typed = edited(session.look().form, content="not a word of it", source_role="engineer")
    session.triage.save(typed)
    screen = session.look()
    assert screen.mode is Mode.CORRECT
    assert screen.form == typed
    assert [problem.field for problem in screen.problems] == ["content"]
    assert session.status(first) is ClaimStatus.PENDING


def test_what_was_typed_comes_back_after_leaving_the_form(session: Session) -> None:
    session.look()
    session.triage.start_correct()
    typed = edited(session.look().form, text="Half a thought")
    session.triage.cancel(typed)
    assert session.look().mode is Mode.READ
    session.triage.start_correct()
    assert session.look().form == typed


def test_a_key_pressed_twice_decides_once(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.triage.verify()
    session.triage.verify()
    second = session.look().opened.stored.claim.id
    assert session.deeds(first) == [DecisionKind.VERIFY]
    assert session.deeds(second) == []


def test_a_press_waits_for_the_one_before_it(session: Session) -> None:
    """Streamlit answers the second of two quick presses in a thread of its own, while the first is deciding."""
    first = session.look().opened.stored.claim.id
    second_press = threading.Thread(target=lambda: (session.triage.verify(), drawn.append(session.look())))
    drawn: list[ClaimScreen] = []
    with session.triage.lock:
        second_press.start()
        time.sleep(0.05)
        assert not drawn
        session.triage.verify()
    second_press.join()
    assert drawn[0].opened.stored.claim.id != first
    assert session.desk.progress().decided == 1


def test_a_press_right_after_a_redraw_was_meant_for_the_claim_before(session: Session) -> None:
    session.look()
    session.triage.verify()
    session.triage.screen()
    session.triage.drawn()
    session.clock.seconds += SETTLE_S / 2
    session.triage.verify()
    session.triage.screen()
    session.triage.drawn()
    assert session.desk.progress().decided == 1
    session.clock.seconds += 2 * SETTLE_S
    session.triage.verify()
    assert session.desk.progress().decided == 2


def test_a_key_held_down_decides_once(session: Session) -> None:
    session.look()
    for _ in range(60):
        session.triage.verify()
        session.triage.screen()
        session.triage.drawn()
        session.clock.seconds += 0.033
    assert session.desk.progress().decided == 1


def test_undo_goes_back_step_by_step(session: Session) -> None:
    ids = []
    for _ in range(3):
        ids.append(session.look().opened.stored.claim.id)
        session.triage.verify()
    assert session.look().progress.verified == 3
    for expected in reversed(ids):
        session.triage.undo()
        screen = session.look()
        assert screen.opened.stored.claim.id == expected
        assert screen.opened.stored.status is ClaimStatus.PENDING
    assert not screen.can_undo
    assert session.deeds(ids[0]) == [DecisionKind.VERIFY, DecisionKind.UNDO]


def test_undo_of_a_correction_restores_the_claim(session: Session) -> None:
    before = session.look().opened.stored.claim
    session.triage.start_correct()
    session.triage.save(edited(session.look().form, text="Something else."))
    session.look()
    session.triage.undo()
    assert session.look().opened.stored.claim == before


def test_skip_goes_on_and_comes_round(session: Session) -> None:
    seen = []
    for _ in range(7):
        seen.append(session.look().opened.stored.claim.id)
        session.triage.skip()
    assert len(set(seen)) == 6
    assert seen[0] == seen[6]
    assert session.desk.progress().waiting == 6


def test_skipping_the_only_claim_says_so(session: Session) -> None:
    for _ in range(5):
        session.look()
        session.triage.verify()
    session.look()
    session.triage.skip()
    assert session.look().notice == "This is the only claim waiting for you."


def test_a_finished_queue_tells_what_was_done(session: Session) -> None:
    for _ in range(4):
        session.look()
        session.triage.verify()
    for _ in range(2):
        session.look()
        session.triage.reject(RejectionReason.DUPLICATE)
    screen = session.draw()
    assert isinstance(screen, FinishedScreen)
    assert screen.done == {DecisionKind.VERIFY: 4, DecisionKind.REJECT: 2}
    session.triage.undo()
    assert session.look().progress.waiting == 1


def test_claims_in_other_hands_are_not_called_finished(session: Session) -> None:
    with open_session(session.desk.engine) as other:
        for number in range(6):
            assert next_claim(other, reviewer=f"colleague {number}", now=NOW)
    screen = session.draw()
    assert isinstance(screen, FinishedScreen)
    assert screen.progress.waiting == 6


def test_a_stale_save_says_who_came_before_and_loses_nothing(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.triage.start_correct()
    typed = edited(session.look().form, text="Typed with care.")
    session.now = NOW + timedelta(hours=1)
    ben = NewDecision(
        claim_id=first, version=1, kind=DecisionKind.REJECT, reviewer="ben", reason=RejectionReason.OPINION
    )
    version = session.desk.version(first)
    with open_session(session.desk.engine) as other:
        decide(other, decision=ben.model_copy(update={"version": version}), now=NOW + timedelta(minutes=58))
    session.triage.save(typed)
    screen = session.look()
    assert screen.stale is not None
    assert screen.stale.last is not None
    assert (screen.stale.last.who, screen.stale.last.when) == ("ben", "2 minutes ago")
    assert "only an opinion" in screen.stale.last.did
    assert screen.mode is Mode.CORRECT
    assert screen.form == typed
    assert session.status(first) is ClaimStatus.REJECTED
    session.triage.save(typed)
    session.draw()
    assert session.status(first) is ClaimStatus.CORRECTED


def test_a_claim_of_the_same_article_opens_by_its_id(session: Session) -> None:
    session.look()
    wanted = bridge_claims(bridge_article())[5].id
    session.triage.open(wanted)
    assert session.look().opened.stored.claim.id == wanted


@pytest.mark.parametrize("claim_id", ["", "nothing", "../../etc/passwd", "' OR 1=1 --"])
def test_an_address_that_names_no_claim_is_ignored(session: Session, claim_id: str) -> None:
    session.triage.open(claim_id)
    assert session.look().opened.stored.claim.check_worthiness == 0.92


def test_a_claim_that_somebody_else_holds_is_not_decided(session: Session) -> None:
    wanted = session.look().opened.stored.claim.id
    ben = Session(str(session.desk.engine.url), "ben")
    held = ben.look().opened.stored.claim.id
    assert held != wanted
    session.triage.open(held)
    session.look()
    session.triage.verify()
    screen = session.look()
    assert "is with 'ben'" in (screen.notice or "")
    assert session.status(held) is ClaimStatus.PENDING


def test_two_reviewers_never_hold_the_same_claim(session: Session) -> None:
    ben = Session(str(session.desk.engine.url), "ben")
    anna_saw, ben_saw = [], []
    for _ in range(3):
        anna_saw.append(session.look().opened.stored.claim.id)
        ben_saw.append(ben.look().opened.stored.claim.id)
        session.triage.verify()
        ben.triage.verify()
    assert len({*anna_saw, *ben_saw}) == 6
    with open_session(session.desk.engine, reading=True) as store:
        assert {s.status for s in list_claims(store)} == {ClaimStatus.VERIFIED}
