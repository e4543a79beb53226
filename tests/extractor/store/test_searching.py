from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from extractor.errors import StoreError
from extractor.schema import (
    Article,
    ArticleMetadata,
    Claim,
    ClaimFilter,
    ClaimKind,
    ClaimOrder,
    ClaimStatus,
    Count,
    Facet,
    FlagCode,
    Quotation,
    RejectionReason,
    SourceKind,
)
from extractor.store import (
    add_article,
    assign,
    claims_page,
    count_by_status,
    count_claims,
    decide,
    facets,
    lookup,
    open_session,
    save_extraction,
    searching,
    status_counts,
    tally,
    undo,
)
from extractor.store.index import rebuild
from tests.extractor.store.samples import (
    MODEL,
    NOON,
    correction,
    fill,
    make_article,
    make_claim,
    make_extraction,
    minutes,
    rejection,
    verification,
)

BRIDGE = make_claim("bridge", worth=0.9, text="The Córdoba bridge carries 4,000 lorries a day.")
FERRY = make_claim("ferry", worth=0.8, start=60, flags=(FlagCode.MISQUOTE,), text="The ferry will run at night.")
TOLL = make_claim("toll", worth=0.7, text="Lorries paid no bridge toll in May.").model_copy(
    update={"kind": ClaimKind.STATISTIC, "quotation": Quotation.DIRECT}
)


def article(text: str, **about: object) -> Article:
    return make_article(text).model_copy(update={"metadata": ArticleMetadata.model_validate(about)})


@pytest.fixture
def desk(engine: Engine) -> Engine:
    """Two articles; the bridge and the ferry in the first, the toll in the second."""
    day = date(2026, 11, 19)
    first = article("River crossings of Rosenau.", title="Rivers", publisher="The Courier", published=day)
    second = article("Peajes.", title="Tolls of May", publisher="El Faro", published=day, language="es")
    with open_session(engine) as session:
        add_article(session, article=first, now=NOON)
        add_article(session, article=second, now=NOON + timedelta(days=1))
        save_extraction(session, extraction=make_extraction(first, BRIDGE, FERRY))
        save_extraction(session, extraction=make_extraction(second, TOLL, identity=MODEL))
    return engine


ALL = {"bridge": BRIDGE.id, "ferry": FERRY.id, "toll": TOLL.id}


