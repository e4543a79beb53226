"""Quotations must be in the article word for word, and in quotation marks."""

import re
from collections.abc import Iterable, Iterator

from extractor.check.words import shown
from extractor.passage import Passage, certain
from extractor.placing import normalise_wording
from extractor.schema import Article, Claim, Flag, FlagCode, Quotation

_QUOTED = re.compile(r"“([^“”]+)”|«([^«»]+)»|„([^„“”]+)[“”]|\"([^\"]+)\"|(?<!\w)‘([^‘’]{8,})’(?!\w)")
_MARKS = '"“”„«»‹›「」'
_SINGLE_MARKS = "'‘’"
_APART = re.compile(r"(?<!\w)['‘]|['’](?!\w)")
"""A single mark that is no apostrophe."""
_TURN = re.compile(r"\s*(?:[-–—]\s|[^.!?\n:]{1,60}:\s)")
"""A paragraph that is a turn of its own in an interview or a dialogue; such words need no marks."""
_CLOSE_CHARS = 200
_LOOK_BACK_CHARS = 4_000
"""How far before a quotation its opening mark is looked for: a quotation may run over paragraphs."""


def misquotes(article: Article, claim: Claim, passage: Passage) -> Iterator[Flag]:
    """Flag quotations that the article does not have, or not in marks."""
    if claim.quotation is Quotation.DIRECT and not certain(claim):
        there = f" It has: {shown(passage.content)}" if passage.content else ""
        detail = f"Given as a direct quotation, but the article does not have these words.{there}"
        yield Flag(code=FlagCode.MISQUOTE, detail=detail)
    elif claim.quotation is Quotation.DIRECT and not all(
        _in_marks(article.text, s.start_char) for s in claim.content.spans
    ):
        detail = "Given as a direct quotation, but in the article these words are not in quotation marks."
        yield Flag(code=FlagCode.MISQUOTE, detail=detail)
    for words in dict.fromkeys((*_quoted(claim.text), *_quoted(claim.content.text))):
        wanted = normalise_wording(words).strip(" ,.;:")
        if (
            wanted
            and "[" not in wanted
            and not any(wanted in normalise_wording(t) for t in (passage.sentences, article.text))
        ):
            yield Flag(code=FlagCode.MISQUOTE, detail=f"The article does not have the quoted words {shown(words)}")


def _quoted(text: str) -> Iterable[str]:
    return (next(g for g in m.groups() if g) for m in _QUOTED.finditer(text))


def _in_marks(text: str, at: int) -> bool:
    """Tell whether a quotation is open at a position.

    Each mark is read by its shape and neighbours, not counted: an odd number of marks earlier in the
    article must not turn everything after it round.
    """
    paragraph = text.rfind("\n", 0, at) + 1
    if _TURN.match(text, paragraph, at + 1) or text[at : at + 1] in "\"“„«‘'":
        return True
    before_it = text[max(0, at - _LOOK_BACK_CHARS) : at]
    if _introduced(text[max(0, at - _LOOK_BACK_CHARS) : paragraph].rstrip()):
        return True
    # The opening mark mostly stands close by.
    last = max(before_it.rfind(mark, -_CLOSE_CHARS) for mark in _MARKS)
    last = last if last >= 0 else max(map(before_it.rfind, _MARKS))
    if last < 0:
        # Single marks are mostly apostrophes; they count only where there are no others.
        last = len(before_it)
        while (last := max(before_it.rfind(mark, 0, last) for mark in _SINGLE_MARKS)) >= 0:
            if _APART.match(before_it, last):
                break
    if last < 0:
        return False
    mark, before, after = before_it[last], before_it[:last][-1:], before_it[last + 1 :][:1]
    if not after:
        return not (mark in "”’" and before.strip())
    if mark in "„“«‹‘「":
        return mark != "“" or not _closes(before, after)
    if mark in "”’›」":
        return False
    return not _closes(before, after)


def _introduced(before: str) -> bool:
    """Tell whether what stands before a paragraph makes it a block quotation, or the answer to an asker's question."""
    line = before[before.rfind("\n") + 1 :]
    return before.endswith(":") or (before.endswith("?") and bool(_TURN.match(line)))


def _closes(before: str, after: str) -> bool:
    return bool(before.strip()) and before not in "([—–-" and not after.isalnum()
