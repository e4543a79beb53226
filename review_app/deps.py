"""Composition root of the review app: settings, store, clock, and who is looking."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractor.check import check
from extractor.clock import utc_now
from extractor.people import Person, Role
from extractor.placing import place
from extractor.profile import load_profile
from extractor.schema import Part, Span
from extractor.settings import Settings
from extractor.suggest import suggest
from review_app.logic.checkdesk import CheckDesk
from review_app.logic.desk import Desk
from review_app.logic.factchecks import CheckSession
from review_app.logic.second import Second
from review_app.logic.seconddesk import SecondDesk
from review_app.logic.shelf import Shelf
from review_app.logic.triage import Triage

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True)
class Visit:
    """What every page is given: who looks, and at what."""

    settings: Settings
    engine: "Engine"
    person: Person

    def triage(self) -> Triage:
        """Return a fresh session at the queue."""
        desk = Desk(
            engine=self.engine,
            person=self.person,
            now=utc_now,
            place=_place,
            check=check,
            suggest=suggest,
            shelf=Shelf(time.monotonic),
        )
        return Triage(desk, monotonic=time.monotonic)

    def fact_checks(self) -> CheckSession:
        """Return a fresh session at the fact-checks.

        Raises:
            ConfigError: The desk's settings cannot be used.
        """
        profile = load_profile(self.settings)
        checks = CheckDesk(engine=self.engine, person=self.person, now=utc_now, profile=profile)
        return CheckSession(checks, monotonic=time.monotonic)

    def second(self) -> Second:
        """Return a fresh session at the second looks.

        Raises:
            ConfigError: The desk's settings cannot be used.
        """
        share = load_profile(self.settings).second_look.share
        desk = SecondDesk(engine=self.engine, person=self.person, now=utc_now, share=share, place=_place, check=check)
        return Second(desk, monotonic=time.monotonic)


def local_person(settings: Settings) -> Person:
    """Return the one person of the local mode, who may do everything."""
    return Person(name=settings.reviewer, role=Role.ADMIN)


def _place(text: str, words: str, near: Span | None) -> Part:
    return place(text, words, near=near)
