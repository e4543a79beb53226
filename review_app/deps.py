"""Composition root of the review app: settings, store, clock, and who is looking."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pydantic import PrivateAttr

from extractor.check import check
from extractor.clock import utc_now
from extractor.compose import price_of
from extractor.errors import NotAllowed
from extractor.people import Act, Member, Person, Role
from extractor.placing import place
from extractor.profile import load_profile
from extractor.schema import Part, Span
from extractor.settings import Settings
from extractor.store import find_member, list_members, open_session
from extractor.suggest import suggest
from review_app.logic.article_list import ArticleRoom
from review_app.logic.checkdesk import CheckDesk
from review_app.logic.claim_list import ClaimList
from review_app.logic.desk import Desk
from review_app.logic.door import Anyone, LogIn, Stranger, come_in
from review_app.logic.extraction import Choice, ExtractionDesk, Workshop
from review_app.logic.factchecks import CheckSession
from review_app.logic.intake import Intake
from review_app.logic.people import People, PeopleDesk
from review_app.logic.second import Second
from review_app.logic.seconddesk import SecondDesk
from review_app.logic.shelf import Shelf
from review_app.logic.triage import Triage
from review_app.logic.visible import visible
from review_app.logic.workdesk import WorkDesk
from review_app.reader import IngestReader

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True)
class Visit:
    """What every page is given: who looks, and at what."""

    settings: Settings
    engine: "Engine"
    person: Person
    is_local: bool = True
    """Nobody logs in."""

    def now(self) -> datetime:
        """Return the time now."""
        return utc_now()

    def people(self) -> People:
        """Return a fresh session at the people of the desk."""
        return People(PeopleDesk(engine=self.engine, person=self.person, now=utc_now))

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

    def work_desk(self) -> WorkDesk:
        """Return the sight of how the work goes."""
        return WorkDesk(engine=self.engine, person=self.person, now=utc_now)

    def second(self) -> Second:
        """Return a fresh session at the second looks.

        Raises:
            ConfigError: The desk's settings cannot be used.
        """
        share = load_profile(self.settings).second_look.share
        desk = SecondDesk(engine=self.engine, person=self.person, now=utc_now, share=share, place=_place, check=check)
        return Second(desk, monotonic=time.monotonic)

    def articles(self) -> ArticleRoom:
        """Return what is read of articles."""
        return ArticleRoom(self.engine, utc_now)

    def intake(self) -> Intake:
        """Return what takes articles in."""
        return Intake(self.engine, self.person, utc_now, IngestReader(self.settings))

    def extractions(self, workshop: Workshop) -> ExtractionDesk:
        """Return what starts and watches extractions.

        Raises:
            ConfigError: The file of prices is malformed.
        """
        return ExtractionDesk(self.engine, self.person, utc_now, workshop, _choices(self.settings))

    def claims(self) -> ClaimList:
        """Return a fresh session at the list of claims."""
        return ClaimList(self.engine, self.person, utc_now)


class Known(Person):
    """A member who is logged in; before each deed the database is asked whether they still may."""

    _again: Callable[[], Member | None] = PrivateAttr()

    def must(self, act: Act) -> None:
        """Let nobody go on who may not, or may no longer.

        Raises:
            NotAllowed: The role does not allow it, or somebody has been removed since the page was drawn.
        """
        member = self._again()
        if member is None:
            raise NotAllowed(f"{self.name!r} no longer belongs to this desk: ask an admin")
        member.person.must(act)


def arrival(
    settings: Settings, engine: "Engine", user: Mapping[str, object], *, is_proxied: bool
) -> Visit | LogIn | Stranger:
    """Tell who comes to the desk.

    Args:
        settings: Of the app.
        engine: Of the desk.
        user: What Streamlit knows of the login.
        is_proxied: The page is fetched through another server.
    """

    def find(login: str) -> Member | None:
        with open_session(engine, reading=True) as session:
            return find_member(session, login=login)

    def has_members() -> bool:
        with open_session(engine, reading=True) as session:
            return bool(list_members(session))

    who = come_in(user, find, is_proxied=is_proxied, has_members=is_proxied and has_members())
    match who:
        case Anyone():
            return Visit(settings=settings, engine=engine, person=local_person(settings))
        case Member():
            person = Known(name=who.name, role=who.role)
            person._again = partial(find, who.login)
            return Visit(settings=settings, engine=engine, person=person, is_local=False)
        case _:
            return who


def local_person(settings: Settings) -> Person:
    """Return the one person of the local mode, who may do everything."""
    return Person(name=settings.reviewer, role=Role.ADMIN)


def _place(text: str, words: str, near: Span | None) -> Part:
    return place(text, words, near=near)


def _choices(settings: Settings) -> list[Choice]:
    """Return the models that can be chosen, the configured one first."""
    return [_choice(model, settings) for model in dict.fromkeys((settings.model, "rules", "local"))]


def _choice(model: str, settings: Settings) -> Choice:
    match model:
        case "rules":
            return Choice(model=model, label="rules: no model, instant")
        case "local":
            return Choice(model=model, label="local: rules, and a small model on this machine where they are unsure")
    price = price_of(model, settings)
    cost = "its price is not known" if price is None else f"{price.input:g} / {price.output:g} USD a million tokens"
    label = f"{visible(model)}: by the endpoint that is set up; {cost}"
    return Choice(model=model, label=label, asks_limit=price is not None)
