"""The numbers behind the plots of the desk page, as tables that can be taken away."""

from collections.abc import Sequence

from review_app.logic import words
from review_app.logic.work import KINDS, Bar, Standing, Table, Work, done_by_bin

FIGURE_DIGITS = 3


def done_table(work: Work) -> Table:
    """Return decisions by day or week."""
    first = "week from" if work.span.bins.hours > 24 else "day"
    rows = [
        (work.span.day(number), *(kinds[kind] for kind in KINDS), kinds.total())
        for number, kinds in done_by_bin(work).items()
    ]
    return Table(name="decided", columns=(first, *(words.DID[kind] for kind in KINDS), "all"), rows=tuple(rows))


def bar_table(name: str, first: str, bars: Sequence[Bar], *, note: str = "") -> Table:
    """Return a list of bars, its parts in columns."""
    parts = [words.DID[kind] for kind, _ in bars[0].parts if kind] if bars else []
    several = len(parts) > 1
    columns = (first, *([note] if note else []), *(parts if several else []), "claims")
    rows = tuple(
        (bar.label, *([bar.note] if note else []), *((n for _, n in bar.parts) if several else ()), bar.n)
        for bar in bars
    )
    return Table(name=name, columns=columns, rows=rows)


def accepted_table(work: Work, standings: Sequence[Standing]) -> Table:
    """Return the shares that were verified as found, by extractor and bar, with their intervals."""
    first = "week from" if work.span.bins.hours > 24 else "day"
    rows = tuple(
        (
            work.span.day(number),
            one.model,
            one.prompt,
            share.n,
            share.k,
            *(round(x, FIGURE_DIGITS) for x in (share.value, *share.interval)),
        )
        for one in standings
        for number, share in one.over_time
    )
    columns = (first, "extractor", "prompt", "decided", "verified", "share", "interval from", "interval to")
    return Table(name="accepted", columns=columns, rows=rows)


def agreement_table(work: Work) -> Table:
    """Return how far reviewers agree, two by two."""
    rows = tuple(
        (pair.one, pair.other, pair.n, pair.n_same, None if pair.kappa is None else round(pair.kappa, FIGURE_DIGITS))
        for pair in work.agreement.pairs
    )
    return Table(name="agreement", columns=("reviewer", "other", "claims", "same", "kappa"), rows=rows)


def cost_table(work: Work) -> Table:
    """Return what extraction cost, by bar and model."""
    first = "week from" if work.span.bins.hours > 24 else "day"
    rows = tuple(
        (work.span.day(c.bin), c.model, c.n_articles, c.n_claims, c.calls, None if c.cost_usd is None else c.cost_usd)
        for c in work.costs
    )
    return Table(name="cost", columns=(first, "model", "articles", "claims", "calls", "USD"), rows=rows)


def run_table(work: Work) -> Table:
    """Return what runs did and used, the latest one last."""
    rows = []
    for run in reversed(work.runs):
        totals, usage = run.totals, run.totals.usage
        begun = f"{run.started_at:%Y-%m-%d %H:%M}"
        tokens = usage.prompt_tokens + usage.output_tokens
        did = (totals.n_done, totals.n_failed, totals.n_claims)
        rows.append(
            (str(run.id), begun, run.model, run.state.value, *did, tokens, usage.cost_usd if usage.calls else 0)
        )
    columns = ("run", "begun (UTC)", "model", "state", "articles", "failed", "claims", "tokens", "USD")
    return Table(name="runs", columns=columns, rows=tuple(rows))