def names(engine: Engine, where: ClaimFilter, order: ClaimOrder = ClaimOrder.QUEUE) -> list[str]:
    known = {claim_id: name for name, claim_id in ALL.items()}
    with open_session(engine, reading=True) as session:
        page = claims_page(session, where=where, order=order)
        assert count_claims(session, where=where) == Count(n=len(page.claims))
        assert facets(session, where=where).total == Count(n=len(page.claims))
    return [known[c.claim.id] for c in page.claims]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, ["bridge", "ferry", "toll"]),
        ({"publishers": ["El Faro"]}, ["toll"]),
        ({"publishers": ["El Faro", "The Courier"]}, ["bridge", "ferry", "toll"]),
        ({"publishers": ["Nobody"]}, []),
        ({"sources": ["Ines Moreau"]}, ["bridge", "ferry", "toll"]),
        ({"source_kinds": [SourceKind.DOCUMENT]}, []),
        ({"kinds": [ClaimKind.EVENT], "quotations": [Quotation.INDIRECT]}, ["bridge", "ferry"]),
        ({"kinds": [ClaimKind.EVENT], "quotations": [Quotation.DIRECT]}, []),
        ({"flags": [FlagCode.MISQUOTE, FlagCode.SOURCE_NOT_FOUND]}, ["ferry"]),
        ({"has_flags": True}, ["ferry"]),
        ({"has_flags": False}, ["bridge", "toll"]),
        ({"statuses": [ClaimStatus.PENDING]}, ["bridge", "ferry", "toll"]),
        ({"statuses": [ClaimStatus.VERIFIED, ClaimStatus.SUPERSEDED]}, []),
        ({"models": ["some-model"]}, ["toll"]),
        ({"languages": ["es"], "models": ["rules"]}, []),
        ({"articles": [make_article("River crossings of Rosenau.").sha256]}, ["bridge", "ferry"]),
        ({"published_from": date(2026, 11, 19)}, ["bridge", "ferry", "toll"]),
        ({"published_to": date(2026, 11, 18)}, []),
        ({"added_from": date(2026, 11, 21)}, ["toll"]),
        ({"added_from": date(1987, 3, 2), "added_to": date(2026, 11, 20)}, ["bridge", "ferry"]),
        ({"added_from": date(2026, 11, 21), "added_to": date(2026, 11, 20)}, []),
        ({"text": "bridge"}, ["bridge", "toll"]),
        ({"text": "BRIDGE lorries"}, ["bridge", "toll"]),
        ({"text": '"bridge toll"'}, ["toll"]),
        ({"text": '"toll bridge"'}, []),
        ({"text": "bridge -toll"}, ["bridge"]),
        ({"text": '-"bridge toll" -night'}, ["bridge"]),
        ({"text": "cordoba"}, ["bridge"]),
        ({"text": "lorr*"}, ["bridge", "toll"]),
        ({"text": "lorr"}, []),
        ({"text": "tolls"}, ["toll"]),
        ({"text": "moreau"}, ["bridge", "ferry", "toll"]),
        ({"text": "4,000"}, ["bridge"]),
        ({"text": "bridge", "languages": ["es"]}, ["toll"]),
        ({"text": "?!"}, ["bridge", "ferry", "toll"]),
        ({"article_text": "rosenau"}, ["bridge", "ferry"]),
        ({"article_text": '"river crossings" rivers'}, ["bridge", "ferry"]),
        ({"article_text": "rosen*", "flags": [FlagCode.MISQUOTE]}, ["ferry"]),
        ({"article_text": "rosenau", "text": "lorries"}, ["bridge"]),
        ({"article_text": "-rosenau"}, ["toll"]),
        ({"article_text": "bridge"}, []),
        ({"article_text": "?!"}, ["bridge", "ferry", "toll"]),
    ],
    ids=str,
)
def test_a_filter_lets_through_what_meets_it(
    desk: Engine, where: dict[str, object], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ClaimFilter.model_validate(where)
    assert names(desk, wanted) == expected
    # The other ways to the same list, which are quicker where much matches.
    for few, many, share in ((0, 10_000, 2.0), (0, -1, 2.0), (0, -1, 0.0), (1_000, -1, 0.0)):
        monkeypatch.setattr(lookup, "FEW_ARTICLES", few)
        monkeypatch.setattr(lookup, "MANY", many)
        monkeypatch.setattr(lookup, "COMMON_SHARE", share)
        with open_session(desk, reading=True) as session:
            assert count_claims(session, where=wanted) == Count(n=len(expected))
            assert sum(c.count.n for c in facets(session, where=wanted).by[Facet.STATUS]) == len(expected)
            for order in ClaimOrder:
                found = claims_page(session, where=wanted, order=order).claims
                assert {c.claim.id for c in found} == {ALL[name] for name in expected}, order


@pytest.mark.parametrize(
    "typed",
    [
        *('"', '""', "'", "a'b", "AND", "NOT", "OR OR", "NEAR(", "a:b", "kind:x", "*", "-", "--", "(", ")", "^a"),
        *("a\0b", "\\", "status_70656e64696e67", "document:bridge", "'bridge' & !x", "ﬁ \U0001f98a"),
        *("x" * 5000, "a " * 5000, "{a}", "a+b"),
    ],
    ids=lambda typed: repr(typed[:20]),
)
def test_nothing_that_is_typed_is_an_error(desk: Engine, typed: str) -> None:
    for order in ClaimOrder:
        names(desk, ClaimFilter(text=typed), order)


def test_who_decided_and_who_should_are_filters_that_follow(desk: Engine) -> None:
    with open_session(desk) as session:
        decide(session, decision=verification(BRIDGE), now=minutes(5))
        assign(session, claim_id=TOLL.id, to="ben", by="anna", now=minutes(6))
    assert names(desk, ClaimFilter(reviewers=("anna",))) == ["bridge"]
    assert names(desk, ClaimFilter(assignees=("ben",))) == ["toll"]
    assert names(desk, ClaimFilter(statuses=(ClaimStatus.VERIFIED,))) == ["bridge"]
    with open_session(desk) as session:
        undo(session, claim_id=BRIDGE.id, version=2, reviewer="anna", now=minutes(7))
        assign(session, claim_id=TOLL.id, to=None, by="ben", now=minutes(8))
    assert names(desk, ClaimFilter(reviewers=("anna",))) == []
    assert names(desk, ClaimFilter(assignees=("ben",))) == []


def test_why_a_claim_was_rejected_is_a_filter(desk: Engine) -> None:
    with open_session(desk) as session:
        decide(session, decision=rejection(FERRY), now=minutes(5))
    assert names(desk, ClaimFilter(reasons=(RejectionReason.NOT_A_CLAIM,))) == ["ferry"]
    assert names(desk, ClaimFilter(reasons=(RejectionReason.OPINION,))) == []
    with open_session(desk) as session:
        undo(session, claim_id=FERRY.id, version=2, reviewer="anna", now=minutes(7))
    assert names(desk, ClaimFilter(reasons=(RejectionReason.NOT_A_CLAIM,))) == []


def test_a_corrected_claim_is_found_by_its_new_words_only(desk: Engine) -> None:
    corrected = FERRY.model_copy(update={"text": "The tunnel opens.", "check_worthiness": 1.0, "content": TOLL.content})
    with open_session(desk) as session:
        decide(session, decision=correction(FERRY, corrected), now=NOON)
    assert names(desk, ClaimFilter(text="tunnel")) == ["ferry"]
    assert names(desk, ClaimFilter(text="ferry")) == []
    assert names(desk, ClaimFilter()) == ["ferry", "bridge", "toll"]


def test_orders(desk: Engine) -> None:
    with open_session(desk) as session:
        decide(session, decision=verification(BRIDGE), now=minutes(5))
    assert names(desk, ClaimFilter(), ClaimOrder.NEWEST) == ["toll", "ferry", "bridge"]
    assert names(desk, ClaimFilter(text="bridge"), ClaimOrder.CHANGED) == ["bridge", "toll"]


@pytest.mark.parametrize("order", ClaimOrder)
@pytest.mark.parametrize("walks", [False, True], ids=["collects", "walks"])
def test_pages_put_together_are_the_whole_list(
    engine: Engine, order: ClaimOrder, walks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = [make_claim(f"claim {n}", worth=n * 7 % 10 / 10, start=n) for n in range(25)]
    monkeypatch.setattr(lookup, "MANY", 3 if walks else 10_000)
    the_article = make_article()
    with open_session(engine) as session:
        add_article(session, article=the_article, now=NOON)
        save_extraction(session, extraction=make_extraction(the_article, *claims))
    where = ClaimFilter(kinds=(ClaimKind.EVENT,), quotations=(Quotation.INDIRECT,))
    seen: list[str] = []
    after = None
    with open_session(engine, reading=True) as session:
        for _ in range(5):
            page = claims_page(session, where=where, order=order, after=after, limit=6)
            seen += [c.claim.id for c in page.claims]
            after = page.after
        whole = claims_page(session, where=where, order=order, limit=100)
    assert after is None
    assert seen == [c.claim.id for c in whole.claims]
    assert set(seen) == {c.id for c in claims}


@pytest.mark.parametrize("order", ClaimOrder)
def test_a_place_that_is_none_is_refused(desk: Engine, order: ClaimOrder) -> None:
    with open_session(desk, reading=True) as session, pytest.raises(StoreError, match="begin with its first page"):
        claims_page(session, where=ClaimFilter(), order=order, after="somewhere")


def test_counts_say_when_they_only_went_so_far(desk: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LOOKED_AT", 1)
    with open_session(desk, reading=True) as session:
        counted = count_claims(session, where=ClaimFilter(text="bridge"))
        kept = count_claims(session, where=ClaimFilter(kinds=(ClaimKind.EVENT,)))
        found = facets(session, where=ClaimFilter(text="bridge"))
    assert (counted, str(counted)) == (Count(n=1, is_exact=False), "1+")
    assert str(kept) == "2"
    assert not any(c.count.is_exact for c in found.by[Facet.KIND])
    assert str(Count(n=12_345)) == "12,345"


def test_counts_by_status_do_not_mind_the_status(desk: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(**where: object) -> list[str]:
        with open_session(desk, reading=True) as session:
            return [str(n) for n in status_counts(session, where=ClaimFilter.model_validate(where)).values()]

    with open_session(desk) as session:
        decide(session, decision=verification(BRIDGE), now=NOON)
    for statuses in ([], [ClaimStatus.REJECTED]):
        assert told(statuses=statuses) == ["2", "1", "0", "0"]
        assert told(statuses=statuses, text="bridge") == ["1", "1", "0", "0"]
    monkeypatch.setattr(searching, "LOOKED_AT", 1)
    assert told(publishers=["The Courier"]) == ["1", "1", "0", "0"], "one facet is kept"
    assert "1+" in told(text="bridge")


def test_facets_name_every_value_by_falling_number(desk: Engine) -> None:
    with open_session(desk) as session:
        decide(session, decision=rejection(FERRY), now=NOON)
    with open_session(desk, reading=True) as session:
        everything = facets(session, where=ClaimFilter())
        waiting = facets(session, where=ClaimFilter(statuses=(ClaimStatus.PENDING,)))
        spanish = facets(session, where=ClaimFilter(languages=("es",)))

    def told(by: object) -> list[tuple[str, str]]:
        return [(c.value, str(c.count)) for c in by]  # type: ignore[attr-defined]

    assert set(everything.by) == set(Facet)
    assert told(everything.by[Facet.PUBLISHER]) == [("The Courier", "2"), ("El Faro", "1")]
    assert told(everything.by[Facet.STATUS]) == [("pending", "2"), ("rejected", "1")]
    assert told(everything.by[Facet.REVIEWER]) == [("anna", "1")]
    assert told(waiting.by[Facet.FLAG]) == []
    assert told(waiting.by[Facet.PUBLISHER]) == [("El Faro", "1"), ("The Courier", "1")]
    assert told(spanish.by[Facet.MODEL]) == [("some-model", "1")]


def test_kept_counts_are_what_counting_gives(desk: Engine) -> None:
    other = make_claim("other", start=3)
    with open_session(desk) as session:
        decide(session, decision=verification(BRIDGE), now=NOON)
        decide(session, decision=correction(FERRY, FERRY.model_copy(update={"flags": ()})), now=NOON)
        undo(session, claim_id=BRIDGE.id, version=2, reviewer="ben", now=NOON)
        second = article("Peajes.", title="Tolls of May")
        save_extraction(session, extraction=make_extraction(second, other))
    with open_session(desk) as session:
        kept = tally.counted(session)
        counts = count_by_status(session)
        rebuild(session)
        assert tally.counted(session) == kept
    assert counts == {
        ClaimStatus.PENDING: 2,
        ClaimStatus.VERIFIED: 0,
        ClaimStatus.CORRECTED: 1,
        ClaimStatus.REJECTED: 0,
        ClaimStatus.SUPERSEDED: 1,
    }


def test_counts_stay_true_while_many_decide_at_once(engine: Engine) -> None:
    claims = [make_claim(f"claim {n}", start=n, flags=(FlagCode.MISQUOTE,) if n % 2 else ()) for n in range(16)]
    fill(engine, *claims)

    def work(claim: Claim) -> None:
        with open_session(engine) as session:
            decide(session, decision=(verification if claims.index(claim) % 3 else rejection)(claim), now=NOON)
        if claims.index(claim) % 4 == 0:
            with open_session(engine) as session:
                undo(session, claim_id=claim.id, version=2, reviewer="anna", now=minutes(1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, claims))
    with open_session(engine) as session:
        counts = count_by_status(session)
        kept = tally.counted(session)
        for status in ClaimStatus:
            found = claims_page(session, where=ClaimFilter(statuses=(status,))).claims
            assert {held.status for held in found} <= {status}
            assert len(found) == counts[status]
        rebuild(session)
        assert tally.counted(session) == kept
    assert counts[ClaimStatus.PENDING] == 4


def test_long_and_odd_names_are_filters_too(engine: Engine) -> None:
    name = "Zürich \U0001f98a' \" % _ & " * 200
    odd: Claim = make_claim("odd")
    odd = odd.model_copy(update={"source": odd.source.model_copy(update={"name": name})})
    the_article = article("Odd.", publisher=name)
    with open_session(engine) as session:
        add_article(session, article=the_article, now=NOON)
        save_extraction(session, extraction=make_extraction(the_article, odd))
        (publisher,) = facets(session, where=ClaimFilter()).by[Facet.PUBLISHER]
        where = ClaimFilter(publishers=(publisher.value,), sources=(name,))
        assert [c.claim for c in claims_page(session, where=where).claims] == [odd]
