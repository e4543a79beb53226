from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from extractor.errors import StoreError
from extractor.schema import Claim, ClaimStatus, FlagCode, Identity, PieceCount, PieceState, Usage
from extractor.store import (
    count_by_status,
    decide,
    get_claim,
    latest_extraction,
    ledger_totals,
    list_claims,
    list_failures,
    list_identities,
    next_claim,
    open_session,
    record_failure,
    save_extraction,
    undo,
    usage_by_model,
)
from tests.extractor.store.samples import (
    MODEL,
    NOON,
    RULES,
    correction,
    fill,
    make_article,
    make_claim,
    make_extraction,
    minutes,
    verification,
)

A, B, C = make_claim("a", start=9), make_claim("b", start=4), make_claim("c", start=None)


def statuses(engine: Engine) -> dict[str, ClaimStatus]:
    with open_session(engine, reading=True) as session:
        return {c.id: get_claim(session, claim_id=c.id).status for c in (A, B, C)}


def test_an_extraction_comes_back_whole(engine: Engine) -> None:
    article = fill(engine)
    extraction = make_extraction(article, A, B, C, identity=MODEL, usage=Usage(calls=2, cost_usd=0.01))
    with open_session(engine) as session:
        assert save_extraction(session, extraction=extraction)
    with open_session(engine, reading=True) as session:
        assert latest_extraction(session, article_sha256=article.sha256) == extraction
        assert latest_extraction(session, article_sha256="0" * 64) is None
        assert list_identities(session, article_sha256=article.sha256) == [RULES, MODEL]


def test_the_same_extraction_twice_changes_nothing(engine: Engine) -> None:
    article = fill(engine, A)
    with open_session(engine) as session:
        assert not save_extraction(session, extraction=make_extraction(article, B))
        assert [c.claim for c in list_claims(session)] == [A]


def test_of_many_writers_of_one_extraction_one_wins(engine: Engine) -> None:
    article = fill(engine)

    def save(n: int) -> bool:
        identity = Identity(model=f"m{n % 2}")
        with open_session(engine) as session:
            return save_extraction(session, extraction=make_extraction(article, A, B, identity=identity))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(16))) == 2
    with open_session(engine, reading=True) as session:
        assert count_by_status(session)[ClaimStatus.PENDING] == 2


def test_nothing_is_left_of_an_extraction_that_breaks_off(engine: Engine) -> None:
    article = fill(engine)
    with pytest.raises(StoreError), open_session(engine) as session:
        save_extraction(session, extraction=make_extraction(article, A, B, A, identity=MODEL))
    with open_session(engine, reading=True) as session:
        assert list_claims(session) == []
        found = latest_extraction(session, article_sha256=article.sha256)
        assert found is not None
        assert found.identity == RULES


def test_an_extraction_of_an_unknown_article_is_refused(engine: Engine) -> None:
    with open_session(engine) as session, pytest.raises(StoreError, match="ingest it first"):
        save_extraction(session, extraction=make_extraction(make_article(), A))


def test_claims_are_in_reading_order_and_the_unplaced_last(engine: Engine) -> None:
    article = fill(engine, C, A, B)
    fill(engine, make_claim("elsewhere"), text="Another article.")
    with open_session(engine, reading=True) as session:
        assert [c.claim.id for c in list_claims(session, article_sha256=article.sha256)] == [B.id, A.id, C.id]
        assert [c.claim.id for c in list_claims(session, limit=2, offset=1)] == [A.id, C.id]
        assert len(list_claims(session)) == 4


def test_a_newer_extraction_supersedes_what_it_does_not_have(engine: Engine) -> None:
    article = fill(engine, A, B, C)
    better = make_claim("a", start=9, worth=0.9, flags=(FlagCode.MISQUOTE,))
    with open_session(engine) as session:
        decide(session, decision=verification(B), now=minutes(1))
        save_extraction(session, extraction=make_extraction(article, better, identity=MODEL))
    assert statuses(engine) == {
        A.id: ClaimStatus.PENDING,
        B.id: ClaimStatus.VERIFIED,
        C.id: ClaimStatus.SUPERSEDED,
    }
    with open_session(engine, reading=True) as session:
        stored = get_claim(session, claim_id=A.id)
        assert (stored.claim, stored.model, stored.version) == (better, "some-model", 2)
        assert [c.claim.id for c in list_claims(session)] == [B.id, A.id]
        assert [c.claim.id for c in list_claims(session, status=ClaimStatus.SUPERSEDED)] == [C.id]


def test_an_unchanged_claim_keeps_its_version_and_a_decided_one_its_correction(engine: Engine) -> None:
    article = fill(engine, A, B)
    corrected = make_claim("b", text="It holds well.")
    with open_session(engine) as session:
        decide(session, decision=correction(B, corrected), now=minutes(1))
        save_extraction(session, extraction=make_extraction(article, A, B, identity=MODEL))
        assert get_claim(session, claim_id=A.id).version == 1
        stored = get_claim(session, claim_id=B.id)
        assert (stored.claim, stored.status, stored.model) == (corrected, ClaimStatus.CORRECTED, "some-model")


