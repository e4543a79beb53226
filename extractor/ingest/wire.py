"""The header of an article: section line, headline, deck, byline and dateline before the body.

It is read with restraint: a headline that stays in the body costs one odd sentence, a first
paragraph taken for a headline costs its claims. So there are two ways only. Above a dateline,
short lines are a header. Without one, a first line is a headline when it stands alone, has no
full stop and prose follows, or when it is the title that the input names.
"""

import re
from itertools import islice

from extractor.ingest.dateline import Dateline, read_dateline, read_day
from extractor.schema import ArticleMetadata, Value

_MAX_HEADER_LINES = 6
_MAX_HEADER_CHARS = 250
"""A deck of two sentences fits; the shortest first paragraph of the news looked at does not end without a stop."""
_MAX_HEADLINE_CHARS = 160
_MIN_PROSE_CHARS = 40
_UNWRAPPED_CHARS = 120
"""Hard-wrapped text has shorter lines: a line as long as this is a paragraph of its own."""

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_BYLINE = re.compile(r"(?:By|BY|by)[ :]\s*(?P<names>[^\W\d_].{2,100})")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
_STOP = re.compile(r"[.…:;,][\"'”’»)\]]*$")

_SECTION_WORDS = frozenset(
    "& all and africa americas asia breaking business culture defence defense diplomacy economy emergencies"
    " environment europe finance health home international latest local markets military national news politics"
    " science society sport sports stories tech technology top world".split()
)
"""Of two lines the first is a section only when it has nothing but these; of three, when it is short."""


class Header(Value):
    """What stands before the body, and where the body begins."""

    metadata: ArticleMetadata
    body_start_char: int = 0


class _Line(Value):
    """One line that is not blank."""

    start_char: int
    """Of its first character that is not white space."""
    text: str
    """Without white space around it."""
    stands_alone: bool
    """A blank line, or nothing, follows."""


def read_header(text: str, known: ArticleMetadata) -> Header:
    """Find where the body begins, and read what stands before it.

    Args:
        text: A normalised text.
        known: What the input says already; it is never overwritten.

    Returns:
        The metadata with gaps filled, and the start of the body in code points: 0 without a
        header. The body is never empty.
    """
    lines = _first_lines(text)
    for i, line in enumerate(lines):
        dateline = read_dateline(line.text)
        if dateline and (i or dateline.certain):
            return _above_dateline(text, lines, i, dateline, known)
    n_header = _count_header_lines(lines, known)
    if not 0 < n_header < len(lines):
        return Header(metadata=known)
    header = [line.text for line in lines[:n_header]]
    return Header(metadata=_fill(known, header, None), body_start_char=lines[n_header].start_char)


def _first_lines(text: str) -> list[_Line]:
    lines = []
    for match in islice(_LINE.finditer(text), _MAX_HEADER_LINES + 1):
        content = match[0].strip()
        following = text[match.end() + 1 : match.end() + 200].partition("\n")[0]
        lines.append(
            _Line(
                start_char=match.start() + match[0].index(content),
                text=content,
                stands_alone=not following.strip(),
            )
        )
    return lines


def _above_dateline(text: str, lines: list[_Line], i: int, dateline: Dateline, known: ArticleMetadata) -> Header:
    header = [line.text for line in lines[:i]]
    too_long = any(len(line) > _MAX_HEADER_CHARS for line in header)
    if too_long or (header and _STOP.search(header[0]) and not _same(header[0], known.title)):
        return Header(metadata=known)
    body_start_char = lines[i].start_char + dateline.length
    while body_start_char < len(text) and text[body_start_char].isspace():
        body_start_char += 1
    if body_start_char >= len(text):
        return Header(metadata=known)
    return Header(metadata=_fill(known, header, dateline), body_start_char=body_start_char)


def _count_header_lines(lines: list[_Line], known: ArticleMetadata) -> int:
    """Count the lines before the body of a text without a dateline: 0 when in doubt."""
    if not lines:
        return 0
    titled = _same(lines[0].text, known.title)
    if not titled and (known.title is not None or not _is_headline(lines, 0)):
        return 0
    n = 1
    while n < len(lines) and (_is_small_print(lines[n].text) or (n == 1 and _is_headline(lines, n))):
        n += 1
    return n if titled or (n < len(lines) and _is_prose(lines[n].text)) else 0


def _is_headline(lines: list[_Line], i: int) -> bool:
    """Tell whether a line stands apart as a headline or deck does."""
    line = lines[i]
    if i + 1 == len(lines) or len(line.text) > _MAX_HEADLINE_CHARS or " " not in line.text:
        return False
    apart = line.stands_alone or len(lines[i + 1].text) >= _UNWRAPPED_CHARS or _is_small_print(lines[i + 1].text)
    begins_well = line.text[0].isalnum() or line.text[0] in "\"'“‘«"
    return apart and begins_well and not _STOP.search(line.text)


def _is_prose(line: str) -> bool:
    return len(line) >= _UNWRAPPED_CHARS or (len(line) >= _MIN_PROSE_CHARS and bool(_SENTENCE_END.search(line)))


def _is_small_print(line: str) -> bool:
    return len(line) < _MAX_HEADLINE_CHARS and bool(_BYLINE.fullmatch(line) or read_day(line))


def _same(line: str, title: str | None) -> bool:
    return title is not None and " ".join(line.split()).casefold() == " ".join(title.split()).casefold()


def _fill(known: ArticleMetadata, header: list[str], dateline: Dateline | None) -> ArticleMetadata:
    """Give each header line its place; what the input said stays."""
    found: dict[str, object] = {}
    headlines = []
    for line in header:
        if byline := _BYLINE.fullmatch(line):
            found.setdefault("byline", byline["names"].strip())
        elif day := read_day(line):
            found.setdefault("published", day.published)
        else:
            headlines.append(line)
    if _is_section(headlines, known.title):
        found["section"] = headlines.pop(0)
    found.update(zip(("title", "deck"), headlines, strict=False))
    if dateline:
        found["dateline"] = dateline.printed
        found["publisher"] = dateline.agency
        found["published"] = dateline.published or found.get("published")
    gaps = {name: value for name, value in found.items() if getattr(known, name) is None}
    return known.model_copy(update=gaps)


def _is_section(headlines: list[str], title: str | None) -> bool:
    """Tell a section line ("All news") above a headline from a headline above its deck."""
    if len(headlines) < 2:
        return False
    if title is not None and any(_same(line, title) for line in headlines[:2]):
        return _same(headlines[1], title)
    words = headlines[0].casefold().split()
    short = len(words) <= 3 and len(headlines[1].split()) > 3 and headlines[0][-1] not in "?!"
    return short and (len(headlines) > 2 or _SECTION_WORDS.issuperset(words))
