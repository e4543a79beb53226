"""What happened to a claim, told in words."""

from collections.abc import Sequence
from datetime import datetime

from extractor.schema import Claim, Decision, DecisionKind, Part, Source, Value
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
    did: str
    """What they did, as the rest of a sentence that begins with their name."""
    when: str
    comment: str = ""
    changes: tuple[Change, ...] = ()


def steps(decisions: Sequence[Decision], now: datetime) -> tuple[Step, ...]:
    """Tell the decisions on one claim.

    Args:
        decisions: Oldest first.
        now: Aware; times are told from here.

    Returns:
        One step a decision, newest first.
    """
    return tuple(step(decision, now) for decision in reversed(decisions))


def step(decision: Decision, now: datetime) -> Step:
    """Tell one decision."""
    did = f"{words.DID[decision.kind]} this claim"
    if decision.kind is DecisionKind.REJECT and decision.reason:
        did += f": {words.REASON[decision.reason].lower()}"
    return Step(
        who=decision.reviewer,
        did=did,
        when=words.ago(decision.decided_at, now),
        comment=decision.comment,
        changes=changes(decision.before, decision.after),
    )


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
