"""The source of a claim must be the one whom the words beside it stand for."""

import re
from collections.abc import Iterator

from extractor.check.words import WORD, Run, called, content_words, has_word, is_acronym, is_name, is_title, runs
from extractor.passage import BORDER
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.schema import UNNAMED, Article, Claim, Flag, FlagCode, Part, Source, SourceKind, Span
from extractor.wording import WORDING

_CLAUSE_BORDER = re.compile(r"[,;:.!?\n\"“”„«»(|—–]")
_REACH = 60
"""Characters beside a cue that are read."""


def speaker(article: Article, claim: Claim) -> Iterator[Flag]:
    """Flag a source when its mention, or the words beside the cue, are somebody else's."""
    if claim.source.kind is SourceKind.ARTICLE or claim.source.name == UNNAMED:
        return
    doubt = _mentioned(article, claim) or _beside(article, claim)
    if doubt:
        yield Flag(code=FlagCode.SOURCE_UNCERTAIN, detail=doubt)


def _mentioned(article: Article, claim: Claim) -> str | None:
    """Say what speaks against the mention standing for the source."""
    mention, source = claim.source.mention, claim.source
    language = language_data(article.metadata.language)
    if mention is None:
        return None
    pronoun = _pronoun(mention.text, language)
    if pronoun:
        return _wrong_pronoun(article, pronoun, source, language)
    named = _named(article, mention.text)
    if named and not _shares(article, claim, mention.text):
        return f"Near the claim the article names {' '.join(named)}, not {source.name}."
    if not named and not _describes(article, claim, mention.text, language):
        return f"The article does not call {source.name} “{mention.text}”."
    # Spanish "dijo" needs no subject: the speaker stands in a sentence before.
    subject_needed = not language.verbs.drops_subject
    if subject_needed and claim.cue and claim.cue.spans and mention.spans and _apart(article, claim.cue, mention):
        return f"“{mention.text}” and “{claim.cue.text}” stand in different sentences."
    return None


def _pronoun(words: str, language: Language) -> str:
    pronouns = language.pronouns
    small = words.casefold()
    kinds = (pronouns.he | pronouns.possessive_he, pronouns.she | pronouns.possessive_she, pronouns.it, pronouns.they)
    others = pronouns.who | pronouns.speaker | pronouns.other | language.grammar.owners
    return small if any(small in kind for kind in kinds) or small in others else ""


def _wrong_pronoun(article: Article, pronoun: str, source: Source, language: Language) -> str | None:
    """Tell of a pronoun that cannot stand for its source; one that means several things never does."""
    pronouns = language.pronouns
    he, she = pronouns.he | pronouns.possessive_he, pronouns.she | pronouns.possessive_she
    is_he, is_she = pronoun in he, pronoun in she
    if is_he is is_she or pronoun in pronouns.they | pronouns.it:
        return None
    body = source.kind in (SourceKind.ORGANISATION, SourceKind.DOCUMENT) and source.role is None
    if source.kind is SourceKind.PERSON and _goes_by(source, language) not in (None, is_he):
        # Names and roles alone are a weak argument ("Alexis", "actor"): it takes somebody whom the pronoun would fit.
        fitting = language.nouns.he_names if is_he else language.nouns.she_names
        other = next(
            (r for r in _names(article, article.text) if r.words[0].casefold() in fitting and r.words[1:]), None
        )
        return f"“{pronoun}” is rather {other.text} than {source.name}." if other else None
    return f"“{pronoun}” can hardly be {source.name}." if body else None


def _goes_by(source: Source, language: Language) -> bool | None:
    """Tell whether a person's given name or role says that it is a man; None where they say nothing."""
    nouns = language.nouns
    words = {source.name.split()[0].casefold(), *(w.casefold() for w in WORD.findall(source.role or ""))}
    he, she = (
        any(not words.isdisjoint(known) for known in lists)
        for lists in (
            (nouns.he_names, nouns.he_nouns, nouns.he_titles),
            (nouns.she_names, nouns.she_nouns, nouns.she_titles),
        )
    )
    return he if he is not she else None


def _named(article: Article, words: str) -> list[str]:
    """Return the names among some words, unless they only belong to a description: "Varn's mayor"."""
    found = [w for run in _names(article, words) for w in run.words if is_name(article, w) or w.isupper()]
    last = WORD.findall(words)[-1:]
    return found if last and last[0][0].isupper() else []


