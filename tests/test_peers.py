"""claimdesk eval peers as a person meets it, against a scripted endpoint."""

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import instructor
import openai
import pytest

from eval.peers.plain import PlainReply
from tests.command import Claimdesk, Done
from tests.loopback import LoopbackEndpoint, Request, Script, failure, reply, truncated

TEXTS = {
    "a": "The ferry will stay in harbour until May, engineer Ruta Osei said on Monday.",
    "b": "“The pump failed at noon,” Leo Brandt said. Nobody was hurt.",
}


Peers = Callable[..., Done]


def gold(case_id: str, words: str, source: str, quotation: str) -> str:
    text = TEXTS[case_id]
    start = text.index(words)
    claim = {
        "id": "c1",
        "text": words,
        "content": [{"start_char": start, "end_char": start + len(words)}],
        "quotation": quotation,
        "source": {"name": source, "kind": "person"},
        "kind": "event",
        "check_worthy": True,
    }
    article = {"text": text, "text_sha256": hashlib.sha256(text.encode()).hexdigest()}
    case = {"id": case_id, "split": "dev", "form": "wire_report", "language": "en", "article": article}
    return json.dumps({**case, "claims": [claim]})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    lines = [
        gold("a", "The ferry will stay in harbour until May", "Ruta Osei", "indirect"),
        gold("b", "The pump failed at noon", "Leo Brandt", "direct"),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def peers(claimdesk: Claimdesk, monkeypatch: pytest.MonkeyPatch, data: Path, tmp_path: Path) -> Peers:
    """Run the command on the two cases above."""
    monkeypatch.setenv("CLAIMDESK_CACHE_DIR", str(tmp_path / "cache"))

    def run(*args: str | Path, base_url: str = "", command: tuple[str, ...] = ()) -> Done:
        monkeypatch.setenv("OPENAI_BASE_URL", base_url)
        return claimdesk(*(command or ("eval", "peers", "--data", data, "--model", "big", *args)))

    return run


def plain(claim: str, source: str, quote: str, quotation: str) -> dict[str, str]:
    return {"claim": claim, "source": source, "quote": quote, "quotation_type": quotation}


FERRY = plain("The ferry will stay in harbour until May.", "Ruta Osei", "will stay in harbour until May", "indirect")
PUMP = plain("The pump failed at noon.", "the engineer", "The pump broke down at noon", "direct")


def scripted(request: Request) -> Any:
    return reply({"claims": [FERRY if TEXTS["a"] in request.last else PUMP]})


def figures(done: Done) -> dict[str, Any]:
    return {row["system"]: row for row in json.loads(done.out)}


def test_the_plain_loop_asks_as_a_newcomer_would(peers: Peers) -> None:
    with LoopbackEndpoint(scripted) as endpoint:
        done = peers("--systems", "plain", "--json", base_url=endpoint.base_url)
    assert done.code == 0
    assert [r.last for r in endpoint.requests] == [
        f"Extract every claim and who made it.\n\n{text}" for text in TEXTS.values()
    ]
    asked = endpoint.requests[0].json
    assert [m["role"] for m in asked["messages"]] == ["user"]
    assert asked["max_tokens"] == 2048
    assert asked["response_format"]["type"] == "json_schema"
    row = figures(done)["plain"]
    assert row["found"]["n_predicted_matched"] == 2
    assert row["source"] == {"hits": 1, "n": 2}
    assert row["quotation"] == {"hits": 2, "n": 2}
    assert row["not_verbatim"] == {"hits": 1, "n": 2}
    assert (row["prompt_tokens"], row["output_tokens"], row["n_failed"]) == (100.0, 10.0, 0)


def test_the_plain_loop_sends_what_instructor_sends(peers: Peers) -> None:
    async def plainly(base_url: str) -> None:
        async with openai.AsyncOpenAI(base_url=base_url, api_key="none") as client:
            await instructor.from_openai(client, mode=instructor.Mode.JSON_SCHEMA).chat.completions.create(
                model="big",
                response_model=PlainReply,
                messages=[{"role": "user", "content": f"Extract every claim and who made it.\n\n{TEXTS['a']}"}],
                max_tokens=2048,
                temperature=0,
                seed=0,
            )

    with LoopbackEndpoint(scripted) as endpoint:
        peers("--systems", "plain", base_url=endpoint.base_url)
        asyncio.run(plainly(endpoint.base_url))
    assert endpoint.requests[0].json == endpoint.requests[-1].json


def test_all_in_one_table_with_ratios(peers: Peers) -> None:
    with LoopbackEndpoint(scripted) as endpoint:
        done = peers("--systems", "plain,rules", base_url=endpoint.base_url)
    assert done.code == 0
    assert "2 articles, 2 gold claims" in done.out
    rows = {line[:40].strip(): line[40:].split() for line in done.out.splitlines()}
    assert rows["recall by text and source"] == ["0.50", "1.00"]
    assert rows["output tokens per article"] == ["10", "(×1.00)", "0", "(×0.00)"]
    assert "annotators" not in done.out


def test_the_annotators_stand_beside_the_systems(peers: Peers, data: Path) -> None:
    agreed = peers(command=("eval", "agreement", data, data, "--json"))
    data.with_suffix(".agreement.json").write_text(agreed.out, encoding="utf-8")
    done = peers("--systems", "rules")
    row = next(line for line in done.out.splitlines() if "F1 by text and source" in line)
    assert row.split()[-1] == "1.00"
    assert "two annotators" in done.out


@pytest.mark.parametrize(
    ("script", "state"),
    [
        pytest.param([truncated('{"claims": [')], "truncated", id="truncated"),
        pytest.param([reply("no JSON at all")], "failed", id="invalid"),
    ],
)
def test_a_failed_article_counts_and_keeps_its_cost(peers: Peers, script: Script, state: str, tmp_path: Path) -> None:
    with LoopbackEndpoint(script) as endpoint:
        done = peers("--systems", "plain", "--limit", "1", "--save", tmp_path / "kept", base_url=endpoint.base_url)
    assert done.code == 0
    assert "plain: case " in done.err
    _, line = (tmp_path / "kept" / "plain.json").read_text().splitlines()
    kept = json.loads(line)
    assert kept["error"]
    assert kept["pieces"][0]["state"] == state
    assert kept["pieces"][0]["usage"]["output_tokens"] == 10 * len(endpoint.requests)


def test_a_second_run_asks_nothing_twice(peers: Peers, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with LoopbackEndpoint(scripted) as endpoint:
        peers("--systems", "plain", "--limit", "1", "--save", folder, base_url=endpoint.base_url)
        assert len(endpoint.requests) == 1
        whole = peers("--systems", "plain,rules", "--json", "--save", folder, base_url=endpoint.base_url)
        assert len(endpoint.requests) == 2
    # No endpoint any more: what is kept needs none.
    again = peers("--systems", "plain,rules", "--json", "--save", folder)
    assert again.code == 0
    assert figures(again)["plain"] == figures(whole)["plain"]
    other = peers("--systems", "plain", "--model", "bigger", "--save", folder)
    assert other.code == 2
    assert "plain.json: kept from another model, prompt or setting" in other.err


def test_an_interrupted_comparison_goes_on(peers: Peers, tmp_path: Path) -> None:
    answers = [scripted, lambda request: failure(401)]

    def breaks_down(request: Request) -> Any:
        return answers.pop(0)(request) if answers else failure(401)

    with LoopbackEndpoint(breaks_down) as endpoint:
        done = peers("--systems", "plain", "--save", tmp_path, base_url=endpoint.base_url)
    assert done.code == 2
    assert "the key" in done.err
    with LoopbackEndpoint(scripted) as endpoint:
        done = peers("--systems", "plain", "--save", tmp_path, "--json", base_url=endpoint.base_url)
    assert len(endpoint.requests) == 1
    assert figures(done)["plain"]["n_articles"] == 2


def test_langextract_is_installed_only_on_request(peers: Peers) -> None:
    done = peers("--systems", "langextract", base_url="http://127.0.0.1:9/v1")
    assert done.code == 2
    assert "langextract is not installed in" in done.err
    assert "--install" in done.err


def test_the_benchmark_of_placing_wants_langextract_too(peers: Peers) -> None:
    done = peers(command=("eval", "bench", "grounding", "--peer", "langextract"))
    assert done.code == 2
    assert "langextract is not installed in" in done.err


def test_an_unknown_system_is_named(peers: Peers) -> None:
    done = peers("--systems", "plain,oracle")
    assert done.code == 2
    assert "oracle" in done.err


def test_help_stays_light() -> None:
    script = "import sys, extractor.cli; print([m for m in ('openai', 'numpy', 'rich.table') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "openai" not in done.stdout
    assert "numpy" not in done.stdout
