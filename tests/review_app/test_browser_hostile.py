"""An article, and people, that mean harm, on every page in a real Chromium: shown as text, and nothing happens."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from extractor.people import Role
from extractor.schema import DecisionKind, PieceState, RejectionReason
from extractor.store import (
    NewDecision,
    NewMember,
    assign,
    comment,
    decide,
    make_look,
    next_second_look,
    open_session,
    put_member,
)
from review_app.views.pages import PAGES
from tests.browser import settled
from tests.review_app.check_data import COST, HARM, PUBLISHED, do
from tests.review_app.desk_data import HOSTILE, NOW, claim_of, hostile_article, hostile_claims, save
from tests.review_app.stage import Stage

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.browser

EVIL = f"\u202e{HARM} **bold** ![x](http://198.51.100.7/pixel.png) <b onmouseover=alert(1)>"
LINE = HOSTILE.split("\n\n")[4]
"""A line of a million characters."""


def harm(engine: "Engine") -> None:
    """Fill a desk with nothing but harm: waiting, rated, and decided in two ways."""
    article = hostile_article()
    waiting = hostile_claims(article)[0]
    others = [
        waiting.model_copy(update={"id": f"{n:024x}", "content": claim_of(article, words, who=EVIL).content})
        for n, words in enumerate((LINE, "said the clerk", "The end of the note"))
    ]
    rated, disputed, sent = others
    save(engine, article, (waiting, *others), lost={PieceState.TRUNCATED: EVIL}, missed=("The end of the note",))
    with open_session(engine) as session:
        put_member(session, new=NewMember(login="harm@desk", name=EVIL, role=Role.EDITOR), by=EVIL, now=NOW)
        for claim in (rated, disputed):
            seen = NewDecision(claim_id=claim.id, version=1, kind=DecisionKind.VERIFY, reviewer=EVIL, comment=EVIL)
            decide(session, decision=seen, now=NOW)
        blind = next_second_look(session, reviewer="carla", share=1, now=NOW)
        assert blind is not None
        look = NewDecision(
            claim_id=blind.claim.id,
            version=blind.version,
            kind=DecisionKind.REJECT,
            reviewer="carla",
            reason=RejectionReason.OPINION,
            comment=EVIL,
        )
        make_look(session, decision=look, now=NOW)
        for claim in (waiting, sent):
            comment(session, claim_id=claim.id, author=EVIL, text=EVIL, now=NOW)
        assign(session, claim_id=sent.id, to=EVIL, by=EVIL, now=NOW)
    evidence = COST.evidence[0].model_copy(update={"title": EVIL, "excerpt": EVIL, "publisher": EVIL})
    said = COST.model_copy(update={"conclusion": EVIL[:200], "explanation": EVIL, "evidence": (evidence,)})
    do(engine, rated, *PUBLISHED, at=NOW, said=said)


FOUND = r"""() => {
  const steers = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
  const bad = [];
  const attribute = ({ name, value }) =>
    name.startsWith("on") || /^\s*javascript:/i.test(value)
    || (["src", "href"].includes(name) && value.includes("198.51.100.7"))
    || (["title", "aria-label", "placeholder", "alt"].includes(name) && steers.test(value));
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE && steers.test(node.data)) bad.push(`it steers: ${node.data.slice(0, 60)}`);
    if (node instanceof Element) {
      for (const each of node.attributes)
        if (attribute(each)) bad.push(`${node.tagName} ${each.name}=${each.value.slice(0, 60)}`);
      if (node.matches("script") && /stolen|alert/.test(node.textContent)) bad.push("a script");
      if (node.matches("strong, em") && /bold|crowns/.test(node.textContent)) bad.push("markdown");
      node.shadowRoot?.childNodes.forEach(look);
    }
    node.childNodes.forEach(look);
  };
  look(document.body);
  return bad;
}"""
"""What steers, runs, fetches or is set as markdown, in the page and its components."""


def unfold(page: Page) -> None:
    page.locator(".cd-history summary").click()


def key(page: Page, pressed: str, selector: str) -> None:
    page.wait_for_timeout(600)
    page.keyboard.press(pressed)
    page.wait_for_selector(selector)


WAITING = f"?claim={hostile_claims(hostile_article())[0].id}"
SHOWN: list[tuple[str, Callable[[Page], None]]] = [
    *((page.path, settled) for page in PAGES),
    ("", unfold),
    (f"?claim={0:024x}", unfold),
    (f"?claim={2:024x}", unfold),
    (WAITING, lambda page: key(page, "m", ".st-key-together")),
    (WAITING, lambda page: key(page, "t", ".st-key-colleagues")),
    (WAITING, lambda page: key(page, "a", ".st-key-missed")),
    (WAITING, lambda page: key(page, "e", ".sheet form")),
]


def test_nothing_harms_on_any_page(stage: Stage, browser_page: Page) -> None:
    engine = stage.cleared()
    harm(engine)
    engine.dispose()
    asked: list[str] = []
    said: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss())[1])
    for path, show in SHOWN:
        stage.visit(browser_page, path)
        show(browser_page)
        settled(browser_page)
        expect(browser_page.locator('[data-testid="stException"]')).to_have_count(0)
        assert (path, browser_page.evaluate(FOUND)) == (path, [])
        assert "stolen" not in browser_page.title()
    assert [url for url in asked if not re.match(r"(data|blob):|\w+://127\.0\.0\.1", url)] == []
    assert said == []


def test_harm_would_be_found(browser_page: Page) -> None:
    browser_page.set_content(f"<p title='\u202e'>\u2066x</p><strong>bold</strong><b onclick=alert(1)>{HARM}</b>")
    assert len(browser_page.evaluate(FOUND)) >= 5