def _names(article: Article, words: str) -> list[Run]:
    language = article.metadata.language
    calendar = WORDING.calendar.get(language, frozenset())
    return [
        run
        for run in runs(words, language)
        if not all(is_title(word, language) or word.casefold() in calendar for word in run.words)
    ]


def _shares(article: Article, claim: Claim, words: str) -> bool:
    """Tell whether some words have a name of the source, or are its short form."""
    known = _known(claim)
    if any(is_acronym(words, word) for word in WORD.findall(known)):
        return True
    named = runs(words, article.metadata.language)
    if any(has_word(known, word) or is_acronym(known, word) for run in named for word in run.words):
        return True
    declared = (rf"{re.escape(claim.source.name)}\W{{1,3}}{re.escape(run.text)}\b" for run in named)
    return any(re.search(pattern, article.text) for pattern in declared)


def _known(claim: Claim) -> str:
    return " ".join([claim.source.name, claim.source.role or "", *(c.name for c in claim.chain)])


def _describes(article: Article, claim: Claim, words: str, language: Language) -> bool:
    """Tell whether a noun phrase without a name can stand for a named source."""
    source, nouns = claim.source, language.nouns
    head = _head(words, language)
    if source.kind is SourceKind.ANONYMOUS or any(has_word(_known(claim), word) for word in content_words(words)):
        return True
    people = nouns.roles | nouns.titles | nouns.individuals | nouns.anonymous | nouns.spokespeople
    bodies, papers = nouns.organisations | nouns.bodies, nouns.documents | nouns.generic_documents
    if head not in people | bodies | papers:
        return True  # Nothing is known of such a noun.
    match source.kind:
        case SourceKind.PERSON if head in nouns.documents | nouns.generic_documents:
            return False
        case SourceKind.ORGANISATION if head in nouns.generic_bodies | nouns.spokespeople:
            return True
        case SourceKind.DOCUMENT:
            return head in nouns.documents | nouns.generic_documents
    return called(article.text, source.name, head)


def _head(words: str, language: Language) -> str:
    """Return the noun of a phrase: "official" of "a senior official at the ministry"."""
    grammar = language.grammar
    head = ""
    for match in WORD.finditer(words):
        small = match[0].casefold()
        if head and small in grammar.prepositions | grammar.conjunctions | language.pronouns.who:
            break
        head = small
    return head


def _apart(article: Article, one: Part, other: Part) -> bool:
    """Tell whether the ends of two sentences lie between two parts."""
    first, second = sorted((one.spans[0], other.spans[0]), key=lambda span: span.start_char)
    return bool(BORDER.search(article.text, first.end_char, max(first.end_char, second.start_char)))


def _beside(article: Article, claim: Claim) -> str | None:
    mention, cue = claim.source.mention, claim.cue
    if mention and mention.spans and cue and cue.spans and not _apart(article, cue, mention):
        if mention.spans[0].start_char < cue.spans[0].start_char:
            return None  # What stands between the two belongs to the source: "Osei of the University of Varn said".
    words = _beside_cue(article, claim)
    named = _named(article, words)
    if named and not _shares(article, claim, words):
        return f"Beside the cue the article names {' '.join(named)}, not {claim.source.name}."
    return None


def _beside_cue(article: Article, claim: Claim) -> str:
    """Return the words right before the cue or, where there are none, the ones right after it."""
    if claim.cue is None or not claim.cue.spans:
        return ""
    text, span = article.text, claim.cue.spans[0]
    if any(c.overlaps(span) for c in claim.content.spans):
        return ""
    before = _CLAUSE_BORDER.split(text[_since(claim.content.spans, span) : span.start_char])[-1]
    listeners = WORDING.listener_verbs.get(article.metadata.language, frozenset())
    if before.strip() or claim.cue.text.casefold() in listeners:
        return " ".join(before.split()[-4:])
    till = min([span.end_char + _REACH, *(c.start_char for c in claim.content.spans if c.start_char >= span.end_char)])
    return " ".join(_CLAUSE_BORDER.split(text[span.end_char : till])[0].split()[:4])


def _since(content: tuple[Span, ...], cue: Span) -> int:
    return max([0, cue.start_char - _REACH, *(c.end_char for c in content if c.end_char <= cue.start_char)])
