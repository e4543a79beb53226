"""The command line as a person meets it: what it prints where, and how it exits."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from extractor.clock import utc_now
from extractor.schema import DecisionKind, Extraction, Identity, PieceState, SuspectedMiss
from extractor.settings import load_settings
from extractor.store import (
    NewDecision,
    decide,
    latest_extraction,
    list_articles,
    next_claim,
    open_session,
    open_store,
    record_failure,
    save_extraction,
)
from tests.command import Claimdesk
from tests.loopback import LoopbackEndpoint, failure

STORY = """Ferry to stay in harbour

HALVAR, March 12. /NORPRESS/. The ferry Solveig will stay in harbour until May, engineer Ruta Osei said on Monday.

"The pump failed at noon," Osei said. "We lost the pressure in the whole east line."

According to the harbour board, repairs will cost 3 million crowns.
"""


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


def test_help_is_light() -> None:
    heavy = ("streamlit", "pandas", "openai", "sqlmodel", "trafilatura")
    script = f"import sys, extractor.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command",
    [
        "",
        "ingest",
        "extract",
        "claims",
        "show",
        "review",
        "export",
        "status",
        "doctor",
        "eval",
        "eval run",
        "eval report",
        "eval convert",
        "eval check",
        "eval promote",
        "db",
        "models",
        "people",
    ],
)
def test_every_command_explains_itself(claimdesk: Claimdesk, command: str) -> None:
    done = claimdesk(*command.split(), "--help")
    assert done.code == 0
    assert "Usage:" in done.out


def test_from_a_file_to_claims(claimdesk: Claimdesk, story: Path) -> None:
    assert claimdesk("ingest", story).out.endswith("1 added, 0 already there, 0 rejected\n")
    assert claimdesk("ingest", story).out.endswith("0 added, 1 already there, 0 rejected\n")

    extracted = claimdesk("extract", "--model", "rules")
    assert extracted.code == 0
    assert "Ferry to stay in harbour" in extracted.out
    assert "nothing to do" in claimdesk("extract", "--model", "rules").out

    claims = json.loads(claimdesk("claims", "--json").out)
    said = {c["claim"]["content"]["text"]: c["claim"]["source"]["name"] for c in claims}
    assert said["The pump failed at noon"] == "Ruta Osei"
    assert said["We lost the pressure in the whole east line"] == "Ruta Osei"
    shown = claimdesk("show", "Ferry to stay in harbour")
    assert "The pump failed at noon" in shown.out
    assert "Ruta Osei" in shown.out

    lines = claimdesk("export", "--format", "jsonl").out.splitlines()
    assert len(lines) == len(claims)
    assert claimdesk("export", "--format", "csv").out.startswith("claim_id,status,text,source")
    status = json.loads(claimdesk("status", "--json").out)
    assert status["claims"]["pending"] == len(claims)
    assert status["articles"] == 1


@pytest.fixture
def read_badly(claimdesk: Claimdesk, story: Path) -> Extraction:
    """An article of which one piece was cut off, one sentence is suspected, and that another model could not do."""
    claimdesk("ingest", story)
    claimdesk("extract", "--model", "rules")
    with open_session(open_store(load_settings().database_url)) as session:
        (stored,) = list_articles(session)
        whole = latest_extraction(session, article_sha256=stored.sha256)
        assert whole is not None
        span = whole.claims[0].content.spans[0]
        cut_off = whole.pieces[0].model_copy(
            update={"index": 1, "state": PieceState.TRUNCATED, "detail": "the reply [ran] into 64 tokens"}
        )
        badly = whole.model_copy(
            update={
                "identity": Identity(model="large"),
                "claims": whole.claims[1:],
                "pieces": (*whole.pieces, cut_off),
                "suspected_misses": (SuspectedMiss(span=span, reason="a quotation that [no claim] covers"),),
            }
        )
        save_extraction(session, extraction=badly)
        other = Identity(model="other")
        why = "the endpoint [refused] it"
        record_failure(session, article_sha256=stored.sha256, identity=other, error=why, now=stored.added_at)
    return badly


def test_what_was_lost_is_told_in_the_terminal(claimdesk: Claimdesk, read_badly: Extraction) -> None:
    shown = claimdesk("show", read_badly.article_sha256[:8]).out
    assert (
        "read by large; pieces: 1 with claims, 1 truncated (the reply [ran] into 64 tokens); 1 sentence perhaps missed"
        in shown
    )
    assert "perhaps missed: The ferry Solveig will stay in harbour until May" in shown
    assert "(a quotation that [no claim] covers)" in shown
    assert "failed: other, once" in shown

    told = claimdesk("status").out
    assert "1 with claims, 1 truncated; 1 sentence perhaps missed" in told
    assert "the endpoint [refused] it" in told
    status = json.loads(claimdesk("status", "--json").out)
    assert (status["pieces"]["truncated"], status["pieces"]["refused"], status["suspected_misses"]) == (1, 0, 1)
    assert [failure["reason"] for failure in status["failures"]] == ["the endpoint [refused] it"]


def test_what_was_lost_is_exported(claimdesk: Claimdesk, read_badly: Extraction, tmp_path: Path) -> None:
    articles = ("export", "--format", "jsonl", "--what", "articles")
    line = claimdesk(*articles).out
    record = json.loads(line)
    assert record["extraction"] == read_badly.model_dump(mode="json", exclude={"claims"})
    assert [failure["model"] for failure in record["failures"]] == ["other"]
    assert hashlib.sha256(record["article"]["text"].encode()).hexdigest() == record["article"]["sha256"]

    header, row = csv.reader(io.StringIO(claimdesk("export", "--format", "csv", "--what", "articles").out))
    cells = dict(zip(header, row, strict=True))
    assert (cells["pieces_claims"], cells["pieces_truncated"], cells["suspected_misses"]) == ("1", "1", "1")
    assert cells["piece_details"] == "truncated: the reply [ran] into 64 tokens"
    assert cells["failures"] == "other: the endpoint [refused] it"

    file = tmp_path / "articles.jsonl"
    assert claimdesk(*articles, "--article", read_badly.article_sha256, "-o", file).out == ""
    assert file.read_text(encoding="utf-8") == line
    assert claimdesk(*articles, "--article", "abcdef", "-o", file).code == 2
    assert file.read_text(encoding="utf-8") == line, "a refused export leaves what was there"
    assert list(tmp_path.glob("*.part")) == []
    assert "leave it out" in claimdesk(*articles, "--status", "pending").err


def test_an_article_that_was_not_read_is_exported_too(claimdesk: Claimdesk, story: Path) -> None:
    claimdesk("ingest", story)
    assert "not read yet" in claimdesk("show", "Ferry to stay in harbour").out
    assert json.loads(claimdesk("export", "--format", "jsonl", "--what", "articles").out)["extraction"] is None
    assert "Ferry to stay" in claimdesk("export", "--format", "csv", "--what", "articles").out


def test_stdin_is_an_article(claimdesk: Claimdesk) -> None:
    assert "1 added" in claimdesk("ingest", "-", stdin=STORY).out


def test_bad_inputs_are_named_and_the_others_done(claimdesk: Claimdesk, story: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)) * 20)
    done = claimdesk("ingest", tmp_path / "absent.txt", tmp_path / "empty.txt", tmp_path / "noise.txt", story)
    assert done.code == 1
    assert "1 added, 0 already there, 3 rejected" in done.out
    for name in ("absent.txt", "empty.txt", "noise.txt"):
        assert sum(name in line for line in done.err.splitlines()) == 1


def test_an_unknown_model_says_what_to_set(claimdesk: Claimdesk, story: Path) -> None:
    claimdesk("ingest", story)
    done = claimdesk("extract", "--model", "no-such-model")
    assert done.code == 2
    assert done.err.startswith("claimdesk: ")
    assert "no-such-model" in done.err
    assert "OPENAI_BASE_URL" in done.err


def test_an_unreachable_endpoint_loses_nothing(
    claimdesk: Claimdesk, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimdesk("ingest", story)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    done = claimdesk("extract", "--model", "some-model")
    assert done.code == 2
    assert "127.0.0.1:9" in done.err
    assert len(done.err.splitlines()) == 1
    assert json.loads(claimdesk("status", "--json").out)["articles_without_extraction"] == 1


def test_a_wrong_key_is_named_and_not_shown(claimdesk: Claimdesk, story: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claimdesk("ingest", story)
    with LoopbackEndpoint([failure(401, code="invalid_api_key")]) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
        done = claimdesk("extract", "--model", "some-model")
    assert done.code == 2
    assert "key" in done.err
    assert "sk-very-secret" not in done.err + done.out


def test_no_such_article_or_status(claimdesk: Claimdesk) -> None:
    assert "no article 'abcdef'" in claimdesk("show", "abcdef").err
    done = claimdesk("claims", "--status", "lost")
    assert done.code == 2
    assert "superseded" in done.err


def test_the_database_is_created_checked_and_refused_when_newer(
    claimdesk: Claimdesk, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    monkeypatch.setenv("CLAIMDESK_DATABASE_URL", sqlite_url)
    assert claimdesk("db", "check").code == 1
    assert claimdesk("db", "upgrade").code == 0
    assert claimdesk("db", "check").code == 0
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE claimdesk_version SET version_num = 'from-the-future'")
    connection.close()
    done = claimdesk("status")
    assert done.code == 2
    assert "upgrade claimdesk" in done.err


def test_a_full_disk_is_one_sentence(claimdesk: Claimdesk, story: Path) -> None:
    claimdesk("ingest", story)
    claimdesk("extract", "--model", "rules")
    done = claimdesk("export", "--format", "csv", "-o", "/dev/full")
    assert done.code == 2
    assert "No space left on device" in done.err
    assert len(done.err.splitlines()) == 1


def test_doctor_and_models_tell_what_there_is(claimdesk: Claimdesk) -> None:
    findings = {f["what"]: f for f in json.loads(claimdesk("doctor", "--json").out)}
    assert findings["database"]["ok"]
    assert not findings["endpoint"]["ok"]
    assert "OPENAI_API_KEY" in findings["endpoint"]["found"]
    assert {m["name"] for m in json.loads(claimdesk("models", "list", "--json").out)} == {"rules", "local", "NAME"}
    assert claimdesk("models", "path").out.strip().endswith(".gguf")


def test_a_near_copy_is_named_skipped_and_shown(claimdesk: Claimdesk, tmp_path: Path) -> None:
    (tmp_path / "wire.txt").write_text(STORY)
    (tmp_path / "paper.txt").write_text(f"No ferry until May\n\n{STORY.partition('/NORPRESS/. ')[2]}")
    assert claimdesk("ingest", tmp_path / "wire.txt").code == 0
    done = claimdesk("ingest", tmp_path / "paper.txt")
    texts = (STORY, (tmp_path / "paper.txt").read_text())
    wire, paper = (hashlib.sha256(text.strip().encode()).hexdigest()[:12] for text in texts)
    assert done.out.startswith(f"added  {paper}  No ferry until May  (near copy of {wire}, 90 % alike, nothing new)\n")
    extracted = claimdesk("extract", "--model", "rules")
    assert "1 near copy without a new sentence left out; claimdesk extract --with-copies takes it too" in extracted.out
    assert "2 articles, 0 of them not extracted yet\n1 near copy without" in claimdesk("status").out
    shown = claimdesk("show", paper).out
    assert f"not read, since it says nothing new: claimdesk extract {paper} reads it" in shown
    assert f"also in NORPRESS, {tmp_path / 'wire.txt'} ({wire})" in " ".join(shown.split())
    rows = [
        json.loads(line) for line in claimdesk("export", "--format", "jsonl", "--what", "articles").out.splitlines()
    ]
    assert (
        rows[1]["link"]["copy_of"]["sha256"] == rows[0]["article"]["sha256"] == rows[1]["also_in"][0]["article_sha256"]
    )
    cells = list(csv.DictReader(io.StringIO(claimdesk("export", "--format", "csv", "--what", "articles").out)))
    assert (cells[1]["near_copy_of"], cells[1]["similarity"], cells[1]["new_sentences"]) == (
        rows[0]["article"]["sha256"],
        "0.905",
        "0",
    )
    assert "left out" not in claimdesk("extract", paper, "--model", "rules").out
    assert json.loads(claimdesk("status", "--json").out)["copies"]["n_nothing_new"] == 1


def test_status_tells_what_was_decided(claimdesk: Claimdesk, story: Path) -> None:
    claimdesk("ingest", story)
    claimdesk("extract", "--model", "rules")
    engine = open_store(load_settings().database_url)
    with open_session(engine) as session:
        held = next_claim(session, reviewer="anna", now=utc_now())
        assert held is not None
        seen = {"claim_id": held.claim.id, "version": held.version, "reviewer": "anna"}
        decide(session, decision=NewDecision(kind=DecisionKind.VERIFY, **seen), now=utc_now())
    engine.dispose()
    (decided,) = json.loads(claimdesk("status", "--json").out)["decided"]
    assert (decided["model"], decided["kind"], decided["n"]) == ("rules", "verify", 1)
    lines = claimdesk("status").out.splitlines()
    below = next(n for n, line in enumerate(lines) if "decided in 30 days" in line)
    assert lines[below + 2].split()[0] == "rules"
