"""claimdesk extract as a batch job: budgets, failures, interruptions, kills, a database that goes away."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from extractor.ingest import make_article
from extractor.schema import ArticleMetadata, ClaimStatus, PieceState, RunState
from extractor.store import (
    add_article,
    ledger_totals,
    list_articles,
    list_claims,
    list_failures,
    list_runs,
    open_session,
    open_store,
    usage_by_model,
)
from tests.extractor.store.samples import NOON
from tests.loopback import Answer, LoopbackEndpoint, Request, Script, refusal, reply

# A shell's background job hands an ignored SIGINT down to its children: the program must heed it here.
HEED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
CLAIMDESK = (sys.executable, "-c", f"{HEED}; from extractor.cli import main; main()")

CLAIM = {
    "quotes": ["The pump failed at noon"],
    "quotation": "indirect",
    "source": "the harbour board",
    "source_kind": "organisation",
    "claim": "The pump failed at noon.",
    "kind": "event",
    "check_worthiness": 0.6,
}
GOOD = reply({"claims": [CLAIM]})


def story(request: Request) -> int:
    # In whichever message: a question that is asked again ends with what was wrong with the answer.
    return int(re.findall(r"Story number (\d+)", request.body.decode())[-1])


class Desk:
    """A database with a backlog, and the command on it."""

    def __init__(self, url: str, n_articles: int, base_url: str, home: Path) -> None:
        self.engine = open_store(url)
        with open_session(self.engine) as session:
            for n in range(n_articles):
                text = f"Story number {n}. The pump failed at noon, the harbour board said on Monday."
                add_article(session, article=make_article(text, ArticleMetadata(title=f"Story {n}")), now=NOON)
        self.env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "HOME": str(home),
            "OPENAI_BASE_URL": base_url,
            "CLAIMDESK_DATABASE_URL": url,
        }

    def start(self, *args: str) -> subprocess.Popen[str]:
        command = [*CLAIMDESK, "extract", "--model", "m", *args]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def extract(self, *args: str) -> tuple[int, str, str]:
        with self.start(*args) as process:
            out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def call(self, *args: str) -> str:
        done = subprocess.run([*CLAIMDESK, *args], env=self.env, check=True, capture_output=True, text=True)
        return done.stdout

    def claims(self) -> list[str]:
        with open_session(self.engine, reading=True) as session:
            stored = list_claims(session)
            assert {claim.status for claim in stored} <= {ClaimStatus.PENDING}
        return sorted(claim.claim.id for claim in stored)


on_both = pytest.mark.parametrize("desk", ["sqlite_url", "postgres_url"], indirect=True)
"""For tests in which the kind of database makes a difference."""


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Make a desk whose endpoint answers from a script."""
    database_url = request.getfixturevalue(getattr(request, "param", "sqlite_url"))
    opened: list[LoopbackEndpoint | Desk] = []

    def make(script: Script, n_articles: int = 10) -> Desk:
        endpoint = LoopbackEndpoint(script)
        endpoint.__enter__()
        made = Desk(database_url, n_articles, endpoint.base_url, tmp_path)
        opened.extend((endpoint, made))
        return made

    yield make
    for thing in opened:
        if isinstance(thing, LoopbackEndpoint):
            thing.__exit__(None, None, None)
        else:
            thing.engine.dispose()


def test_a_run_is_told_at_its_end_and_in_the_status(desk: Callable[..., Desk]) -> None:
    made = desk([GOOD], 3)
    code, out, _ = made.extract("--concurrency", "2")
    assert code == 0
    assert "run 1 with m: done; 3 articles in " in out
    assert "3 claims, 330 tokens" in out
    status = json.loads(made.call("status", "--json"))
    (run,) = status["runs"]
    assert (run["state"], run["totals"]["n_done"], run["totals"]["n_claims"]) == ("done", 3, 3)
    assert run["totals"]["usage"]["prompt_tokens"] == 300
    assert len(status["usage_by_article"]) == 3
    assert "m" in made.call("status")
    assert made.extract()[1].startswith("nothing to do")


