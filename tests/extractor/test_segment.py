"""Sentences: exact offsets, and no cut where a full stop belongs to a word."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.schema import Article, ArticleMetadata
from extractor.segment import segment


def article(text: str, *, language: str = "en", body_start_char: int = 0) -> Article:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Article(
        text=text, sha256=digest, body_start_char=body_start_char, metadata=ArticleMetadata(language=language)
    )


def cut(text: str, *, language: str = "en") -> list[str]:
    return [sentence.span.of(text) for sentence in segment(article(text, language=language))]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        pytest.param("en", "One. Two.", ["One.", "Two."], id="plain"),
        pytest.param(
            "en", "Dr. Osei met Gov. Brandt. He left.", ["Dr. Osei met Gov. Brandt.", "He left."], id="titles"
        ),
        pytest.param("en", "J. R. Osei spoke. She left.", ["J. R. Osei spoke.", "She left."], id="initials"),
        pytest.param(
            "en", "It rose 3.5 percent. Then it fell.", ["It rose 3.5 percent.", "Then it fell."], id="decimals"
        ),
        pytest.param("en", "At 5 p.m. on Jan. 5 he left.", ["At 5 p.m. on Jan. 5 he left."], id="times"),
        pytest.param(
            "en", "He moved to the U.S. The law changed.", ["He moved to the U.S.", "The law changed."], id="us-end"
        ),
        pytest.param("en", "The U.S. Army agreed.", ["The U.S. Army agreed."], id="us-inside"),
        pytest.param(
            "en",
            'He said: "It is over. We won." He left.',
            ['He said: "It is over.', 'We won."', "He left."],
            id="quotation",
        ),
        pytest.param("en", '"Really?" he asked.', ['"Really?" he asked.'], id="question-goes-on"),
        pytest.param("en", '"Really?" Osei asked.', ['"Really?" Osei asked.'], id="question-name-goes-on"),
        pytest.param("en", "“It failed.” The rest held.", ["“It failed.”", "The rest held."], id="closing-mark"),
        pytest.param(
            "en", "It was [...] gone. Maybe [...] It was.", ["It was [...] gone.", "Maybe [...]", "It was."], id="gap"
        ),
        pytest.param("en", "Wait… what? No.", ["Wait… what?", "No."], id="ellipsis"),
        pytest.param(
            "en", "for vice president.In the Green Party", ["for vice president.", "In the Green Party"], id="no-space"
        ),
        pytest.param("en", "See example.Com/Page for it.", ["See example.Com/Page for it."], id="address"),
        pytest.param(
            "de",
            "Am 16. September kam Dr. Ohlsen. Sie ging.",
            ["Am 16. September kam Dr. Ohlsen.", "Sie ging."],
            id="de",
        ),
        pytest.param(
            "de", "Es gilt z. B. hier. „Ja.“ Gut.", ["Es gilt z. B. hier.", "„Ja.“", "Gut."], id="de-quotation"
        ),
        pytest.param("es", "El Sr. Ruiz vino. ¿Quién? Nadie.", ["El Sr. Ruiz vino.", "¿Quién?", "Nadie."], id="es"),
        pytest.param("fr", "M. Leroy part. « Oui. » Il rit.", ["M. Leroy part.", "« Oui. »", "Il rit."], id="fr"),
        pytest.param("ru", "В 2020 г. цены выросли. «Да». Нет.", ["В 2020 г. цены выросли.", "«Да».", "Нет."], id="ru"),
        pytest.param(
            "pt", "O Sr. Silva saiu. A Dra. Costa ficou.", ["O Sr. Silva saiu.", "A Dra. Costa ficou."], id="pt"
        ),
        pytest.param("en", "One line\nAnother line", ["One line", "Another line"], id="lines"),
        pytest.param("en", "a line that goes\non here. Yes.", ["a line that goes\non here.", "Yes."], id="wrapped"),
        pytest.param("en", " \n \n", [], id="blank"),
    ],
)
def test_cuts(language: str, text: str, expected: list[str]) -> None:
    assert cut(text, language=language) == expected


def test_begins_at_the_body_and_counts_paragraphs() -> None:
    text = "Headline\n\nFirst. Second.\n\nThird."
    sentences = segment(article(text, body_start_char=10))
    assert [(s.index, s.paragraph, s.span.of(text)) for s in sentences] == [
        (0, 0, "First."),
        (1, 0, "Second."),
        (2, 1, "Third."),
    ]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab AB.!?…\"“”«»'’()[]—\n 19,é")), max_size=120))
def test_sentences_never_overlap_and_lose_no_word(text: str) -> None:
    sentences = segment(article(text))
    ends = [0, *(s.span.end_char for s in sentences)]
    assert all(s.span.start_char >= end for s, end in zip(sentences, ends, strict=False))
    kept = "".join("".join(s.span.of(text).split()) for s in sentences)
    assert kept == "".join(text.split())
    assert all(s.span.of(text) == s.span.of(text).strip() for s in sentences)


def test_real_articles_keep_every_word(shared_data: Path) -> None:
    for line in (shared_data / "wikinews_en.jsonl").read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        kept = "".join("".join(s.span.of(text).split()) for s in segment(article(text)))
        assert kept == "".join(text.split())


def test_a_line_of_a_megabyte_is_cut() -> None:
    text = "He said it was so, and left. " * 36_000
    assert len(segment(article(text))) == 36_000


def test_what_is_too_long_for_a_sentence_comes_in_pieces() -> None:
    text = "so it was said " * 20_000
    sentences = segment(article(text))
    assert max(s.span.end_char - s.span.start_char for s in sentences) <= 4000
    assert sum(len(s.span.of(text).split()) for s in sentences) == 80_000
