"""Terms: what a claim is filtered by, as words of the full-text index.

Every value of every filter is a token such as ``kind_737461...``: the facet, an underscore that no
token of a text has, and the value in hexadecimal. So one look into one index answers any
combination of filters and words.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from extractor.schema import (
    ArticleFilter,
    ArticleMetadata,
    Claim,
    ClaimFilter,
    ClaimStatus,
    Facet,
    RejectionReason,
    Value,
)
from extractor.store.fulltext import Expression, Phrase, parse

INDEX_VERSION = 2
"""Version of everything that is derived from claims: terms, words, rank. Raise it with a migration, and
`claimdesk db upgrade` derives all anew."""

MAX_VALUE_CHARS = 100
"""Names that are equal so far are one for a filter; a token of PostgreSQL holds 2,046 bytes."""

ANY = "any_"
"""Of every claim, and every article."""
FLAGGED = "flagged_"
SOURCE = "source"
ARTICLE = "article"
PUBLISHED = "published"
ADDED = "added"
NEVER = "never_"
"""Of no claim."""

DAWN, DUSK = date(1600, 1, 1), date(2399, 12, 31)
"""Dates outside count as these."""

FIELDS = {
    Facet.STATUS: "statuses",
    Facet.PUBLISHER: "publishers",
    Facet.SOURCE_KIND: "source_kinds",
    Facet.KIND: "kinds",
    Facet.QUOTATION: "quotations",
    Facet.FLAG: "flags",
    Facet.LANGUAGE: "languages",
    Facet.MODEL: "models",
    Facet.REVIEWER: "reviewers",
    Facet.ASSIGNEE: "assignees",
    Facet.REASON: "reasons",
}
"""The field of `ClaimFilter` that goes with each facet."""


class Entry(Value):
    """What the index knows about one claim."""

    arrival: int
    rank: float
    changed_at: datetime
    status: ClaimStatus
    claim: Claim
    model: str
    assigned_to: str | None = None
    reviewer: str | None = None
    """Who made the decision in force."""
    reason: RejectionReason | None = None
    article_arrival: int
    article_sha256: str
    title: str | None = None
    publisher: str | None = None
    language: str
    published: date | None = None
    added_at: datetime


def values_of(entry: Entry) -> dict[Facet, tuple[str, ...]]:
    """Return an entry's values of each facet; none where it has none."""
    claim = entry.claim
    found: dict[Facet, Iterable[str | None]] = {
        Facet.STATUS: [entry.status],
        Facet.PUBLISHER: [entry.publisher],
        Facet.SOURCE_KIND: [claim.source.kind],
        Facet.KIND: [claim.kind],
        Facet.QUOTATION: [claim.quotation],
        Facet.FLAG: sorted({flag.code for flag in claim.flags}),
        Facet.LANGUAGE: [entry.language],
        Facet.MODEL: [entry.model],
        Facet.REVIEWER: [entry.reviewer],
        Facet.ASSIGNEE: [entry.assigned_to],
        Facet.REASON: [entry.reason],
    }
    return {facet: tuple(value for value in values if value) for facet, values in found.items()}


def terms_of(entry: Entry) -> list[str]:
    """Return every term of an entry."""
    terms = [ANY, *(term(facet, value) for facet, values in values_of(entry).items() for value in values)]
    if entry.claim.flags:
        terms.append(FLAGGED)
    terms += [term(SOURCE, entry.claim.source.name), f"{ARTICLE}_{entry.article_sha256}"]
    if entry.published:
        terms += _levels(PUBLISHED, entry.published)
    return terms + _levels(ADDED, entry.added_at.date())


def article_terms(about: ArticleMetadata, added_at: datetime) -> list[str]:
    """Return every term of an article."""
    named = ((Facet.PUBLISHER, about.publisher), (Facet.LANGUAGE, about.language))
    terms = [ANY, *(term(facet, value) for facet, value in named if value)]
    if about.published:
        terms += _levels(PUBLISHED, about.published)
    return terms + _levels(ADDED, added_at.date())


def words_of(entry: Entry) -> str:
    """Return the words by which an entry is found."""
    claim = entry.claim
    people = [part for source in (claim.source, *claim.chain) for part in (source.name, source.role)]
    return "\n".join(part for part in (claim.text, claim.content.text, *people, entry.title) if part)


