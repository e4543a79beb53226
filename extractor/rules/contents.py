"""Turn what is attributed into content spans: sentences of quotations, clauses of indirect speech."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.rules.clauses import Stretch
from extractor.rules.language import Language
from extractor.rules.quotations import Quoted
from extractor.rules.reading import Reading, Token, TokenKind, Unit
from extractor.rules.requests import requests
from extractor.schema import PartDraft, Quotation, Span

_EDGE = " \t\n\u00a0\u202f,.;:–—-"
_EDGE_START = " \t\n\u00a0\u202f,;:–—-"
_FRAGMENT_WORDS = 2
_THANKS_WORDS = 12
_OMITTED = re.compile(r"\s*\[\s*(?:\.{1,3}|…)\s*\]$")
_OMITTED_FIRST = re.compile(r"\[\s*(?:\.{1,3}|…)\s*\]\s*")
_OMISSION_CHARS = 8
_DOTTED = re.compile(r"(?<!\w)[A-Za-z]\.[A-Za-z]\.$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Content:
    """One claim's content."""

    spans: tuple[Span, ...]
    quotation: Quotation
    sentences: tuple[int, ...]

    def draft(self, text: str) -> PartDraft:
        """Return it as a part that names exactly its text."""
        return PartDraft(text=" ".join(span.of(text) for span in self.spans), spans=self.spans)


