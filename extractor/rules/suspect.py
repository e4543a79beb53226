"""The recall alarm: words that look like they report somebody's words, and that no claim covers."""

from bisect import bisect_right
from collections.abc import Sequence

from extractor.rules.language import Language
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
        self._ranges: list[tuple[int, int]] = []
        for start, end in sorted((span.start_char, span.end_char) for span in spans):
            if self._ranges and start <= self._ranges[-1][1]:
                self._ranges[-1] = (self._ranges[-1][0], max(end, self._ranges[-1][1]))
            else:
                self._ranges.append((start, end))

    def touches(self, start: int, end: int) -> bool:
        """Tell whether any claim has a character between two offsets."""
        at = bisect_right(self._ranges, start, key=lambda r: r[1])
        return at < len(self._ranges) and self._ranges[at][0] < end


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
    for phrase in () if named else phrases.according:
        if token.lower == phrase[0] and tuple(t.lower for t in tokens[index : index + len(phrase)]) == phrase:
            return f"“{' '.join(phrase)}”"
    if token.quote >= 0 or token.capital:
        return None
    following = [t.lower for t in tokens[index + 1 : index + 1 + _THAT_REACH]]
    that = any(word in phrases.that for word in following)
    if alone and token.lower in phrases.reportedly:
        return f"the adverb “{token.text}”"
    if token.lower in language.nouns.claims and following[:1] and following[0] in phrases.that:
        return f"the noun “{token.text}”"
    if _silent(tokens, index, language) or _noun(tokens, index, language):
        return None
    if token.lower in verbs.say or token.lower in verbs.tell:
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
