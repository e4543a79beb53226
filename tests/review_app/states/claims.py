"""The states of the list of claims."""

from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import Page

from extractor.schema import ClaimKind, DecisionKind, Flag, FlagCode, Quotation, RejectionReason, SourceKind
from extractor.store import NewDecision, assign, decide, open_session
from tests.browser import settled
from tests.review_app.desk_data import (
    NOW,
    article_of,
    bridge_article,
    bridge_claims,
    claim_of,
    hostile_article,
    hostile_claims,
    save,
)
from tests.review_app.stage import State
from tests.review_app.states.review import nothing

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from extractor.schema import Article, Claim

SCHOOLS = """Fewer pupils, more teachers
OSTRAVIK, November 22. /Nordpost/. The number of pupils in the region has fallen by 9 percent since 2019, the \
statistics office said on Sunday.

Over the same years the number of teachers rose from 4,100 to 4,380. "We have never had classes this small," \
said the regional minister of education, Ines Valdero. The teachers' union disputes that: according to its own \
count, every third class has more than 26 children.

Valdero promised that no school will close before 2028."""


def schools() -> "tuple[Article, tuple[Claim, ...]]":
    """A second article and its claims."""
    article = article_of(SCHOOLS, "Fewer pupils, more teachers", "The number of pupils")
    article = article.model_copy(update={"metadata": article.metadata.model_copy(update={"publisher": "Nordpost"})})
    claims = (
        claim_of(
            article,
            "The number of pupils in the region has fallen by 9 percent since 2019",
            who="Statistics office",
            source_kind=SourceKind.ORGANISATION,
            worth=0.88,
        ),
        claim_of(
            article,
            "We have never had classes this small",
            text="Classes in the region have never been as small as they are now.",
            who="Ines Valdero",
            role="regional minister of education",
            quotation=Quotation.DIRECT,
            kind=ClaimKind.COMPARISON,
            worth=0.81,
            flags=(Flag(code=FlagCode.SOURCE_UNCERTAIN, detail="The office and the name are of one sentence."),),
        ),
        claim_of(
            article,
            "every third class has more than 26 children",
            text="Every third class in the region has more than 26 children.",
            who="Teachers' union",
            source_kind=SourceKind.ORGANISATION,
            worth=0.79,
        ),
        claim_of(
            article,
            "no school will close before 2028",
            text="No school in the region will be closed before 2028.",
            who="Ines Valdero",
            role="regional minister of education",
            kind=ClaimKind.PROMISE,
            worth=0.55,
        ),
    )
    return article, claims


def newsroom(engine: "Engine") -> None:
    """Eleven claims of three articles; one is verified, one rejected, one sent to somebody."""
    bridge, hostile = bridge_article(), hostile_article()
    save(engine, bridge, bridge_claims(bridge))
    save(engine, *schools())
    save(engine, hostile, hostile_claims(hostile))
    first, second, third, *_ = schools()[1]
    with open_session(engine) as session:
        for claim, kind, reason in (
            (first, DecisionKind.VERIFY, None),
            (second, DecisionKind.REJECT, RejectionReason.WRONG_SPEAKER),
        ):
            decision = NewDecision(claim_id=claim.id, version=1, kind=kind, reason=reason, reviewer="ben")
            decide(session, decision=decision, now=NOW - timedelta(hours=2))
        assign(session, claim_id=third.id, to="cora", by="anna", now=NOW)


def select_three(page: Page) -> None:
    """Tick three claims."""
    for n in range(3):
        page.locator(".row .tick").nth(n).click()
    page.get_by_text("3 selected").wait_for()


def reject_two(page: Page) -> None:
    """Reject two claims, so that the way back is offered."""
    for n in range(2):
        page.locator(".row .tick").nth(n).click()
    page.get_by_role("button", name="Reject …").click()
    page.get_by_role("button", name="Not a claim").click()
    page.get_by_role("button", name="Undo").wait_for()


def open_filters(page: Page) -> None:
    """Fold a menu of filters out."""
    page.get_by_role("button", name="Source").click()
    page.get_by_text("Who says it").wait_for()
    settled(page)


STATES = (
    State("claims-empty", nothing, path="claims"),
    State("claims-list", newsroom, path="claims?status=all"),
    State("claims-filtered", newsroom, path="claims?q=bridge&kind=statistic&publisher=Coast+Wire&doubt=no"),
    State("claims-none", newsroom, path="claims?q=zeppelin"),
    State("claims-odd-address", newsroom, path="claims?status=verifed&kind=statistic"),
    State("claims-selected", newsroom, select_three, path="claims"),
    State("claims-undo", newsroom, reject_two, path="claims"),
    State("claims-menu", newsroom, open_filters, path="claims"),
    State("review-part", newsroom, path="?within=q%3Dbridge%26kind%3Dstatistic%26publisher%3DCoast%2BWire"),
    State("review-part-done", newsroom, path="?within=q%3Dzeppelin"),
)
