"""Fact-checks as values: what is missing, from where each deed is possible, what the public sees."""

from datetime import date

import pytest
from pydantic import ValidationError

from extractor.errors import NotAllowed, NotReady
from extractor.factcheck import (
    CONCLUSION_CHARS,
    Assessment,
    CheckState,
    Deed,
    Evidence,
    FactCheck,
    Move,
    Rating,
    Stance,
    shortfalls,
    web_address,
)
from extractor.moves import FROM, Ground, moved
from tests.extractor.store.samples import make_claim, minutes

CLAIM = make_claim("a")
REWORDED = CLAIM.model_copy(update={"text": "It does not hold."})
FALSE = Rating(key="false", label="False", value=1)
COMPLETE = Assessment(
    rating=FALSE,
    conclusion="The bridge is not safe.",
    evidence=(
        Evidence(
            url="https://records.example.org/bridge",
            title="Inspection report",
            stance=Stance.REFUTES,
            accessed=date(2026, 11, 1),
        ),
    ),
)


def after(*deeds: Deed | tuple[Deed, str], four_eyes: bool = True, was: FactCheck | None = None) -> FactCheck:
    """Let deeds follow one another: anna writes, ben approves and publishes unless somebody is named."""
    for n, given in enumerate(deeds, start=1):
        deed, person = given if isinstance(given, tuple) else (given, "")
        writes = deed in {Deed.SAVE, Deed.SUBMIT, Deed.REVISE, Deed.DROP, Deed.DECLINE}
        move = Move(
            claim_id=CLAIM.id,
            version=was.version if was else 0,
            deed=deed,
            person=person or ("anna" if writes else "ben"),
            assessment=COMPLETE if deed in {Deed.SAVE, Deed.SUBMIT} else None,
            note="The date was wrong." if deed is Deed.SUBMIT and was and was.publication else None,
            comment="because" if deed in {Deed.RETURN, Deed.WITHDRAW} else "",
        )
        was = moved(move, ground(was, n=n, four_eyes=four_eyes))
    assert was is not None
    return was


def ground(
    was: FactCheck | None, *, n: float = 0, four_eyes: bool = True, verified: bool = True, claim: object = CLAIM
) -> Ground:
    return Ground.model_validate(
        {"fact_check": was, "claim": claim, "is_verified": verified, "now": minutes(n), "four_eyes": four_eyes}
    )


PUBLISHED = (Deed.SUBMIT, Deed.APPROVE, Deed.PUBLISH)


def test_a_fact_check_passes_two_people_before_readers_see_it() -> None:
    published = after(*PUBLISHED)
    assert (published.state, published.author, published.writers, published.approved_by) == (
        CheckState.PUBLISHED,
        "anna",
        ("anna",),
        "ben",
    )
    assert published.version == 3
    assert published.publication is not None
    assert published.publication.assessment == COMPLETE
    assert published.publication.published_at == published.publication.modified_at == minutes(3)
    assert (published.is_public, published.is_correction) == (True, False)


def test_nobody_is_their_own_second_person() -> None:
    submitted = after((Deed.SAVE, "ben"), (Deed.SUBMIT, "anna"))
    for writer in ("anna", "ben"):
        with pytest.raises(NotAllowed, match=f"'{writer}' has written this fact-check"):
            after((Deed.APPROVE, writer), was=submitted)
    assert after((Deed.APPROVE, "cleo"), was=submitted).state is CheckState.APPROVED
    with pytest.raises(NotReady, match="a second person has to approve it first"):
        after(Deed.PUBLISH, was=submitted)
    assert after(Deed.SAVE, (Deed.PUBLISH, "anna"), four_eyes=False).is_public


def test_a_correction_is_a_new_version_that_readers_are_told_of() -> None:
    revised = after(*PUBLISHED, Deed.REVISE)
    assert (revised.state, revised.is_public, revised.is_correction) == (CheckState.DRAFT, True, True)
    assert revised.writers == ()
    changed = COMPLETE.model_copy(update={"conclusion": "The bridge is mostly safe."})
    bare = Move(claim_id=CLAIM.id, version=4, deed=Deed.SUBMIT, person="ben", assessment=changed)
    with pytest.raises(NotReady, match="say what the correction changes"):
        moved(bare, ground(revised))
    submitted = moved(bare.model_copy(update={"note": "A date was wrong."}), ground(revised, n=5))
    assert submitted.publication == revised.publication, "what is public stays until the correction is published"
    corrected = after((Deed.APPROVE, "anna"), (Deed.PUBLISH, "anna"), was=submitted)
    public = corrected.publication
    assert public is not None
    assert public.assessment.conclusion == "The bridge is mostly safe."
    assert [(notice.by, notice.text) for notice in public.corrections] == [("anna", "A date was wrong.")]
    assert public.published_at == minutes(3)
    assert corrected.note == ""


