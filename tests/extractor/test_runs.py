"""A run on a real database: what it writes, when it beats, and what it does with an article the database refuses."""

import asyncio
import json
from collections.abc import Callable

from sqlalchemy import Engine

from extractor.batch import Batch, Outcome
from extractor.budget import Budget, Limits
from extractor.clock import utc_now
from extractor.pipeline import Proposal, Question
from extractor.runs import OpenRun, RunRequest
from extractor.schema import Article, Identity, Piece, PieceState, Run, RunSettings, RunState, Sentence, Span
from extractor.store import add_article, list_articles, list_failures, open_session, open_store
from tests.databases import lost_answers
from tests.extractor.store.samples import NOON, make_article

IDENTITY = Identity(model="scripted")


class Scripted:
    """Finds nothing, waits and fails where it is told to."""

    identity = IDENTITY

    def __init__(self, reply: str = "", wait_s: float = 0.0, fails_on: str = "nothing") -> None:
        self.reply = reply
        self.wait_s = wait_s
        self.fails_on = fails_on

    async def propose(self, article: Article, sentences: tuple[Sentence, ...]) -> Proposal:
        await asyncio.sleep(self.wait_s)
        if article.text == self.fails_on:
            raise KeyError(article.text)
        span = Span(start_char=0, end_char=1)
        return Proposal(
            drafts=(), pieces=(Piece(index=0, span=span, state=PieceState.EMPTY, raw_replies=(self.reply,)),)
        )

    def questions(self, article: Article, sentences: tuple[Sentence, ...]) -> tuple[Question, ...]:
        return ()


def work(
    url: str,
    n_articles: int,
    extractor: Scripted,
    *,
    watch: Callable[[Outcome], None] = lambda outcome: None,
) -> tuple[Engine, Run]:
    engine = open_store(url)
    with open_session(engine) as session:
        for n in range(n_articles):
            add_article(session, article=make_article(f"Article {n}.", title=None), now=NOON)

    async def run() -> Run:
        settings = RunSettings(concurrency=4, max_tries=3)
        request = RunRequest(identity=IDENTITY, settings=settings, dead_after_s=0.006)
        async with OpenRun(engine, request, clock=utc_now, watch=watch) as opened:
            await opened.work(Batch(extractor, clock=utc_now, budget=Budget(Limits())))
        return await opened.end(RunState.DONE)

    return engine, asyncio.run(run())


def test_signs_of_life_do_not_end_a_run(database_url: str) -> None:
    """More pages than are claimed ahead, and many beats between two articles."""
    ended: list[str] = []
    engine, run = work(
        database_url, 30, Scripted(wait_s=0.02), watch=lambda outcome: ended.append(outcome.article_sha256)
    )
    assert run.totals.n_done == len(set(ended)) == 30
    with open_session(engine, reading=True) as session:
        assert all(article.model == "scripted" for article in list_articles(session))
    engine.dispose()


def test_what_is_written_counts_once_where_the_answer_of_the_database_got_lost(database_url: str) -> None:
    extractor = Scripted(wait_s=0.01, fails_on="Article 3.")
    with lost_answers():
        engine, run = work(database_url, 8, extractor)
    assert (run.totals.n_done, run.totals.n_failed) == (7, 1)
    with open_session(engine, reading=True) as session:
        (failure,) = list_failures(session)
    assert failure.n_failures == 1
    engine.dispose()


def test_what_the_database_refuses_is_a_failure_of_its_article_alone(postgres_url: str) -> None:
    engine = open_store(postgres_url)
    refuse = (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.article_sha256 = '{}' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$"
    )
    with engine.begin() as connection:
        connection.exec_driver_sql(refuse.format(make_article("Article 3.").sha256))
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON extraction FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    engine.dispose()
    engine, run = work(postgres_url, 8, Scripted(json.dumps({"claims": []})))
    with open_session(engine, reading=True) as session:
        (failure,) = list_failures(session)
        assert sum(article.model is not None for article in list_articles(session)) == 7
    assert "not this one" in failure.reason
    assert (run.totals.n_done, run.totals.n_failed) == (7, 1)
    engine.dispose()