class ContentReader:
    """Reads contents of one article."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._text = reading.text
        self._language: Language = reading.language

    def of_blocks(self, unit: Unit, blocks: Sequence[int]) -> list[Content]:
        """Return one content per quoted sentence; a sentence that the attribution interrupts is one."""
        found: list[Content] = []
        open_end, last = False, None
        for number in blocks:
            quote = self._reading.quotes[number]
            pieces = self._pieces(unit, quote)
            if not pieces:
                continue
            if found and open_end and self._goes_on(quote) and not self._joined(last, quote):
                first = pieces.pop(0)
                spans = (*found[-1].spans, first.spans[0])
                found[-1] = Content(spans, Quotation.DIRECT, _union(found[-1].sentences, first.sentences))
            found.extend(pieces)
            last = quote
            open_end = self._text[quote.inner.end_char - 1] not in ".!?…”\"’'"
        return [content for content in found if not self._left_out(content)]

    def _joined(self, last: Quoted | None, quote: Quoted) -> bool:
        """``said "it leaks" and "nobody came"``: nothing but a conjunction between two quotations."""
        between = "" if last is None else self._text[last.outer.end_char : quote.outer.start_char]
        return between.strip(" ,;").lower() in self._language.grammar.splitters

    def _goes_on(self, quote: Quoted) -> bool:
        first = self._text[quote.inner.start_char]
        return not first.isupper() or self._attribution_open(quote)

    def _attribution_open(self, quote: Quoted) -> bool:
        """The attribution before ends in a comma, not a full stop."""
        before = self._text[max(0, quote.outer.start_char - 3) : quote.outer.start_char].rstrip()
        return before.endswith(",")

    def _pieces(self, unit: Unit, quote: Quoted) -> list[Content]:
        pieces: list[Content] = []
        for sentence in unit.sentences:
            start = max(sentence.span.start_char, quote.inner.start_char)
            end = min(sentence.span.end_char, quote.inner.end_char)
            span = self._trimmed(start, end)
            if span is None:
                continue
            if pieces and self._is_fragment(span):
                joined = Span(start_char=pieces[-1].spans[0].start_char, end_char=span.end_char)
                pieces[-1] = Content((joined,), Quotation.DIRECT, (*pieces[-1].sentences, sentence.index))
            elif len(pieces) == 1 and self._is_fragment(pieces[0].spans[0]):
                joined = Span(start_char=pieces[0].spans[0].start_char, end_char=span.end_char)
                pieces[0] = Content((joined,), Quotation.DIRECT, (*pieces[0].sentences, sentence.index))
            else:
                pieces.append(Content((span,), Quotation.DIRECT, (sentence.index,)))
        return pieces

    def _is_fragment(self, span: Span) -> bool:
        words = _WORD.findall(span.of(self._text))
        verbs = self._language.verbs
        finite = any(word.lower() in verbs.finite or "'" in word or "’" in word for word in words)
        if len(words) == _FRAGMENT_WORDS and verbs.past_endings and words[1].islower():
            finite = finite or words[1].endswith(verbs.past_endings)
        return len(words) <= _FRAGMENT_WORDS and not finite and not span.of(self._text).endswith("?")

    def _trimmed(self, start: int, end: int) -> Span | None:
        """Drop separators and an editor's omission at the edges."""
        first = _OMITTED_FIRST.match(self._text, start, end)
        start = first.end() if first else start
        last = _OMITTED.search(self._text, max(start, end - _OMISSION_CHARS), end)
        end = last.start() if last else end
        while start < end and self._text[start] in _EDGE_START:
            start += 1
        while end > start and self._text[end - 1] in _EDGE and not self._abbreviated(end):
            end -= 1
        return Span(start_char=start, end_char=end) if end - start > 1 else None

    def _abbreviated(self, end: int) -> bool:
        """Keep the full stops of an ellipsis and of ``U.S.``."""
        tail = self._text[max(0, end - 4) : end]
        return tail.endswith("...") or bool(_DOTTED.search(tail))

    def _left_out(self, content: Content) -> bool:
        """Questions, thanks, greetings and scraps are no claims."""
        text = content.spans[-1].of(self._text)
        if text.rstrip("\"'”’»)] ").endswith("?"):
            return True
        words = [word.lower() for word in _WORD.findall(" ".join(span.of(self._text) for span in content.spans))]
        if not words:
            return True
        if words[0] in self._language.phrases.requests or self._requests(content):
            return True
        worth = self._language.worth
        if not worth.because & set(words) and any(
            words[0] == p[0] and tuple(words[: len(p)]) == p for p in worth.courtesies
        ):
            return True
        return (words[0] in self._language.worth.thanks and len(words) <= _THANKS_WORDS) or len(words) < 2

    def _requests(self, content: Content) -> bool:
        """Tell whether quoted words only ask for something."""
        if content.quotation is not Quotation.DIRECT:
            return False
        span = content.spans[0]
        words = [
            token
            for index in content.sentences
            for token in self._reading.tokens[index]
            if span.start_char <= token.start < span.end_char
        ]
        return requests(words, self._language)

    def of_clause(self, frame: Sequence[Token], clause: Iterable[Stretch]) -> Content | None:
        """Return the content of an indirect clause; inner quotation marks come along.

        Args:
            frame: The unit's frame.
            clause: Its stretches, more than one where the attribution interrupts.
        """
        spans: list[Span] = []
        sentences: set[int] = set()
        for stretch in clause:
            tokens = frame[stretch.first : stretch.last]
            if not tokens:
                continue
            span = self._with_marks(tokens[0].start, tokens[-1].end, tokens[-1])
            trimmed = self._clipped(span)
            if trimmed is not None:
                spans.append(trimmed)
                sentences.update(token.sentence for token in tokens)
        words = [word.lower() for word in _WORD.findall(" ".join(span.of(self._text) for span in spans))]
        few = len(words) < 2 and not self._language.nouns.claimed.issuperset(words)
        if not words or few or self._is_stranded(words):
            return None
        quoted = any(span.overlaps(quote.inner) for quote in self._quotes_near(spans) for span in spans)
        content = Content(tuple(spans), Quotation.MIXED if quoted else Quotation.INDIRECT, tuple(sorted(sentences)))
        return None if spans[-1].of(self._text).endswith("?") else content

    def running_on(self, frame: Sequence[Token], last: Stretch, clause: Content, quoted: list[Content]) -> Content:
        """``said the tender was "a disgrace. Nobody was told"``: the clause goes on to the end of the first sentence.

        Args:
            frame: The unit's frame.
            last: The last stretch of the clause.
            clause: Its content.
            quoted: The contents of the quotations; the one that the clause takes in is removed.
        """
        if last.last >= len(frame) or frame[last.last].kind is not TokenKind.QUOTE:
            return clause
        open_, grammar = frame[last.last - 1], self._language.grammar
        small = grammar.prepositions | grammar.conjunctions | grammar.determiners | self._language.verbs.auxiliaries
        apart = open_.lower in grammar.splitters and not frame[last.last].resumes
        if open_.lower not in small or apart:
            return clause
        inner = self._reading.quotes[frame[last.last].quote].inner
        first = next((c for c in quoted if c.spans[0].start_char >= inner.start_char), None)
        if first is None or first.spans[0].start_char > inner.start_char + _OMISSION_CHARS:
            return clause
        quoted.remove(first)
        joined = Span(start_char=clause.spans[-1].start_char, end_char=first.spans[0].end_char)
        spans = (*clause.spans[:-1], joined, *first.spans[1:])
        return Content(spans, Quotation.MIXED, _union(clause.sentences, first.sentences))

    def _is_stranded(self, words: Sequence[str]) -> bool:
        """``where the records said it would be``: nothing but a pronoun and auxiliaries."""
        pronouns = self._language.pronouns
        known = pronouns.he | pronouns.she | pronouns.they | pronouns.it | pronouns.expletive
        return words[0] in known and all(word in self._language.verbs.auxiliaries for word in words[1:])

    def _quotes_near(self, spans: Sequence[Span]) -> list[Quoted]:
        low, high = spans[0].start_char, spans[-1].end_char
        return [q for q in self._reading.quotes_between(low, high) if not self._is_title(q)]

    def _is_title(self, quote: Quoted) -> bool:
        """Titles of works are written with capitals throughout."""
        words = _WORD.findall(quote.inner.of(self._text))
        small = self._language.function_words
        return len(words) > 1 and all(word[0].isupper() or word[0].isdigit() or word.lower() in small for word in words)

    def _with_marks(self, start: int, end: int, last: Token) -> Span:
        """Widen a range over the marks of quotations that begin or end with it."""
        for quote in self._reading.quotes_between(start - 1, end + 2):
            if quote.inner.start_char == start:
                start = quote.outer.start_char
            tail = (
                self._text[end : quote.inner.end_char] if quote.inner.start_char < end <= quote.inner.end_char else None
            )
            if tail is not None and not tail.strip(_EDGE + "!?…"):
                end = quote.outer.end_char
        return Span(start_char=start, end_char=end)

    def _clipped(self, span: Span) -> Span | None:
        """Drop separators at the edges, but not a full stop inside a closing mark."""
        start, end = span.start_char, span.end_char
        while start < end and self._text[start] in _EDGE_START:
            start += 1
        while end > start and self._text[end - 1] in _EDGE and not self._abbreviated(end):
            end -= 1
        return Span(start_char=start, end_char=end) if end > start else None

    def of_sentence(self, index: int, quotation: Quotation) -> Content | None:
        """Return a whole sentence as content, without its full stop."""
        sentence = self._reading.sentences[index]
        span = self._trimmed(sentence.span.start_char, sentence.span.end_char)
        if span is None:
            return None
        content = Content((span,), quotation, (index,))
        return None if self._left_out(content) else content

    def after(self, content: Content, start: int) -> Content | None:
        """Return a one-span content without what stands before `start`, such as a speaker's label."""
        span = self._trimmed(max(start, content.spans[0].start_char), content.spans[0].end_char)
        return Content((span,), content.quotation, content.sentences) if span is not None else None


def _union(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted({*first, *second}))
