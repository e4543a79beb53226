"""Tell what kind of statement a claim is, and how much it is worth checking, with the reason in words."""

import re
from dataclasses import dataclass

from extractor.rules.language import Language
from extractor.schema import ClaimKind, Quotation, SourceKind

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|%")
_FIGURE = re.compile(r"[$€£]\s?\d[\d.,]*|\d[\d.,]*\s?%|\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_VOTE = re.compile(r"\b\d+ ?(?:to|–|-|zu|a|à) ?\d+\b")
_TOKEN = re.compile(r"[$€£]?\d[\d.,]*%?|[^\W\d_]+|%")
_SHORT_WORDS = 6


@dataclass(frozen=True, slots=True)
class Worth:
    """How much a claim is worth checking."""

    score: float
    """In [0, 1]."""
    reason: str


@dataclass(frozen=True, slots=True)
class _Signs:
    words: tuple[str, ...]
    figures: tuple[str, ...]
    """As printed, years and dates left out."""
    counted: bool
    """A figure or number word stands before something measured."""
    names: int
    comparison: bool
    ranking: bool
    cause: bool
    future: bool
    promise: bool
    opinion: bool
    vague: bool
    record: bool


def kind_of(text: str, cue: str, source: SourceKind, language: Language) -> ClaimKind:
    """Choose the kind of a claim: the first test that fits, in the order of the guidelines.

    Args:
        text: The claim.
        cue: Its cue, empty when there is none.
        source: What kind of voice makes it.
        language: The article's language.
    """
    signs = _signs(text, language)
    worth = language.worth
    cue_words = set(cue.lower().split())
    if cue_words & worth.promise or signs.promise:
        return ClaimKind.PROMISE
    if signs.future or cue_words & worth.forecasts:
        return ClaimKind.PREDICTION
    if signs.cause:
        return ClaimKind.CAUSE
    if signs.counted:
        return ClaimKind.STATISTIC
    if signs.comparison or signs.ranking:
        return ClaimKind.COMPARISON
    official = source in (SourceKind.ORGANISATION, SourceKind.DOCUMENT)
    if official and (cue_words & worth.record or signs.record or signs.opinion):
        return ClaimKind.QUOTATION_OF_RECORD
    return ClaimKind.OPINION if signs.opinion else ClaimKind.EVENT


def worth_of(text: str, quotation: Quotation, language: Language) -> Worth:
    """Score a claim by what it states: figures, names, comparisons for; opinion, future, vagueness against."""
    signs = _signs(text, language)
    score = 0.4
    against: list[str] = []
    reasons: list[str] = []
    if signs.figures or signs.counted:
        score += 0.3
        reasons.append(f"figures ({', '.join(signs.figures[:3])})" if signs.figures else "a quantity")
    for holds, points, reason in (
        (signs.comparison or signs.ranking, 0.1, "a comparison"),
        (signs.cause, 0.1, "a cause"),
        (signs.names > 0, 0.1, "names"),
        (quotation is Quotation.NONE, 0.05, "stated by the article itself"),
    ):
        if holds:
            score += points
            reasons.append(reason)
    for holds, points, reason in (
        (signs.opinion, 0.25, "an opinion"),
        (signs.future or signs.promise, 0.15, "about the future"),
        (signs.vague, 0.05, "vague words"),
        (len(signs.words) < _SHORT_WORDS, 0.15, "very short"),
    ):
        if holds:
            score -= points
            against.append(reason)
    said = "; ".join(filter(None, [", ".join(reasons), f"lowered by {', '.join(against)}" if against else ""]))
    return Worth(round(min(0.95, max(0.05, score)), 2), said or "a plain statement of fact")


def states_measure(text: str, language: Language) -> str | None:
    """Say what an article's own sentence states that a reader would want checked; None for nothing."""
    lower = text.lower()
    if _VOTE.search(lower) and any(word in language.worth.votes for word in _WORD.findall(lower)):
        return "a count of votes"
    if _measured(text, language):
        return "a measured quantity"
    if _toll(lower, language):
        return "a number of victims"
    return "a ranking" if _ranks(lower, language) else None


def _toll(lower: str, language: Language) -> bool:
    """``killed five and wounded 110``: a number right after the verb, or right before it."""
    worth, words = language.worth, _TOKEN.findall(lower)
    for index, word in enumerate(words):
        if word not in worth.tolls:
            continue
        beside = [*words[max(0, index - 3) : index], *words[index + 1 : index + 3]]
        if any((w.isdigit() and not _YEAR.fullmatch(w)) or w in worth.numbers for w in beside):
            return True
    return False


def _ranks(lower: str, language: Language) -> bool:
    """``the third derailment in five years``, ``the first woman to serve``: in the main clause."""
    worth, words = language.worth, _WORD.findall(lower)
    main = _WORD.findall(lower.partition(",")[0])
    if any(word in worth.ranking for word in main) and any(word in worth.since for word in main):
        return True
    return any(
        word in worth.ranking and words[index - 1 : index] == ["the"] and "to" in words[index + 2 : index + 5]
        for index, word in enumerate(words)
        if language.code == "en" and index
    )


def _measured(text: str, language: Language) -> bool:
    """A figure with its unit, a sum of money, a share, or a number with thousands."""
    worth = language.worth
    tokens = _TOKEN.findall(text)
    for index, token in enumerate(tokens):
        figure = token.rstrip(".,")
        if not figure[:1].isdigit() and token[0] not in "$€£":
            continue
        if token[0] in "$€£" or figure.endswith("%"):
            return True
        if _YEAR.fullmatch(figure):
            continue
        following = [word.lower() for word in tokens[index + 1 : index + 3]]
        if any(word in worth.units for word in following):
            return True
        if "," in figure and following and following[0].isalpha():
            return True
    return False


def _signs(text: str, language: Language) -> _Signs:
    worth = language.worth
    words = tuple(_WORD.findall(text))
    lower = tuple(word.lower() for word in words)
    present = frozenset(lower)
    figures = tuple(f.rstrip(".,") for f in _FIGURE.findall(text) if not _YEAR.fullmatch(f.rstrip(".,")))
    return _Signs(
        words=words,
        figures=figures,
        counted=_counts(text, language),
        names=sum(1 for word in words[1:] if word[:1].isupper() and word.lower() not in language.function_words),
        comparison=bool(present & worth.comparison),
        ranking=bool(present & worth.ranking),
        cause=bool(present & worth.cause),
        future=bool(present & worth.prediction),
        promise=bool(present & worth.promise),
        opinion=bool(present & worth.opinion),
        vague=bool(present & worth.vague),
        record=bool(present & worth.record),
    )


def _counts(text: str, language: Language) -> bool:
    """A figure or number word, and within three words something measured."""
    worth = language.worth
    tokens = _TOKEN.findall(text)
    for index, token in enumerate(tokens):
        if token[0] in "$€£" or (token[0].isdigit() and token.endswith("%")):
            return True
        if not (token[0].isdigit() or token.lower() in worth.numbers) or _YEAR.fullmatch(token.rstrip(".,")):
            continue
        if any(word.lower() in worth.units for word in tokens[index + 1 : index + 4]):
            return True
    return False
