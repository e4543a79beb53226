"""A sheet as the page draws it: titles, fields, what is wrong with them, and what a selection can be for."""

from collections.abc import Iterable

from extractor.schema import ClaimKind, ClaimStatus, Quotation, SourceKind, Value
from review_app.logic import words
from review_app.logic.correction import Form
from review_app.logic.desk import Opened
from review_app.logic.screens import ClaimScreen, Mode, Stale
from review_app.logic.sheet import MAX_CHARS, MAX_PARTS, Sheet, Task
from review_app.logic.writer import ADD, CORRECT, MORE

MOST_NAMES = 40


class Option(Value):
    """One value of a field with a closed set of them."""

    value: str
    label: str


class FieldView(Value):
    """One field."""

    name: str
    """In `Form`."""
    label: str
    kind: str
    """``line``, ``area``, ``choice`` or ``share``."""
    value: str
    hint: str = ""
    problem: str = ""
    theirs: str | None = None
    """What a colleague has written in the meantime."""
    options: tuple[Option, ...] = ()
    names: tuple[str, ...] = ()
    """Offered while one types."""
    selectable: bool = False
    """Filled by selecting words in the article."""


class FormView(Value):
    """One form of a sheet."""

    title: str
    fields: tuple[FieldView, ...]
    more: tuple[FieldView, ...]
    """Folded away."""
    can_go: bool
    """The form can be taken out."""


class SheetView(Value):
    """A sheet ready to be drawn."""

    number: int
    fill_number: int
    fill_fields: tuple[str, ...]
    title: str
    told: tuple[str, ...]
    """What it is about, a paragraph each."""
    forms: tuple[FormView, ...]
    save: str
    can_grow: bool
    others: str
    """Whose version is shown as theirs."""
    max_chars: int = MAX_CHARS


class Target(Value):
    """What words selected in the article can be for."""

    id: str
    label: str
    key: str


TITLES = {
    Task.CORRECT: "Correct this claim",
    Task.ADD: "Add a claim that was missed",
    Task.SPLIT: "Split this claim",
    Task.MERGE: "Merge into one claim",
    Task.COMMENT: "Comment on this claim",
}
SAVE = {
    Task.CORRECT: "Save correction",
    Task.ADD: "Add claim",
    Task.SPLIT: "Split",
    Task.MERGE: "Merge",
    Task.COMMENT: "Keep comment",
}
MAIN = {
    Task.CORRECT: ("text", "content", "source_name", "source_role", "comment"),
    Task.ADD: ("text", "content", "source_name", "source_role", "quotation"),
    Task.SPLIT: ("text", "content", "source_name"),
    Task.MERGE: ("text", "content", "source_name", "source_role", "comment"),
    Task.COMMENT: ("comment",),
}
MORE_FIELDS = (
    "source_kind",
    "quotation",
    "mention",
    "cue",
    "kind",
    "chain",
    "check_worthiness",
    "check_worthiness_reason",
)
HINTS = {
    "content": "Select them in the article, or copy them as they stand; a quotation in pieces has one piece a line.",
    "chain": "Who reports the speaker, one a line, outermost first: name; kind; role",
    "mention": "Such as “she”: select it in the article.",
    "cue": "Such as “said”: select it in the article.",
}
KINDS = {
    "text": "area",
    "content": "area",
    "chain": "area",
    "source_kind": "choice",
    "quotation": "choice",
    "kind": "choice",
    "check_worthiness": "share",
}
OPTIONS = {
    "source_kind": tuple(Option(value=k, label=words.SOURCE_KIND[k]) for k in SourceKind),
    "quotation": tuple(Option(value=q, label=words.QUOTATION[q]) for q in Quotation),
    "kind": tuple(Option(value=k, label=words.CLAIM_KIND[k]) for k in ClaimKind),
}


