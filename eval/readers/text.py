"""The text of a foreign case: normalised as ingest does it, with offsets that follow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from extractor.errors import IngestError
from extractor.ingest import make_article, normalise
from extractor.placing import ArticleIndex, build_index, occurrences, place_in
from extractor.schema import ArticleMetadata, GroundingLevel, Quotation, Span

_MARKS = frozenset('"“”„‟«»‹›「」『』')
_FOUND = frozenset({GroundingLevel.EXACT, GroundingLevel.NORMALISED, GroundingLevel.FUZZY})


@dataclass(frozen=True)
class GoldText:
    """A text as its file has it and as it is labelled here."""

    raw: str
    text: str
    sha256: str
    language: str
    origin: str

    def span(self, start: int, end: int) -> Span | None:
        """Return the range that ``[start, end)`` of the raw text has here; None for an empty one."""
        if self.raw != self.text:
            start, end = self._shifted(start), self._shifted(end)
        return Span(start_char=start, end_char=end) if start < end else None

    def _shifted(self, at: int) -> int:
        # The letter keeps white space before it from being taken for the end of the text.
        return min(len(normalise(self.raw[:at] + "x")) - 1, len(self.text))

    @cached_property
    def index(self) -> ArticleIndex:
        """What placing needs."""
        return build_index(self.text)

    def place(self, words: str, *, near: Span | None = None) -> tuple[Span, ...]:
        """Find words in the text, also in pieces or nearly.

        Returns:
            Their ranges in reading order; empty where the text does not have them, or has other numbers.
        """
        part = place_in(self.index, words, near=near)
        return part.spans if part.level in _FOUND else ()

    def beside(self, words: str, content: Span) -> Span | None:
        """Find the words nearest to a content, outside it where there is a choice."""
        everywhere = occurrences(self.index, words) if words else []
        outside = [span for span in everywhere if not span.overlaps(content)]
        if not outside:
            return next(iter(self.place(words, near=content)), None)

        def distance(span: Span) -> int:
            return max(span.start_char - content.end_char, content.start_char - span.end_char)

        return min(outside, key=distance)

    def words_at(self, spans: Iterable[Span]) -> str:
        """Return what the text has there, pieces joined by a space."""
        return " ".join(" ".join(span.of(self.text) for span in spans).split())

    def quotation(self, spans: Sequence[Span]) -> Quotation:
        """Tell from the quotation marks how the words are given, as PARC3 does (Pareti 2016).

        Direct where all words stand between marks, mixed where some do, else indirect. Marks do not reach
        over the end of a paragraph.
        """
        quoted = bare = False
        for span in spans:
            paragraph = self.text.rfind("\n", 0, span.start_char) + 1
            inside = sum(char in _MARKS for char in self.text[paragraph : span.start_char]) % 2 == 1
            for char in span.of(self.text):
                if char == "\n":
                    inside = False
                elif char in _MARKS:
                    inside = not inside
                elif char.isalnum():
                    quoted, bare = quoted or inside, bare or not inside
        if not quoted:
            return Quotation.INDIRECT
        return Quotation.MIXED if bare else Quotation.DIRECT


def gold_text(raw: str, *, origin: str, title: str | None = None, language: str | None = None) -> GoldText | None:
    """Normalise a text; None where it is empty.

    Args:
        raw: As the file has it; a byte order mark counts in its offsets.
        origin: Where it is from.
        title: Helps ingest to tell the header from the body.
        language: ISO 639-1; told from the text when None.
    """
    metadata = ArticleMetadata(title=title, origin=origin, **({"language": language} if language else {}))
    try:
        article = make_article(raw, metadata)
    except IngestError:
        return None
    return GoldText(
        raw=raw, text=article.text, sha256=article.sha256, language=article.metadata.language, origin=origin
    )


def bare_words(words: str) -> str:
    """Take the outer quotation marks and a closing comma or full stop off a quotation."""
    return words.strip().strip("".join(_MARKS)).rstrip(",.;: ").strip("".join(_MARKS))
