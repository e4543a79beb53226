"""The benchmarks of the review desk, small: a made-up desk is a desk, and what is printed is what happened."""

from pathlib import Path

import pytest
from sqlalchemy import URL

from extractor.cli import bench_desk_fill
from extractor.clock import utc_now
from extractor.schema import ClaimFilter, ClaimOrder, ClaimStatus, DecisionKind
from extractor.store import (
    NewDecision,
    Window,
    claims_page,
    count_by_status,
    decide,
    facets,
    get_article,
    history,
    look_pairs,
    next_claim,
    open_session,
    open_store,
    work_by_person,
)
from tests.command import Claimdesk


def value(out: str, name: str) -> str:
    """Return the last word of a table's row."""
    return next(line for line in out.splitlines() if line.strip().startswith(name)).split()[-1]


def test_copies_are_claims_like_any_other(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_desk_fill, "BASE", 100)
    engine = open_store(database_url)
    bench_desk_fill.fill(engine, 300, lambda _share, _what: None)
    everything, rejected = ClaimFilter(), ClaimFilter(statuses=(ClaimStatus.REJECTED,))
    with open_session(engine, reading=True) as session:
        claims = claims_page(session, where=everything, order=ClaimOrder.QUEUE, limit=301).claims
        assert len({held.claim.id for held in claims}) == 300 == facets(session, where=everything).total.n
        assert len({get_article(session, ref=held.article_sha256).sha256 for held in claims}) == 30
        by_status = count_by_status(session)
        assert by_status[ClaimStatus.PENDING] == 270
        n_rejected = by_status.get(ClaimStatus.REJECTED, 0)
        assert len(claims_page(session, where=rejected).claims) == n_rejected == facets(session, where=rejected).total.n
        decided = [held for held in claims if held.status is not ClaimStatus.PENDING]
        assert {len(history(session, claim_id=held.claim.id)) for held in decided} == {1}
        assert sum(person.n for person in work_by_person(session, window=Window())) == 30
        n_looks = sum(pair.n for pair in look_pairs(session))
        assert n_looks % 3 == 0
        words = claims[0].claim.text.split()
        found = claims_page(session, where=ClaimFilter(text=f'"{words[1]} {words[2]}"')).claims
        assert claims[0].claim.id in {held.claim.id for held in found}
        of_article = claims_page(session, where=ClaimFilter(articles=(claims[-1].article_sha256,))).claims
        assert len(of_article) == 10
    with open_session(engine) as session:
        held = next_claim(session, reviewer="anna", now=utc_now())
        assert held is not None
        seen = {"claim_id": held.claim.id, "version": held.version, "reviewer": "anna"}
        decide(session, decision=NewDecision(kind=DecisionKind.VERIFY, **seen), now=utc_now())
        assert count_by_status(session)[ClaimStatus.PENDING] == 269
    engine.dispose()


def test_operations_are_timed_and_a_kept_database_is_taken_again(claimdesk: Claimdesk, tmp_path: Path) -> None:
    command = ("eval", "bench", "desk", "--claims", 200, "--database", "sqlite", "--runs", 10, "--no-screen")
    for fills in (True, False):
        done = claimdesk(*map(str, command), "--folder", tmp_path)
        assert done.code == 0, done.err
        assert ("writing claims" in done.err) is fills
        for name in ("next claim ", "decision", "undo", "search ", "filter with counts", "desk page, all"):
            assert value(done.out, name) == "10"


def test_sessions_at_once_lose_nothing(claimdesk: Claimdesk, postgres_server: URL) -> None:
    server = postgres_server.render_as_string(hide_password=False)
    options = ("--sessions", "3", "--seconds", "4", "--think", "0", "--claims", "200", "--server", server)
    done = claimdesk("eval", "bench", "sessions", *options)
    assert done.code == 0, done.err
    assert int(value(done.out, "decisions in the database")) >= 3
    assert value(done.out, "decisions in the database") == value(done.out, "decisions that pages took for made")
    for name in ("decisions lost", "decisions that no page", "claims shown to more than one", "errors on pages"):
        assert value(done.out, name) == "0", done.out + done.err
