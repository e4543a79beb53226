"""From review to gold: what is refused and why, and what a case is made of."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eval.cases import GoldCase, Split
from eval.promote import ClaimReview, Refusal, ReviewedArticle, Use, case_id, promote
from extractor.schema import (
    BY_HAND,
    Article,
    ArticleMetadata,
    Claim,
    ClaimStatus,
    Decision,
    DecisionKind,
    Identity,
    RejectionReason,
    StoredClaim,
    SuspectedMiss,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DEV = Use(split=Split.DEV, form="wire_report")
AFTER = {
    DecisionKind.VERIFY: ClaimStatus.VERIFIED,
    DecisionKind.CORRECT: ClaimStatus.CORRECTED,
    DecisionKind.REJECT: ClaimStatus.REJECTED,
}

Step = tuple[str, DecisionKind] | tuple[str, DecisionKind, Claim]


def review(claim: Claim, *steps: Step, model: str = "rules", status: ClaimStatus | None = None) -> ClaimReview:
    """Tell a claim's history by who did what; a correction brings the claim as it was then."""
    history: list[Decision] = []
    stack = [(ClaimStatus.PENDING, claim)]
    for reviewer, kind, *changed in steps:
        before = stack[-1]
        if kind is DecisionKind.UNDO:
            stack.pop()
        else:
            stack.append((AFTER[kind], changed[0] if changed else before[1]))
        history.append(
            Decision(
                claim_id=claim.id,
                kind=kind,
                reviewer=reviewer,
                decided_at=NOON + timedelta(minutes=len(history)),
                status_before=before[0],
                status_after=stack[-1][0],
                before=before[1],
                after=stack[-1][1],
                reason=RejectionReason.OPINION if kind is DecisionKind.REJECT else None,
            )
        )
    stored = StoredClaim(
        claim=stack[-1][1],
        article_sha256="a" * 64,
        model=model,
        status=status or stack[-1][0],
        version=len(history) + 1,
    )
    return ClaimReview(stored=stored, history=tuple(history))


VERIFIED: tuple[Step, ...] = (("anna", DecisionKind.VERIFY), ("ben", DecisionKind.VERIFY))
REJECTED: tuple[Step, ...] = (("anna", DecisionKind.VERIFY), ("cleo", DecisionKind.REJECT))


@pytest.fixture
def article(build: Any) -> Article:
    about = ArticleMetadata(title="Bridge", publisher="The Courier", url="https://example.org/1")
    case = build.case()
    return Article(text=case.text, sha256=case.article.text_sha256, metadata=about)


@pytest.fixture
def bridge(build: Any) -> Claim:
    claim: Claim = build.predicted("The bridge is safe", by="Ruta Osei")
    return claim


@pytest.fixture
def tunnel(build: Any) -> Claim:
    claim: Claim = build.predicted("The tunnel will open in May", by="Ruta Osei")
    return claim


def reasons(article: Article, *claims: ClaimReview, use: Use = DEV, **more: object) -> tuple[str, ...]:
    outcome = promote(reviewed(article, *claims, **more), use, now=NOON)
    return outcome.reasons if isinstance(outcome, Refusal) else ()


def reviewed(article: Article, *claims: ClaimReview, **more: object) -> ReviewedArticle:
    rules = Identity(model="rules", prompt_sha256="c" * 64)
    return ReviewedArticle.model_validate({"article": article, "claims": claims, "extractions": (rules,), **more})


def gold(article: Article, *claims: ClaimReview, use: Use = DEV, **more: object) -> GoldCase:
    outcome = promote(reviewed(article, *claims, **more), use, now=NOON)
    assert isinstance(outcome, GoldCase), outcome
    return outcome


def test_a_reviewed_article_becomes_a_case_with_its_lineage(article: Article, bridge: Claim, tunnel: Claim) -> None:
    case = gold(article, review(tunnel, *VERIFIED), review(bridge, *REJECTED))
    assert (case.id, case.split, case.form, case.article.publisher) == (
        case_id(article),
        Split.DEV,
        "wire_report",
        "The Courier",
    )
    (claim,) = case.claims
    assert (claim.id, claim.text, claim.source.name, claim.check_worthy) == ("c1", tunnel.text, "Ruta Osei", None)
    assert case.lineage is not None
    assert case.lineage.reviewers == ("anna", "ben", "cleo")
    assert [identity.model for identity in case.lineage.extractions] == ["rules"]
    rejected, kept = case.lineage.claims
    assert (rejected.gold_id, rejected.status, rejected.text) == (None, ClaimStatus.REJECTED, bridge.text)
    assert [(s.reviewer, s.kind, s.reason) for s in rejected.steps][1] == ("cleo", "reject", RejectionReason.OPINION)
    assert (kept.gold_id, kept.model) == ("c1", "rules")


