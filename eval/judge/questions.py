"""What a judge is asked about the claims of an article."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from eval.cases import GoldCase
from extractor.schema import Claim, Span, Value

MAX_WORDS = 1_000
"""Of the article that a judge sees with a claim; of a longer one the paragraphs around the claim."""


class Trait(StrEnum):
    """One yes or no about a claim."""

    ATOMICITY = "atomicity"
    """It states one thing."""
    FLUENCY = "fluency"
    """It is a grammatical sentence."""
    DECONTEXTUALISATION = "decontextualisation"
    """It is clear without the article."""
    SUPPORT = "support"
    """A text supports it."""


class Question(Value):
    """One question to the judge."""

    claim: str
    text: str | None = None
    """Does it support the claim? None where the claim is looked at alone."""

    @property
    def traits(self) -> tuple[Trait, ...]:
        """What the answer tells."""
        if self.text is not None:
            return (Trait.SUPPORT,)
        return (Trait.ATOMICITY, Trait.FLUENCY, Trait.DECONTEXTUALISATION)


Answers = Mapping[Question, Mapping[Trait, bool]]
"""What the judge said; a question that it did not answer is not there."""


class Measure(StrEnum):
    """What makes the claims of an article good ones, in the paper's words."""

    ATOMICITY = "atomicity"
    FLUENCY = "fluency"
    DECONTEXTUALISATION = "decontextualisation"
    FAITHFULNESS = "faithfulness"
    """The article supports the predicted claim."""
    FOCUS = "focus"
    """The gold claims of the article together support the predicted claim."""
    COVERAGE = "coverage"
    """The predicted claims of the article together support the gold claim."""

    @property
    def trait(self) -> Trait:
        """Which answer decides."""
        if self in {Measure.FAITHFULNESS, Measure.FOCUS, Measure.COVERAGE}:
            return Trait.SUPPORT
        return Trait(self.value)


def questions(case: GoldCase, claims: Sequence[Claim]) -> dict[Measure, tuple[Question, ...]]:
    """Say what to ask about one article, for each measure one question a claim.

    Args:
        case: The article with its gold claims.
        claims: The predicted ones.
    """
    alone = tuple(Question(claim=claim.text) for claim in claims)
    gold, predicted = (_listed([claim.text for claim in side]) for side in (case.claims, claims))
    return {
        Measure.ATOMICITY: alone,
        Measure.FLUENCY: alone,
        Measure.DECONTEXTUALISATION: alone,
        Measure.FAITHFULNESS: tuple(Question(claim=c.text, text=seen_with(case, c.content.spans)) for c in claims),
        Measure.FOCUS: tuple(Question(claim=claim.text, text=gold) for claim in claims),
        Measure.COVERAGE: tuple(Question(claim=claim.text, text=predicted) for claim in case.claims),
    }


def needs_asking(question: Question) -> bool:
    """Tell whether the answer is open: no text supports nothing."""
    return question.text != ""


def _listed(texts: Sequence[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def seen_with(case: GoldCase, spans: Sequence[Span]) -> str:
    """Return the article, or of a long one the paragraphs around a claim."""
    if len(case.text.split()) <= MAX_WORDS:
        return case.text
    paragraphs = list(_paragraphs(case.text))
    at = spans[0].start_char if spans else 0
    home = next((k for k, p in enumerate(paragraphs) if at < p.end_char), 0)

    def stretch(first: int, last: int) -> str:
        return case.text[paragraphs[first].start_char : paragraphs[last].end_char]

    first = last = home
    while True:
        wider = [(first - 1, last), (first, last + 1)]
        if home - first > last - home:
            wider.reverse()
        fitting = (
            (a, b) for a, b in wider if a >= 0 and b < len(paragraphs) and len(stretch(a, b).split()) <= MAX_WORDS
        )
        grown = next(fitting, None)
        if grown is None:
            return stretch(first, last)
        first, last = grown


def _paragraphs(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield Span(start_char=start, end_char=start + len(line))
        start += len(line) + 1
