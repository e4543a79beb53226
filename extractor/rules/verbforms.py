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
_SUBJECT_TOKENS = 10
"""So far back the beginning of a subject is looked for."""
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
    nouns: frozenset[str]
    """Forms of the present that are nouns as well: report, claims."""


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
    nouns = {form for verb in lexicon.also_nouns for form in (verb, _third(verb))}
    return VerbForms(base, frozenset(third), frozenset(past) - base, frozenset(both) - base, frozenset(nouns))


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
    lexicon, grammar = language.lexicon, language.grammar
    if index > 1 and tokens[index - 1].lower in lexicon.behind & language.verbs.auxiliaries - language.verbs.to:
        tokens = (*tokens[: index - 1], *tokens[index:])
        index -= 1
    before, after = _beside(tokens, index - 1), _beside(tokens, index + 1)
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
    named = tokens[index - 1].capital
    if (
        third
        and not named
        and before in verb_forms(language.code).both
        and _past_is_finite(tokens, index - 1, language)
    ):
        return False
    if (
        third
        and not named
        and tokens[index].lower in language.nouns.documents
        and _beside(tokens, index - 2) in grammar.prepositions
    ):
        return False
    if before in language.function_words or not before[0].isalpha():
        return False
    near = not _is_plural(tokens, index - 1)
    behind = after in lexicon.behind
    if third is not near:
        told = behind or tokens[index].lower in language.verbs.say | language.verbs.show
        told = told and after not in language.verbs.finite
        collective = behind and tokens[index - 1].capital
        return collective or (told and third in _far_numbers(tokens, index, language))
    return behind or _is_followed(tokens, index, language, third=third)


def _is_followed(tokens: "Sequence[Token]", index: int, language: Language, *, third: bool) -> bool:
    """Not in "the bus plans", "the city talks collapsed": a noun, if a verb or the end of the clause follows."""
    forms, verbs, grammar = verb_forms(language.code), language.verbs, language.grammar
    word, after = tokens[index].lower, _beside(tokens, index + 1)
    listed = word in forms.nouns
    if word in verbs.say | verbs.show and not listed:
        return True
    if not after or not after[0].isalpha():
        return word in verbs.say | verbs.show | verbs.with_that and _apart(tokens, index)
    if after in verbs.finite | (grammar.conjunctions - grammar.prepositions):
        return False
    if after in forms.past or after in forms.both or after.endswith("ed"):
        return False
    if after not in grammar.prepositions:
        return True
    return (not listed or not third) and (_determined(tokens, index, language) or index < _BACK + 2)


def _far_numbers(tokens: "Sequence[Token]", index: int, language: Language) -> set[bool]:
    """The numbers of the nouns before prepositions, True for singular: "scientists from Varn say"."""
    found = set()
    for earlier in range(index - 2, max(0, index - _SUBJECT_TOKENS), -1):
        if tokens[earlier].text in ",;:" or tokens[earlier].lower in language.verbs.finite:
            break
        if tokens[earlier].lower in language.grammar.prepositions:
            found.add(not _is_plural(tokens, earlier - 1))
    return found


def _is_plural(tokens: "Sequence[Token]", index: int) -> bool:
    word = tokens[index].lower
    named = index > 0 and tokens[index].capital
    return word.endswith("s") and not word.endswith(("ss", "us", "is")) and not named


def _apart(tokens: "Sequence[Token]", index: int) -> bool:
    """``..., the authors report.``: what follows the last comma is a subject and this word."""
    for earlier in range(index - 1, max(0, index - _SUBJECT_TOKENS), -1):
        if tokens[earlier].text in ",—–":
            return True
        if tokens[earlier].kind == "mark":
            return False
    return False


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
