"""claimdesk export of what is published, as a person meets it."""

import csv
import io
import json
from pathlib import Path

import pytest

from extractor.clock import utc_now
from extractor.factcheck import Assessment, Deed, Move
from extractor.schema import DecisionKind
from extractor.settings import load_settings
from extractor.store import NewDecision, decide, list_claims, make_move, open_session, open_store
from tests.command import Claimdesk
from tests.extractor.test_claimreview import VALID
from tests.extractor.test_factcheck import COMPLETE
from tests.test_promote import STORY

DESK = """
[desk]
name = "Coast Check"
url = "https://check.example.org"
page_url = "https://check.example.org/{id}"
"""


@pytest.fixture
def desk(claimdesk: Claimdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk with a name and three claims; returns the folder for exports."""
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "desk.toml").write_text(DESK, encoding="utf-8")
    monkeypatch.setenv("CLAIMDESK_DESK", str(tmp_path / "desk.toml"))
    claimdesk("ingest", tmp_path / "story.txt")
    claimdesk("extract", "--model", "rules")
    return tmp_path / "out"


def claim_ids() -> list[str]:
    engine = open_store(load_settings().database_url)
    with open_session(engine, reading=True) as session:
        return [stored.claim.id for stored in list_claims(session)]


def do(claim_id: str, *deeds: Deed, first_version: int = 0, said: Assessment = COMPLETE) -> None:
    engine = open_store(load_settings().database_url)
    with open_session(engine) as session:
        if not first_version:
            verify = NewDecision(claim_id=claim_id, version=1, kind=DecisionKind.VERIFY, reviewer="anna")
            decide(session, decision=verify, now=utc_now())
        for version, deed in enumerate(deeds, start=first_version):
            move = Move(
                claim_id=claim_id,
                version=version,
                deed=deed,
                person="anna",
                assessment=said if deed in {Deed.SAVE, Deed.PUBLISH} else None,
                comment="Wrong person." if deed is Deed.WITHDRAW else "",
            )
            make_move(session, move=move, four_eyes=False, now=utc_now())
    engine.dispose()


def test_published_fact_checks_go_into_a_folder_a_file_or_a_pipe(claimdesk: Claimdesk, desk: Path) -> None:
    public, gone, draft = claim_ids()
    do(public, Deed.PUBLISH)
    do(gone, Deed.PUBLISH)
    do(draft, Deed.SAVE)
    done = claimdesk("export", "--format", "claimreview", "-o", desk)
    assert (done.code, done.out, done.err) == (0, "", f"2 fact-checks written to {desk}\n")
    assert sorted(path.name for path in desk.iterdir()) == sorted([f"{public}.jsonld", f"{gone}.jsonld"])
    assert list(VALID.iter_errors(json.loads((desk / f"{public}.jsonld").read_text(encoding="utf-8")))) == []

    do(gone, Deed.WITHDRAW, first_version=1)
    done = claimdesk("export", "--format", "claimreview", "-o", desk)
    assert done.err == f"1 fact-check written to {desk}, 1 withdrawn\n"
    assert [path.name for path in desk.iterdir()] == [f"{public}.jsonld"], "what was withdrawn is taken away"

    feed = json.loads(claimdesk("export", "--format", "claimreview").out)
    assert [element["item"]["url"] for element in feed["dataFeedElement"]] == [f"https://check.example.org/{public}"]
    claimdesk("export", "--format", "claimreview", "-o", desk / "feed.json")
    assert json.loads((desk / "feed.json").read_text(encoding="utf-8")) == feed

    pages = desk / "pages"
    assert claimdesk("export", "--format", "html", "-o", pages).code == 0
    assert sorted(path.name for path in pages.iterdir()) == sorted(["index.html", f"{public}.html", f"{gone}.html"])
    assert "Wrong person." in (pages / f"{gone}.html").read_text(encoding="utf-8")
    index = (pages / "index.html").read_text(encoding="utf-8")
    assert [f'href="{name}.html"' in index for name in (public, gone, draft)] == [True, True, False]


def test_csv_and_jsonl_tell_the_fact_check_of_each_claim(claimdesk: Claimdesk, desk: Path) -> None:
    public, gone, draft = claim_ids()
    formula = COMPLETE.model_copy(update={"conclusion": "=HYPERLINK(1)"})
    do(public, Deed.PUBLISH, said=formula)
    do(gone, Deed.PUBLISH, Deed.WITHDRAW)
    do(draft, Deed.SAVE)
    rows = {row["claim_id"]: row for row in csv.DictReader(io.StringIO(claimdesk("export", "--format", "csv").out))}
    row = rows[public]
    assert (row["fact_check"], row["rating"], row["rating_value"], row["rating_best"]) == (
        "published",
        "False",
        "1",
        "5",
    )
    assert (row["conclusion"], row["evidence"]) == ("'=HYPERLINK(1)", "https://records.example.org/bridge")
    # What readers do not see is not given away by a column that looks as if they did.
    assert [(rows[one]["fact_check"], rows[one]["rating"]) for one in (gone, draft)] == [
        ("withdrawn", ""),
        ("draft", ""),
    ]
    lines = [json.loads(line) for line in claimdesk("export", "--format", "jsonl").out.splitlines()]
    told = {line["claim"]["id"]: line["fact_check"] for line in lines}
    assert told[public]["publication"]["assessment"]["conclusion"] == "=HYPERLINK(1)"
    assert (told[draft]["state"], told[draft]["publication"]) == ("draft", None)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--format", "html"), "name a folder with -o"),
        (("--format", "html", "-o", "pages.html"), "name a folder with -o"),
        (("--format", "claimreview", "--status", "verified"), "leave --what and --status out"),
        (("--format", "html", "--what", "articles"), "leave --what and --status out"),
    ],
)
def test_what_cannot_be_exported_is_said(
    claimdesk: Claimdesk, desk: Path, arguments: tuple[str, ...], what: str
) -> None:
    done = claimdesk("export", *arguments)
    assert (done.code, done.out) == (2, "")
    assert what in done.err


def test_a_desk_without_a_name_is_told_where_to_give_it(
    claimdesk: Claimdesk, desk: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bare.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("CLAIMDESK_DESK", str(tmp_path / "bare.toml"))
    done = claimdesk("export", "--format", "claimreview")
    assert done.code == 2
    assert "set name and url and page_url under [desk]" in done.err
    assert "bare.toml" in done.err
