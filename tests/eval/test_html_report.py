"""The page and the Markdown of a comparison: the same figures as the score, and nothing that runs or calls out."""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Page, expect

from eval.cases import CaseSet, GoldArticle
from eval.ceiling import Between, Ceiling
from eval.compare import compare_runs
from eval.matching import Criterion
from eval.metrics.figure import Bootstrap, Figure, Ratio
from eval.metrics.given_match import GivenMatch
from eval.report.html import as_html
from eval.report.markdown import as_markdown
from eval.report.marked import Named
from eval.report.plots import plots
from eval.report.summary import Made
from eval.report.verdicts import Verdict
from eval.report.wording import figure_text, share
from eval.scores import Options
from eval.scoring import score
from extractor.schema import Quotation, Usage
from tests.accessibility import VIEWS, barriers
from tests.browser import browser, browser_page, chromium_of_module

__all__ = ["browser", "browser_page", "chromium_of_module"]

MADE = Made(code_version="0.1.0, source 0123456789ab", made_at=datetime(2026, 1, 3, tzinfo=UTC))
BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"
FLOOD = "Nobody was hurt in the flood"
HOSTILE = (
    "</script><script>window.hacked = 1</script>"
    '<img src="https://evil.example/x" onerror="window.hacked = 2"> \u202edrow \'"&amp;'
)


@pytest.fixture
def cases(build: Any) -> CaseSet:
    mayor = build.gold_source("Ruta Osei").model_copy(update={"mention": build.span("mayor Ruta Osei")})
    bridge = build.gold(BRIDGE, source=mayor, cue=build.span("said"))
    first = build.case(bridge, build.gold(TRAFFIC, by="waterworks"), build.gold(TUNNEL), case_id="a")
    text = f"\U0001f6a2 {HOSTILE}\n{build.text}"
    article = GoldArticle(text=text, text_sha256=hashlib.sha256(text.encode()).hexdigest(), title=HOSTILE)
    hostile = build.case(build.gold(BRIDGE, text=HOSTILE, by=HOSTILE), case_id="b", article=article)
    return build.cases(first, hostile, build.case(case_id="c"))


@pytest.fixture
def systems(build: Any, cases: CaseSet) -> list[Named]:
    options = Options(bootstrap=Bootstrap(rounds=20))
    sha = cases.cases[1].article.text_sha256
    good = build.run(
        [
            build.prediction(
                "a",
                build.predicted(BRIDGE),
                build.predicted(TRAFFIC, by="the ministry"),
                build.predicted(TUNNEL, quotation=Quotation.DIRECT),
                build.predicted(FLOOD),
                seconds=1.5,
            ),
            build.prediction("b", build.predicted(BRIDGE, text=HOSTILE), text_sha256=sha, seconds=0.5),
            build.prediction("c"),
        ]
    )
    bad = build.run([build.prediction("a", error=f"hung up {HOSTILE}")])
    return [Named("rules", score(good, cases, options)), Named(f"model {HOSTILE}", score(bad, cases, options))]


@pytest.fixture
def page_text(systems: list[Named], cases: CaseSet) -> str:
    return as_html(systems, cases.cases, MADE)


def cell(figure: Figure) -> str:
    interval = f"[{share(figure.interval.low)}, {share(figure.interval.high)}]" if figure.interval else ""
    return f"{share(figure.value)}{interval}" + (f"of {figure.n}" if figure.n else "")


def test_the_tables_hold_the_figures_of_the_score(page_text: str, systems: list[Named]) -> None:
    found = html.fromstring(page_text)
    headline = found.xpath("//section[@id='figures']//table")[0]
    rows = [[c.text_content().strip() for c in row.xpath("th|td")] for row in headline.xpath(".//tbody/tr")]
    for named, row in zip(systems, rows, strict=True):
        figures = named.score.headline()
        assert row[1:] == [cell(figures.f1), cell(figures.precision), cell(figures.recall)]
    by_criterion = found.xpath("//summary[.='F1 by every criterion']/..//table")[0]
    for at, row in enumerate(by_criterion.xpath(".//tbody/tr")):
        cells = [c.text_content().strip() for c in row.xpath("td")]
        assert cells == [cell(named.score.overall[at].f1) for named in systems]


def test_the_page_says_what_was_run(page_text: str, systems: list[Named]) -> None:
    told = html.fromstring(page_text).xpath("//section[@id='runs-told']")[0].text_content()
    for expected in ("rules", "gold.jsonl, sha256 000000000000", "0.1.0", "2026-01-02 03:04 UTC", "2.0 s"):
        assert expected in told
    assert "1 of the articles failed" in told
    assert "2 cases, b to c: the run has no prediction for it" in told


