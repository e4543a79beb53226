"""How a fact-check moves: from which state a deed is possible, what it needs, what it leads to."""

from collections.abc import Callable
from datetime import datetime

from extractor.errors import NotAllowed, NotReady
from extractor.factcheck import (
    FINAL,
    OPEN,
    Assessment,
    CheckState,
    CheckStep,
    Deed,
    FactCheck,
    Move,
    Notice,
    Publication,
    shortfalls,
)
from extractor.schema import Claim, Value

WRITABLE = frozenset({CheckState.NONE, CheckState.DECLINED, *OPEN})
"""States from which somebody may begin or go on to write."""

FROM = {
    Deed.SAVE: WRITABLE,
    Deed.SUBMIT: WRITABLE,
    Deed.RETURN: frozenset({CheckState.SUBMITTED, CheckState.APPROVED}),
    Deed.APPROVE: frozenset({CheckState.SUBMITTED}),
    Deed.PUBLISH: frozenset({CheckState.SUBMITTED, CheckState.APPROVED, *WRITABLE}),
    Deed.REVISE: frozenset({CheckState.PUBLISHED, CheckState.WITHDRAWN}),
    Deed.DROP: frozenset({CheckState.SUBMITTED, CheckState.APPROVED, *OPEN}),
    Deed.WITHDRAW: frozenset(CheckState) - {CheckState.NONE, CheckState.DECLINED, CheckState.WITHDRAWN},
    Deed.DECLINE: frozenset({CheckState.NONE}),
}
"""Where each deed begins."""

WORDED = {
    Deed.SAVE: "written",
    Deed.SUBMIT: "sent for approval",
    Deed.RETURN: "returned",
    Deed.APPROVE: "approved",
    Deed.PUBLISH: "published",
    Deed.REVISE: "corrected",
    Deed.DROP: "given up",
    Deed.WITHDRAW: "withdrawn",
    Deed.DECLINE: "set aside",
    Deed.UNDO: "taken back",
}


class Ground(Value):
    """What a move is made on."""

    fact_check: FactCheck | None
    claim: Claim
    """As it stands now."""
    is_verified: bool
    """A person has found that the article says so."""
    now: datetime
    """Aware."""
    four_eyes: bool
    """Nobody publishes what they have written themselves."""


def moved(move: Move, ground: Ground) -> FactCheck:
    """Return the fact-check after a move, its version and who and when set.

    Raises:
        NotReady: It cannot be done from where the fact-check stands, or something is missing.
        NotAllowed: It takes a second person.
    """
    was = ground.fact_check or _begun(move, ground)
    if was.state not in FROM[move.deed]:
        raise NotReady(f"it is {was.state}, and cannot be {WORDED[move.deed]} from there")
    after = _AFTER[move.deed](move, ground, was)
    version = (ground.fact_check.version if ground.fact_check else 0) + 1
    return after.model_copy(update={"version": version, "changed_at": ground.now, "changed_by": move.person})


def is_undoable(step: CheckStep) -> bool:
    """Tell whether a step may be taken back: readers have not seen it."""
    return step.deed not in FINAL and step.deed is not Deed.UNDO


def _begun(move: Move, ground: Ground) -> FactCheck:
    return FactCheck(
        claim_id=move.claim_id,
        version=0,
        state=CheckState.NONE,
        claim=ground.claim,
        assessment=Assessment(),
        author=move.person,
        changed_at=ground.now,
        changed_by=move.person,
    )


