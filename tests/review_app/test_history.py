"""What the history of a claim tells, and what near copies have in the same words."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from extractor.store import Elsewhere, also_in, get_claim, open_session, same_words, timeline
from review_app.logic.history import steps
from tests.review_app.desk_data import bridge_article, bridge_claims, open_desk
from tests.review_app.story_data import CLAIM, MENDED, THEN, eventful, near_copy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture
def engine(database_url: str) -> "Iterator[Engine]":
    engine = open_desk(database_url)
    eventful(engine)
    yield engine
    engine.dispose()


def test_every_kind_of_step_is_told_with_before_and_after(engine: "Engine") -> None:
    with open_session(engine, reading=True) as session:
        told = steps(timeline(session, claim_id=CLAIM.id), THEN + timedelta(hours=5))
    lines = [f"{step.who} {step.did}" for step in reversed(told) if not step.is_machine]
    assert lines == [
        "anna sent it to ben",
        "anna commented",
        "ben corrected this claim",
        "carla rejected it (says something else) at second look; ben had corrected it",
        "olga settled the two decisions and kept what ben decided",
        "anna sent this fact-check for approval",
        "ben returned this fact-check",
    ]
    changes = [(c.field, c.before, c.after) for step in told for c in step.changes]
    assert ("claim", CLAIM.text, MENDED.text) in changes
    assert [field for field, _, _ in changes if field == "rating"] == ["rating"]
    assert [step.comment for step in told if step.comment] == [
        "The count is of 2024. Is there a newer one?",
        "The article says 14 million.",
        "Is it 41 or 14?",
    ]
    assert [step.did for step in told if step.is_machine] == ["found this claim"]


def found(engine: "Engine", claim_id: str) -> tuple[Elsewhere, ...]:
    with open_session(engine, reading=True) as session:
        stored = get_claim(session, claim_id=claim_id)
        first, (copy, _) = bridge_article(), near_copy()
        article = first if stored.article_sha256 == first.sha256 else copy
        seen = also_in(session, sha256=article.sha256)
        return same_words(session, stored=stored, text=article.text, appearances=seen)


def test_near_copies_have_the_same_claim(engine: "Engine") -> None:
    _, (_, theirs, *_) = near_copy()
    (other,) = found(engine, CLAIM.id)
    assert (other.stored.claim.id, other.metadata.publisher) == (theirs.id, "Harbour Post")
    assert other.stored.claim.source.name == "Coast Wire"
    (back,) = found(engine, theirs.id)
    assert (back.stored.claim, back.stored.status) == (MENDED, "corrected")
    *_, unclaimed_there = bridge_claims(bridge_article())
    assert found(engine, unclaimed_there.id) == ()
