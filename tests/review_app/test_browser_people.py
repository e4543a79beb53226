"""Several people at one desk, in a real Chromium: logging in, roles, one queue, stale saves, lost sessions."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from extractor.clock import utc_now
from extractor.people import Role
from extractor.schema import ClaimStatus, DecisionKind, RejectionReason
from extractor.store import (
    NewDecision,
    NewMember,
    decide,
    list_claims,
    open_session,
    put_member,
    remove_member,
)
from review_app.launch import serve
from tests.accessibility import barriers, views
from tests.browser import PATIENCE_MS, settled
from tests.oidc import serve_provider
from tests.review_app.desk_data import NOW, bridge_article, bridge_claims, open_desk, save
from tests.review_app.reviewer import READ_S, Reviewer
from tests.review_app.stage import Stage, open_stage

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.browser

ACCOUNTS = {
    "anna": {"email": "Anna@desk.example", "email_verified": True},
    "ben": {"email": "ben@desk.example"},
    "olga": {"email": "olga@desk.example"},
    "carla": {"email": "carla@desk.example"},
    "rita": {"email": "rita@desk.example"},
    "eve": {"email": "anna@desk.example", "email_verified": False},
    "nobody": {"email": "<b>nobody@elsewhere.example</b>"},
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An app whose people log in."""
    folder, port = tmp_path_factory.mktemp("people"), free_port()
    with serve_provider(ACCOUNTS) as provider:
        settings = folder / "secrets.toml"
        settings.write_text(provider.secrets_toml(f"http://127.0.0.1:{port}"), encoding="utf-8")
        with open_stage(folder, env={"CLAIMDESK_SECRETS": str(settings)}, port=port) as stage:
            yield stage


@pytest.fixture
def engine(desk: Stage) -> Iterator["Engine"]:
    engine = desk.cleared()
    article = bridge_article()
    save(engine, article, bridge_claims(article))
    with open_session(engine) as session:
        for login, name, role in (
            ("anna@desk.example", "Anna Kovar", Role.EDITOR),
            ("ben@desk.example", "Ben", Role.CHECKER),
            ("rita@desk.example", "Rita", Role.READER),
            ("olga@desk.example", "Olga", Role.ADMIN),
        ):
            put_member(session, new=NewMember(login=login, name=name, role=role), by="test", now=NOW)
    yield engine
    engine.dispose()


@pytest.fixture
def somebody(desk: Stage, engine: "Engine", browser: Browser) -> Iterator[Callable[[str], Reviewer]]:
    """Log somebody in, each in a browser profile of their own."""
    contexts = []

    def log_in(account: str) -> Reviewer:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        desk.visit(page)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("link", name=account, exact=True).click()
        page.wait_for_selector(".cd-brand")
        settled(page)
        return Reviewer(page, engine)

    yield log_in
    for context in contexts:
        context.close()


def test_whoever_logs_in_decides_under_their_name(somebody: Callable[[str], Reviewer]) -> None:
    anna = somebody("anna")
    expect(anna.page.locator(".cd-who")).to_have_text("Anna Kovar")
    text = anna.claim()
    anna.press("v")
    anna.goes_on_from(text)
    assert [step.reviewer for step in anna.steps(text)] == ["Anna Kovar"]
    anna.page.get_by_role("button", name="Log out").click()
    expect(anna.page.get_by_role("heading", name="Log in")).to_be_visible()
    assert barriers(anna.page) == []


@pytest.mark.parametrize(
    ("account", "told"),
    [
        ("nobody", "You are logged in as <b>nobody@elsewhere.example</b>, and nobody of this desk has that login."),
        ("eve", "The login service has not confirmed the address anna@desk.example."),
    ],
)
def test_a_stranger_is_told_so_in_a_sentence(somebody: Callable[[str], Reviewer], account: str, told: str) -> None:
    page = somebody(account).page
    expect(page.get_by_role("heading", name="Not at this desk")).to_be_visible()
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.locator(".cd-text")).to_have_count(0)
    found = [f"{view} {barrier}" for view in views(page) for barrier in barriers(page)]
    assert found == []


