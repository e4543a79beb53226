"""What one reviewer is writing: opening, filling, keeping and saving a sheet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, assert_never

from extractor.errors import Conflict, NotAllowed, StoreError
from extractor.people import Act
from extractor.schema import Claim, DecisionKind, Span, StoredClaim, SuspectedMiss, Value
from extractor.store import NewDecision
from review_app.logic import deeds
from review_app.logic.correction import Form, Problem, Problems, form_of
from review_app.logic.desk import Opened
from review_app.logic.screens import Choice, Fill, Mode
from review_app.logic.sheet import (
    Sheet,
    Task,
    addition_of,
    can_merge,
    comment_on,
    correction_of,
    merge_of,
    passages,
    split_of,
    united,
)

if TYPE_CHECKING:
    from review_app.logic.triage import Triage

MOST_CHOICES = 9
"""As many as there are digits."""

PARTS = ("content", "mention", "cue")
"""Fields that hold words of the article."""

ADD = "add"
CORRECT = "correct"
MORE = "more"
"""What a selection can be for, beside a field of a form: ``0.content``, and ``0.content.more`` for a further piece."""


class Sent(Value):
    """What the page sends when something was typed or pressed in a form."""

    number: int
    """Of the sheet it was typed into."""
    fill: int = 0
    """Of the last fill that was on the page then."""
    forms: tuple[dict[str, Any], ...]
    """Values by field, a mapping for each form."""
    at: int = 0
    """Which form a press was about."""
    field: str = ""
    """Which field."""


class Selected(Value):
    """Words that were selected in the article."""

    number: int
    """Rises with each selection."""
    target: str
    """What they are for: ``add``, ``correct``, or a field of a form such as ``0.content``."""
    start: int
    """In the article, inclusive."""
    end: int
    """Exclusive."""
    claim: str
    """Id of the claim that was on the screen."""


class Writer:
    """The sheet of a session; views pass on what is typed and selected."""

    def __init__(self, triage: "Triage") -> None:
        self._triage = triage
        self._desk = triage.desk
        self.sheet: Sheet | None = None
        self.number = 0
        self.fill = Fill()
        self._filled_at: dict[str, int] = {}
        self.problems: tuple[Problem, ...] = ()
        self.wants_redraw = False
        """Set when more than the form has changed."""
        self.taken = 0
        """Number of the last selection that was taken over."""
        self._chosen: list[str] = []
        self._earlier: dict[Task, Sheet] = {}

    def start(self, task: Task) -> None:
        """Open a sheet, with what was typed before if it was left unsaved."""
        with self._triage.lock:
            opened = self._triage.opened
            if opened is None or opened.stored.claim.id != self._triage.claim_id or not self._may_write():
                return
            claim, version, article = opened.stored.claim, opened.stored.version, opened.article
            if task in self._earlier and task not in {Task.ADD, Task.MERGE}:
                self._reopen(task)
                return
            match task:
                case Task.CORRECT:
                    self._open(correction_of(claim, version, article))
                case Task.COMMENT:
                    self._open(comment_on(claim, version, article))
                case Task.SPLIT:
                    self._open(split_of(claim, version, article))
                case Task.MERGE:
                    chosen = [s for s in opened.others if s.claim.id in self._chosen]
                    if chosen and self._same_merge(chosen):
                        self._reopen(task)
                    elif chosen:
                        self._open(merge_of(claim, version, [(s.claim, s.version) for s in chosen], article))
                case Task.ADD:
                    self._triage.turn_to(Mode.MISSED)
                case _:
                    assert_never(task)

    def add(self, spans: Sequence[Span]) -> None:
        """Open the sheet for a claim that was missed, at its passage."""
        with self._triage.lock:
            opened = self._triage.opened
            if opened is None or not spans or not self._may_write():
                return
            earlier = self._earlier.get(Task.ADD)
            if earlier and earlier.base.content.spans == tuple(spans):
                self._reopen(Task.ADD)
                return
            suggested = self._desk.suggest(opened.article, tuple(spans))
            self._open(addition_of(suggested, opened.stored.claim, opened.stored.version, opened.article))

    def select(self, selections: Sequence[Selected]) -> None:
        """Take over words that were selected in the article, each once; those beside another claim are let go."""
        with self._triage.lock:
            for selected in selections:
                if selected.number > self.taken:
                    self.taken = selected.number
                    self._select(selected)

    def _select(self, selected: Selected) -> None:
        opened, target = self._triage.opened, selected.target
        if opened is None or opened.stored.claim.id != selected.claim:
            return
        start, end = max(0, selected.start), min(selected.end, len(opened.article.text))
        spans = passages(Span(start_char=start, end_char=end), opened.article.text) if start < end else ()
        if not spans:
            return
        if target == ADD:
            self.add(spans)
            return
        if target == CORRECT:
            self.start(Task.CORRECT)
            target = "0.content"
        self._put(target, spans, opened)

    def typed(self, sent: Sent) -> None:
        """Keep what is being typed."""
        with self._triage.lock:
            if self.sheet is not None and sent.number == self.number:
                self._keep(self.sheet.typed(self._news(sent)))

    def lengthen(self, sent: Sent) -> None:
        """Add a part to a split."""
        with self._triage.lock:
            self.typed(sent)
            if self.sheet is not None and sent.number == self.number:
                self._keep(self.sheet.longer())
                self.wants_redraw = True

    def shorten(self, sent: Sent) -> None:
        """Take a part out of a split; the form is drawn anew with the others."""
        with self._triage.lock:
            self.typed(sent)
            if self.sheet is not None and sent.number == self.number:
                self._keep(self.sheet.shorter(sent.at))
                self.number += 1
                self.wants_redraw = True

    def take_theirs(self, sent: Sent) -> None:
        """Put what a colleague has written into a field of a correction."""
        with self._triage.lock:
            self.typed(sent)
            opened, field = self._triage.opened, sent.field
            if self.sheet is None or opened is None or sent.number != self.number or field not in Form.model_fields:
                return
            theirs = form_of(opened.stored.claim, opened.article)
            names = [field, *([f"{field}_spans"] if field in PARTS else [])]
            form = self.sheet.forms[0].model_copy(update={name: getattr(theirs, name) for name in names})
            self._keep(self.sheet.model_copy(update={"forms": (form, *self.sheet.forms[1:])}))
            self._filled(f"0.{field}")

    def leave(self, sent: Sent) -> None:
        """Go back to reading; what was typed comes back when the form is opened again."""
        with self._triage.lock:
            if self.sheet is None or sent.number != self.number:
                return
            sheet = self.sheet.typed(self._news(sent)).model_copy(update={"is_open": False})
            if sheet.forms == self._untouched(sheet):
                self._forget(sheet)
            else:
                self._keep(sheet)
                self._triage.notice = "Nothing saved. What you typed is kept: begin the same again and it is there."
            self.sheet = None
            self.wants_redraw = True
            self._triage.cancel()

    def save(self, sent: Sent) -> None:
        """Save the sheet; what cannot be saved stays in the form with the reason beside it."""
        with self._triage.lock:
            opened = self._triage.opened
            if self.sheet is None or opened is None or sent.number != self.number or not self._triage.take_press():
                return
            self.wants_redraw = True
            self._keep(self.sheet.typed(self._news(sent)))
            try:
                done = self._save(self.sheet, opened)
            except Conflict as error:
                self._conflict(error, self.sheet)
            except (StoreError, NotAllowed) as error:
                self._triage.refused(error)
            else:
                if done:
                    self._finish(self.sheet, done)

    def resume(self, claim_id: str | None) -> Task | None:
        """Look for what was typed about a claim before; return its task where the form was open when it was left."""
        self.sheet, self.problems, self._chosen, self._earlier = None, (), [], {}
        if claim_id is None or not self._may_write():
            return None
        kept = self._desk.kept(claim_id)
        self._earlier = {sheet.task: sheet for sheet in kept}
        if not kept or not kept[0].is_open:
            return None
        self._open(kept[0])
        return kept[0].task

    def choose(self, claim_id: str) -> None:
        """Take a claim into a merge, or out again."""
        with self._triage.lock:
            if claim_id in self._chosen:
                self._chosen.remove(claim_id)
            else:
                self._chosen.append(claim_id)

    def choices(self, opened: Opened) -> tuple[Choice, ...]:
        """Return the claims that may be merged with the one on the screen, the nearest first."""
        at = opened.stored.claim.content.spans
        near = sorted(
            (s for s in opened.others if can_merge(s.status)),
            key=lambda s: (s.claim.id not in self._chosen, _distance(s.claim.content.spans, at)),
        )
        shown = near[:MOST_CHOICES]
        shown.sort(key=lambda s: _distance(s.claim.content.spans, at))
        return tuple(Choice(stored=s, is_chosen=s.claim.id in self._chosen) for s in shown)

    def catch_up(self, version: int) -> None:
        """Write on what stands now, after the reviewer was shown what came before."""
        if self.sheet is not None:
            self._keep(self.sheet.model_copy(update={"version": version}))

    def _news(self, sent: Sent) -> list[dict[str, Any]]:
        """Return what was typed without the fields that the program has filled since, unknown to whoever typed."""
        late = {name for name, number in self._filled_at.items() if number > sent.fill}
        return [
            {name: value for name, value in form.items() if f"{at}.{name}" not in late}
            for at, form in enumerate(sent.forms)
        ]

    def _may_write(self) -> bool:
        return self._desk.person.may(Act.DECIDE)

    def _same_merge(self, chosen: Sequence[StoredClaim]) -> bool:
        earlier = self._earlier.get(Task.MERGE)
        return earlier is not None and {s.claim_id for s in earlier.merged} == {s.claim.id for s in chosen}

    def _reopen(self, task: Task) -> None:
        self._open(self._earlier[task].model_copy(update={"is_open": True}))

    def _open(self, sheet: Sheet) -> None:
        self.sheet, self.problems, self.fill, self._filled_at = sheet, (), Fill(), {}
        self.number += 1
        self._triage.mode = Mode.WRITE

    def _put(self, target: str, spans: tuple[Span, ...], opened: Opened) -> None:
        at, _, rest = target.partition(".")
        field, _, more = rest.partition(".")
        if self.sheet is None or not at.isdigit() or int(at) >= len(self.sheet.forms) or field not in PARTS:
            return
        if more == MORE:
            spans = united((*getattr(self.sheet.forms[int(at)], f"{field}_spans"), *spans))
        self._keep(self.sheet.selected(int(at), field, spans, opened.article))
        self._filled(f"{at}.{field}")

    def _filled(self, *fields: str) -> None:
        self.fill = Fill(number=self.fill.number + 1, fields=fields)
        self._filled_at |= dict.fromkeys(fields, self.fill.number)
        self.wants_redraw = True

    def _keep(self, sheet: Sheet) -> None:
        if sheet == self.sheet:
            return
        self.sheet = sheet
        self._earlier[sheet.task] = sheet
        try:
            self._desk.keep(sheet)
        except NotAllowed as error:
            self._triage.refused(error)

    def _forget(self, sheet: Sheet) -> None:
        self._earlier.pop(sheet.task, None)
        self._desk.drop(sheet)

    def _untouched(self, sheet: Sheet) -> object:
        """Return what the form held when it was opened, for those whose claim is there to compare with."""
        opened = self._triage.opened
        if opened is None or sheet.task not in {Task.CORRECT, Task.COMMENT}:
            return None
        return (form_of(sheet.base, opened.article),)

    def _save(self, sheet: Sheet, opened: Opened) -> DecisionKind | Task | None:
        """Do what the sheet says; None where something has to be mended first."""
        if sheet.task is Task.COMMENT:
            deeds.say(self._desk, sheet.claim_id, sheet.comment)
            return Task.COMMENT
        read = sheet.read(opened.article, self._desk.place)
        if isinstance(read, Problems):
            self.problems = read.items
            return None
        claims = tuple(self._desk.check(opened.article, claim) for claim in read)
        self.problems = ()
        match sheet.task:
            case Task.CORRECT:
                if read[0] == sheet.base.model_copy(update={"flags": ()}):
                    what = "Nothing is changed here yet. To keep the claim as it is, go back and verify it."
                    self.problems = (Problem(field="text", message=what),)
                    return None
                deeds.record(self._desk, _correction(sheet, claims[0], self._desk.reviewer))
                return DecisionKind.CORRECT
            case Task.ADD:
                deeds.add_claim(self._desk, sheet, claims[0], opened.article.sha256)
                return DecisionKind.ADD
            case Task.SPLIT:
                deeds.split_claim(self._desk, sheet, claims)
            case Task.MERGE:
                deeds.merge_claims(self._desk, sheet, claims[0])
            case _:
                assert_never(sheet.task)
        return sheet.task

    def _finish(self, sheet: Sheet, done: DecisionKind | Task) -> None:
        self._forget(sheet)
        self.sheet = None
        if isinstance(done, DecisionKind):
            self._triage.did(done)
        else:
            self._triage.notice = _SAID[done].format(n=len(sheet.forms), m=len(sheet.merged) + 1)
        if sheet.task in {Task.ADD, Task.COMMENT}:
            self._triage.mode = Mode.READ
        else:
            self._triage.go_on(sheet.claim_id)

    def _conflict(self, error: Conflict, sheet: Sheet) -> None:
        if error.current is not None and error.current.claim.id != sheet.claim_id:
            about = "This claim is" if sheet.task is Task.ADD else "One of the others is"
            tail = "there already" if sheet.task is Task.ADD else "no longer what you saw"
            self._triage.notice = f"Not saved. {about} {tail}: “{error.current.claim.text}”"
            return
        self._triage.meet(error, sheet.base if sheet.task is Task.CORRECT else None)
        if error.current is not None:
            self.catch_up(error.current.version)


_SAID = {
    Task.COMMENT: "Comment kept in the history.",
    Task.SPLIT: "Split into {n}. Undo takes the whole step back.",
    Task.MERGE: "{m} claims merged into one. Undo takes the whole step back.",
}


def near_misses(opened: Opened) -> tuple[SuspectedMiss, ...]:
    """Return the sentences that may hold a missed claim, the nearest to the one on the screen first."""
    misses = opened.reading.misses if opened.reading else ()
    at = opened.stored.claim.content.spans
    return tuple(sorted(misses, key=lambda miss: _distance((miss.span,), at))[:MOST_CHOICES])


def _distance(spans: Sequence[Span], at: Sequence[Span]) -> int:
    if not spans or not at:
        return 10**9
    return abs(spans[0].start_char - at[0].start_char)


def _correction(sheet: Sheet, claim: Claim, reviewer: str) -> NewDecision:
    return NewDecision(
        claim_id=sheet.claim_id,
        version=sheet.version,
        kind=DecisionKind.CORRECT,
        reviewer=reviewer,
        comment=sheet.comment,
        corrected=claim,
    )
