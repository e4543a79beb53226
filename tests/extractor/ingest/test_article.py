"""Normalising, and what becomes of one text."""

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import IngestError
from extractor.ingest import make_article, normalise
from extractor.schema import ArticleMetadata


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        pytest.param("a\r\nb\rc\n", "a\nb\nc", id="line ends"),
        pytest.param("\ufeffa", "a", id="byte order mark"),
        pytest.param("\x00\ufeffa", "a", id="byte order mark behind a control"),
        pytest.param("a\x00\x07\x0c\tb", "a\tb", id="controls but tab"),
        pytest.param("e\u0301", "é", id="composed"),
        pytest.param("a \n\n \t", "a", id="white space at the end"),
        pytest.param("  a", "  a", id="white space at the beginning stays"),
        pytest.param("a\ud800b", "a\ufffdb", id="half a surrogate pair"),
        pytest.param("\u202ea\u202c {{ b }} {% if %}", "\u202ea\u202c {{ b }} {% if %}", id="bidi and templates stay"),
    ],
)
def test_normal_form(raw: str, normal: str) -> None:
    assert normalise(raw) == normal


@given(st.text())
def test_a_normal_text_comes_through_unchanged(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    once.encode("utf-8")


def test_an_article_is_named_by_its_text() -> None:
    article = make_article("Rain fell.\r\n", ArticleMetadata(origin="a.txt"))
    assert article.text == "Rain fell."
    assert article.sha256 == hashlib.sha256(b"Rain fell.").hexdigest()
    assert article.metadata.origin == "a.txt"


@pytest.mark.parametrize("text", ["", " \n\t", "\x00\ufeff"])
def test_nothing_is_no_article(text: str) -> None:
    with pytest.raises(IngestError, match=r"'a\.txt' is empty"):
        make_article(text, ArticleMetadata(origin="a.txt"))


@pytest.mark.parametrize("piece", ["word ", "a", "{{", "(", "A, ", "/", "— ", "é\u0301"])
def test_a_line_of_a_megabyte_is_fast(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.perf_counter()
    assert make_article(text, ArticleMetadata()).text == normalise(text)
    assert time.perf_counter() - started < 5, "something is quadratic"


def test_metadata_holds_nothing_that_cannot_be_stored_or_printed() -> None:
    known = ArticleMetadata(
        title="Half \ud83d of it\0", byline="Ann\x07 Lee", url="https://x.example/\udcff", origin="a\udcff.txt"
    )
    about = make_article("The ferry is late, he said.", known).metadata
    assert (about.title, about.byline) == ("Half \ufffd of it", "Ann Lee")
    assert (about.url, about.origin) == ("https://x.example/\ufffd", "a\ufffd.txt")
