"""What happened to a claim, told in words."""

from datetime import datetime
from typing import assert_never

from extractor import store
from extractor.schema import Claim, Decision, DecisionKind, Part, Source, Value
from extractor.store import Assigned, Commented, Decided, Found, Timeline
from review_app.logic import words


class Change(Value):
    """One field of a claim that differs between two states."""

    field: str
    """As a reviewer calls it."""
    before: str
    after: str


class Step(Value):
    """One entry in the history of a claim."""

    who: str
    """A person, or a model."""
    did: str
    """What they did, as the rest of a sentence that begins with their name."""
    when: str
    at: str
    """The same as a date and a time, in UTC."""
    comment: str = ""
    changes: tuple[Change, ...] = ()
    is_machine: bool = False


def steps(timeline: Timeline, now: datetime) -> tuple[Step, ...]:
    """Tell everything that happened to a claim.

    Args:
        timeline: As the store has it.
        now: Aware; times are told from here.

    Returns:
        One step each, newest first.
    """
    return tuple(_told_step(entry, now) for entry in reversed(timeline.steps))


def step(decision: Decision, now: datetime) -> Step:
    """Tell one decision."""
    did = f"{words.DID[decision.kind]} this claim"
    if decision.kind is DecisionKind.REJECT and decision.reason:
        did += f": {words.REASON[decision.reason].lower()}"
    return Step(
        who=decision.reviewer,
        did=did,
        when=words.ago(decision.decided_at, now),
        at=words.clock(decision.decided_at),
        comment=decision.comment,
        changes=changes(decision.before, decision.after),
    )


def in_force(timeline: Timeline) -> Decision | None:
    """Return the decision by which a claim stands as it does; None for one that waits."""
    standing: list[Decision] = []
    for entry in timeline.steps:
        if not isinstance(entry, Decided):
            continue
        if entry.decision.kind is not DecisionKind.UNDO:
            standing.append(entry.decision)
        elif standing:
            standing.pop()
    return standing[-1] if standing else None


def _told_step(entry: store.Step, now: datetime) -> Step:
    when, at = words.ago(entry.at, now), words.clock(entry.at)
    match entry:
        case Decided():
            return step(entry.decision, now)
        case Commented():
            return Step(who=entry.comment.author, did="commented", when=when, at=at, comment=entry.comment.text)
        case Assigned():
            did = f"sent it to {entry.after}" if entry.after else "gave it back to all"
            return Step(who=entry.by, did=did, when=when, at=at)
        case Found():
            changed = changes(entry.before, entry.after) if entry.before else ()
            did = "found this claim" if entry.before is None else "found it again"
            if changed:
                did = "told it otherwise"
            return Step(who=entry.identity.model, did=did, when=when, at=at, changes=changed, is_machine=True)
        case _:
            assert_never(entry)


def changes(before: Claim, after: Claim) -> tuple[Change, ...]:
    """Return the fields in which two states of a claim differ, in the order of the form."""
    pairs = zip(_told(before), _told(after), strict=True)
    return tuple(
        Change(field=field, before=was, after=becomes) for (field, was), (_, becomes) in pairs if was != becomes
    )


def _told(claim: Claim) -> list[tuple[str, str]]:
    """List every field of a claim with its value in words."""
    return [
        ("claim", claim.text),
        ("words in the article", _text(claim.content)),
        ("said by", _source(claim.source)),
        ("standing for the speaker", _text(claim.source.mention)),
        ("attributing words", _text(claim.cue)),
        ("reported by", ", ".join(_source(link) for link in claim.chain) or "–"),
        ("quotation", words.QUOTATION[claim.quotation]),
        ("kind", words.CLAIM_KIND[claim.kind]),
        ("check-worthiness", f"{claim.check_worthiness:.0%}"),
        ("why worth checking", claim.check_worthiness_reason),
    ]


def _text(part: Part | None) -> str:
    return part.text if part else "–"


def _source(source: Source) -> str:
    about = [words.SOURCE_KIND[source.kind], *([source.role] if source.role else [])]
    return f"{source.name} ({', '.join(about)})"