def test_the_page_says_how_it_was_measured_and_how_to_cite_it(page_text: str) -> None:
    told = " ".join(html.fromstring(page_text).get_element_by_id("method").text_content().split())
    assert "span overlap ≥ 0.5" in told
    assert "(20 rounds, seed 0)" in told
    assert "on 3 articles of gold.jsonl, sha256 000000000000; claimdesk 0.1.0, source 0123456789ab, 2026-01-03." in told


def test_the_page_holds_every_article_and_verdict(page_text: str) -> None:
    runs = json.loads(html.fromstring(page_text).get_element_by_id("runs").text)
    assert [a["id"] for a in runs["articles"]] == ["a", "b", "c"]
    assert HOSTILE in runs["articles"][1]["text"]
    verdicts = [v["verdict"] for v in runs["articles"][0]["results"][0]["verdicts"]]
    assert verdicts == ["matched", "wrong source", "wrong type", "invented"]
    assert [r and r["error"] for r in (a["results"][1] for a in runs["articles"])] == [f"hung up {HOSTILE}", None, None]


def test_the_page_refers_to_nothing_outside(page_text: str) -> None:
    found = html.fromstring(page_text)
    data = found.get_element_by_id("runs")
    data.text = ""
    assert found.xpath("//*[@src or @srcset or @data or @poster or @action]") == []
    assert {a for a in found.xpath("//@href") if not a.startswith("#")} == {"data:,"}
    style = "".join(found.xpath("//style/text()"))
    assert "url(" not in style
    assert "@import" not in style
    policy = found.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "default-src 'none'" in policy
    ids = found.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_hostile_text_is_nowhere_markup(page_text: str) -> None:
    assert "<script>window" not in page_text
    assert "<img" not in page_text
    assert "\u202e" not in page_text.partition('id="runs"')[0]
    assert len(re.findall("<script", page_text)) == len(re.findall("</script", page_text)) == 2


def test_plots_follow_the_page_and_fit_a_telephone(systems: list[Named]) -> None:
    drawn = plots(systems)
    assert [p.question for p in drawn] == [
        "How many of the claims does each system find, and how sure is that?",
        "Most check-worthy claims first: how many are worth a check?",
        "When a system says 0.8, are eight of ten such claims worth a check?",
        "Which quotation types does rules mistake for which?",
        "What does a better F1 cost in time?",
    ]
    for plot in drawn:
        assert "var(--ink)" in plot.svg
        assert not re.search("#[0-9a-f]{3,6}\\b|<script|<img|xmlns|href", plot.svg)
        assert float(re.findall('^<svg [^>]*width="([0-9.]+)"', plot.svg)[0]) < 358
        assert re.search(r"\d (claims|articles)|n = \d", plot.caption)


def test_plots_tell_the_figures_of_the_score(systems: list[Named]) -> None:
    found, ranked, calibrated, confused, _ = plots(systems)
    first = systems[0].score
    assert figure_text(first.headline().f1) in found.told
    assert figure_text(first.worthiness.average_precision) in ranked.told
    assert f"average precision {share(first.worthiness.average_precision.value)}" in ranked.svg
    assert figure_text(first.worthiness.calibration_error) in calibrated.told
    assert f"error {share(first.worthiness.calibration_error.value)}" in calibrated.svg
    assert confused.told.endswith("wrong: 1 indirect as direct")


def test_what_was_spent_and_is_known_has_a_plot(systems: list[Named]) -> None:
    usage = Usage(calls=3, prompt_tokens=900, output_tokens=300, cost_usd=0.03)
    paid, unpriced = (
        Named(name, systems[0].score.model_copy(update={"usage": usage.model_copy(update={"cost_usd": cost})}))
        for name, cost in (("paid", 0.03), ("unpriced", None))
    )
    *_, tokens, dollars = plots([paid, unpriced])
    assert "paid: 400 tokens per article" in tokens.told
    assert "paid: 0.01 US dollars per article" in dollars.told
    assert "Not known for unpriced" in dollars.caption


def test_the_ceiling_stands_beside_the_systems(systems: list[Named], cases: CaseSet) -> None:
    same = Ratio(hits=9, n=10)
    ceiling = Ceiling(
        n_articles=7,
        found=tuple(Between(criterion=c, f1=Ratio(hits=1, n=3 + at)) for at, c in enumerate(Criterion)),
        given_match=GivenMatch(source=same, quotation=same, cue=same, kind=same),
    )
    with_ceiling = [Named(s.name, s.score.model_copy(update={"ceiling": ceiling})) for s in systems]
    found = html.fromstring(as_html(with_ceiling, cases.cases, MADE))
    rows = found.xpath("//section[@id='figures']//tr[@class='reference']")
    assert [c.text_content().strip() for c in rows[0].xpath("th|td")] == ["Two annotators", "0.14of 7", "-", "-"]
    assert "Two annotators, span overlap ≥ 0.5: F1 0.25" in plots(with_ceiling)[0].told
    assert "| Two annotators | 0.14 (of 7) | - | - |" in as_markdown(with_ceiling)


