"""Cut an article's body into numbered sentences with exact offsets.

Our own, because sentences must be cut inside quotations too and carry offsets into the untouched
text: sentencex 1.0 and pysbd 0.3 both keep a quotation of several sentences in one piece, and pysbd
takes 8 ms an article.
"""

import re
from collections.abc import Iterator

from extractor.rules.language import Language, language_of
from extractor.schema import Article, Sentence, Span

_LINE = re.compile(r"[^\n]*")
_BREAK = re.compile(
    r"(?P<mark>[.!?…。！？।॥]+|\[(?:\.{3}|…)\])"  # the mark that may end a sentence
    r"(?P<close>(?:[\"”’»“›')\]}]|[ \u00a0\u202f](?:»|[\"”](?=\s|$)))*)"  # what belongs to the sentence it closes
    r"(?P<gap>\s+|(?<=[^\W\d_]{3}\.)(?=[^\W\d_]{2})|$)",  # a space, or none at all in careless copy
)
_WORD_BEFORE = re.compile(r"[^\s\"“”„«»(\[]+$")
_NEXT_WORD = re.compile(r"[\s\"“”„«»‘’'(\[—–-]*([^\W_]+)")
_DATELINE = re.compile(
    r"\s*[^\W\d_a-z][^\W\d_a-z .’'-]{2,30}(?:,\s[^\W\d_][^\n()—–,]{1,30}){0,2}"  # PUERTO ALMIRA, Costa Verina
    r"(?:\s*\([^()\n]{2,40}\)\s*(?:--|—|–|-)|\s*(?:--|—|–)|\s-"  # (Meridian Wire) --
    r"|:(?!(?s:.*)\n[^\W\d_a-z][^\W\d_a-z .’'-]{0,30}:\s))\s+"  # NEW VARN: but not the first label of a transcript
)
"""Where and by whom an agency's story was filed: no part of its first sentence."""
_HARD_WRAP_CHARS = range(55, 101)
"""Line lengths at which mail and wire software breaks lines inside a paragraph."""
_LOOK_CHARS = 40
_MAX_SENTENCE_CHARS = 4000
"""The longest sentence of 294 news articles has 655; beyond this it is a table, a list or no text at all."""


def segment(article: Article) -> tuple[Sentence, ...]:
    """Cut the body into sentences.

    Args:
        article: The article; everything before its `body_start_char` is left out.

    Returns:
        The sentences in reading order, without outer whitespace; none for an empty body. No sentence
        crosses a paragraph; a quotation of several sentences is cut like other text, its closing mark
        going with the sentence before it.
    """
    language = language_of(article)
    sentences: list[Sentence] = []
    dateline = _DATELINE.match(article.text, article.body_start_char)
    start = dateline.end() if dateline else article.body_start_char
    for paragraph, block in enumerate(_paragraphs(article.text, start)):
        for span in _sentences(article.text, block, language):
            sentences.append(Sentence(index=len(sentences), paragraph=paragraph, span=span))
    return tuple(sentences)


def _paragraphs(text: str, start: int) -> Iterator[Span]:
    """Give the stretches between line breaks, hard-wrapped lines joined; no empty ones."""
    begin: int | None = None
    end = line_start = start
    position = start
    while position <= len(text):
        match = _LINE.match(text, position)
        line_end = match.end() if match else len(text)
        stripped = _stripped(text, position, line_end)
        if stripped is None:
            if begin is not None:
                yield Span(start_char=begin, end_char=end)
            begin = None
        elif begin is None:
            begin, end = stripped.start_char, stripped.end_char
        elif _wraps(text, line_start, end, stripped):
            end = stripped.end_char
        else:
            yield Span(start_char=begin, end_char=end)
            begin, end = stripped.start_char, stripped.end_char
        if stripped is not None:
            line_start = stripped.start_char
        position = line_end + 1
    if begin is not None:
        yield Span(start_char=begin, end_char=end)


def _wraps(text: str, line_start: int, line_end: int, following: Span) -> bool:
    """Tell whether the next line goes on with a paragraph that was broken at a fixed width."""
    first, last = text[following.start_char], text[line_end - 1]
    if first.islower():
        return True
    return line_end - line_start in _HARD_WRAP_CHARS and (last.isalnum() or last in ",;") and first not in "*•|-–—"


def _sentences(text: str, block: Span, language: Language) -> Iterator[Span]:
    start = block.start_char
    for match in _BREAK.finditer(text, block.start_char, block.end_char):
        if match.start() < start or not _ends(text, match, start, block.end_char, language):
            continue
        yield from _bounded(text, start, match.end("close"))
        start = match.end()
    yield from _bounded(text, start, block.end_char)


def _bounded(text: str, start: int, end: int) -> Iterator[Span]:
    """Give a sentence; what is too long to be one comes in pieces, so that later stages stay linear."""
    while end - start > _MAX_SENTENCE_CHARS:
        limit = start + _MAX_SENTENCE_CHARS
        space = max(text.rfind(" ", start + 1, limit), text.rfind("\n", start + 1, limit))
        cut = space if space > start else limit
        span = _stripped(text, start, cut)
        if span is not None:
            yield span
        start = cut
    span = _stripped(text, start, end)
    if span is not None:
        yield span


def _ends(text: str, match: re.Match[str], start: int, block_end: int, language: Language) -> bool:
    """Decide whether the mark found ends a sentence."""
    if match.end("close") >= block_end:
        return True
    following = _NEXT_WORD.match(text, match.end("close"), min(block_end, match.end() + _LOOK_CHARS))
    if following is None:
        return match["gap"] != ""
    word = following[1]
    if word[0].islower():
        return False
    if match["gap"] == "" and (not word[:1].isupper() or text[following.end() : following.end() + 1] in (".", "/")):
        return False
    if match["mark"] == ".":
        return _full_stop_ends(text, match, start, word, language)
    if match["close"] and match["mark"][-1] in "?!":
        return not _goes_on(text, match.end(), block_end, language)
    return True


def _full_stop_ends(text: str, match: re.Match[str], start: int, following: str, language: Language) -> bool:
    before = _WORD_BEFORE.search(text, max(start, match.start() - _LOOK_CHARS), match.start())
    if before is None or match["close"].strip("'’") not in ("",):
        return True
    word = before[0].lower().lstrip("'’‘")
    opens = following.lower() in language.function_words
    data = language.segmentation
    if word in data.before_numbers and not following.isdigit():
        return True
    if word in data.abbreviations:
        return word.isdigit()
    if word.isdigit():
        return not (data.ordinals and len(word) <= 2 and (not opens or following.lower() in language.months))
    if len(word) == 1 and word.isalpha() and before[0].isupper():
        return opens
    if word in data.maybe_abbreviations or _is_dotted(word):
        return opens
    return True


def _is_dotted(word: str) -> bool:
    """Recognise ``u.s`` and ``z.b``, the last full stop being cut off."""
    parts = word.split(".")
    return len(parts) > 1 and all(len(part) == 1 and part.isalpha() for part in parts)


def _goes_on(text: str, position: int, block_end: int, language: Language) -> bool:
    """Tell whether ``"Why?"`` is followed by its attribution, such as ``Smith asked``."""
    words = text[position : min(block_end, position + _LOOK_CHARS)].split()[:4]
    for number, word in enumerate(words):
        if word.strip(",.:;").lower() in language.segmentation.after_question:
            return True
        if not word[:1].isupper() or (number == 0 and word.lower() in language.function_words):
            return False
    return False


def _stripped(text: str, start: int, end: int) -> Span | None:
    """Return the range without outer whitespace; None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start_char=start, end_char=end) if end > start else None