def test_a_superseded_claim_that_is_found_again_comes_back(engine: Engine) -> None:
    article = fill(engine, A, B)
    with open_session(engine) as session:
        save_extraction(session, extraction=make_extraction(article, B, identity=MODEL))
        assert next_claim(session, reviewer="anna", now=NOON, after=B.id) is not None
    with open_session(engine) as session:
        save_extraction(session, extraction=make_extraction(article, A, identity=Identity(model="third")))
        assert get_claim(session, claim_id=A.id).status is ClaimStatus.PENDING
        assert get_claim(session, claim_id=B.id).status is ClaimStatus.SUPERSEDED


def test_undo_after_a_newer_extraction_gives_the_claim_as_it_was_decided(engine: Engine) -> None:
    article = fill(engine, A)
    with open_session(engine) as session:
        decided = decide(session, decision=verification(A), now=minutes(1))
        save_extraction(session, extraction=make_extraction(article, identity=MODEL))
        back = undo(session, claim_id=A.id, version=decided.version, reviewer="anna", now=minutes(2))
    assert (back.status, back.claim) == (ClaimStatus.PENDING, A)


def test_failures_are_counted_with_the_last_reason_and_go_with_a_success(engine: Engine) -> None:
    article = fill(engine)
    with open_session(engine) as session:
        record_failure(session, article_sha256=article.sha256, identity=MODEL, error="first", now=NOON)
    with open_session(engine) as session:
        record_failure(session, article_sha256=article.sha256, identity=MODEL, error="said \0", now=minutes(1))
    with open_session(engine) as session:
        (failure,) = list_failures(session)
        assert (failure.n_failures, failure.reason) == (2, "said \N{REPLACEMENT CHARACTER}")
        assert (failure.model, failure.first_at, failure.last_at) == ("some-model", NOON, minutes(1))
        assert list_failures(session, article_sha256=article.sha256) == [failure]
        assert list_failures(session, article_sha256="0" * 64) == []
        save_extraction(session, extraction=make_extraction(article, A, identity=MODEL))
        assert list_failures(session) == []
        with pytest.raises(StoreError, match="ingest it first"):
            record_failure(session, article_sha256="0" * 64, identity=MODEL, error="no", now=NOON)


def test_the_ledger_counts_the_last_extraction_of_each_article(engine: Engine) -> None:
    with open_session(engine, reading=True) as session:
        nothing = ledger_totals(session)
    assert set(nothing.pieces.values()) == {0}
    first, second = fill(engine, A, text="One."), fill(engine, text="Two.")
    cut_off = make_extraction(first, identity=MODEL)
    pieces = (cut_off.pieces[0].model_copy(update={"state": PieceState.TRUNCATED, "detail": "64 tokens"}),) * 2
    with open_session(engine) as session:
        save_extraction(session, extraction=cut_off.model_copy(update={"pieces": pieces, "suspected_misses": ()}))
        totals = ledger_totals(session)
        last = latest_extraction(session, article_sha256=first.sha256)
        assert latest_extraction(session, article_sha256=second.sha256) is not None
    assert {state: n for state, n in totals.pieces.items() if n} == {PieceState.CLAIMS: 1, PieceState.TRUNCATED: 2}
    assert totals.n_suspected_misses == 1
    assert last is not None
    assert last.pieces_by_state == (PieceCount(state=PieceState.TRUNCATED, n=2, details=("64 tokens",)),)


def test_usage_is_summed_by_model_and_an_unknown_price_stays_unknown(engine: Engine) -> None:
    first, second = fill(engine, text="One."), fill(engine, text="Two.")
    priced = Usage(calls=2, prompt_tokens=100, output_tokens=10, seconds=1.5, cost_usd=0.25)
    unpriced = Usage(calls=1, prompt_tokens=5, output_tokens=1, seconds=0.5)
    local = Identity(model="local")
    with open_session(engine) as session:
        for article in (first, second):
            save_extraction(session, extraction=make_extraction(article, identity=MODEL, usage=priced))
        save_extraction(session, extraction=make_extraction(first, identity=local, usage=priced))
        save_extraction(session, extraction=make_extraction(second, identity=local, usage=unpriced))
        by_model = {u.model: u for u in usage_by_model(session)}
    assert list(by_model) == ["local", "rules", "some-model"]
    assert by_model["some-model"].usage == priced + priced
    assert by_model["local"].usage == priced + unpriced
    assert by_model["local"].usage.cost_usd is None
    assert (by_model["rules"].n_articles, by_model["rules"].usage.cost_usd) == (2, 0.0)


def test_a_claim_with_nul_from_a_model_is_kept(engine: Engine) -> None:
    odd: Claim = make_claim("odd", text="It \0 holds.")
    fill(engine, odd)
    with open_session(engine, reading=True) as session:
        assert get_claim(session, claim_id=odd.id).claim == odd


def test_an_unknown_claim_is_named(engine: Engine) -> None:
    with open_session(engine, reading=True) as session, pytest.raises(StoreError, match="'nobody'"):
        get_claim(session, claim_id="nobody")
