"""Members, drafts, and claims that are opened by name."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from extractor.errors import StoreError
from extractor.people import Role
from extractor.schema import Identity, Quotation, Span
from extractor.store import (
    Draft,
    Lease,
    NewMember,
    assign,
    decide,
    drafts,
    drop_draft,
    find_member,
    get_claim,
    hold,
    list_claims,
    list_members,
    next_claim,
    open_session,
    other_readings,
    put_member,
    remove_member,
    save_draft,
    save_extraction,
)
from tests.extractor.store.samples import NOON, fill, make_article, make_claim, make_extraction, minutes, verification

CLAIM, OTHER = make_claim("one", worth=0.9), make_claim("other", worth=0.5)


def put(engine: Engine, login: str, role: Role, name: str | None = None, *, at: float = 0) -> None:
    with open_session(engine) as session:
        put_member(session, new=NewMember(login=login, role=role, name=name), by="root", now=minutes(at))


def test_members_are_found_by_login_in_any_case(engine: Engine) -> None:
    put(engine, " Anna@Desk.example ", Role.CHECKER, "Anna  Kovar")
    with open_session(engine, reading=True) as session:
        found = find_member(session, login="anna@DESK.example")
        assert find_member(session, login="ben@desk.example") is None
    assert found is not None
    assert (found.login, found.name, found.role, found.changed_by) == (
        "anna@desk.example",
        "Anna Kovar",
        Role.CHECKER,
        "root",
    )


def test_a_role_changes_and_a_name_does_not(engine: Engine) -> None:
    put(engine, "anna@desk", Role.CHECKER, "Anna")
    put(engine, "anna@desk", Role.EDITOR, at=5)
    with open_session(engine, reading=True) as session:
        (anna,) = list_members(session)
    assert (anna.role, anna.changed_at) == (Role.EDITOR, minutes(5))
    with pytest.raises(StoreError, match="'anna@desk' is 'Anna' at this desk"):
        put(engine, "anna@desk", Role.EDITOR, "Bella")


def test_nobody_takes_the_name_of_another(engine: Engine) -> None:
    put(engine, "anna@desk", Role.CHECKER, "Anna")
    with pytest.raises(StoreError, match="'ANNA' is that of 'anna@desk'"):
        put(engine, "anna@elsewhere", Role.CHECKER, "ANNA")
    with open_session(engine) as session:
        remove_member(session, login="anna@desk", by="root", now=NOON)
    with pytest.raises(StoreError, match="is that of"):
        put(engine, "anna@elsewhere", Role.CHECKER, "Anna")
    put(engine, "anna@desk", Role.READER)
    with open_session(engine, reading=True) as session:
        assert [(m.name, m.role) for m in list_members(session)] == [("Anna", Role.READER)]


@pytest.mark.parametrize("login", ["", "  ", "\0"])
def test_a_member_needs_a_login(engine: Engine, login: str) -> None:
    with pytest.raises(StoreError, match="needs a login"):
        put(engine, login, Role.READER, "Anna")


def test_what_was_sent_to_somebody_who_leaves_goes_back_to_all(engine: Engine) -> None:
    fill(engine, CLAIM)
    put(engine, "anna@desk", Role.CHECKER, "Anna")
    with open_session(engine) as session:
        assign(session, claim_id=CLAIM.id, to="Anna", by="root", now=NOON)
        remove_member(session, login="anna@desk", by="root", now=NOON)
        assert get_claim(session, claim_id=CLAIM.id).assigned_to is None
        assert list_members(session) == []
        assert [m.is_active for m in list_members(session, left_too=True)] == [False]
        assert find_member(session, login="anna@desk") is None
    with open_session(engine) as session, pytest.raises(StoreError, match="no member 'anna@desk'"):
        remove_member(session, login="anna@desk", by="root", now=NOON)


def test_a_draft_is_kept_replaced_and_dropped(engine: Engine) -> None:
    first = Draft(person="anna", subject="correct:1", body='{"text": "half\0 a thought"}', saved_at=NOON)
    with open_session(engine) as session:
        save_draft(session, draft=first)
        save_draft(session, draft=first.model_copy(update={"subject": "split:1", "saved_at": minutes(2)}))
        save_draft(session, draft=first.model_copy(update={"body": "more", "saved_at": minutes(1)}))
    with open_session(engine) as session:
        mine = drafts(session, person="anna", subjects=("correct:1", "split:1", "merge:1"))
        assert [(d.subject, d.body) for d in mine] == [("split:1", '{"text": "half a thought"}'), ("correct:1", "more")]
        assert drafts(session, person="ben", subjects=("correct:1",)) == []
        drop_draft(session, person="anna", subject="split:1")
        drop_draft(session, person="anna", subject="split:1")
        assert len(drafts(session, person="anna", subjects=("correct:1", "split:1"))) == 1


def test_a_claim_opened_by_name_is_leased_or_stays_with_whoever_has_it(engine: Engine) -> None:
    fill(engine, CLAIM, OTHER)
    with open_session(engine) as session:
        assert hold(session, claim_id=OTHER.id, reviewer="anna", now=NOON, lease_s=600) == Lease(
            holder="anna", until=NOON + timedelta(seconds=600)
        )
        held = hold(session, claim_id=OTHER.id, reviewer="ben", now=minutes(9), lease_s=600)
        assert held == Lease(holder="anna", until=minutes(10))
        again = hold(session, claim_id=OTHER.id, reviewer="anna", now=minutes(9), lease_s=600)
        assert again == Lease(holder="anna", until=minutes(19))
        assert hold(session, claim_id=OTHER.id, reviewer="ben", now=minutes(20)) is not None
        served = next_claim(session, reviewer="anna", now=minutes(20))
        assert served is not None
        assert served.claim.id == CLAIM.id
        decide(session, decision=verification(CLAIM), now=minutes(21))
        assert hold(session, claim_id=CLAIM.id, reviewer="ben", now=minutes(22)) is None
    with open_session(engine) as session, pytest.raises(StoreError, match="no claim"):
        hold(session, claim_id="none", reviewer="anna", now=NOON)


def test_claims_are_listed_within_a_stretch(engine: Engine) -> None:
    claims = [make_claim(f"c{n}", start=10 * n) for n in range(5)]
    fill(engine, *claims)
    with open_session(engine, reading=True) as session:
        sha256 = get_claim(session, claim_id=claims[0].id).article_sha256
        found = list_claims(session, article_sha256=sha256, within=Span(start_char=10, end_char=30))
    assert [s.claim.id for s in found] == [claims[1].id, claims[2].id]


def test_extractors_that_tell_a_claim_otherwise_are_named(engine: Engine) -> None:
    mine = make_claim("one", start=0)
    same = mine.model_copy(update={"id": "f" * 24, "text": "In other words."})
    quoted = mine.model_copy(update={"id": "e" * 24, "quotation": Quotation.DIRECT})
    fill(engine, mine)
    for model, claims in (("agrees", (same,)), ("differs", (quoted,)), ("silent", ())):
        with open_session(engine) as session:
            save_extraction(
                session,
                extraction=make_extraction(make_article(), *claims, identity=Identity(model=model, prompt_name="p")),
            )
    with open_session(engine, reading=True) as session:
        others = other_readings(session, claim_id=mine.id)
    assert [(o.model, o.found.id if o.found else None) for o in others] == [("differs", "e" * 24), ("silent", None)]
