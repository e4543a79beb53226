"""What a judge is asked, what its answers come to, and what it is held against."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import accuracy_score, cohen_kappa_score

from eval.cases import GoldArticle
from eval.formats import LabelFormat
from eval.judge.figures import agreements, judged_figures
from eval.judge.labels import Labelled, drawn, read_labels
from eval.judge.questions import MAX_WORDS, Measure, Question, Trait, questions, seen_with
from eval.metrics.figure import Bootstrap, Ratio, figure, resample
from extractor.errors import EvalError
from extractor.prompting import load_prompt

DATA = Path(__file__).parents[3] / "eval" / "data" / "judge"
BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"
FAST = Bootstrap(rounds=30)


def test_each_claim_is_asked_about_alone_with_the_article_and_with_the_other_side(build: Any) -> None:
    case = build.case(build.gold(BRIDGE), build.gold(TRAFFIC))
    asked = questions(case, [build.predicted(BRIDGE), build.predicted(TUNNEL)])
    assert asked[Measure.ATOMICITY] == (Question(claim=BRIDGE), Question(claim=TUNNEL))
    assert asked[Measure.ATOMICITY] == asked[Measure.FLUENCY] == asked[Measure.DECONTEXTUALISATION]
    assert asked[Measure.FAITHFULNESS][1] == Question(claim=TUNNEL, text=build.text)
    assert asked[Measure.FOCUS][1] == Question(claim=TUNNEL, text=f"- {BRIDGE}\n- {TRAFFIC}")
    assert asked[Measure.COVERAGE] == tuple(
        Question(claim=claim, text=f"- {BRIDGE}\n- {TUNNEL}") for claim in (BRIDGE, TRAFFIC)
    )


def test_figures_by_hand(build: Any) -> None:
    first = questions(build.case(build.gold(BRIDGE)), [build.predicted(BRIDGE), build.predicted(TUNNEL)])
    second = questions(build.case(build.gold(TRAFFIC)), [])
    alone = {Trait.ATOMICITY: True, Trait.FLUENCY: True, Trait.DECONTEXTUALISATION: False}
    answers = {
        Question(claim=BRIDGE): alone,
        # Nothing is said of the tunnel alone.
        **{q: {Trait.SUPPORT: q.claim == BRIDGE} for m in (Measure.FAITHFULNESS, Measure.FOCUS) for q in first[m]},
        first[Measure.COVERAGE][0]: {Trait.SUPPORT: True},
    }
    found = {f.measure: f for f in judged_figures([first, second], answers, resample(2, FAST))}
    shares = {measure: (f.share.value, f.share.n, f.n_unjudged) for measure, f in found.items()}
    assert shares == {
        Measure.ATOMICITY: (1, 1, 1),
        Measure.FLUENCY: (1, 1, 1),
        Measure.DECONTEXTUALISATION: (0, 1, 1),
        Measure.FAITHFULNESS: (1 / 2, 2, 0),
        Measure.FOCUS: (1 / 2, 2, 0),
        # Where nothing was predicted nothing covers the gold claim, and nobody is asked.
        Measure.COVERAGE: (1 / 2, 2, 0),
    }


def test_no_claims_are_undefined() -> None:
    assert {f.share.value for f in judged_figures([], {}, resample(0, FAST))} == {None}


def test_a_long_article_is_seen_around_the_claim(build: Any) -> None:
    paragraphs = [f"P{k} " + "word " * 98 + "end." for k in range(30)]
    text = "\n\n".join(paragraphs)
    case = build.case(article=GoldArticle(text=text, text_sha256="0" * 64))
    start = text.index("P15")
    seen = seen_with(case, (build.span(BRIDGE).model_copy(update={"start_char": start, "end_char": start + 9}),))
    assert MAX_WORDS - 100 <= len(seen.split()) <= MAX_WORDS
    assert [name in seen for name in ("P9 ", "P10 ", "P15 ", "P19 ", "P20 ")] == [False, True, True, True, False]
    assert seen_with(case, ()).startswith("P0 ")
    assert seen_with(build.case(), ()) == build.text


def test_agreement_is_that_of_scikit_learn() -> None:
    rng = random.Random(7)
    labelled, answers = [], {}
    for n in range(40):
        row = Labelled(id=str(n), question=Question(claim=f"c{n}"), labels={Trait.FLUENCY: rng.random() < 0.6})
        labelled.append(row)
        if n % 10:
            answers[row.question] = {Trait.FLUENCY: row.labels[Trait.FLUENCY] ^ (rng.random() < 0.2)}
    found = next(a for a in agreements(labelled, answers, FAST) if a.trait is Trait.FLUENCY)
    humans, judge = zip(
        *((r.labels[Trait.FLUENCY], answers[r.question][Trait.FLUENCY]) for r in labelled if r.question in answers),
        strict=True,
    )
    assert found.right.value == pytest.approx(accuracy_score(humans, judge), rel=1e-15)
    assert found.kappa.value == pytest.approx(cohen_kappa_score(humans, judge), rel=1e-12)
    assert found.kappa.interval is not None
    hits = [Ratio(hits=a == b, n=1) for a, b in zip(humans, judge, strict=True)]
    assert found.right == figure(hits, resample(len(hits), FAST))
    assert (found.n_unjudged, found.n_yes, found.n_judged_yes) == (4, sum(humans), sum(judge))


def test_a_judge_that_always_says_yes_is_worth_nothing() -> None:
    labelled = [
        Labelled(id=str(n), question=Question(claim=f"c{n}"), labels={Trait.FLUENCY: n % 4 > 0}) for n in range(20)
    ]
    answers = {row.question: {Trait.FLUENCY: True} for row in labelled}
    found = next(a for a in agreements(labelled, answers, FAST) if a.trait is Trait.FLUENCY)
    assert (found.right.value, found.kappa.value) == (0.75, 0)
    nothing = next(a for a in agreements(labelled, {}, FAST) if a.trait is Trait.FLUENCY)
    assert (nothing.right.value, nothing.kappa.value, nothing.n_unjudged) == (None, None, 20)


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


GOOD = {"id": "a", "claim": "It rained.", "labels": {"fluency": True}}
BROKEN = {
    "unknown field": (GOOD | {"colour": "red"}, "unknown field 'colour'"),
    "no label": (GOOD | {"labels": {}}, "labels: Dictionary should have at least 1 item"),
    "unknown trait": (GOOD | {"labels": {"beauty": True}}, "labels.beauty"),
    "support without a text": (GOOD | {"labels": {"support": True}}, "a label for support needs a row with a text"),
    "fluency with a text": (GOOD | {"text": "T."}, "a label for fluency needs a row without a text"),
}


@pytest.mark.parametrize(("row", "wrong"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_label_is_named(tmp_path: Path, row: object, wrong: str) -> None:
    path = write(tmp_path / "labels.jsonl", GOOD, row)
    with pytest.raises(EvalError) as caught:
        read_labels(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert wrong in str(caught.value)


def test_no_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no label in it"):
        read_labels(write(tmp_path / "labels.jsonl"))


def test_sentences_that_people_took_apart(tmp_path: Path) -> None:
    row = {
        "id": "s1",
        "doc_text": "left aside",
        "sentence": "He was born in 1898 and died in 1980.",
        "decontextualised": "Douglas was born in 1898 and died in 1980.",
        "claims": [{"claim": "Douglas was born in 1898."}, {"claim": "Douglas died in 1980."}],
    }
    whole = {
        "id": "s2",
        "sentence": "Rome fell.",
        "decontextualised": "Rome fell.",
        "claims": [{"claim": "Rome fell."}],
    }
    nothing = {"id": "s3", "sentence": "Well!", "decontextualised": "", "claims": []}
    found = read_labels(write(tmp_path / "bench.jsonl", row, whole, nothing), LabelFormat.FACTCHECK_BENCH)
    assert [(r.question.claim, r.labels) for r in found] == [
        (row["sentence"], {Trait.DECONTEXTUALISATION: False, Trait.ATOMICITY: False}),
        (row["decontextualised"], {Trait.DECONTEXTUALISATION: True}),
        ("Douglas was born in 1898.", {Trait.ATOMICITY: True}),
        ("Douglas died in 1980.", {Trait.ATOMICITY: True}),
        ("Rome fell.", {Trait.DECONTEXTUALISATION: True, Trait.ATOMICITY: True}),
    ]


def test_the_real_benchmark_is_read(shared_data: Path) -> None:
    found = read_labels(shared_data / "factcheck_bench_decomposition.jsonl", LabelFormat.FACTCHECK_BENCH)
    assert len(found) > 1_000
    assert {trait for row in found for trait in row.labels} == {Trait.ATOMICITY, Trait.DECONTEXTUALISATION}


def test_a_larger_drawing_adds_to_a_smaller_one() -> None:
    labelled = read_labels(DATA / "labels.jsonl")
    few, more = drawn(labelled, 5, 1), drawn(labelled, 9, 1)
    assert (few, len(drawn(labelled, None, 1))) == (more[:5], len(labelled))
    assert drawn(labelled, 5, 2) != few


def test_the_shipped_labels_tell_good_from_bad_and_are_in_no_prompt() -> None:
    labelled = read_labels(DATA / "labels.jsonl")
    assert len({row.id for row in labelled}) == len({row.question for row in labelled}) == len(labelled)
    card = (DATA / "labels.card.md").read_text(encoding="utf-8")
    for trait in Trait:
        given = [row.labels[trait] for row in labelled if trait in row.labels]
        assert f"| {trait} | {len(given)} | {sum(given)} | {len(given) - sum(given)} |" in card
        assert 0.3 < sum(given) / len(given) < 0.8
    shown = {e.values["claim"] for kind in ("claim", "support") for e in load_prompt(f"judge_{kind}", 1).examples}
    assert shown.isdisjoint(row.question.claim for row in labelled)
