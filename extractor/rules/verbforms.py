"""Tell finite verbs from nouns and participles by their form and the words beside them.

A language whose data has a lexicon of verbs is read so; for the others a list of forms and endings decides.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from extractor.rules.language import Language
from extractor.rules.language import language as language_data

if TYPE_CHECKING:
    from extractor.rules.reading import Token

_VOWELS = "aeiou"
_SIBILANTS = ("s", "x", "z", "ch", "sh")
_BACK = 4
"""So many words before a verb are looked at for its auxiliary or its determiner."""


class VerbForms(NamedTuple):
    """The inflected forms of a language's verbs."""

    base: frozenset[str]
    third: frozenset[str]
    past: frozenset[str]
    """Past tense where it is no participle: went."""
    both: frozenset[str]
    """Past tense and participle: made, reported."""


@cache
def verb_forms(code: str) -> VerbForms:
    """Return the forms made from the lexicon of a language; empty ones where it has none."""
    lexicon, verbs = language_data(code).lexicon, language_data(code).verbs
    irregular = {forms[0]: forms for forms in (tuple(line.split()) for line in lexicon.irregular)}
    listed = verbs.say | verbs.tell | verbs.show | verbs.quote | verbs.label | verbs.accuse | verbs.with_that
    base = frozenset(lexicon.verbs | irregular.keys()) - {"be"} if lexicon.verbs else frozenset()
    third, past, both = set(), set(), set()
    for verb in base:
        third.add(_third(verb))
        forms = irregular.get(verb)
        if forms is None:
            both.add(_past(verb, lexicon.doubled))
        elif len(forms) > 2 and forms[1] != forms[-1]:
            past.add(forms[1])
        else:
            both.add(forms[1])
    if base:
        both |= {word for word in listed if word.endswith("ed")}
        third |= {word for word in listed if word.endswith("s") and word[:-1] in listed}
        base |= {word for word in listed if word + "s" in listed}
    return VerbForms(base, frozenset(third), frozenset(past) - base, frozenset(both) - base)


def _third(verb: str) -> str:
    if verb.endswith(_SIBILANTS) or verb in ("go", "do", "undergo", "veto"):
        return verb + "es"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return verb[:-1] + "ies"
    return {"have": "has"}.get(verb, verb + "s")


def _past(verb: str, doubled: frozenset[str]) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return verb[:-1] + "ied"
    return verb + verb[-1] + "ed" if verb in doubled else verb + "ed"


@cache
def _before_nouns(code: str) -> frozenset[str]:
    """Words that a noun or an adjective follows, and no verb."""
    language = language_data(code)
    pronouns = language.lexicon.singular | language.lexicon.plural
    return (language.grammar.determiners - pronouns) | language.grammar.owners


def finite(tokens: "Sequence[Token]", index: int, language: Language) -> bool:
    """Tell whether a word is a finite verb where it stands.

    Args:
        tokens: Of its sentence.
        index: Its place among them.
        language: The language of the text.
    """
    token, verbs = tokens[index], language.verbs
    word = token.lower
    if word in verbs.finite and (not token.text[0].isupper() or "'" in word):
        return True
    if token.text[0].isupper():
        return False
    forms = verb_forms(language.code)
    if not forms.base:
        return bool(verbs.past_endings) and word.endswith(verbs.past_endings)
    if word in forms.past:
        return True
    past = word in forms.both or (word.endswith("ed") and word not in language.lexicon.no_verbs)
    if past:
        return _past_is_finite(tokens, index, language)
    if word in forms.third:
        return _present(tokens, index, language, third=True)
    return word in forms.base and _present(tokens, index, language, third=False)


def _past_is_finite(tokens: "Sequence[Token]", index: int, language: Language) -> bool:
    """Not in "the armed men", "of reported cases", "the plan announced by Osei"."""
    before, after = _beside(tokens, index - 1), _beside(tokens, index + 1)
    grammar = language.grammar
    if before in _before_nouns(language.code) or before in grammar.prepositions - grammar.conjunctions:
        return False
    if after in grammar.by:
        return any(_beside(tokens, n) in language.verbs.auxiliaries for n in range(index - 1, index - 3, -1))
    return True


def _present(tokens: "Sequence[Token]", index: int, language: Language, *, third: bool) -> bool:
    """A present tense has its subject before it, and no determiner; what follows is no second verb."""
    before, after = _beside(tokens, index - 1), _beside(tokens, index + 1)
    lexicon, grammar = language.lexicon, language.grammar
    if not before or before in _before_nouns(language.code) or before in language.verbs.finite:
        return False
    if (
        before in grammar.prepositions - language.phrases.that
        or before in language.verbs.to
        or after in grammar.of & {"of"}
    ):
        return False
    if before in (lexicon.singular if third else lexicon.plural):
        return True
    if before in language.function_words or not before[0].isalpha():
        return False
    plural = before.endswith("s") and not before.endswith(("ss", "us", "is"))
    if third is (plural and (index == 1 or not tokens[index - 1].capital)):
        return False
    if after in lexicon.behind:
        return True
    # "the bus plans", "the city talks collapsed": a noun, if a verb or the end of the clause follows.
    forms, nouns = verb_forms(language.code), language.nouns
    listed = tokens[index].lower in nouns.organisations | nouns.documents | nouns.claims
    if not after or not after[0].isalpha():
        return tokens[index].lower in language.verbs.say and not listed
    if after in language.verbs.finite | (grammar.conjunctions - grammar.prepositions):
        return False
    noun = after in forms.past or after in forms.both or after.endswith("ed")
    if noun or (listed and after in grammar.prepositions):
        return False
    return after not in grammar.prepositions or _determined(tokens, index, language)


def _determined(tokens: "Sequence[Token]", index: int, language: Language) -> bool:
    """``The festival takes in``: the noun before has a determiner, or is a name."""
    if tokens[index - 1].capital:
        return True
    for earlier in range(index - 2, max(-1, index - _BACK), -1):
        if tokens[earlier].lower in language.grammar.determiners | language.grammar.owners:
            return True
    return False


def _beside(tokens: "Sequence[Token]", index: int) -> str:
    """The word at an index, quotation marks aside; empty outside the sentence."""
    return tokens[index].lower if 0 <= index < len(tokens) else ""
