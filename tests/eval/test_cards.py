"""Data cards say what is in the data: every count of a card is computed again from the set."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import pytest

from eval.cases import CaseSet, GoldCase, GoldClaim, Split, load_cases, wikinews_texts
from extractor.ingest import normalise
from extractor.schema import Quotation, SourceKind

DATA = Path(__file__).parents[2] / "eval" / "data"
LANGUAGES = {"en": "English", "de": "German", "es": "Spanish", "fr": "French", "pt": "Portuguese", "ru": "Russian"}
QUOTATIONS = (Quotation.DIRECT, Quotation.MIXED, Quotation.INDIRECT, Quotation.NONE)
"""As the columns of the table of splits."""


@pytest.fixture(scope="module")
def own() -> CaseSet:
    return load_cases(DATA / "own.jsonl")


@pytest.fixture(scope="module")
def wikinews(shared_data: Path) -> CaseSet:
    return load_cases(DATA / "wikinews.jsonl", wikinews_texts(shared_data / "wikinews_en.jsonl", normalise=normalise))


@pytest.fixture(params=["own", "wikinews"])
def name(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


@pytest.fixture
def cases(request: pytest.FixtureRequest, name: str) -> tuple[GoldCase, ...]:
    found: CaseSet = request.getfixturevalue(name)
    return found.cases


@pytest.fixture
def card(name: str) -> str:
    return (DATA / f"{name}.card.md").read_text(encoding="utf-8")


def row(card: str, title: str) -> str:
    """Return the second cell of the row that begins so."""
    found = re.findall(rf"^\| {re.escape(title)} \| (.*?) \|$", card, re.MULTILINE)
    assert len(found) == 1, title
    return str(found[0])


def counted(cell: str) -> Counter[str]:
    """Read ``indirect 384, direct 366, interview, court 4 each``: no number is one, "each" holds for all before it."""
    counts: Counter[str] = Counter()
    waiting: list[str] = []
    for part in re.split(r"[,;] ", cell):
        words = re.fullmatch(r"(.+?)(?: (\d+))?( each)?", part)
        assert words is not None
        waiting.append(words[1])
        if words[2]:
            counts.update(dict.fromkeys(waiting if words[3] else waiting[-1:], int(words[2])))
            counts.update(dict.fromkeys([] if words[3] else waiting[:-1], 1))
            waiting = []
    counts.update(dict.fromkeys(waiting, 1))
    return counts


def claims(cases: Iterable[GoldCase]) -> list[GoldClaim]:
    return [claim for case in cases for claim in case.claims]


def worded(values: Iterable[str]) -> Counter[str]:
    return Counter(value.replace("_", " ") for value in values)


def test_size(name: str, card: str, cases: tuple[GoldCase, ...]) -> None:
    n_words = [len(case.text.split()) for case in cases]
    n_claims = [len(case.claims) for case in cases]
    size = row(card, "size")
    assert size.startswith(f"{len(cases)} articles, {sum(n_words):,} words")
    assert f"{sum(n_claims)} claims" in size
    if name == "own":
        assert f"({min(n_words)} to {max(n_words)} an article, half of them above {median(n_words):.0f})" in size
        assert f"({min(n_claims)} to {max(n_claims)} an article)" in size


def test_languages_and_forms(name: str, card: str, cases: tuple[GoldCase, ...]) -> None:
    spoken = Counter(LANGUAGES[case.language] for case in cases)
    if name == "own":
        assert counted(row(card, "languages")) == spoken
    else:
        assert (row(card, "language"), set(spoken)) == ("English", {"English"})
    assert counted(row(card, "forms")) == worded(case.form for case in cases)


def test_contents(card: str, cases: tuple[GoldCase, ...]) -> None:
    found = claims(cases)
    assert counted(row(card, "quotation")) == worded(claim.quotation for claim in found)
    assert counted(row(card, "kind")) == worded(claim.kind or "?" for claim in found)
    sources = counted(row(card, "source"))
    sources["article"] = sources.pop("the article itself")
    assert sources == worded(claim.source.kind or "?" for claim in found)
    assert row(card, "check-worthy") == f"{sum(claim.check_worthy is True for claim in found)} of {len(found)}"


def test_hard_parts(name: str, card: str, cases: tuple[GoldCase, ...]) -> None:
    found = claims(cases)
    in_pieces, with_chain = sum(len(claim.content) > 1 for claim in found), sum(bool(claim.chain) for claim in found)
    without_cue = [claim for claim in found if claim.cue is None]
    attributed = [claim for claim in without_cue if claim.source.kind is not SourceKind.ARTICLE]
    last = f"{len(attributed)} attributed claims" if name == "own" else str(len(without_cue))
    expected = f"{in_pieces} contents in two pieces, {with_chain} claims with a chain, {last} without a cue"
    assert row(card, "hard parts") == expected


def test_splits(name: str, card: str, cases: tuple[GoldCase, ...]) -> None:
    for split in Split:
        chosen = [case for case in cases if case.split is split]
        found = claims(chosen)
        types = Counter(claim.quotation for claim in found)
        n_worthy = sum(claim.check_worthy is True for claim in found)
        by_type = [*(types[q] for q in QUOTATIONS), n_worthy] if name == "own" else []
        line = re.search(rf"^\| {split}(?: \([^)]*\))? \| (\d+(?: \| \d+)*) \|$", card, re.MULTILINE)
        if not chosen:
            assert line is None
            continue
        assert line is not None
        assert [int(n) for n in line[1].split(" | ")] == [len(chosen), len(found), *by_type]


def test_every_article_of_elsewhere_stands_in_the_card(wikinews: CaseSet) -> None:
    card = (DATA / "wikinews.card.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (wiki-\S+) \| (\w+) \| (\d+) \|", card, re.MULTILINE)
    assert listed == [(case.id, case.split.value, str(len(case.claims))) for case in wikinews.cases]
