"""An article as the rules read it: tokens, quotations, and units that hold a quotation together."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

from extractor.rules.inflection import lexicon
from extractor.rules.language import Language, language_of
from extractor.rules.quotations import Quoted, quotations
from extractor.rules.verbforms import finite
from extractor.schema import Article, Sentence, Span

_BACK_TOKENS = 6
"""An attribution that is a sentence of its own has no more words."""
_QUOTE_MARKS = frozenset("\"“”„«»‘’'")


class TokenKind(StrEnum):
    """What a token is made of."""

    WORD = "word"
    NUMBER = "number"
    MARK = "mark"
    QUOTE = "quote"
    """A whole quotation that stands for itself, in a unit's frame."""


class Token(NamedTuple):
    """A word, number or mark; a tuple because an article has thousands."""

    text: str
    lower: str
    """In small letters; of a noun of the lists that is declined or ends a compound, the form in the list."""
    start: int
    end: int
    kind: TokenKind
    quote: int
    """Number of the quotation it stands in, -1 outside."""
    sentence: int
    capital: bool = False
    """A word that begins with a capital letter."""
    resumes: bool = False
    """A block quotation that begins in small letters: the middle of a sentence."""
    finite: bool = False
    """A finite verb, by its form and the words beside it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Sentences of one paragraph that a quotation binds together; mostly one sentence."""

    sentences: tuple[Sentence, ...]
    frame: tuple[Token, ...]
    """What stands outside block quotations, each of those being one token."""
    paragraph: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the rules look at."""

    article: Article
    language: Language
    sentences: tuple[Sentence, ...]
    quotes: tuple[Quoted, ...]
    tokens: tuple[tuple[Token, ...], ...]
    """By sentence."""
    units: tuple[Unit, ...]

    @property
    def text(self) -> str:
        """The article's text."""
        return self.article.text

    def quotes_between(self, start_char: int, end_char: int) -> tuple[Quoted, ...]:
        """Return the quotations that share a character with a range, in reading order."""
        first = bisect_right(self.quotes, start_char, key=lambda quote: quote.outer.end_char)
        last = bisect_left(self.quotes, end_char, key=lambda quote: quote.outer.start_char)
        return self.quotes[first:last]


def read(article: Article, sentences: Sequence[Sentence]) -> Reading:
    """Read an article: tokens, quotations, units.

    Args:
        article: The article.
        sentences: Its sentences as `segment` gave them.
    """
    return _read(article, tuple(sentences))


@lru_cache(maxsize=1)  # Finding, asking and the recall alarm read the same article one after the other.
def _read(article: Article, sentences: tuple[Sentence, ...]) -> Reading:
    language = language_of(article)
    paragraphs = [
        Span(start_char=group[0].span.start_char, end_char=group[-1].span.end_char)
        for group in (list(g) for _, g in groupby(sentences, key=lambda s: s.paragraph))
    ]
    quotes = quotations(article.text, paragraphs, language)
    tokens = _tokens(article.text, sentences, quotes, language)
    units = tuple(_units(sentences, tokens, quotes, language))
    return Reading(article, language, sentences, quotes, tokens, units)


_ABBREVIATED = r"(?:[^\W\d_]\.){2,}"
_NUMBER = r"[$€£¥]?\d+(?:[.,:/\u00a0\u202f]\d+)*(?:st|nd|rd|th)?(?![^\W\d_])%?"


@cache
def _token_pattern(elisions: frozenset[str], enclitics: frozenset[str]) -> re.Pattern[str]:
    apart = rf"(?:t-)?(?:{'|'.join(sorted(enclitics, key=len, reverse=True))})\b" if enclitics else r"(?!)"
    name = rf"[^\W\d_][\w\u0300-\u036f]*(?:(?:[-‐‑&.+](?!{apart})|['’](?!s\b))(?=\w)\w+)*"
    elided = rf"\b(?:{'|'.join(sorted(elisions, key=len, reverse=True))})['’](?=\w)|" if elisions else ""
    return re.compile(
        rf"{elided}(?P<abbr>{_ABBREVIATED})|(?P<aged>\d+(?:-[^\W\d_]+){{2,}})|(?P<num>{_NUMBER})|['’]s\b|-(?P<enclitic>{apart})|{name}|\.\.\.|[^\s]",
        re.IGNORECASE,
    )


def _tokens(
    text: str, sentences: Sequence[Sentence], quotes: Sequence[Quoted], language: Language
) -> tuple[tuple[Token, ...], ...]:
    pattern = _token_pattern(language.grammar.elisions, language.grammar.enclitics)
    parts = language.segmentation
    silent = parts.abbreviations | parts.maybe_abbreviations | language.nouns.titles
    listed = lexicon(language.code).form
    acronyms = language.pronouns.who | language.pronouns.it | frozenset(("us",))
    number = 0
    result: list[tuple[Token, ...]] = []
    for sentence in sentences:
        found: list[Token] = []
        end_char = sentence.span.end_char
        for match in pattern.finditer(text, sentence.span.start_char, end_char):
            start, word = match.start(), match[0]
            while number < len(quotes) and quotes[number].outer.end_char <= start:
                number += 1
            inside = number < len(quotes) and quotes[number].outer.start_char <= start
            if word == "." and found and found[-1].end == start and _belongs(found[-1], silent, match.end() < end_char):
                continue
            if match.lastgroup == "num":
                kind = TokenKind.NUMBER
            elif word[0].isalnum() or match.lastgroup == "enclitic" or (word[0] in "'’" and len(word) > 1):
                kind = TokenKind.WORD
            else:
                kind = TokenKind.MARK
            lower = (match["enclitic"] or word).lower().replace("’", "'").removeprefix("t-")
            capital = False
            if kind is TokenKind.WORD:
                capital = word[0].isupper()
                # "the WHO", "the US": no pronouns.
                lower = f"{lower}." if capital and word.isupper() and lower in acronyms else listed(lower)
            quote = number if inside else -1
            found.append(Token(word, lower, start, match.end(), kind, quote, sentence.index, capital))
        result.append(_with_verbs(found, language))
    return tuple(result)


