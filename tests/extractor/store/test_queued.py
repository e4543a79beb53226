"""Runs that many workers share: totals over their parts, a common limit, articles claimed by name."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import Engine

from extractor.schema import RunSettings, RunState, RunTotals, Usage
from extractor.store import (
    Backlog,
    Blame,
    Reserve,
    RunHolder,
    Standing,
    add_article,
    add_to_run,
    claim_articles,
    end_dead_runs,
    get_run,
    list_runs,
    mark_flight,
    open_session,
    record_failure,
    reserve,
    save_extraction,
    start_queued_run,
    start_run,
)
from tests.extractor.store.samples import NOON, RULES, make_article, make_extraction, minutes

HOLDER = RunHolder(host="desk", pid=1)


def begin(engine: Engine, n_parts: int, **limits: float) -> tuple[int, list[int]]:
    """Return a queued run and its parts."""
    of = {
        "identity": RULES,
        "settings": RunSettings.model_validate({"concurrency": 4, "max_tries": 2, **limits}),
        "holder": HOLDER,
        "now": NOON,
    }
    with open_session(engine) as session:
        whole = start_queued_run(session, **of)  # type: ignore[arg-type]
        return whole, [start_run(session, part_of=whole, **of) for _ in range(n_parts)]  # type: ignore[arg-type]


NUMBERS = count(1)


def ask(engine: Engine, part: int, tokens: int, *, number: int | None = None) -> tuple[bool, bool]:
    wanted, number = Reserve(tokens=tokens, usd=tokens / 1000), number or next(NUMBERS)
    with open_session(engine) as session:
        room = reserve(session, run_id=part, wanted=wanted, number=number)
    return room.is_reserved, room.may_come


def use(engine: Engine, part: int, used: int, released: int) -> None:
    usage = Usage(calls=1, prompt_tokens=used, cost_usd=used / 1000)
    with open_session(engine) as session:
        totals = RunTotals(n_done=1, usage=usage)
        given_back = Reserve(tokens=released, usd=released / 1000)
        add_to_run(session, run_id=part, totals=totals, now=minutes(1), released=given_back)


def test_workers_share_one_limit_and_what_died_in_flight_stays_reserved(engine: Engine) -> None:
    _, (one, two) = begin(engine, 2, max_tokens=1000)
    assert ask(engine, one, 400) == (True, False)
    assert ask(engine, two, 400) == (True, False)
    assert ask(engine, one, 400) == (False, True)
    use(engine, two, used=100, released=400)
    assert ask(engine, two, 400) == (True, False)
    with open_session(engine) as session:
        end_dead_runs(session, is_dead=lambda run: run.id == one, now=minutes(2))
    assert ask(engine, two, 400) == (False, True)
    use(engine, two, used=100, released=400)
    assert ask(engine, two, 400) == (True, False)
    use(engine, two, used=300, released=400)
    assert ask(engine, two, 400) == (False, False)


def test_two_workers_do_not_pass_a_limit_of_money_at_the_same_moment(engine: Engine) -> None:
    _, parts = begin(engine, 4, max_cost_usd=1.0)
    with ThreadPoolExecutor(4) as pool:
        rooms = pool.map(lambda part: [ask(engine, part, 300) for _ in range(5)], parts)
    assert sum(is_reserved for of_part in rooms for is_reserved, _ in of_part) == 3


def test_what_was_granted_is_granted_once_where_the_answer_of_the_database_got_lost(engine: Engine) -> None:
    _, (one, two) = begin(engine, 2, max_tokens=1000)
    for _ in range(3):
        assert ask(engine, one, 400, number=1) == (True, False)
    assert ask(engine, two, 400, number=1) == (True, False)
    assert ask(engine, one, 400, number=2) == (False, True)
    use(engine, two, used=100, released=400)
    assert ask(engine, one, 400, number=2) == (True, False)


def test_a_queued_run_has_the_totals_of_its_parts(engine: Engine) -> None:
    whole, (one, two) = begin(engine, 2)
    use(engine, one, used=100, released=0)
    use(engine, two, used=50, released=0)
    with open_session(engine, reading=True) as session:
        run = get_run(session, run_id=whole)
        assert run in list_runs(session)
    assert (run.state, run.totals.n_done, run.totals.usage.prompt_tokens) == (RunState.QUEUED, 2, 150)
    assert run.totals.usage.cost_usd == pytest.approx(0.15)


def test_articles_are_claimed_by_name_and_the_others_told_apart(engine: Engine) -> None:
    made = [make_article(f"Article {n}.", title=None) for n in range(5)]
    done, aside, elsewhere, deadly, free = made
    backlog = Backlog(identity=RULES, max_tries=2)
    with open_session(engine) as session:
        for article in made:
            add_article(session, article=article, now=NOON)
        save_extraction(session, extraction=make_extraction(done))
        blame = Blame(max_tries=1)
        record_failure(session, article_sha256=aside.sha256, identity=RULES, error="no", now=NOON, blame=blame)

    def claim(part: int, *sha256s: str, alone: bool = False) -> tuple[list[str], dict[str, Standing]]:
        with open_session(engine) as session:
            mine = backlog.model_copy(update={"run_id": part})
            claimed = claim_articles(session, backlog=mine, sha256s=sha256s, alone=alone)
        return [article.sha256 for article in claimed.articles], claimed.others

    for _ in range(2):
        _, (victim,) = begin(engine, 1)
        claim(victim, deadly.sha256)
        with open_session(engine) as session:
            mark_flight(session, run_id=victim, identity=RULES, begun=[deadly.sha256], over=[])
            end_dead_runs(session, is_dead=lambda run: True, now=NOON)
    _, (other, ours) = begin(engine, 2)
    claim(other, elsewhere.sha256)
    assert claim(ours, *(article.sha256 for article in made)) == (
        [free.sha256],
        {
            done.sha256: Standing.DONE,
            aside.sha256: Standing.SET_ASIDE,
            elsewhere.sha256: Standing.ELSEWHERE,
            deadly.sha256: Standing.SUSPECTED,
        },
    )
    assert claim(ours, deadly.sha256, alone=True) == ([deadly.sha256], {})
