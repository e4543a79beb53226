"""Tell which of the article's own sentences state something worth checking: narrow on purpose."""

import re

from extractor.rules.language import Language
from extractor.rules.worth import states_measure

_TOKEN = re.compile(r"[$€£]?\d[\d.,]*%?|[^\W\d_]+(?:[-'’][^\W\d_]+)*|%|[,;:()—–]")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_MAX_ASIDE_TOKENS = 14
_COUNTED_REACH = 7
_THAN_REACH = 14


def states_own(text: str, language: Language) -> bool:
    """Tell whether the main clause of a sentence states a quantity, a comparison, a ranking or a cause.

    Args:
        text: The sentence, in the article's own voice.
        language: Its language.
    """
    main = main_clause(text, language)
    if states_measure(main, language) is not None:
        return True
    words = [token.lower() for token in _TOKEN.findall(main)]
    tests = (_counts_victims, _compares, _changes, _causes, _reckons)
    return any(test(words, language) for test in tests)


def main_clause(text: str, language: Language) -> str:
    """Leave out what stands between commas and is no part of the main clause: relative clauses, appositions."""
    kept: list[str] = []
    for number, part in enumerate(re.split(r"(?<!\d),\s|(?<=\d),\s|\s[—–]\s|[()]", text)):
        first = _TOKEN.match(part.strip())
        opener = first[0].lower() if first else ""
        if number and (opener in language.pronouns.who or opener in language.worth.asides):
            continue
        kept.append(part)
    return ", ".join(kept)


def _is_count(word: str, language: Language) -> bool:
    figure = word.rstrip(".,")
    return (figure.isdigit() and not _YEAR.fullmatch(figure) and figure != "1") or word in language.worth.numbers


def _counts_victims(words: list[str], language: Language) -> bool:
    """``Three infants have died``, ``Another 12 were missing``: counted before the verb."""
    worth = language.worth
    if worth.victims.isdisjoint(words):
        return False
    for index, word in enumerate(words):
        if word not in worth.victims:
            continue
        start = max(0, index - _COUNTED_REACH)
        before = [w for n, w in enumerate(words[start:index], start) if not (n and words[n - 1] in worth.ages)]
        if any(_is_count(w, language) for w in before) and any(w in language.verbs.finite for w in [*before, word]):
            return True
        if word in language.verbs.finite | {"died"} and any(_is_count(w, language) for w in before):
            return True
    return False


def _compares(words: list[str], language: Language) -> bool:
    """``more than in the half-century before``, ``longer than``: a comparative and what it is compared with."""
    worth = language.worth
    for index, word in enumerate(words):
        if word not in worth.than or index == 0:
            continue
        before = words[index - 1]
        numeral = index + 1 < len(words) and _is_count(words[index + 1], language)
        comparative = before in worth.comparison or before.endswith(worth.comparative_endings or ("\0",))
        vague = index + 1 >= len(words) or words[index + 1] in worth.anybody
        if comparative and not numeral and not vague and not worth.prediction & set(words):
            return True
    return False


def _causes(words: list[str], language: Language) -> bool:
    """``resulted in``, ``led to``: the verb of the main clause is that of a cause."""
    behind = f" {' '.join(words[2:])} "
    return any(f" {' '.join(link)} " in behind for link in language.worth.effects)


def _reckons(words: list[str], language: Language) -> bool:
    """``Fewer than two hundred``, ``only two presidents``: a count that is weighed opens the clause."""
    for index, word in enumerate(words[:_COUNTED_REACH]):
        if word in language.worth.reckoning and any(_is_count(w, language) for w in words[index + 1 : index + 3]):
            return True
    return False


def _changes(words: list[str], language: Language) -> bool:
    """``fell from 14,000 to 7,000``, ``feeds some 58 million``: a verb of measure and a count behind it."""
    for index, word in enumerate(words):
        if word in language.worth.rates and any(
            _is_count(w, language) or w[0] in "$€£" for w in words[index + 1 : index + _COUNTED_REACH]
        ):
            return True
    return False