def test_a_correction_is_what_counts(article: Article, bridge: Claim) -> None:
    corrected = bridge.model_copy(update={"text": "The bridge at Varn is safe.", "check_worthiness": 0.9})
    steps: tuple[Step, ...] = (("anna", DecisionKind.CORRECT, corrected), ("ben", DecisionKind.VERIFY))
    (claim,) = gold(article, review(bridge, *steps)).claims
    assert (claim.text, claim.check_worthy) == ("The bridge at Varn is safe.", True)


def test_a_claim_that_was_split_needs_no_second_reviewer(article: Article, bridge: Claim, tunnel: Claim) -> None:
    whole = review(bridge, ("anna", DecisionKind.REJECT))
    (step,) = whole.history
    split = whole.model_copy(update={"history": (step.model_copy(update={"reason": RejectionReason.SPLIT}),)})
    assert len(gold(article, split, review(tunnel, *VERIFIED, model=BY_HAND)).claims) == 1
    assert len(reasons(article, whole, review(tunnel, *VERIFIED, model=BY_HAND))) == 1


def test_what_is_undecided_is_named(article: Article, bridge: Claim, tunnel: Claim) -> None:
    (reason,) = reasons(article, review(bridge), review(tunnel, *VERIFIED))
    assert reason == f"claim {bridge.id[:12]} ('The bridge is safe') is undecided"


def test_one_reviewer_is_not_enough(article: Article, bridge: Claim) -> None:
    (reason,) = reasons(article, review(bridge, ("anna", DecisionKind.VERIFY), ("anna", DecisionKind.VERIFY)))
    assert reason.endswith("was decided by 'anna' alone; somebody else has to decide it too")


def test_a_decision_that_was_taken_back_does_not_count(article: Article, bridge: Claim) -> None:
    undone: tuple[Step, ...] = (*VERIFIED, ("ben", DecisionKind.UNDO))
    (reason,) = reasons(article, review(bridge, *undone))
    assert "by 'anna' alone" in reason


def test_an_article_without_claims_was_not_reviewed(article: Article) -> None:
    assert reasons(article) == ("it has no claim, so nobody has reviewed it",)


def test_a_claim_without_a_place_cannot_be_gold(article: Article, build: Any) -> None:
    (reason,) = reasons(article, review(build.unplaced("The bridge fell."), *VERIFIED))
    assert reason.endswith("has no certain place in the text (not_found); correct its content")
    assert gold(article, review(build.unplaced("The bridge fell."), *REJECTED)).claims == ()


def test_hints_of_missed_claims_are_refused_until_somebody_vouches(
    article: Article, bridge: Claim, tunnel: Claim, build: Any
) -> None:
    misses = (
        SuspectedMiss(span=build.span("The bridge is safe, mayor"), reason="a reporting verb"),
        SuspectedMiss(span=build.span("Nobody was hurt in the flood, the police said."), reason="a reporting verb"),
    )
    claims = (review(bridge, *VERIFIED), review(tunnel, status=ClaimStatus.SUPERSEDED))
    found = reasons(article, *claims, suspected_misses=misses, n_lost_pieces=2)
    assert [reason.removeprefix(f"claim {tunnel.id[:12]} ") for reason in found] == [
        "('The tunnel will open in May') was superseded by a newer extraction before anybody decided it",
        "no claim was added for the sentence 'Nobody was hurt in the flood, the police said.', which may hold one "
        "(a reporting verb)",
        "2 pieces of it could not be read by the last extraction",
    ]
    sure = DEV.model_copy(update={"exhaustive": True})
    assert len(gold(article, *claims, use=sure, suspected_misses=misses, n_lost_pieces=2).claims) == 1


def test_an_addition_that_was_taken_back_hints_at_nothing(article: Article, bridge: Claim, tunnel: Claim) -> None:
    undone = review(tunnel, model=BY_HAND, status=ClaimStatus.SUPERSEDED)
    assert len(gold(article, review(bridge, *VERIFIED), undone).claims) == 1
