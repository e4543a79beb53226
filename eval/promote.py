"""From review to gold: an article whose every claim two people have decided becomes a gold case.

Pure: what the store knows comes in as a value, the case or the reasons against it come out.
"""

from collections.abc import Iterator
from datetime import datetime

from eval.cases import GoldArticle, GoldCase, GoldClaim, GoldSource, Split, contradictions
from eval.lineage import CaseLineage, ReviewedClaim, ReviewStep, SecondReview
from extractor.schema import (
    BY_HAND,
    Article,
    ClaimStatus,
    Decision,
    DecisionKind,
    GroundingLevel,
    Identity,
    Part,
    RejectionReason,
    Source,
    Span,
    StoredClaim,
    SuspectedMiss,
    Value,
)
from extractor.secondlook import LookState, Outcome, SecondLook, agree

WORTHY_FROM = 0.5
"""A check-worthiness that a reviewer has set means yes from here on."""
N_REVIEWERS = 2
"""Two who agree, or one and who adjudicates; the last decision stands."""

_REPLACED = frozenset({RejectionReason.SPLIT, RejectionReason.MERGE})
"""Rejected because new claims stand in its place; those are what a second reviewer decides."""
_KEPT = frozenset({ClaimStatus.VERIFIED, ClaimStatus.CORRECTED})
_PLACED = frozenset({GroundingLevel.EXACT, GroundingLevel.NORMALISED, GroundingLevel.FUZZY})


class ClaimReview(Value):
    """A claim of the store with its history."""

    stored: StoredClaim
    history: tuple[Decision, ...]
    """Every step, the oldest first."""
    second_look: SecondLook | None = None
    """What somebody decided who did not see the first decision."""

    @property
    def in_force(self) -> tuple[Decision, ...]:
        """The decisions that nobody has taken back, the oldest first."""
        steps: list[Decision] = []
        for step in self.history:
            if step.kind is not DecisionKind.UNDO:
                steps.append(step)
            elif steps:
                steps.pop()
        return tuple(steps)

    @property
    def reviewers(self) -> frozenset[str]:
        """Who has decided it, or added it; who made the same of it in a second look, and who settled a difference."""
        return frozenset([*(step.reviewer for step in self.in_force), *self._seconding])

    @property
    def is_disputed(self) -> bool:
        """Whether two decisions stand against each other that nobody has settled."""
        look = self.second_look
        return look is not None and look.state is LookState.DIFFERS and look.is_current

    @property
    def _seconding(self) -> tuple[str, ...]:
        look = self.second_look
        if look is None or not self.in_force:
            return ()
        settled = (look.settlement.by,) if look.settlement and look.is_current else ()
        stands = Outcome(reviewer="", status=self.stored.status, claim=self.stored.claim)
        # Also a look that was compared with an earlier decision: its reviewer sees the claim as it stands now.
        return (*settled, *((look.look.second.reviewer,) if agree(stands, look.look.second) else ()))

    @property
    def is_replaced(self) -> bool:
        """Whether a reviewer split it, or merged it with others."""
        return bool(self.in_force) and self.in_force[-1].reason in _REPLACED

    @property
    def check_worthy(self) -> bool | None:
        """What a reviewer says by changing the number; None where it was left as it came, which is no label."""
        changed = any(step.before.check_worthiness != step.after.check_worthiness for step in self.in_force)
        return self.stored.claim.check_worthiness >= WORTHY_FROM if changed else None


class ReviewedArticle(Value):
    """What the store knows about an article."""

    article: Article
    claims: tuple[ClaimReview, ...]
    """All of them, superseded ones too."""
    extractions: tuple[Identity, ...]
    """In the order in which they were saved."""
    suspected_misses: tuple[SuspectedMiss, ...] = ()
    """Of the last extraction."""
    n_lost_pieces: int = 0
    """Pieces of the article that the last extraction could not read."""


class Use(Value):
    """What the case is for."""

    split: Split
    form: str
    exhaustive: bool = False
    """Somebody vouches that no claim is missing, although something hints at it."""


class Refusal(Value):
    """Why an article cannot become gold."""

    reasons: tuple[str, ...]
    """One sentence each."""


def case_id(article: Article) -> str:
    """Return the id that the case of an article always gets."""
    return f"reviewed-{article.sha256[:12]}"


def promote(reviewed: ReviewedArticle, use: Use, *, now: datetime) -> GoldCase | Refusal:
    """Make a gold case of a reviewed article.

    Verified and corrected claims become gold claims; rejected ones stay in the lineage.

    Args:
        reviewed: the article with all its claims and their histories.
        use: split and form of the case.
        now: aware.
    """
    reasons = [*_open_questions(reviewed), *(() if use.exhaustive else _hints_of_misses(reviewed))]
    if reasons:
        return Refusal(reasons=tuple(reasons))
    kept = [review for review in reviewed.claims if review.stored.status in _KEPT]
    ordered = sorted(kept, key=_position)
    numbers = {review.stored.claim.id: f"c{n}" for n, review in enumerate(ordered, start=1)}
    article = reviewed.article
    case = GoldCase(
        id=case_id(article),
        split=use.split,
        form=use.form,
        language=article.metadata.language,
        article=GoldArticle(
            text=article.text,
            text_sha256=article.sha256,
            title=article.metadata.title,
            publisher=article.metadata.publisher,
            origin=article.metadata.url or article.metadata.origin,
        ),
        claims=tuple(_gold_claim(review, numbers[review.stored.claim.id]) for review in ordered),
        lineage=_lineage(reviewed, numbers, now),
    )
    wrongs = tuple(contradictions(case))
    return Refusal(reasons=wrongs) if wrongs else case


