"""Find quotations: every style of marks, nested, unclosed, and going on over paragraphs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.rules.language import Language
from extractor.schema import Span

_SINGLE_CHARS = 600
"""A single mark that is not closed within this many characters was an apostrophe."""
_OPENS_AFTER = "([{—–-/:«“„‘‚\"'…"
_DOUBLE_OPENERS = {"“": "”", "„": "“”", "«": "»", "»": "«", '"': '"', "”": "”", "‟": "”"}
_SINGLE_OPENERS = {"‘": "’", "‚": "‘’", "‹": "›", "›": "‹", "'": "'"}
_OPENER = re.compile(f"[{re.escape(''.join((*_DOUBLE_OPENERS, *_SINGLE_OPENERS)))}]")
_DASHES = "—–"
_INCISE = re.compile(r"[,!?…]\s+(\w+)")
_ATTRIBUTION_CHARS = 90
"""An attribution at the end of a line of dialogue is no longer."""
_AFTER_DASH = (" ", ".", ",", ";", ":")


@dataclass(frozen=True, slots=True)
class Quoted:
    """One outermost quotation inside one paragraph."""

    outer: Span
    """With the marks."""
    inner: Span
    """Without them and without outer spaces."""
    closed: bool
    """False when its closing mark is missing."""
    continues: bool = False
    """It goes on with the quotation that the paragraph before left open."""
    dash: bool = False
    """Spoken words after a dialogue dash, without marks."""


def quotations(text: str, paragraphs: Sequence[Span], language: Language) -> tuple[Quoted, ...]:
    """Find the outermost quotations of an article.

    Args:
        text: The article's text.
        paragraphs: The paragraphs to look at, in reading order.
        language: Says which mark closes which.

    Returns:
        The quotations in reading order; none overlaps another or crosses a paragraph. Apostrophes are
        none. A quotation without a closing mark ends with its paragraph when the next paragraph opens
        with a mark (one quotation over several paragraphs), or when it began one; else it is dropped
        unless it stands after a colon or comma.
    """
    found: list[Quoted] = []
    carried = False
    for number, block in enumerate(paragraphs):
        if language.quotation.dialogue_dash and text[block.start_char] in _DASHES:
            found.extend(_dialogue(text, block, language))
            carried = False
            continue
        quoted = _in_paragraph(text, block, language)
        if carried and quoted and quoted[0].outer.start_char == block.start_char:
            first = quoted[0]
            quoted[0] = Quoted(first.outer, first.inner, first.closed, continues=True)
        following = paragraphs[number + 1].start_char if number + 1 < len(paragraphs) else None
        carried = False
        if quoted and not quoted[-1].closed:
            opens_next = following is not None and text[following] in _DOUBLE_OPENERS
            if opens_next or _introduced(text, quoted[-1], block):
                carried = opens_next
            else:
                quoted.pop()
        found.extend(quoted)
    return tuple(found)


def _introduced(text: str, quoted: Quoted, block: Span) -> bool:
    start = quoted.outer.start_char
    return start == block.start_char or text[block.start_char : start].rstrip()[-1:] in (":", ",")


def _in_paragraph(text: str, block: Span, language: Language) -> list[Quoted]:
    found: list[Quoted] = []
    position, end = block.start_char, block.end_char
    while mark := _OPENER.search(text, position, end):
        position, char = mark.start(), mark[0]
        if char in _DOUBLE_OPENERS and _may_open(text, position, block):
            close = _close_double(text, position, end, language)
        elif char in _SINGLE_OPENERS and _may_open(text, position, block):
            close = _close_single(text, position, end)
            if close is None:
                position += 1
                continue
        else:
            position += 1
            continue
        quoted = _quoted(text, position, close, end)
        if quoted is not None:
            found.append(quoted)
        if close is None:
            break
        position = close + 1
    return found


def _quoted(text: str, start: int, close: int | None, block_end: int) -> Quoted | None:
    inner_start, inner_end = start + 1, block_end if close is None else close
    while inner_start < inner_end and text[inner_start].isspace():
        inner_start += 1
    while inner_end > inner_start and text[inner_end - 1].isspace():
        inner_end -= 1
    if inner_end <= inner_start:
        return None
    outer = Span(start_char=start, end_char=block_end if close is None else close + 1)
    return Quoted(outer, Span(start_char=inner_start, end_char=inner_end), close is not None)


def _may_open(text: str, position: int, block: Span) -> bool:
    """Tell whether a mark stands where an opening one can: before a word, not right after one."""
    if position + 1 >= block.end_char:
        return False
    char, after = text[position], text[position + 1]
    before = text[position - 1] if position > block.start_char else " "
    if char in "“„«‘‚‹":
        return not (char in "“‘" and before.isalnum() and after.isspace())
    if char in "»›”’":
        return before.isspace() and not after.isspace() and char != "’"
    if char == "'" and (after.isdigit() or not (after.isalnum() or after in "[(.…")):
        return False
    if after.isspace():
        return False
    return before.isspace() or before in _OPENS_AFTER or (char == '"' and before in ",.;!?")


def _close_double(text: str, start: int, end: int, language: Language) -> int | None:
    closers = _DOUBLE_OPENERS[text[start]]
    opener = text[start]
    if opener == '"':
        return _close_straight(text, start, end)
    depth = 0
    for position in range(start + 1, end):
        char = text[position]
        if char in closers:
            if depth == 0 and _closes(text, position, end, opener):
                return position
            depth = max(0, depth - 1)
        elif char == opener and char not in closers:
            depth += 1
        elif char in '”"' and opener in "“„”" and depth == 0 and _closes(text, position, end, char):
            return position
    if opener == "„" or depth:
        return _last_closer(text, start, end, closers)
    return None


def _close_straight(text: str, start: int, end: int) -> int | None:
    """Straight marks inside straight ones: ``"The "safe" bridge fell"``."""
    depth, first = 0, None
    for position in range(start + 1, end):
        if text[position] != '"':
            continue
        if not _closes(text, position, end, '"'):
            depth += 1
        elif depth:
            depth -= 1
            first = first if first is not None else position
        else:
            return position
    return first


def _last_closer(text: str, start: int, end: int, closers: str) -> int | None:
    position = max(text.rfind(char, start + 1, end) for char in closers)
    return position if position > start else None


def _closes(text: str, position: int, end: int, opener: str) -> bool:
    """A straight mark closes unless it stands before a word and after a space."""
    if opener != '"' or position + 1 >= end:
        return True
    return not (text[position - 1].isspace() and text[position + 1].isalnum())


def _close_single(text: str, start: int, end: int) -> int | None:
    closers = _SINGLE_OPENERS[text[start]]
    limit = min(end, start + _SINGLE_CHARS)
    fallback = None
    for position in range(start + 2, limit):
        char = text[position]
        if char in '"“”\n':
            return fallback
        if char not in closers:
            continue
        after = text[position + 1] if position + 1 < end else " "
        if text[position - 1].isspace() or after.isalnum():
            continue
        if text[position - 1] in "sz" and after == " " and text[position + 2 : position + 3].islower():
            fallback = fallback or position
            continue
        return position
    return fallback


def _dialogue(text: str, block: Span, language: Language) -> list[Quoted]:
    """Split a paragraph of dialogue at its dashes into spoken parts and the narrator's."""
    words = language.verbs.say | language.verbs.tell | language.verbs.quote
    found: list[Quoted] = []
    position = block.start_char + 1
    spoken = True
    for dash in [*_dashes(text, position, block.end_char), block.end_char]:
        part = text[position:dash]
        first = [word.strip(".,;:!?").lower() for word in part.split()[:3]]
        if found and spoken and any(word in words for word in first):
            spoken = False
        if spoken:
            quoted = _quoted(text, position - 1, None, _before_attribution(text, position, dash, words, language))
            if quoted is not None:
                found.append(Quoted(quoted.outer, quoted.inner, closed=True, dash=True))
        spoken = not spoken
        position = dash + 1
    return found


def _before_attribution(text: str, start: int, end: int, words: frozenset[str], language: Language) -> int:
    """``— Ils sont sept, explique l'institutrice.``: where no second dash parts the words from their attribution."""
    if not language.verbs.inverts or not any(mark in text[start:end] for mark in ",!?…"):
        return end
    for match in _INCISE.finditer(text, max(start + 1, end - _ATTRIBUTION_CHARS), end):
        if match[1].lower() in words:
            return match.start(1)
    return end


def _dashes(text: str, start: int, end: int) -> list[int]:
    """Dashes that stand apart on one side, unlike those inside a compound."""
    return [
        p
        for p in range(start, end)
        if text[p] in _DASHES and (text[p - 1].isspace() or text[p + 1 : p + 2] in _AFTER_DASH)
    ]
