"""The states of the desk page."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import Page

from extractor.clock import utc_now
from extractor.schema import (
    Claim,
    DecisionKind,
    Identity,
    RejectionReason,
    RunSettings,
    RunTotals,
    Source,
    SourceKind,
    Usage,
)
from extractor.store import (
    NewDecision,
    RunHolder,
    add_article,
    add_to_run,
    decide,
    make_look,
    next_claim,
    next_second_look,
    open_session,
    save_extraction,
    start_run,
)
from tests.browser import settled
from tests.review_app.desk_data import NOW, article_of, claim_of, extraction_of
from tests.review_app.stage import State
from tests.review_app.states.review import nothing

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

PAGE = "desk"
N_DAYS = 12
PER_DAY = 10
SPEAKERS = ("Marit Oosthuizen", '=HYPERLINK("http://198.51.100.7")', "<script>document.title = 'stolen'</script>")
REASONS = (RejectionReason.WRONG_SPEAKER, RejectionReason.NOT_A_CLAIM, RejectionReason.WRONG_SPEAKER)
GOOD = Identity(model="some-model", prompt_name="claims", prompt_version=1, prompt_sha256="a" * 64)
WORSE = Identity(model="some-model", prompt_name="claims", prompt_version=2, prompt_sha256="b" * 64)


def work_of_days(engine: "Engine") -> None:
    """Twelve days of work by two reviewers, five claims a day by each of two extractors; the second gets worse."""
    now = utc_now()
    for identity in (GOOD, WORSE):
        for day in range(N_DAYS):
            at = now - timedelta(days=N_DAYS - 1 - day)
            sentences = [f"Pump {n} of line {day} failed" for n in range(PER_DAY // 2)]
            article = article_of(f"{identity.prompt_version}. {'. '.join(sentences)}.", "Pumps", "Pump")
            claims = tuple(
                claim_of(article, words, who=SPEAKERS[n % 3], source_kind=SourceKind.PERSON)
                for n, words in enumerate(sentences)
            )
            extraction = extraction_of(article, claims).model_copy(update={"identity": identity, "started_at": at})
            with open_session(engine) as session:
                add_article(session, article=article, now=at)
                save_extraction(session, extraction=extraction)
                _pay(session, identity, at)
                for n, claim in enumerate(claims):
                    _work(
                        session, n, day, is_worse=identity is WORSE, at=at - timedelta(minutes=90 - 10 * n), claim=claim
                    )
    with open_session(engine) as session:
        while blind := next_second_look(session, reviewer="carla", share=0.3, now=NOW):
            seen = {"claim_id": blind.claim.id, "version": blind.version, "reviewer": "carla"}
            make_look(session, decision=NewDecision(kind=DecisionKind.VERIFY, **seen), now=NOW)


def _work(session: "Session", n: int, day: int, *, is_worse: bool, at: datetime, claim: Claim) -> None:
    reviewer = "anna" if n % 2 else "ben"
    held = next_claim(session, reviewer=reviewer, now=at)
    assert held is not None
    is_bad = n == 0 or (is_worse and n <= day // 2)
    seen = {"claim_id": held.claim.id, "version": 1, "reviewer": reviewer}
    if not is_bad:
        decision = NewDecision(kind=DecisionKind.VERIFY, **seen)
    elif n == 1:
        mended = held.claim.model_copy(update={"source": Source(name="The board", kind=SourceKind.ORGANISATION)})
        decision = NewDecision(kind=DecisionKind.CORRECT, corrected=mended, **seen)
    else:
        decision = NewDecision(kind=DecisionKind.REJECT, reason=REASONS[day % 3], **seen)
    decide(session, decision=decision, now=at + timedelta(seconds=7 + 11 * n))


def _pay(session: "Session", identity: Identity, at: datetime) -> None:
    holder, settings = RunHolder(host="here", pid=1), RunSettings(concurrency=1, max_tries=1)
    run = start_run(session, identity=identity, settings=settings, holder=holder, now=at)
    usage = Usage(calls=5, prompt_tokens=4_000, output_tokens=600, cost_usd=0.35)
    add_to_run(session, run_id=run, totals=RunTotals(n_done=1, n_claims=PER_DAY // 2, usage=usage), now=at)


def numbers(page: Page) -> None:
    """Open the tables behind the plots."""
    for summary in page.locator(".cd-numbers summary").all():
        summary.click()
    settled(page)


STATES = (
    State("desk-empty", nothing, path=PAGE),
    State("desk-work", work_of_days, path=PAGE),
    State("desk-numbers", work_of_days, numbers, path=PAGE),
)
