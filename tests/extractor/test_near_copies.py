"""Near copies: what counts as one, and that the index agrees with comparing one by one."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.ingest import make_article
from extractor.near_copies import (
    MIN_SIMILARITY,
    NearCopies,
    count_new,
    keys_of,
    runs_of,
    similarity,
    statements_of,
)
from extractor.schema import ArticleMetadata

KEYS = [1985600410933517054, 5356969440368124266, 5727574339051646062]

REPORT = " ".join(
    f"In week {n} the ferry Solveig left Halvar with {n * 7} passengers, the harbour board told the {n}th meeting."
    for n in range(1, 30)
)
CHANGED = {
    "the same": REPORT,
    "headline and byline of another paper": f"Ferry news\n\nBy our own reporter\n\n{REPORT}",
    "capitals, marks and spaces": REPORT.upper().replace(",", " -"),
    "last third cut": REPORT[: 2 * len(REPORT) // 3],
    "all but the first quarter cut": REPORT[: len(REPORT) // 4],
    "every eighth sentence gone": ". ".join(s for i, s in enumerate(REPORT.split(". ")) if i % 8),
}


@pytest.mark.parametrize("text", CHANGED.values(), ids=CHANGED.keys())
def test_an_edited_text_is_found(text: str) -> None:
    known = NearCopies()
    known.add("other", "The mill at Varn burned down on Sunday night. Nobody was hurt, the fire brigade said.")
    known.add("report", REPORT)
    (found,) = known.find(text)
    assert found.id == "report"
    assert found.similarity == similarity(REPORT, text) >= MIN_SIMILARITY


def test_another_text_is_not_found() -> None:
    known = NearCopies()
    known.add("report", REPORT)
    assert known.find("The ferry Solveig will stay in the harbour of Halvar until May, the board said.") == ()


def test_a_text_without_words_is_never_found() -> None:
    known = NearCopies()
    known.add("dots", "...")
    assert known.find("...") == ()
    assert similarity("", "...") == 0


def test_an_id_is_used_once() -> None:
    known = NearCopies()
    known.add("a", "one text")
    with pytest.raises(ValueError, match="'a' is there already"):
        known.add("a", "another")


@given(st.lists(st.sampled_from(["ferry", "harbour", "board", "May", "pump"]), min_size=1, max_size=40))
@settings(max_examples=50, deadline=None)
def test_a_text_is_its_own_copy_whatever_it_says(words: list[str]) -> None:
    text = " ".join(words)
    known = NearCopies()
    known.add("a", text)
    assert known.find(text)[0].similarity == 1 == similarity(text, text)


def test_what_a_text_is_looked_up_by_stays_the_same() -> None:
    # Databases hold these: another value needs a migration that makes them anew.
    assert keys_of(runs_of("The ferry Solveig will stay in harbour.")) == KEYS


@pytest.mark.parametrize(
    ("sentence", "n_new"),
    [
        pytest.param("The BOARD did not pay $5 million", 0, id="case, marks and the full stop"),
        pytest.param("The board did not pay €5 million.", 1, id="another currency"),
        pytest.param("The board did not pay $6 million.", 1, id="another number"),
        pytest.param("The board did pay $5 million.", 1, id="a word less"),
        pytest.param("Growth was 3 % in May.", 1, id="a sign less"),
        pytest.param("The council did not pay $5 million.", 1, id="another name"),
        pytest.param("Photo: Ines Moreau", 0, id="a credit"),
        pytest.param("3 people died", 1, id="a short line with a number"),
        pytest.param("He denied it.", 1, id="a short sentence"),
    ],
)
def test_a_sentence_is_known_only_word_for_word(sentence: str, n_new: int) -> None:
    known = "Harbour news\n\nThe board did not pay $5 million. Growth was -3 % in May."
    article = make_article(f"Growth was -3 % in May. {sentence}", ArticleMetadata())
    if sentence.startswith("Photo"):
        article = make_article(f"Growth was -3 % in May.\n\n{sentence}", ArticleMetadata())
    assert count_new(statements_of(article), known) == n_new


def test_a_headline_is_no_statement() -> None:
    article = make_article(f"Ferry news of the week\n\nBy our own reporter\n\n{REPORT}", ArticleMetadata())
    assert count_new(statements_of(article), REPORT) == 0


def test_no_two_real_articles_are_near_copies(shared_data: Path) -> None:
    rows = [json.loads(line) for line in (shared_data / "wikinews_en.jsonl").read_text(encoding="utf-8").splitlines()]
    known = NearCopies()
    for row in rows:
        known.add(row["id"], row["text"])
    found = {row["id"]: [copy.id for copy in known.find(row["text"])] for row in rows}
    assert found == {row["id"]: [row["id"]] for row in rows}
