from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from extractor.errors import Conflict, NotReady, StoreError
from extractor.factcheck import Assessment, CheckState, Deed, Evidence, FactCheck, Move
from extractor.schema import Claim, Part, Span
from extractor.store import (
    Typed,
    add_article,
    check_steps,
    check_version,
    claim_appearances,
    claims_to_rate,
    count_fact_checks,
    count_public,
    count_to_rate,
    decide,
    fact_checks_of,
    find_fact_check,
    find_typed,
    keep_typed,
    last_step,
    list_claims,
    list_fact_checks,
    list_public,
    make_move,
    open_session,
    published_checks,
    save_extraction,
    undo_move,
)
from tests.extractor.store.samples import (
    correction,
    fill,
    make_article,
    make_claim,
    make_extraction,
    minutes,
    rejection,
    verification,
)
from tests.extractor.test_factcheck import COMPLETE

CLAIM = make_claim("a", worth=0.5)
OTHERS = tuple(make_claim(name, worth=worth) for name, worth in (("b", 0.9), ("c", 0.7), ("d", 0.2)))


@pytest.fixture
def desk(engine: Engine) -> Engine:
    """A desk with four claims: two verified, one corrected, one rejected."""
    fill(engine, CLAIM, *OTHERS)
    first, second, third = OTHERS
    reworded = second.model_copy(update={"text": "It holds well."})
    with open_session(engine) as session:
        for decision in (verification(CLAIM), verification(first), correction(second, reworded), rejection(third)):
            decide(session, decision=decision, now=minutes(0))
    return engine


def move(
    engine: Engine,
    deed: Deed,
    version: int,
    *,
    person: str = "anna",
    claim: Claim = CLAIM,
    assessment: Assessment | None = None,
    comment: str = "",
    note: str | None = None,
) -> FactCheck:
    given = COMPLETE if assessment is None and deed in {Deed.SAVE, Deed.SUBMIT} else assessment
    made = Move(
        claim_id=claim.id,
        version=version,
        deed=deed,
        person=person,
        assessment=given,
        comment=comment,
        note=note,
    )
    with open_session(engine) as session:
        return make_move(session, move=made, four_eyes=True, now=minutes(version + 1))


def undo(engine: Engine, version: int, person: str = "anna") -> FactCheck:
    with open_session(engine) as session:
        return undo_move(session, claim_id=CLAIM.id, version=version, person=person, now=minutes(version + 1))


def publish(engine: Engine, claim: Claim = CLAIM) -> FactCheck:
    move(engine, Deed.SUBMIT, 0, claim=claim)
    move(engine, Deed.APPROVE, 1, claim=claim, person="ben")
    return move(engine, Deed.PUBLISH, 2, claim=claim, person="ben")


def test_steps_say_who_when_and_what_was_before(desk: Engine) -> None:
    saved = move(desk, Deed.SAVE, 0, assessment=Assessment(conclusion="No."))
    submitted = move(desk, Deed.SUBMIT, 1)
    returned = move(desk, Deed.RETURN, 2, person="ben", comment="Which report?")
    with open_session(desk, reading=True) as session:
        steps = check_steps(session, claim_id=CLAIM.id)
        assert find_fact_check(session, claim_id=CLAIM.id) == returned
    assert [(s.deed, s.person, s.at, s.comment) for s in steps] == [
        (Deed.SAVE, "anna", minutes(1), ""),
        (Deed.SUBMIT, "anna", minutes(2), ""),
        (Deed.RETURN, "ben", minutes(3), "Which report?"),
    ]
    assert [(s.before, s.after) for s in steps] == [(None, saved), (saved, submitted), (submitted, returned)]


def test_the_same_step_twice_is_done_once_and_a_stale_one_is_refused(desk: Engine) -> None:
    first = move(desk, Deed.SAVE, 0)
    assert move(desk, Deed.SAVE, 0) == first
    with pytest.raises(Conflict, match=f"fact-check of claim '{CLAIM.id}' was changed by 'anna'") as refused:
        move(desk, Deed.SAVE, 0, person="ben")
    assert (refused.value.changed_by, refused.value.changed_at) == ("anna", minutes(1))
    with pytest.raises(Conflict):
        move(desk, Deed.SAVE, 0, assessment=Assessment(conclusion="Another."))


