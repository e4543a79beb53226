import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, MetaData, text

from extractor.schema import (
    BY_HAND,
    ClaimStatus,
    DecisionKind,
    Identity,
    RejectionReason,
    RunSettings,
    RunTotals,
    Usage,
)
from extractor.store import (
    Bins,
    NewClaim,
    RunHolder,
    Window,
    WorkDone,
    add,
    add_to_run,
    decide,
    decide_many,
    extraction_costs,
    frequent_sources,
    get_claim,
    history,
    list_claims,
    next_claim,
    open_engine,
    open_session,
    save_extraction,
    skip,
    start_run,
    undo,
    undo_batch,
    upgrade,
    work,
    work_began,
    work_by_person,
    work_done,
    work_times,
)
from extractor.store.migrate import MIGRATIONS
from tests.extractor.store.samples import (
    MODEL,
    NOON,
    RULES,
    correction,
    fill,
    make_claim,
    make_extraction,
    minutes,
    rejection,
    verification,
)

CLAIMS = [make_claim(f"claim {n}", start=n) for n in range(6)]
DAY = Bins(hours=24)
EVER = Window()


def done(engine: Engine, window: Window = EVER, bins: Bins = DAY) -> list[WorkDone]:
    with open_session(engine, reading=True) as session:
        return work_done(session, window=window, bins=bins)


def kinds(engine: Engine, window: Window = EVER) -> dict[DecisionKind, int]:
    counted: Counter[DecisionKind] = Counter()
    for entry in done(engine, window):
        counted[entry.kind] += entry.n
    return dict(counted)


def test_decisions_are_counted_by_extractor_kind_reason_and_day(engine: Engine) -> None:
    article = fill(engine, *CLAIMS[:3])
    with open_session(engine) as session:
        decide(session, decision=verification(CLAIMS[0]), now=minutes(1))
        decide(session, decision=rejection(CLAIMS[1]), now=minutes(2))
        save_extraction(session, extraction=make_extraction(article, *CLAIMS[:3], identity=MODEL))
        decide(session, decision=rejection(CLAIMS[2], reviewer="ben"), now=minutes(24 * 60))
        by_hand = NewClaim(article_sha256=article.sha256, claim=CLAIMS[5], reviewer="ben")
        add(session, new=by_hand, now=minutes(24 * 60))
    today = DAY.of(NOON)
    rejected = {"kind": DecisionKind.REJECT, "reason": RejectionReason.NOT_A_CLAIM, "n": 1}
    expected = [
        WorkDone(bin=today, model="rules", prompt="", kind=DecisionKind.VERIFY, reason=None, n=1),
        WorkDone.model_validate({"bin": today, "model": "rules", "prompt": "", **rejected}),
        WorkDone(bin=today + 1, model=BY_HAND, prompt="", kind=DecisionKind.ADD, reason=None, n=1),
        WorkDone.model_validate({"bin": today + 1, "model": "some-model", "prompt": "extract v1", **rejected}),
    ]
    assert sorted(done(engine), key=repr) == sorted(expected, key=repr)
    assert kinds(engine, Window(since=minutes(60))) == {DecisionKind.ADD: 1, DecisionKind.REJECT: 1}
    assert kinds(engine, Window(reviewer="ben")) == {DecisionKind.ADD: 1, DecisionKind.REJECT: 1}
    with open_session(engine, reading=True) as session:
        people = [(p.reviewer, p.kind, p.n) for p in work_by_person(session, window=EVER)]
        assert work_began(session) == NOON
    assert sorted(people) == [("anna", "reject", 1), ("anna", "verify", 1), ("ben", "add", 1), ("ben", "reject", 1)]


