"""The words for fact-checks: states, deeds, stances, and what changed."""

from collections.abc import Sequence
from datetime import datetime

from extractor.factcheck import Assessment, CheckState, CheckStep, Deed, Evidence, FactCheck, Stance
from review_app.logic import words
from review_app.logic.steps import Change, Step

STATE = {
    CheckState.NONE: "not begun",
    CheckState.DRAFT: "draft",
    CheckState.SUBMITTED: "waits for approval",
    CheckState.RETURNED: "returned",
    CheckState.APPROVED: "approved",
    CheckState.PUBLISHED: "published",
    CheckState.WITHDRAWN: "withdrawn",
    CheckState.DECLINED: "set aside",
}
STANCE = {
    Stance.SUPPORTS: "Supports the claim",
    Stance.REFUTES: "Speaks against it",
    Stance.CONTEXT: "Context",
}
BUTTON = {
    Deed.SAVE: "Save draft",
    Deed.SUBMIT: "Send for approval",
    Deed.APPROVE: "Approve",
    Deed.RETURN: "Return",
    Deed.PUBLISH: "Publish",
    Deed.REVISE: "Correct",
    Deed.DROP: "Give the correction up",
    Deed.WITHDRAW: "Withdraw",
    Deed.DECLINE: "Set aside",
    Deed.UNDO: "Undo",
}
DID = {
    Deed.SAVE: "wrote this fact-check",
    Deed.SUBMIT: "sent this fact-check for approval",
    Deed.APPROVE: "approved this fact-check",
    Deed.RETURN: "returned this fact-check",
    Deed.PUBLISH: "published this fact-check",
    Deed.REVISE: "began a correction of this fact-check",
    Deed.DROP: "gave up the correction of this fact-check",
    Deed.WITHDRAW: "withdrew this fact-check",
    Deed.DECLINE: "set this claim aside: it is not rated",
    Deed.UNDO: "took back the last step on this fact-check",
}
DONE = {
    Deed.SAVE: "Draft saved.",
    Deed.SUBMIT: "Sent for approval: a second person reads it now.",
    Deed.APPROVE: "Approved. It is not public before it is published.",
    Deed.RETURN: "Returned to its author.",
    Deed.PUBLISH: "Published.",
    Deed.REVISE: "What is public stays as it is until the correction is published.",
    Deed.DROP: "The correction is given up; what is public stays as it is.",
    Deed.WITHDRAW: "Withdrawn. Readers are told why.",
    Deed.DECLINE: "Set aside: this claim is no longer offered for rating.",
    Deed.UNDO: "Taken back.",
}
ASKED = {
    Deed.RETURN: "What should be changed?",
    Deed.WITHDRAW: "Why? Readers are told.",
}


def told_state(fact_check: FactCheck) -> str:
    """Say where a fact-check stands; what is public and being corrected is both."""
    if not fact_check.is_correction:
        return STATE[fact_check.state]
    was = "published" if fact_check.is_public else "withdrawn"
    return f"{was}, correction: {STATE[fact_check.state]}"


def check_steps_told(steps: Sequence[CheckStep], now: datetime) -> tuple[Step, ...]:
    """Tell the steps of a fact-check, newest first.

    Args:
        steps: Oldest first.
        now: Aware; times are told from here.
    """
    return tuple(told(step, now) for step in reversed(steps))


def told(step: CheckStep, now: datetime) -> Step:
    """Tell one step."""
    before = step.before.assessment if step.before else Assessment()
    changed = differences(before, step.after.assessment) if step.deed in {Deed.SAVE, Deed.SUBMIT, Deed.PUBLISH} else ()
    return Step(
        who=step.person,
        did=DID[step.deed],
        when=words.ago(step.at, now),
        at=words.clock(step.at),
        comment=step.comment,
        changes=changed,
    )


def differences(before: Assessment, after: Assessment) -> tuple[Change, ...]:
    """Return the fields in which two assessments differ, in the order of the form."""
    pairs = [
        ("rating", _rating(before), _rating(after)),
        ("conclusion", before.conclusion, after.conclusion),
        ("explanation", before.explanation, after.explanation),
        *_evidence_pairs(before.evidence, after.evidence),
        ("address of the page", before.page_url, after.page_url),
    ]
    return tuple(Change(field=field, before=was or "–", after=is_ or "–") for field, was, is_ in pairs if was != is_)


def _evidence_pairs(before: Sequence[Evidence], after: Sequence[Evidence]) -> list[tuple[str, str, str]]:
    n = max(len(before), len(after))
    padded = [[*items, *[None] * (n - len(items))] for items in (before, after)]
    return [
        (f"evidence {position}", _evidence(was), _evidence(is_))
        for position, (was, is_) in enumerate(zip(*padded, strict=True), start=1)
    ]


def _rating(assessment: Assessment) -> str:
    return assessment.rating.label if assessment.rating else ""


def _evidence(item: Evidence | None) -> str:
    if item is None:
        return ""
    accessed = f"read on {item.accessed.isoformat()}" if item.accessed else ""
    parts = [item.title, item.publisher, item.url, STANCE[item.stance].lower(), accessed, item.excerpt]
    return " · ".join(part for part in parts if part)