def test_markdown_has_the_same_figures_and_no_markup_of_others(systems: list[Named]) -> None:
    text = as_markdown(systems)
    f1 = systems[0].score.headline().f1
    assert f"| rules | {share(f1.value)} " in text
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("<details>") == text.count("</details>")
    widths = {table: {line.count(" | ") for line in table.splitlines() if "---" not in line} for table in tables(text)}
    assert all(len(columns) == 1 for columns in widths.values())


@pytest.fixture
def against_first(build: Any, cases: CaseSet) -> list[Named]:
    first = build.run([build.prediction("a", build.predicted(BRIDGE), build.predicted(FLOOD)), build.prediction("c")])
    second = build.run([build.prediction("a", build.predicted(TUNNEL), build.predicted("the police said"))])
    options = Options(bootstrap=Bootstrap(rounds=20))
    compared = compare_runs(first, second, cases, options, common=True)
    return [Named("old", score(first, cases, options)), Named("new", score(second, cases, options), compared)]


def test_differences_from_the_first_run_stand_beside_the_figures(against_first: list[Named], cases: CaseSet) -> None:
    found = html.fromstring(as_html(against_first, cases.cases, MADE))
    row = found.xpath("//caption[.='Difference from old']/..//tbody/tr")[0]
    compared = against_first[1].against_first
    assert compared is not None
    f1 = compared.headline().f1
    cells = [c.text_content().strip() for c in row.xpath("th|td")]
    assert cells[0] == "new"
    assert cells[1] == f"{f1.difference:+.2f}p {f1.p_value:.3f}"
    assert cells[4] == "1"
    assert "not scored on the same articles" in found.xpath("//section[@id='figures']")[0].text_content()
    assert "**Difference from old**" in as_markdown(against_first)


@pytest.mark.browser
def test_claims_that_changed_side_can_be_picked_out(
    against_first: list[Named], cases: CaseSet, tmp_path: Path, browser_page: Page
) -> None:
    path = tmp_path / "changed.html"
    path.write_text(as_html(against_first, cases.cases, MADE), encoding="utf-8")
    browser_page.goto(path.as_uri())
    browser_page.select_option("#system", label="new")
    browser_page.select_option("#show", label="what differs from old")
    expect(browser_page.locator("#shown")).to_have_text("1 of 2 articles, 3 claims of this kind")
    browser_page.locator("[data-case=a] > summary").click()
    told = browser_page.locator(".claims .reason", has_text=": old ")
    expect(told).to_have_text(["lost: old finds it", "invented: old does not predict it", "won: old does not find it"])


def tables(text: str) -> list[str]:
    return re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE)


@pytest.fixture
def shown(page_text: str, tmp_path: Path, browser_page: Page) -> Page:
    path = tmp_path / "report.html"
    path.write_text(page_text, encoding="utf-8")
    asked: list[str] = []
    wrong: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.on("console", lambda message: wrong.append(message.text))
    browser_page.on("pageerror", lambda error: wrong.append(str(error)))
    browser_page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert wrong == []
    return browser_page


def ids(page: Page) -> list[str]:
    found = page.eval_on_selector_all(".card", "cards => cards.map((card) => card.dataset.case)")
    return [str(i) for i in found]


@pytest.mark.browser
def test_an_article_shows_both_sides(shown: Page) -> None:
    card = shown.locator("[data-case=a]")
    card.locator("summary").first.press("Enter")
    expect(card.locator(".claims > li[data-verdict='wrong source']")).to_contain_text(
        "source differs: the ministry instead of waterworks"
    )
    sides = card.locator(".text > div:not(.head)")
    expect(sides).to_have_count(2)
    expect(sides.nth(0).locator("mark.content")).to_have_text([BRIDGE, TRAFFIC, TUNNEL])
    expect(sides.nth(0).locator("mark.source")).to_have_text("mayor Ruta Osei")
    expect(sides.nth(0).locator("mark.cue")).to_have_text("said")
    expect(sides.nth(1).locator("mark.content")).to_have_text([BRIDGE, TRAFFIC, TUNNEL, FLOOD])
    expect(sides.nth(1).locator(".badge")).to_have_text(["1", "2 wrong source", "3 wrong type", "4 invented"])

    button = card.locator("button.badge", has_text="4 invented")
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(card.locator("mark.hot")).to_have_text([FLOOD])


