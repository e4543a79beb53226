"""Judge a claim: what kind of statement it is, and how much it is worth checking, with the reason in words.

The weights of the signs lie in ``weights.toml``, which tells how they were fitted.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pydantic import Field

from extractor.rules.features import Statement, features, figures
from extractor.rules.language import Language
from extractor.schema import ClaimKind, Value

_INTERCEPT = ""
_TELLING = 0.25
"""A sign that moves the logit by less is not worth telling."""
_MOST_REASONS = 3
_REASONS = {
    "money or share": "money or a share",
    "number word": "a number",
    "counted": "a quantity",
    "number and plural": "a count",
    "part or multiple": "a part or multiple",
    "comparative": "a comparison",
    "comparison": "a comparison",
    "than": "a comparison",
    "ranking": "a ranking",
    "cause": "a cause",
    "cause phrase": "a cause",
    "toll": "victims",
    "rate": "a change or measure",
    "names": "names",
    "one name": "a name",
    "year": "a year",
    "past": "about the past",
    "future": "about the future",
    "would": "about the future",
    "own future": "what the source itself will do",
    "if": "a condition",
    "opinion": "an opinion",
    "judgement": "praise or blame",
    "must": "what should be",
    "may": "only a possibility",
    "vague": "vague words",
    "very short": "very short",
    "long": "much detail",
    "i": "about the speaker",
    "we": "about the speaker's side",
    "you": "addresses somebody",
    "promise cue": "a promise",
    "promise": "a promise",
    "announcing cue": "an announcement",
    "label cue": "what the source calls something",
    "thinking cue": "a belief",
    "denial cue": "a denial",
    "study cue": "a finding",
    "hearsay cue": "hearsay",
    "predicate": "says what something is",
    "quotation:none": "stated by the article itself",
    "source:document": "stated in a document",
    "source:organisation": "stated by a body",
    "direct without a figure": "a quotation without a figure",
}
"""What a sign is called for a reader; signs that are not here are not told."""


class Judgement(Value):
    """The kind of a claim and how much it is worth checking."""

    kind: ClaimKind
    score: float = Field(ge=0, le=1)
    """Probability that an annotator calls it check-worthy."""
    reason: str


class _Weights(Value):
    worth: Mapping[str, float]
    kind: Mapping[ClaimKind, Mapping[str, float]]


@cache
def _weights() -> _Weights:
    return _Weights.model_validate(tomllib.loads((files(__package__) / "weights.toml").read_text("utf-8")))


def judge(statement: Statement, language: Language) -> Judgement:
    """Tell kind and check-worthiness of a claim.

    Args:
        statement: The claim in the article's words, with cue, quotation type and kind of source.
        language: The article's language.
    """
    # Sorted: sums of floats must not depend on the order of a set.
    held = sorted(features(statement, language))
    weights = _weights()
    if "promised act" in held:
        sums = {ClaimKind.PROMISE: 0.0}
    else:
        sums = {kind: _sum(held, of_kind) for kind, of_kind in weights.kind.items()}
    score = 1 / (1 + math.exp(-_sum(held, weights.worth)))
    return Judgement(
        kind=max(sums, key=lambda kind: (sums[kind], kind)),
        score=round(score, 2),
        reason=_reason(statement.text, held, weights.worth),
    )


def _sum(held: Sequence[str], weights: Mapping[str, float]) -> float:
    return weights.get(_INTERCEPT, 0.0) + sum([weights.get(name, 0.0) for name in held])


def _reason(text: str, held: Sequence[str], weights: Mapping[str, float]) -> str:
    """Name what speaks for checking and what against it, the weightiest first."""
    told = sorted((name for name in held if name in _REASONS), key=lambda name: (-abs(weights.get(name, 0.0)), name))
    raised = dict.fromkeys(_REASONS[name] for name in told if weights.get(name, 0.0) >= _TELLING)
    lowered = dict.fromkeys(_REASONS[name] for name in told if weights.get(name, 0.0) <= -_TELLING)
    numbers = figures(text)
    stated = [f"figures ({', '.join(numbers[:3])})"] if numbers else []
    stated += list(raised)[:_MOST_REASONS]
    against = [f"against: {', '.join(list(lowered)[:_MOST_REASONS])}"] if lowered else []
    return "; ".join(filter(None, [", ".join(stated), *against])) or "a plain statement of fact"