@pytest.mark.parametrize(
    ("bins", "at", "begins"),
    [
        (Bins(hours=1), NOON, NOON),
        (Bins(hours=24), NOON, NOON.replace(hour=0)),
        (Bins(hours=24, shift_hours=2), NOON.replace(hour=23), NOON.replace(hour=22)),
        (Bins(hours=24, shift_hours=-5), NOON.replace(hour=3), datetime(2026, 11, 19, 5, tzinfo=UTC)),
    ],
    ids=["hours", "days of UTC", "days east of it", "days west of it"],
)
def test_bins_begin_at_midnight_of_the_place(bins: Bins, at: datetime, begins: datetime) -> None:
    number = bins.of(at)
    assert bins.begin(number) == begins
    assert bins.of(bins.begin(number)) == number == bins.of(bins.begin(number + 1) - timedelta(seconds=1))


def test_time_counts_from_the_opening_of_a_claim_that_was_held(engine: Engine) -> None:
    fill(engine, *CLAIMS)
    with open_session(engine) as session:
        for opened_at, decided_at in ((1, 1.6), (2, 2.1), (3, 10)):
            held = next_claim(session, reviewer="anna", now=minutes(opened_at))
            assert held is not None
            # A look at the page in between renews the lease and is no new beginning.
            again = next_claim(session, reviewer="anna", now=minutes(opened_at + 0.05))
            assert again == held
            decide(session, decision=verification(held.claim), now=minutes(decided_at))
        lapsed = next_claim(session, reviewer="anna", now=minutes(20))
        assert lapsed is not None
        decide(session, decision=verification(lapsed.claim), now=minutes(60))
        waiting = [found for found in list_claims(session) if found.status is ClaimStatus.PENDING]
        decide(session, decision=verification(waiting[0].claim), now=minutes(61))
        assert work_times(session, window=EVER) == {6: 1, 40: 1, 420: 1}
        assert work_times(session, window=Window(reviewer="ben")) == {}
        skipped = next_claim(session, reviewer="ben", now=minutes(62))
        assert skipped is not None
        skip(session, claim_id=skipped.claim.id, reviewer="ben", now=minutes(64))
        decide(session, decision=verification(skipped.claim, reviewer="ben"), now=minutes(65))
        assert work_times(session, window=Window(reviewer="ben")) == {}


def test_what_is_taken_back_or_replaced_is_counted_off_where_it_was_counted(engine: Engine) -> None:
    fill(engine, *CLAIMS)
    with open_session(engine) as session:
        next_claim(session, reviewer="anna", now=minutes(0))
        decide(session, decision=verification(CLAIMS[0]), now=minutes(1))
        decide(session, decision=rejection(CLAIMS[0], version=2, reviewer="ben"), now=minutes(24 * 60))
    assert [(e.bin - DAY.of(NOON), e.kind) for e in done(engine)] == [(1, DecisionKind.REJECT)]
    with open_session(engine) as session:
        assert work_times(session, window=EVER) == {}
        undo(session, claim_id=CLAIMS[0].id, version=3, reviewer="ben", now=minutes(24 * 60 + 1))
        assert work_times(session, window=EVER) == {60: 1}
    assert [(e.bin - DAY.of(NOON), e.kind) for e in done(engine)] == [(0, DecisionKind.VERIFY)]
    with open_session(engine) as session:
        undo(session, claim_id=CLAIMS[0].id, version=4, reviewer="anna", now=minutes(24 * 60 + 2))
        assert work_times(session, window=EVER) == {}
    assert done(engine) == []


