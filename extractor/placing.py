"""Find where an article says something: exactly, after normalising, in pieces, or nearly.

An `ArticleIndex` is built once per article; placing a string then costs microseconds where the article has
it, and a fraction of a millisecond where it only resembles it.
"""

import heapq
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from extractor.schema import GroundingLevel, Part, Sentence, Span

MIN_SCORE = 0.8
MIN_COVERAGE = 0.7
MIN_MARGIN = 0.03
"""Thresholds for a near match, measured on `eval.bench_grounding.plant` with seeds 0-11: they keep 0.977 of 480
edited quotations and place 0.042 of 120 invented ones, which are made of the article's own phrases and reach a
score of 0.87; a score of 0.8 alone keeps 0.985 and places 0.067. A second place that is closer than the
margin makes the match ambiguous."""
MIN_FUZZY_CHARS = 12
"""Below this length chance resemblance is the rule."""
MAX_INTERRUPTION_WORDS = 30
"""How much of the article may stand between two pieces of an interrupted quotation."""
N_WINDOWS = 3
"""Places looked at for a near match."""
MIN_VOTES = 0.5
"""Share of the votes of the likeliest place below which another is not looked at."""
COMMON_WORD = 40
"""A word that occurs more often than this in the article says little about the place."""

_QUOTES = "\"'“”„‟‘’‚‛«»‹›`´″′「」『』〝〞＂＇"
_DASHES = "-‐‑‒–—―−﹘﹣－"
_SPACES = "\t\n\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_ALIKE = {**dict.fromkeys(_QUOTES, "'"), **dict.fromkeys(_DASHES, "-"), **dict.fromkeys(_SPACES, " ")}
_SHORTENED = re.compile(
    # Most characters are none of these: one look ahead spares them the trial of every form.
    f"(?=[{_DASHES}\\s\u00ad\u200b-\u200d\u2060\ufeff….'`])(?:"
    "(?P<gone>[\u00ad\u200b-\u200d\u2060\ufeff]|(?<=[«])\\s|\\s(?=»(?:\\W|$)))"
    "|(?P<ellipsis>\\s*(?:…|\\.(?:\\s?\\.){2,})\\s*)"
    f"|(?P<quote>''|``)|(?P<dash>\\s*[{_DASHES}]+\\s*)|(?P<space>\\s{{2,}}))"
)
_STANDS_FOR = {"gone": "", "ellipsis": "…", "quote": "'", "dash": "-", "space": " "}
_WORD = re.compile(r"[^\W_]+(?:['’.,][^\W_]+)*")
_DIGIT_WORD = re.compile(r"\d+(?:[.,]\d+)*")
_LOOSE_QUOTE = re.compile(r"'(?!\w)|(?<!\w)'")
"""A quotation mark, as opposed to an apostrophe within a word."""
_EDGE = " ,;:.-'"


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text with quotation marks, dashes, ellipses and spaces made alike, and the way back."""

    text: str
    starts: tuple[int, ...]
    """Ascending positions of `text` at which a stretch of one-to-one characters begins."""
    origins: tuple[int, ...]
    """The position of the original at each of `starts`."""

    def origin(self, at: int) -> int:
        """Return the position in the original of a position in `text`."""
        run = bisect_right(self.starts, at) - 1
        return self.origins[run] + at - self.starts[run]

    def span(self, start: int, end: int) -> Span:
        """Return the range of the original behind ``[start, end)`` of `text`."""
        run = bisect_right(self.starts, end - 1) - 1
        # A character that stands for several ends where they end.
        whole = run + 1 < len(self.starts) and self.starts[run + 1] == end and self.starts[run] == end - 1
        end_char = self.origins[run + 1] if whole else self.origin(end - 1) + 1
        return Span(start_char=self.origin(start), end_char=end_char)


@dataclass(frozen=True, slots=True)
class ArticleIndex:
    """What placing needs to know about an article, worked out once."""

    text: str
    normalised: Normalised
    folded: str
    """The normalised text, case-folded."""
    words: tuple[str, ...]
    """Words of the normalised text, lower case, in reading order."""
    word_starts: tuple[int, ...]
    word_ends: tuple[int, ...]
    """Their ranges in the normalised text."""
    where: dict[str, list[int]]
    """Every place of a word, as indices of `words`."""
    sentences: tuple[Sentence, ...] = ()


def normalise_wording(text: str) -> str:
    """Make quotation marks, dashes, ellipses and spaces alike, and compose accents; case is kept."""
    return _normalised(unicodedata.normalize("NFC", text)).text.strip()


def build_index(text: str, sentences: Iterable[Sentence] = ()) -> ArticleIndex:
    """Prepare a text for placing.

    Args:
        text: `Article.text`.
        sentences: Its sentences; they widen a match whose numbers differ to what is certain, the sentence.
    """
    normalised = _normalised(text)
    found = [(m[0].casefold(), m.start(), m.end()) for m in _WORD.finditer(normalised.text)]
    where: dict[str, list[int]] = {}
    for i, (word, _, _) in enumerate(found):
        where.setdefault(word, []).append(i)
    return ArticleIndex(
        text=text,
        normalised=normalised,
        folded=normalised.text.casefold(),
        words=tuple(w for w, _, _ in found),
        word_starts=tuple(s for _, s, _ in found),
        word_ends=tuple(e for _, _, e in found),
        where=where,
        sentences=tuple(sentences),
    )


def place(text: str, needle: str, *, near: Span | None = None) -> Part:
    """Find one string in a text; `place_in` does the same for many strings.

    Args:
        text: Where to look.
        needle: What to look for, as an extractor gave it.
        near: Where it is expected; decides between several equally good places.

    Returns:
        The part with its spans in reading order, or level not_found.
    """
    return place_in(build_index(text), needle, near=near)


def place_in(
    index: ArticleIndex, needle: str, *, near: Span | None = None, after_char: int = 0, whole_words: bool = True
) -> Part:
    """Find one string in an indexed article.

    Tried in turn: the very characters; the normalised characters; the words in several pieces, where the
    article interrupts a quotation; a near match, which a different number reduces to the sentence.

    Args:
        index: The article.
        needle: What to look for, as an extractor gave it.
        near: Where it is expected; the nearest of several places is taken.
        after_char: Without `near`, the first place at or after this position is taken, else the first of all.
        whole_words: Refuse a match that begins or ends inside a word (``he`` in ``the``).

    Returns:
        The part with its spans in reading order, or level not_found.
    """
    part = locate(index, needle, near=near, after_char=after_char, whole_words=whole_words)
    return part or place_nearly(index, needle, near=near)


def place_all(text: str, needles: Iterable[str]) -> tuple[Part, ...]:
    """Find many strings in one text; their order settles phrases that the text repeats.

    Args:
        text: Where to look.
        needles: What to look for, in reading order.

    Returns:
        One part for each needle, in the same order.
    """
    index = build_index(text)
    parts: list[Part] = []
    after_char = 0
    for needle in needles:
        part = place_in(index, needle, after_char=after_char)
        if part.level in (GroundingLevel.EXACT, GroundingLevel.NORMALISED):
            # A near match may be wrong; only a certain one moves the place where the next is expected.
            after_char = part.spans[-1].end_char
        parts.append(part)
    return tuple(parts)


def locate(
    index: ArticleIndex, needle: str, *, near: Span | None = None, after_char: int = 0, whole_words: bool = True
) -> Part | None:
    """Find one string by its words alone, without near matches; arguments as for `place_in`.

    Returns:
        A part of level exact or normalised; of level fuzzy where all words are there but case or punctuation
        between them differ; None where words are missing.
    """
    if not needle.strip():
        return None
    exact = occurrences(index, needle, whole_words=whole_words)
    if exact:
        return Part(text=needle, spans=(_choose(exact, near, after_char),), level=GroundingLevel.EXACT)
    wanted = normalise_wording(needle)
    for variant in dict.fromkeys((wanted, wanted.strip(_EDGE))):
        alike = [index.normalised.span(s, e) for s, e in _find_all(index.normalised.text, variant, whole_words)]
        if alike:
            return Part(text=needle, spans=(_choose(alike, near, after_char),), level=GroundingLevel.NORMALISED)
    spans = _in_pieces(index, wanted, near, after_char)
    return _pieces_part(index, needle, wanted, spans) if spans else None


def occurrences(index: ArticleIndex, needle: str, *, whole_words: bool = True) -> list[Span]:
    """Return every place of the very characters of `needle`, in reading order."""
    return [Span(start_char=s, end_char=e) for s, e in _find_all(index.text, needle, whole_words)]


def place_nearly(index: ArticleIndex, needle: str, *, near: Span | None = None) -> Part:
    """Find the stretch that resembles a string most.

    Returns:
        A part of level fuzzy with its score; of level sentence where the place is clear but its numbers
        differ; of level not_found where nothing resembles it enough, or two places do equally.
    """
    missing = Part(text=needle, level=GroundingLevel.NOT_FOUND)
    wanted = normalise_wording(needle)
    words = [m[0].casefold() for m in _WORD.finditer(wanted)]
    if len(wanted) < MIN_FUZZY_CHARS or len(words) < 3:
        return missing
    matches = [m for at in _windows(index, words) if (m := _align(index, wanted, words, at))]
    matches.sort(key=lambda m: -m.score)
    rivals = [m for m in matches[1:] if m.start >= matches[0].end or m.end <= matches[0].start]
    close = [m for m in rivals if matches[0].score - m.score < MIN_MARGIN]
    if not matches or (close and near is None):
        return missing
    best = min((matches[0], *close), key=lambda m: _distance(m.span, near)) if near and close else matches[0]
    if sorted(_DIGIT_WORD.findall(wanted)) != sorted(_DIGIT_WORD.findall(index.normalised.text[best.start : best.end])):
        return Part(text=needle, spans=_widened(index, best.span), level=GroundingLevel.SENTENCE)
    return Part(text=needle, spans=(best.span,), level=GroundingLevel.FUZZY, score=best.score)


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int
    score: float
    span: Span


def _normalised(text: str) -> Normalised:
    pieces, starts, origins = [], [0], [0]
    at = length = 0
    for match in _SHORTENED.finditer(text):
        stands_for = _STANDS_FOR[match.lastgroup or "space"]
        if len(stands_for) == match.end() - match.start():
            continue
        pieces += [text[at : match.start()], stands_for]
        length += match.start() - at + len(stands_for)
        at = match.end()
        starts.append(length)
        origins.append(at)
        if stands_for:
            # The one character that stands for several begins where they begin.
            starts.insert(-1, length - 1)
            origins.insert(-1, match.start())
    pieces.append(text[at:])
    plain = "".join(pieces)
    # Few of them occur in a text; translating looks every character up.
    for char in _ALIKE.keys() & set(plain):
        plain = plain.replace(char, _ALIKE[char])
    return Normalised(plain, tuple(starts), tuple(origins))


def _find_all(text: str, needle: str, whole_words: bool) -> list[tuple[int, int]]:
    found = []
    at = text.find(needle) if needle else -1
    while at >= 0:
        end = at + len(needle)
        if not whole_words or not (_inside_word(text, at) or _inside_word(text, end)):
            found.append((at, end))
        at = text.find(needle, at + 1)
    return found


def stands_in(text: str, words: str) -> bool:
    """Tell whether a text has some words as they are written, and not only as a part of longer ones."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        if not (_letter(text[at - 1 : at]) or _letter(text[end : end + 1])):
            return True
        at = text.find(words, at + 1)
    return False


