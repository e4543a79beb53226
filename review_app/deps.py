"""Composition root of the review app: settings, store, clock."""

import time
from typing import TYPE_CHECKING

from extractor.check import check
from extractor.clock import utc_now
from extractor.placing import place
from extractor.schema import Part, Span
from extractor.settings import Settings
from review_app.logic.desk import Desk
from review_app.logic.triage import Triage

if TYPE_CHECKING:
    from sqlalchemy import Engine


def new_triage(settings: Settings, engine: "Engine") -> Triage:
    """Return a fresh session for the reviewer that the settings name."""
    desk = Desk(
        engine=engine,
        reviewer=settings.reviewer,
        now=utc_now,
        place=_place,
        check=check,
    )
    return Triage(desk, monotonic=time.monotonic)


def _place(text: str, words: str, near: Span | None) -> Part:
    return place(text, words, near=near)
