"""The figures of a comparison, and which articles take part."""

from typing import Any

import pytest

from eval.metrics.figure import Ratio
from eval.peers.comparison import figures, sample
from extractor.schema import GroundingLevel, Part, Piece, PieceState, Quotation, Span, Usage


def piece(state: PieceState) -> Piece:
    usage = Usage(calls=1, prompt_tokens=100, output_tokens=10)
    return Piece(index=0, span=Span(start_char=0, end_char=9), state=state, usage=usage)


def test_figures(build: Any) -> None:
    cases = [
        build.case(
            build.gold("The bridge is safe"),
            build.gold("Traffic fell by 12 percent last year", by="the waterworks"),
        ),
        build.case(build.gold("Nobody was hurt in the flood", by="the police"), case_id="b"),
    ]
    run = build.run(
        [
            build.prediction(
                "a",
                build.predicted("The bridge is safe", quotation=Quotation.DIRECT),
                build.predicted("Traffic fell by 12 percent last year", by="Ruta Osei"),
                build.unplaced("The mayor resigned at noon"),
                pieces=(piece(PieceState.CLAIMS),),
                seconds=3.0,
            ),
            build.prediction("b", pieces=(piece(PieceState.TRUNCATED),), seconds=1.0, error="cut off"),
        ]
    )
    found = figures("plain", run, cases)
    assert (found.n_articles, found.n_claims, found.n_gold) == (2, 3, 3)
    assert found.found.precision == Ratio(hits=2, n=3)
    assert found.found.recall == Ratio(hits=2, n=3)
    assert found.found_with_source.recall == Ratio(hits=1, n=3)
    assert (found.f1.value, found.f1_with_source.value) == (4 / 6, 2 / 6)
    assert found.source == Ratio(hits=1, n=2)
    assert found.quotation == Ratio(hits=1, n=2)
    assert found.not_verbatim == Ratio(hits=1, n=3)
    assert (found.n_failed, found.lost_pieces) == (1, Ratio(hits=1, n=2))
    assert (found.prompt_tokens, found.output_tokens, found.seconds) == (100.0, 10.0, 2.0)


@pytest.mark.parametrize(
    ("words", "level", "falsely"),
    [
        pytest.param("The bridge is safe", GroundingLevel.EXACT, 0, id="exact"),
        pytest.param("The “bridge” is  safe", GroundingLevel.NORMALISED, 0, id="marks-and-spaces"),
        pytest.param("The bridge was safe", GroundingLevel.NORMALISED, 1, id="another-word"),
        pytest.param("The bridge was safe", GroundingLevel.SENTENCE, 0, id="not-called-verbatim"),
    ],
)
def test_a_quote_called_verbatim_is_held_against_the_text(
    build: Any, words: str, level: GroundingLevel, falsely: int
) -> None:
    part = Part(text=words, spans=(build.span("The bridge is safe"),), level=level)
    run = build.run([build.prediction("a", build.predicted("The bridge is safe", content=part))])
    assert figures("ours", run, [build.case()]).falsely_verbatim == falsely


def test_a_larger_sample_adds_to_a_smaller_one(build: Any) -> None:
    cases = build.cases(*(build.case(case_id=f"c{n:02}") for n in range(20)))
    drawn = [[c.id for c in sample(cases, limit, 7).cases] for limit in (3, 8, 50)]
    assert [len(ids) for ids in drawn] == [3, 8, 20]
    assert set(drawn[0]) < set(drawn[1])
    assert drawn[1] == sorted(drawn[1])
    assert sample(cases, None, 7) == cases
    assert [c.id for c in sample(cases, 3, 8).cases] != drawn[0]
