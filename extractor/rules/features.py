"""What can be seen of a claim that tells its kind and whether it is worth checking: signs that hold or not."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.schema import Quotation, SourceKind, Value

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|%")
_FIGURE = re.compile(r"[$€£]\s?\d[\d.,]*|\d[\d.,]*\s?%|\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_TOKEN = re.compile(r"[$€£]?\d[\d.,]*%?|[^\W\d_]+|%")
_MONEY = re.compile(r"[$€£%]|\d\s?%")
_COUNTED = re.compile(r"\b(?!(?:1[5-9]|20)\d\d\b)\d[\d.,]*\s+(?:[^\W\d_]+\s+){0,2}?[^\W\d_]+s\b", re.IGNORECASE)
_AGE = re.compile(r"\b\d{1,3}-[^\W\d_]+")
_SHORT_WORDS = 6
_LONG_WORDS = 20


class Statement(Value):
    """A claim as far as its signs go."""

    text: str
    cue: str = ""
    """Empty where nothing attributes."""
    quotation: Quotation
    source: SourceKind


def figures(text: str) -> tuple[str, ...]:
    """Return the figures of a text as printed, years left out."""
    found = (figure.rstrip(".,") for figure in _FIGURE.findall(text))
    return tuple(figure for figure in found if not _YEAR.fullmatch(figure))


def features(statement: Statement, language: Language) -> frozenset[str]:
    """Return the names of the signs that hold for a claim."""
    words = tuple(_WORD.findall(statement.text))
    lower = tuple(word.lower().replace("’", "'") for word in words)
    held = _of_words(frozenset(lower), language) | _of_cue(statement.cue.lower(), language.code)
    held |= {f"source:{statement.source}", f"quotation:{statement.quotation}"}
    held |= _of_shape(statement.text, words, lower, language)
    willing = held & {"future", "would"}
    if willing and (held & {"i", "we"} or (lower[:1] and lower[0] in _third_person(language.code))):
        held |= {"own future"}
    if "promise cue" in held and lower[:1] and lower[0] in language.verbs.to:
        held |= {"promised act"}
    official = statement.source in (SourceKind.ORGANISATION, SourceKind.DOCUMENT)
    for sign in ("record cue", "opinion", "own future", "future", "would", "stance cue"):
        if official and sign in held:
            held |= {f"official, {sign}"}
    if "quotation:direct" in held and not held & {"figure", "number word", "counted"}:
        held |= {"direct without a figure"}
    return frozenset(held)


@cache
def _third_person(code: str) -> frozenset[str]:
    pronouns = language_data(code).pronouns
    return pronouns.he | pronouns.she | pronouns.they | pronouns.it


@cache
def _lists(code: str) -> Mapping[str, frozenset[str]]:
    language = language_data(code)
    worth, verbs = language.worth, language.verbs
    return {
        "comparison": worth.comparison - worth.than,
        "than": worth.than,
        "ranking": worth.ranking,
        "cause": worth.cause,
        "future": worth.prediction,
        "would": worth.would,
        "may": worth.may,
        "must": worth.must,
        "opinion": worth.opinion,
        "judgement": worth.judgement,
        "vague": worth.vague,
        "record": worth.record,
        "promise": worth.promise,
        "toll": worth.tolls | worth.victims,
        "rate": worth.rates,
        "if": worth.conditional,
        "negation": verbs.negations,
        "i": language.pronouns.first,
        "we": language.pronouns.speaker - language.pronouns.first,
        "you": language.pronouns.second,
    }


def _of_words(present: frozenset[str], language: Language) -> set[str]:
    return {name for name, words in _lists(language.code).items() if not present.isdisjoint(words)}


@cache
def _of_cue(cue: str, code: str) -> frozenset[str]:
    words, language = frozenset(cue.split()), language_data(code)
    verbs, worth = language.verbs, language.worth
    return frozenset(
        name
        for name, holds in {
            "no cue": not words,
            "promise cue": words & (worth.promise | verbs.promise) - worth.record,
            "announcing cue": words & worth.announcing,
            "forecast cue": words & (worth.forecasts | verbs.expecting),
            "record cue": words & worth.record,
            "denial cue": words & verbs.deny,
            "label cue": words & verbs.label,
            "stance cue": words & worth.stance,
            "blame cue": words & worth.blame,
            "thinking cue": words & verbs.mental,
            "hearsay cue": words & (verbs.hearsay | language.phrases.reportedly),
            "study cue": words & verbs.show,
        }.items()
        if holds
    )


def _of_shape(text: str, words: tuple[str, ...], lower: tuple[str, ...], language: Language) -> set[str]:
    names = sum(1 for word in words[1:] if word[:1].isupper() and word.lower() not in language.function_words)
    verbs = language.verbs
    past = any(verbs.past_endings and word.endswith(verbs.past_endings) for word in lower)
    joined = " ".join(lower)
    return {
        name
        for name, holds in {
            "figure": figures(text),
            "money or share": _MONEY.search(text),
            "number word": frozenset(lower) & language.worth.numbers,
            "counted": _counts(text, language),
            "number and plural": _COUNTED.search(text),
            "age": _AGE.search(text),
            "part or multiple": frozenset(lower) & language.worth.parts,
            "year": _YEAR.search(text),
            "one name": names == 1,
            "names": names > 1,
            "very short": len(words) < _SHORT_WORDS,
            "long": len(words) > _LONG_WORDS,
            "past": past,
            "predicate": _predicates(lower, language),
            "comparative": _compares(lower, language),
            "because": frozenset(lower) & language.worth.because,
            "cause phrase": any(" ".join(p) in joined for p in language.worth.effects),
            "deictic": lower[:1] and lower[0] in language.pronouns.other | _third_person(language.code),
        }.items()
        if holds
    }


def _predicates(lower: tuple[str, ...], language: Language) -> bool:
    """``is a disgrace``, ``is no picnic``: a form of "be" and an article or a negation."""
    be, after = language.verbs.passive, language.grammar.indefinite | language.verbs.negations
    return any(one in be and two in after for one, two in pairwise(lower))


def _compares(lower: tuple[str, ...], language: Language) -> bool:
    """``more and a noun than``: a comparative within four words before "than"."""
    than = language.worth.than
    plain = language.worth.comparison
    return any(word in than and index and lower[index - 1] not in plain for index, word in enumerate(lower))


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
