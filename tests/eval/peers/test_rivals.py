"""What rivals answer becomes claims of ours: the plain loop's reply, langextract's extractions and places."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from eval.peers import environment, plain
from eval.peers import langextract_reply as lx
from eval.peers.environment import Worker
from extractor.errors import ConfigError, ModelUnavailable
from extractor.schema import GroundingLevel, PieceState, Quotation, SourceKind, Span, Usage

TEXT = "The bridge is safe, mayor Ruta Osei said. Traffic fell by 12 percent last year."


def extraction(text: str, source: str, quotation: str, place: tuple[int, int, str] | None) -> dict[str, Any]:
    where = place and {"start_char": place[0], "end_char": place[1], "status": place[2]}
    return {"text": text, "source": source, "quotation": quotation, "place": where}


def call(finish_reason: str, prompt_tokens: int = 900, output_tokens: int = 80) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt_tokens,
        "output_tokens": output_tokens,
        "finish_reason": finish_reason,
        "reply": '{"extractions": []}',
    }


def answer(*extractions: dict[str, Any], calls: tuple[dict[str, Any], ...] = ()) -> lx.ExtractAnswer:
    return lx.ExtractAnswer.model_validate({"extractions": extractions, "calls": calls, "error": None})


def test_a_plain_reply_becomes_drafts() -> None:
    reply = plain.PlainReply.model_validate(
        {
            "claims": [
                {
                    "claim": "The bridge is safe.",
                    "source": "Ruta Osei",
                    "quote": "The bridge is safe",
                    "quotation_type": "indirect",
                },
                {"claim": "Traffic fell.", "source": "the article", "quote": "", "quotation_type": "none"},
            ]
        }
    )
    said, own = plain.drafts(reply)
    assert (said.text, said.content.text) == ("The bridge is safe.", "The bridge is safe")
    assert (said.source.name, said.source.kind) == ("Ruta Osei", SourceKind.PERSON)
    assert (own.content.text, own.quotation, own.source.kind) == ("Traffic fell.", Quotation.NONE, SourceKind.ARTICLE)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("direct", Quotation.DIRECT), (" Mixed ", Quotation.MIXED), ("", Quotation.INDIRECT), ("?", Quotation.INDIRECT)],
)
def test_an_unknown_quotation_type_counts_as_indirect(given: str, expected: Quotation) -> None:
    assert plain.draft_of("A.", "A", "Ruta Osei", given).quotation is expected


def test_extractions_become_drafts_with_their_places_as_hints() -> None:
    placed, lost = lx.drafts(
        answer(
            extraction("The bridge is safe", "Ruta Osei", "indirect", (0, 18, "match_exact")),
            extraction("Traffic collapsed", "", "none", None),
            extraction("  ", "Ruta Osei", "direct", None),
        )
    )
    assert placed.content.spans == (Span(start_char=0, end_char=18),)
    assert placed.source.name == "Ruta Osei"
    assert lost.content.spans == ()
    assert lost.source.kind is SourceKind.ARTICLE


def test_each_call_is_a_piece_of_the_ledger() -> None:
    pieces = lx.ledger(answer(calls=(call("stop"), call("length", 800, 2048), call("HTTP status 500"))), seconds=6.0)
    assert [p.state for p in pieces] == [PieceState.CLAIMS, PieceState.TRUNCATED, PieceState.FAILED]
    assert [bool(p.detail) for p in pieces] == [False, True, True]
    total = sum((p.usage for p in pieces), Usage())
    assert (total.calls, total.prompt_tokens, total.output_tokens, total.seconds) == (3, 2600, 2208, 6.0)
    assert lx.ledger(answer(), seconds=1.0) == ()


ECHO = """
import json, sys
CALL = {'prompt_tokens': 9, 'output_tokens': 1, 'finish_reason': 'HTTP status 500', 'reply': ''}
for line in sys.stdin:
    request = json.loads(line)
    if request["text"] == "die":
        sys.exit(3)
    if request["task"] == "extract":
        calls = [] if request["text"] == "nobody there" else [CALL]
        print(json.dumps({"extractions": [], "calls": calls, "error": "APIConnectionError"}), flush=True)
        continue
    place = lambda n: {"start_char": request["text"].find(n), "end_char": request["text"].find(n) + len(n),
                       "status": "match_exact" if n.islower() else "match_fuzzy"}
    places = [place(n) if n in request["text"] else None for n in request["needles"]]
    print(json.dumps({"places": places}), flush=True)
"""


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    """A process that speaks as langextract's does."""
    script = tmp_path / "echo.py"
    script.write_text(ECHO, encoding="utf-8")
    return Worker(Path(sys.executable), script)


def test_places_come_back_as_parts(worker: Worker) -> None:
    with worker:
        needles = ["fell by", "The bridge", "„nobody“"]
        exact, near, none = lx.place_all(worker, TEXT, needles, together=True)
    assert [s.of(TEXT) for s in exact.spans] == ["fell by"]
    assert (exact.level, near.level, none.level) == (
        GroundingLevel.EXACT,
        GroundingLevel.FUZZY,
        GroundingLevel.NOT_FOUND,
    )


def test_a_server_that_is_gone_is_no_failed_article(worker: Worker) -> None:
    def ask(text: str) -> lx.ExtractAnswer:
        request = lx.ExtractRequest(
            text=text,
            base_url="http://127.0.0.1:9/v1",
            api_key="none",
            model="big",
            max_output_tokens=9,
            temperature=None,
            timeout_s=1.0,
        )
        return lx.extract(worker, request)

    with worker:
        assert ask("a failure on the way").error == "APIConnectionError"
        with pytest.raises(ModelUnavailable, match=r"got no answer from http://127\.0\.0\.1:9/v1"):
            ask("nobody there")


def test_a_process_that_ends_is_one_sentence(worker: Worker) -> None:
    with worker, pytest.raises(ConfigError, match=r"langextract's process ended \(exit code 3\) at a task 'align'"):
        lx.place_all(worker, "die", ["x"], together=False)


def test_an_absent_interpreter_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be started"), Worker(tmp_path / "bin" / "python"):
        pass


def test_an_environment_is_whole_only_with_its_record(tmp_path: Path) -> None:
    folder = tmp_path / "langextract"
    python = environment.python_of(folder)
    python.parent.mkdir(parents=True)
    python.touch()
    assert not environment.is_installed(folder)
    record = folder / environment.REQUIREMENTS.name
    record.write_bytes(environment.REQUIREMENTS.read_bytes())
    assert environment.is_installed(folder)
    told = io.StringIO()
    environment.install(folder, tell=lambda words: print(words, file=told))
    assert told.getvalue() == ""
    record.write_text("langextract==0.1.0\n", encoding="utf-8")
    assert not environment.is_installed(folder)


def test_the_wanted_versions_are_pinned() -> None:
    lines = [line for line in environment.REQUIREMENTS.read_text().splitlines() if not line.startswith("#")]
    assert lines
    assert all("==" in line for line in lines)
