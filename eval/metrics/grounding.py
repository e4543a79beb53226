"""Whether predicted claims stand in the article as they say; no gold claim is needed."""

from collections.abc import Sequence

from eval.metrics.figure import Ratio
from extractor.schema import Claim, FlagCode, GroundingLevel, Part, Quotation, Value

_PLACED = frozenset({GroundingLevel.EXACT, GroundingLevel.NORMALISED, GroundingLevel.FUZZY})
_VERBATIM = frozenset({GroundingLevel.EXACT, GroundingLevel.NORMALISED})
_QUOTED = frozenset({Quotation.DIRECT, Quotation.MIXED})


class Grounded(Value):
    """Shares of the predicted claims of one article."""

    grounded: Ratio
    """Of all claims: the content was placed word by word (exact, normalised or fuzzy)."""
    false_spans: Ratio
    """Of all parts said to be exact (content, cue, mention): the span has other words. Must be 0."""
    misquoted: Ratio
    """Of the direct and mixed quotations: flagged as misquoted, or direct and not found verbatim."""


def grounded(text: str, claims: Sequence[Claim]) -> Grounded:
    """Hold predicted claims against the article's text."""
    exact = [part for claim in claims for part in _parts(claim) if part.level is GroundingLevel.EXACT]
    quoted = [claim for claim in claims if claim.quotation in _QUOTED]
    return Grounded(
        grounded=Ratio(hits=sum(claim.content.level in _PLACED for claim in claims), n=len(claims)),
        false_spans=Ratio(hits=sum(not _is_at_its_spans(part, text) for part in exact), n=len(exact)),
        misquoted=Ratio(hits=sum(_is_misquote(claim) for claim in quoted), n=len(quoted)),
    )


def _parts(claim: Claim) -> tuple[Part, ...]:
    mentions = (source.mention for source in (claim.source, *claim.chain))
    return tuple(part for part in (claim.content, claim.cue, *mentions) if part is not None)


def _is_at_its_spans(part: Part, text: str) -> bool:
    return " ".join(span.of(text) for span in part.spans) == part.text


def _is_misquote(claim: Claim) -> bool:
    flagged = any(flag.code is FlagCode.MISQUOTE for flag in claim.flags)
    return flagged or (claim.quotation is Quotation.DIRECT and claim.content.level not in _VERBATIM)
