"""Kind and check-worthiness of claims, by fitted weights, with a reason in words."""

import pytest

from extractor.rules.features import Statement, features
from extractor.rules.judged import judge
from extractor.rules.language import language
from extractor.schema import ClaimKind, Quotation, SourceKind


def statement(text: str, cue: str = "said", source: SourceKind = SourceKind.PERSON) -> Statement:
    return Statement(text=text, cue=cue, quotation=Quotation.INDIRECT, source=source)


@pytest.mark.parametrize(
    ("text", "cue", "kind"),
    [
        ("to replace the pump by June", "promised", ClaimKind.PROMISE),
        ("I will not open that door again", "said", ClaimKind.PROMISE),
        ("the tender was a disgrace and a scandal", "called", ClaimKind.OPINION),
        ("the works had cost 4.2 million crowns", "said", ClaimKind.STATISTIC),
        ("the pump had failed because nobody oiled it", "said", ClaimKind.CAUSE),
        ("the pump had failed at noon", "said", ClaimKind.EVENT),
    ],
)
def test_kind(text: str, cue: str, kind: ClaimKind) -> None:
    assert judge(statement(text, cue), language("en")).kind is kind


def test_figures_are_worth_more_than_feelings() -> None:
    figures = judge(statement("the works had cost 4.2 million crowns, twice the sum approved"), language("en"))
    feeling = judge(statement("I am so proud of you all"), language("en"))
    assert figures.score > 0.7 > 0.3 > feeling.score
    assert "figures (4.2)" in figures.reason
    assert feeling.reason.startswith("against: ")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("64 cows died", "number and plural"),
        ("a 61-year-old shepherd", "age"),
        ("orders rose by a fifth", "part or multiple"),
        ("the roof is a disgrace", "predicate"),
        ("he would not run again", "own future"),
    ],
)
def test_signs(text: str, sign: str) -> None:
    assert sign in features(statement(text), language("en"))


def test_a_year_is_no_count() -> None:
    assert "number and plural" not in features(statement("the 1998 floods came back"), language("en"))