def _letter(char: str) -> bool:
    return char.isalnum() or char == "_"


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _distance(span: Span, near: Span | None) -> int:
    if near is None:
        return 0
    return max(0, span.start_char - near.end_char + 1, near.start_char - span.end_char + 1)


def _choose(spans: Sequence[Span], near: Span | None, after_char: int) -> Span:
    if near is not None:
        return min(spans, key=lambda s: (_distance(s, near), abs(s.start_char - near.start_char)))
    return next((s for s in spans if s.start_char >= after_char), spans[0])


def _in_pieces(index: ArticleIndex, wanted: str, near: Span | None, after_char: int) -> tuple[Span, ...]:
    """Place words that the article interrupts: ``"A," she said, "B"`` given as ``A, B`` or with the interruption."""
    words = [m[0].casefold() for m in _WORD.finditer(wanted)]
    if len(words) < 4 or not all(word in index.where for word in words):
        return ()
    found = []
    for start in index.where.get(words[0], ()):
        goes_on = index.words[start + 1 : start + 2] == (words[1],)
        if not goes_on and index.normalised.text[index.word_ends[start] : index.word_ends[start] + 1] == " ":
            continue
        runs = _runs(index, words, start)
        if runs and all(_interrupts(index, a, b) for (_, a), (b, _) in pairwise(runs)):
            found.append(tuple(_words_span(index, a, b) for a, b in runs))
    if not found:
        return ()
    by_first = {spans[0]: spans for spans in reversed(found)}
    spans = by_first[_choose([s[0] for s in found], near, after_char)]
    return spans


