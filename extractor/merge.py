"""Unite what is one claim: found twice in overlapping pieces, or stated again by the same source."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from extractor.numbers import find_numbers
from extractor.placing import normalise_wording
from extractor.schema import Claim, FlagCode, GroundingLevel, Source, SourceKind, Span
from extractor.wording import WORDING

MIN_OVERLAP = 0.8
"""Intersection over union from which two content ranges are one find; what two pieces cut differently at a
border differs by a few words, two statements of one sentence share less than half."""
MIN_JACCARD = 0.8
"""Share of words from which two texts of one source may be one statement, if nothing contradicts it."""

_CERTAINTY = {
    GroundingLevel.EXACT: 0,
    GroundingLevel.NORMALISED: 1,
    GroundingLevel.FUZZY: 2,
    GroundingLevel.SENTENCE: 3,
    GroundingLevel.NOT_FOUND: 4,
}
_ARTICLES = frozenset({"a", "an", "the"})
_TURNS_ROUND: frozenset[str] = frozenset().union(*WORDING.negation.values())
_DOUBTFUL = {FlagCode.SOURCE_NOT_FOUND, FlagCode.SOURCE_UNCERTAIN}


@dataclass(frozen=True)
class _Entry:
    """A claim with what comparing needs."""

    claim: Claim
    source: frozenset[str]
    words: frozenset[str]

    @cached_property
    def numbers(self) -> list[str]:
        """Of the text; few claims resemble another one so much that they are asked for."""
        return sorted(str(n.readings[0]) for n in find_numbers(self.claim.text))


def merge(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Unite the duplicates among the claims of one article.

    Two claims are one when they share a source and, besides, their place or all their words. Of each set the
    best grounded one with the fewest flags stays, with its id and flags; it takes over chain, cue, role and
    mention where it has none. Merging what was merged changes nothing.

    Args:
        claims: Claims of one article, in any order.

    Returns:
        The claims by the place of their content; those that were not found come last.
    """
    by_id: dict[str, Claim] = {}
    for claim in sorted(claims, key=_preference):
        by_id.setdefault(claim.id, claim)
    entries = [_entry(claim) for claim in by_id.values()]
    group = list(range(len(entries)))
    for a, b in (*_same_place(entries), *_same_words(entries)):
        root_a, root_b = _root(group, a), _root(group, b)
        group[max(root_a, root_b)] = min(root_a, root_b)
    members: dict[int, list[Claim]] = defaultdict(list)
    for i, entry in enumerate(entries):
        members[_root(group, i)].append(entry.claim)
    return tuple(sorted((_united(m) for m in members.values()), key=_reading_order))


def _preference(claim: Claim) -> tuple[int, int, int, int, tuple[int, int], str]:
    """Sort the claim that should stay first."""
    mention = claim.source.mention
    unsure = mention is None or mention.level is GroundingLevel.NOT_FOUND
    place = _reading_order(claim)
    return (
        _CERTAINTY[claim.content.level],
        len(claim.flags),
        int(unsure),
        -len(claim.source.name),
        place[:2],
        claim.id,
    )


def _reading_order(claim: Claim) -> tuple[int, int, str, str]:
    spans = claim.content.spans
    found = (spans[0].start_char, spans[-1].end_char) if spans else (10**12, 0)
    return (*found, claim.text, claim.id)


def _entry(claim: Claim) -> _Entry:
    words = frozenset(w for w in _words(claim.text) if w not in _ARTICLES)
    return _Entry(claim=claim, source=frozenset(_words(claim.source.name)) - _ARTICLES, words=words)


def _words(text: str) -> list[str]:
    stripped = (w.strip(".,;:!?'()[]").removesuffix("'s") for w in normalise_wording(text).casefold().split())
    return [w for w in stripped if w]


def _same_place(entries: Sequence[_Entry]) -> Iterator[tuple[int, int]]:
    """Pair the claims whose content ranges are nearly equal, by one sweep over the article."""
    placed = [i for i, e in enumerate(entries) if e.claim.content.spans]
    placed.sort(key=lambda i: entries[i].claim.content.spans[0].start_char)
    open_: list[int] = []
    for i in placed:
        spans = entries[i].claim.content.spans
        open_ = [j for j in open_ if entries[j].claim.content.spans[-1].end_char > spans[0].start_char]
        for j in open_:
            other = entries[j].claim
            if _overlap(spans, other.content.spans) < MIN_OVERLAP or _denies(entries[i], entries[j]):
                continue
            if _same_source(entries[i], entries[j]) or _same_but_unsure(entries[i], entries[j]):
                yield i, j
        open_.append(i)


