"""The command that turns reviewed articles into gold cases."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.datasets import OutputOption, leaks_into
from extractor.cli.gold import SplitName
from extractor.cli.output import EXIT_FAILED, complain, count, write_whole

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from eval.cases import CaseSet, GoldCase
    from eval.promote import Refusal, ReviewedArticle, Use


def promote(
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Beginning of an article's hash, or its title.")
    ],
    output: OutputOption,
    split: Annotated[SplitName, typer.Option(help="What the cases are for.")] = SplitName.DEV,
    form: Annotated[str, typer.Option(help="What kind of text it is, such as wire_report or speech.")] = "news",
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="You vouch that no claim is missing, although something hints at it.")
    ] = False,
) -> None:
    """Turn reviewed articles into gold cases: every claim decided, by two reviewers or one and an adjudicator.

    A second look counts: of a reviewer who made the same of the claim, or of the editor who settled the difference.

    Verified and corrected claims become gold, rejected ones are kept in the case's lineage. FILE stays sorted by id;
    the case of an article that is promoted again takes the place of the old one.
    """
    from eval.cases import Split, load_cases
    from eval.promote import Refusal, Use
    from extractor.clock import utc_now
    from extractor.settings import load_settings
    from extractor.store import open_session, open_store

    use = Use(split=Split(split), form=form, exhaustive=exhaustive)
    there = load_cases(output) if output.exists() and output.stat().st_size else None
    made: dict[str, GoldCase] = {}
    with open_session(open_store(load_settings().database_url), reading=True) as session:
        reviewed = [_reviewed(session, ref) for ref in dict.fromkeys(articles)]
    for article in reviewed:
        outcome = _case_of(article, use, there, tuple(made.values()), now=utc_now())
        if isinstance(outcome, Refusal):
            title = article.article.metadata.title or "without a title"
            for reason in outcome.reasons:
                complain(f"{article.article.sha256[:12]} ({title}) stays out: {reason}")
        else:
            made[outcome.id] = outcome
    if made:
        _merge(output, made)
        n_claims = sum(len(case.claims) for case in made.values())
        typer.echo(f"{count(len(made), 'case')} with {count(n_claims, 'claim')} written to {output}")
    if len(made) < len({article.article.sha256 for article in reviewed}):
        raise typer.Exit(EXIT_FAILED)


def _case_of(
    article: "ReviewedArticle", use: "Use", there: "CaseSet | None", made: "tuple[GoldCase, ...]", *, now: "datetime"
) -> "GoldCase | Refusal":
    from eval.promote import Refusal, case_id, promote

    outcome = promote(article, use, now=now)
    if isinstance(outcome, Refusal):
        return outcome
    own = case_id(article.article)
    others = [case for case in (*(there.cases if there else ()), *made) if case.id != own]
    known = [(case.id, case.article.text_sha256) for case in others]
    known += [(case.case_id, case.text_sha256) for case in (there.not_scored if there else ())]
    sha256 = article.article.sha256
    reasons = [f"its text is in the file already as case {name!r}" for name, text in known if text == sha256]
    reasons += [f"it cannot go into {leak.split}: {leak.reason}" for leak in leaks_into([outcome], others)]
    return Refusal(reasons=tuple(reasons)) if reasons else outcome


def _merge(path: Path, made: "Mapping[str, GoldCase]") -> None:
    """Put cases into a file sorted by id; lines of other cases stay as they are."""
    import json

    from eval.lines import read_lines

    lines = {str(json.loads(line.text)["id"]): line.text for line in read_lines(path)} if path.exists() else {}
    lines |= {case_id: case.model_dump_json(exclude_defaults=True) for case_id, case in made.items()}
    write_whole(path, (f"{lines[case_id]}\n" for case_id in sorted(lines)))


def _reviewed(session: "Session", ref: str) -> "ReviewedArticle":
    from eval.promote import ClaimReview, ReviewedArticle
    from extractor.schema import ClaimStatus
    from extractor.store import find_look, get_article, history, latest_extraction, list_claims, list_identities

    article = get_article(session, ref=ref)
    sha256 = article.sha256
    stored = list_claims(session, article_sha256=sha256)
    stored += list_claims(session, article_sha256=sha256, status=ClaimStatus.SUPERSEDED)
    last = latest_extraction(session, article_sha256=sha256)
    return ReviewedArticle(
        article=article,
        claims=tuple(
            ClaimReview(
                stored=claim,
                history=tuple(history(session, claim_id=claim.claim.id)),
                second_look=find_look(session, claim_id=claim.claim.id),
            )
            for claim in stored
        ),
        extractions=tuple(list_identities(session, article_sha256=sha256)),
        suspected_misses=last.suspected_misses if last else (),
        n_lost_pieces=sum(piece.state.is_loss for piece in last.pieces) if last else 0,
    )