def _pieces_part(index: ArticleIndex, needle: str, wanted: str, spans: tuple[Span, ...]) -> Part:
    """Judge whether the pieces have the very wording, or whether case and punctuation inside them differ."""
    bare, at = _LOOSE_QUOTE.sub("", wanted), 0
    pieces = [_LOOSE_QUOTE.sub("", normalise_wording(s.of(index.text))) for s in spans]
    for piece in pieces:
        at = bare.find(piece, at)
        if at < 0:
            score = fuzz.ratio(bare, " ".join(pieces)) / 100
            return Part(text=needle, spans=spans, level=GroundingLevel.FUZZY, score=score)
        at += len(piece)
    return Part(text=needle, spans=spans, level=GroundingLevel.NORMALISED)


def _runs(index: ArticleIndex, words: Sequence[str], start: int) -> list[tuple[int, int]]:
    """Follow the words from one place of the article; a run ends where the article puts others in between."""
    runs: list[tuple[int, int]] = []
    at, done = start, 0
    while done < len(words):
        length = 0
        while (
            done + length < len(words)
            and at + length < len(index.words)
            and index.words[at + length] == words[done + length]
        ):
            length += 1
        if not length:
            return []
        runs.append((at, at + length))
        done += length
        if done < len(words):
            places = index.where.get(words[done], [])
            following = words[done : done + 2]
            after = at + length
            nearby = places[bisect_left(places, after + 1) : bisect_right(places, after + MAX_INTERRUPTION_WORDS)]
            resumed = [p for p in nearby if list(index.words[p : p + len(following)]) == following]
            if not resumed or len(runs) == 4:
                return []
            at = resumed[0]
    return runs


