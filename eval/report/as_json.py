"""A score as JSON: the same content as the terminal report, with details always in."""

from pydantic import JsonValue
from pydantic_core import to_json

from eval.report.wording import why_no_match
from eval.scores import ArticleScore, Invented, Missed, Options, Score

DIGITS = 6
"""More than any figure here is good for, few enough that a difference in the last bit does not show."""


def as_json(score: Score) -> str:
    """Write a score as one JSON document; undefined figures are null, shares are rounded to six digits.

    Missed and invented claims carry ``why``: the reasons, in words, why the nearest claim is no match.
    """
    document: dict[str, JsonValue] = score.model_dump(mode="json", exclude={"articles"})
    document["articles"] = [_article(article, score.options) for article in score.articles]
    return to_json(_rounded(document), indent=2).decode()


def _article(article: ArticleScore, options: Options) -> JsonValue:
    document: dict[str, JsonValue] = article.model_dump(mode="json", exclude={"details"})
    document["details"] = {
        "found": [found.model_dump(mode="json") for found in article.details.found],
        "missed": [m.model_dump(mode="json") | {"why": _why_missed(m, options)} for m in article.details.missed],
        "invented": [i.model_dump(mode="json") | {"why": _why_invented(i, options)} for i in article.details.invented],
    }
    return document


def _why_missed(missed: Missed, options: Options) -> list[JsonValue]:
    if missed.near is None or missed.nearest is None:
        return ["nothing near it was predicted"]
    return [*why_no_match(missed.near, missed.nearest, missed.gold, options.headline, options.thresholds)]


def _why_invented(invented: Invented, options: Options) -> list[JsonValue]:
    if invented.near is None or invented.nearest is None:
        return ["no gold claim is near it"]
    return [*why_no_match(invented.near, invented.predicted, invented.nearest, options.headline, options.thresholds)]


def _rounded(value: JsonValue) -> JsonValue:
    match value:
        case float():
            return round(value, DIGITS)
        case list():
            return [_rounded(item) for item in value]
        case dict():
            return {key: _rounded(item) for key, item in value.items()}
        case _:
            return value
