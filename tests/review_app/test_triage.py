import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import zip_longest

import pytest

from extractor.errors import NotAllowed
from extractor.people import Person, Role
from extractor.placing import place
from extractor.schema import (
    Article,
    Claim,
    ClaimKind,
    ClaimStatus,
    Decision,
    DecisionKind,
    Part,
    RejectionReason,
    Span,
)
from extractor.store import (
    NewDecision,
    NewMember,
    decide,
    get_claim,
    history,
    list_claims,
    next_claim,
    open_session,
    put_member,
)
from extractor.suggest import suggest
from review_app.logic import deeds
from review_app.logic.desk import Desk
from review_app.logic.history import steps
from review_app.logic.ledger import LeftOut
from review_app.logic.screens import ClaimScreen, EmptyScreen, FinishedScreen, Mode
from review_app.logic.sheet import Sheet, Task
from review_app.logic.shelf import Shelf
from review_app.logic.triage import Triage
from review_app.logic.within import Within, read_within
from review_app.logic.writer import Selected, Sent
from tests.review_app.desk_data import NOW, bridge_article, bridge_claims, bridge_desk, open_desk, save
from tests.review_app.states.claims import newsroom, schools

SETTLE_S = 0.4
ANNA = Person(name="anna", role=Role.CHECKER)


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

    def __init__(self, url: str, reviewer: str = "anna", role: Role = Role.CHECKER) -> None:
        self.clock = Clock()
        self.now = NOW
        person = Person(name=reviewer, role=role)
        self.desk = Desk(
            engine=open_desk(url),
            person=person,
            now=lambda: self.now,
            place=find,
            check=unchecked,
            suggest=suggest,
            shelf=Shelf(self.clock),
        )
        self.triage = Triage(self.desk, monotonic=self.clock, settle_s=SETTLE_S)
        self.n_selected = 0

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

    def steps(self, claim_id: str) -> list[Decision]:
        with open_session(self.desk.engine, reading=True) as session:
            return history(session, claim_id=claim_id)

    def deeds(self, claim_id: str) -> list[DecisionKind]:
        return [step.kind for step in self.steps(claim_id)]

    def begin(self, task: Task = Task.CORRECT) -> Sheet:
        """Open a sheet and look at it."""
        self.triage.writer.start(task)
        return self.sheet()

    def sheet(self) -> Sheet:
        sheet = self.look().sheet
        assert sheet is not None
        return sheet

    def enter(self, *parts: dict[str, object], then: str = "typed") -> None:
        """Change fields of the sheet on the screen, a mapping for each form, and send it as the page does."""
        sheet = self.sheet()
        forms = [
            {**form.model_dump(mode="json"), **typed} for form, typed in zip_longest(sheet.forms, parts, fillvalue={})
        ]
        writer = self.triage.writer
        getattr(writer, then)(Sent(number=writer.number, fill=writer.fill.number, forms=tuple(forms)))

    def select(self, target: str, start: int, end: int, claim_id: str) -> None:
        """Select words in the article and press the key of what they are for."""
        self.n_selected += 1
        self.triage.writer.select(
            [Selected(number=self.n_selected, target=target, start=start, end=end, claim=claim_id)]
        )


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
def session(url: str) -> Session:
    bridge_desk(url).dispose()
    return Session(url)


def test_an_empty_database_shows_the_empty_screen(url: str) -> None:
    assert Session(url).draw() == EmptyScreen(left_out=(), person=ANNA)


def test_articles_without_claims_are_named(url: str) -> None:
    save(open_desk(url), bridge_article(), ())
    assert Session(url).draw() == EmptyScreen(
        left_out=(
            LeftOut(title="Harbour bridge to close for eleven weeks", why="Read by rules, and no claim was found."),
        ),
        person=ANNA,
    )


def test_the_most_urgent_claim_comes_first_beside_its_article(session: Session) -> None:
    screen = session.look()
    assert screen.opened.stored.claim.check_worthiness == 0.92
    assert screen.opened.article == bridge_article()
    assert len(screen.opened.others) == 5
    assert (screen.progress.waiting, screen.progress.decided, screen.mode) == (6, 0, Mode.READ)
    assert not screen.undo


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
    session.triage.turn_to(Mode.REJECT)
    assert session.look().mode is Mode.REJECT
    session.triage.reject(RejectionReason.OPINION, " just a view ")
    screen = session.look()
    assert screen.mode is Mode.READ
    step = session.steps(first)[-1]
    assert (step.kind, step.reason, step.comment) == (DecisionKind.REJECT, RejectionReason.OPINION, "just a view")


