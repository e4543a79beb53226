"""The states of the page of the people."""

from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import Page

from extractor.clock import utc_now
from extractor.people import Role
from extractor.store import NewMember, open_session, put_member, remove_member
from tests.browser import settled
from tests.review_app.stage import State
from tests.review_app.states.review import nothing

if TYPE_CHECKING:
    from sqlalchemy import Engine

PAGE = "people"
MEMBERS = (
    ("anna.kovar@desk.example", "Anna Kovar", Role.ADMIN, 40),
    ("ben@desk.example", "Ben", Role.CHECKER, 12),
    ("carla.van-der-meer@a-rather-long-domain.desk.example", "Carla van der Meer", Role.EDITOR, 3),
    ("auth0|64f0c2", "<b>Rita</b>", Role.READER, 0),
    ("old@desk.example", "Otto", Role.CHECKER, 90),
)


def members(engine: "Engine") -> None:
    """Four members, and one who has left."""
    now = utc_now()
    with open_session(engine) as session:
        for login, name, role, days in MEMBERS:
            new = NewMember(login=login, name=name, role=role)
            put_member(session, new=new, by="Anna Kovar", now=now - timedelta(days=days))
        remove_member(session, login="old@desk.example", by="Anna Kovar", now=now)


def choose(page: Page) -> None:
    """Choose a member to change."""
    page.get_by_label("Who", exact=True).click()
    page.get_by_role("option", name="Carla van der Meer").click()
    page.get_by_role("button", name="Let in no longer").wait_for()
    settled(page)


def refused(page: Page) -> None:
    """Let in somebody without a login."""
    page.get_by_role("button", name="Let in", exact=True).click()
    page.get_by_role("alert").wait_for()
    settled(page)


STATES = (
    State("people-empty", nothing, path=PAGE),
    State("people-members", members, path=PAGE),
    State("people-change", members, choose, path=PAGE),
    State("people-refused", members, refused, path=PAGE),
)
