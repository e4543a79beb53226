"""Runs in langextract's own environment, never imported: a JSON request a line on stdin, its answer on stdout.

``{"task": "extract", "text": ..., ...}`` asks a model for the claims of one article; ``{"task": "align", ...}``
places quotations. `eval.peers.langextract_reply` says what comes back. The task is put to langextract as its
guide advises: a description, one worked example, everything else as the library sets it.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import langextract as lx  # type: ignore[import-not-found]
from langextract import resolver
from langextract.core import data  # type: ignore[import-not-found]

DESCRIPTION = """\
Extract every claim in the news article and who made it, in order of appearance.
Use the exact words of the article for the claim: without the words that attribute it, without the outer
quotation marks. Do not paraphrase and do not overlap claims.
Attributes: source is the full name of who makes the claim (the person, organisation or document, never a
pronoun), or "the article" for the article's own statement; quotation is direct (only words in quotation marks),
mixed (reported speech with quoted words in it), indirect (reported speech) or none (the article's own)."""

EXAMPLE = """\
The harbour at Lund Bay will stay closed until Friday, port director Mara Kitt said. “We have counted eleven \
damaged moorings,” she told reporters. According to the coast guard, the storm was the strongest since 1987. \
Jon Brek of the fishing union said the closure was “a sound decision” for small boats. Catches in the bay fell by \
12 per cent last year."""

ANSWERS = (
    ("The harbour at Lund Bay will stay closed until Friday", "Mara Kitt", "indirect"),
    ("We have counted eleven damaged moorings", "Mara Kitt", "direct"),
    ("the storm was the strongest since 1987", "the coast guard", "indirect"),
    ("the closure was “a sound decision” for small boats", "Jon Brek", "mixed"),
    ("Catches in the bay fell by 12 per cent last year", "the article", "none"),
)


def extract(text: str, timeout_s: float, temperature: float | None, **asked: Any) -> dict[str, Any]:
    """Have langextract find the claims of one article; what the calls cost is read off the wire."""
    calls: list[dict[str, Any]] = []
    examples = [
        data.ExampleData(
            text=EXAMPLE,
            extractions=[
                data.Extraction("claim", words, attributes={"source": source, "quotation": quotation})
                for words, source, quotation in ANSWERS
            ],
        )
    ]
    settings = {key: asked[key] for key in ("base_url", "api_key", "max_output_tokens")}
    if temperature is not None:
        settings["temperature"] = temperature
    config = lx.factory.ModelConfig(asked["model"], provider="OpenAILanguageModel", provider_kwargs=settings)
    provider = lx.factory.create_model(config, examples=examples, use_schema_constraints=True)
    # The provider offers no way to see the usage or to set a timeout.
    provider._client = provider._client.with_options(timeout=timeout_s, max_retries=0)
    provider._client._client.event_hooks = {"response": [lambda response: calls.append(_call(response))]}
    found, error = [], None
    try:
        document = lx.extract(
            text,
            prompt_description=DESCRIPTION,
            examples=examples,
            model=provider,
            # The provider has its schema already; the server answers one question at a time.
            use_schema_constraints=False,
            max_workers=1,
            show_progress=False,
        )
        found = [_extraction(e) for e in document.extractions or []]
    except Exception as exc:  # noqa: BLE001
        error = f"{type(exc).__name__}: {exc}"[:500]
    return {"extractions": found, "calls": calls, "error": error}


def align(text: str, needles: list[str], together: bool) -> dict[str, Any]:
    """Place quotations: all in one go, which knows their order, or each by itself."""
    extractions = [data.Extraction("quotation", needle) for needle in needles]
    for group in [extractions] if together else [[e] for e in extractions]:
        resolver.WordAligner().align_extractions([group], text)
    return {"places": [_place(e) for e in extractions]}


def _call(response: Any) -> dict[str, Any]:
    response.read()
    body = response.json() if response.is_success else {}
    usage, choice = body.get("usage") or {}, (body.get("choices") or [{}])[0]
    return {
        "prompt_tokens": usage.get("prompt_tokens", 0),
        "output_tokens": usage.get("completion_tokens", 0),
        "finish_reason": choice.get("finish_reason") or f"HTTP status {response.status_code}",
        "reply": (choice.get("message") or {}).get("content") or "",
    }


def _extraction(extraction: data.Extraction) -> dict[str, Any]:
    attributes = extraction.attributes or {}
    return {
        "text": str(extraction.extraction_text),
        "source": _text(attributes.get("source")),
        "quotation": _text(attributes.get("quotation")),
        "place": _place(extraction),
    }


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _place(extraction: data.Extraction) -> dict[str, Any] | None:
    interval, status = extraction.char_interval, extraction.alignment_status
    if interval is None or interval.start_pos is None or interval.end_pos is None or status is None:
        return None
    return {"start_char": interval.start_pos, "end_char": interval.end_pos, "status": status.value}


def main() -> None:
    """Answer until stdin ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    tasks: dict[str, Callable[..., dict[str, Any]]] = {"extract": extract, "align": align}
    for line in sys.stdin:
        request = json.loads(line)
        answers.write(json.dumps(tasks[request.pop("task")](**request)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
