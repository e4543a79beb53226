from datetime import date
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.schema import (
    ClaimFilter,
    ClaimKind,
    ClaimOrder,
    ClaimStatus,
    FlagCode,
    Quotation,
    RejectionReason,
    SourceKind,
)
from review_app.logic.claims_view import (
    ME,
    ClaimsView,
    address_of,
    chips_of,
    cleared,
    for_person,
    read_view,
    without,
)
from review_app.logic.within import read_within, within

NAMES = st.lists(st.text(min_size=1, max_size=8), max_size=2, unique=True).map(tuple)


def some(kind: type) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(list(kind)), max_size=2, unique=True).map(tuple)


DAY = st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1))
FILTERS = st.builds(
    ClaimFilter,
    statuses=some(ClaimStatus),
    publishers=NAMES,
    sources=NAMES,
    source_kinds=some(SourceKind),
    kinds=some(ClaimKind),
    quotations=some(Quotation),
    flags=some(FlagCode),
    has_flags=st.none() | st.booleans(),
    reviewers=NAMES,
    assignees=NAMES,
    reasons=some(RejectionReason),
    models=NAMES,
    languages=NAMES,
    articles=NAMES,
    published_from=DAY,
    published_to=DAY,
    added_from=DAY,
    added_to=DAY,
    text=st.text(max_size=12).map(str.strip),
)


@given(where=FILTERS, order=st.sampled_from(ClaimOrder), page=st.integers(1, 200), in_articles=st.booleans())
def test_an_address_holds_the_whole_view(where: ClaimFilter, order: ClaimOrder, page: int, in_articles: bool) -> None:
    if in_articles:
        where = where.model_copy(update={"text": "", "article_text": where.text})
    view = ClaimsView(where=where, order=order, page=page)
    address = urlencode(address_of(view), doseq=True)
    read = read_view(parse_qs(address))
    assert read.view == view
    assert read.problems == ()


def test_the_bare_address_is_what_waits() -> None:
    assert read_view({}).view == ClaimsView()
    assert address_of(ClaimsView()) == {}
    assert ClaimsView().where.statuses == (ClaimStatus.PENDING,)
    assert read_view({"status": ["all"]}).view.where.statuses == ()


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"kind": ["statistics"]}, "“statistics”, which is not one of statistic, event"),
        ({"status": ["verifed"]}, "“verifed”, which is not one of pending, verified"),
        ({"published-from": ["yesterday"]}, "“yesterday”, which is not a day such as 2026-11-24"),
        ({"doubt": ["maybe"]}, "“maybe”, which is not yes or no"),
        ({"sort": ["size"]}, "“size”, which is not one of urgent, newest, changed"),
        ({"page": ["0"]}, "“0”, which is not a number from 1"),
        ({"in": ["attic"]}, "“attic”, which is not claims or articles"),
    ],
    ids=str,
)
def test_what_cannot_be_understood_is_told(params: dict[str, list[str]], problem: str) -> None:
    read = read_view({**params, "utm_source": ["somebody else's"]})
    assert read.view == ClaimsView()
    (told_problem,) = read.problems
    assert problem in told_problem
    assert "left aside" in told_problem


def test_each_condition_is_a_chip_that_can_be_taken_off() -> None:
    view = read_view(
        {
            "q": ["bridge"],
            "kind": ["statistic", "event"],
            "source": ["A. Weir"],
            "doubt": ["no"],
            "by": [ME],
            "published-from": ["2026-11-01"],
            "page": ["3"],
        }
    ).view
    chips = chips_of(view)
    assert [f"{chip.about} {chip.label}".strip() for chip in chips] == [
        "Statistic",
        "Event",
        "said by A. Weir",
        "decided by me",
        "Without a doubt",
        "published from 1 November 2026",
    ]
    part = within(view, "anna")
    assert part is not None
    assert part.told == (
        "“bridge” · Statistic · Event · said by A. Weir · decided by me · Without a doubt · "
        "published from 1 November 2026"
    )
    assert part.where.reviewers == ("anna",)
    assert read_within(part.address, "anna") == part
    left = view
    for n, chip in enumerate(chips, start=1):
        left = without(left, chip)
        assert len(chips_of(left)) == len(chips) - n
    assert left == ClaimsView(where=ClaimFilter(statuses=(ClaimStatus.PENDING,), text="bridge"))
    assert cleared(view) == ClaimsView()


def test_me_is_whoever_looks() -> None:
    where = read_view({"for": ["me"], "by": ["me", "ben"]}).view.where
    assert for_person(where, "anna").assignees == ("anna",)
    assert for_person(where, "anna").reviewers == ("anna", "ben")


def test_a_search_moves_from_the_claims_to_the_articles_and_back() -> None:
    view = ClaimsView(page=4).searching(" bridge ", in_articles=False)
    assert (view.where.text, view.page) == ("bridge", 1)
    moved = view.searching(view.typed, in_articles=True)
    assert (moved.where.text, moved.where.article_text, moved.typed) == ("", "bridge", "bridge")
    assert address_of(moved) == {"q": ["bridge"], "in": ["articles"]}
