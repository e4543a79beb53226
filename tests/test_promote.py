"""claimdesk eval promote as a person meets it."""

import json
from pathlib import Path

import pytest

from eval.cases import load_cases
from extractor.clock import utc_now
from extractor.schema import BY_HAND, DecisionKind, RejectionReason
from extractor.secondlook import Choice
from extractor.settings import load_settings
from extractor.store import (
    NewClaim,
    NewDecision,
    NewSettlement,
    add,
    decide,
    list_claims,
    list_differing,
    make_look,
    next_second_look,
    open_session,
    open_store,
    settle,
)
from tests.command import Claimdesk

STORY = """Ferry to stay in harbour

The ferry Solveig will stay in harbour until May, engineer Ruta Osei said on Monday.

"The pump failed at noon," Osei said. "We lost the pressure in the whole east line."
"""


@pytest.fixture
def story(claimdesk: Claimdesk, tmp_path: Path) -> Path:
    """A database with one extracted article; returns where gold goes."""
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    claimdesk("ingest", tmp_path / "story.txt")
    claimdesk("extract", "--model", "rules")
    return tmp_path / "gold.jsonl"


def decide_all(*reviewers: str, reject: str = "") -> int:
    """Let each reviewer in turn verify every claim, and the last one reject what begins so; count the claims."""
    engine = open_store(load_settings().database_url)
    for reviewer in reviewers:
        with open_session(engine) as session:
            stored = list_claims(session)
            for claim in stored:
                rejected = bool(reject) and claim.claim.content.text.startswith(reject)
                decision = NewDecision(
                    claim_id=claim.claim.id,
                    version=claim.version,
                    kind=DecisionKind.REJECT if rejected else DecisionKind.VERIFY,
                    reviewer=reviewer,
                    reason=RejectionReason.NOT_A_CLAIM if rejected else None,
                )
                decide(session, decision=decision, now=utc_now())
    engine.dispose()
    return len(stored)


def test_a_reviewed_article_becomes_gold_that_scores(claimdesk: Claimdesk, story: Path) -> None:
    n_claims = decide_all("anna", "ben", reject="We lost")
    assert n_claims == 3
    done = claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story, "--form", "wire_report")
    assert (done.code, done.out, done.err) == (0, f"1 case with 2 claims written to {story}\n", "")
    (case,) = load_cases(story).cases
    assert case.lineage is not None
    assert case.lineage.reviewers == ("anna", "ben")
    assert [claim.gold_id for claim in case.lineage.claims] == ["c1", "c2", None]
    score = json.loads(claimdesk("eval", "run", "--model", "rules", "--data", story, "--json").out)
    overlap = next(c for c in score["overall"] if c["criterion"] == "span_overlap+source")
    assert (overlap["recall"]["value"], overlap["precision"]["value"]) == (1, pytest.approx(2 / 3, abs=1e-6))


def test_promoting_again_replaces_and_leaves_other_lines_alone(claimdesk: Claimdesk, story: Path) -> None:
    decide_all("anna", "ben")
    shipped = Path(__file__).parents[1] / "eval" / "data" / "own.jsonl"
    other = next(line for line in shipped.read_text(encoding="utf-8").splitlines() if '"split": "dev"' in line)
    story.write_text(other.replace('"id": "own-', '"id": "z-own-') + "\n", encoding="utf-8")
    for _ in range(2):
        assert claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story).code == 0
        first, last = story.read_text(encoding="utf-8").splitlines()
        assert json.loads(first)["id"].startswith("reviewed-")
        assert last == other.replace('"id": "own-', '"id": "z-own-')
    assert list(story.parent.glob("*.part")) == []


def test_an_article_that_is_not_ready_stays_out_with_every_reason(claimdesk: Claimdesk, story: Path) -> None:
    done = claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story)
    assert (done.code, done.out, story.exists()) == (1, "", False)
    assert done.err.count(" is undecided\n") == 3
    decide_all("anna")
    done = claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story)
    assert done.err.count("was decided by 'anna' alone; somebody else has to decide it too\n") == 3


def test_a_claim_that_a_reviewer_added_needs_a_second_one(claimdesk: Claimdesk, story: Path) -> None:
    decide_all("anna", "ben")
    engine = open_store(load_settings().database_url)
    with open_session(engine) as session:
        first = list_claims(session)[0]
        missed = first.claim.model_copy(update={"id": "f" * 24, "text": "The ferry will stay until May."})
        new = NewClaim(article_sha256=first.article_sha256, claim=missed, reviewer="anna")
        added = add(session, new=new, now=utc_now())
    done = claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story)
    assert "claim ffffffffffff ('The ferry will stay until May.') was decided by 'anna' alone" in done.err
    with open_session(engine) as session:
        seconded = NewDecision(claim_id=added.claim.id, version=added.version, kind=DecisionKind.VERIFY, reviewer="ben")
        decide(session, decision=seconded, now=utc_now())
    engine.dispose()
    assert claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story).code == 0
    (case,) = load_cases(story).cases
    assert len(case.claims) == 4
    assert case.lineage is not None
    (reviewed,) = (claim for claim in case.lineage.claims if claim.claim_id == "f" * 24)
    assert (reviewed.model, [step.kind for step in reviewed.steps]) == (BY_HAND, ["add", "verify"])


