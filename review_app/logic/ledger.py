"""What was read of an article, told to a reviewer: pieces, losses, and sentences that may hold a missed claim."""

from collections.abc import Iterable, Sequence

from extractor.schema import Claim, Extraction, Failure, PieceCount, StoredArticle, SuspectedMiss, Value
from review_app.logic import words
from review_app.logic.visible import visible


class Reading(Value):
    """What was read of one article."""

    summary: str
    """One line: the pieces by their state, how many sentences are suspected, and what it cost."""
    losses: tuple[str, ...] = ()
    """One sentence for each way in which something was not read, with its reason."""
    misses: tuple[SuspectedMiss, ...] = ()
    """What looks like somebody's words and has no claim by now."""


class LeftOut(Value):
    """An article that nobody meets in the queue, because it gave no claim."""

    title: str
    why: str


def reading_of(extraction: Extraction | None, failures: Sequence[Failure], claims: Iterable[Claim]) -> Reading | None:
    """Tell what was read of an article.

    Args:
        extraction: The last one of the article.
        failures: Extractions of it that did not come about.
        claims: All claims of the article as they stand, those of other extractions and corrected ones too:
            a sentence that one of them covers is no longer suspected.

    Returns:
        None where nobody has tried to read it.
    """
    failed = tuple(visible(_failed(failure)) for failure in failures)
    if extraction is None:
        return Reading(summary="nothing so far", losses=failed) if failed else None
    covered = [span for c in claims for part in (c.content, c.cue) if part for span in part.spans]
    misses = tuple(
        miss for miss in extraction.suspected_misses if not any(miss.span.overlaps(span) for span in covered)
    )
    counts = extraction.pieces_by_state
    suspected = f"{words.count(len(misses), 'sentence')} perhaps missed" if misses else "no sentence seems missed"
    return Reading(
        summary=visible(
            " · ".join([f"{_pieces(counts)}, by {extraction.identity.model}", suspected, *_used(extraction)])
        ),
        losses=(*(visible(_lost(held)) for held in counts if held.state.is_loss), *failed),
        misses=misses,
    )


def _used(extraction: Extraction) -> list[str]:
    """Say what the article cost; where no price is known, what it used."""
    usage = extraction.usage
    if not usage.calls:
        return []
    tokens = f"{usage.prompt_tokens + usage.output_tokens:,} tokens"
    return [tokens if usage.cost_usd is None else f"{tokens}, {usage.cost_usd:.4f} USD"]


def left_out(articles: Iterable[StoredArticle], failures: Iterable[Failure]) -> tuple[LeftOut, ...]:
    """Return the articles without a claim and why there is none, those that failed first."""
    reasons = {failure.article_sha256: failure for failure in failures}
    without = sorted((a for a in articles if not a.n_claims), key=lambda a: a.sha256 not in reasons)
    return tuple(
        LeftOut(
            title=visible(article.title or article.metadata.origin or article.sha256[:12]),
            why=visible(_why(article, reasons.get(article.sha256))),
        )
        for article in without
    )


def _why(article: StoredArticle, failure: Failure | None) -> str:
    if failure:
        return _failed(failure)
    if article.model:
        return f"Read by {article.model}, and no claim was found."
    return "Not extracted yet."


def _failed(failure: Failure) -> str:
    tries = "" if failure.n_failures == 1 else f" {failure.n_failures} times"
    return f"Failed{tries} with {failure.model}: {failure.reason}"


def _pieces(counts: Sequence[PieceCount]) -> str:
    told = [f"{held.n:,} {words.PIECE_STATE[held.state]}" for held in counts]
    if not told:
        return "nothing, as it has no body"
    first, *others = told
    noun = "piece" if counts[0].n == 1 else "pieces"
    return ", ".join([first.replace(" ", f" {noun} ", 1), *others])


def _lost(held: PieceCount) -> str:
    why = f": {'; '.join(held.details)}" if held.details else ""
    return f"{words.count(held.n, 'piece')} {words.PIECE_STATE[held.state]}{why}"
