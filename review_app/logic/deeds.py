"""What one reviewer does to claims; each deed allowed by role, each one transaction."""

from hashlib import sha256

from extractor.errors import NotAllowed
from extractor.people import Act
from extractor.schema import Claim, Decision, DecisionKind, StoredClaim
from extractor.store import (
    Batch,
    Merge,
    NewClaim,
    NewDecision,
    Seen,
    Split,
    add,
    assign,
    comment,
    decide,
    merge,
    open_session,
    split,
    undo,
    undo_batch,
)
from review_app.logic.desk import Desk
from review_app.logic.sheet import Sheet


def record(desk: Desk, decision: NewDecision) -> None:
    """Record a decision.

    Raises:
        Conflict: The claim was changed since it was read.
        LeaseLost: Somebody else holds it.
        NotAllowed: The role is not enough.
    """
    desk.person.must(Act.DECIDE)
    with open_session(desk.engine) as session:
        decide(session, decision=decision, now=desk.now())


def add_claim(desk: Desk, sheet: Sheet, claim: Claim, article_sha256: str) -> StoredClaim:
    """Add a claim that was missed; it is verified from the start.

    Raises:
        Conflict: The desk has it already.
        NotAllowed: The role is not enough.
    """
    desk.person.must(Act.DECIDE)
    new = NewClaim(article_sha256=article_sha256, claim=claim, reviewer=desk.reviewer, comment=sheet.comment)
    with open_session(desk.engine) as session:
        return add(session, new=new, now=desk.now())


def split_claim(desk: Desk, sheet: Sheet, parts: tuple[Claim, ...]) -> Batch:
    """Put the parts of a claim in its place.

    Raises:
        Conflict: The claim was changed since it was read.
        LeaseLost: Somebody else holds it.
        NotAllowed: The role is not enough.
    """
    desk.person.must(Act.DECIDE)
    act = Split(
        claim_id=sheet.claim_id, version=sheet.version, into=parts, reviewer=desk.reviewer, comment=sheet.comment
    )
    with open_session(desk.engine) as session:
        return split(session, act=act, batch_id=_name_of(desk, sheet), now=desk.now())


def merge_claims(desk: Desk, sheet: Sheet, into: Claim) -> Batch:
    """Put one claim in the place of several.

    Raises:
        Conflict: One of them was changed since it was read.
        LeaseLost: Somebody else holds one.
        NotAllowed: The role is not enough.
    """
    desk.person.must(Act.DECIDE)
    seen = (Seen(claim_id=sheet.claim_id, version=sheet.version), *sheet.merged)
    act = Merge(claims=seen, into=into, reviewer=desk.reviewer, comment=sheet.comment)
    with open_session(desk.engine) as session:
        return merge(session, act=act, batch_id=_name_of(desk, sheet), now=desk.now())


def take_back(desk: Desk, decision: Decision, version: int) -> tuple[StoredClaim, ...]:
    """Take a decision in force back, with all that was decided in the same step.

    Args:
        desk: Whose.
        decision: In force; one's own, or, for editors, a colleague's.
        version: Of its claim as it is seen now.

    Returns:
        The claims as they stand again, the decided one first.

    Raises:
        Conflict: The claim was changed since it was read.
        NotAllowed: The role is not enough.
    """
    desk.person.must(Act.DECIDE)
    if decision.reviewer != desk.reviewer:
        desk.person.must(Act.EDIT)
    with open_session(desk.engine) as session:
        if decision.batch_id is None:
            claim_id, now = decision.claim_id, desk.now()
            return (undo(session, claim_id=claim_id, version=version, reviewer=desk.reviewer, now=now),)
        batch = undo_batch(session, batch_id=decision.batch_id, reviewer=desk.reviewer, now=desk.now())
    return tuple(sorted(batch.done, key=lambda stored: stored.claim.id != decision.claim_id))


def may_take_back(desk: Desk, decision: Decision) -> bool:
    """Tell whether the role allows it."""
    act = Act.DECIDE if decision.reviewer == desk.reviewer else Act.EDIT
    return desk.person.may(act) and decision.kind is not DecisionKind.UNDO


def say(desk: Desk, claim_id: str, text: str) -> None:
    """Comment on a claim.

    Raises:
        NotAllowed: The role is not enough.
        StoreError: The comment is empty.
    """
    desk.person.must(Act.DECIDE)
    with open_session(desk.engine) as session:
        comment(session, claim_id=claim_id, author=desk.reviewer, text=text, now=desk.now())


def send(desk: Desk, claim_id: str, to: str | None, text: str = "") -> None:
    """Send a claim to a colleague, or back to all, and perhaps say why.

    Raises:
        NotAllowed: The role is not enough.
    """
    desk.person.must(Act.ASSIGN)
    if to is not None and not to.strip():
        raise NotAllowed("nobody has an empty name: choose a colleague")
    with open_session(desk.engine) as session:
        assign(session, claim_id=claim_id, to=to, by=desk.reviewer, now=desk.now())
        if text.strip():
            comment(session, claim_id=claim_id, author=desk.reviewer, text=text, now=desk.now())


def _name_of(desk: Desk, sheet: Sheet) -> str:
    """Name the act of a split or merge, the same for the same act: sent twice, it is done once."""
    act = "\n".join((sheet.subject, str(sheet.version), desk.reviewer))
    return sha256(act.encode("utf-8", "surrogatepass")).hexdigest()[:32]
