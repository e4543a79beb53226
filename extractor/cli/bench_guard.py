"""The benchmark of the guard: planted faults that are flagged, and sound claims that are too."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli.gold import DataOption, FormatOption, JsonOption, SplitOption, TextsOption, read_cases
from extractor.cli.output import new_table, plain, print_json, stdout_console

if TYPE_CHECKING:
    from eval.cases import GoldCase
    from eval.guard import GuardTable
    from eval.metrics.figure import Figure
    from extractor.placing import ArticleIndex
    from extractor.schema import Article, Claim, ClaimDraft, Sentence


def guard(
    data: DataOption = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    split: SplitOption = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of the bootstrap.")] = 1_000,
    slips: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write down every false alarm and every fault that was missed, as JSONL."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Plant faults in labelled claims, one at a time: how many the checks flag, and how many sound claims.

    A number, a date, a name, a negation, the speaker or a word of a quotation is changed. Takes some 40 ms a claim.
    """
    from eval.guard import bench_guard
    from eval.metrics.figure import Bootstrap

    table = bench_guard(read_cases(data, texts, split, form).cases, _examine, Bootstrap(rounds=rounds))
    if slips:
        slips.write_text("".join(slip.model_dump_json() + "\n" for slip in table.slips), encoding="utf-8")
    if as_json:
        print_json(table.model_dump(mode="json", exclude={"slips"}))
    else:
        _print(table)


def _print(table: "GuardTable") -> None:
    names = ("planted", "flagged", "sound claims flagged alike")
    shown = new_table("fault", *names, right=names)
    for row in table.rows:
        shown.add_row(row.fault, str(row.detected.n), _percent(row.detected), _percent(row.false_alarms))
    shown.add_row("any of them", "", "", _percent(table.any_false_alarm))
    stdout_console().print(shown)
    claims = f"{table.n_claims} labelled claims of {table.n_articles} articles"
    stdout_console().print(plain(f"{claims}; 95 % intervals over articles."))


def _percent(figure: "Figure") -> str:
    """Write a share in per cent with one digit: two of a score would not tell 0.4 % from nothing."""
    if figure.value is None:
        return "undefined"
    value = f"{100 * figure.value:.1f} %"
    interval = figure.interval
    return f"{value} [{100 * interval.low:.1f}, {100 * interval.high:.1f}]" if interval else value


def _examine(case: "GoldCase", drafts: "Sequence[ClaimDraft]") -> "list[Claim]":
    from extractor.check import check
    from extractor.ground import ground

    article, sentences, index = _prepared(case)
    return [check(article, ground(article, sentences, draft, index=index)) for draft in drafts]


@lru_cache(maxsize=1)  # The faults of one article come in a row.
def _prepared(case: "GoldCase") -> "tuple[Article, tuple[Sentence, ...], ArticleIndex]":
    from extractor.ground import build_index
    from extractor.ingest import make_article
    from extractor.segment import segment

    article = make_article(case.text, case.metadata)
    sentences = segment(article)
    return article, sentences, build_index(article.text, sentences)
