"""What happened to a claim, told in words."""

from datetime import datetime
from typing import assert_never

from extractor import store
from extractor.schema import Claim, Decision, DecisionKind, Identity, Part, Source
from extractor.secondlook import Choice, LookDeed, LookState, LookStep, Outcome
from extractor.store import Assigned, Checked, Commented, Decided, Found, Looked, Timeline
from review_app.logic import checkwords, words
from review_app.logic.steps import Change, Step


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
            did += _asked(entry.identity)
            return Step(who=entry.identity.model, did=did, when=when, at=at, changes=changed, is_machine=True)
        case Looked():
            return _looked(entry.step, now)
        case Checked():
            return checkwords.told(entry.step, now)
        case _:
            assert_never(entry)


def _asked(identity: Identity) -> str:
    """Name the prompt, for extractors that have one."""
    return f", asked by {identity.prompt_name} {identity.prompt_version}" if identity.prompt_name else ""


def _looked(entry: LookStep, now: datetime) -> Step:
    """Tell one step of a second look."""
    told = Step(who=entry.person, did="", when=words.ago(entry.at, now), at=words.clock(entry.at))
    match entry.deed:
        case LookDeed.LOOK if entry.look:
            first, second = entry.look.first, entry.look.second
            agrees = entry.state is LookState.AGREED
            as_first = f", as {first.reviewer} had" if agrees else f"; {first.reviewer} had {_outcome(first)}"
            return told.model_copy(
                update={
                    "did": f"{_outcome(second)} at second look{as_first}",
                    "comment": second.comment,
                    "changes": changes(entry.look.shown, second.claim),
                }
            )
        case LookDeed.SETTLE if entry.look and entry.settlement:
            kept = {
                Choice.FIRST: f"kept what {entry.look.first.reviewer} decided",
                Choice.SECOND: f"took what {entry.look.second.reviewer} decided",
                Choice.OTHER: "decided otherwise than both",
            }[entry.settlement.choice]
            did = f"settled the two decisions and {kept}"
            return told.model_copy(update={"did": did, "comment": entry.settlement.comment})
        case _:
            what = "the settlement" if entry.state is LookState.DIFFERS else "the second look"
            return told.model_copy(update={"did": f"took {what} back"})


def _outcome(outcome: Outcome) -> str:
    reason = f" ({words.REASON[outcome.reason].lower()})" if outcome.reason else ""
    return f"{words.STATUS[outcome.status]} it{reason}"


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