def test_of_two_who_begin_at_once_one_is_told(desk: Engine) -> None:
    start = Barrier(2)

    def begin(person: str) -> str:
        start.wait()
        try:
            move(desk, Deed.SAVE, 0, person=person)
        except Conflict as error:
            return f"after {error.changed_by}"
        return person

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(begin, ["anna", "ben"]))
    assert told in (["after anna", "anna"], ["after ben", "ben"])


def test_steps_are_taken_back_one_after_the_other_until_readers_have_seen_one(desk: Engine) -> None:
    saved = move(desk, Deed.SAVE, 0)
    move(desk, Deed.SUBMIT, 1)
    move(desk, Deed.APPROVE, 2, person="ben")
    back = undo(desk, 3, person="ben")
    assert (back.state, back.version, back.approved_by, back.changed_by) == (CheckState.SUBMITTED, 4, None, "ben")
    assert undo(desk, 3, person="ben") == back, "the same undo again changes nothing"
    again = undo(desk, 4)
    assert again == saved.model_copy(update={"version": 5, "changed_at": minutes(5)})
    gone = undo(desk, 5)
    assert (gone.state, gone.assessment) == (CheckState.NONE, Assessment())
    with open_session(desk, reading=True) as session:
        assert find_fact_check(session, claim_id=CLAIM.id) is None
        assert check_version(session, claim_id=CLAIM.id) == 6
        assert last_step(session, claim_id=CLAIM.id) is None
    with pytest.raises(NotReady, match="nothing to take back"):
        undo(desk, 6)
    move(desk, Deed.SUBMIT, 6)
    move(desk, Deed.APPROVE, 7, person="ben")
    move(desk, Deed.PUBLISH, 8, person="ben")
    with pytest.raises(NotReady, match="readers may have seen it"):
        undo(desk, 9)
    with open_session(desk, reading=True) as session:
        assert last_step(session, claim_id=CLAIM.id) is None
        assert len(check_steps(session, claim_id=CLAIM.id)) == 9


def test_steps_cannot_be_changed_or_deleted(desk: Engine) -> None:
    move(desk, Deed.SAVE, 0)
    for statement in ("UPDATE fact_check_step SET person = 'x'", "DELETE FROM fact_check_step"):
        with pytest.raises(SQLAlchemyError, match="append-only"), desk.begin() as connection:
            connection.execute(text(statement))


def test_what_is_typed_is_kept_for_each_person_until_it_is_saved(desk: Engine) -> None:
    half = Assessment(conclusion="Half a tho\0ught", evidence=(Evidence(excerpt="a\0b"),))
    with open_session(desk) as session:
        for person, conclusion in (("anna", half.conclusion), ("anna", "Newer"), ("ben", "Ben's")):
            typed = Typed(
                base_version=0,
                kept_at=minutes(1),
                note="n",
                assessment=half.model_copy(update={"conclusion": conclusion}),
            )
            keep_typed(session, claim_id=CLAIM.id, person=person, typed_now=typed)
    with open_session(desk, reading=True) as session:
        kept = find_typed(session, claim_id=CLAIM.id, person="anna")
        assert find_typed(session, claim_id=CLAIM.id, person="cleo") is None
        assert check_version(session, claim_id=CLAIM.id) == 0
    assert kept is not None
    assert (kept.assessment.conclusion, kept.assessment.evidence[0].excerpt, kept.note) == ("Newer", "ab", "n")
    move(desk, Deed.SAVE, 0)
    with open_session(desk, reading=True) as session:
        assert find_typed(session, claim_id=CLAIM.id, person="anna") is None
        assert find_typed(session, claim_id=CLAIM.id, person="ben") is not None


def test_verified_claims_wait_in_the_order_of_the_queue(desk: Engine) -> None:
    def waiting(limit: int = 10, offset: int = 0) -> list[str]:
        with open_session(desk, reading=True) as session:
            if limit == 10:
                assert count_to_rate(session) == len(claims_to_rate(session))
            return [stored.claim.id for stored in claims_to_rate(session, limit=limit, offset=offset)]

    by_worth = [OTHERS[0].id, OTHERS[1].id, CLAIM.id]
    assert waiting() == by_worth
    assert waiting(limit=1, offset=1) == [OTHERS[1].id]
    move(desk, Deed.DECLINE, 0, claim=OTHERS[0], comment="not for us")
    move(desk, Deed.SAVE, 0)
    assert waiting() == [OTHERS[1].id]
    undo(desk, 1)
    assert waiting() == [OTHERS[1].id, CLAIM.id]


