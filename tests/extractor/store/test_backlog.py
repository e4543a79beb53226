"""What is to be done next, who has it in hand, and what is set aside."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from extractor.errors import StoreError
from extractor.schema import Article, RunSettings, RunState, RunTotals, Usage
from extractor.store import (
    Backlog,
    Blame,
    RunHolder,
    Turn,
    add_article,
    add_to_run,
    claim_alone,
    claim_backlog,
    close_attempts,
    count_backlog,
    count_failures,
    end_dead_runs,
    end_run,
    get_article,
    get_run,
    give_back,
    list_failures,
    list_runs,
    mark_flight,
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


def claim(engine: Engine, backlog: Backlog, turn: Turn = Turn.FIRST, limit: int = 100) -> list[str]:
    with open_session(engine) as session:
        page = claim_backlog(session, backlog=backlog, after=-1, limit=limit, turn=turn)
    return [article.sha256 for article in page.articles]


def alone(engine: Engine, backlog: Backlog) -> Iterator[str]:
    """Claim, one after the other, what is to be done alone; each is in flight until the next one is."""
    tried: set[str] = set()
    while True:
        with open_session(engine) as session:
            article = claim_alone(session, backlog=backlog, tried=tried)
        if article is None:
            return
        tried.add(article.sha256)
        fly(engine, backlog, article.sha256)
        yield article.sha256


def fly(engine: Engine, backlog: Backlog, *begun: str, over: Sequence[str] = ()) -> None:
    with open_session(engine) as session:
        mark_flight(session, run_id=backlog.run_id, identity=RULES, begun=begun, over=over)


def end(engine: Engine, *sha256s: str) -> None:
    with open_session(engine) as session:
        for sha256 in sha256s:
            save_extraction(session, extraction=make_extraction(get_article(session, ref=sha256)))
        close_attempts(session, identity=RULES, sha256s=sha256s)


def judge(engine: Engine) -> list[str]:
    """Set aside what is deadly, and return all that is set aside."""
    with open_session(engine) as session:
        set_deadly_aside(session, identity=RULES, max_tries=3, now=NOON)
        return [failure.article_sha256 for failure in list_failures(session, set_aside=True)]


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


def test_what_was_not_in_flight_is_not_suspected(engine: Engine) -> None:
    ahead, given_back, answered = (article.sha256 for article in articles(engine, 3))
    for _ in range(10):
        backlog = begin(engine)
        assert claim(engine, backlog) == [ahead, given_back, answered]
        fly(engine, backlog, given_back, answered)
        fly(engine, backlog, over=[answered])
        with open_session(engine) as session:
            give_back(session, run_id=backlog.run_id, identity=RULES, sha256s=[given_back])
        die(engine)
    assert judge(engine) == []


def test_an_article_over_which_runs_die_comes_after_all_others_then_alone_and_is_then_set_aside(
    engine: Engine,
) -> None:
    deadly, *others = (article.sha256 for article in articles(engine, 4))
    backlog = begin(engine)
    assert claim(engine, backlog, limit=3) == [deadly, *others[:2]]
    fly(engine, backlog, deadly, *others[:2])
    die(engine)
    backlog = begin(engine)
    assert claim(engine, backlog) == others[2:]
    end(engine, *others[2:])
    for _ in range(2):
        assert claim(engine, backlog) == []
        assert claim(engine, backlog, Turn.AGAIN) == [deadly, *others[:2]]
        fly(engine, backlog, deadly, *others[:2])
        die(engine)
        backlog = begin(engine)
    assert claim(engine, backlog, Turn.AGAIN) == []
    # The others came to their end when they were alone, so that they had killed nobody.
    for sha256 in alone(engine, backlog):
        if sha256 != deadly:
            end(engine, sha256)
    die(engine)
    for _ in range(2):
        assert judge(engine) == []
        backlog = begin(engine)
        assert next(alone(engine, backlog)) == deadly
        die(engine)
    assert judge(engine) == [deadly]
    with open_session(engine) as session:
        (failure,) = list_failures(session)
        assert count_backlog(session, backlog=backlog).n_set_aside == 1
        assert failure.reason == "the program was killed 6 times while it worked on this article"
        assert take_up_again(session, backlog=backlog) == 1
    assert claim(engine, begin(engine)) == [deadly]


def test_two_deadly_articles_are_both_set_aside(engine: Engine) -> None:
    made = [article.sha256 for article in articles(engine, 6)]
    deadly = {made[1], made[4]}
    n_runs = 0
    while len(judge(engine)) < 2:
        n_runs += 1
        backlog = begin(engine)
        if flight := [sha256 for turn in (Turn.FIRST, Turn.AGAIN) for sha256 in claim(engine, backlog, turn)]:
            fly(engine, backlog, *flight)
        else:
            for sha256 in alone(engine, backlog):
                if sha256 in deadly:
                    break
                end(engine, sha256)
        die(engine)
    assert set(judge(engine)) == deadly
    assert n_runs <= 3 + 2 * 3


def test_deaths_that_no_article_explains_speak_for_those_that_are_suspected(engine: Engine) -> None:
    *others, unlucky = made = [article.sha256 for article in articles(engine, 5)]

    def die_alone_over(sha256: str, *, ended: Sequence[str] = ()) -> None:
        backlog = begin(engine)
        for tried in alone(engine, backlog):
            if tried == sha256:
                break
            assert tried in ended
            end(engine, tried)
        die(engine)

    for turn in (Turn.FIRST, Turn.AGAIN, Turn.AGAIN):
        backlog = begin(engine)
        assert claim(engine, backlog, turn) == made
        fly(engine, backlog, *made)
        die(engine)
    # Somebody stops the program, whatever it has in hand; each is tried before any is tried again.
    for sha256 in made:
        die_alone_over(sha256)
    die_alone_over(unlucky, ended=others)
    # Four deaths over articles that have ended since: as many of those over this one may be no fault of its own.
    for _ in range(2):
        assert judge(engine) == []
        die_alone_over(unlucky)
    assert judge(engine) == [unlucky]


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