def test_a_correction_that_is_given_up_leaves_what_is_public() -> None:
    published = after(*PUBLISHED)
    dropped = after(Deed.REVISE, Deed.SAVE, Deed.DROP, was=published)
    assert (dropped.state, dropped.publication) == (CheckState.PUBLISHED, published.publication)
    assert dropped.assessment == COMPLETE
    with pytest.raises(NotReady, match="never been published"):
        after(Deed.SAVE, Deed.DROP)


def test_a_withdrawal_says_why_and_a_correction_can_bring_it_back() -> None:
    withdrawn = after(*PUBLISHED, Deed.WITHDRAW)
    assert (withdrawn.state, withdrawn.is_public) == (CheckState.WITHDRAWN, False)
    assert withdrawn.publication is not None
    assert withdrawn.publication.withdrawn is not None
    assert withdrawn.publication.withdrawn.text == "because"
    again = after(Deed.REVISE, Deed.SUBMIT, Deed.APPROVE, Deed.PUBLISH, was=withdrawn)
    assert again.is_public
    in_work = after(*PUBLISHED, Deed.REVISE, Deed.WITHDRAW)
    assert (in_work.state, in_work.is_public) == (CheckState.DRAFT, False)
    assert after(Deed.DROP, was=in_work).state is CheckState.WITHDRAWN


@pytest.mark.parametrize(
    ("deed", "what"), [(Deed.RETURN, "say what should be changed"), (Deed.WITHDRAW, "say why it is withdrawn")]
)
def test_what_others_have_to_act_on_is_explained(deed: Deed, what: str) -> None:
    was = after(*PUBLISHED) if deed is Deed.WITHDRAW else after(Deed.SUBMIT)
    with pytest.raises(NotReady, match=what):
        moved(Move(claim_id=CLAIM.id, version=was.version, deed=deed, person="ben", comment="  "), ground(was))


def test_a_rating_does_not_slip_under_another_wording() -> None:
    submitted = after(Deed.SUBMIT)
    approve = Move(claim_id=CLAIM.id, version=1, deed=Deed.APPROVE, person="ben")
    with pytest.raises(NotReady, match="the claim was changed after it was rated"):
        moved(approve, ground(submitted, claim=REWORDED))
    with pytest.raises(NotReady, match="not verified any longer"):
        moved(approve, ground(submitted, verified=False))
    with pytest.raises(NotReady, match="the claim is not verified"):
        moved(approve.model_copy(update={"deed": Deed.SAVE, "version": 0}), ground(None, verified=False))


@pytest.mark.parametrize("state", CheckState)
def test_every_deed_begins_only_where_it_may(state: CheckState) -> None:
    was = after(*PUBLISHED).model_copy(update={"state": state, "note": "noted"})
    for deed in FROM:
        move = Move(claim_id=CLAIM.id, version=3, deed=deed, person="cleo", comment="because", note="noted")
        if state in FROM[deed]:
            assert moved(move, ground(was, four_eyes=False)).version == 4
        else:
            with pytest.raises(NotReady, match=f"it is {state}, and cannot be"):
                moved(move, ground(was))


def test_everything_that_is_missing_is_named_in_the_order_of_the_form() -> None:
    evidence = (
        Evidence(),
        Evidence(url="javascript:alert(1)", title="x"),
        Evidence(url="https://anna:secret@example.org/", title="x"),
        Evidence(url="https://example.org/a", publisher="Registry"),
    )
    bad = Assessment(conclusion="x" * (CONCLUSION_CHARS + 2), evidence=evidence, page_url="nowhere")
    told = [(one.field, one.position) for one in shortfalls(bad)]
    assert told == [
        ("rating", None),
        ("conclusion", None),
        ("evidence", 0),
        ("evidence", 0),
        ("evidence", 1),
        ("evidence", 2),
        ("page_url", None),
    ]
    assert [one.field for one in shortfalls(Assessment())] == ["rating", "conclusion", "evidence"]
    assert shortfalls(COMPLETE) == ()


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" https://example.org/a?b=c#d ", "https://example.org/a?b=c#d"),
        ("http://192.0.2.1/x", "http://192.0.2.1/x"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("ftp://example.org/", None),
        ("data:text/html,x", None),
        ("example.org", None),
        ("https://localhost/", None),
        ("https://", None),
        ("https://a b.example/", None),
    ],
)
def test_an_address_is_one_that_can_be_linked_to(typed: str, address: str | None) -> None:
    if address is None:
        with pytest.raises(ValueError, match="“"):
            web_address(typed)
    else:
        assert web_address(typed) == address


@pytest.mark.parametrize("given", [{"value": 6}, {"value": 0}, {"worst": 5}, {"key": "Half true"}, {"label": ""}])
def test_a_rating_lies_on_its_scale(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Rating.model_validate({"key": "x", "label": "X", **given})
