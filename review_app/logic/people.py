"""Who belongs to the desk and in which role, for admins."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from extractor.errors import NotAllowed, StoreError
from extractor.people import Act, Member, Person, Role
from extractor.schema import Value
from extractor.store import NewMember, list_members, open_session, put_member, remove_member

if TYPE_CHECKING:
    from sqlalchemy import Engine

ROLES = {
    Role.READER: ("Reader", "sees everything, decides nothing"),
    Role.CHECKER: ("Checker", "decides on claims, writes fact-checks, brings in articles, sends claims to colleagues"),
    Role.EDITOR: ("Editor", "also decides in bulk, settles differences, approves, takes decisions of others back"),
    Role.ADMIN: ("Admin", "also says who belongs to the desk"),
}
"""What a role is called, and what it may do."""


class PeopleScreen(Value):
    """What the page shows."""

    members: tuple[Member, ...]
    """By name."""
    left: tuple[Member, ...]
    """Those who no longer get in."""
    notice: str | None
    problem: str | None
    undo: str | None
    """What the undo would do, in words; None for nothing."""


@dataclass(frozen=True)
class PeopleDesk:
    """One admin's access to the members; each step one transaction."""

    engine: "Engine"
    person: Person
    now: Callable[[], datetime]
    """Aware."""

    def members(self) -> tuple[Member, ...]:
        """Return the members, those who have left too.

        Raises:
            NotAllowed: The role is not enough.
        """
        self.person.must(Act.MANAGE)
        with open_session(self.engine, reading=True) as session:
            return tuple(list_members(session, left_too=True))

    def put(self, new: NewMember) -> Member:
        """Let somebody in or give them another role.

        Raises:
            NotAllowed: The role is not enough, or it is one's own.
            StoreError: The login or name cannot be had.
        """
        self.person.must(Act.MANAGE)
        with open_session(self.engine) as session:
            member = put_member(session, new=new, by=self.person.name, now=self.now())
            if member.name == self.person.name and member.role is not Role.ADMIN:
                raise NotAllowed("nobody takes the role of admin from themselves: ask another admin")
        return member

    def remove(self, login: str) -> Member:
        """Let somebody in no longer.

        Raises:
            NotAllowed: The role is not enough, or it is oneself.
            StoreError: There is no such member.
        """
        self.person.must(Act.MANAGE)
        with open_session(self.engine) as session:
            member = remove_member(session, login=login, by=self.person.name, now=self.now())
            if member.name == self.person.name:
                raise NotAllowed("nobody removes themselves: ask another admin")
        return member


class People:
    """One admin's session at the page."""

    def __init__(self, desk: PeopleDesk) -> None:
        self.desk = desk
        self._notice: str | None = None
        self._problem: str | None = None
        self._before: Member | None = None
        self._new: str | None = None

    def screen(self) -> PeopleScreen:
        """Read everything that the page shows now."""
        members = self.desk.members()
        notice, self._notice = self._notice, None
        problem, self._problem = self._problem, None
        return PeopleScreen(
            members=tuple(m for m in members if m.is_active),
            left=tuple(m for m in members if not m.is_active),
            notice=notice,
            problem=problem,
            undo="Undo" if self._before or self._new else None,
        )

    def put(self, login: str, name: str, role: Role) -> None:
        """Let somebody in or give them another role."""
        before = {m.login: m for m in self.desk.members()}
        new = NewMember(login=login, name=name.strip() or None, role=role)
        member = self._try(lambda: self.desk.put(new))
        if member is None:
            return
        known = before.get(member.login)
        self._before, self._new = known, None if known else member.login
        self._notice = f"{member.name} is {_a(member.role)} now."

    def remove(self, login: str) -> None:
        """Let somebody in no longer."""
        before = {m.login: m for m in self.desk.members()}
        member = self._try(lambda: self.desk.remove(login))
        if member is not None:
            self._before, self._new = before.get(member.login), None
            self._notice = f"{member.name} no longer gets in. Their decisions stay, with their name."

    def undo(self) -> None:
        """Take the last change of this session back."""
        before, new = self._before, self._new
        self._before = self._new = None
        if new is not None or (before is not None and not before.is_active):
            login = new or (before.login if before else "")
            done = self._try(lambda: self.desk.remove(login))
        elif before is not None:
            done = self._try(lambda: self.desk.put(NewMember(login=before.login, role=before.role)))
        else:
            return
        if done is not None:
            self._notice = f"Taken back: {done.name} is {_a(done.role) if done.is_active else 'no member'} again."

    def _try(self, change: Callable[[], Member]) -> Member | None:
        try:
            return change()
        except (NotAllowed, StoreError) as error:
            text = str(error)
            self._problem = f"{text[:1].upper()}{text[1:]}."
            return None


def _a(role: Role) -> str:
    return f"an {role}" if role[0] in "ae" else f"a {role}"
