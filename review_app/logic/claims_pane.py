"""The part of the list of claims that is drawn by its own component, as data."""

from extractor.people import Act, Person
from extractor.schema import ClaimStatus, RejectionReason, Value
from review_app.logic import words
from review_app.logic.claim_list import ClaimsScreen, Done, LastStep
from review_app.logic.claims_screen import Line
from review_app.logic.claims_view import Chip, chips_of
from review_app.logic.visible import visible

BULK_REASONS = tuple(r for r in RejectionReason if r not in {RejectionReason.SPLIT, RejectionReason.MERGE})
"""A split or a merge is made at the claim itself."""


class Choice(Value):
    """Something that can be chosen."""

    value: str
    label: str
    is_on: bool = False


class ClaimsPane(Value):
    """The entries, what is filtered by, and what may be done."""

    lines: tuple[Line, ...]
    told: str
    """Which claims these are, and of how many."""
    chips: tuple[Chip, ...]
    scopes: tuple[Choice, ...]
    """Where the words are searched, if any were typed."""
    last: LastStep | None
    done: str
    refused: tuple[str, ...]
    can_decide: bool
    can_send: bool
    reasons: tuple[Choice, ...]
    colleagues: tuple[Choice, ...]
    can_work: bool
    """Some of these claims wait, and can be gone through one by one."""
    review: str
    """Where the review page is, seen from this one."""


def pane_of(screen: ClaimsScreen, done: Done | None, person: Person, colleagues: tuple[str, ...]) -> ClaimsPane:
    """Lay the list out for somebody."""
    in_articles = bool(screen.view.where.article_text)
    scopes = (
        Choice(value="claims", label="in the claims", is_on=not in_articles),
        Choice(value="articles", label="in the whole articles", is_on=in_articles),
    )
    to_all = Choice(value="", label="everybody")
    return ClaimsPane(
        lines=screen.lines,
        told=_told(screen),
        chips=tuple(chip.model_copy(update={"label": visible(chip.label)}) for chip in chips_of(screen.view)),
        scopes=scopes if screen.view.typed else (),
        last=screen.last,
        done=done.told if done else "",
        refused=done.refused if done else (),
        can_decide=person.may(Act.EDIT),
        can_send=person.may(Act.ASSIGN),
        reasons=tuple(Choice(value=reason, label=words.REASON[reason]) for reason in BULK_REASONS),
        colleagues=(*(Choice(value=name, label=visible(name)) for name in colleagues), to_all),
        can_work=any(line.status is ClaimStatus.PENDING for line in screen.lines),
        review="./",
    )


def _told(screen: ClaimsScreen) -> str:
    if not screen.lines:
        return ""
    if screen.n_pages == 1 and screen.total.is_exact:
        return words.count(screen.total.n, "claim")
    last = screen.n_before + len(screen.lines)
    return f"{screen.n_before + 1:,}–{last:,} of {screen.total} claims"
