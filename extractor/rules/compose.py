"""Compose a claim's text: one sentence that can be understood alone, where rules can do that safely.

Direct quotations keep their words. Of indirect speech only what is sure is changed: a complement becomes a
sentence with the source as its subject, a pronoun that can only be the source becomes its name.
"""

import re

from extractor.rules.language import Language
from extractor.schema import Quotation, SourceDraft, SourceKind, Value

_DOUBLE = re.compile(r"[“”„«»\"]")
_SINGLE = re.compile(r"(?<!\w)[‘'](?=\S)([^‘’'\n]*(?:(?<=\w)['’](?=\w)[^‘’'\n]*)*)(?<=\S)[’'](?!\w)")
_STOPS = re.compile(r"([.!?…]),?\.?$")


class Saying(Value):
    """A claim as found, with what its text may be composed of."""

    content: str
    """The article's words."""
    quotation: Quotation
    cue: str = ""
    source: SourceDraft
    pronoun: str | None = None
    """The pronoun that, where nobody else is named, can only be the source; None where another may be meant."""
    determined: bool = False
    """The article writes "the" before the name."""


def claim_text(saying: Saying, language: Language) -> str:
    """Return the claim as a sentence: capital letter, full stop.

    Args:
        saying: The claim.
        language: The article's language; complements are recomposed where its data has the words for that.
    """
    if saying.quotation in (Quotation.DIRECT, Quotation.NONE):
        return _sentence(saying.content)
    composed = _recomposed(saying, language) or _with_name(saying, language) or saying.content
    return _sentence(_without_marks(composed) if saying.quotation is Quotation.MIXED else composed)


def _without_marks(text: str) -> str:
    return _SINGLE.sub(r"\1", _DOUBLE.sub("", text))


def _sentence(text: str) -> str:
    text = _STOPS.sub(r"\1", text.strip().rstrip(","))
    text = text[:1].upper() + text[1:]
    return text if text[-1:] in ".!?…" or (text[-2:-1] in ".!?…" and text[-1:] in '"”’»') else f"{text}."


def _recomposed(saying: Saying, language: Language) -> str | None:
    """Make a sentence of a complement; None where the content is a clause already."""
    words, verbs, compose = frozenset(saying.cue.lower().split()), language.verbs, language.compose
    content = saying.content
    first, _, rest = content.partition(" ")
    if not compose.will or not rest or saying.source.uncertain:
        return None
    if words & verbs.promise and first.lower() in verbs.to:
        return f"{_subject(saying, language)} {compose.will} {rest}"
    if words & verbs.expecting:
        return _parted(content, " to ", f" {compose.will} ", language)
    if words & verbs.label and not (words & verbs.deny and _has_verb(content, language)):
        return _labelled(content, language)
    if words & language.worth.blame:
        return _caused(content, language)
    return _refused(saying, language) if words & verbs.deny else None


def _subject(saying: Saying, language: Language) -> str:
    """The source's name as a subject: bodies that are no names get their article."""
    source = saying.source
    plain = source.kind in (SourceKind.ORGANISATION, SourceKind.DOCUMENT) and source.name[:1].islower()
    office = source.kind is SourceKind.PERSON and source.name[:1].islower()
    return f"{language.compose.the} {source.name}" if plain or office or saying.determined else source.name


def _parted(content: str, link: str, instead: str, language: Language) -> str | None:
    """Put a verb in the place of the word that links object and predicate."""
    before, found, after = content.partition(link)
    if not found or _has_verb(before, language):
        return None
    return f"{before}{instead}{after}"


def _caused(content: str, language: Language) -> str | None:
    """``the delay on frost``: "frost caused the delay"."""
    before, found, after = content.partition(f" {language.compose.on} ")
    if not found or not before or not language.compose.caused or _has_verb(before, language):
        return None
    return f"{after} {language.compose.caused} {before}"


def _labelled(content: str, language: Language) -> str | None:
    """``the tender "a disgrace"``, ``the tender as a disgrace``: object and predicate."""
    found = re.fullmatch(r"(?P<object>[^“\"‘]+?) (?:as )?(?P<predicate>[“\"‘].+|(?<=as ).+)", content)
    if found is None or _has_verb(found["object"], language):
        return None
    words, predicate = found["object"].lower().split(), found["predicate"]
    if len(words) > 1 and words[-1] in language.grammar.indefinite:
        predicate = f"{words.pop()} {predicate}"
    pronouns = language.pronouns
    bare = language.compose.objects | pronouns.possessive_he | pronouns.possessive_she | pronouns.who
    if not words or words[0] in bare:
        return None
    head = words[next((n for n, word in enumerate(words) if word in language.grammar.prepositions), len(words)) - 1]
    plural = head.endswith("s") and not head.endswith(("ss", "us", "is"))
    subject = " ".join(found["object"].split()[: len(words)])
    return f"{subject} {language.compose.are if plural else language.compose.be} {predicate}"


def _refused(saying: Saying, language: Language) -> str:
    """The denial of a clause, a deed or a thing: never the bare words, which would say the contrary."""
    content, compose = saying.content, language.compose
    denied = _denied(content, language)
    if denied is not None or not compose.untrue:
        return denied or content
    if (
        _has_verb(content, language)
        or content.lower().split()[0] in language.lexicon.plural | language.lexicon.singular
    ):
        return f"{compose.untrue} {content}"
    return f"{_subject(saying, language)} {compose.denies} {content}"


def _denied(content: str, language: Language) -> str | None:
    """Negate the first auxiliary of a denied clause."""
    words = content.split(" ")
    compose = language.compose
    for index, word in enumerate(words[:-1]):
        if word in compose.negatable and index:
            nobody = compose.nobody.get(words[0].lower())
            if nobody is not None:
                return " ".join([nobody, *words[1:]])
            return " ".join([*words[: index + 1], compose.not_, *words[index + 1 :]])
        if word[:1] in '“"‘' or word.lower() in language.grammar.conjunctions:
            return None
    return None


def _has_verb(text: str, language: Language) -> bool:
    return any(word in language.verbs.finite for word in text.lower().split())


def _with_name(saying: Saying, language: Language) -> str | None:
    """``she had failed``, said of nobody else than the source: the name instead of the pronoun."""
    first, _, rest = saying.content.partition(" ")
    pronouns, source = language.pronouns, saying.source
    if not language.compose.will or source.uncertain or not saying.cue:
        return None
    personal = first == saying.pronoun and first not in pronouns.it and source.kind is SourceKind.PERSON
    body = (
        first in pronouns.it
        and source.kind is SourceKind.ORGANISATION
        and rest.split(" ")[0] in language.compose.acting
    )
    return f"{_subject(saying, language)} {rest}" if personal or body else None