def _open_questions(reviewed: ReviewedArticle) -> Iterator[str]:
    claims = [review for review in reviewed.claims if review.stored.status is not ClaimStatus.SUPERSEDED]
    if not claims:
        yield "it has no claim, so nobody has reviewed it"
    for review in claims:
        named = _named(review)
        if review.stored.status is ClaimStatus.PENDING:
            yield f"{named} is undecided"
        elif review.is_disputed and review.second_look is not None:
            look = review.second_look.look
            who = f"{look.first.reviewer!r} and {look.second.reviewer!r}"
            yield f"{named} was decided differently by {who}; an editor has to settle it (Second look)"
        elif len(review.reviewers) < N_REVIEWERS and not review.is_replaced:
            who = " and ".join(map(repr, sorted(review.reviewers))) or "nobody"
            yield f"{named} was decided by {who} alone; somebody else has to decide it too"
        elif review.stored.status in _KEPT and review.stored.claim.content.level not in _PLACED:
            yield f"{named} has no certain place in the text ({review.stored.claim.content.level}); correct its content"


def _hints_of_misses(reviewed: ReviewedArticle) -> Iterator[str]:
    """Tell why claims may be missing; whoever has looked says so by `Use.exhaustive`."""
    for review in reviewed.claims:
        if review.stored.status is ClaimStatus.SUPERSEDED and not _is_undone_addition(review):
            yield f"{_named(review)} was superseded by a newer extraction before anybody decided it"
    covered = [span for review in reviewed.claims for span in review.stored.claim.content.spans]
    for miss in reviewed.suspected_misses:
        if not any(miss.span.overlaps(span) for span in covered):
            words = _short(miss.span.of(reviewed.article.text))
            yield f"no claim was added for the sentence {words!r}, which may hold one ({miss.reason})"
    if reviewed.n_lost_pieces:
        pieces = "piece" if reviewed.n_lost_pieces == 1 else "pieces"
        yield f"{reviewed.n_lost_pieces} {pieces} of it could not be read by the last extraction"


def _is_undone_addition(review: ClaimReview) -> bool:
    return review.stored.model == BY_HAND and not review.in_force


def _gold_claim(review: ClaimReview, gold_id: str) -> GoldClaim:
    claim = review.stored.claim
    return GoldClaim(
        id=gold_id,
        text=claim.text,
        content=tuple(sorted(claim.content.spans, key=lambda span: span.start_char)),
        quotation=claim.quotation,
        source=_gold_source(claim.source),
        cue=_place(claim.cue),
        chain=tuple(_gold_source(source) for source in claim.chain),
        kind=claim.kind,
        check_worthy=review.check_worthy,
    )


def _gold_source(source: Source) -> GoldSource:
    return GoldSource(name=source.name, kind=source.kind, role=source.role, mention=_place(source.mention))


def _place(part: Part | None) -> Span | None:
    if part is None or part.level not in _PLACED:
        return None
    # Gold has one span; of a divided cue the piece that says most.
    return max(part.spans, key=lambda span: span.end_char - span.start_char)


def _position(review: ClaimReview) -> tuple[bool, list[tuple[int, int]]]:
    spans = review.stored.claim.content.spans
    return not spans, [(span.start_char, span.end_char) for span in spans]


def _lineage(reviewed: ReviewedArticle, numbers: dict[str, str], now: datetime) -> CaseLineage:
    claims = sorted(reviewed.claims, key=_position)
    return CaseLineage(
        extractions=reviewed.extractions,
        reviewers=tuple(sorted({who for review in reviewed.claims for who in review.reviewers})),
        claims=tuple(_reviewed_claim(review, numbers.get(review.stored.claim.id)) for review in claims),
        promoted_at=now,
    )


def _reviewed_claim(review: ClaimReview, gold_id: str | None) -> ReviewedClaim:
    stored = review.stored
    return ReviewedClaim(
        claim_id=stored.claim.id,
        gold_id=gold_id,
        model=stored.model,
        status=stored.status,
        text=stored.claim.text,
        content=stored.claim.content.spans,
        source=stored.claim.source.name,
        steps=tuple(_step(step) for step in review.history),
        second=_second(review.second_look),
    )


def _second(look: SecondLook | None) -> SecondReview | None:
    if look is None:
        return None
    made, settled = look.look.second, look.settlement
    return SecondReview(
        reviewer=made.reviewer,
        looked_at=look.look.looked_at,
        status=made.status,
        reason=made.reason,
        comment=made.comment,
        settled_by=settled.by if settled else None,
        choice=settled.choice if settled else None,
    )


def _step(step: Decision) -> ReviewStep:
    return ReviewStep.model_validate({name: getattr(step, name) for name in ReviewStep.model_fields})


def _named(review: ClaimReview) -> str:
    return f"claim {review.stored.claim.id[:12]} ({_short(review.stored.claim.text)!r})"


def _short(words: str, n_chars: int = 60) -> str:
    text = " ".join(words.split())
    return text if len(text) <= n_chars else text[: n_chars - 1] + "…"
