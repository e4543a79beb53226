"""claimdesk extract --batch-api against a provider on loopback: rounds, faults, budgets, kills, other programs."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from extractor.ingest import make_article
from extractor.provider_batch import BatchState, ProviderBatch
from extractor.schema import ArticleMetadata, PieceState
from extractor.store import (
    add_article,
    ledger_totals,
    list_batches,
    list_failures,
    list_runs,
    open_session,
    usage_by_model,
)
from tests.command import Claimdesk
from tests.databases import lost_answers
from tests.extractor.store.samples import NOON
from tests.loopback import Answer, LoopbackEndpoint, Request, failure, no_choices, refusal, reply, truncated
from tests.loopback_batches import BatchProvider
from tests.test_extract import GOOD, Desk, long_story, story

PRICES = "[models.m]\ninput = 1.0\noutput = 10.0\n"
DIRECT_USD = (100 * 1 + 10 * 10) / 1e6
"""What one question costs at these prices, and half of it in a batch."""


class BatchDesk(Desk):
    """A desk whose endpoint takes batches; what need not be killed runs in this process, which is quicker."""

    def __init__(
        self, url: str, n_articles: int, provider: BatchProvider, base_url: str, home: Path, claimdesk: Claimdesk
    ) -> None:
        super().__init__(url, n_articles, base_url, home)
        self.provider = provider
        self._claimdesk = claimdesk
        (home / "prices.toml").write_text(PRICES)
        self.env["CLAIMDESK_PRICES"] = str(home / "prices.toml")

    def extract(self, *args: str) -> tuple[int, str, str]:
        return self._command("extract", "--model", "m", *args)

    def call(self, *args: str) -> str:
        return self._command(*args)[1]

    def _command(self, *args: str) -> tuple[int, str, str]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.env.items():
                patch.setenv(name, value)
            done = self._claimdesk(*args)
        return done.code, done.out, done.err

    def batch_api(self, *args: str) -> tuple[int, str, str]:
        return self.extract("--batch-api", "--poll", "0.1", *args)

    def batches(self) -> list[ProviderBatch]:
        with open_session(self.engine, reading=True) as session:
            return list_batches(session)

    def answered_twice(self) -> list[str]:
        return [request for request, n in self.provider.n_answered.items() if n > 1]


Make = Callable[..., BatchDesk]


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path, claimdesk: Claimdesk) -> Iterator[Make]:
    database_url = request.getfixturevalue(getattr(request, "param", "sqlite_url"))
    with ExitStack() as stack:

        def make(provider: BatchProvider, n_articles: int = 6) -> BatchDesk:
            endpoint = stack.enter_context(LoopbackEndpoint(provider))
            made = BatchDesk(database_url, n_articles, provider, endpoint.base_url, tmp_path, claimdesk)
            stack.callback(made.engine.dispose)
            return made

        yield make


def test_a_backlog_goes_through_batches_at_half_the_price(desk: Make) -> None:
    made = desk(BatchProvider(lambda request: GOOD), 7)
    told = json.loads(made.extract("--dry-run", "--json")[1])
    halved = json.loads(made.extract("--dry-run", "--json", "--batch-api")[1])
    assert halved["cost_usd"] == pytest.approx(told["cost_usd"] / 2)
    code, _, err = made.batch_api("--batch-size", "4")
    assert code == 0, err
    assert len(made.claims()) == 7
    # The first one is asked directly, to see whether the endpoint takes the key, the model and the settings.
    assert (len(made.provider.direct), made.provider.n_answered.total()) == (1, 6)
    assert [(b.state, b.n_questions, b.n_answered, b.n_failed) for b in reversed(made.batches())] == [
        (BatchState.COLLECTED, 4, 4, 0),
        (BatchState.COLLECTED, 2, 2, 0),
    ]
    cost = DIRECT_USD * (1 + 6 / 2)
    with open_session(made.engine, reading=True) as session:
        (run,), (model,) = list_runs(session), usage_by_model(session)
    assert (run.totals.usage.calls, run.totals.usage.cost_usd) == (7, pytest.approx(cost))
    assert (model.usage.calls, model.usage.cost_usd) == (7, pytest.approx(cost))
    assert made.batch_api()[1].startswith("nothing to do")
    assert "collected" in made.call("status")
    assert len(json.loads(made.call("status", "--json"))["batches"]) == 2


def test_answers_of_the_database_that_get_lost_change_nothing(desk: Make) -> None:
    made = desk(BatchProvider(lambda request: GOOD), 4)
    with lost_answers():
        code, _, err = made.batch_api("--batch-size", "2", "--max-tokens", "100000")
    assert code == 0, err
    assert len(made.claims()) == 4
    assert (len(made.provider.direct), made.provider.n_answered.total()) == (1, 3)
    with open_session(made.engine, reading=True) as session:
        run, *_ = list_runs(session)
    assert (run.totals.n_done, run.totals.usage.calls) == (4, 4)
    assert run.totals.usage.cost_usd == pytest.approx(DIRECT_USD * (1 + 3 / 2))


def test_answers_go_by_the_rules_of_direct_ones(desk: Make) -> None:
    """Misfits are asked again, cut-off pieces in halves, refusals and rejections are states of the piece."""
    seen: Counter[int] = Counter()

    def answer(request: Request) -> Answer:
        number = int((re.findall(r"Story number (\d+)", request.body.decode()) or ["-1"])[-1])
        seen[number] += 1
        again = any(message["role"] == "assistant" for message in request.messages)
        match number:
            case 1:
                return refusal("I cannot")
            case 2:
                return reply("no JSON")
            case 3:
                return GOOD if again else reply("no JSON")
            case 4:
                return truncated("{") if seen[4] == 1 else GOOD
            case 5:
                return failure(400, code="invalid_request_error", message="odd text")
            case 6:
                return no_choices()
            case 7:
                return failure(400, code="context_length_exceeded") if seen[7] == 1 else GOOD
        return (
            reply({"claims": []})
            if number < 0
            else Answer(GOOD.body.replace(b"harbour board", "board \u2028 é".encode()))
        )

    made = desk(BatchProvider(answer), 9)
    code, _, err = made.batch_api()
    assert code == 0, err
    with open_session(made.engine, reading=True) as session:
        pieces = ledger_totals(session).pieces
        assert list_failures(session) == []
    # Of the cut-off one and the one that was too long, each half is a piece.
    assert {state: n for state, n in pieces.items() if n} == {
        PieceState.CLAIMS: 5,
        PieceState.EMPTY: 2,
        PieceState.REFUSED: 1,
        PieceState.FAILED: 3,
    }
    assert len(made.claims()) == 5
    assert made.answered_twice() == []
    assert len(made.provider.direct) == 1
    details = made.call("export", "--format", "jsonl", "--what", "articles")
    for words in ("declined to answer", "does not fit the schema", "odd text", "without any choice"):
        assert words in details


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize(
    ("end", "words"), [("expired", "before its batch's time ran out"), ("cancelled", "before its batch was cancelled")]
)
def test_what_a_batch_did_not_answer_fails_by_name_and_can_be_asked_directly(
    end: str, words: str, forgets: bool, desk: Make
) -> None:
    made = desk(BatchProvider(lambda request: GOOD, lambda n: ["in_progress", end], n_answers=3, forgets=forgets), 8)
    code, _, _ = made.batch_api()
    assert code == 1
    with open_session(made.engine, reading=True) as session:
        failures = list_failures(session)
    assert len(failures) == 4
    assert all(words in failure.reason and not failure.is_set_aside for failure in failures)
    assert len(made.claims()) == 4
    (batch,) = made.batches()
    assert (batch.n_answered, batch.n_failed) == (3, 4)
    assert end in batch.reason
    assert made.extract()[0] == 0
    assert len(made.claims()) == 8
    assert len(made.provider.direct) == 5
    assert made.answered_twice() == []


def test_failures_of_the_provider_are_tried_again_by_the_next_run(desk: Make) -> None:
    broken = {2: failure(500), 3: failure(429), 4: Answer(b'"<html>"')}
    made = desk(BatchProvider(lambda request: broken.get(story(request), GOOD)), 6)
    assert made.batch_api()[0] == 1
    with open_session(made.engine, reading=True) as session:
        reasons = sorted(failure.reason.split("/v1 ")[1].split(";")[0] for failure in list_failures(session))
    assert reasons == [
        "failed",
        "limits this key to fewer requests than were made",
        "sent something that is no reply, a page or nothing at all",
    ]
    assert len(made.claims()) == 3
    broken.clear()
    assert made.batch_api()[0] == 0
    assert len(made.claims()) == 6


def test_a_batch_that_says_nothing_of_a_question_is_named(desk: Make) -> None:
    made = desk(BatchProvider(lambda request: GOOD, n_answers=1, forgets=True), 3)
    assert made.batch_api()[0] == 1
    with open_session(made.engine, reading=True) as session:
        (failed,) = list_failures(session)
    assert "says nothing of the question" in failed.reason


def test_pieces_of_one_article_wait_for_each_other(desk: Make) -> None:
    made = desk(BatchProvider(lambda request: GOOD, lambda n: ["expired"], n_answers=2), 1)
    with open_session(made.engine) as session:
        add_article(session, article=make_article(long_story(60), ArticleMetadata()), now=NOON)
    made.batch_api()
    (batch,) = made.batches()
    assert batch.n_questions > 5
    with open_session(made.engine, reading=True) as session:
        (failed,) = list_failures(session)
    assert "time ran out" in failed.reason
    assert made.extract()[0] == 0
    # One article directly at first, and now what the batch had left.
    assert len(made.provider.direct) == 1 + batch.n_questions - 2
    with open_session(made.engine, reading=True) as session:
        (model,) = usage_by_model(session)
    assert model.usage.calls == 1 + batch.n_questions
    assert model.usage.cost_usd == pytest.approx(DIRECT_USD * (1 + batch.n_questions - 2 + 2 / 2))


def test_a_second_look_is_asked_by_a_second_batch(desk: Make) -> None:
    """What it asks hangs on the first answer, so it goes into the next round."""
    nothing = {"role": "assistant", "content": json.dumps({"claims": []})}
    made = desk(BatchProvider(lambda request: GOOD if nothing in request.messages else reply({"claims": []})), 5)
    once = json.loads(made.extract("--dry-run", "--json", "--batch-api")[1])
    twice = json.loads(made.extract("--dry-run", "--json", "--batch-api", "--second-pass")[1])
    assert twice["cost_usd"] > once["cost_usd"]
    code, _, err = made.batch_api("--second-pass")
    assert code == 0, err
    assert [b.n_questions for b in made.batches()] == [4, 4]
    assert (len(made.claims()), len(made.provider.direct)) == (5, 2)
    assert made.answered_twice() == []


def test_a_batch_that_the_provider_no_longer_has_is_given_up_on_demand(desk: Make) -> None:
    made = desk(BatchProvider(lambda request: GOOD, lambda n: ["in_progress"]), 4)
    with made.start("--batch-api", "--poll", "0.1") as process:
        begun(process, "is submitted")
        process.terminate()
        process.communicate(timeout=60)
    made.provider.batches.clear()
    made.provider.coming = lambda n: ["completed"]
    code, _, err = made.batch_api()
    assert code == 2
    assert "does not have a batch any more that it took, or not under this key" in err
    assert len(made.claims()) == 1
    assert made.batch_api("--retry-failed")[0] == 1
    with open_session(made.engine, reading=True) as session:
        assert [failure.is_set_aside for failure in list_failures(session)] == [False] * 3
    assert made.batch_api()[0] == 0
    assert len(made.claims()) == 4


def test_a_limit_holds_before_anything_is_asked(desk: Make) -> None:
    made = desk(BatchProvider(lambda request: GOOD), 30)
    code, _, err = made.batch_api("--max-tokens", "500")
    assert (code, made.provider.direct, made.batches()) == (3, [], [])
    code, _, err = made.batch_api("--max-tokens", "3300")
    assert code == 3, err
    n_asked = len(made.provider.direct) + made.provider.n_answered.total()
    assert 10 <= n_asked <= 30
    assert n_asked * 110 <= 3300
    assert len(made.claims()) == n_asked
    assert made.batch_api()[0] == 0
    assert len(made.claims()) == 30
    assert made.answered_twice() == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(failure(401), "refuses the key", id="key"),
        pytest.param(failure(404), "does not know model", id="model"),
    ],
)
def test_a_wrong_key_or_model_shows_before_anything_is_submitted(answer: Answer, words: str, desk: Make) -> None:
    made = desk(BatchProvider(lambda request: answer))
    code, _, err = made.batch_api()
    assert code == 2
    assert words in err
    assert made.batches() == []
    assert made.provider.batches == {}


def test_an_endpoint_without_batches_says_so_and_everything_waits(desk: Make) -> None:
    made = desk(BatchProvider(lambda request: GOOD, has_batches=False), 3)
    code, _, err = made.batch_api()
    assert code == 2
    assert "has no Batch API; leave out --batch-api" in err
    assert made.batches() == []
    assert made.extract()[0] == 0


def test_a_full_queue_is_waited_for_and_a_batch_too_large_for_it_is_named(desk: Make) -> None:
    made = desk(BatchProvider(lambda request: GOOD), 8)

    def too_large(lines: list[dict[str, object]]) -> tuple[str, str] | None:
        return ("token_limit_exceeded", "Enqueued token limit reached") if len(lines) > 3 else None

    made.provider.refuses = too_large
    code, _, err = made.batch_api("--batch-size", "5")
    assert code == 2
    assert re.search(r"declined batch \d \(Enqueued token limit reached\); make it smaller by --batch-size", err)
    assert made.batch_api("--batch-size", "3")[0] == 0
    assert len(made.claims()) == 8
    assert made.answered_twice() == []


def begun(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"never said {words!r}")


def test_ctrl_c_leaves_a_batch_at_work_and_others_leave_its_articles_alone(desk: Make) -> None:
    made = desk(BatchProvider(lambda request: GOOD, lambda n: ["in_progress"]), 4)
    with made.start("--batch-api", "--poll", "0.1") as process:
        begun(process, "is submitted")
        process.terminate()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "3 questions stay at the provider; the same command collects their answers" in err
    code, out, _ = made.extract()
    assert code == 0
    assert "3 articles with questions in a batch at the provider" in out
    assert len(made.provider.direct) == 1
    made.provider.batches["batch-1"].coming = ["in_progress", "completed"]
    assert made.batch_api()[0] == 0
    assert len(made.claims()) == 4
    assert (len(made.provider.direct), len(made.provider.batches)) == (1, 1)


@pytest.mark.parametrize(
    ("desk", "at", "done"),
    [
        ("sqlite_url", "POST /v1/files", False),
        ("sqlite_url", "POST /v1/batches", False),
        ("sqlite_url", "POST /v1/batches", True),
        ("postgres_url", "POST /v1/batches", True),
        ("sqlite_url", "GET /v1/batches/batch-1", True),
        ("sqlite_url", "GET /v1/files/batch-1-output_file_id/content", True),
    ],
    indirect=["desk"],
)
def test_a_kill_at_any_request_loses_and_pays_nothing_twice(at: str, done: bool, desk: Make) -> None:
    """The program dies when the request comes in, or when it has been done and before the answer is there."""
    processes: list[subprocess.Popen[str]] = []
    made = desk(BatchProvider(lambda request: GOOD), 5)
    answered = made.provider.__call__

    def kill(request: Request) -> Answer:
        is_it = f"{request.method} {request.path.split('?')[0]}" == at and len(processes) == 1
        if is_it and not done:
            processes[0].kill()
        answer = answered(request)
        if is_it and done:
            processes[0].kill()
            processes[0].wait()
        return answer

    with LoopbackEndpoint(kill) as endpoint:
        made.env["OPENAI_BASE_URL"] = endpoint.base_url
        processes.append(made.start("--batch-api", "--poll", "0.1"))
        processes[0].communicate(timeout=60)
        assert processes[0].returncode == -9
        processes.append(made.start("--batch-api", "--poll", "0.1"))
        _, err = processes[1].communicate(timeout=90)
        assert processes[1].returncode == 0, err
    assert len(made.claims()) == 5
    assert made.answered_twice() == []
    # A run that has something to submit asks one article directly before.
    n_direct, n_in_batch = len(made.provider.direct), made.provider.n_answered.total()
    assert (n_direct + n_in_batch, n_direct <= 2) == (5, True)
    with open_session(made.engine, reading=True) as session:
        (model,) = usage_by_model(session)
    assert model.usage.cost_usd == pytest.approx(DIRECT_USD * (n_direct + n_in_batch / 2))
