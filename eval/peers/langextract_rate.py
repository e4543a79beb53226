"""Runs in langextract's own environment, never imported: how fast it goes through many made-up articles.

A JSON request a line on stdin (base_url, texts, in_flight), what it took on stdout. langextract has its best
settings for this: as many workers as may be in flight, batches long enough that they seldom wait for each other, and
its schema at the provider.
"""

import json
import sys
import time
from typing import Any

import langextract as lx  # type: ignore[import-not-found]
from langextract.core import data  # type: ignore[import-not-found]

DESCRIPTION = "Extract every claim in the news article and who made it, in order of appearance, in its exact words."
EXAMPLES = [
    data.ExampleData(
        text="The harbour will stay closed until Friday, port director Mara Kitt said.",
        extractions=[
            data.Extraction("claim", "The harbour will stay closed until Friday", attributes={"source": "Mara Kitt"})
        ],
    )
]


def rate(base_url: str, texts: list[str], in_flight: int, **_: Any) -> dict[str, Any]:
    """Have langextract find the claims of all articles; every one gives one."""
    kwargs = {"base_url": base_url, "api_key": "none", "max_workers": in_flight}
    config = lx.factory.ModelConfig("delayed", provider="OpenAILanguageModel", provider_kwargs=kwargs)
    provider = lx.factory.create_model(config, examples=EXAMPLES, use_schema_constraints=True)
    documents = [data.Document(text) for text in texts]

    def extract(some: list[Any]) -> list[Any]:
        found: list[Any] = lx.extract(
            some,
            prompt_description=DESCRIPTION,
            examples=EXAMPLES,
            model=provider,
            # The provider has its schema already.
            use_schema_constraints=False,
            max_workers=in_flight,
            batch_length=8 * in_flight,
            show_progress=False,
        )
        return found

    extract(documents[:1])
    began, cpu = time.perf_counter(), time.process_time()
    n_done = sum(e.char_interval is not None for document in extract(documents) for e in document.extractions or [])
    took = {"n_done": n_done, "seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
    return {**took, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """Return the peak of this process; as `eval.memory`, which cannot be imported here."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


def main() -> None:
    """Answer until stdin ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        answers.write(json.dumps(rate(**json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
