"""To whom claims can be sent."""

from typing import TYPE_CHECKING

from extractor.people import Act
from extractor.schema import ClaimFilter, Facet
from extractor.store import facets, list_members

if TYPE_CHECKING:
    from sqlmodel import Session

MOST = 30


def colleagues(session: "Session") -> tuple[str, ...]:
    """Return the members who may decide, or, where there are none, whoever has decided or was sent something."""
    if members := list_members(session):
        return tuple(member.name for member in members if member.person.may(Act.DECIDE))
    by = facets(session, where=ClaimFilter()).by
    return tuple(sorted({count.value for facet in (Facet.REVIEWER, Facet.ASSIGNEE) for count in by[facet]}))
