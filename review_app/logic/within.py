"""A part of the queue that somebody works through, and the address that holds it."""

from urllib.parse import parse_qs, urlencode

from extractor.schema import ClaimFilter, ClaimStatus, Count, Value
from review_app.logic.claims_view import ClaimsView, address_of, chips_of, for_person, read_view
from review_app.logic.visible import visible


class Within(Value):
    """The waiting claims of a view, in the order of the queue."""

    view: ClaimsView
    where: ClaimFilter
    """The view's, for the person who works it through."""
    told: str

    @property
    def address(self) -> str:
        """What stands behind the question mark in the address of the list."""
        return urlencode(address_of(self.view), doseq=True)


class Part(Value):
    """A part of the queue as the review page tells it."""

    told: str
    n_waiting: Count
    address: dict[str, list[str]]
    """Of the list that shows the same claims."""


def within(view: ClaimsView, name: str) -> Within | None:
    """Return the part of the queue that a view shows to somebody; None for the whole queue."""
    waiting = ClaimsView(where=view.where.model_copy(update={"statuses": (ClaimStatus.PENDING,)}))
    if waiting.is_default:
        return None
    return Within(view=waiting, where=for_person(waiting.where, name), told=_told(waiting))


def read_within(address: str, name: str) -> Within | None:
    """Return the part of the queue that an address describes; None for the whole queue."""
    return within(read_view(parse_qs(address)).view, name)


def _told(view: ClaimsView) -> str:
    place = " in whole articles" if view.where.article_text else ""
    search = [f"“{view.typed}”{place}"] if view.typed else []
    return visible(" · ".join([*search, *(f"{chip.about} {chip.label}".strip() for chip in chips_of(view))]))
