"""claimdesk worker: many processes on one queue, on a real PostgreSQL; kills, signals, limits, poison."""

import json
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from extractor.schema import Run, RunState
from extractor.store import list_failures, list_runs, open_session
from tests.loopback import Answer, Request, reply
from tests.test_extract import CLAIMDESK, GOOD, Desk, desk, forget_extractions, story

__all__ = ["desk"]

on_postgres = pytest.mark.parametrize("desk", ["postgres_url"], indirect=True)

DEAD_AFTER = "5"
"""Seconds; the shortened form of the half minute after which a silent worker is taken for dead."""


def start_worker(desk: Desk, *args: str) -> subprocess.Popen[str]:
    command = [*CLAIMDESK, "worker", "--model", "m", "--dead-after", DEAD_AFTER, *args]
    return subprocess.Popen(command, env=desk.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def drain(desk: Desk, *args: str) -> tuple[int, str, str]:
    with start_worker(desk, "--drain", *args) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@contextmanager
def workers(desk: Desk, n: int, *args: str) -> Iterator[list[subprocess.Popen[str]]]:
    started = [start_worker(desk, *args) for _ in range(n)]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def queue(desk: Desk, *args: str) -> str:
    return desk.call("extract", "--model", "m", "--queue", *args)


def runs(desk: Desk) -> tuple[Run, list[Run]]:
    """The queued run that came last, and its parts."""
    with open_session(desk.engine, reading=True) as session:
        listed = list_runs(session, limit=50)
    whole = next(run for run in listed if run.n_articles is not None)
    return whole, [run for run in listed if run.part_of == whole.id]


def wait_until(condition: Callable[[], object], *, within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


@on_postgres
def test_two_workers_share_a_backlog_and_nobody_does_anything_twice(desk: Callable[..., Desk]) -> None:
    asked: Counter[int] = Counter()
    both = threading.Event()

    def script(request: Request) -> Answer:
        asked[story(request)] += 1
        # Each has two in flight: with a third question both are at work, and none is answered sooner.
        if len(asked) >= 3:
            both.set()
        return Answer(GOOD.body, delay_s=0.1, until=both)

    made = desk(script, 40)
    assert "40 articles in the queue" in queue(made)
    assert "nothing to queue" in queue(made)
    with workers(made, 2, "--drain", "--concurrency", "2", "--log-json") as (first, second):
        outs = [process.communicate(timeout=60) for process in (first, second)]
    whole, parts = runs(made)
    assert (whole.state, whole.n_articles, whole.totals.n_done) == (RunState.DONE, 40, 40)
    assert len(made.claims()) == len(asked) == sum(asked.values()) == 40
    assert len(parts) == 2
    assert all(part.totals.n_done >= 1 for part in parts)
    assert sum(part.totals.n_done for part in parts) == 40
    for out, err in outs:
        assert "with m: done; " in out
        events = [json.loads(line) for line in err.splitlines()]
        assert {"message", "run_begun", "article_done", "run_ended"} == {event["event"] for event in events}
        assert all(event["part_of"] == whole.id for event in events if event["event"] == "run_begun")


@on_postgres
def test_what_a_killed_worker_had_in_hand_is_taken_over(desk: Callable[..., Desk]) -> None:
    asked: Counter[int] = Counter()

    def script(request: Request) -> Answer:
        asked[story(request)] += 1
        return Answer(GOOD.body, delay_s=0.2)

    made = desk(script, 60)
    queue(made)
    with workers(made, 2, "--concurrency", "4") as (victim, heir):
        wait_until(lambda: len(asked) >= 16)
        victim.kill()
        wait_until(lambda: runs(made)[0].state is RunState.DONE)
        heir.send_signal(signal.SIGTERM)
        out, err = heir.communicate(timeout=60)
    assert heir.returncode == 0, err
    assert "with m: " in out
    whole, parts = runs(made)
    assert len(made.claims()) == len(asked) == 60
    assert sum(asked.values()) - 60 <= 4 + 1
    assert whole.totals.n_done == 60
    assert Counter(part.reason for part in parts)["its process ended without a word"] == 1


@on_postgres
def test_a_signal_lets_what_is_in_flight_end_and_gives_the_rest_back(desk: Callable[..., Desk]) -> None:
    asked: list[int] = []
    told = threading.Event()

    def script(request: Request) -> Answer:
        asked.append(story(request))
        return Answer(GOOD.body, until=told)

    made = desk(script, 30)
    queue(made)
    with workers(made, 1, "--concurrency", "2") as (process,):
        wait_until(lambda: len(asked) >= 2)
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        assert any("finishing 2 articles in flight; once more stops at once" in line for line in process.stderr)
        told.set()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "interrupted (by a signal); 2 articles" in out
    assert len(made.claims()) == len(asked) == 2
    assert runs(made)[0].state is RunState.QUEUED
    assert drain(made, "--concurrency", "8")[0] == 0
    assert len(made.claims()) == len(asked) == 30
    assert runs(made)[0].state is RunState.DONE


@on_postgres
def test_the_second_signal_breaks_off_and_nothing_is_lost(desk: Callable[..., Desk]) -> None:
    answers = [Answer(GOOD.body, delay_s=60)]
    asked: list[int] = []

    def script(request: Request) -> Answer:
        asked.append(story(request))
        return answers[0]

    made = desk(script, 3)
    queue(made)
    with workers(made, 1) as (process,):
        wait_until(lambda: asked)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert any("finishing" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        assert process.returncode == 130
    answers[0] = GOOD
    assert drain(made)[0] == 0
    assert len(made.claims()) == 3
    with open_session(made.engine, reading=True) as session:
        assert list_failures(session) == []


@on_postgres
def test_an_article_over_which_workers_die_is_done_alone_and_then_set_aside(desk: Callable[..., Desk]) -> None:
    alive: list[subprocess.Popen[str]] = []

    def script(request: Request) -> Answer:
        if story(request) == 1:
            alive[-1].kill()
        return GOOD

    made = desk(script, 3)
    queue(made, "--max-tries", "1")
    # Once among others, and once alone.
    for _ in range(2):
        with start_worker(made) as process:
            alive.append(process)
            process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    assert drain(made)[0] == 0
    with open_session(made.engine, reading=True) as session:
        (poison,) = list_failures(session, set_aside=True)
    assert poison.reason == "the program was killed 2 times while it worked on this article"
    assert len(made.claims()) == 2
    assert runs(made)[0].state is RunState.DONE


@on_postgres
def test_all_workers_together_keep_to_a_limit(desk: Callable[..., Desk]) -> None:
    used = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
    made = desk([Answer(json.dumps({**json.loads(GOOD.body), "usage": used}).encode(), delay_s=0.05)], 40)
    queue(made, "--max-tokens", "14000")
    with workers(made, 2, "--drain", "--concurrency", "4") as both:
        for process in both:
            process.communicate(timeout=60)
    whole, _ = runs(made)
    usage = whole.totals.usage
    assert whole.state is RunState.BUDGET
    assert 11_000 <= usage.prompt_tokens + usage.output_tokens <= 14_000
    queue(made)
    assert drain(made, "--concurrency", "8")[0] == 0
    assert len(made.claims()) == 40


@on_postgres
def test_workers_use_replies_that_are_kept_and_ask_a_second_time_where_the_run_wants_it(
    desk: Callable[..., Desk],
) -> None:
    asked: list[int] = []

    def script(request: Request) -> Answer:
        asked.append(story(request))
        return reply({"claims": []})

    made = desk(script, 3)
    assert made.extract()[0] == 0
    assert len(asked) == 3
    forget_extractions(made)
    queued = queue(made, "--second-pass")
    assert "claimdesk worker --model m --second-pass works on it" in queued
    _, _, err = drain(made)
    assert "run 2 is queued for m too, but not for this worker: it differs in --second-pass" in err
    assert drain(made, "--second-pass")[0] == 0
    whole, _ = runs(made)
    assert (whole.totals.n_done, whole.totals.usage.reused, whole.totals.usage.calls) == (3, 3, 3)
    assert len(asked) == 6


def test_a_file_is_not_shared(desk: Callable[..., Desk]) -> None:
    made = desk([GOOD], 1)
    for command in (["worker"], ["extract", "--queue"]):
        done = subprocess.run([*CLAIMDESK, *command, "--model", "m"], env=made.env, capture_output=True, text=True)
        assert done.returncode == 2
        assert "is a file of this machine: set CLAIMDESK_DATABASE_URL to postgresql://" in done.stderr
        assert "Traceback" not in done.stderr
