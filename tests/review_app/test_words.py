from datetime import timedelta

import pytest

from extractor.schema import (
    ClaimKind,
    ClaimStatus,
    DecisionKind,
    FlagCode,
    GroundingLevel,
    Part,
    Quotation,
    RejectionReason,
    SourceKind,
    Span,
)
from review_app.logic import words
from review_app.logic.history import changes
from tests.review_app.desk_data import NOW, bridge_article, bridge_claims


@pytest.mark.parametrize(
    ("told", "closed_set"),
    [
        (words.QUOTATION, Quotation),
        (words.SOURCE_KIND, SourceKind),
        (words.CLAIM_KIND, ClaimKind),
        (words.STATUS, ClaimStatus),
        (words.FLAG, FlagCode),
        (words.REASON, RejectionReason),
        (words.DID, DecisionKind),
    ],
    ids=["quotation", "source", "claim", "status", "flag", "reason", "decision"],
)
def test_every_member_has_its_words(told: dict[str, str], closed_set: type) -> None:
    assert set(told) == set(closed_set)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(days=3), "on 21 November 2026"),
    ],
)
def test_times_are_told_as_people_do(before: timedelta, expected: str) -> None:
    assert words.ago(NOW - before, NOW) == expected


@pytest.mark.parametrize(("score", "word"), [(1, "High"), (0.7, "High"), (0.69, "Medium"), (0.4, "Medium"), (0, "Low")])
def test_check_worthiness_has_a_word(score: float, word: str) -> None:
    assert words.worth(score) == word


def test_a_doubtful_place_is_told_and_a_sure_one_is_not() -> None:
    spans = (Span(start_char=0, end_char=1),)
    assert words.placement(Part(text="a", spans=spans, level=GroundingLevel.EXACT)) is None
    assert "91%" in str(words.placement(Part(text="a", spans=spans, level=GroundingLevel.FUZZY, score=0.91)))
    assert "not in the article" in str(words.placement(Part(text="a", level=GroundingLevel.NOT_FOUND)))


def test_changes_name_only_what_differs() -> None:
    claim = bridge_claims(bridge_article())[1]
    after = claim.model_copy(update={"text": "Other.", "cue": None})
    assert [(c.field, c.after) for c in changes(claim, after)] == [("claim", "Other."), ("attributing words", "–")]
    assert changes(claim, claim) == ()
