"""One measurement of `claimdesk eval bench batch`, in a process of its own: JSON in the arguments, JSON on stdout."""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from extractor.schema import ArticleMetadata, Value

if TYPE_CHECKING:
    from extractor.pipeline import Extractor
    from extractor.schema import Article


class Task(Value):
    """What to measure."""

    kind: str
    """One of `KINDS`."""
    n_articles: int
    concurrency: int
    base_url: str = ""
    database_url: str = ""


class Measured(Value):
    """What it took."""

    n_articles: int
    seconds: float
    cpu_s: float
    """Of this process, all threads."""
    peak_mb: float
    """Of this process since its start."""


def content() -> str:
    """Return what the endpoint is to say about every story."""
    claim = {
        "sentences": [1],
        "quotes": ["The pump failed at noon"],
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
    from extractor.ingest import make_article

    text = f"Story number {n}. The pump failed at noon, the harbour board said on Monday."
    return make_article(text, ArticleMetadata(title=f"Story {n}", language="en"))


def fill(task: Task) -> int:
    """Put a backlog of stories into a new database."""
    from extractor.clock import utc_now
    from extractor.store import add_article, open_session, open_store

    engine = open_store(task.database_url)
    for first in range(0, task.n_articles, 500):
        with open_session(engine) as session:
            for n in range(first, min(first + 500, task.n_articles)):
                add_article(session, article=story(n), now=utc_now())
    engine.dispose()
    return task.n_articles


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


async def _stored(task: Task, extractor: "Extractor") -> int:
    from extractor.batch import Batch
    from extractor.budget import Budget, Limits
    from extractor.clock import utc_now
    from extractor.runs import OpenRun, RunRequest
    from extractor.schema import RunSettings
    from extractor.store import open_store

    settings = RunSettings(concurrency=task.concurrency, max_tries=3)
    request = RunRequest(identity=extractor.identity, settings=settings)
    async with OpenRun(open_store(task.database_url), request, clock=utc_now) as run:
        await run.work(Batch(extractor, clock=utc_now, budget=Budget(Limits())))
    return run.totals.n_claims


async def _with_model(
    task: Task, work: "Callable[[Task, Extractor], Coroutine[object, object, int]]"
) -> tuple[int, float, float]:
    from extractor.endpoint import EndpointExtractor
    from extractor.model import Model, ModelOptions

    async with Model(ModelOptions(name="delayed", base_url=task.base_url)) as model:
        extractor = EndpointExtractor(model)
        began, cpu = time.perf_counter(), time.process_time()
        n_done = await work(task, extractor)
        return n_done, time.perf_counter() - began, time.process_time() - cpu


KINDS = {"unstored": _unstored, "stored": _stored}


def main() -> None:
    """Do the task of the first argument."""
    task = Task.model_validate_json(sys.argv[1])
    os.environ["OPENAI_API_KEY"] = "none"
    if task.kind == "fill":
        n_done, seconds, cpu_s = fill(task), 0.0, 0.0
    else:
        n_done, seconds, cpu_s = asyncio.run(_with_model(task, KINDS[task.kind]))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    measured = Measured(n_articles=n_done, seconds=seconds, cpu_s=cpu_s, peak_mb=peak_mb)
    sys.stdout.write(json.dumps(measured.model_dump()) + "\n")


if __name__ == "__main__":
    main()