def _interrupts(index: ArticleIndex, end: int, start: int) -> bool:
    """Tell whether what stands between two pieces closes and reopens a quotation, or is set off by commas."""
    between = index.normalised.text[index.word_ends[end - 1] : index.word_starts[start]]
    return between.count("'") >= 2 or (start - end <= 8 and between[0] in ",-" and between.rstrip(" '")[-1:] in ",-")


def _words_span(index: ArticleIndex, start: int, end: int) -> Span:
    return index.normalised.span(index.word_starts[start], index.word_ends[end - 1])


def _windows(index: ArticleIndex, words: Sequence[str]) -> list[int]:
    """Vote for places: each rare word of the needle names the positions at which the needle would begin."""
    votes: dict[int, float] = defaultdict(float)
    bin_size = max(4, len(words) // 2)
    for i, word in enumerate(words):
        places = index.where.get(word, [])
        if places and len(places) <= COMMON_WORD:
            for bin_ in {(p - i) // bin_size for p in places}:
                votes[bin_] += len(places) ** -0.5
    # A place near a border has its votes in two bins.
    likely = heapq.nlargest(N_WINDOWS * 6, votes, key=lambda b: votes[b])
    joined = {b: votes[b] + max(votes.get(b - 1, 0), votes.get(b + 1, 0)) for b in likely}
    chosen: list[int] = []
    for bin_ in sorted(joined, key=lambda b: -joined[b])[: N_WINDOWS * 3]:
        if joined[bin_] < MIN_VOTES * max(joined.values()):
            break
        if all(abs(bin_ - other) > 1 for other in chosen) and len(chosen) < N_WINDOWS:
            chosen.append(bin_)
    return [max(0, b * bin_size) for b in chosen]


def _align(index: ArticleIndex, wanted: str, words: Sequence[str], at: int) -> _Match | None:
    """Align the needle within one window and settle the borders of the match."""
    slack = max(6, len(words) // 2)
    first, last = max(0, at - slack), min(len(index.words), at + len(words) + 2 * slack)
    lo, hi = index.word_starts[first], index.word_ends[last - 1]
    window = index.normalised.text[lo:hi]
    rough = fuzz.partial_ratio_alignment(wanted, window)
    if rough is None:
        return None
    begin, end = (rough.dest_start, rough.dest_end) if len(wanted) <= len(window) else (0, len(window))
    starts = [s - lo for s in index.word_starts[first:last]]
    ends = [e - lo for e in index.word_ends[first:last]]
    begin, end, score = _settle(wanted, window, starts, ends, begin, end)
    if score < MIN_SCORE or _coverage(words, window[begin:end]) < MIN_COVERAGE:
        return None
    return _Match(lo + begin, lo + end, score, index.normalised.span(lo + begin, lo + end))


def _settle(
    wanted: str, window: str, starts: Sequence[int], ends: Sequence[int], begin: int, end: int
) -> tuple[int, int, float]:
    """Move both borders of a rough match to the words that make it most alike.

    A partial alignment is as long as the needle, which is wrong as soon as the edit added or dropped words.
    """
    for _ in range(2):
        near_start = bisect_left(starts, begin)
        options = [s for s in starts[max(0, near_start - 4) : near_start + 5] if s < end] or [starts[0]]
        begin = max(options, key=lambda s: fuzz.ratio(wanted, window[s:end]))
        near_end = bisect_left(ends, end)
        after = [e for e in ends[max(0, near_end - 4) : near_end + 5] if e > begin] or [ends[-1]]
        end = max(after, key=lambda e: fuzz.ratio(wanted, window[begin:e]))
    return begin, end, fuzz.ratio(wanted, window[begin:end]) / 100


def _coverage(words: Sequence[str], stretch: str) -> float:
    """Return the share of the needle's words, weighted by length, that the stretch has too."""
    there = {m[0].casefold() for m in _WORD.finditer(stretch)}
    return sum(len(w) for w in words if w in there) / sum(map(len, words))


def _widened(index: ArticleIndex, span: Span) -> tuple[Span, ...]:
    sentences = tuple(s.span for s in index.sentences if s.span.overlaps(span))
    return sentences or (span,)
