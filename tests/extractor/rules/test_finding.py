"""Finding claims and cutting their spans: one sentence for each mechanism."""

import hashlib

import pytest

from extractor import rules
from extractor.schema import Article, ArticleMetadata, ClaimDraft, SourceKind
from extractor.segment import segment


def found(text: str, language: str = "en") -> tuple[ClaimDraft, ...]:
    digest = hashlib.sha256(text.encode()).hexdigest()
    read = Article(text=text, sha256=digest, metadata=ArticleMetadata(language=language))
    return rules.find(read, segment(read))


def contents(text: str, language: str = "en") -> list[str]:
    """The contents that somebody else than the article states, spans joined with a bar."""
    drafts = (draft for draft in found(text, language) if draft.source.kind is not SourceKind.ARTICLE)
    return [" | ".join(span.of(text) for span in draft.content.spans) for draft in drafts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            'Ruta Osei said: "The pump failed at noon [...]"', ["The pump failed at noon"], id="omission-at-the-end"
        ),
        pytest.param(
            "Ruta Osei said the pump had failed at 3.12 a.m.", ["the pump had failed at 3.12 a.m."], id="dotted"
        ),
        pytest.param(
            '"We knew it. Brandt laughed," said Ruta Osei.', ["We knew it", "Brandt laughed"], id="two-words-and-a-verb"
        ),
        pytest.param(
            "VARN, West Coast (Meridian Wire) -- The pump had failed, Ruta Osei said.",
            ["The pump had failed"],
            id="dateline",
        ),
    ],
)
def test_spans_are_cut_where_the_words_begin_and_end(text: str, expected: list[str]) -> None:
    assert contents(text) == expected


def test_no_before_a_sentence_is_an_answer() -> None:
    text = "Herald: Did you know?\n\nOsei: No. Somebody has to count.\n\nHerald: And now?\n\nOsei: Now we wait."
    text += "\n\nHerald: For whom?\n\nOsei: For the town to decide."
    assert "Somebody has to count" in contents(text)
