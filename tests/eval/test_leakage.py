"""Leaks: what a prompt or another split knows of a text."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import GoldArticle, GoldCase, Split, load_cases, wikinews_texts
from eval.leakage import Known, Leak, Trace, example_texts, leaks_within
from extractor.ingest import normalise

ROOT = Path(__file__).parents[2]
TEXT = "\n\n".join(
    f"In week {n} the ferry Solveig left Halvar with {n * 7} passengers, the harbour board told the {n}th meeting."
    for n in range(1, 20)
)


@pytest.fixture
def make(build: Any) -> Any:
    def case(case_id: str, split: Split, text: str = TEXT) -> GoldCase:
        article = GoldArticle(text=text, text_sha256=hashlib.sha256(text.encode()).hexdigest())
        made: GoldCase = build.case(case_id=case_id, split=split, article=article)
        return made

    return case


def told(leaks: tuple[Leak, ...]) -> list[tuple[str, str, str]]:
    return [(leak.trace, leak.case_id, leak.of) for leak in leaks]


def test_a_near_copy_in_another_split_spoils_the_stricter_one(make: Any) -> None:
    cases = [
        make("a", Split.TEST, TEXT.upper().replace("9 PASSENGERS", "9 GUESTS") + " And more."),
        make("b", Split.EXAMPLES),
        make("c", Split.TEST, "Else."),
    ]
    (leak,) = leaks_within(cases, {})
    assert told((leak,)) == [(Trace.SPLIT, "a", "b")]
    assert leak.of_split is Split.EXAMPLES
    assert leak.similarity is not None
    assert 0.9 < leak.similarity < 1
    assert leak.reason == "the shorter text shares 97% of its wording with case 'b' (examples)"


def test_the_same_text_in_one_split_is_told_and_is_no_leak(make: Any) -> None:
    (leak,) = leaks_within([make("a", Split.DEV), make("b", Split.DEV)], {})
    assert told((leak,)) == [(Trace.TWICE, "b", "a")]
    assert leak.reason == "it is the text of case 'a' (dev)"


def test_eight_words_of_a_prompts_example_are_a_leak(make: Any) -> None:
    examples = {"claims.v9.examples.jsonl": ["Say: «left Halvar with 14 passengers, the harbour board told»!"]}
    cases = [make("a", Split.TEST), make("b", Split.EXAMPLES, TEXT[:300])]
    leaks = leaks_within(cases, examples)
    assert told(leaks)[0] == (Trace.PROMPT, "a", "claims.v9.examples.jsonl")
    words = "left halvar with 14 passengers the harbour board"
    assert leaks[0].reason == f"the examples in claims.v9.examples.jsonl share the words '{words}' with it"
    assert leaks_within(cases, {"x": ["Halvar with 14 passengers, the harbour board told"]})[:1] != leaks[:1]


def test_a_text_that_is_elsewhere_is_known_by_its_hash(make: Any, tmp_path: Path) -> None:
    case = make("a", Split.DEV)
    without = case.model_copy(update={"article": case.article.model_copy(update={"text": None})})
    path = tmp_path / "gold.jsonl"
    path.write_text(without.model_dump_json() + "\n")
    known = Known({})
    (not_scored,) = load_cases(path).not_scored
    known.add_without_text(not_scored)
    assert told(tuple(known.leaks(make("b", Split.TEST)))) == [(Trace.SPLIT, "b", "a")]


def test_every_text_of_an_example_file_is_read(tmp_path: Path) -> None:
    row = {"values": {"article": "one"}, "reply": {"claims": [{"quotes": ["two", "three"], "cue": None, "n": 1}]}}
    (tmp_path / "claims.v1.examples.jsonl").write_text(json.dumps(row) + "\n\n")
    assert example_texts(tmp_path) == {"claims.v1.examples.jsonl": ("one", "two", "three")}


def test_the_shipped_texts_and_prompts_do_not_leak() -> None:
    examples = example_texts(ROOT / "prompts")
    assert len(examples) >= 2
    assert all(examples.values())
    assert told(leaks_within(load_cases(ROOT / "eval" / "data").cases, examples)) == []


def test_the_shipped_labels_of_texts_from_elsewhere_do_not_leak(shared_data: Path) -> None:
    texts = wikinews_texts(shared_data / "wikinews_en.jsonl", normalise=normalise)
    shipped = load_cases(ROOT / "eval" / "data", texts)
    assert shipped.not_scored == ()
    assert told(leaks_within(shipped.cases, example_texts(ROOT / "prompts"))) == []
