"""What an extraction would cost: `claimdesk extract --dry-run`."""

from typing import TYPE_CHECKING

from extractor.cli.output import bytes_progress, new_table, print_json, stdout_console

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from extractor.cli.extract import Job
    from extractor.settings import Settings

PAGE = 200


async def estimate(engine: "Engine", settings: "Settings", job: "Job", *, as_json: bool) -> None:
    """Add up the estimates of all pending articles and print them; nothing is asked and nothing written."""
    from extractor.budget import cost_usd
    from extractor.compose import open_extractor, price_of
    from extractor.pipeline import Estimate
    from extractor.pipeline import estimate as add_up
    from extractor.segment import segment
    from extractor.store import Backlog, kept_requests, open_session, read_backlog, resolve_articles

    model = job.model
    total, n_articles = Estimate(), 0
    after: int | None = -1
    with bytes_progress() as progress:
        async with open_extractor(model, settings, progress=progress) as extractor:
            with open_session(engine, reading=True) as session:
                only = resolve_articles(session, refs=job.articles) if job.articles else None
                backlog = Backlog(identity=extractor.identity, only=only, with_copies=job.with_copies)
                while after is not None:
                    page = read_backlog(session, backlog=backlog, after=after, limit=PAGE)
                    after = page.last
                    n_articles += len(page.articles)
                    questions = [q for a in page.articles for q in extractor.questions(a, segment(a))]
                    asked = [q.request_sha256 for q in questions if q.request_sha256]
                    total += add_up(questions, kept_requests(session, request_sha256s=asked))
    price = price_of(model, settings, in_batch=job.plan is not None)
    cost = cost_usd(price, total) if price else None
    if as_json:
        print_json({"model": model, "articles": n_articles, **total.model_dump(), "cost_usd": cost})
        return
    table = new_table("estimate", model, right=(model,))
    for name, value in (
        ("articles", f"{n_articles:,}"),
        ("pieces", f"{total.n_pieces:,}"),
        ("answered before, at no cost", f"{total.n_kept:,}"),
        ("prompt tokens", f"{total.prompt_tokens:,}"),
        ("output tokens", f"{total.output_tokens:,}"),
        ("USD", "unknown: no price for this model" if cost is None else f"{cost:,.2f}"),
    ):
        table.add_row(name, value)
    stdout_console().print(table)