def sheet_view(screen: ClaimScreen, sheet: Sheet) -> SheetView:
    """Lay a sheet out.

    Args:
        screen: What is on the page.
        sheet: Its sheet.
    """
    names = _names(screen.opened)
    forms = tuple(
        FormView(
            title=f"Part {number + 1}" if sheet.task is Task.SPLIT else "",
            fields=_fields(screen, form, number, MAIN[sheet.task], names),
            more=_fields(screen, form, number, _folded(sheet.task), names),
            can_go=sheet.task is Task.SPLIT and len(sheet.forms) > 2,
        )
        for number, form in enumerate(sheet.forms)
    )
    return SheetView(
        number=screen.sheet_number,
        fill_number=screen.fill.number,
        fill_fields=screen.fill.fields,
        title=TITLES[sheet.task],
        told=_about(screen.opened, sheet),
        forms=forms,
        save=SAVE[sheet.task],
        can_grow=sheet.task is Task.SPLIT and len(sheet.forms) < MAX_PARTS,
        others=screen.stale.last.who if screen.stale and screen.stale.last else "the newer extraction",
    )


def targets_of(screen: ClaimScreen) -> tuple[Target, ...]:
    """Return what words selected in the article can be for now; none for whoever may not write."""
    if not screen.can_write:
        return ()
    adding = Target(id=ADD, label="Add as a claim", key="a")
    if screen.mode is Mode.READ:
        return adding, Target(id=CORRECT, label="Make these the claim's words", key="e")
    if screen.mode is Mode.MISSED:
        return (adding,)
    if screen.sheet is None or screen.sheet.task is Task.COMMENT:
        return ()
    if screen.sheet.task is Task.SPLIT:
        parts = range(len(screen.sheet.forms))
        return tuple(Target(id=f"{n}.content", label=f"Words of part {n + 1}", key=str(n + 1)) for n in parts)
    return (
        Target(id="0.content", label="The claim's words", key="1"),
        Target(id=f"0.content.{MORE}", label="One more piece", key="2"),
        Target(id="0.mention", label="The speaker", key="3"),
        Target(id="0.cue", label="Attributing words", key="4"),
    )


def _fields(
    screen: ClaimScreen, form: Form, number: int, wanted: Iterable[str], names: tuple[str, ...]
) -> tuple[FieldView, ...]:
    problems = {p.field: p.message for p in screen.problems if p.form == number}
    theirs = _theirs(screen.stale)
    return tuple(
        FieldView(
            name=name,
            label=words.FIELD.get(name, "Comment" if screen.sheet_is(Task.COMMENT) else "Comment (optional)"),
            kind="area" if name == "comment" and screen.sheet_is(Task.COMMENT) else KINDS.get(name, "line"),
            value=str(getattr(form, name)),
            hint=HINTS.get(name, ""),
            problem=problems.get(name, ""),
            theirs=theirs.get(name) if number == 0 and screen.sheet_is(Task.CORRECT) else None,
            options=OPTIONS.get(name, ()),
            names=names if name == "source_name" else (),
            selectable=name in {"content", "mention", "cue"},
        )
        for name in wanted
    )


def _folded(task: Task) -> tuple[str, ...]:
    if task in {Task.COMMENT, Task.SPLIT}:
        return ()
    rest = [name for name in MORE_FIELDS if name not in MAIN[task]]
    return (*rest, *(["comment"] if "comment" not in MAIN[task] else []))


def _theirs(stale: Stale | None) -> dict[str, str]:
    return {d.field: d.theirs for d in stale.differences} if stale else {}


def _names(opened: Opened) -> tuple[str, ...]:
    """Offer the sources that the article's claims have already."""
    sources = [opened.stored.claim.source.name, *(s.claim.source.name for s in opened.others)]
    return tuple(dict.fromkeys(sources))[:MOST_NAMES]


def _about(opened: Opened, sheet: Sheet) -> tuple[str, ...]:
    if sheet.task in {Task.COMMENT, Task.SPLIT}:
        return (opened.stored.claim.text,)
    if sheet.task is Task.MERGE:
        seen = {s.claim_id for s in sheet.merged}
        parts = [opened.stored, *(s for s in opened.others if s.claim.id in seen)]
        return tuple(s.claim.text for s in parts if s.status is not ClaimStatus.SUPERSEDED)
    return ()
