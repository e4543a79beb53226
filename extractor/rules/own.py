"""Tell which of the article's own sentences state something worth checking: narrow on purpose."""

import re

from extractor.rules.language import Language
from extractor.rules.worth import states_measure

_TOKEN = re.compile(r"[$€£]?\d[\d.,]*%?|[^\W\d_]+(?:[-'’][^\W\d_]+)*|%|[,;:()—–]")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_MAX_ASIDE_TOKENS = 14
_COUNTED_REACH = 7
_THAN_REACH = 14
_MIN_MAIN_WORDS = 4
"""No main clause is shorter."""
_MIN_MEASURED_WORDS = 5
"""``It is 4.7 kilometres.`` answers a question; it is no news."""
_PLACED_REACH = 6
"""So many words behind a distance may say that it only places something."""
_COUNTED_SUBJECT_REACH = 6
"""So many words may stand between a weighed count and its verb."""


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
    tests = (_counts_victims, _compares, _changes, _causes, _reckons, _places, _counts_out, _measures, _brings)
    return any(test(words, language) for test in tests)


def main_clause(text: str, language: Language) -> str:
    """Leave out what stands between commas and is no part of the main clause: relative clauses, appositions."""
    kept: list[str] = []
    parts = re.split(r"(?<!\d),\s|(?<=\d),\s|\s[—–]\s|[()]", text)
    for number, part in enumerate(parts):
        first = _TOKEN.match(part.strip())
        opener = first[0].lower() if first else ""
        if number and (opener in language.pronouns.who or opener in language.worth.asides):
            continue
        apposed = 0 < number < len(parts) - 1 and opener in language.grammar.determiners
        if apposed and language.verbs.finite.isdisjoint(part.lower().split()) and not _past(part, language):
            continue
        kept.append(_without_subordinate(part, language))
    return ", ".join(kept)


def _past(part: str, language: Language) -> bool:
    """Tell whether a word ends like a past tense, "to be impeached" aside."""
    words = part.split()
    endings = language.verbs.past_endings or ("\0",)
    return any(
        word.endswith(endings) and words[number - 1] not in language.verbs.passive
        for number, word in enumerate(words)
        if number
    )


def _without_subordinate(part: str, language: Language) -> str:
    """``He was released after his lawyers paid 2 million``: what a clause without a comma adds is not the point.

    In "It was the inquiry which led to the arrests" it is.
    """
    words = part.split(" ")
    opens = language.worth.subordinate
    if words[0].lower() in language.pronouns.it:
        opens = opens - language.pronouns.who
    cut = next((n for n in range(_MIN_MAIN_WORDS, len(words)) if words[n] in opens), len(words))
    return " ".join(words[:cut])


def _is_count(word: str, language: Language) -> bool:
    figure = word.rstrip(".,").replace(".", "", 1)
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
    comma = 0
    for index, word in enumerate(words):
        comma = index if word == "," else comma
        if index - comma >= _COUNTED_REACH:
            continue
        if word in language.worth.reckoning and any(_is_count(w, language) for w in words[index + 1 : index + 3]):
            return True
    return False


def _places(words: list[str], language: Language) -> bool:
    """``was the second fire``, ``are the only species``, ``had the most restrictive law``: a place in an order."""
    worth = language.worth
    for index, word in enumerate(words[:-3]):
        copula = word in worth.copulas
        if not copula and word not in worth.having:
            continue
        start = index + 1 + (words[index + 1] in language.verbs.auxiliaries - worth.copulas)
        if not _determines(words[start], language):
            continue
        for place in range(start + 1, min(start + 3, len(words) - 1)):
            if words[place] in worth.superlatives:
                return True
            owned = words[place] in worth.endmost and words[start] in language.grammar.owners
            if copula and words[place] in worth.ordinals and words[place + 1] not in worth.spans and not owned:
                return True
    return False


def _determines(word: str, language: Language) -> bool:
    owner = word.endswith(("'s", "’s"))
    return owner or word in language.grammar.determiners | language.grammar.owners


def _counts_out(words: list[str], language: Language) -> bool:
    """``More than 70 vendors were present``, ``has over 3,000 spaces``: a count with "more than" that is the point."""
    worth, finite = language.worth, language.verbs.finite
    for index, word in enumerate(words):
        if not _is_count(word, language) or not index:
            continue
        first = _weighed_from(words, index, language)
        before = words[first - 1] if first else ","
        if first == index or index + 1 >= len(words) or not words[index + 1][:1].isalpha():
            continue
        behind = words[index + 1 : index + 1 + _COUNTED_SUBJECT_REACH]
        opens = before == "," and any(w in finite or w.endswith(language.verbs.past_endings or "\0") for w in behind)
        if opens or before in worth.having:
            return True
    return False


def _measures(words: list[str], language: Language) -> bool:
    """``is 130 mph``, ``moved 500 miles``, ``took 22 minutes``, ``limited to 80``, ``stands at 46.78``; no place."""
    worth = language.worth
    for index, word in enumerate(words):
        if not _is_count(word, language) or index + 1 >= len(words):
            continue
        first = _weighed_from(words, index, language)
        before, unit = words[first - 1] if first else "", words[index + 1]
        if unit in worth.spans and before in worth.lasting:
            return True
        enough = len(words) > _MIN_MEASURED_WORDS
        if (
            enough
            and unit in worth.measures
            and any(before in verbs for verbs in (worth.copulas, worth.having, worth.moving))
        ):
            return not any(w in worth.directions for w in words[index + 2 : index + 2 + _PLACED_REACH])
        if before in language.verbs.to and words[max(0, first - 2)] in worth.limits:
            return True
        if before in worth.moving and words[max(0, first - 2)] in worth.standing:
            return True
    return False


def _weighed_from(words: list[str], index: int, language: Language) -> int:
    """Where "more than" begins before a number; the number's own place without it."""
    for phrase in language.worth.estimates:
        first = index - len(phrase)
        if first >= 0 and tuple(words[first:index]) == phrase:
            return first - (first > 0 and words[first - 1] in language.grammar.introducing)
    return index


def _brings(words: list[str], language: Language) -> bool:
    """``The burst pipe caused a crater``: a verb of cause with its object behind it."""
    worth = language.worth
    for index, word in enumerate(words[:-1]):
        if index > 1 and word in worth.causing and words[index + 1] not in language.grammar.by:
            return words[index - 1] not in worth.copulas | language.pronouns.who | language.phrases.that
    return False


def _changes(words: list[str], language: Language) -> bool:
    """``fell from 14,000 to 7,000``, ``feeds some 58 million``: a verb of measure and a count behind it."""
    for index, word in enumerate(words):
        if word in language.worth.rates and any(
            _is_count(w, language) or w[0] in "$€£" for w in words[index + 1 : index + _COUNTED_REACH]
        ):
            return True
    return False
