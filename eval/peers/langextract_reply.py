"""What goes to and comes from ``langextract_script.py``, and how it becomes drafts, ledger and parts of ours."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from eval.peers.environment import Worker
from eval.peers.plain import draft_of
from extractor.errors import ModelUnavailable
from extractor.schema import ClaimDraft, GroundingLevel, Part, Piece, PieceState, Span, Usage, Value


class ExtractRequest(Value):
    """One article for langextract, and where the model is."""

    text: str
    base_url: str
    api_key: str = Field(repr=False)
    model: str
    max_output_tokens: int
    """Of each call; langextract makes one for every 1,000 characters or so."""
    temperature: float | None
    timeout_s: float


class AlignRequest(Value):
    """Quotations to be placed in a text."""

    text: str
    needles: tuple[str, ...]
    together: bool
    """All in one go, so that their order counts; else each by itself."""


class Status(StrEnum):
    """How langextract's aligner found a place."""

    EXACT = "match_exact"
    GREATER = "match_greater"
    LESSER = "match_lesser"
    FUZZY = "match_fuzzy"


class Place(Value):
    """Where langextract sees an extraction."""

    start_char: int
    end_char: int
    status: Status


class Extraction(Value):
    """One extraction; empty texts where the model left something out."""

    text: str
    source: str
    quotation: str
    place: Place | None


class Call(Value):
    """One answer of the model server."""

    prompt_tokens: int
    output_tokens: int
    finish_reason: str
    """``stop``, ``length``, or the HTTP status of a failure."""
    reply: str


class ExtractAnswer(Value):
    """What langextract made of an article."""

    extractions: tuple[Extraction, ...]
    calls: tuple[Call, ...]
    error: str | None
    """Why the article failed as a whole."""


class AlignAnswer(Value):
    """One place, or none, for each needle."""

    places: tuple[Place | None, ...]


def extract(worker: Worker, request: ExtractRequest) -> ExtractAnswer:
    """Have langextract find the claims of one article.

    Raises:
        ModelUnavailable: It could not ask the model at all.
        ConfigError: Its process ended.
    """
    answer = ExtractAnswer.model_validate(worker.ask("extract", request))
    if answer.error and not answer.calls:
        raise ModelUnavailable(f"langextract got no answer from {request.base_url} ({answer.error}); check the server.")
    return answer


def drafts(answer: ExtractAnswer) -> tuple[ClaimDraft, ...]:
    """Take the extractions as drafts; langextract's places go along as hints for grounding."""
    return tuple(_draft(e) for e in answer.extractions if e.text.strip())


def ledger(answer: ExtractAnswer, *, seconds: float) -> tuple[Piece, ...]:
    """Enter each call as a piece, with a nominal place: langextract does not tell which stretch a call was about.

    Args:
        answer: Of one article.
        seconds: For the whole article; booked in equal shares.
    """
    share = seconds / max(len(answer.calls), 1)
    return tuple(_piece(index, call, share) for index, call in enumerate(answer.calls))


def place_all(worker: Worker, text: str, needles: Sequence[str], *, together: bool) -> tuple[Part, ...]:
    """Place quotations by langextract's aligner; one part for each, in the same order."""
    request = AlignRequest(text=text, needles=tuple(needles), together=together)
    answer = AlignAnswer.model_validate(worker.ask("align", request))
    return tuple(_part(needle, place) for needle, place in zip(needles, answer.places, strict=True))


def _draft(extraction: Extraction) -> ClaimDraft:
    draft = draft_of(extraction.text, extraction.text, extraction.source, extraction.quotation)
    place = extraction.place
    if place is None:
        return draft
    hint = Span(start_char=place.start_char, end_char=place.end_char)
    return draft.model_copy(update={"content": draft.content.model_copy(update={"spans": (hint,)})})


def _piece(index: int, call: Call, seconds: float) -> Piece:
    match call.finish_reason:
        case "stop":
            state, detail = PieceState.CLAIMS, ""
        case "length":
            state, detail = PieceState.TRUNCATED, "the reply ran into its limit; langextract leaves the piece out"
        case other:
            state, detail = PieceState.FAILED, f"the call ended with {other}"
    return Piece(
        index=index,
        span=Span(start_char=index, end_char=index + 1),
        state=state,
        detail=detail,
        raw_replies=(call.reply,),
        usage=Usage(calls=1, prompt_tokens=call.prompt_tokens, output_tokens=call.output_tokens, seconds=seconds),
    )


def _part(needle: str, place: Place | None) -> Part:
    if place is None:
        return Part(text=needle, level=GroundingLevel.NOT_FOUND)
    spans = (Span(start_char=place.start_char, end_char=place.end_char),)
    level = GroundingLevel.EXACT if place.status is Status.EXACT else GroundingLevel.FUZZY
    return Part(text=needle, spans=spans, level=level)
