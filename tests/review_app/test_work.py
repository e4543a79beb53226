"""How the work goes: what is counted and said, and the page by AppTest."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from extractor.errors import NotAllowed
from extractor.export import table_to_csv
from extractor.people import Person, Role
from extractor.schema import BY_HAND, DecisionKind
from extractor.store import WorkDone
from review_app.logic.work import (
    Period,
    Share,
    Work,
    people_bars,
    reason_bars,
    source_bars,
    span_of,
    standings,
    time_bars,
    within,
)
from review_app.logic.workdesk import WorkDesk
from review_app.logic.worktables import accepted_table, bar_table, cost_table, done_table, run_table
from tests.review_app.desk_data import open_desk
from tests.review_app.states.desk import N_DAYS, work_of_days
from tests.review_app.test_app import APP, told

if TYPE_CHECKING:
    from sqlalchemy import Engine

FRIDAY = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "began", "shift", "since", "first", "n_bars"),
    [
        (Period.WEEK, None, 0, datetime(2026, 11, 21, tzinfo=UTC), "2026-11-21", 7),
        (Period.MONTH, None, 1, datetime(2026, 10, 28, 23, tzinfo=UTC), "2026-10-29", 30),
        (Period.WEEK, None, -9, datetime(2026, 11, 20, 9, tzinfo=UTC), "2026-11-20", 7),
        (Period.QUARTER, None, -5, datetime(2026, 8, 31, 5, tzinfo=UTC), "2026-08-31", 13),
        (Period.EVER, None, 0, datetime(2026, 11, 27, tzinfo=UTC), "2026-11-27", 1),
        (Period.EVER, FRIDAY - timedelta(days=3), 0, datetime(2026, 11, 24, tzinfo=UTC), "2026-11-24", 4),
        (Period.EVER, FRIDAY - timedelta(days=70), 2, datetime(2026, 9, 13, 22, tzinfo=UTC), "2026-09-14", 11),
    ],
    ids=["days", "east", "still yesterday", "weeks from Monday", "nothing yet", "a few days", "long ago"],
)
def test_periods_are_whole_days_or_weeks_of_a_place(
    period: Period, began: datetime | None, shift: int, since: datetime, first: str, n_bars: int
) -> None:
    span = span_of(period, began=began, now=FRIDAY, shift_hours=shift)
    assert (span.since, span.day(span.numbers[0]), len(span.numbers)) == (since, first, n_bars)


def test_an_interval_holds_the_share_and_narrows_with_more_claims() -> None:
    # Newcombe 1998, table I: 81 of 263 and 0 of 20, by Wilson's method.
    assert Share(k=81, n=263).interval == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert Share(k=0, n=20).interval == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert Share(k=20, n=20).interval[1] == pytest.approx(1.0)


def test_half_of_the_claims_are_within_a_step() -> None:
    assert within({}, 0.5) is None
    assert within({5: 1, 60: 1}, 0.5) == 5
    assert within({5: 1, 60: 2}, 0.5) == 60
    bars = {bar.label: bar.n for bar in time_bars({4: 1, 5: 2, 6: 3, 900: 4, 1800: 5, 86_400: 6})}
    assert sum(bars.values()) == 21
    assert (bars["up to 5 s"], bars["up to 10 s"], bars["up to 15 min"], bars["longer than 15 min"]) == (3, 3, 4, 11)


def done(model: str, day: int, verified: int, rejected: int) -> list[WorkDone]:
    kinds = ((DecisionKind.VERIFY, verified), (DecisionKind.REJECT, rejected))
    return [WorkDone(bin=day, model=model, prompt="", kind=kind, reason=None, n=n) for kind, n in kinds if n]


def test_drift_is_told_only_where_chance_does_not_explain_it() -> None:
    entries = [
        *(entry for day in range(10) for entry in done("worse", day, 9 - day, day)),
        *(entry for day in range(10) for entry in done("same", day, 8 + day % 2, 1)),
        *(entry for day in range(4) for entry in done("rare", day, 5 if day < 2 else 0, 0 if day < 2 else 5)),
        *done(BY_HAND, 0, 50, 0),
    ]
    told = {one.model: one.drift for one in standings(entries)}
    assert told == {"same": "", "worse": "fell from 78% to 22%", "rare": ""}


def test_nothing_of_a_colleague_is_read_by_a_checker(tmp_path: Path) -> None:
    engine = open_desk(f"sqlite:///{tmp_path / 'desk.db'}")
    work_of_days(engine)
    checker = WorkDesk(engine=engine, person=Person(name="anna", role=Role.CHECKER), now=lambda: datetime.now(UTC))
    with pytest.raises(NotAllowed):
        checker.read(Period.MONTH, reviewer="ben", shift_hours=0)
    everybody = checker.read(Period.MONTH, reviewer=None, shift_hours=0)
    assert everybody.people == ()
    mine = checker.read(Period.MONTH, reviewer="anna", shift_hours=0)
    assert 0 < mine.n_decided < everybody.n_decided == N_DAYS * 10
    engine.dispose()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Engine"]:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("CLAIMDESK_DATABASE_URL", url)
    monkeypatch.setenv("CLAIMDESK_REVIEWER", "anna")
    engine = open_desk(url)
    yield engine
    engine.dispose()


def opened(**state: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["go"] = ("desk", {})
    for name, value in state.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return app


def test_the_tables_add_up_to_what_was_done(engine: "Engine") -> None:
    work_of_days(engine)
    desk = WorkDesk(engine=engine, person=Person(name="eva", role=Role.EDITOR), now=lambda: datetime.now(UTC))
    work: Work = desk.read(Period.MONTH, reviewer=None, shift_hours=0)
    days = done_table(work)
    assert days.columns == ("day", "verified", "corrected", "rejected", "added", "all")
    assert sum(int(row[-1] or 0) for row in days.rows) == N_DAYS * 10 == work.n_decided
    found = standings(work.done)
    assert [(one.name, one.accepted.n, one.drift) for one in found] == [
        ("some-model, claims v1", 60, ""),
        ("some-model, claims v2", 60, "fell from 60% to 7%"),
    ]
    assert sum(int(row[3] or 0) for row in accepted_table(work, found).rows) == 120
    n_rejected = sum(bar.n for bar in reason_bars(work.done))
    assert n_rejected == sum(int(row[3] or 0) for row in days.rows)
    assert {bar.label: bar.n for bar in people_bars(work.people)} == {"ben": 72, "anna": 48}
    assert sum(work.times.values()) == 120
    assert sum(float(row[-1] or 0) for row in cost_table(work).rows) == pytest.approx(0.35 * N_DAYS * 2)
    runs = run_table(work).rows
    assert runs[-1][2:] == ("some-model", "running", 1, 0, 5, 4_600, 0.35)
    assert str(runs[0][1]) < str(runs[-1][1])
    table = bar_table("sources", "source", source_bars(work.sources), note="kind")
    rows = list(csv.reader(io.StringIO(table_to_csv(table.columns, [[str(c) for c in row] for row in table.rows]))))
    assert rows[0] == ["source", "kind", "verified", "corrected", "rejected", "added", "claims"]
    assert '\'=HYPERLINK("http://198.51.100.7")' in {row[0] for row in rows}, "nothing a spreadsheet would run"
    assert sum(int(row[-1]) for row in rows[1:]) == 120


def test_the_page_answers_each_question(engine: "Engine") -> None:
    work_of_days(engine)
    page = opened()
    text = told(page)
    for question in (
        "How much gets done?",
        "How long does a claim take?",
        "Do the extractors stay as good?",
        "Why are claims rejected?",
        "Who speaks most?",
        "Who did the work?",
        "Do reviewers agree?",
        "What does extraction cost?",
        "What did each run do and use?",
    ):
        assert question in text
    assert "fell from 60% to 7%" in text
    assert "8.40 USD, 7.00 for 100 claims" in text
    assert "<script>" not in text
    assert len(page.get("vega_lite_chart")) == 4
    assert len(page.get("download_button")) == 9
    page.selectbox(key="desk_reviewer").select("ben").run()
    assert not page.exception
    mine = told(page)
    assert "72 claims decided" in mine
    assert "What does extraction cost?" not in mine
    page.button_group(key="period").set_value(Period.WEEK).run()
    assert not page.exception
    assert "42 claims decided" in told(page)


def test_an_empty_desk_says_what_to_do(engine: "Engine") -> None:
    assert "Nothing to tell yet" in told(opened())