@pytest.mark.browser
def test_filters_leave_what_they_say(shown: Page) -> None:
    assert ids(shown) == ["a", "b", "c"]
    shown.select_option("#show", Verdict.INVENTED)
    expect(shown.locator("#shown")).to_have_text("1 of 3 articles, 1 claim of this kind")
    assert ids(shown) == ["a"]
    shown.locator("[data-case=a] > summary").click()
    expect(shown.locator(".claims > li")).to_have_count(1)
    expect(shown.locator(".claims > li")).to_contain_text(FLOOD)

    shown.select_option("#show", "all")
    shown.select_option("#article", "c")
    assert ids(shown) == ["c"]
    expect(shown.locator("[data-case=c] .body")).to_contain_text("No gold claim, and none predicted.")

    shown.select_option("#article", "")
    shown.fill("#search", "MINISTRY instead of water")
    expect(shown.locator(".card")).to_have_count(1)
    assert ids(shown) == ["a"]
    shown.fill("#search", "")
    expect(shown.locator(".card")).to_have_count(3)

    shown.select_option("#order", "worst")
    assert ids(shown) == ["b", "a", "c"]
    shown.select_option("#system", "1")
    shown.select_option("#show", "failed")
    assert ids(shown) == ["a"]
    expect(shown.locator("[data-case=a]")).to_contain_text("The extraction failed: hung up")


@pytest.mark.browser
def test_hostile_text_stays_text(shown: Page, build: Any) -> None:
    shown.click("#open-all")
    card = shown.locator("[data-case=b]")
    card.scroll_into_view_if_needed()
    expect(card.locator(".text .both, .text p").first).to_contain_text("[U+202E]drow")
    expect(card.locator("summary").first).to_contain_text("</script><script>window.hacked = 1</script>")
    card.locator(".text").scroll_into_view_if_needed()
    assert shown.evaluate("window.hacked") is None
    assert shown.locator("main img").count() == 0
    # The ship before it is one code point and two UTF-16 units: marks must not slip.
    span = build.span(BRIDGE)
    marked = span.of(f"\U0001f6a2 {HOSTILE}\n").replace("\u202e", "[U+202E]")
    expect(card.locator(".text mark.content").first).to_have_text(marked)


@pytest.mark.browser
def test_hundreds_of_articles_are_drawn_when_they_come_into_sight(
    build: Any, tmp_path: Path, browser_page: Page
) -> None:
    n = 400
    cases = build.cases(*(build.case(build.gold(BRIDGE), case_id=f"case-{k:03}") for k in range(n)))
    run = build.run([build.prediction(c.id, build.predicted(BRIDGE)) for c in cases.cases])
    result = score(run, cases, Options(bootstrap=Bootstrap(rounds=5)))
    path = tmp_path / "many.html"
    path.write_text(as_html([Named("rules", result)], cases.cases, MADE), encoding="utf-8")
    browser_page.goto(path.as_uri())
    expect(browser_page.locator(".card")).to_have_count(n)
    browser_page.click("#open-all")
    expect(browser_page.locator("[data-case=case-000] .text")).to_be_visible()
    assert browser_page.locator(".text").count() < n / 4
    last = browser_page.locator(f"[data-case=case-{n - 1}]")
    last.scroll_into_view_if_needed()
    expect(last.locator(".text")).to_be_attached()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_nobody_is_kept_out(shown: Page, width: int, scheme: Any) -> None:
    shown.set_viewport_size({"width": width, "height": 844})
    shown.emulate_media(color_scheme=scheme)
    shown.eval_on_selector_all("details", "all => all.forEach((one) => { one.open = true; })")
    shown.locator("#articles").scroll_into_view_if_needed()
    expect(shown.locator("[data-case=a] .text")).to_be_attached()
    assert barriers(shown) == []


@pytest.mark.browser
def test_a_telephone_is_wide_enough(shown: Page) -> None:
    shown.set_viewport_size({"width": 390, "height": 844})
    shown.click("#open-all")
    expect(shown.locator("[data-case=a] .text")).to_be_attached()
    assert shown.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.browser
def test_everything_is_reached_by_keyboard(shown: Page) -> None:
    reached = set()
    for _ in range(40):
        shown.keyboard.press("Tab")
        reached.add(
            shown.evaluate("document.activeElement.id || document.activeElement.closest('.card')?.dataset.case")
        )
    assert {"system", "show", "article", "order", "search", "open-all", "close-all", "a", "b", "c"} <= reached
