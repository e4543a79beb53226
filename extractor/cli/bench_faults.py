"""A backlog at an endpoint of whose answers a share is faulty: `claimdesk eval bench faults`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from eval.faulty_endpoint import AnswerKind
from extractor.cli.output import complain, new_table, stdout_console
from extractor.schema import Claim, PieceState

TIMEOUT_S = 2.0
"""The client's patience for one answer, so that a run of minutes sees many that never come."""
DELAY_S = 0.1
FAILED = "article failed"
"""Of an article: it has no extraction but a reason."""

TRUTH: Mapping[AnswerKind, tuple[str, str]] = {
    AnswerKind.GOOD: (PieceState.CLAIMS, ""),
    AnswerKind.LIMITED: (FAILED, "limits this key to fewer requests"),
    AnswerKind.FAILED: (FAILED, "/v1 failed"),
    AnswerKind.OVERLOADED: (FAILED, "is overloaded"),
    AnswerKind.SILENT: (FAILED, "did not answer in time"),
    AnswerKind.DROPPED: (FAILED, "the connection broke"),
    AnswerKind.DRIPPED: (FAILED, "did not answer in time"),
    AnswerKind.NO_JSON: (PieceState.FAILED, "does not fit the schema"),
    AnswerKind.WRONG_SHAPE: (PieceState.FAILED, "does not fit the schema"),
    AnswerKind.CUT_OFF: (PieceState.TRUNCATED, "ran into its limit"),
    AnswerKind.REFUSED: (PieceState.REFUSED, "declined to answer"),
    AnswerKind.NO_CHOICES: (PieceState.FAILED, "without any choice"),
}
"""What becomes of an article, by the last answer about it; and words of the reason that is given."""


Answers = Mapping[int, Sequence[AnswerKind]]
"""What the endpoint gave, in order, by story."""


@dataclass(frozen=True)
class _End:
    """What became of an article."""

    state: str
    """Of its piece, or that it failed; empty where nothing is known of it."""
    reason: str
    claims: tuple[Claim, ...]


def faults(
    n_articles: Annotated[int, typer.Option("--articles", min=500, help="The backlog.")] = 1_500,
    share: Annotated[float, typer.Option(min=0, max=1, help="Of the answers, faulty.")] = 0.3,
    in_flight: Annotated[int, typer.Option(min=1, help="Articles at once.")] = 16,
    seed: Annotated[int, typer.Option(help="Of the dice.")] = 0,
) -> None:
    """Work through a backlog while a share of all answers is faulty, every kind of fault mixed with the others.

    Counts, by the last answer that the endpoint gave about an article, what became of it: whether it is done or named
    as failed with the true reason, and whether anything of a broken reply became a claim. The first articles get
    nothing but faults, one kind each.
    """
    from eval.faulty_endpoint import faulty_endpoint, given
    from extractor.cli.bench_worker import Task, content, fill, measure
    from extractor.cli.gold import machine

    complain(f"{n_articles:,} articles at an endpoint of whose answers {share:.0%} are faulty")
    with TemporaryDirectory(prefix="claimdesk-faults-") as folder:
        with faulty_endpoint(content(), delay_s=DELAY_S, share=share, seed=seed) as base_url:
            task = Task(
                kind="stored",
                n_articles=n_articles,
                concurrency=in_flight,
                base_url=base_url,
                database_url=f"sqlite:///{folder}/faults.db",
                timeout_s=TIMEOUT_S,
            )
            fill(task)
            seconds = measure(task).seconds
            answers = given(base_url)
        ends = _ends(task.database_url, n_articles)
    _print_kinds(answers, ends)
    _print_totals(answers, ends)
    typer.echo(f"{n_articles:,} articles, {in_flight} in flight, {seconds:.0f} s, seed {seed}; {machine()}")


def _ends(database_url: str, n_articles: int) -> dict[int, _End]:
    """Read off the database what became of each story."""
    from extractor.cli.bench_worker import story
    from extractor.store import latest_extraction, list_failures, open_session, open_store

    engine = open_store(database_url)
    ends = {}
    with open_session(engine, reading=True) as session:
        failures = {failure.article_sha256: failure.reason for failure in list_failures(session)}
        for n in range(n_articles):
            sha256 = story(n).sha256
            extraction = latest_extraction(session, article_sha256=sha256)
            if extraction is None:
                reason = failures.get(sha256)
                ends[n] = _End("" if reason is None else FAILED, reason or "", ())
                continue
            (piece,) = extraction.pieces
            ends[n] = _End(piece.state, piece.detail, extraction.claims)
    engine.dispose()
    return ends


def _is_true(kind: AnswerKind, end: _End) -> bool:
    state, words = TRUTH[kind]
    return end.state == state and words in end.reason


def _print_kinds(answers: Answers, ends: Mapping[int, _End]) -> None:
    numbers = ("answers", "articles: it was the last", "with claims", "piece lost", "article failed", "true reason")
    table = new_table("answer", *numbers, right=numbers)
    for kind in AnswerKind:
        last = [ends[n] for n, kinds in answers.items() if kinds[-1] is kind]
        states = Counter(end.state for end in last)
        lost = sum(states[state] for state in PieceState if state.is_loss)
        n = sum(kinds.count(kind) for kinds in answers.values())
        true = sum(_is_true(kind, end) for end in last)
        cells = (n, len(last), states[PieceState.CLAIMS], lost, states[FAILED], true)
        table.add_row(kind, *(f"{cell:,}" for cell in cells))
    stdout_console().print(table)


def _print_totals(answers: Answers, ends: Mapping[int, _End]) -> None:
    from eval.faulty_endpoint import BROKEN

    given = [kind for kinds in answers.values() for kind in kinds]
    faulty = sum(kind is not AnswerKind.GOOD for kind in given) / len(given)
    claims = [claim for end in ends.values() for claim in end.claims]
    n_good = sum(AnswerKind.GOOD in kinds for kinds in answers.values())
    table = new_table("in all", "n", right=("n",))
    for name, n in (
        ("articles", f"{len(ends):,}"),
        ("neither done nor named as failed", f"{sum(not end.state for end in ends.values()):,}"),
        ("not with the true state and reason", f"{_n_untrue(answers, ends):,}"),
        ("claims", f"{len(claims):,}"),
        ("claims from a broken reply", f"{sum(BROKEN in claim.model_dump_json() for claim in claims):,}"),
        (
            "articles with a good answer and without its claim",
            f"{n_good - sum(bool(e.claims) for e in ends.values()):,}",
        ),
        (
            "asked again after a good answer",
            f"{sum(max(kinds.count(AnswerKind.GOOD) - 1, 0) for kinds in answers.values()):,}",
        ),
        ("answers", f"{len(given):,}"),
        ("of them faulty", f"{faulty:.0%}"),
    ):
        table.add_row(name, n)
    stdout_console().print(table)


def _n_untrue(answers: Answers, ends: Mapping[int, _End]) -> int:
    return sum(n not in answers or not _is_true(answers[n][-1], end) for n, end in ends.items())