def test_lists_and_counts_tell_what_stands_where(desk: Engine) -> None:
    publish(desk)
    publish(desk, OTHERS[0])
    move(desk, Deed.REVISE, 3, claim=OTHERS[0])
    move(desk, Deed.SAVE, 0, claim=OTHERS[1])
    with open_session(desk, reading=True) as session:
        counts = count_fact_checks(session)
        drafts = list_fact_checks(session, states=[CheckState.DRAFT, CheckState.RETURNED])
        public = list_public(session)
        assert count_public(session) == 2
        found = fact_checks_of(session, claim_ids=[CLAIM.id, OTHERS[2].id])
    assert {state: n for state, n in counts.items() if n} == {CheckState.DRAFT: 2, CheckState.PUBLISHED: 1}
    assert [checked.fact_check.claim_id for checked in drafts] == [OTHERS[0].id, OTHERS[1].id]
    assert drafts[1].stored.claim.text == "It holds well."
    assert {checked.fact_check.claim_id for checked in public} == {CLAIM.id, OTHERS[0].id}
    assert list(found) == [CLAIM.id]


def test_everything_published_is_given_once_however_many_pages(desk: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(desk)
    publish(desk, OTHERS[0])
    publish(desk, OTHERS[1])
    move(desk, Deed.WITHDRAW, 3, claim=OTHERS[1], person="ben", comment="Wrong person.")
    monkeypatch.setattr("extractor.store.factchecks.EXPORTED_AT_ONCE", 1)
    with open_session(desk, reading=True) as session:
        given = list(published_checks(session))
    # All at the same minute: the ids decide.
    assert [one.checked.fact_check.claim_id for one in given] == sorted([CLAIM.id, OTHERS[0].id, OTHERS[1].id])
    assert {about.publisher for one in given for about in one.appearances} == {"The Courier"}
    withdrawn = [one.checked.fact_check.state for one in given if not one.checked.fact_check.is_public]
    assert withdrawn == [CheckState.WITHDRAWN]


def test_a_claim_appeared_first_in_the_earliest_near_copy_that_has_its_words(engine: Engine) -> None:
    story = (
        "The harbour bridge will close for eleven weeks, the council announced on Monday. Repairs begin in January and "
        "will cost twice the first estimate, its engineer said. Shop owners on the quay fear for their trade and want "
        "the ferry to run more often while cars take the long way round by the northern crossing and the old town."
    )
    words = "will cost twice the first estimate"
    texts = {
        "late": (story, date(2026, 11, 23)),
        "early": (f"{story} A vote follows in December.", date(2026, 11, 20)),
        "undated": (f"{story} Nobody could be reached.", None),
        "cut": (story.replace(f" and {words}, its engineer said", ""), date(2026, 11, 19)),
    }
    start = story.index(words)
    claim = CLAIM.model_copy(
        update={
            "content": Part(text=words, spans=(Span(start_char=start, end_char=start + len(words)),), level="exact")
        }
    )
    with open_session(engine) as session:
        for n, (name, (text, day)) in enumerate(texts.items()):
            article = make_article(text, title=name)
            dated = article.metadata.model_copy(update={"published": day, "url": f"https://{name}.example/1"})
            add_article(session, article=article.model_copy(update={"metadata": dated}), now=minutes(n))
        save_extraction(session, extraction=make_extraction(make_article(story), claim))
    with open_session(engine, reading=True) as session:
        (stored,) = list_claims(session)
        found = claim_appearances(session, stored=stored)
    assert [about.title for about in found] == ["early", "late", "undated"]


def test_what_is_public_stays_when_the_claim_is_corrected_later(desk: Engine) -> None:
    publish(desk)
    later = CLAIM.model_copy(update={"text": "It does not hold."})
    with open_session(desk) as session:
        decide(session, decision=correction(CLAIM, later, version=2), now=minutes(9) + timedelta(days=1))
    with open_session(desk, reading=True) as session:
        (one,) = published_checks(session)
    assert one.checked.fact_check.publication is not None
    assert one.checked.fact_check.publication.claim.text == CLAIM.text
    assert one.checked.stored.claim.text == later.text


def test_a_claim_that_is_not_there_is_named(desk: Engine) -> None:
    with pytest.raises(StoreError, match="no claim"):
        move(desk, Deed.SAVE, 0, claim=make_claim("nobody's"))