def _overlap(a: Sequence[Span], b: Sequence[Span]) -> float:
    """Return intersection over union of two sets of ranges, in characters."""
    shared = sum(max(0, min(s.end_char, t.end_char) - max(s.start_char, t.start_char)) for s in a for t in b)
    total = sum(s.end_char - s.start_char for s in (*a, *b))
    return shared / (total - shared) if total > shared else 1.0


def _denies(a: _Entry, b: _Entry) -> bool:
    """Tell whether one of two finds says that the other is not so: "rejected the union's claim that ..."."""
    turned = [any(w in _TURNS_ROUND or w.endswith("n't") for w in e.words) for e in (a, b)]
    return turned[0] is not turned[1]


def _same_source(a: _Entry, b: _Entry) -> bool:
    """Tell whether two sources are one: "Lopez" and "Maria Lopez"."""
    kinds = {a.claim.source.kind, b.claim.source.kind}
    if SourceKind.ARTICLE in kinds:
        return len(kinds) == 1
    return bool(a.source and b.source) and (a.source <= b.source or b.source <= a.source)


def _same_but_unsure(a: _Entry, b: _Entry) -> bool:
    """Tell whether two finds in one place differ by a source of which one of them is not sure."""
    unsure = [any(f.code in _DOUBTFUL for f in e.claim.flags) for e in (a, b)]
    return any(unsure) and (a.claim.content.spans == b.claim.content.spans or a.words == b.words)


def _same_words(entries: Sequence[_Entry]) -> Iterator[tuple[int, int]]:
    """Pair the claims with nearly equal texts.

    Only texts that share one of their rarest words are compared: with a Jaccard index of t, two sets must
    share a word among the first ``n - ceil(t n) + 1`` of either (prefix filter, Chaudhuri et al. 2006).
    """
    frequency = Counter(w for e in entries for w in e.words)
    seen: dict[str, list[int]] = defaultdict(list)
    for i, entry in enumerate(entries):
        ordered = sorted(entry.words, key=lambda w: (frequency[w], w))
        prefix = ordered[: len(ordered) - ceil(MIN_JACCARD * len(ordered)) + 1]
        for j in sorted({j for w in prefix for j in seen[w]}):
            if _near_equal(entry, entries[j]):
                yield i, j
        for word in prefix:
            seen[word].append(i)


def _near_equal(a: _Entry, b: _Entry) -> bool:
    """Tell whether two texts of one source say the same: one has all the words of the other, and its numbers."""
    if not (a.words <= b.words or b.words <= a.words) or not _same_source(a, b) or a.numbers != b.numbers:
        return False
    extra = a.words ^ b.words
    # One word can turn a statement round; a longer text may add what qualifies it, never what negates it.
    return len(a.words & b.words) >= MIN_JACCARD * len(a.words | b.words) and not any(
        w in _TURNS_ROUND or w.endswith("n't") for w in extra
    )


def _root(group: list[int], i: int) -> int:
    while group[i] != i:
        group[i] = group[group[i]]
        i = group[i]
    return i


def _united(members: Sequence[Claim]) -> Claim:
    """Let the first of the duplicates take over what only the others know."""
    best = members[0]
    if len(members) == 1:
        return best
    source = best.source
    alike = [m.source for m in members[1:] if set(_words(m.source.name)) <= set(_words(source.name))]
    here = [m for m in members[1:] if _overlap(best.content.spans, m.content.spans) >= MIN_OVERLAP]
    mentions = [m.source.mention for m in here]
    source = source.model_copy(
        update={
            "role": source.role or next((s.role for s in alike if s.role), None),
            "mention": source.mention or next((m for m in mentions if m), None),
        }
    )
    chain: tuple[Source, ...] = best.chain or max((m.chain for m in here), key=len, default=())
    cue = best.cue or next((m.cue for m in here if m.cue), None)
    return best.model_copy(update={"source": source, "chain": chain, "cue": cue})
