"""The words a reviewer reads for the closed sets of the domain, and for times."""

from datetime import UTC, date, datetime

from extractor.schema import (
    ClaimKind,
    ClaimStatus,
    DecisionKind,
    FlagCode,
    GroundingLevel,
    Part,
    PieceState,
    Quotation,
    RejectionReason,
    SourceKind,
)

QUOTATION = {
    Quotation.DIRECT: "Direct quotation",
    Quotation.MIXED: "Partly quoted",
    Quotation.INDIRECT: "Indirect speech",
    Quotation.NONE: "The article's own statement",
}
SOURCE_KIND = {
    SourceKind.PERSON: "person",
    SourceKind.ORGANISATION: "organisation",
    SourceKind.DOCUMENT: "document",
    SourceKind.ANONYMOUS: "unnamed source",
    SourceKind.ARTICLE: "the article itself",
}
CLAIM_KIND = {
    ClaimKind.STATISTIC: "Statistic",
    ClaimKind.EVENT: "Event",
    ClaimKind.QUOTATION_OF_RECORD: "Statement of record",
    ClaimKind.PROMISE: "Promise",
    ClaimKind.PREDICTION: "Prediction",
    ClaimKind.CAUSE: "Cause",
    ClaimKind.COMPARISON: "Comparison",
    ClaimKind.OPINION: "Opinion",
}
STATUS = {
    ClaimStatus.PENDING: "waiting",
    ClaimStatus.VERIFIED: "verified",
    ClaimStatus.CORRECTED: "corrected",
    ClaimStatus.REJECTED: "rejected",
    ClaimStatus.SUPERSEDED: "superseded",
}
FLAG = {
    FlagCode.MISQUOTE: "Not word for word",
    FlagCode.CONTENT_NOT_FOUND: "Words not found",
    FlagCode.SOURCE_NOT_FOUND: "Speaker not found",
    FlagCode.SOURCE_UNCERTAIN: "Speaker is a guess",
    FlagCode.NUMBER_NOT_IN_SOURCE: "Number differs",
    FlagCode.NAME_NOT_IN_SOURCE: "Name not in the article",
    FlagCode.NEGATION_DIFFERS: "A “not” differs",
}
REASON = {
    RejectionReason.WRONG_SPEAKER: "Wrong speaker",
    RejectionReason.WRONG_SPAN: "Wrong passage",
    RejectionReason.PARAPHRASE_DRIFT: "Says something else",
    RejectionReason.NOT_A_CLAIM: "Not a claim",
    RejectionReason.NOT_CHECKABLE: "Cannot be checked",
    RejectionReason.OPINION: "Only an opinion",
    RejectionReason.DUPLICATE: "Duplicate",
    RejectionReason.SPLIT: "Several claims in one",
    RejectionReason.MERGE: "Part of another claim",
}
"""In the order of their keys, 1 to 9."""
FIELD = {
    "text": "Claim, as one sentence",
    "content": "Words in the article",
    "source_name": "Said by",
    "source_role": "Role or title",
    "source_kind": "Kind of source",
    "quotation": "How it is said",
    "mention": "Words for the speaker",
    "cue": "Attributing words",
    "chain": "Reported by",
    "kind": "Kind of claim",
    "check_worthiness": "Check-worthiness",
    "check_worthiness_reason": "Why it is worth checking",
}
"""The fields of a claim as a form calls them, in its order."""
VALUE: dict[str, str] = {str(k): told for of in (QUOTATION, SOURCE_KIND, CLAIM_KIND) for k, told in of.items()}
PIECE_STATE = {
    PieceState.CLAIMS: "with claims",
    PieceState.EMPTY: "without claims",
    PieceState.REFUSED: "refused",
    PieceState.TRUNCATED: "cut off",
    PieceState.FAILED: "failed",
}
DID = {
    DecisionKind.VERIFY: "verified",
    DecisionKind.CORRECT: "corrected",
    DecisionKind.REJECT: "rejected",
    DecisionKind.ADD: "added",
    DecisionKind.UNDO: "took back the decision on",
}

