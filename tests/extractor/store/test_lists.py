"""What lists show of claims and articles, saved views, and acts on many claims."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from extractor.errors import StoreError
from extractor.schema import (
    Article,
    ArticleFilter,
    ArticleMetadata,
    ArticleState,
    ClaimFilter,
    ClaimStatus,
    Count,
    DecisionKind,
    Extraction,
    PieceState,
    RejectionReason,
    SavedView,
)
from extractor.store import (
    Blame,
    add_article,
    article_lists,
    articles_page,
    assign_many,
    claims_page,
    count_listed_articles,
    count_sources,
    decide,
    decide_many,
    delete_view,
    get_claim,
    last_batch,
    list_views,
    listed_articles,
    listed_claims,
    open_session,
    record_failure,
    save_extraction,
    save_view,
    stored_articles,
    timeline,
    undo_batch,
)
from extractor.store.index import rebuild
from tests.extractor.store.samples import (
    MODEL,
    NOON,
    RULES,
    fill,
    make_article,
    make_claim,
    make_extraction,
    minutes,
    rejection,
    verification,
)

BRIDGE, FERRY = make_claim("bridge", worth=0.9), make_claim("ferry", worth=0.8, start=60)


def article(text: str, **about: object) -> Article:
    return make_article(text).model_copy(update={"metadata": ArticleMetadata.model_validate(about)})


FULL = article("Full of claims.", title="Rivers", publisher="The Courier", published=date(2026, 11, 19))
EMPTY = article("Nichts zu sagen.", title="Leer", publisher="Der Bote", language="de")
LOSSY = article("Much was lost here.", title="Lossy", publisher="The Courier", published=date(2026, 11, 2))
UNREAD = article("Nobody has read me.", title="Unread")
FAILED = article("It timed out twice.", title="Failed", publisher="Der Bote")
BY_TITLE = {a.metadata.title: a for a in (FULL, EMPTY, LOSSY, UNREAD, FAILED)}


def lossy(extraction: Extraction) -> Extraction:
    (piece,) = extraction.pieces
    lost = piece.model_copy(update={"index": 1, "state": PieceState.TRUNCATED, "detail": "cut off"})
    return extraction.model_copy(update={"pieces": (piece, lost), "suspected_misses": ()})


@pytest.fixture
def desk(engine: Engine) -> Engine:
    """Five articles, a day apart: with two claims, read without any, half lost, unread, failed."""
    with open_session(engine) as session:
        for n, one in enumerate((FULL, EMPTY, LOSSY, UNREAD, FAILED)):
            add_article(session, article=one, now=NOON + timedelta(days=n))
        save_extraction(session, extraction=make_extraction(FULL, BRIDGE, FERRY))
        save_extraction(session, extraction=make_extraction(EMPTY).model_copy(update={"suspected_misses": ()}))
        # The extraction before had lost nothing; the last one counts.
        save_extraction(session, extraction=make_extraction(LOSSY, identity=MODEL))
        save_extraction(session, extraction=lossy(make_extraction(LOSSY, make_claim("lone"))))
        decide(session, decision=verification(make_claim("lone")), now=NOON)
        for _ in range(2):
            record_failure(
                session,
                article_sha256=FAILED.sha256,
                identity=RULES,
                error="timed out",
                now=NOON,
                blame=Blame(max_tries=2),
            )
    return engine


def titles(engine: Engine, where: ArticleFilter) -> list[str | None]:
    with open_session(engine, reading=True) as session:
        page = articles_page(session, where=where)
        assert count_listed_articles(session, where=where) == Count(n=len(page.articles))
    return [listed.title for listed in page.articles]


@pytest.mark.parametrize("is_rebuilt", [False, True], ids=["as stored", "rebuilt"])
@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, ["Failed", "Unread", "Lossy", "Leer", "Rivers"]),
        ({"states": [ArticleState.UNREAD]}, ["Failed", "Unread"]),
        ({"states": [ArticleState.WAITING]}, ["Rivers"]),
        ({"states": [ArticleState.DECIDED]}, ["Lossy"]),
        ({"states": [ArticleState.WITHOUT]}, ["Leer"]),
        ({"states": [ArticleState.LOST]}, ["Lossy"]),
        ({"states": [ArticleState.MISSES]}, ["Rivers"]),
        ({"states": [ArticleState.FAILED]}, ["Failed"]),
        ({"states": [ArticleState.FAILED, ArticleState.WAITING]}, ["Failed", "Rivers"]),
        ({"text": "claims"}, ["Rivers"]),
        ({"text": "RIVERS"}, ["Rivers"]),
        ({"text": "-courier -timed"}, ["Unread", "Lossy", "Leer", "Rivers"]),
        ({"text": "read*"}, ["Unread"]),
        ({"text": '"lost here"', "states": [ArticleState.LOST]}, ["Lossy"]),
        ({"text": "?!"}, ["Failed", "Unread", "Lossy", "Leer", "Rivers"]),
        ({"publishers": ["The Courier"]}, ["Lossy", "Rivers"]),
        ({"publishers": ["Der Bote"], "languages": ["de"]}, ["Leer"]),
        ({"published_from": date(2026, 11, 3), "published_to": date(2026, 12, 1)}, ["Rivers"]),
        ({"added_from": date(2026, 11, 22), "added_to": date(2026, 11, 23)}, ["Unread", "Lossy"]),
        ({"added_from": date(2026, 11, 23), "added_to": date(2026, 11, 22)}, []),
    ],
    ids=str,
)
def test_articles_are_filtered(desk: Engine, where: dict[str, object], expected: list[str], is_rebuilt: bool) -> None:
    if is_rebuilt:
        with open_session(desk) as session:
            rebuild(session)
    assert titles(desk, ArticleFilter.model_validate(where)) == expected


@pytest.mark.parametrize("typed", ['"', "'", "NOT", "*", "-", "a\0b", "any_", "publisher_746865", "{a}", "x" * 5000])
def test_nothing_that_is_typed_is_an_error(desk: Engine, typed: str) -> None:
    titles(desk, ArticleFilter(text=typed))


def test_pages_of_articles(desk: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_lists, "COUNT_LIMIT", 2)
    with open_session(desk, reading=True) as session:
        first = articles_page(session, where=ArticleFilter(), limit=3)
        rest = articles_page(session, where=ArticleFilter(), limit=3, offset=3)
        some = count_listed_articles(session, where=ArticleFilter(added_from=date(2026, 1, 1)))
        every = count_listed_articles(session, where=ArticleFilter())
    assert [a.title for a in (*first.articles, *rest.articles)] == ["Failed", "Unread", "Lossy", "Leer", "Rivers"]
    assert (first.has_more, rest.has_more) == (True, False)
    assert (some, every) == (Count(n=2, is_exact=False), Count(n=5))


def test_what_became_of_an_article_stands_beside_it(desk: Engine) -> None:
    with open_session(desk, reading=True) as session:
        listed = listed_articles(session, sha256s=[*(a.sha256 for a in BY_TITLE.values()), "f" * 64])
        stored = stored_articles(session, sha256s=[FULL.sha256, "f" * 64])
    told = {
        a.title: (a.n_claims, a.by_status, a.n_lost_pieces, a.n_suspected_misses, a.n_failures, a.is_set_aside, a.model)
        for a in listed
    }
    assert told == {
        "Rivers": (2, {ClaimStatus.PENDING: 2}, 0, 1, 0, False, "rules"),
        "Leer": (0, {}, 0, 0, 0, False, "rules"),
        "Lossy": (1, {ClaimStatus.VERIFIED: 1}, 1, 0, 0, False, "rules"),
        "Unread": (0, {}, 0, 0, 0, False, None),
        "Failed": (0, {}, 0, 0, 1, True, None),
    }
    assert list(stored) == [FULL.sha256]
    assert stored[FULL.sha256].n_claims == 2


def test_what_became_of_a_claim_stands_beside_it(desk: Engine) -> None:
    with open_session(desk) as session:
        decide(session, decision=rejection(BRIDGE), now=minutes(5))
    with open_session(desk, reading=True) as session:
        ferry, bridge = listed_claims(session, claim_ids=[FERRY.id, "none", BRIDGE.id])
    assert (ferry.reviewer, ferry.reason, ferry.article.publisher) == (None, None, "The Courier")
    assert (bridge.reviewer, bridge.reason, bridge.changed_at) == ("anna", RejectionReason.NOT_A_CLAIM, minutes(5))


def test_pages_by_number_are_those_by_place(engine: Engine) -> None:
    fill(engine, *(make_claim(f"claim {n}", worth=n / 20, start=n) for n in range(20)))
    with open_session(engine, reading=True) as session:
        second = claims_page(session, where=ClaimFilter(), limit=7, offset=7)
        by_place = claims_page(
            session, where=ClaimFilter(), limit=7, after=claims_page(session, where=ClaimFilter(), limit=7).after
        )
    assert second == by_place


def test_who_makes_most_claims(desk: Engine) -> None:
    with open_session(desk, reading=True) as session:
        (one,) = count_sources(session, where=ClaimFilter())
        nobody = count_sources(session, where=ClaimFilter(text="zeppelin"))
    assert (one.value, str(one.count), nobody) == ("Ines Moreau", "3", ())


def test_many_are_sent_and_fetched_back(desk: Engine) -> None:
    def owners() -> list[str | None]:
        with open_session(desk, reading=True) as session:
            return [get_claim(session, claim_id=claim.id).assigned_to for claim in (BRIDGE, FERRY)]

    with open_session(desk) as session:
        assign_many(session, to={FERRY.id: "cora"}, by="anna", now=minutes(1))
        sent = assign_many(session, to=dict.fromkeys([BRIDGE.id, FERRY.id], "ben"), by="anna", now=minutes(2))
        again = assign_many(session, to=dict.fromkeys([BRIDGE.id, FERRY.id], "ben"), by="anna", now=minutes(3))
    assert owners() == ["ben", "ben"]
    assert (sent, again) == ({BRIDGE.id: None, FERRY.id: "cora"}, {})
    with open_session(desk, reading=True) as session:
        found = claims_page(session, where=ClaimFilter(assignees=("ben",)))
        steps = timeline(session, claim_id=FERRY.id).steps
    assert len(found.claims) == 2
    assert len(steps) == 3, "found, sent to cora, sent to ben; the repetition leaves no trace"
    with open_session(desk) as session:
        # Ben has sent the bridge on: it is not taken from dmitri.
        assign_many(session, to={BRIDGE.id: "dmitri"}, by="ben", now=minutes(4))
        back = assign_many(session, to=sent, by="anna", now=minutes(5), only_from="ben")
    assert owners() == ["dmitri", "cora"]
    assert back == {FERRY.id: "ben"}


def test_the_last_bulk_decision_is_known_until_something_else_is_decided(desk: Engine) -> None:
    with open_session(desk) as session:
        both = [rejection(BRIDGE), rejection(FERRY)]
        decide_many(session, decisions=both, batch_id="b1", now=minutes(5))
    with open_session(desk, reading=True) as session:
        last = last_batch(session, reviewer="anna")
        assert last_batch(session, reviewer="ben") is None
    assert last is not None
    assert (last.batch_id, last.kind, last.n, last.decided_at) == ("b1", DecisionKind.REJECT, 2, minutes(5))
    with open_session(desk) as session:
        undo_batch(session, batch_id="b1", reviewer="anna", now=minutes(6))
        assert last_batch(session, reviewer="anna") is None
        decide_many(session, decisions=[rejection(FERRY, version=3)], batch_id="b2", now=minutes(7))
        decide(session, decision=verification(BRIDGE, version=3), now=minutes(8))
        assert last_batch(session, reviewer="anna") is None


def test_views_are_a_persons_or_the_desks(engine: Engine) -> None:
    def view(name: str, owner: str | None, address: str = "kind=statistic") -> SavedView:
        return SavedView(name=name, owner=owner, address=address, saved_by="anna")

    with open_session(engine) as session:
        for each in (view("Health", None), view("  My \n own ", "anna"), view("Ben's", "ben"), view("Health", "anna")):
            save_view(session, view=each, now=NOON)
        save_view(session, view=view("Health", None, "status=all"), now=minutes(1))
    with open_session(engine, reading=True) as session:
        told = [(v.name, v.owner, v.address) for v in list_views(session, person="anna")]
    assert told == [
        ("Health", None, "status=all"),
        ("Health", "anna", "kind=statistic"),
        ("My own", "anna", "kind=statistic"),
    ]
    with open_session(engine) as session:
        delete_view(session, owner="anna", name="Health")
        delete_view(session, owner="anna", name="none of it")
        assert [v.name for v in list_views(session, person="anna")] == ["Health", "My own"]
        for name in ("  ", "\0", "x" * 81):
            with pytest.raises(StoreError, match="name"):
                save_view(session, view=view(name, None), now=NOON)
