"""Kept replies: the real client, real databases, and a scripted endpoint that counts."""

import asyncio
from collections.abc import Sequence

import pytest
from pydantic import BaseModel
from sqlalchemy import Engine

from extractor.errors import ModelError, ModelRefused, ModelTruncated
from extractor.model import Model, ModelOptions, Reply
from extractor.prices import Price
from extractor.prompting import Message, Role
from extractor.replies import ReplyShelf
from extractor.schema import Identity, KeptReply, Usage
from extractor.store import (
    add_article,
    find_replies,
    latest_extraction,
    open_session,
    open_store,
    save_extraction,
    save_replies,
    usage_by_model,
)
from tests.extractor.store.samples import MODEL, NOON, make_article, make_extraction
from tests.loopback import LoopbackEndpoint, Script, no_choices, refusal, reply, truncated


class Verdict(BaseModel):
    names: list[str]


GOOD = reply({"names": ["Ana"]})
PRICE = Price(input=1, output=10)
COST = (100 * 1 + 10 * 10) / 1e6


def ask(
    base_url: str, engine: Engine, texts: Sequence[str] = ("Who?",), **options: object
) -> tuple[list[Reply[Verdict] | ModelError], Usage]:
    """Ask everything at once as one process would, and write what is kept; returns what was spent too."""

    async def run() -> tuple[list[Reply[Verdict] | ModelError], Usage]:
        async def write(new: KeptReply) -> None:
            with open_session(engine) as session:
                save_replies(session, replies=[new], now=NOON)

        asked = ModelOptions.model_validate({"name": "m", "base_url": base_url, "price": PRICE, **options})
        async with ReplyShelf(engine) as shelf, Model(asked, replies=shelf) as model:
            shelf.write_by(write)
            questions = ((Message(role=Role.USER, content=text),) for text in texts)
            answers = await asyncio.gather(
                *(model.ask(question, Verdict, max_output_tokens=50) for question in questions), return_exceptions=True
            )
            for answer in answers:
                if not isinstance(answer, ModelError | Reply):
                    raise answer
            return [a for a in answers if isinstance(a, ModelError | Reply)], shelf.spent

    return asyncio.run(run())


def test_a_question_that_was_answered_is_not_asked_again(database_url: str) -> None:
    engine = open_store(database_url)
    with LoopbackEndpoint([GOOD]) as endpoint:
        (first,), spent = ask(endpoint.base_url, engine)
        (second,), spent_again = ask(endpoint.base_url, engine)
        assert isinstance(first, Reply)
        assert isinstance(second, Reply)
        assert second.value == first.value == Verdict(names=["Ana"])
        assert second.raw_replies == first.raw_replies
        assert (spent.calls, spent.cost_usd) == (1, pytest.approx(COST))
        assert spent_again == Usage()
        for other in ({"name": "n"}, {"temperature": 1.0}, {"seed": 1}):
            ask(endpoint.base_url, engine, **other)
        ask(endpoint.base_url, engine, ["Who else?"])
    assert len(endpoint.requests) == 5
    engine.dispose()


def test_of_equal_questions_at_once_one_is_asked(sqlite_url: str) -> None:
    engine = open_store(sqlite_url)
    with LoopbackEndpoint([GOOD]) as endpoint:
        answers, spent = ask(endpoint.base_url, engine, ["Who?"] * 20 + ["When?"] * 20)
    assert len(endpoint.requests) == spent.calls == 2
    assert all(isinstance(answer, Reply) for answer in answers)
    engine.dispose()


@pytest.mark.parametrize(
    ("script", "kind", "n_calls"),
    [
        pytest.param([refusal("I cannot")], ModelRefused, 1, id="refusal"),
        pytest.param([truncated('{"names": [')], ModelTruncated, 1, id="cut-off"),
        pytest.param([reply("Ana"), refusal("I cannot")], ModelRefused, 2, id="after-a-misfit"),
        pytest.param([reply("Ana"), GOOD], Reply, 2, id="misfit"),
        pytest.param([no_choices(), GOOD], Reply, 1, id="no-choices"),
    ],
)
def test_what_was_said_is_said_again_for_nothing(
    script: Script, kind: type[object], n_calls: int, sqlite_url: str
) -> None:
    engine = open_store(sqlite_url)
    with LoopbackEndpoint(script) as endpoint:
        ask(endpoint.base_url, engine)
        n_requests = len(endpoint.requests)
        (again,), spent = ask(endpoint.base_url, engine)
        assert len(endpoint.requests) == n_requests
    assert isinstance(again, kind)
    assert isinstance(again, ModelError | Reply)
    assert len(again.request_sha256s) == len(again.raw_replies) == again.usage.calls == n_calls
    assert spent.calls == 0
    engine.dispose()


def test_what_a_reply_cost_counts_for_the_first_extraction_that_uses_it(database_url: str) -> None:
    engine = open_store(database_url)
    article = make_article()
    with open_session(engine) as session:
        add_article(session, article=article, now=NOON)
    with LoopbackEndpoint([GOOD]) as endpoint:
        for n in range(3):
            (answer,), _ = ask(endpoint.base_url, engine)
            assert isinstance(answer, Reply)
            made = make_extraction(article, identity=MODEL.model_copy(update={"stages_sha256": str(n)}))
            told = {name: getattr(answer, name) for name in ("raw_replies", "request_sha256s", "usage")}
            made = made.model_copy(update={"pieces": (made.pieces[0].model_copy(update=told),)})
            with open_session(engine) as session:
                assert save_extraction(session, extraction=made)
            with open_session(engine, reading=True) as session:
                assert latest_extraction(session, article_sha256=article.sha256) == made
                (model,) = usage_by_model(session)
                kept = find_replies(session, request_sha256s=answer.request_sha256s)[answer.request_sha256s[0]]
            assert model.usage.calls == 1
            assert model.usage.cost_usd == pytest.approx(COST)
            assert (answer.usage.calls, answer.usage.reused) == ((1, 0) if n == 0 else (0, 1))
            assert kept.is_booked
            assert kept.text == answer.raw_replies[0]
    engine.dispose()


def test_a_model_may_say_anything(database_url: str) -> None:
    engine = open_store(database_url)
    odd = KeptReply(request_sha256="a" * 64, text="cut\0off \\u0000 \U0001f98a \u2028", usage=Usage(calls=1))
    with open_session(engine) as session:
        save_replies(session, replies=[odd], now=NOON)
        save_replies(session, replies=[odd.model_copy(update={"text": "another"})], now=NOON)
    with open_session(engine, reading=True) as session:
        assert find_replies(session, request_sha256s=[odd.request_sha256, "b" * 64]) == {odd.request_sha256: odd}
    engine.dispose()


def test_other_stages_are_another_identity() -> None:
    assert Identity(model="m", stages_sha256="a") != Identity(model="m", stages_sha256="b")
