"""The recall alarm: what it rings for, and what it leaves alone."""

import pytest

from extractor import rules
from extractor.schema import SuspectedMiss
from extractor.segment import segment
from tests.extractor.rules.found import article


def suspected(text: str) -> tuple[SuspectedMiss, ...]:
    read = article(text)
    return rules.suspect(read, segment(read), [])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("Osei said the pump had failed.", "said", id="verb"),
        pytest.param("The town resigned amid claims that the pump had failed.", "claims", id="noun"),
        pytest.param("The depot allegedly burned twice.", "allegedly", id="adverb"),
        pytest.param("The Courier accused him of theft.", "accused", id="linked"),
        pytest.param("According to the mayor, nothing burned.", "according to", id="according"),
        pytest.param("Three guards died in the fire.", "figure", id="own"),
        pytest.param('Then somebody: "we never knew about it".', "quotation", id="quotation"),
    ],
)
def test_it_rings_for_words_that_attribute(text: str, word: str) -> None:
    (miss,) = suspected(text)
    assert word in miss.reason
    assert miss.span.of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("An unsigned note hung on the door.", id="a-noun"),
        pytest.param("The state gave a written reply on Friday.", id="nouns"),
        pytest.param("She did not say who had paid.", id="silence"),
        pytest.param("The ministers agreed to meet again.", id="an-act"),
        pytest.param("Was the mayor told that the pump had failed?", id="a-question"),
        pytest.param("He was busy maintaining parks.", id="another-meaning"),
    ],
)
def test_it_leaves_alone_what_only_looks_like_it(text: str) -> None:
    assert suspected(text) == ()
