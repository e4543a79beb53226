"""The plain instructor loop at full speed, in a process of its own: what a newcomer writes, and nothing else.

``python -m eval.peers.plain_loop URL ARTICLES IN_FLIGHT`` asks about so many made-up articles, so many at once, keeps
nothing, and prints what it took as JSON.
"""

import asyncio
import json
import sys
import time

import instructor
import openai

from eval.delayed_endpoint import story_text
from eval.memory import peak_mb
from eval.peers.plain import MAX_OUTPUT_TOKENS, PlainReply, question


async def ask_all(base_url: str, texts: list[str], in_flight: int) -> dict[str, float]:
    """Return how many claims came back, in how many seconds, wall and CPU; one text is asked about before."""
    client = instructor.from_openai(
        openai.AsyncOpenAI(base_url=base_url, api_key="none"), mode=instructor.Mode.JSON_SCHEMA
    )
    gate = asyncio.Semaphore(in_flight)

    async def ask(text: str) -> int:
        async with gate:
            reply = await client.chat.completions.create(
                model="delayed",
                messages=[{"role": "user", "content": question(text)}],
                response_model=PlainReply,
                max_tokens=MAX_OUTPUT_TOKENS,
            )
        return len(reply.claims)

    await ask(texts[0])
    began, cpu = time.perf_counter(), time.process_time()
    n_claims = sum(await asyncio.gather(*(ask(text) for text in texts)))
    return {"n_done": n_claims, "seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}


def main() -> None:
    """Do what the arguments say."""
    base_url, n_articles, in_flight = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    texts = [story_text(n) for n in range(n_articles)]
    took = asyncio.run(ask_all(base_url, texts, in_flight))
    sys.stdout.write(json.dumps({**took, "peak_mb": peak_mb()}) + "\n")


if __name__ == "__main__":
    main()