def expression_of(where: ClaimFilter, *, with_status: bool) -> Expression:
    """Return what a filter asks of the index, with what it says of the status or without."""
    named = chosen(where)
    statuses = named.pop(Facet.STATUS, ())
    groups = [[term(facet, value) for value in values] for facet, values in named.items()]
    groups += _others(where)
    unless = [FLAGGED] if where.has_flags is False else []
    if with_status and statuses:
        groups.append([term(Facet.STATUS, status) for status in statuses])
    elif with_status:
        # To leave out the few that have a term costs less than to look up the many that have another one.
        unless.append(term(Facet.STATUS, ClaimStatus.SUPERSEDED))
    return _expression(where.text, groups, unless)


def article_words_of(where: ClaimFilter) -> Expression | None:
    """Return what a filter of claims asks of the index of articles; None when it asks nothing."""
    typed = parse(where.article_text)
    return _expression(where.article_text, [], []) if typed.groups or typed.without else None


def article_expression_of(where: ArticleFilter) -> Expression:
    """Return what a filter asks of the index of articles; its states are not in there."""
    groups = [
        [term(facet, value) for value in values]
        for facet, values in ((Facet.PUBLISHER, where.publishers), (Facet.LANGUAGE, where.languages))
        if values
    ]
    return _expression(where.text, [*groups, *_days(where)], [])


def _expression(text: str, groups: list[list[str]], unless: list[str]) -> Expression:
    typed = parse(text)
    if not groups and not typed.groups:
        # An index cannot be asked for what something is not.
        groups = [[ANY]]
    return Expression(
        groups=(*(tuple(Phrase(tokens=(t,)) for t in group) for group in groups), *typed.groups),
        without=(*(Phrase(tokens=(t,)) for t in unless), *typed.without),
    )


def chosen(where: ClaimFilter) -> dict[Facet, tuple[str, ...]]:
    """Return the facets that a filter names, with the values it lets through."""
    named = {facet: getattr(where, field) for facet, field in FIELDS.items()}
    return {facet: tuple(v[:MAX_VALUE_CHARS] for v in values) for facet, values in named.items() if values}


def term(facet: str, value: str) -> str:
    """Return the term of one value of a facet."""
    return f"{facet.replace('_', '')}_{value[:MAX_VALUE_CHARS].encode().hex()}"


def read_term(held: str) -> tuple[Facet, str] | None:
    """Return the facet and the value of a term, None for one that is not counted by."""
    name, _, value = held.partition("_")
    facet = _BY_NAME.get(name)
    return (facet, bytes.fromhex(value).decode()) if facet else None


def read_source(held: str) -> str | None:
    """Return the name in a term of a source, None for any other term."""
    name, _, value = held.partition("_")
    return bytes.fromhex(value).decode() if name == SOURCE else None


_BY_NAME = {facet.replace("_", ""): facet for facet in Facet}


def _others(where: ClaimFilter) -> Iterator[list[str]]:
    """Give what is asked beside the facets."""
    if where.sources:
        yield [term(SOURCE, name) for name in where.sources]
    if where.articles:
        yield [f"{ARTICLE}_{sha256}" for sha256 in where.articles]
    if where.has_flags:
        yield [FLAGGED]
    yield from _days(where)


def _days(where: ClaimFilter | ArticleFilter) -> Iterator[list[str]]:
    for name, first, last in (
        (PUBLISHED, where.published_from, where.published_to),
        (ADDED, where.added_from, where.added_to),
    ):
        if first or last:
            yield list(_cover(name, first or DAWN, last or DUSK)) or [NEVER]


def _levels(name: str, day: date) -> list[str]:
    """Return the century, the year, the month and the day: any range is a few dozen of such terms."""
    digits = min(max(day, DAWN), DUSK).strftime("%Y%m%d")
    return [f"{name}_{digits[:n]}" for n in (2, 4, 6, 8)]


def _cover(name: str, first: date, last: date) -> Iterator[str]:
    """Give the fewest terms that cover all days of a range, both ends included."""
    day, last = max(first, DAWN), min(last, DUSK)
    while day <= last:
        month_end = date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
        spans = (
            (day.year % 100 == 0 and day.month == day.day == 1, date(day.year // 100 * 100 + 99, 12, 31)),
            (day.month == day.day == 1, date(day.year, 12, 31)),
            (day.day == 1, month_end),
            (True, day),
        )
        level = next(i for i, (begins, end) in enumerate(spans) if begins and end <= last)
        yield _levels(name, day)[level]
        day = spans[level][1] + timedelta(days=1)