def test_json_lines_on_both_sides(desk: Callable[..., Desk]) -> None:
    made = desk(lambda request: reply("no JSON") if story(request) == 1 else GOOD, 3)
    _, out, err = made.extract("--json", "--log-json")
    *articles, run = map(json.loads, out.splitlines())
    assert len(articles) == 3
    assert run["run"]["totals"]["n_lost_pieces"] == 1
    events = [json.loads(line) for line in err.splitlines()]
    assert Counter(event["event"] for event in events) == {"run_begun": 1, "article_done": 3, "run_ended": 1}
    assert {event["run"] for event in events} == {1}
    assert all({"at", "article", "seconds", "prompt_tokens"} <= set(e) for e in events if e["event"] == "article_done")


def test_a_limit_stops_the_run_before_it_is_passed_and_the_next_goes_on(desk: Callable[..., Desk]) -> None:
    used = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
    made = desk([Answer(json.dumps({**json.loads(GOOD.body), "usage": used}).encode())], 30)
    code, _, err = made.extract("--max-tokens", "12000", "--concurrency", "4")
    assert code == 3
    assert "the same command goes on" in err
    with open_session(made.engine, reading=True) as session:
        (run,) = list_runs(session)
    assert run.state is RunState.BUDGET
    assert 9000 <= run.totals.usage.prompt_tokens + run.totals.usage.output_tokens <= 12000
    assert made.extract()[0] == 0
    assert len(made.claims()) == 30


def test_requests_a_minute_are_kept_to(desk: Callable[..., Desk]) -> None:
    asked_at: list[float] = []

    def script(request: Request) -> Answer:
        asked_at.append(time.monotonic())
        return GOOD

    made = desk(script, 7)
    assert made.extract("--rpm", "180", "--concurrency", "7")[0] == 0
    # Three a second: after the first three in one go, one in a third of a second.
    assert asked_at[-1] - asked_at[0] > 1.0
    code, _, err = made.extract("--model", "rules", "--tpm", "100")
    assert code == 2
    assert "--rpm and --tpm are for a model behind an endpoint, and not for 'rules': leave them out" in err


def test_money_needs_a_price(desk: Callable[..., Desk]) -> None:
    code, _, err = desk([GOOD], 1).extract("--max-cost", "1")
    assert code == 2
    assert "no price is known for model 'm'" in err


def test_a_dry_run_asks_nothing(desk: Callable[..., Desk]) -> None:
    def never(request: Request) -> Answer:
        raise AssertionError("asked")

    made = desk(never, 3)
    code, out, _ = made.extract("--dry-run", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["articles"], told["n_pieces"], told["cost_usd"]) == (3, 3, None)
    assert told["prompt_tokens"] > 1000
    assert told["output_tokens"] > 100
    assert "unknown" in made.extract("--dry-run")[1]


def begun(process: subprocess.Popen[str]) -> None:
    """Wait until the run has begun."""
    assert process.stderr is not None
    for line in process.stderr:
        if '"run_begun"' in line:
            return
    raise AssertionError("the run did not begin")


