"""Tell requests and orders from statements: "Stand up and be counted", "We strongly urge the board to pay"."""

from collections.abc import Sequence

from extractor.rules.language import Language
from extractor.rules.reading import Token, TokenKind
from extractor.rules.verbforms import verb_forms

_ADVERBS = 2
"""So many adverbs may stand between "we" and "urge"."""


def requests(tokens: Sequence[Token], language: Language) -> bool:
    """Tell whether a quoted sentence only asks somebody to do something.

    Args:
        tokens: Its words and marks.
        language: Its language; one without a lexicon of verbs has no such sentences.
    """
    words = [token for token in tokens if token.kind is TokenKind.WORD or token.text == ","]
    if not language.lexicon.verbs or len(words) < 2:
        return False
    return _orders(words, language) or _appeals(words, language)


def _appeals(words: Sequence[Token], language: Language) -> bool:
    """``We strongly urge the board to reconsider``."""
    if words[0].lower not in language.pronouns.speaker:
        return False
    for word in words[1 : 2 + _ADVERBS]:
        if word.lower in language.phrases.appeals:
            return any(later.lower in language.verbs.to for later in words)
        if not language.lexicon.is_adverb(word.lower) and word.lower not in language.verbs.auxiliaries:
            return False
    return False


def _orders(words: Sequence[Token], language: Language) -> bool:
    """``Stay at home``, but not "Work goes on": a base form that no verb follows as its subject."""
    first, second = words[0].lower, words[1].lower
    forms, verbs = verb_forms(language.code), language.verbs
    closed = (
        language.verbs.auxiliaries
        | language.lexicon.also_nouns
        | language.grammar.prepositions
        | language.grammar.including
    )
    if first not in forms.base or first in closed:
        return False
    if second in verbs.finite or words[1].finite or second in language.phrases.that:
        return False
    pronouns = language.pronouns
    joints = language.grammar.conjunctions | pronouns.who | language.phrases.that | language.worth.questions
    subjects = pronouns.he | pronouns.she | pronouns.they | pronouns.it | pronouns.speaker | pronouns.second
    for number, word in enumerate(words[1:], 1):
        if word.lower in joints or word.lower in subjects or word.text == ",":
            return word.text != "," or not any(later.finite for later in words[number:])
        if word.finite:
            return False
    return True
