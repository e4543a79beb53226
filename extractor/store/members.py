"""Who may log in, under which name and in which role."""

from datetime import datetime

from sqlmodel import Session, col, select

from extractor.errors import StoreError
from extractor.people import Member, Role
from extractor.schema import ClaimStatus, Value
from extractor.store.notes import assign
from extractor.store.tables import ClaimRow, MemberRow


class NewMember(Value):
    """Somebody as they should be from now on."""

    login: str
    role: Role
    name: str | None = None
    """What their decisions will carry; the login when None, and for those who are there already the name they have."""


def list_members(session: Session, *, left_too: bool = False) -> list[Member]:
    """Return the members by name, those who have left only if asked for."""
    query = select(MemberRow).order_by(col(MemberRow.name_key))
    if not left_too:
        query = query.where(col(MemberRow.is_active))
    return [row.as_value() for row in session.exec(query)]


def find_member(session: Session, *, login: str) -> Member | None:
    """Return the active member with a login, in any case of its letters; None when there is none."""
    row = session.get(MemberRow, _key(login))
    return row.as_value() if row and row.is_active else None


def put_member(session: Session, *, new: NewMember, by: str, now: datetime) -> Member:
    """Let somebody in, or give them another role; who has left comes back under the old name.

    Args:
        session: Where to.
        new: Who, and as what.
        by: Who says so.
        now: Aware.

    Raises:
        StoreError: The login or name is empty, the name is somebody else's, or it would change.
    """
    login = _key(new.login)
    if not login:
        raise StoreError("a member needs a login: the address of their mail, as the login service has it")
    row = session.get(MemberRow, login)
    name = " ".join((new.name or (row.name if row else new.login)).replace("\0", "").split())
    if row is not None and name != row.name:
        raise StoreError(
            f"{login!r} is {row.name!r} at this desk, and their decisions carry that name: leave the name out"
        )
    holder = session.exec(select(MemberRow).where(MemberRow.name_key == name.casefold())).one_or_none()
    if holder is not None and holder.login != login:
        raise StoreError(f"the name {name!r} is that of {holder.login!r}: choose another for {login!r}")
    changed = {"role": new.role, "is_active": True, "changed_by": by, "changed_at": now}
    if row is None:
        row = MemberRow.model_validate({"login": login, "name": name, "name_key": name.casefold(), **changed})
    elif row.role is not new.role or not row.is_active:
        row.sqlmodel_update(changed)
    session.add(row)
    session.flush()
    return row.as_value()


def remove_member(session: Session, *, login: str, by: str, now: datetime) -> Member:
    """Let somebody in no longer; undecided claims that were sent to them go back to all.

    Raises:
        StoreError: There is no such member.
    """
    row = session.get(MemberRow, _key(login))
    if row is None or not row.is_active:
        raise StoreError(f"there is no member {login!r}: `claimdesk people list` names them")
    row.is_active, row.changed_by, row.changed_at = False, by, now
    session.add(row)
    waiting = select(ClaimRow.id).where(ClaimRow.assigned_to == row.name, ClaimRow.status == ClaimStatus.PENDING)
    for claim_id in session.exec(waiting).all():
        assign(session, claim_id=claim_id, to=None, by=by, now=now)
    session.flush()
    return row.as_value()


def _key(login: str) -> str:
    return login.replace("\0", "").strip().casefold()