def test_the_counts_are_those_of_the_decisions_in_force(engine: Engine) -> None:
    """Whatever was done in whatever order, kept counts and a walk through all decisions say the same."""
    dice = random.Random(6)
    fill(engine, *CLAIMS)
    for step in range(120):
        claim = dice.choice(CLAIMS)
        now, reviewer = minutes(step * 20), dice.choice(["anna", "ben"])
        with open_session(engine) as session:
            version = get_claim(session, claim_id=claim.id).version
            mended = claim.model_copy(update={"text": f"Wording {step}."})
            choices = [
                verification(claim, version=version, reviewer=reviewer),
                rejection(claim, version=version, reviewer=reviewer),
                correction(claim, mended, version=version, reviewer=reviewer),
            ]
            if dice.random() < 0.4 and get_claim(session, claim_id=claim.id).status is not ClaimStatus.PENDING:
                undo(session, claim_id=claim.id, version=version, reviewer=reviewer, now=now)
            else:
                decide_many(session, decisions=[dice.choice(choices)], batch_id=f"{step}", now=now)
                if dice.random() < 0.2:
                    undo_batch(session, batch_id=f"{step}", reviewer=reviewer, now=now)
    expected: Counter[tuple[int, DecisionKind]] = Counter()
    with open_session(engine, reading=True) as session:
        for claim in CLAIMS:
            in_force = []
            for made in history(session, claim_id=claim.id):
                if made.kind is DecisionKind.UNDO:
                    in_force.pop()
                else:
                    in_force.append(made)
            if in_force:
                expected[DAY.of(in_force[-1].decided_at), in_force[-1].kind] += 1
    counted: Counter[tuple[int, DecisionKind]] = Counter()
    for entry in done(engine):
        counted[entry.bin, entry.kind] += entry.n
    assert counted == expected
    assert len(expected) > 2


def test_many_at_once_are_all_counted(engine: Engine) -> None:
    claims = [make_claim(f"of many {n}", start=n) for n in range(40)]
    fill(engine, *claims)

    def work_off(reviewer: str) -> int:
        n = 0
        while True:
            with open_session(engine) as session:
                held = next_claim(session, reviewer=reviewer, now=minutes(1))
            if held is None:
                return n
            with open_session(engine) as session:
                decide(session, decision=verification(held.claim, reviewer=reviewer), now=minutes(2))
            n += 1

    with ThreadPoolExecutor(8) as pool:
        decided = sum(pool.map(work_off, [f"person {n}" for n in range(8)]))
    assert decided == 40
    assert kinds(engine) == {DecisionKind.VERIFY: 40}
    with open_session(engine, reading=True) as session:
        assert work_times(session, window=EVER) == {60: 40}


