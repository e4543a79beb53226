"""The recall alarm: words that look like they report somebody's words, and that no claim covers."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from extractor.rules.cues import matched
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.rules.own import states_own
from extractor.rules.reading import Reading, Token, TokenKind, read
from extractor.schema import Article, Claim, Sentence, Span, SuspectedMiss

_MIN_QUOTED_WORDS = 4
_CHAIN_REACH = 6
"""So far behind "according to" may stand who a claim's chain names."""
_THAT_REACH = 4
"""So many words may stand between a verb or noun and its "that"."""


def suspect(article: Article, sentences: Sequence[Sentence], claims: Sequence[Claim]) -> tuple[SuspectedMiss, ...]:
    """Return the sentences with attributing words, a quotation or a figure that no claim covers.

    A sentence with a claim is suspected too where another attribution in it is left alone.

    Args:
        article: The article.
        sentences: Its sentences as `segment` gave them.
        claims: What was found, by whatever extractor.

    Returns:
        At most one entry for each sentence, in reading order.
    """
    if not sentences:
        return ()
    reading = read(article, sentences)
    parts = [
        part
        for claim in claims
        for part in (claim.content, claim.cue, *(source.mention for source in claim.chain))
        if part is not None
    ]
    covered = _Covered([span for part in parts for span in part.spans])
    found: list[SuspectedMiss] = []
    for sentence in reading.sentences:
        reason = _reason(reading, sentence, covered)
        if reason is not None:
            found.append(SuspectedMiss(span=sentence.span, reason=reason))
    return tuple(found)


class _Covered:
    """The ranges that claims account for."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted((span.start_char, span.end_char) for span in spans):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def touches(self, start: int, end: int) -> bool:
        """Tell whether any claim has a character between two offsets."""
        at = bisect_right(self._ends, start)
        return at < len(self._ends) and self._starts[at] < end


def _reason(reading: Reading, sentence: Sentence, covered: _Covered) -> str | None:
    """Say what in the sentence nobody accounts for; None for nothing."""
    span = sentence.span
    if span.of(reading.text).rstrip("\"'”’»)] ").endswith("?"):
        return None
    tokens = reading.tokens[sentence.index]
    alone = not covered.touches(span.start_char, span.end_char)
    if alone and _quotes(reading, tokens):
        return "a quotation that no claim covers"
    for index, token in enumerate(tokens):
        if token.kind is not TokenKind.WORD or covered.touches(token.start, token.end):
            continue
        ahead = tokens[min(len(tokens) - 1, index + _CHAIN_REACH)].end
        named = not alone and covered.touches(token.start, ahead)
        reason = _attributes(tokens, index, reading.language, alone=alone, named=named)
        if reason is not None:
            return f"{reason}, but no claim covers {'the sentence' if alone else 'what it attributes'}"
    if alone and span.of(reading.text)[-1] in ".!" and states_own(span.of(reading.text), reading.language):
        return "a figure, a comparison or a cause that no claim covers"
    return None


def _quotes(reading: Reading, tokens: Sequence[Token]) -> bool:
    quoted = [token for token in tokens if token.quote >= 0 and token.kind is not TokenKind.MARK]
    small = any(not token.capital and token.lower not in reading.language.function_words for token in quoted)
    courtesies = reading.language.phrases.requests | reading.language.worth.thanks
    return len(quoted) >= _MIN_QUOTED_WORDS and small and quoted[0].lower not in courtesies


def _attributes(tokens: Sequence[Token], index: int, language: Language, *, alone: bool, named: bool) -> str | None:
    """Name the attributing word at an index; None when it is none, or governs nothing."""
    token, verbs, phrases = tokens[index], language.verbs, language.phrases
    length = 0 if named else matched(tokens, index, phrases.according)
    if length:
        return f"“{' '.join(t.lower for t in tokens[index : index + length])}”"
    if token.quote >= 0 or token.capital:
        return None
    if alone and token.lower in phrases.reportedly:
        return f"the adverb “{token.text}”"
    following = tokens[index + 1 : index + 1 + _THAT_REACH]
    if token.lower in language.nouns.claims and following and following[0].lower in phrases.that:
        return f"the noun “{token.text}”"
    if token.lower not in _attributing(language.code):
        return None
    if _silent(tokens, index, language) or _noun(tokens, index, language):
        return None
    if token.lower in verbs.say or token.lower in verbs.tell:
        that = any(t.lower in phrases.that for t in following)
        infinitive = index > 0 and tokens[index - 1].lower in verbs.to
        participle = bool(language.participle_endings) and token.lower.endswith(language.participle_endings)
        ambiguous = infinitive or participle or token.lower in verbs.vague
        if that or (alone and not ambiguous):
            return f"the reporting verb “{token.text}”"
    linked = any(
        token.lower in entry.verbs and any(word in entry.links for word in _until_comma(tokens, index))
        for entry in verbs.linked
    )
    quoted = any(t.quote >= 0 for t in tokens[index + 1 :])
    if linked or (token.lower in verbs.label and quoted and alone):
        return f"the verb “{token.text}”"
    return None


@cache
def _attributing(code: str) -> frozenset[str]:
    """The verbs that may attribute, whatever else it takes."""
    verbs = language_data(code).verbs
    return verbs.say.union(verbs.tell, verbs.label, *(entry.verbs for entry in verbs.linked))


def _until_comma(tokens: Sequence[Token], index: int) -> list[str]:
    found: list[str] = []
    for token in tokens[index + 1 :]:
        if token.kind is TokenKind.MARK:
            break
        found.append(token.lower)
    return found


def _noun(tokens: Sequence[Token], index: int, language: Language) -> bool:
    """Tell whether the word is a noun here: "a note", "the state", "hot court rule"."""
    before = tokens[index - 1].lower if index else ""
    grammar, nouns = language.grammar, language.nouns
    # Word by word of every article: no list is joined with another here.
    if before in grammar.determiners or before in grammar.prepositions or before in grammar.possessive:
        return True
    word = tokens[index].lower
    lists = (nouns.documents, nouns.organisations, nouns.roles, language.phrases.media)
    governed = (language.verbs.auxiliaries, language.pronouns.he, language.pronouns.she)
    return any(word in words for words in lists) and not any(before in words for words in governed)


def _silent(tokens: Sequence[Token], index: int, language: Language) -> bool:
    """``declined to say``, ``did not say who``."""
    before = {token.lower for token in tokens[max(0, index - 4) : index]}
    return not before.isdisjoint(language.phrases.declined) or not before.isdisjoint(language.verbs.negations)
