"""What the list of claims shows: its entries, the tabs over it, and the values that can be filtered by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from extractor.schema import ClaimFilter, ClaimStatus, Count, Facet, FacetCount, ListedClaim, Value
from extractor.store import count_sources, facets, status_counts
from review_app.logic import words
from review_app.logic.claims_view import MANY, ME, label_of
from review_app.logic.visible import visible

if TYPE_CHECKING:
    from sqlmodel import Session

MOST_OPTIONS = 200
MOST_SOURCES = 100
"""So many values a menu offers; other names can be typed."""

TABS = (ClaimStatus.PENDING, ClaimStatus.VERIFIED, ClaimStatus.CORRECTED, ClaimStatus.REJECTED)

MENUS = {
    "kind": Facet.KIND,
    "quotation": Facet.QUOTATION,
    "flag": Facet.FLAG,
    "speaker": Facet.SOURCE_KIND,
    "publisher": Facet.PUBLISHER,
    "language": Facet.LANGUAGE,
    "model": Facet.MODEL,
    "by": Facet.REVIEWER,
    "for": Facet.ASSIGNEE,
    "reason": Facet.REASON,
}
"""The filters whose values are offered with their numbers, by parameter of the address; and there is ``source``."""


WITH_ME = ("by", "for")


class Line(Value):
    """A claim as one entry of the list; every text but `source_name` is safe to show."""

    id: str
    version: int
    text: str
    source: str
    source_name: str
    """As it is, for a filter; not to be shown."""
    role: str
    about: str
    """Kind and quotation in words."""
    worth: int
    """Check-worthiness per cent."""
    doubts: tuple[str, ...]
    title: str
    """Of the article, or where it was read."""
    publisher: str
    day: str
    """When the article was published; empty where that is not known."""
    status: ClaimStatus
    state: str
    """What became of the claim; empty while it waits, as the next three."""
    by: str
    when: str
    at: str
    """When, to the minute."""
    sent_to: str


class Option(Value):
    """A value of a filter that can be chosen."""

    value: str
    label: str
    count: Count


Menu = Mapping[str, Sequence[Option]]
"""The values of some filters, by parameter of the address."""


class Tab(Value):
    """Some statuses, and how many claims of the view have one of them."""

    statuses: tuple[ClaimStatus, ...]
    """As in `ClaimFilter`: none for all."""
    label: str
    count: Count


def read_tabs(session: "Session", where: ClaimFilter) -> tuple[Tab, ...]:
    """Count the claims of a view by status, whatever status it asks for."""
    counts = status_counts(session, where=where)
    each = [Tab(statuses=(status,), label=words.STATUS[status].capitalize(), count=counts[status]) for status in TABS]
    return (*each, Tab(statuses=(), label="All", count=added(counts.values())))


def read_menu(session: "Session", where: ClaimFilter, params: Sequence[str], person: str) -> Menu:
    """Count some filters' values among the claims that all other filters let through."""
    shared: dict[Facet, tuple[FacetCount, ...]] | None = None
    menu: dict[str, tuple[Option, ...]] = {}
    for param in params:
        field, kind = MANY[param]
        chosen: Sequence[str] = getattr(where, field)
        others = where.model_copy(update={field: ()})
        if param == "source":
            found = count_sources(session, where=others, limit=MOST_SOURCES)
        elif chosen:
            found = facets(session, where=others).by[MENUS[param]]
        else:
            shared = shared or facets(session, where=where).by
            found = shared[MENUS[param]]
        counts = {counted.value: counted.count for counted in found[:MOST_OPTIONS]}
        known = [str(value) for value in kind] if issubclass(kind, StrEnum) else []
        none = Count(n=0, is_exact=all(count.is_exact for count in counts.values()))
        options = [
            _option(param, value, counts.get(value, none)) for value in dict.fromkeys([*counts, *chosen, *known])
        ]
        if param in WITH_ME:
            options.insert(0, Option(value=ME, label=f"me ({visible(person)})", count=counts.get(person, none)))
        menu[param] = tuple(options)
    return menu


def added(counts: Iterable[Count]) -> Count:
    """Return the sum of counts, at least so many where one of them is."""
    parts = tuple(counts)
    return Count(n=sum(part.n for part in parts), is_exact=all(part.is_exact for part in parts))


def _option(param: str, value: str, count: Count) -> Option:
    return Option(value=value, label=visible(label_of(param, value)), count=count)


def line_of(listed: ListedClaim, now: datetime) -> Line:
    """Return a claim as an entry of the list."""
    stored, about = listed.stored, listed.article
    claim = stored.claim
    doubts = dict.fromkeys(words.FLAG[flag.code] for flag in claim.flags)
    state = when = at = ""
    if stored.status is not ClaimStatus.PENDING:
        reason = f": {words.REASON[listed.reason].lower()}" if listed.reason else ""
        state = f"{words.STATUS[stored.status].capitalize()}{reason}"
        when, at = words.ago(listed.changed_at, now), words.clock(listed.changed_at)
    return Line(
        id=claim.id,
        version=stored.version,
        text=visible(claim.text),
        source=visible(claim.source.name),
        source_name=claim.source.name,
        role=visible(claim.source.role or ""),
        about=f"{words.CLAIM_KIND[claim.kind]} · {words.QUOTATION[claim.quotation]}",
        worth=round(claim.check_worthiness * 100),
        doubts=tuple(doubts),
        title=visible(about.title or about.origin or stored.article_sha256[:12]),
        publisher=visible(about.publisher or ""),
        day=words.day(about.published) if about.published else "",
        status=stored.status,
        state=state,
        by=visible(listed.reviewer or ""),
        when=when,
        at=at,
        sent_to=visible(stored.assigned_to or ""),
    )