def test_correct_saves_the_edited_claim(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.begin()
    session.enter({"text": "The repairs will cost 14 million crowns.", "comment": "digits swapped"}, then="save")
    session.look()
    assert session.status(first) is ClaimStatus.CORRECTED
    opened = session.desk.open(first)
    assert opened.stored.claim.text == "The repairs will cost 14 million crowns."
    assert session.steps(first)[-1].comment == "digits swapped"


def test_a_correction_that_cannot_be_saved_stays_in_the_form(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.begin()
    session.enter({"content": "not a word of it", "source_role": "engineer"}, then="save")
    screen = session.look()
    assert screen.mode is Mode.WRITE
    assert screen.sheet is not None
    assert (screen.sheet.forms[0].content, screen.sheet.forms[0].source_role) == ("not a word of it", "engineer")
    assert [problem.field for problem in screen.problems] == ["content"]
    assert session.status(first) is ClaimStatus.PENDING


def test_a_correction_without_a_change_is_no_correction(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.begin()
    session.enter({}, then="save")
    assert "Nothing is changed" in session.look().problems[0].message
    assert session.deeds(first) == []


def test_what_was_typed_comes_back_after_leaving_the_form(session: Session) -> None:
    session.look()
    session.begin()
    session.enter({"text": "Half a thought"}, then="leave")
    assert session.look().mode is Mode.READ
    assert session.begin().forms[0].text == "Half a thought"


def test_an_untouched_form_leaves_no_draft(session: Session) -> None:
    claim_id = session.look().opened.stored.claim.id
    session.begin()
    session.enter({}, then="leave")
    screen = session.look()
    assert (screen.mode, screen.notice) == (Mode.READ, None)
    assert session.desk.kept(claim_id) == ()


def test_what_was_typed_survives_the_session(session: Session) -> None:
    claim_id = session.look().opened.stored.claim.id
    session.begin()
    session.enter({"text": "Typed before the connection went", "chain": "Coast Wire; organisation\0"})
    again = Session(str(session.desk.engine.url))
    again.triage.open(claim_id)
    screen = again.look()
    assert screen.mode is Mode.WRITE
    assert screen.notice == "You were correcting this claim. What you typed is still here."
    assert again.sheet().forms[0].text == "Typed before the connection went"
    ben = Session(str(session.desk.engine.url), "ben")
    ben.triage.open(claim_id)
    assert ben.look().mode is Mode.READ
    again.enter({}, then="save")
    again.look()
    assert again.status(claim_id) is ClaimStatus.CORRECTED
    assert again.desk.kept(claim_id) == ()


def test_words_selected_in_the_article_fill_a_field_exactly(session: Session) -> None:
    article = bridge_article()
    screen = session.look()
    claim_id = screen.opened.stored.claim.id
    second = article.text.rindex("the plan")
    session.select("correct", second, second + 8, claim_id)
    assert session.sheet().forms[0].content == "the plan"
    session.select("0.mention", article.text.index("Marit"), article.text.index("Marit") + 16, claim_id)
    session.select("0.content.more", 0, 5, claim_id)
    sheet = session.sheet()
    assert sheet.forms[0].content == "LOCAL\nthe plan"
    assert sheet.forms[0].mention == "Marit Oosthuizen"
    session.enter({}, then="save")
    session.look()
    claim = session.desk.stored(claim_id).claim
    assert claim.content.spans == (Span(start_char=0, end_char=5), Span(start_char=second, end_char=second + 8))


@pytest.mark.parametrize("start_end", [(5, 5), (9, 3), (-4, 0), (10**9, 10**9 + 5), (5, 6)], ids=str)
def test_a_selection_of_nothing_is_let_go(session: Session, start_end: tuple[int, int]) -> None:
    claim_id = session.look().opened.stored.claim.id
    session.select("add", *start_end, claim_id)
    assert session.look().mode is Mode.READ


def test_a_selection_beside_another_claim_is_let_go(session: Session) -> None:
    session.look()
    session.select("add", 0, 5, "another")
    assert session.look().mode is Mode.READ


def test_selections_that_arrive_together_or_again_are_taken_over_once_each(session: Session) -> None:
    """While the program is busy, the page sends all that it does not know to have arrived."""
    screen = session.look()
    session.begin(Task.SPLIT)
    claim_id = screen.opened.stored.claim.id
    first = Selected(number=7, target="0.content", start=0, end=5, claim=claim_id)
    more = Selected(number=8, target="0.content.more", start=6, end=13, claim=claim_id)
    other = Selected(number=9, target="1.content", start=14, end=20, claim=claim_id)
    session.triage.writer.select([first, more])
    session.enter({}, {"content": "typed over it"})
    session.triage.writer.select([first, more, other])
    text = bridge_article().text
    assert [form.content for form in session.sheet().forms] == [f"{text[0:5]}\n{text[6:13]}", text[14:20]]


def test_a_missed_claim_is_added_beside_the_one_on_the_screen(session: Session) -> None:
    text = bridge_article().text
    words = "No other crossing within 20 kilometres carries more than 9,000"
    screen = session.look()
    session.select("add", text.index(words), text.index(words) + len(words), screen.opened.stored.claim.id)
    sheet = session.sheet()
    assert (sheet.task, sheet.forms[0].text) == (Task.ADD, f"{words}.")
    session.enter({"source_name": "Transport office", "source_kind": "organisation"}, then="save")
    after = session.look()
    assert after.opened.stored.claim.id == screen.opened.stored.claim.id
    added = next(s for s in after.opened.others if s.claim.content.text == words)
    assert (added.status, added.added_by) == (ClaimStatus.VERIFIED, "anna")
    session.triage.undo()
    assert not any(s.claim.content.text == words for s in session.look().opened.others)


def test_a_claim_that_is_there_already_is_not_added_again(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    at = bridge_article().text.index("38,000 vehicles")
    for comment in ("once", "twice"):
        session.select("add", at, at + 15, first)
        session.enter({"text": "38,000 vehicles.", "source_name": "Transport office", "comment": comment}, then="save")
        session.look()
    assert session.desk.progress().total == 7
    ben = Session(str(session.desk.engine.url), "ben")
    screen = ben.look()
    ben.select("add", at, at + 15, screen.opened.stored.claim.id)
    ben.enter({"text": "38,000 vehicles.", "source_name": "Transport office"}, then="save")
    screen = ben.look()
    assert screen.notice == "Not saved. This claim is there already: “38,000 vehicles.”"
    assert screen.mode is Mode.WRITE


def test_a_split_and_its_undo_are_one_step(session: Session) -> None:
    whole = session.look().opened.stored.claim.id
    session.triage.reject(RejectionReason.SPLIT)
    assert session.sheet().task is Task.SPLIT
    session.enter({}, {}, then="save")
    assert [p.form for p in session.look().problems] == [1]
    session.enter(
        {"text": "The repairs will cost 14 million crowns.", "content": "the repairs would cost 14 million crowns"},
        {"text": "The repairs will cost twice the first estimate.", "content": "twice the first estimate"},
        then="save",
    )
    screen = session.look()
    assert screen.notice == "Split into 2. Undo takes the whole step back."
    assert session.status(whole) is ClaimStatus.REJECTED
    assert screen.progress.verified == 2
    assert session.steps(whole)[-1].reason is RejectionReason.SPLIT
    session.triage.undo()
    screen = session.look()
    assert screen.opened.stored.claim.id == whole
    assert (screen.progress.waiting, screen.progress.verified) == (6, 0)


def test_a_merge_and_its_undo_are_one_step(session: Session) -> None:
    screen = session.look()
    first = screen.opened.stored.claim.id
    session.triage.reject(RejectionReason.MERGE)
    choices = session.look().choices
    assert len(choices) == 5
    session.triage.clicked(choices[0].stored.claim.id)
    assert [c.is_chosen for c in session.look().choices] == [True, False, False, False, False]
    sheet = session.begin(Task.MERGE)
    assert {s.claim_id for s in sheet.merged} == {choices[0].stored.claim.id}
    session.enter({"text": "The repairs cost 14 million, and 38,000 vehicles cross."}, then="save")
    screen = session.look()
    assert screen.notice == "2 claims merged into one. Undo takes the whole step back."
    assert (screen.progress.waiting, screen.progress.verified, screen.progress.rejected) == (4, 1, 2)
    session.triage.undo()
    assert session.look().progress.waiting == 6
    assert session.status(first) is ClaimStatus.PENDING


def test_a_comment_is_kept_and_the_claim_stays(session: Session) -> None:
    claim_id = session.look().opened.stored.claim.id
    session.begin(Task.COMMENT)
    session.enter({"comment": "Ask the council."}, then="save")
    screen = session.look()
    assert (screen.mode, screen.opened.stored.claim.id) == (Mode.READ, claim_id)
    assert "Ask the council." in [step.comment for step in steps(screen.opened.timeline, NOW)]


def test_a_claim_sent_to_a_colleague_comes_first_for_them(session: Session) -> None:
    last = bridge_claims(bridge_article())[5].id
    session.look()
    session.triage.open(last)
    session.look()
    session.triage.send("ben", "you know her")
    assert session.look().notice == "Sent to ben: it comes first for them."
    ben = Session(str(session.desk.engine.url), "ben")
    screen = ben.look()
    assert screen.opened.stored.claim.id == last
    assert screen.opened.stored.assigned_to == "ben"


def test_colleagues_are_the_members_or_whoever_has_decided(session: Session) -> None:
    session.look()
    session.triage.turn_to(Mode.SEND)
    assert session.look().colleagues == ()
    ben = Session(str(session.desk.engine.url), "ben")
    ben.look()
    ben.triage.verify()
    assert session.look().colleagues == ("ben",)
    with open_session(session.desk.engine) as store:
        for name, role in (("Carla", Role.EDITOR), ("Reader", Role.READER), ("anna", Role.CHECKER)):
            put_member(store, new=NewMember(login=f"{name}@desk", name=name, role=role), by="test", now=NOW)
    assert session.look().colleagues == ("Carla",)


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
    assert not screen.undo
    assert session.deeds(ids[0]) == [DecisionKind.VERIFY, DecisionKind.UNDO]


def test_undo_of_a_correction_restores_the_claim(session: Session) -> None:
    before = session.look().opened.stored.claim
    session.begin()
    session.enter({"text": "Something else."}, then="save")
    session.look()
    session.triage.undo()
    assert session.look().opened.stored.claim == before


def test_a_decision_is_taken_back_from_the_history(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.triage.verify()
    session.look()
    ben = Session(str(session.desk.engine.url), "ben", Role.CHECKER)
    ben.triage.open(first)
    assert ben.look().take_back is None
    ben.triage.take_back()
    assert session.status(first) is ClaimStatus.VERIFIED
    carla = Session(str(session.desk.engine.url), "carla", Role.EDITOR)
    carla.triage.open(first)
    assert carla.look().take_back == "Take this decision back"
    carla.triage.take_back()
    assert carla.look().opened.stored.status is ClaimStatus.PENDING
    assert [(s.kind, s.reviewer) for s in session.steps(first)] == [
        (DecisionKind.VERIFY, "anna"),
        (DecisionKind.UNDO, "carla"),
    ]


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


def test_a_stale_save_tells_both_versions_and_loses_nothing(session: Session) -> None:
    opened = session.look().opened
    first, seen = opened.stored.claim.id, opened.stored.claim
    session.begin()
    session.now = NOW + timedelta(hours=1)
    theirs = seen.model_copy(update={"text": "Theirs.", "kind": ClaimKind.PROMISE})
    ben = NewDecision(claim_id=first, version=1, kind=DecisionKind.CORRECT, reviewer="ben", corrected=theirs)
    number, form = session.triage.writer.number, session.sheet().forms[0].model_dump(mode="json")
    with open_session(session.desk.engine) as other:
        decide(other, decision=ben, now=NOW + timedelta(minutes=58))
    session.triage.writer.save(Sent(number=number, forms=({**form, "text": "Typed with care."},)))
    screen = session.look()
    assert screen.stale is not None
    assert screen.stale.last is not None
    assert (screen.stale.last.who, screen.stale.last.when) == ("ben", "2 minutes ago")
    told = [(d.field, d.seen, d.theirs, d.mine) for d in screen.stale.differences]
    assert told == [
        ("text", seen.text, "Theirs.", "Typed with care."),
        ("kind", "Comparison", "Promise", "Comparison"),
    ]
    assert (screen.mode, session.sheet().forms[0].text) == (Mode.WRITE, "Typed with care.")
    assert session.desk.stored(first).claim.text == "Theirs."
    session.triage.writer.take_theirs(Sent(number=number, forms=({**form, "text": "Typed with care."},), field="kind"))
    session.look()
    # Sent before the page had what was filled in: it must not undo that.
    session.triage.writer.save(Sent(number=number, fill=0, forms=({**form, "text": "Typed with care."},)))
    session.draw()
    after = session.desk.stored(first).claim
    assert (after.text, after.kind) == ("Typed with care.", ClaimKind.PROMISE)


def test_a_stale_verification_tells_what_changed(session: Session) -> None:
    seen = session.look().opened.stored.claim
    session.now = NOW + timedelta(hours=1)
    ben = NewDecision(
        claim_id=seen.id,
        version=1,
        kind=DecisionKind.CORRECT,
        reviewer="ben",
        corrected=seen.model_copy(update={"text": "Theirs."}),
    )
    with open_session(session.desk.engine) as other:
        decide(other, decision=ben, now=NOW + timedelta(minutes=20))
    session.triage.verify()
    screen = session.look()
    assert screen.stale is not None
    assert [(d.field, d.seen, d.theirs, d.mine) for d in screen.stale.differences] == [
        ("text", seen.text, "Theirs.", None)
    ]
    assert session.deeds(seen.id) == [DecisionKind.CORRECT]


def test_a_draft_behind_its_claim_says_so_when_it_comes_back(session: Session) -> None:
    seen = session.look().opened.stored.claim
    session.begin()
    session.enter({"text": "Typed with care."})
    session.now = NOW + timedelta(hours=1)
    ben = NewDecision(
        claim_id=seen.id, version=1, kind=DecisionKind.REJECT, reason=RejectionReason.OPINION, reviewer="ben"
    )
    with open_session(session.desk.engine) as other:
        decide(other, decision=ben, now=NOW + timedelta(minutes=30))
    again = Session(str(session.desk.engine.url))
    again.now = session.now
    again.triage.open(seen.id)
    screen = again.look()
    assert screen.stale is not None
    assert screen.stale.last is not None
    assert "only an opinion" in screen.stale.last.did


def test_a_claim_of_the_same_article_opens_by_its_id(session: Session) -> None:
    session.look()
    wanted = bridge_claims(bridge_article())[5].id
    session.triage.open(wanted)
    assert session.look().opened.stored.claim.id == wanted


@pytest.mark.parametrize("claim_id", ["", "nothing", "../../etc/passwd", "' OR 1=1 --"])
def test_an_address_that_names_no_claim_is_ignored(session: Session, claim_id: str) -> None:
    session.triage.open(claim_id)
    assert session.look().opened.stored.claim.check_worthiness == 0.92


def test_a_claim_that_somebody_else_holds_is_shown_and_not_decided(session: Session) -> None:
    wanted = session.look().opened.stored.claim.id
    ben = Session(str(session.desk.engine.url), "ben")
    held = ben.look().opened.stored.claim.id
    assert held != wanted
    session.triage.open(held)
    screen = session.look()
    assert screen.held is not None
    assert (screen.held.holder, screen.can_write) == ("ben", False)
    session.triage.verify()
    session.look()
    assert session.status(held) is ClaimStatus.PENDING
    ben.triage.skip()
    ben.look()
    assert session.look().can_write
    session.triage.verify()
    assert session.status(held) is ClaimStatus.VERIFIED


def passes(sessions: Sequence[Session], minutes: float) -> None:
    for session in sessions:
        session.now += timedelta(minutes=minutes)
        session.clock.seconds += minutes * 60


def test_a_claim_stays_while_its_page_is_open(session: Session, url: str) -> None:
    ben = Session(url, "ben")
    mine = session.look().opened.stored.claim.id
    for _ in range(10):
        passes((session, ben), 5.5)
        assert not session.triage.stay()
        assert not session.triage.stay()
    assert ben.look().opened.stored.claim.id != mine
    passes((session, ben), 20)
    assert not session.triage.stay()
    ben.triage.open(mine)
    assert ben.look().held is None, "after an hour without a key it is anybody's"


def test_who_comes_back_to_a_claim_in_other_hands_is_told(session: Session, url: str) -> None:
    ben = Session(url, "ben")
    mine = session.look().opened.stored.claim.id
    passes((session, ben), 20)
    assert ben.look().opened.stored.claim.id == mine
    assert session.triage.stay()
    assert not session.triage.stay()
    held = session.look().held
    assert held is not None
    assert held.holder == "ben"


def test_a_lease_that_ran_out_is_told_at_the_save(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.now = NOW + timedelta(minutes=16)
    ben = Session(str(session.desk.engine.url), "ben")
    ben.now = session.now
    assert ben.look().opened.stored.claim.id == first
    session.triage.verify()
    screen = session.look()
    assert screen.held is not None
    assert screen.held.holder == "ben"
    assert session.status(first) is ClaimStatus.PENDING


def test_typing_keeps_the_claim_in_hand(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    session.begin()
    session.now = NOW + timedelta(minutes=10)
    session.enter({"text": "Still at it"})
    ben = Session(str(session.desk.engine.url), "ben")
    ben.now = NOW + timedelta(minutes=20)
    assert ben.look().opened.stored.claim.id != first


def test_a_reader_sees_everything_and_decides_nothing(session: Session) -> None:
    first = session.look().opened.stored.claim.id
    reader = Session(str(session.desk.engine.url), "rita", Role.READER)
    seen = []
    for _ in range(6):
        screen = reader.look()
        assert not screen.can_write
        seen.append(screen.opened.stored.claim.id)
        reader.triage.skip()
    assert len(set(seen)) == 6
    assert reader.look().opened.stored.claim.id == seen[0]
    reader.triage.back()
    assert reader.look().opened.stored.claim.id == seen[5]
    reader.triage.verify()
    assert "rita" in (reader.look().notice or "")
    reader.triage.writer.start(Task.CORRECT)
    reader.select("add", 0, 5, reader.look().opened.stored.claim.id)
    assert reader.look().mode is Mode.READ
    for deed in (
        lambda: deeds.say(reader.desk, first, "hm"),
        lambda: deeds.send(reader.desk, first, "ben"),
        lambda: reader.desk.next_id(),
        lambda: reader.desk.skip(first),
    ):
        with pytest.raises(NotAllowed, match="'rita' has the role reader"):
            deed()
    assert session.deeds(first) == []


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


def part_of_nordpost(reviewer: str) -> Within:
    part = read_within("publisher=Nordpost&status=all&sort=newest&page=2", reviewer)
    assert part is not None
    return part


@pytest.mark.parametrize("role", [Role.CHECKER, Role.READER])
def test_a_part_of_the_queue_is_worked_through_and_told(url: str, role: Role) -> None:
    engine = open_desk(url)
    newsroom(engine)
    ben = Session(url, "ben", role)
    outside = ben.look().opened.stored
    assert outside.claim.id not in {claim.id for claim in schools()[1]}
    ben.triage.work_through(part_of_nordpost("ben"))
    seen = ben.look()
    assert seen.part is not None
    assert (seen.part.told, seen.part.address) == ("publisher Nordpost", {"publisher": ["Nordpost"]})
    assert seen.part.n_waiting.n == 2, "one of the two was sent to cora"
    assert Session(url, "dora").look().opened.stored.claim.id == outside.claim.id, "it is free again"
    if role is Role.READER:
        ben.triage.skip()
        assert ben.look().opened.stored.article_sha256 == seen.opened.stored.article_sha256
    else:
        assert seen.opened.stored.claim.text == "No school in the region will be closed before 2028."
        ben.triage.verify()
        done = ben.draw()
        assert isinstance(done, FinishedScreen)
        assert done.part is not None
        assert (done.part.n_waiting.n, done.progress.waiting) == (1, 8)
        ben.triage.undo()
        assert ben.look().opened.stored.claim.id == seen.opened.stored.claim.id
    ben.triage.work_through(None)
    assert ben.look().part is None
    engine.dispose()