def test_frequent_sources_are_those_of_the_latest_decisions(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = [
        claim.model_copy(update={"source": claim.source.model_copy(update={"name": name})})
        for claim, name in zip(CLAIMS, ["Old", "Old", "Old", "New", "New", "Rare"], strict=True)
    ]
    fill(engine, *spoken)
    with open_session(engine) as session:
        for n, claim in enumerate(spoken):
            decide(session, decision=(rejection if n == 4 else verification)(claim), now=minutes(n * 60))
        found = frequent_sources(session, window=EVER)
        assert [(s.name, s.n) for s in found.sources] == [("Old", 3), ("New", 2), ("Rare", 1)]
        assert found.sources[1].by_kind == {DecisionKind.VERIFY: 1, DecisionKind.REJECT: 1}
        assert (found.n, found.is_all) == (6, True)
        assert [s.name for s in frequent_sources(session, window=Window(since=minutes(180))).sources] == ["New", "Rare"]
        monkeypatch.setattr(work, "LATEST", 2)
        latest = frequent_sources(session, window=EVER)
        assert [(s.name, s.n) for s in latest.sources] == [("New", 1), ("Rare", 1)]
        assert (latest.n, latest.is_all) == (2, False)
        assert frequent_sources(session, window=Window(since=minutes(300))).is_all
        assert frequent_sources(session, window=Window(reviewer="ben")).sources == ()


def test_costs_are_those_of_runs(engine: Engine) -> None:
    holder = RunHolder(host="here", pid=1)
    with open_session(engine) as session:
        for days, identity, cost in ((0, MODEL, 0.5), (0, MODEL, 0.25), (1, MODEL, None), (1, RULES, 0.0)):
            at = NOON + timedelta(days=days)
            settings = RunSettings(concurrency=1, max_tries=1)
            run = start_run(session, identity=identity, settings=settings, holder=holder, now=at)
            usage = Usage(calls=2, prompt_tokens=10, output_tokens=3, cost_usd=cost)
            add_to_run(session, run_id=run, totals=RunTotals(n_done=1, n_claims=4, usage=usage), now=at)
        rows = extraction_costs(session, since=None, bins=DAY)
        assert [(r.bin - DAY.of(NOON), r.model, r.n_articles, r.n_claims, r.cost_usd) for r in rows] == [
            (0, "some-model", 2, 8, 0.75),
            (1, "rules", 1, 4, 0.0),
            (1, "some-model", 1, 4, None),
        ]
        assert [r.bin - DAY.of(NOON) for r in extraction_costs(session, since=minutes(60), bins=DAY)] == [1, 1]


def test_what_was_decided_before_is_counted(database_url: str) -> None:
    """A database of the revision before with decisions in it."""
    engine = open_engine(database_url)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        connection.commit()
    at, claim = minutes(90), CLAIMS[0].model_dump(mode="json")
    tables = MetaData()
    tables.reflect(engine)
    common = {"article_sha256": "a", "started_at": at, "changed_at": at, "status": "verified", "version": 2}
    texts = {"suspected_misses": [], "pieces": [], "claim": claim, "before": claim, "after": claim, "found": claim}
    numbers = dict.fromkeys(("seconds", "calls", "prompt_tokens", "output_tokens", "call_seconds", "rank"), 1)
    words = {"status_before": "pending", "status_after": "verified", "comment": "", "decided_at": at}
    filler = {**common, **texts, **numbers, **words, "start_char": 0, "position": 0, "extraction_id": 1}

    def put(connection: Connection, table: str, **values: object) -> None:
        columns = tables.tables[table].columns
        row = {**{name: value for name, value in filler.items() if name in columns}, **values}
        connection.execute(tables.tables[table].insert().values(row))

    identity = Identity(model="some-model", prompt_name="claims", prompt_version=3, prompt_sha256="a")
    with engine.begin() as connection:
        about = {"sha256": "a", "title": "T", "body_start_char": 0, "added_at": at, "metadata": {}, "text": "Text."}
        put(connection, "article", **about)
        put(connection, "extraction", id=1, identity_sha256="b", model="m", identity=identity.model_dump(mode="json"))
        for n, (kind, reviewer) in enumerate((("reject", "anna"), ("add", "ben"), ("verify", "anna")), start=1):
            model, by = (BY_HAND, "ben") if kind == "add" else ("m", None)
            # The third was taken back.
            in_force = None if kind == "verify" else n
            put(connection, "claim", arrival=n, id=f"c{n}", model=model, added_by=by, decision_id=in_force)
            if by is None:
                put(connection, "find", claim_id=f"c{n}")
            reason = "opinion" if kind == "reject" else None
            decided = {"id": n, "claim_id": f"c{n}", "kind": kind, "reviewer": reviewer, "reason": reason}
            put(connection, "decision", **decided)
    upgrade(database_url)
    day = DAY.of(NOON)
    opinion = {"kind": DecisionKind.REJECT, "reason": RejectionReason.OPINION, "n": 1}
    assert done(engine) == [
        WorkDone.model_validate({"bin": day, "model": "m", "prompt": "claims v3", **opinion}),
        WorkDone(bin=day, model=BY_HAND, prompt="", kind=DecisionKind.ADD, reason=None, n=1),
    ]
    with open_session(engine, reading=True) as session:
        assert work_began(session) == NOON + timedelta(hours=1)
        assert work_times(session, window=EVER) == {}
    with engine.begin() as connection, pytest.raises(Exception, match="append-only"):
        connection.execute(text("UPDATE decision SET model = 'another'"))
    engine.dispose()


BEFORE = "0010"
"""The revision before the work was counted."""