def second_looks(reviewer: str, *, reject: str = "") -> None:
    """Let a reviewer decide every claim again, blind: all verified but what begins so."""
    engine = open_store(load_settings().database_url)
    while True:
        with open_session(engine) as session:
            blind = next_second_look(session, reviewer=reviewer, share=1, now=utc_now())
            if blind is None:
                break
            rejected = bool(reject) and blind.claim.content.text.startswith(reject)
            decision = NewDecision(
                claim_id=blind.claim.id,
                version=blind.version,
                kind=DecisionKind.REJECT if rejected else DecisionKind.VERIFY,
                reviewer=reviewer,
                reason=RejectionReason.OPINION if rejected else None,
            )
            make_look(session, decision=decision, now=utc_now())
    engine.dispose()


def test_second_looks_count_and_differences_have_to_be_settled(claimdesk: Claimdesk, story: Path) -> None:
    decide_all("anna", reject="We lost")
    second_looks("ben")
    done = claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story)
    assert done.code == 1
    assert done.err.count("stays out") == 1
    assert "was decided differently by 'anna' and 'ben'; an editor has to settle it (Second look)" in done.err
    engine = open_store(load_settings().database_url)
    with open_session(engine) as session:
        (open_one,) = list_differing(session)
        look = open_one.look
        new = NewSettlement(claim_id=look.claim_id, version=look.version, by="eva", choice=Choice.SECOND)
        settle(session, new=new, now=utc_now())
    engine.dispose()
    assert claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story).code == 0
    (case,) = load_cases(story).cases
    assert len(case.claims) == 3
    assert case.lineage is not None
    assert case.lineage.reviewers == ("anna", "ben", "eva")
    (disputed,) = (claim for claim in case.lineage.claims if claim.claim_id == look.claim_id)
    assert [(step.reviewer, step.kind) for step in disputed.steps] == [("anna", "reject"), ("eva", "verify")]
    assert disputed.second is not None
    assert (disputed.second.reviewer, disputed.second.settled_by, disputed.second.choice) == ("ben", "eva", "second")


def test_a_second_look_that_somebody_overruled_does_not_count(claimdesk: Claimdesk, story: Path) -> None:
    decide_all("anna")
    second_looks("ben")
    decide_all("anna", reject="We lost")
    done = claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story)
    assert done.err.count("was decided by 'anna' alone; somebody else has to decide it too\n") == 1


def test_the_same_text_under_another_id_stays_out(claimdesk: Claimdesk, story: Path) -> None:
    decide_all("anna", "ben")
    claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story)
    case = json.loads(story.read_text(encoding="utf-8"))
    story.write_text(json.dumps(case | {"id": "ferry"}) + "\n", encoding="utf-8")
    done = claimdesk("eval", "promote", "Ferry to stay in harbour", "-o", story)
    assert done.code == 1
    assert "stays out: its text is in the file already as case 'ferry'" in done.err


def test_a_text_of_another_split_stays_out_of_test(claimdesk: Claimdesk, story: Path, tmp_path: Path) -> None:
    sample = Path(__file__).parents[1] / "eval" / "data" / "samples" / "kestrel-results.txt"
    claimdesk("ingest", sample)
    claimdesk("extract", "--model", "rules")
    decide_all("anna", "ben")
    exported = claimdesk("export", "--what", "articles", "--format", "jsonl").out.splitlines()
    articles = [json.loads(line)["article"] for line in exported]
    (sha256,) = (a["sha256"] for a in articles if "kestrel" in a["metadata"]["origin"])
    given = (sha256[:12], "-o", story, "--split", "test", "--exhaustive")
    done = claimdesk("eval", "promote", *given)
    assert done.code == 1
    assert "it cannot go into test: it is the text of case 'own-007-business-kestrel'" in done.err


def test_an_unknown_article_is_named(claimdesk: Claimdesk, story: Path) -> None:
    done = claimdesk("eval", "promote", "Nothing of the kind", "-o", story)
    assert (done.code, done.err.startswith("claimdesk: no article 'Nothing of the kind'")) == (2, True)
