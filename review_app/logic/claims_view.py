"""A list of claims as somebody wants to see it, and the address that holds it.

The part of an address behind the question mark is all there is to a view: it can be kept, sent and typed. What
cannot be understood in it is told, since a filter that is left aside lets through more than was asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from extractor.schema import (
    ClaimFilter,
    ClaimKind,
    ClaimOrder,
    ClaimStatus,
    FlagCode,
    Quotation,
    RejectionReason,
    SourceKind,
    Value,
)
from review_app.logic import words

Params = Mapping[str, Sequence[str]]
"""The parameters of an address, each with its values."""

ALL = "all"
"""The status that lets every claim through; without one, a view shows what waits."""
ME = "me"
"""Stands for whoever looks, so that one address does for the whole desk."""

MANY: dict[str, tuple[str, type[StrEnum] | type[str]]] = {
    "kind": ("kinds", ClaimKind),
    "quotation": ("quotations", Quotation),
    "flag": ("flags", FlagCode),
    "source": ("sources", str),
    "speaker": ("source_kinds", SourceKind),
    "publisher": ("publishers", str),
    "language": ("languages", str),
    "model": ("models", str),
    "by": ("reviewers", str),
    "for": ("assignees", str),
    "reason": ("reasons", RejectionReason),
    "article": ("articles", str),
}
"""The parameters that may have several values: the field of `ClaimFilter`, and what a value must be."""

DAYS = {
    "published-from": "published_from",
    "published-to": "published_to",
    "added-from": "added_from",
    "added-to": "added_to",
}
_FLAGGED = {"yes": True, "no": False}
_ORDERS = {"urgent": ClaimOrder.QUEUE, "newest": ClaimOrder.NEWEST, "changed": ClaimOrder.CHANGED}


class ClaimsView(Value):
    """Which claims, in which order, and which page of them."""

    where: ClaimFilter = ClaimFilter(statuses=(ClaimStatus.PENDING,))
    order: ClaimOrder = ClaimOrder.QUEUE
    page: int = 1

    @property
    def typed(self) -> str:
        """What was typed into the search field."""
        return self.where.text or self.where.article_text

    @property
    def is_default(self) -> bool:
        """Tell whether nothing was chosen but, perhaps, the page."""
        return self.first() == ClaimsView()

    def first(self) -> "ClaimsView":
        """Return the first page of this view."""
        return self.model_copy(update={"page": 1})

    def narrowed(self, **fields: Any) -> "ClaimsView":
        """Return the first page of this view with some fields of the filter changed."""
        return self.model_copy(update={"where": self.where.model_copy(update=fields), "page": 1})

    def searching(self, typed: str, *, in_articles: bool) -> "ClaimsView":
        """Return this view with a search in the claims, or in the whole text of their articles."""
        where, what = ("article_text", "text") if in_articles else ("text", "article_text")
        return self.narrowed(**{where: typed.strip(), what: ""})


class Read(Value):
    """What an address says."""

    view: ClaimsView
    problems: tuple[str, ...] = ()
    """One sentence for each part that was left aside."""


class Chip(Value):
    """One condition of a view that can be taken off."""

    param: str
    value: str
    about: str
    """What kind of condition it is; empty where the label says so."""
    label: str


def read_view(params: Params) -> Read:
    """Read an address; parameters that are not ours are passed over without a word."""
    reader = _Reader(params)
    fields: dict[str, Any] = {"statuses": reader.statuses()}
    for param, (field, kind) in MANY.items():
        fields[field] = reader.several(param, kind)
    for param, field in DAYS.items():
        fields[field] = reader.one(param, date.fromisoformat, "a day such as 2026-11-24", None)
    fields["has_flags"] = reader.one("doubt", _FLAGGED.__getitem__, "yes or no", None)
    where = (
        "article_text"
        if reader.one("in", _among("claims", "articles"), "claims or articles", "") == "articles"
        else "text"
    )
    fields[where] = reader.last("q") or ""
    order = reader.one("sort", _ORDERS.__getitem__, _listed(_ORDERS), ClaimOrder.QUEUE)
    page = reader.one("page", _page, "a number from 1", 1)
    view = ClaimsView(where=ClaimFilter.model_validate(fields), order=order, page=page)
    return Read(view=view, problems=tuple(reader.problems))


def address_of(view: ClaimsView) -> dict[str, list[str]]:
    """Return the parameters of a view, in a fixed order; what is as without them is left out."""
    where = view.where
    statuses: Sequence[str] = () if where.statuses == (ClaimStatus.PENDING,) else where.statuses or (ALL,)
    doubt = {True: ["yes"], False: ["no"], None: []}[where.has_flags]
    order = next(name for name, order in _ORDERS.items() if order is view.order)
    days = {param: getattr(where, field) for param, field in DAYS.items()}
    address: dict[str, Sequence[object]] = {
        "q": [view.typed],
        "in": ["articles"] if where.article_text else [],
        "status": statuses,
        **{param: getattr(where, field) for param, (field, _) in MANY.items()},
        "doubt": doubt,
        **{param: [day.isoformat()] if day else [] for param, day in days.items()},
        "sort": [order] if view.order is not ClaimOrder.QUEUE else [],
        "page": [view.page] if view.page > 1 else [],
    }
    return {param: texts for param, values in address.items() if (texts := [str(value) for value in values if value])}


def chips_of(view: ClaimsView) -> tuple[Chip, ...]:
    """Return the conditions of a view but its statuses and its search, which have places of their own."""
    address = address_of(view)
    found = [
        Chip(param=param, value=value, about=ABOUT.get(param, ""), label=label_of(param, value))
        for param in (*MANY, "doubt", *DAYS)
        for value in address.get(param, ())
    ]
    return tuple(found)


def without(view: ClaimsView, chip: Chip) -> ClaimsView:
    """Return the first page of a view with one condition taken off."""
    if chip.param == "doubt":
        return view.narrowed(has_flags=None)
    if chip.param in DAYS:
        return view.narrowed(**{DAYS[chip.param]: None})
    field, _ = MANY[chip.param]
    return view.narrowed(**{field: tuple(v for v in getattr(view.where, field) if v != chip.value)})


def cleared(view: ClaimsView) -> ClaimsView:
    """Return a view without its conditions and its search; statuses and order stay."""
    return ClaimsView(where=ClaimFilter(statuses=view.where.statuses), order=view.order)


def for_person(where: ClaimFilter, name: str) -> ClaimFilter:
    """Put a name in the place of `ME`."""
    mine = {
        field: tuple(name if value == ME else value for value in getattr(where, field))
        for field in ("reviewers", "assignees")
    }
    return where.model_copy(update=mine)


ABOUT = {
    "source": "said by",
    "publisher": "publisher",
    "language": "language",
    "model": "found by",
    "by": "decided by",
    "for": "sent to",
    "reason": "rejected:",
    "article": "article",
    "published-from": "published from",
    "published-to": "published until",
    "added-from": "came in from",
    "added-to": "came in until",
}
_WORDS: dict[str, Mapping[Any, str]] = {
    "kind": words.CLAIM_KIND,
    "quotation": words.QUOTATION,
    "flag": words.FLAG,
    "speaker": words.SOURCE_KIND,
    "reason": words.REASON,
    "doubt": {"yes": "With a doubt", "no": "Without a doubt"},
}


def label_of(param: str, value: str) -> str:
    """Return the words for a value of a parameter; a name is its own."""
    if param in _WORDS:
        return _WORDS[param][value]
    if param == "article":
        return value[:12]
    if param in DAYS:
        day = date.fromisoformat(value)
        return f"{day.day} {day:%B %Y}"
    return value


class _Reader:
    """Reads parameters one by one and notes what makes no sense."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self.problems: list[str] = []

    def last(self, param: str) -> str | None:
        values = self._params.get(param)
        return values[-1] if values else None

    def one(self, param: str, read: Callable[[str], Any], expected: str, default: Any) -> Any:
        value = self.last(param)
        if not value:
            return default
        try:
            return read(value)
        except (ValueError, KeyError):
            self._complain(param, value, expected)
            return default

    def several(self, param: str, kind: type[StrEnum] | type[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for value in filter(None, self._params.get(param, ())):
            try:
                found[kind(value)] = None
            except ValueError:
                self._complain(param, value, _listed(list(kind)) if issubclass(kind, StrEnum) else "a name")
        return tuple(found)

    def statuses(self) -> tuple[str, ...]:
        if ALL in self._params.get("status", ()):
            return ()
        # Of nothing that can be read, as of nothing at all, what waits is shown: never more than was asked for.
        return self.several("status", ClaimStatus) or (ClaimStatus.PENDING,)

    def _complain(self, param: str, value: str, expected: str) -> None:
        self.problems.append(f"The address asks for {param} “{value}”, which is not {expected}: it was left aside.")


def _among(*allowed: str) -> Callable[[str], str]:
    return {value: value for value in allowed}.__getitem__


def _page(value: str) -> int:
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number


def _listed(values: Sequence[str] | Mapping[str, object]) -> str:
    return "one of " + ", ".join(values)