@on_both
def test_an_article_over_which_the_program_dies_is_set_aside_named_and_taken_up_again(
    desk: Callable[..., Desk],
) -> None:
    answers: dict[str, Answer] = {}
    processes: list[subprocess.Popen[str]] = []

    def script(request: Request) -> Answer:
        if story(request) == 1 and "poison" not in answers:
            processes[-1].kill()
        return GOOD

    made = desk(script, 3)
    # Once among others, and once alone.
    for _ in range(2):
        processes.append(made.start("--max-tries", "1"))
        processes[-1].communicate(timeout=60)
        assert processes[-1].returncode == -signal.SIGKILL
    code, out, _ = made.extract("--max-tries", "1")
    assert code == 1
    assert "1 article set aside; claimdesk extract --retry-failed takes them up again:" in out
    assert "the program was killed 2 times while it worked on this article" in out
    assert len(made.claims()) == 2
    with open_session(made.engine, reading=True) as session:
        (left,) = list_failures(session)
        states = [run.state for run in list_runs(session)]
    assert left.is_set_aside
    assert states == [RunState.DONE] + [RunState.INTERRUPTED] * 2
    assert made.extract()[0] == 0
    answers["poison"] = GOOD
    assert made.extract("--retry-failed")[0] == 0
    assert len(made.claims()) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_finishes_what_is_in_flight(number: signal.Signals, sqlite_url: str, tmp_path: Path) -> None:
    extracting: list[subprocess.Popen[str]] = []
    told: list[int] = []

    def script(request: Request) -> Answer:
        told.append(story(request))
        if len(told) == 2:
            extracting[0].send_signal(number)
        return Answer(GOOD.body, delay_s=0.5)

    with LoopbackEndpoint(script) as endpoint:
        made = Desk(sqlite_url, 40, endpoint.base_url, tmp_path)
        extracting.append(made.start("--concurrency", "2"))
        _, err = extracting[0].communicate(timeout=60)
        assert extracting[0].returncode == 130
        assert "in flight; Ctrl-C once more stops at once" in err
        assert "interrupted: " in err
        assert len(made.claims()) == len(told) < 40
        script_delay = made.extract("--concurrency", "16")
        assert script_delay[0] == 0
        assert len(made.claims()) == len(told) == 40
        made.engine.dispose()


def test_the_second_signal_stops_at_once(sqlite_url: str, tmp_path: Path) -> None:
    with LoopbackEndpoint([Answer(b"", delay_s=60)]) as endpoint:
        made = Desk(sqlite_url, 3, endpoint.base_url, tmp_path)
        with made.start() as process:
            while not endpoint.requests:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            assert "in flight" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "interrupted: 0 articles stored" in err
        assert "Traceback" not in err
        with open_session(made.engine, reading=True) as session:
            (run,) = list_runs(session)
            assert list_failures(session) == []
        assert run.state is RunState.INTERRUPTED
        made.engine.dispose()


@on_both
def test_kills_at_random_moments_lose_double_and_repay_nothing(desk: Callable[..., Desk]) -> None:
    asked: Counter[int] = Counter()

    def script(request: Request) -> Answer:
        asked[story(request)] += 1
        return Answer(GOOD.body, delay_s=0.02)

    made = desk(script, 60)
    moments = random.Random(7)
    n_kills = 0
    for _ in range(5):
        with made.start("--concurrency", "4", "--log-json") as process:
            begun(process)
            time.sleep(moments.uniform(0, 0.25))
            process.kill()
        n_kills += 1
        with open_session(made.engine, reading=True) as session:
            n_stored = sum(article.model is not None for article in list_articles(session))
        assert n_stored <= len(asked)
    assert made.extract("--concurrency", "4")[0] == 0
    undisturbed = sorted(set(made.claims()))
    assert made.claims() == undisturbed
    assert len(undisturbed) == 60
    assert sum(asked.values()) - 60 <= n_kills * 4


