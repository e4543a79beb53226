"""What is to be done next, who has it in hand, and what is set aside."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from extractor.errors import StoreError
from extractor.schema import Article, RunSettings, RunState, RunTotals, Usage
from extractor.store import (
    Backlog,
    Blame,
    RunHolder,
    add_article,
    add_to_run,
    claim_backlog,
    close_attempts,
    count_backlog,
    count_failures,
    end_dead_runs,
    end_run,
    get_run,
    give_back,
    list_failures,
    list_runs,
    open_session,
    read_backlog,
    record_failure,
    resolve_articles,
    save_extraction,
    set_deadly_aside,
    start_run,
    take_up_again,
)
from tests.extractor.store.samples import MODEL, NOON, RULES, fill, make_article, make_extraction, minutes

HOLDER = RunHolder(host="desk", pid=1)
SETTINGS = RunSettings(concurrency=4, max_tries=3)


def articles(engine: Engine, n: int) -> list[Article]:
    made = [make_article(f"Article {number}.", title=None) for number in range(n)]
    with open_session(engine) as session:
        for article in made:
            add_article(session, article=article, now=NOON)
    return made


def begin(engine: Engine, only: Sequence[str] | None = None) -> Backlog:
    with open_session(engine) as session:
        run_id = start_run(session, identity=RULES, settings=SETTINGS, holder=HOLDER, now=NOON)
    return Backlog(identity=RULES, run_id=run_id, only=None if only is None else tuple(only))


def claim(engine: Engine, backlog: Backlog, *, alone: bool = False, limit: int = 100) -> list[str]:
    with open_session(engine) as session:
        page = claim_backlog(session, backlog=backlog, after=-1, limit=limit, alone=alone)
    return [article.sha256 for article in page.articles]


def die(engine: Engine) -> None:
    with open_session(engine) as session:
        end_dead_runs(session, is_dead=lambda run: True, now=NOON)


def test_waiting_are_those_this_identity_has_not_done(engine: Engine) -> None:
    done, failed, new = fill(engine, text="Done."), make_article("Failed."), make_article("New.")
    with open_session(engine) as session:
        for article in (failed, new):
            add_article(session, article=article, now=NOON)
        record_failure(session, article_sha256=failed.sha256, identity=RULES, error="no", now=NOON)

    def waiting(backlog: Backlog) -> list[str]:
        with open_session(engine, reading=True) as session:
            page = read_backlog(session, backlog=backlog, after=-1, limit=10)
        return [article.sha256 for article in page.articles]

    assert waiting(Backlog(identity=RULES)) == [failed.sha256, new.sha256]
    assert waiting(Backlog(identity=MODEL)) == [done.sha256, failed.sha256, new.sha256]
    with open_session(engine, reading=True) as session:
        only = resolve_articles(session, refs=[new.sha256[:8], done.sha256[:8], new.sha256])
        assert count_backlog(session, backlog=Backlog(identity=RULES, only=only)).n_done == 1
        with pytest.raises(StoreError, match="'nothing'"):
            resolve_articles(session, refs=["nothing"])
    assert waiting(Backlog(identity=RULES, only=only)) == [new.sha256]


def test_a_backlog_is_drawn_in_pages_while_it_is_worked_off(engine: Engine) -> None:
    made = articles(engine, 25)
    backlog = begin(engine)
    seen: list[str] = []
    last: int | None = -1
    while last is not None:
        with open_session(engine) as session:
            page = claim_backlog(session, backlog=backlog, after=last, limit=10)
            for article in page.articles[::2]:
                save_extraction(session, extraction=make_extraction(article))
        seen += [article.sha256 for article in page.articles]
        last = page.last
    assert seen == [article.sha256 for article in made]


def test_no_article_is_in_two_hands(engine: Engine) -> None:
    made = articles(engine, 40)
    backlogs = [begin(engine) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda backlog: claim(engine, backlog, limit=15), backlogs))
    taken.append(claim(engine, begin(engine)))
    everything = [sha256 for some in taken for sha256 in some]
    assert sorted(everything) == sorted(article.sha256 for article in made)
    with open_session(engine, reading=True) as session:
        assert count_backlog(session, backlog=Backlog(identity=RULES)).n_elsewhere == 40


def test_a_dead_run_leaves_its_articles_to_the_next(engine: Engine) -> None:
    (article,) = articles(engine, 1)
    first = begin(engine)
    assert claim(engine, first) == [article.sha256]
    second = begin(engine)
    assert claim(engine, second) == []
    with open_session(engine) as session:
        assert end_dead_runs(session, is_dead=lambda run: run.id == first.run_id, now=minutes(1)) == 1
    with open_session(engine, reading=True) as session:
        run = get_run(session, run_id=first.run_id)
    assert (run.state, run.reason, run.ended_at) == (
        RunState.INTERRUPTED,
        "its process ended without a word",
        minutes(1),
    )
    assert claim(engine, second) == [article.sha256]


def test_what_was_given_back_was_no_try(engine: Engine) -> None:
    (article,) = articles(engine, 1)
    for _ in range(10):
        backlog = begin(engine)
        assert claim(engine, backlog) == [article.sha256]
        with open_session(engine) as session:
            give_back(session, backlog=backlog, sha256s=[article.sha256])


def test_an_article_over_which_processes_die_comes_alone_and_is_then_set_aside(engine: Engine) -> None:
    (deadly,) = articles(engine, 1)
    for _ in range(3):
        assert claim(engine, begin(engine)) == [deadly.sha256]
        die(engine)
    for _ in range(3):
        backlog = begin(engine)
        with open_session(engine) as session:
            assert set_deadly_aside(session, backlog=backlog, now=NOON) == 0
        assert claim(engine, backlog) == []
        assert claim(engine, backlog, alone=True) == [deadly.sha256]
        die(engine)
    backlog = begin(engine)
    with open_session(engine) as session:
        assert set_deadly_aside(session, backlog=backlog, now=NOON) == 1
    with open_session(engine, reading=True) as session:
        (failure,) = list_failures(session, set_aside=True)
        assert count_backlog(session, backlog=backlog).n_set_aside == 1
    assert failure.reason == "the program was killed 6 times while it worked on this article"
    assert claim(engine, backlog) == claim(engine, backlog, alone=True) == []
    with open_session(engine) as session:
        assert take_up_again(session, backlog=backlog) == 1
    assert claim(engine, backlog) == [deadly.sha256]


def test_a_success_forgets_the_deaths(engine: Engine) -> None:
    (article,) = articles(engine, 1)
    for _ in range(2):
        claim(engine, begin(engine))
        die(engine)
    claim(engine, begin(engine))
    with open_session(engine) as session:
        close_attempts(session, identity=RULES, sha256s=[article.sha256])
    die(engine)
    assert claim(engine, begin(engine)) == [article.sha256]


def test_an_article_to_blame_is_set_aside_and_an_endpoint_in_trouble_is_not_its_fault(engine: Engine) -> None:
    poison, unlucky = articles(engine, 2)
    for n in range(1, 4):
        with open_session(engine) as session:
            of = {"identity": RULES, "error": f"try {n}", "now": minutes(n)}
            aside = record_failure(session, article_sha256=poison.sha256, blame=Blame(max_tries=3), **of)  # type: ignore[arg-type]
            assert (aside.n_failures, aside.is_set_aside) == (n, n == 3)
            assert not record_failure(session, article_sha256=unlucky.sha256, **of).is_set_aside  # type: ignore[arg-type]
    backlog = begin(engine)
    assert claim(engine, backlog) == [unlucky.sha256]
    die(engine)
    backlog = begin(engine)
    with open_session(engine, reading=True) as session:
        (failure,) = list_failures(session, set_aside=True)
        assert (failure.article_sha256, failure.n_failures, failure.reason) == (poison.sha256, 3, "try 3")
        assert count_failures(session).model_dump() == {"n": 2, "n_set_aside": 1}
    with open_session(engine) as session:
        assert take_up_again(session, backlog=backlog.model_copy(update={"only": (unlucky.sha256,)})) == 0
        assert take_up_again(session, backlog=backlog) == 1
    assert claim(engine, backlog) == [poison.sha256, unlucky.sha256]


def test_a_run_is_told_while_it_goes_and_when_it_has_ended(engine: Engine) -> None:
    run_id = begin(engine).run_id
    usage = Usage(calls=2, prompt_tokens=3_000_000_000, output_tokens=10, seconds=1.5, cost_usd=0.25)
    totals = RunTotals(n_done=2, n_failed=1, n_set_aside=1, n_claims=7, n_suspected_misses=3, usage=usage)
    for at in (1, 2):
        with open_session(engine) as session:
            add_to_run(session, run_id=run_id, totals=totals, now=minutes(at))
    with open_session(engine, reading=True) as session:
        run = get_run(session, run_id=run_id)
    assert (run.state, run.seen_at, run.ended_at, run.totals) == (RunState.RUNNING, minutes(2), None, totals + totals)
    with open_session(engine) as session:
        unpriced = RunTotals(usage=Usage(calls=1))
        add_to_run(session, run_id=run_id, totals=unpriced, now=minutes(3))
        end_run(session, run_id=run_id, state=RunState.BUDGET, reason="0 USD left", now=minutes(3))
    with open_session(engine, reading=True) as session:
        run = next(r for r in list_runs(session) if r.id == run_id)
        with pytest.raises(StoreError, match="no run 999"):
            get_run(session, run_id=999)
    assert (run.state, run.reason, run.ended_at) == (RunState.BUDGET, "0 USD left", minutes(3))
    assert run.totals.usage.cost_usd is None
