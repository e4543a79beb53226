"""What was read of an article, in a reviewer's words."""

import pytest

from extractor.schema import Failure, PieceState, StoredArticle, Usage
from review_app.logic.ledger import LeftOut, left_out, reading_of
from review_app.logic.segments import MarkKind, article_view
from tests.review_app.desk_data import NOW, bridge_article, bridge_claims, extraction_of
from tests.review_app.desk_data import stored as waiting

ARTICLE = bridge_article()
CLAIMS = bridge_claims(ARTICLE)
VOTE = "The council will vote on the plan on December 4."
QUOTED = "We lost a third of our customers the last time"


def failure(model: str = "large", reason: str = "no answer within 120 s", n: int = 1) -> Failure:
    return Failure(article_sha256=ARTICLE.sha256, model=model, reason=reason, n_failures=n, first_at=NOW, last_at=NOW)


def stored(n_claims: int, model: str | None = "rules", sha256: str = ARTICLE.sha256) -> StoredArticle:
    return StoredArticle(sha256=sha256, metadata=ARTICLE.metadata, added_at=NOW, n_claims=n_claims, model=model)


@pytest.mark.parametrize(
    ("lost", "missed", "summary", "losses"),
    [
        pytest.param({}, (), "1 piece with claims, by rules · no sentence seems missed", (), id="all well"),
        pytest.param(
            {PieceState.EMPTY: ""},
            (VOTE,),
            "1 piece with claims, 1 without claims, by rules · 1 sentence perhaps missed",
            (),
            id="one missed",
        ),
        pytest.param(
            {PieceState.REFUSED: "not \u202ewith us", PieceState.TRUNCATED: "64 tokens", PieceState.FAILED: ""},
            (),
            "1 piece with claims, 1 refused, 1 cut off, 1 failed, by rules · no sentence seems missed",
            ("1 piece refused: not [U+202E]with us", "1 piece cut off: 64 tokens", "1 piece failed"),
            id="losses",
        ),
    ],
)
def test_pieces_are_told_by_state_and_losses_with_their_reason(
    lost: dict[PieceState, str], missed: tuple[str, ...], summary: str, losses: tuple[str, ...]
) -> None:
    reading = reading_of(extraction_of(ARTICLE, CLAIMS, lost=lost, missed=missed), (), CLAIMS)
    assert reading is not None
    assert (reading.summary, reading.losses) == (summary, losses)


def test_pieces_lost_alike_are_counted_together() -> None:
    extraction = extraction_of(ARTICLE, CLAIMS, lost={PieceState.TRUNCATED: "64 tokens"})
    twice = extraction.model_copy(update={"pieces": extraction.pieces[1:] * 2})
    reading = reading_of(twice, (), CLAIMS)
    assert reading is not None
    assert reading.summary.startswith("2 pieces cut off, by rules")
    assert reading.losses == ("2 pieces cut off: 64 tokens",)


def test_a_failed_extraction_is_told() -> None:
    reading = reading_of(extraction_of(ARTICLE, CLAIMS), (failure(n=3),), CLAIMS)
    assert reading is not None
    assert reading.losses == ("Failed 3 times with large: no answer within 120 s",)
    assert reading_of(None, (), ()) is None


def test_a_sentence_that_a_claim_covers_by_now_is_not_suspected() -> None:
    extraction = extraction_of(ARTICLE, CLAIMS[:3], missed=(QUOTED, VOTE))
    before, after = (reading_of(extraction, (), claims) for claims in (CLAIMS[:3], CLAIMS))
    assert before is not None
    assert after is not None
    assert [miss.span.of(ARTICLE.text) for miss in before.misses] == [QUOTED, VOTE]
    assert [miss.span.of(ARTICLE.text) for miss in after.misses] == [VOTE]


def test_suspected_sentences_are_marked_with_their_reason() -> None:
    reading = reading_of(extraction_of(ARTICLE, CLAIMS, missed=(VOTE,)), (), CLAIMS)
    view = article_view(ARTICLE, CLAIMS[0], waiting(ARTICLE, *CLAIMS[1:]), reading)
    marked = [run for p in view.paragraphs for run in p.runs if MarkKind.MISSED in run.kinds]
    assert [(run.text, run.note) for run in marked] == [(VOTE, "a quotation that <no claim> covers")]


def test_articles_without_a_claim_are_named_those_that_failed_first() -> None:
    title = "Harbour bridge to close for eleven weeks"
    articles = [stored(0, sha256="a" * 64), stored(0, None, "b" * 64), stored(4, sha256="c" * 64), stored(0, None)]
    assert left_out(articles, [failure()]) == (
        LeftOut(title=title, why="Failed with large: no answer within 120 s"),
        LeftOut(title=title, why="Read by rules, and no claim was found."),
        LeftOut(title=title, why="Not extracted yet."),
    )


def test_what_an_article_cost_is_told() -> None:
    extraction = extraction_of(ARTICLE, CLAIMS)
    for usage, told in (
        (Usage(calls=1, prompt_tokens=1000, output_tokens=60, cost_usd=0.0011), "1,060 tokens, 0.0011 USD"),
        (Usage(calls=1, prompt_tokens=1000, output_tokens=60), "1,060 tokens"),
    ):
        (piece,) = extraction.pieces
        paid = extraction.model_copy(update={"pieces": (piece.model_copy(update={"usage": usage}),)})
        reading = reading_of(paid, (), CLAIMS)
        assert reading is not None
        assert reading.summary.split(" · ")[-1] == told
