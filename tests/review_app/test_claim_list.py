"""The list of claims without a browser, on a real database."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from extractor.errors import NotAllowed, StoreError
from extractor.people import Person, Role
from extractor.schema import ClaimStatus, RejectionReason
from extractor.store import Seen, get_claim, next_claim, open_session
from review_app.logic.claim_list import UNDO_S, ClaimList, ClaimsScreen
from review_app.logic.claims_pane import pane_of
from review_app.logic.claims_view import read_view
from tests.review_app.desk_data import NOW, open_desk
from tests.review_app.states.claims import newsroom, schools


class Clock:
    def __init__(self) -> None:
        self.now = NOW + timedelta(hours=1)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_desk(f"sqlite:///{tmp_path / 'desk.db'}")
    newsroom(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def claims(engine: Engine, clock: Clock) -> ClaimList:
    return ClaimList(engine, Person(name="edith", role=Role.EDITOR), clock)


def shown(claims: ClaimList, **params: str) -> ClaimsScreen:
    return claims.screen(read_view({name: [value] for name, value in params.items()}))


def seen(screen: ClaimsScreen, *places: int) -> list[Seen]:
    return [Seen(claim_id=screen.lines[n].id, version=screen.lines[n].version) for n in places]


def statuses(engine: Engine, picked: list[Seen]) -> set[ClaimStatus]:
    with open_session(engine, reading=True) as session:
        return {get_claim(session, claim_id=each.claim_id).status for each in picked}


def test_a_line_tells_a_claim(claims: ClaimList) -> None:
    screen = shown(claims, status="all")
    told = {line.text: line for line in screen.lines}
    rejected = told["Classes in the region have never been as small as they are now."]
    assert (rejected.source, rejected.role) == ("Ines Valdero", "regional minister of education")
    assert rejected.about == "Comparison · Direct quotation"
    assert (rejected.worth, rejected.publisher, rejected.day) == (81, "Nordpost", "23 Nov 2026")
    assert rejected.doubts == ("Speaker is a guess",)
    assert (rejected.state, rejected.by, rejected.when) == ("Rejected: wrong speaker", "ben", "3 hours ago")
    assert rejected.at == "24 November 2026, 07:30 UTC"
    assert told["Every third class in the region has more than 26 children."].sent_to == "cora"
    hostile = screen.lines[0]
    assert "\u202e" not in hostile.text
    assert "[U+202E]000,1[U+202C]" in hostile.text


def test_counts_follow_the_view(claims: ClaimList) -> None:
    def told(screen: ClaimsScreen) -> dict[str, str]:
        return {tab.label: str(tab.count) for tab in screen.tabs}

    assert told(shown(claims)) == {"Waiting": "9", "Verified": "1", "Corrected": "0", "Rejected": "1", "All": "11"}
    nordpost = shown(claims, publisher="Nordpost")
    assert told(nordpost) == {"Waiting": "2", "Verified": "1", "Corrected": "0", "Rejected": "1", "All": "4"}
    menu = claims.menu(nordpost.view, ["publisher", "kind", "for", "source"])
    publishers = {option.value: str(option.count) for option in menu["publisher"]}
    assert publishers == {"Coast Wire": "7", "Nordpost": "2"}, "another publisher can be chosen beside this one"
    kinds = {option.label: str(option.count) for option in menu["kind"]}
    assert (kinds["Promise"], kinds["Opinion"]) == ("1", "0")
    assert [(option.label, str(option.count)) for option in menu["for"]] == [("me (edith)", "0"), ("cora", "1")]
    assert [option.value for option in menu["source"]] == ["Ines Valdero", "Teachers' union"]


def test_pages_are_turned_and_one_too_far_is_the_last(claims: ClaimList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review_app.logic.claim_list.PER_PAGE", 4)
    whole = [line.id for n in ("1", "2", "3") for line in shown(claims, status="all", page=n).lines]
    assert len(set(whole)) == 11
    last = shown(claims, status="all", page="99")
    assert (last.view.page, last.n_pages, len(last.lines)) == (3, 3, 3)
    assert pane_of(last, None, claims.person, ()).told == "9–11 of 11 claims"


def test_many_are_rejected_and_taken_back_as_one(claims: ClaimList, engine: Engine, clock: Clock) -> None:
    picked = seen(shown(claims), 0, 1, 2)
    done = claims.reject(picked, RejectionReason.NOT_A_CLAIM)
    assert done.refused == ()
    assert statuses(engine, picked) == {ClaimStatus.REJECTED}
    clock.now += timedelta(minutes=2)
    # Somebody else's session of the same person, or this one after a reload, has the way back too.
    again = ClaimList(engine, claims.person, clock)
    last = shown(again).last
    assert last is not None
    assert last.told == "You rejected 3 claims at once 2 minutes ago."
    assert again.undo(last.undo_id).told == "Taken back: 3 claims as before."
    assert statuses(engine, picked) == {ClaimStatus.PENDING}
    assert shown(claims).last is None
    with pytest.raises(StoreError, match="not your last one any longer"):
        again.undo(last.undo_id)


def test_the_way_back_is_offered_for_an_hour(claims: ClaimList, clock: Clock) -> None:
    claims.verify(seen(shown(claims), 0, 1))
    assert shown(claims).last is not None
    clock.now += timedelta(seconds=UNDO_S + 1)
    assert shown(claims).last is None


def test_what_changed_or_is_held_is_left_alone_and_named(claims: ClaimList, engine: Engine, clock: Clock) -> None:
    stale, held, free = seen(shown(claims), 0, 1, 2)
    with open_session(engine) as session:
        while (found := next_claim(session, reviewer="ben", now=clock.now)) and found.claim.id != held.claim_id:
            session.connection().exec_driver_sql("UPDATE claim SET leased_by = 'edith' WHERE id = ?", (found.claim.id,))
    claims.verify([stale])
    done = claims.verify([stale.model_copy(update={"version": 0}), held, free])
    assert statuses(engine, [free]) == {ClaimStatus.VERIFIED}
    assert statuses(engine, [held]) == {ClaimStatus.PENDING}
    assert len(done.refused) == 2
    assert any("is with 'ben' until" in sentence for sentence in done.refused)
    assert any("was verified by 'edith'" in sentence for sentence in done.refused)


def test_many_are_sent_and_fetched_back(claims: ClaimList) -> None:
    picked = seen(shown(claims), 0, 1)
    claims.send([each.claim_id for each in picked], "ben")
    screen = shown(claims, **{"for": "ben"})
    assert len(screen.lines) == 2
    assert screen.last is not None
    assert screen.last.told == "You sent 2 claims to ben."
    assert "ben" in claims.colleagues()
    assert claims.undo(screen.last.undo_id).told == "Fetched back: 2 claims."
    assert shown(claims, **{"for": "ben"}).lines == ()
    assert shown(claims).last is None


@pytest.mark.parametrize("role", [Role.READER, Role.CHECKER])
def test_who_may_not_is_refused_and_sees_no_button(engine: Engine, clock: Clock, role: Role) -> None:
    claims = ClaimList(engine, Person(name="rita", role=role), clock)
    screen = shown(claims)
    pane = pane_of(screen, None, claims.person, ())
    assert (pane.can_decide, pane.can_send) == (False, role is Role.CHECKER)
    with pytest.raises(NotAllowed):
        claims.verify(seen(screen, 0))
    with pytest.raises(NotAllowed):
        claims.save_view("Ours", screen.view, for_desk=True)
    if role is Role.READER:
        with pytest.raises(NotAllowed):
            claims.send([screen.lines[0].id], "ben")
    claims.save_view("Mine", screen.view, for_desk=False)
    assert [view.name for view in claims.views()] == ["Mine"]


def test_a_saved_view_is_an_address(claims: ClaimList, engine: Engine, clock: Clock) -> None:
    view = shown(claims, q="bridge", publisher="Coast Wire", page="1").view
    claims.save_view("Bridge", view, for_desk=True)
    ben = ClaimList(engine, Person(name="ben", role=Role.CHECKER), clock)
    (saved,) = ben.views()
    assert (saved.address, saved.owner, saved.saved_by) == ("q=bridge&publisher=Coast+Wire", None, "edith")
    with pytest.raises(NotAllowed):
        ben.delete_view(saved)
    claims.delete_view(saved)
    assert ben.views() == ()


def test_the_export_is_the_view_in_its_order(claims: ClaimList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review_app.logic.claim_list.EXPORT_PAGE", 2)
    screen = shown(claims, publisher="Coast Wire")
    rows = list(csv.DictReader(io.StringIO("".join(claims.export(screen.view, as_csv=True)))))
    assert [row["claim_id"] for row in rows] == [line.id for line in screen.lines]
    assert {row["publisher"] for row in rows} == {"Coast Wire"}
    assert rows[0]["source_role"] == "![x](http://198.51.100.7/pixel.png)"
    lines = "".join(claims.export(screen.view, as_csv=False)).splitlines()
    assert [json.loads(line)["claim"]["id"] for line in lines] == [line.id for line in screen.lines]
    monkeypatch.setattr("review_app.logic.claim_list.MOST_EXPORTED", 3)
    assert len("".join(claims.export(screen.view, as_csv=False)).splitlines()) == 3


def test_words_are_found_in_the_whole_article(claims: ClaimList) -> None:
    assert shown(claims, q="Ostravik").lines == ()
    found = shown(claims, q="Ostravik", status="all", **{"in": "articles"})
    assert {line.id for line in found.lines} == {claim.id for claim in schools()[1]}
