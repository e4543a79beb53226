"""The recall alarm: sentences that look like they report somebody's words, and that no claim covers."""

from collections.abc import Sequence

from extractor.rules.reading import Reading, TokenKind, read
from extractor.schema import Article, Claim, Sentence, SuspectedMiss

_MIN_QUOTED_WORDS = 5


def suspect(article: Article, sentences: Sequence[Sentence], claims: Sequence[Claim]) -> tuple[SuspectedMiss, ...]:
    """Return the sentences with a reporting verb or a quotation that no claim covers.

    Args:
        article: The article.
        sentences: Its sentences as `segment` gave them.
        claims: What was found, by whatever extractor.

    Returns:
        One entry for each such sentence, in reading order.
    """
    if not sentences:
        return ()
    reading = read(article, sentences)
    covered = sorted(
        (span for claim in claims for part in (claim.content, claim.cue) if part for span in part.spans),
        key=lambda span: span.start_char,
    )
    found: list[SuspectedMiss] = []
    position = 0
    reach = 0
    for sentence in reading.sentences:
        while position < len(covered) and covered[position].start_char < sentence.span.end_char:
            reach = max(reach, covered[position].end_char)
            position += 1
        if reach > sentence.span.start_char:
            continue
        reason = _reason(reading, sentence)
        if reason is not None:
            found.append(SuspectedMiss(span=sentence.span, reason=reason))
    return tuple(found)


def _reason(reading: Reading, sentence: Sentence) -> str | None:
    language = reading.language
    tokens = reading.tokens[sentence.index]
    if reading.text[sentence.span.end_char - 1] == "?":
        return None
    quoted = [token for token in tokens if token.quote >= 0 and token.kind is not TokenKind.MARK]
    if len(quoted) >= _MIN_QUOTED_WORDS:
        return "a quotation that no claim covers"
    for index, token in enumerate(tokens):
        before = tokens[index - 1].lower if index else ""
        if token.quote >= 0 or token.capital or token.kind is not TokenKind.WORD:
            continue
        noun = before in language.grammar.determiners or before in language.grammar.prepositions
        if (token.lower in language.verbs.say or token.lower in language.verbs.tell) and not noun:
            if not any(later.lower in language.phrases.declined for later in tokens[max(0, index - 3) : index]):
                return f"the reporting verb “{token.text}”, but no claim covers the sentence"
        for phrase in language.phrases.according:
            if token.lower == phrase[0] and tuple(t.lower for t in tokens[index : index + len(phrase)]) == phrase:
                return f"“{' '.join(phrase)}”, but no claim covers the sentence"
    return None