def test_an_admin_lets_somebody_in(somebody: Callable[[str], Reviewer]) -> None:
    olga = somebody("olga").page
    olga.get_by_role("link", name="People").click()
    olga.get_by_label("Login", exact=True).fill("Carla@desk.example")
    olga.get_by_label("Name, as their decisions carry it").fill("Carla")
    olga.get_by_test_id("stRadioGroup").get_by_text("Editor", exact=True).click()
    olga.get_by_role("button", name="Let in", exact=True).click()
    expect(olga.get_by_text("Carla is an editor now.")).to_be_visible()
    expect(somebody("carla").page.locator(".cd-who")).to_have_text("Carla")


def test_a_reader_reads_and_has_no_keys(somebody: Callable[[str], Reviewer]) -> None:
    rita = somebody("rita")
    first = rita.claim()
    for key in "vxeunptma":
        rita.press(key)
    time.sleep(READ_S)
    assert rita.claim() == first
    rita.press("s")
    rita.goes_on_from(first)
    assert rita.n_decided() == 0
    expect(rita.page.get_by_role("button", name="Verify")).to_have_count(0)
    expect(rita.page.get_by_role("link", name="People")).to_have_count(0)


def test_two_people_never_get_the_same_claim(somebody: Callable[[str], Reviewer]) -> None:
    anna, ben = somebody("anna"), somebody("ben")
    seen = []
    for _ in range(3):
        mine, yours = anna.claim(), ben.claim()
        seen += [mine, yours]
        anna.press("v")
        if len(seen) == 6:
            expect(anna.page.get_by_role("heading", name="Nothing free at the moment")).to_be_visible()
        else:
            anna.goes_on_from(mine)
        ben.press("v")
        if len(seen) == 6:
            expect(ben.page.get_by_role("heading", name="All done")).to_be_visible()
        else:
            ben.goes_on_from(yours)
    assert len(set(seen)) == 6
    with open_session(anna.engine, reading=True) as session:
        assert {s.status for s in list_claims(session)} == {ClaimStatus.VERIFIED}


def test_a_claim_in_other_hands_can_be_read(somebody: Callable[[str], Reviewer]) -> None:
    anna, ben = somebody("anna"), somebody("ben")
    text = anna.claim()
    ben.claim()
    ben.page.locator("mark.link", has_text="the repairs would cost 14 million crowns").click()
    expect(ben.page.locator(".cd-held")).to_contain_text("Anna Kovar has this claim open.")
    expect(ben.page.locator(".cd-text")).to_have_text(text)
    ben.press("v")
    time.sleep(READ_S)
    assert ben.n_decided() == 0


def test_a_claim_is_sent_to_a_colleague(somebody: Callable[[str], Reviewer]) -> None:
    anna = somebody("anna")
    text = anna.claim()
    anna.opens("t", ".st-key-colleagues")
    anna.page.get_by_label("Comment (optional)").fill("You know her.")
    anna.press("Tab")
    anna.opens("1", ".cd-text")
    anna.goes_on_from(text)
    ben = somebody("ben")
    assert ben.claim() == text
    expect(ben.page.locator(".cd-sent")).to_contain_text("Sent to you by Anna Kovar")
    expect(ben.page.locator(".cd-said")).to_contain_text("You know her.")