@contextmanager
def closed(postgres_url: str) -> Iterator[None]:
    """Turn everybody out of a database, and let nobody in."""
    url = make_url(postgres_url)
    server = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (url.database,))
        yield
        connection.execute(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")


def test_a_database_that_goes_away_for_a_while_is_waited_for(postgres_url: str, tmp_path: Path) -> None:
    asked: Counter[int] = Counter()

    def script(request: Request) -> Answer:
        asked[story(request)] += 1
        return Answer(GOOD.body, delay_s=0.05)

    with LoopbackEndpoint(script) as endpoint:
        made = Desk(postgres_url, 60, endpoint.base_url, tmp_path)
        with made.start("--concurrency", "4") as process:
            while len(asked) < 8:
                time.sleep(0.02)
            with closed(postgres_url):
                assert process.stderr is not None
                told = ""
                for line in process.stderr:
                    told += line
                    if "waiting for it" in line:
                        break
            _, err = process.communicate(timeout=60)
        assert "cannot be reached" in told
        assert "up to 10 minutes" in told
        assert "psycopg" not in told + err
        assert process.returncode == 0, err
        assert len(made.claims()) == 60
        assert set(asked.values()) == {1}
        made.engine.dispose()


def long_story(n_paragraphs: int) -> str:
    """Return an article of several pieces; each paragraph has its own story's number, and about 100 words."""
    filler = "The quay was quiet and the crane stood still while people waited for news from the harbour. " * 6
    return "\n\n".join(
        f"Story number {n}. The pump failed at noon, the board said. {filler}" for n in range(n_paragraphs)
    )


def forget_extractions(made: Desk) -> None:
    """Let all that was done look as if other stages had done it."""
    with made.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE extraction SET identity_sha256 = 'other' || id")


@on_both
def test_changed_stages_cost_no_call(desk: Callable[..., Desk]) -> None:
    asked: Counter[int] = Counter()

    def script(request: Request) -> Answer:
        asked[story(request)] += 1
        # A misfit that is made good by the second try is replayed too.
        return reply("no JSON") if story(request) == 3 and asked[3] == 1 else GOOD

    made = desk(script, 8)
    assert made.extract()[0] == 0
    claims, n_calls = made.claims(), asked.total()
    assert n_calls == 9
    forget_extractions(made)
    told = json.loads(made.extract("--dry-run", "--json")[1])
    assert (told["articles"], told["n_pieces"], told["n_kept"], told["prompt_tokens"]) == (8, 8, 8, 0)
    code, out, _ = made.extract("--max-tokens", "1")
    assert code == 0
    assert "9 answers kept from before" in out
    assert (made.claims(), asked.total()) == (claims, n_calls)
    status = json.loads(made.call("status", "--json"))
    assert status["usage"][0]["usage"]["calls"] == n_calls
    assert [run["totals"]["usage"]["reused"] for run in status["runs"]] == [9, 0]


def test_pieces_that_were_answered_before_a_kill_are_not_asked_again(desk: Callable[..., Desk]) -> None:
    asked: list[bytes] = []
    processes: list[subprocess.Popen[str]] = []

    def script(request: Request) -> Answer:
        asked.append(request.body)
        if len(asked) == 6:
            # The first four have long been written by now.
            time.sleep(1)
            processes[0].kill()
        return Answer(GOOD.body, delay_s=0.0 if len(asked) <= 4 else 0.2)

    made = desk(script, 0)
    with open_session(made.engine) as session:
        add_article(session, article=make_article(long_story(100), ArticleMetadata()), now=NOON)
    processes.append(made.start())
    processes[0].communicate(timeout=60)
    n_before = len(asked)
    assert made.extract()[0] == 0
    n_pieces = len(set(asked))
    assert n_pieces > 8
    with open_session(made.engine, reading=True) as session:
        (usage,) = usage_by_model(session)
    assert usage.usage.calls == n_pieces
    assert len(asked) - n_pieces <= n_before - 4


def test_lost_pieces_are_asked_again_on_demand_and_nothing_else(desk: Callable[..., Desk]) -> None:
    asked: Counter[int] = Counter()

    def script(request: Request) -> Answer:
        number = story(request)
        asked[number] += 1
        if number == 1 and asked[number] == 1:
            return refusal("no")
        return reply("no JSON") if number == 2 and asked[number] <= 2 else GOOD

    made = desk(script, 5)
    code, out, _ = made.extract()
    assert (code, asked.total()) == (0, 6)
    assert "2 pieces lost" in out
    assert made.extract()[1].startswith("nothing to do")
    code, out, _ = made.extract("--retry-lost")
    assert (code, asked) == (0, {0: 1, 1: 2, 2: 3, 3: 1, 4: 1})
    assert len(made.claims()) == 5
    assert made.extract("--retry-lost")[1].startswith("nothing to do")
    with open_session(made.engine, reading=True) as session:
        assert ledger_totals(session).pieces[PieceState.REFUSED] == 0
        assert usage_by_model(session)[0].usage.calls == 8
