"""One measurement of a benchmark, in a process of its own: JSON in the arguments, JSON on stdout."""

import asyncio
import json
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Literal

from eval.memory import peak_mb
from extractor.schema import ArticleMetadata, Value

if TYPE_CHECKING:
    from extractor.pipeline import Extractor
    from extractor.runs import OpenRun
    from extractor.schema import Article


class Task(Value):
    """What to measure."""

    kind: Literal["unstored", "stored"] = "stored"
    n_articles: int
    concurrency: int = 1
    base_url: str = ""
    database_url: str = ""
    timeout_s: float = 120.0
    """For one answer."""


class Measured(Value):
    """What it took."""

    n_done: int
    """Articles with a claim."""
    seconds: float
    cpu_s: float
    """Of this process, all threads."""
    peak_mb: float
    """Of this process since its start."""


def content() -> str:
    """Return what the endpoint is to say about every story."""
    claim = {
        "sentences": [0],
        "quotes": ["the pump failed at noon"],
        "quotation": "indirect",
        "cue": "said",
        "mention": "the harbour board",
        "source": "the harbour board",
        "source_kind": "organisation",
        "claim": "The pump failed at noon.",
        "kind": "event",
        "check_worthiness": 0.6,
    }
    return json.dumps({"claims": [claim]})


def story(n: int) -> "Article":
    """Return a small article that differs from all others."""
    from eval.delayed_endpoint import story_text
    from extractor.ingest import make_article

    return make_article(story_text(n), ArticleMetadata(title=f"Story {n}", language="en"))


def fill(task: Task) -> None:
    """Put the backlog of a task into its new database."""
    from extractor.clock import utc_now
    from extractor.store import add_article, open_session, open_store

    engine = open_store(task.database_url)
    for first in range(0, task.n_articles, 500):
        with open_session(engine) as session:
            for n in range(first, min(first + 500, task.n_articles)):
                add_article(session, article=story(n), now=utc_now())
    engine.dispose()


async def _unstored(task: Task, extractor: "Extractor") -> int:
    from extractor.batch import work_one
    from extractor.clock import utc_now

    waiting = iter(range(task.n_articles))
    n_done = 0

    async def worker() -> None:
        nonlocal n_done
        for n in waiting:
            outcome = await work_one(story(n), extractor, utc_now)
            n_done += bool(outcome.extraction and outcome.extraction.claims)

    await asyncio.gather(*(worker() for _ in range(task.concurrency)))
    return n_done


async def _stored(extractor: "Extractor", run: "OpenRun") -> int:
    from extractor.batch import Batch
    from extractor.budget import Budget, Limits
    from extractor.clock import utc_now

    async with run:
        await run.work(Batch(extractor, clock=utc_now, budget=Budget(Limits())))
    return run.totals.n_claims


async def _timed(task: Task) -> tuple[int, float, float]:
    """Do the task; returns how many articles gave a claim, seconds and seconds of CPU."""
    from extractor.batch import work_one
    from extractor.clock import utc_now
    from extractor.endpoint import EndpointExtractor
    from extractor.model import Model, ModelOptions
    from extractor.replies import ReplyShelf
    from extractor.runs import OpenRun, RunRequest
    from extractor.schema import RunSettings
    from extractor.store import open_store

    options = ModelOptions(name="delayed", base_url=task.base_url, timeout_s=task.timeout_s)
    async with AsyncExitStack() as stack:
        if task.kind == "unstored":
            extractor = EndpointExtractor(await stack.enter_async_context(Model(options)))
            work = _unstored(task, extractor)
        else:
            engine = open_store(task.database_url)
            replies = await stack.enter_async_context(ReplyShelf(engine))
            extractor = EndpointExtractor(await stack.enter_async_context(Model(options, replies=replies)))
            settings = RunSettings(concurrency=task.concurrency, max_tries=3)
            request = RunRequest(identity=extractor.identity, settings=settings)
            work = _stored(extractor, OpenRun(engine, request, clock=utc_now, replies=replies))
        # What is loaded with the first article is not its speed.
        await work_one(story(task.n_articles), extractor, utc_now)
        began, cpu = time.perf_counter(), time.process_time()
        n_done = await work
        return n_done, time.perf_counter() - began, time.process_time() - cpu


def measure(task: Task) -> Measured:
    """Do a task in a process of its own.

    Raises:
        RuntimeError: It failed; the end of what it said is in the message.
    """
    return run_module(__name__, task.model_dump_json())


def run_module(module: str, *arguments: str) -> Measured:
    """Run a module that prints what it measured, see `measure`."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr[-2000:]}")
    return Measured.model_validate_json(done.stdout)


def main() -> None:
    """Do the task of the first argument."""
    task = Task.model_validate_json(sys.argv[1])
    n_done, seconds, cpu_s = asyncio.run(_timed(task))
    measured = Measured(n_done=n_done, seconds=seconds, cpu_s=cpu_s, peak_mb=peak_mb())
    sys.stdout.write(measured.model_dump_json() + "\n")


if __name__ == "__main__":
    main()
