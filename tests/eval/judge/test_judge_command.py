"""claimdesk eval judge, and --judge, as a person meets them, against a scripted endpoint."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.command import Claimdesk, Done
from tests.loopback import Answer, LoopbackEndpoint, Request, failure, reply

LABELS = Path(__file__).parents[3] / "eval" / "data" / "judge" / "labels.jsonl"


@pytest.fixture
def claimdesk(claimdesk: Claimdesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Claimdesk:
    """Run one eval command with a cache of its own."""
    monkeypatch.setenv("CLAIMDESK_CACHE_DIR", str(tmp_path / "cache"))

    def run(*args: str | Path, base_url: str = "http://127.0.0.1:9/v1") -> Done:
        monkeypatch.setenv("OPENAI_BASE_URL", base_url)
        return claimdesk("eval", *args)

    return run


def fenced(request: Request, tag: str) -> str | None:
    """Return what stands in a fence of the last question that has a claim; after a misfit more is said behind it."""
    asked = next(m["content"] for m in reversed(request.messages) if "<claim>" in m["content"])
    found = re.search(rf"<{tag}>\n(.*)\n</{tag}>", asked, re.DOTALL)
    return found[1] if found else None


def says(yes: bool) -> str:
    return "yes" if yes else "no"


def strict(request: Request) -> Answer:
    """Judge by simple rules: a comma is a second statement, a small letter no sentence, a "she" not clear."""
    claim, text = fenced(request, "claim") or "", fenced(request, "text")
    if text is not None:
        return reply({"supported": says(claim.rstrip(".") in text)})
    verdict = {"one_statement": "," not in claim, "well_formed": claim[0].isupper(), "clear_alone": "she" not in claim}
    return reply({name: says(yes) for name, yes in verdict.items()})


@pytest.fixture
def gold(build: Any, tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    claims = (build.gold("The bridge is safe"), build.gold("The tunnel will open in May"))
    path.write_text("".join(build.case(*claims, case_id=i).model_dump_json() + "\n" for i in "ab"), encoding="utf-8")
    return path


@pytest.fixture
def run(claimdesk: Claimdesk, gold: Path, tmp_path: Path) -> Path:
    """Predictions for one of two articles: one claim as labelled, one that hangs on its article."""
    path = tmp_path / "theirs.jsonl"
    claims = [{"text": "The bridge is safe", "source": "Ruta Osei"}, {"text": "she added", "source": "Ruta Osei"}]
    path.write_text("".join(json.dumps({"id": i, "claims": c}) + "\n" for i, c in (("a", claims), ("b", []))))
    return path


def test_a_judge_is_held_against_the_shipped_labels_once(claimdesk: Claimdesk) -> None:
    with LoopbackEndpoint(strict) as endpoint:
        done = claimdesk("judge", "big", "--json", base_url=endpoint.base_url)
        n_asked = len(endpoint.requests)
        again = claimdesk("judge", "big", "--json", base_url=endpoint.base_url)
        assert (done.code, len(endpoint.requests)) == (0, n_asked)
    assert n_asked == len(LABELS.read_text(encoding="utf-8").splitlines())
    found = json.loads(done.out)
    assert found["labels"] == "the shipped labels"
    assert found["judge"]["prompt_name"] == "judge_claim and judge_support"
    assert found["usage"]["calls"] == n_asked
    assert json.loads(again.out)["agreements"] == found["agreements"]
    assert json.loads(again.out)["usage"]["calls"] == 0
    clear = next(a for a in found["agreements"] if a["trait"] == "decontextualisation")
    assert 0 < clear["right"]["value"] < 1
    # What is sent is data in a fence, and the answer has two words to choose from.
    asked = endpoint.requests[0].json
    assert asked["messages"][0]["role"] == "system"
    assert asked["response_format"]["json_schema"]["schema"]["properties"]


def test_another_endpoint_is_another_judge(claimdesk: Claimdesk) -> None:
    for _ in range(2):
        with LoopbackEndpoint(strict) as endpoint:
            claimdesk("judge", "big", "--limit", "3", base_url=endpoint.base_url)
            assert len(endpoint.requests) == 3


def test_the_claims_of_a_run_are_judged_and_the_agreement_stands_beside(
    claimdesk: Claimdesk, gold: Path, run: Path
) -> None:
    with LoopbackEndpoint(strict) as endpoint:
        shown = claimdesk("score", run, "--data", gold, "--judge", "big", base_url=endpoint.base_url)
        document = json.loads(
            claimdesk("score", run, "--data", gold, "--judge", "big", "--json", base_url=endpoint.base_url).out
        )
    judged = document["judged"]
    shares = {f["measure"]: (f["share"]["value"], f["share"]["n"]) for f in judged["figures"]}
    assert shares == {
        "atomicity": (1, 2),
        "fluency": (0.5, 2),
        "decontextualisation": (0.5, 2),
        "faithfulness": (1, 2),
        "focus": (0.5, 2),
        # One of two in the first article; in the second nothing was predicted.
        "coverage": (0.25, 4),
    }
    # After the proxies' table comes the judge's.
    *_, row = (line for line in shown.out.splitlines() if line.startswith(" decontextualisation  "))
    right = next(a for a in judged["agreements"] if a["trait"] == "decontextualisation")["right"]
    assert f"{right['value']:.2f}" in row
    assert "Quality of claims, as big judges it" in shown.out
    # Without a judge nobody is asked and nothing is shown.
    assert json.loads(claimdesk("score", run, "--data", gold, "--json").out)["judged"] is None


def test_a_report_shows_what_the_judge_says(claimdesk: Claimdesk, gold: Path, run: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with LoopbackEndpoint(strict) as endpoint:
        given = ("--data", gold, "--judge", "big", "--html", page, "--markdown")
        done = claimdesk("report", run, *given, base_url=endpoint.base_url)
    assert done.code == 0
    for told in (done.out, page.read_text(encoding="utf-8")):
        assert "Quality of claims, as big judges it" in told
        assert "Judge agrees with labels" in told


def test_what_was_not_judged_is_told_and_in_no_figure(claimdesk: Claimdesk, gold: Path, run: Path) -> None:
    def moody(request: Request) -> Answer:
        return reply({"supported": "perhaps"}) if fenced(request, "claim") == "she added" else strict(request)

    with LoopbackEndpoint(moody) as endpoint:
        done = claimdesk("score", run, "--data", gold, "--judge", "big", "--json", base_url=endpoint.base_url)
    assert done.code == 0
    assert "not judged: 'she added': The reply of model 'big' does not fit" in done.err
    figures = {f["measure"]: (f["share"]["n"], f["n_unjudged"]) for f in json.loads(done.out)["judged"]["figures"]}
    assert figures["atomicity"] == figures["faithfulness"] == (1, 1)


def test_a_judge_that_cannot_be_asked_is_one_sentence(claimdesk: Claimdesk, gold: Path, run: Path) -> None:
    with LoopbackEndpoint([failure(401)]) as endpoint:
        done = claimdesk("score", run, "--data", gold, "--judge", "big", base_url=endpoint.base_url)
    assert (done.code, done.out) == (2, "")
    assert "the key" in done.err
    assert claimdesk("judge", "big", "--format", "factcheck-bench").code == 2


def test_a_cache_that_was_cut_off_goes_on(claimdesk: Claimdesk, tmp_path: Path) -> None:
    with LoopbackEndpoint(strict) as endpoint:
        claimdesk("judge", "big", "--limit", "3", base_url=endpoint.base_url)
        (kept,) = (tmp_path / "cache" / "judge").iterdir()
        kept.write_bytes(kept.read_bytes()[:-20])
        for _ in range(2):
            assert claimdesk("judge", "big", "--limit", "3", base_url=endpoint.base_url).code == 0
    assert len(endpoint.requests) == 4