def _with_verbs(tokens: list[Token], language: Language) -> tuple[Token, ...]:
    """Mark the finite verbs of a sentence; they are told by the words beside them, quotation marks aside."""
    words = [token for token in tokens if token.text not in _QUOTE_MARKS]
    verbs = {t.start for n, t in enumerate(words) if t.kind is TokenKind.WORD and finite(words, n, language)}
    return tuple(token._replace(finite=True) if token.start in verbs else token for token in tokens)


def _belongs(token: Token, silent: frozenset[str], more: bool) -> bool:
    """Tell whether a full stop belongs to the word before it (``Dr.``, ``J.``)."""
    return more and (token.lower in silent or (len(token.text) == 1 and token.text.isupper()))


def _units(
    sentences: Sequence[Sentence], tokens: Sequence[Sequence[Token]], quotes: Sequence[Quoted], language: Language
) -> list[Unit]:
    units: list[Unit] = []
    group: list[Sentence] = []
    quote_of = _quote_over_break(sentences, quotes)
    for position, sentence in enumerate(sentences):
        group.append(sentence)
        last = position + 1 == len(sentences)
        after = None if last or sentences[position + 1].paragraph != sentence.paragraph else sentences[position + 1]
        if after is not None and (quote_of[position] or _attributes_back(tokens, after.index, quotes, language)):
            continue
        words = [token for member in group for token in tokens[member.index]]
        units.append(Unit(tuple(group), _frame(words, quotes, language), sentence.paragraph))
        group = []
    return units


def _attributes_back(
    tokens: Sequence[Sequence[Token]], index: int, quotes: Sequence[Quoted], language: Language
) -> bool:
    """``"...to the north." Osei said.``: an attribution that careless copy makes a sentence of its own."""
    words, before = tokens[index], tokens[index - 1]
    if not before or not 2 < len(words) <= _BACK_TOKENS or words[-1].text != "." or before[-1].quote < 0:
        return False
    if before[-1].end != quotes[before[-1].quote].outer.end_char or any(word.quote >= 0 for word in words):
        return False
    verbs = language.verbs
    return words[-2].finite and words[-2].lower in verbs.say and words[-2].lower not in verbs.mental


def _quote_over_break(sentences: Sequence[Sentence], quotes: Sequence[Quoted]) -> list[bool]:
    """Tell for each sentence whether a quotation goes on into the next one."""
    answer = [False] * len(sentences)
    number = 0
    for position, sentence in enumerate(sentences):
        end = sentence.span.end_char
        while number < len(quotes) and quotes[number].outer.end_char <= end:
            number += 1
        answer[position] = number < len(quotes) and quotes[number].outer.start_char < end
    return answer


def _frame(words: Sequence[Token], quotes: Sequence[Quoted], language: Language) -> tuple[Token, ...]:
    """Replace each block quotation by one token; the marks of the others are left out."""
    frame: list[Token] = []
    position = 0
    for number, group in groupby(words, key=lambda token: token.quote):
        members = list(group)
        position += len(members)
        after = words[position] if position < len(words) else None
        if number < 0:
            frame.extend(members)
        elif _is_block(members, after, quotes[number], frame, language):
            outer = quotes[number].outer
            spoken = next((t.text for t in members if t.start >= quotes[number].inner.start_char), "")
            place = (outer.start_char, outer.end_char, TokenKind.QUOTE, number, members[0].sentence)
            frame.append(Token('"', '"', *place, resumes=spoken[:1].islower()))
        else:
            inner = quotes[number].inner
            frame.extend(t for t in members if inner.start_char <= t.start and t.end <= inner.end_char)
    return tuple(frame)


def _is_block(
    members: Sequence[Token], after: Token | None, quote: Quoted, frame: Sequence[Token], language: Language
) -> bool:
    """Tell whether a quotation stands for itself, rather than being woven into a clause."""
    inside = [t for t in members if quote.inner.start_char <= t.start and t.kind is not TokenKind.MARK]
    if quote.dash or quote.continues or members[0].sentence != members[-1].sentence:
        return True
    if not inside:
        return False
    before = frame[-1] if frame else None
    last = next((t for t in reversed(members) if t.end <= quote.inner.end_char), members[-1])
    if before is None:
        return len(inside) >= 2 and (after is None or last.lower in ",.?!" or after.lower in ",.?!" or len(inside) > 4)
    if before.kind is TokenKind.QUOTE:
        return True
    if before.lower == ":":
        return len(inside) >= 2
    verbs = language.verbs
    cue = before.lower in verbs.say or before.lower in verbs.quote
    capital = inside[0].capital or members[1].lower == "["
    if cue and before.lower not in verbs.label:
        return capital and len(inside) >= 3
    if before.lower in ",–—":
        return len(inside) >= 3 and (capital or last.lower in ",.?!" or _resumes(frame))
    if before.lower in language.phrases.that:
        return False
    return capital and len(inside) >= 5 and last.lower in ",.?!" and inside[0].lower not in ("the",)


def _resumes(frame: Sequence[Token]) -> bool:
    """An attribution after a first part of the quotation: ``"A," she said, "b"``."""
    return any(token.kind is TokenKind.QUOTE for token in frame[-15:])