_WORTH = ((0.7, "High"), (0.4, "Medium"), (0.0, "Low"))


def worth(score: float) -> str:
    """Name a check-worthiness in [0, 1] by a word."""
    return next(word for least, word in _WORTH if score >= least)


def placement(part: Part) -> str | None:
    """Say how surely a part was found in the article, or None when there is no doubt."""
    match part.level:
        case GroundingLevel.EXACT | GroundingLevel.NORMALISED:
            return None
        case GroundingLevel.FUZZY:
            alike = "" if part.score is None else f" ({part.score:.0%} alike)"
            return f"The article has similar words here, not these{alike}."
        case GroundingLevel.SENTENCE:
            return "Only the sentence it comes from is known, not the exact words."
        case GroundingLevel.NOT_FOUND:
            return "These words are not in the article."


def ago(then: datetime, now: datetime) -> str:
    """Say when something was, as one person tells another.

    Args:
        then: Aware.
        now: Aware; a `then` in its future counts as this moment (clocks differ).

    Returns:
        ``just now``, ``2 minutes ago``, ``3 hours ago``, else ``on 24 November 2026``.
    """
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return count(int(seconds // 60), "minute") + " ago"
    if seconds < 86400:
        return count(int(seconds // 3600), "hour") + " ago"
    return f"on {then.day} {then:%B %Y}"


def days_old(day: date, now: datetime) -> str:
    """Say how old something of a day is: ``of today``, ``of yesterday``, ``3 days old``, ``2 months old``."""
    days = (now.date() - day).days
    if days <= 0:
        return "of today"
    if days == 1:
        return "of yesterday"
    if days < 60:
        return f"{days} days old"
    return f"{days // 30} months old" if days < 730 else f"{days // 365} years old"


def seconds(n: int) -> str:
    """Write a length of time in its largest whole unit: ``40 s``, ``2 min``, ``1 h``."""
    for size, unit in ((3600, "h"), (60, "min")):
        if n >= size and n % size == 0:
            return f"{n // size} {unit}"
    return f"{n} s"


def clock(at: datetime) -> str:
    """Write a time out: ``24 November 2026, 09:30 UTC``."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def day(of: date) -> str:
    """Write a date as a reader does: ``24 Nov 2026``."""
    return f"{of.day} {of:%b %Y}"


def count(n: int, noun: str) -> str:
    """Write a number with its noun in singular or plural: ``1 claim``, ``1,204 claims``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


KEYS = (
    (
        "Decide",
        (
            (("V",), "Verify: the claim is what the article says"),
            (("E",), "Correct it"),
            (("X",), "Reject it; then 1 to 9 for the reason"),
            (("U",), "Take my last step back"),
            (("S",), "Skip: it comes last for me"),
        ),
    ),
    (
        "More",
        (
            (("A",), "Add a claim that was missed"),
            (("P",), "Split it into parts"),
            (("M",), "Merge it with others of the article"),
            (("T",), "Send it to a colleague"),
            (("N",), "Write a note; before a reason or a colleague: the comment, then ⏎"),
        ),
    ),
    (
        "Writing",
        (
            (("Ctrl", "⏎"), "Save"),
            (("Esc",), "Back; what is typed is kept"),
            (("Tab",), "Next field"),
        ),
    ),
    (
        "Words selected in the article",
        (
            (("A",), "Add them as a claim"),
            (("E",), "Make them the words of this claim"),
            (("1", "4"), "In a form: claim, one more piece, speaker, attribution"),
            (("W",), "Select the claim's words, then Shift with arrows; again: from the other end. In a form Alt W"),
        ),
    ),
)
"""Every key of the review page by its group, for the list on ``?``."""
KEY_NOTE = (
    "No key acts while you type in a field. A key pressed twice, held down, or pressed before the next claim could be "
    "read, decides nothing more. Everything can be undone."
)