def _saved(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    return _written(move, ground, was).model_copy(update={"state": CheckState.DRAFT})


def _submitted(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    return _complete(_written(move, ground, was), ground).model_copy(update={"state": CheckState.SUBMITTED})


def _returned(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    _explained(move.comment, "say what should be changed, so that the author knows")
    return was.model_copy(update={"state": CheckState.RETURNED, "approved_by": None})


def _approved(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    if ground.four_eyes and move.person in was.writers:
        raise NotAllowed(f"{move.person!r} has written this fact-check, and four eyes have to see it: ask a colleague")
    after = _complete(_on_claim(was, ground), ground)
    return after.model_copy(update={"state": CheckState.APPROVED, "approved_by": move.person})


def _revised(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    return was.model_copy(update={"state": CheckState.DRAFT, "writers": (), "approved_by": None, "note": ""})


def _declined(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    return was.model_copy(update={"state": CheckState.DECLINED})


def _written(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    """Return the fact-check with what was typed; whoever types it has seen the claim as it stands."""
    if not ground.is_verified:
        raise NotReady("the claim is not verified: decide first that the article says so, then rate it")
    return was.model_copy(
        update={
            "claim": ground.claim,
            "assessment": was.assessment if move.assessment is None else move.assessment,
            "note": was.note if move.note is None else move.note.strip(),
            "writers": tuple(dict.fromkeys([*was.writers, move.person])),
            "approved_by": None,
        }
    )


def _published(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    if ground.four_eyes and was.state is not CheckState.APPROVED:
        raise NotReady("a second person has to approve it first: send it for approval")
    writable = was.state in WRITABLE
    ready = _complete(_written(move, ground, was) if writable else _on_claim(was, ground), ground)
    before = was.publication
    corrections = before.corrections if before else ()
    if before is not None:
        corrections = (*corrections, Notice(at=ground.now, by=move.person, text=ready.note))
    publication = Publication(
        claim=ready.claim,
        assessment=ready.assessment,
        published_at=before.published_at if before else ground.now,
        modified_at=ground.now,
        corrections=corrections,
    )
    return ready.model_copy(update={"state": CheckState.PUBLISHED, "publication": publication, "note": ""})


def _dropped(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    public = was.publication
    if public is None:
        raise NotReady("there is no correction to give up: it has never been published")
    state = CheckState.WITHDRAWN if public.withdrawn else CheckState.PUBLISHED
    return was.model_copy(
        update={"state": state, "claim": public.claim, "assessment": public.assessment, "note": "", "writers": ()}
    )


def _withdrawn(move: Move, ground: Ground, was: FactCheck) -> FactCheck:
    if was.publication is None or not was.is_public:
        raise NotReady("there is nothing public to withdraw")
    _explained(move.comment, "say why it is withdrawn: readers are told")
    notice = Notice(at=ground.now, by=move.person, text=move.comment.strip())
    public = was.publication.model_copy(update={"withdrawn": notice, "modified_at": ground.now})
    # A correction in the making stays; it may be what makes it public again.
    state = was.state if was.is_correction else CheckState.WITHDRAWN
    return was.model_copy(update={"state": state, "publication": public})


def _complete(fact_check: FactCheck, ground: Ground) -> FactCheck:
    if not ground.is_verified:
        raise NotReady("the claim is not verified any longer: decide on it again, then go on here")
    if missing := shortfalls(fact_check.assessment):
        raise NotReady(" ".join(one.message for one in missing))
    if fact_check.publication is not None and not fact_check.note:
        raise NotReady("say what the correction changes: readers are told")
    return fact_check


def _on_claim(fact_check: FactCheck, ground: Ground) -> FactCheck:
    """Let nobody put a rating under another wording than the one that was rated."""
    if fact_check.claim != ground.claim:
        raise NotReady(
            "the claim was changed after it was rated: return the fact-check, so that its author looks again"
        )
    return fact_check


def _explained(text: str, otherwise: str) -> None:
    if not text.strip():
        raise NotReady(otherwise)


_AFTER: dict[Deed, Callable[[Move, Ground, FactCheck], FactCheck]] = {
    Deed.SAVE: _saved,
    Deed.SUBMIT: _submitted,
    Deed.RETURN: _returned,
    Deed.APPROVE: _approved,
    Deed.PUBLISH: _published,
    Deed.REVISE: _revised,
    Deed.DROP: _dropped,
    Deed.WITHDRAW: _withdrawn,
    Deed.DECLINE: _declined,
}
