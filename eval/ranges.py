"""Stretches of a text as plain numbers: what spans cover, and what two of them share."""

from collections.abc import Iterable

from extractor.schema import Span

Ranges = tuple[tuple[int, int], ...]
"""Half-open, in order, without overlap or touch."""


def united(spans: Iterable[Span]) -> Ranges:
    """Return the stretches that spans cover together."""
    ranges: list[tuple[int, int]] = []
    for start, end in sorted((span.start_char, span.end_char) for span in spans):
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], end))
        else:
            ranges.append((start, end))
    return tuple(ranges)


def n_chars(ranges: Ranges) -> int:
    """Count the characters."""
    return sum(end - start for start, end in ranges)


def n_shared(one: Ranges, other: Ranges) -> int:
    """Count the characters that lie in both."""
    # The cheap test first: most stretches of an article lie apart.
    if not one or not other or one[-1][1] <= other[0][0] or other[-1][1] <= one[0][0]:
        return 0
    return sum(max(0, min(b, d) - max(a, c)) for a, b in one for c, d in other)