def test_a_stale_save_is_refused_field_by_field(somebody: Callable[[str], Reviewer]) -> None:
    anna = somebody("anna")
    text = anna.claim()
    anna.opens("e", ".sheet form")
    anna.field("Claim, as one sentence").fill("Typed with care.")
    stored = anna.stored(text)
    theirs = stored.claim.model_copy(update={"text": "Theirs <b>.", "source": stored.claim.source})
    ben = NewDecision(
        claim_id=stored.claim.id,
        version=stored.version,
        kind=DecisionKind.CORRECT,
        corrected=theirs,
        reviewer="Ben",
    )
    with open_session(anna.engine) as session:
        # Ben may: the lease is over, as it would be after lunch.
        for lease in ("leased_by", "leased_until"):
            session.connection().exec_driver_sql(f"UPDATE claim SET {lease} = NULL")
        decide(session, decision=ben, now=utc_now())
    anna.save()
    alert = anna.page.get_by_role("alert").first
    expect(alert).to_contain_text("Not saved: this claim was changed in the meantime.")
    expect(alert).to_contain_text("Ben corrected this claim")
    expect(alert).to_contain_text("Theirs <b>.")
    expect(anna.field("Claim, as one sentence")).to_have_value("Typed with care.")
    anna.page.get_by_role("button", name="Take this").click()
    expect(anna.field("Claim, as one sentence")).to_have_value("Theirs <b>.")
    anna.field("Claim, as one sentence").fill("Theirs and mine.")
    anna.save()
    anna.goes_on_from(text)
    assert anna.stored(text).claim.text == "Theirs and mine."
    assert [step.reviewer for step in anna.steps(text)] == ["Ben", "Anna Kovar"]


def test_a_reload_in_mid_edit_keeps_what_was_typed(somebody: Callable[[str], Reviewer]) -> None:
    anna = somebody("anna")
    anna.claim()
    anna.opens("e", ".sheet form")
    anna.field("Claim, as one sentence").fill("Half a thought")
    anna.field("Said by").focus()
    anna.page.keyboard.type(" of the council")
    anna.page.reload()
    anna.page.wait_for_selector(".sheet form")
    expect(anna.field("Claim, as one sentence")).to_have_value("Half a thought")
    expect(anna.field("Said by")).to_have_value(re.compile("^Marit Oosthuizen of the council$"))
    expect(anna.page.get_by_text("What you typed is still here.")).to_be_visible()


def test_who_is_removed_decides_nothing_more(somebody: Callable[[str], Reviewer]) -> None:
    ben = somebody("ben")
    text = ben.claim()
    with open_session(ben.engine) as session:
        remove_member(session, login="ben@desk.example", by="test", now=NOW)
    ben.press("v")
    expect(ben.page.get_by_role("heading", name="Not at this desk")).to_be_visible()
    assert ben.steps(text) == []


def test_a_lost_session_is_resumed_where_it_was(tmp_path: Path, browser_page: Page) -> None:
    """The server goes down in mid-edit and comes back; the page finds it again by itself."""
    url, port, page = f"sqlite:///{tmp_path / 'desk.db'}", free_port(), browser_page
    engine = open_desk(url)
    article = bridge_article()
    save(engine, article, bridge_claims(article))
    env = {**os.environ, "CLAIMDESK_DATABASE_URL": url, "CLAIMDESK_REVIEWER": "anna"}
    reviewer = Reviewer(page, engine)
    with serve(env=env, port=port) as app:
        page.goto(app.url)
        page.wait_for_selector(".cd-text")
        first = reviewer.claim()
        reviewer.press("s")
        reviewer.goes_on_from(first)
        second = reviewer.claim()
        reviewer.opens("e", ".sheet form")
        reviewer.field("Claim, as one sentence").fill("Typed before the lights went out")
        time.sleep(READ_S)
        settled(page)
    with serve(env=env, port=port):
        expect(page.get_by_text("What you typed is still here.")).to_be_visible(timeout=30_000)
        expect(reviewer.field("Claim, as one sentence")).to_have_value("Typed before the lights went out")
        reviewer.save()
        page.wait_for_selector(".cd-text")
        reviewer.goes_on_from(second)
    assert reviewer.stored(second).claim.text == "Typed before the lights went out"
    assert [step.reason for step in reviewer.steps(second)] != [RejectionReason.OPINION]
    engine.dispose()
