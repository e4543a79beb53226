"""`claimdesk eval run`, `score`, `compare`, `gate` as a person meets them."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from eval.metrics.figure import MIN_ARTICLES
from tests.command import Claimdesk, Done
from tests.loopback import Answer, LoopbackEndpoint, Request, failure, reply


@pytest.fixture
def claimdesk(claimdesk: Claimdesk) -> Claimdesk:
    """Run one eval command."""
    return partial(claimdesk, "eval")


@pytest.fixture
def gold(build: Any, tmp_path: Path) -> Path:
    """As many articles as an interval takes, with two claims each."""
    path = tmp_path / "gold.jsonl"
    claims = (build.gold("The bridge is safe"), build.gold("The tunnel will open in May"))
    cases = (build.case(*claims, case_id=i) for i in "abcdefgh"[:MIN_ARTICLES])
    path.write_text("".join(case.model_dump_json() + "\n" for case in cases), encoding="utf-8")
    return path


@pytest.fixture
def runs(claimdesk: Claimdesk, gold: Path, tmp_path: Path) -> tuple[Path, Path]:
    """What rules find, and the same without any claim."""
    full, empty = tmp_path / "full.json", tmp_path / "empty.json"
    assert claimdesk("run", "--model", "rules", "--data", gold, "--save", full).code == 0
    first, *predictions = full.read_text().splitlines()
    emptied = (json.dumps(json.loads(line) | {"claims": []}) for line in predictions)
    empty.write_text("\n".join((first, *emptied)) + "\n")
    return full, empty


def change(run: Path, **info: object) -> None:
    """Change what a run says of itself."""
    first, *predictions = run.read_text().splitlines()
    document = json.loads(first)
    run.write_text("\n".join((json.dumps(document | {"info": document["info"] | info}), *predictions)) + "\n")


def test_compare_prints_tables_json_and_markdown(claimdesk: Claimdesk, gold: Path, runs: tuple[Path, Path]) -> None:
    shown = claimdesk("compare", *runs, "--data", gold)
    assert shown.code == 0
    assert f"Claims lost: only A finds them ({2 * MIN_ARTICLES})" in shown.out
    assert "check-worthiness, average precision" in shown.out
    found = json.loads(claimdesk("compare", *runs, "--data", gold, "--json").out)
    assert found["n_articles"] == MIN_ARTICLES
    assert {change["side"] for change in found["changes"]} == {"lost", "dropped"}
    assert claimdesk("compare", *runs, "--data", gold, "--markdown").out.startswith("## Comparison of two runs\n")
    both = claimdesk("compare", *runs, "--data", gold, "--markdown", "--json")
    assert (both.code, "exclude each other" in both.err) == (2, True)


def test_compare_refuses_other_data_until_told(claimdesk: Claimdesk, gold: Path, runs: tuple[Path, Path]) -> None:
    full, empty = runs
    change(empty, dataset_sha256="1" * 64)
    refused = claimdesk("compare", full, empty, "--data", gold)
    assert refused.code == 2
    assert "made on different data" in refused.err
    assert claimdesk("compare", full, empty, "--data", gold, "--common").code == 0


def test_the_gate_speaks_by_its_exit_code(claimdesk: Claimdesk, gold: Path, runs: tuple[Path, Path]) -> None:
    full, empty = runs
    passed = claimdesk("gate", full, "--baseline", empty, "--floor", "recall=0.5", "--data", gold)
    assert (passed.code, passed.out.count("\n")) == (0, 1)
    assert passed.out.startswith("gate passed: ")
    failed = claimdesk("gate", empty, "--baseline", full, "--floor", "recall=0.5", "--data", gold, "--json")
    assert failed.code == 1
    assert [check["passed"] for check in json.loads(failed.out)["checks"]] == [False, False]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "nothing to ask of the run"),
        (("--floor", "f2=0.5"), "no figure 'f2'"),
        (("--floor", "f1"), "give a share from 0 to 1"),
        (("--floor", "f1=70"), "give a share from 0 to 1"),
        (("--baseline", "absent.json"), "absent.json: cannot be read"),
    ],
    ids=["nothing", "figure", "no value", "percent", "no file"],
)
def test_a_gate_misused_is_no_verdict(
    claimdesk: Claimdesk, gold: Path, runs: tuple[Path, Path], options: tuple[str, ...], told: str
) -> None:
    done = claimdesk("gate", runs[0], "--data", gold, *options)
    assert done.code == 2
    assert told in done.err


def test_agreement_of_two_files_and_of_a_file_and_a_run(
    claimdesk: Claimdesk, gold: Path, runs: tuple[Path, Path]
) -> None:
    twins = claimdesk("agreement", gold, gold)
    assert twins.code == 0
    n_claims = 2 * MIN_ARTICLES
    assert f"{MIN_ARTICLES} articles; claims: {n_claims} of A, {n_claims} of B" in twins.out
    found = json.loads(claimdesk("agreement", gold, runs[0], "--json").out)
    assert found["found"][1]["f1"]["value"] > 0.5
    missing = claimdesk("agreement", gold, gold.with_name("absent.jsonl"))
    assert (missing.code, "absent.jsonl: cannot be read" in missing.err) == (2, True)


def test_the_annotators_stand_beside_the_score(claimdesk: Claimdesk, gold: Path, runs: tuple[Path, Path]) -> None:
    assert "Annotators" not in claimdesk("score", runs[0], "--data", gold).out
    gold.with_suffix(".agreement.json").write_text(claimdesk("agreement", gold, gold, "--json").out)
    for command in (("score", runs[0]), ("compare", *runs)):
        assert "Annotators: what two annotators reach" in claimdesk(*command, "--data", gold).out
    ceiling = json.loads(claimdesk("score", runs[0], "--data", gold, "--json").out)["ceiling"]
    assert ceiling["found"][0]["f1"] == {"hits": 4 * MIN_ARTICLES, "n": 4 * MIN_ARTICLES}


def test_repeated_runs_are_kept_and_give_a_deviation(claimdesk: Claimdesk, gold: Path, tmp_path: Path) -> None:
    kept = tmp_path / "run.json"
    done = claimdesk("run", "--model", "rules", "--data", gold, "--repeat", "3", "--save", kept, "--json")
    assert done.code == 0
    repeats = json.loads(done.out)["repeats"]
    assert repeats["n_runs"] == 3
    # Rules give the same each time.
    assert {row["f1"]["sd"] for row in repeats["criteria"]} == {0.0}
    again = claimdesk("score", kept, tmp_path / "run-2.json", tmp_path / "run-3.json", "--data", gold, "--json")
    assert json.loads(again.out)["repeats"] == repeats


def test_the_deviation_is_that_of_the_runs(claimdesk: Claimdesk, runs: tuple[Path, Path], gold: Path) -> None:
    full, empty = runs
    alone = json.loads(claimdesk("score", full, "--data", gold, "--json").out)
    both = json.loads(claimdesk("score", full, empty, "--data", gold, "--json").out)
    assert "repeats" not in alone or alone["repeats"] is None
    for one, row in zip(alone["overall"], both["repeats"]["criteria"], strict=True):
        recall = one["recall"]["value"]
        assert row["recall"]["mean"] == pytest.approx(recall / 2)
        assert row["recall"]["sd"] == pytest.approx(recall / 2**0.5)
    assert both["overall"] == alone["overall"]


def test_runs_of_different_extractors_do_not_repeat_each_other(
    claimdesk: Claimdesk, runs: tuple[Path, Path], gold: Path
) -> None:
    full, other = runs
    change(other, identity={"model": "another"})
    done = claimdesk("score", full, other, "--data", gold)
    assert done.code == 2
    assert "use claimdesk eval compare" in done.err


def told(request: Request) -> Answer:
    """Answer with the claims of the article, as a large model does."""
    claim = {"quotes": ["The bridge is safe"], "quotation": "indirect", "source": "Ruta Osei", "source_kind": "person"}
    return reply({"claims": [claim | {"claim": "The bridge is safe."}]})


Model = Callable[..., Done]


@pytest.fixture
def model(claimdesk: Claimdesk, monkeypatch: pytest.MonkeyPatch, gold: Path, tmp_path: Path) -> Model:
    """Run a model behind an endpoint and keep the run; a script of answers, and further options."""

    def run(endpoint: LoopbackEndpoint, *options: str) -> Done:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.base_url)
        return claimdesk("run", "--model", "big", "--data", gold, "--save", tmp_path / "big.json", *options)

    return run


def test_an_interrupted_run_goes_on_and_asks_nothing_twice(model: Model, claimdesk: Claimdesk, tmp_path: Path) -> None:
    answers = [told, told]

    def breaks_down(request: Request) -> Answer:
        return answers.pop()(request) if answers else failure(401)

    with LoopbackEndpoint(breaks_down) as endpoint:
        done = model(endpoint)
    assert (done.code, done.out) == (2, "")
    assert "what was answered so far is kept in" in done.err
    assert len((tmp_path / "big.json").read_text().splitlines()) == 1 + 2
    with LoopbackEndpoint(told) as endpoint:
        done = model(endpoint, "--json")
        assert len(endpoint.requests) == MIN_ARTICLES - 2
        assert "going on from 2 answers kept since" in done.err
        assert len(json.loads(done.out)["articles"]) == MIN_ARTICLES
        again = model(endpoint, "--json")
        assert len(endpoint.requests) == MIN_ARTICLES - 2
    assert json.loads(again.out)["overall"] == json.loads(done.out)["overall"]
    change(tmp_path / "big.json", code_version="0.0.1")
    with LoopbackEndpoint(told) as endpoint:
        assert "big.json: kept with other code (0.0.1); score it with eval score" in model(endpoint).err


def test_a_failed_article_is_asked_about_again(model: Model, claimdesk: Claimdesk, gold: Path, tmp_path: Path) -> None:
    kept = tmp_path / "big.json"
    with LoopbackEndpoint(told) as endpoint:
        assert model(endpoint, "--limit", "2").code == 0
        *before, last = kept.read_text().splitlines()
        failed = json.loads(last) | {"claims": [], "error": "the endpoint was overloaded"}
        kept.write_text("\n".join((*before, json.dumps(failed))) + "\n")
        assert "failed: the endpoint was overloaded" in claimdesk("score", kept, "--data", gold).out
        again = model(endpoint, "--limit", "2", "--json")
        assert (again.code, len(endpoint.requests)) == (0, 3)
    assert [article["error"] for article in json.loads(again.out)["articles"]] == [None, None]


def test_a_kept_run_says_what_made_it(runs: tuple[Path, Path]) -> None:
    first, *predictions = map(json.loads, runs[0].read_text().splitlines())
    info = first["info"]
    assert info["identity"]["model"] == "rules"
    assert info["identity"]["prompt_sha256"]
    assert len(info["dataset_sha256"]) == 64
    assert re.fullmatch(r"0\.1\.0(, commit [0-9a-f]+(-dirty)?)?, source [0-9a-f]{12}", info["code_version"])
    assert "CPU" in info["machine"]
    assert all(p["pieces"] and p["seconds"] > 0 for p in predictions)


def test_predictions_from_elsewhere_are_compared_with_a_run(
    claimdesk: Claimdesk, gold: Path, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs.jsonl"
    claim = {"text": "The bridge is safe.", "source": "Ruta Osei", "quote": "The bridge is safe"}
    rows = ({"id": i, "claims": [claim]} for i in "abcdefgh"[:MIN_ARTICLES])
    theirs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert claimdesk("score", theirs, "--data", gold).out.startswith("theirs on ")
    assert "A: rules" in claimdesk("compare", runs[0], theirs, "--data", gold).out
    assert claimdesk("gate", theirs, "--floor", "precision=1", "--data", gold).code == 0
    page = tmp_path / "page.html"
    assert claimdesk("report", runs[0], theirs, "--data", gold, "--html", page).code == 0
    assert "theirs" in page.read_text()
