"""One article claim by claim: what matched, what was missed, what was invented."""

from collections.abc import Iterator

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from eval.cases import GoldClaim
from eval.report.wording import (
    criterion_name,
    printable,
    quotation_difference,
    share,
    source_difference,
    voice,
    why_no_match,
)
from eval.scores import ArticleScore, Found, Invented, Missed, Options
from extractor.schema import Claim


def article_details(article: ArticleScore, options: Options) -> Group:
    """List an article's claims under the headline criterion, gold order first, then the invented ones."""
    title = f": {printable(article.title)}" if article.title else ""
    name = criterion_name(options.headline, options.thresholds)
    details = article.details
    blocks = (
        *(block for found in details.found for block in _found(found)),
        *(block for missed in details.missed for block in _missed(missed, options)),
        *(block for invented in details.invented for block in _invented(invented, options)),
    )
    return Group(Text(), Text(f"{printable(article.case_id)}{title} (by {name})", style="bold"), *blocks)


def _found(found: Found) -> Iterator[Padding]:
    yield _claim_line("matched ", "green", found.gold)
    closeness = f"overlap {share(found.overlap)}, token-F1 {share(found.text_f1)}"
    yield _remark(f"by: {printable(found.predicted.text)} ({closeness})")
    if not found.source_agrees:
        yield _remark(source_difference(found.predicted, found.gold))
    if difference := quotation_difference(found.predicted.quotation, found.gold.quotation):
        yield _remark(difference)


def _missed(missed: Missed, options: Options) -> Iterator[Padding]:
    yield _claim_line("missed  ", "yellow", missed.gold)
    if missed.near is None or missed.nearest is None:
        yield _remark("nothing near it was predicted")
        return
    yield _remark(f"nearest: {printable(missed.nearest.text)}")
    for reason in why_no_match(missed.near, missed.nearest, missed.gold, options.headline, options.thresholds):
        yield _remark(reason)


def _invented(invented: Invented, options: Options) -> Iterator[Padding]:
    yield _claim_line("invented", "red", invented.predicted)
    if invented.near is None or invented.nearest is None:
        yield _remark("no gold claim is near it")
        return
    yield _remark(f"nearest: {printable(invented.nearest.text)}")
    for reason in why_no_match(
        invented.near, invented.predicted, invented.nearest, options.headline, options.thresholds
    ):
        yield _remark(reason)


def _claim_line(verdict: str, style: str, claim: GoldClaim | Claim) -> Padding:
    line = Text.assemble((verdict, style), "  ", printable(claim.text), (f"  - {_voice(claim)}", "dim"))
    return Padding(line, (0, 0, 0, 2))


def _voice(claim: GoldClaim | Claim) -> str:
    return voice(claim.source.name, claim.source.kind)


def _remark(text: str) -> Padding:
    return Padding(Text(text, style="dim"), (0, 0, 0, 12))
