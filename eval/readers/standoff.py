"""Parse brat's standoff lines (https://brat.nlplab.org/standoff.html): T, E, R and A lines, others passed over.

Offsets are half-open and count characters of the .txt file, line ends included.
"""

import re
from dataclasses import dataclass, field

_IGNORED = ("#", "*", "N")
"""Notes, equivalences and links to knowledge bases."""
_TEXT_BOUND = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")
_ARGUMENT = re.compile(r"([^\s:]+?)\d*:([TE]\d+\S*)")


@dataclass(frozen=True)
class TextBound:
    """A T line: a type and where its words are."""

    id: str
    type: str
    fragments: tuple[tuple[int, int], ...]
    """In the order of the file."""
    line: int


@dataclass(frozen=True)
class Argument:
    """A role of an event, such as ``Content``, and what fills it; brat's ``Content2`` is a second ``Content``."""

    role: str
    target: str


@dataclass(frozen=True)
class Event:
    """An E line."""

    id: str
    type: str
    arguments: tuple[Argument, ...]
    line: int


@dataclass(frozen=True)
class Relation:
    """An R line; which end is which plays no part here."""

    id: str
    ends: tuple[str, str]


@dataclass
class Standoff:
    """One .ann file."""

    text_bounds: dict[str, TextBound] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    attributes: dict[str, list[str]] = field(default_factory=dict)
    """Names and values of A lines by the annotation that they describe, lower case."""
    problems: list[str] = field(default_factory=list)
    """``line: what is wrong``."""


def parse(ann: str, text: str) -> Standoff:
    """Parse the lines of an .ann file and hold them against its text."""
    found = Standoff()
    # At LF only: str.splitlines also cuts at U+2028, which the words of a line may hold.
    for number, line in enumerate(ann.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), start=1):
        if line.strip() and not line.startswith(_IGNORED) and (wrong := _read_line(found, number, line, text)):
            found.problems.append(f"{number}: {wrong}")
    known = found.text_bounds.keys() | {event.id for event in found.events}
    for event in found.events:
        for argument in event.arguments:
            if argument.target not in known:
                found.problems.append(f"{event.line}: {event.id} names {argument.target}, which is not in the file")
    return found


def _read_line(found: Standoff, number: int, line: str, text: str) -> str | None:
    """Take one line in; return what is wrong with it."""
    name, _, rest = line.partition("\t")
    match name[:1]:
        case "T":
            return _text_bound(found, number, name, rest, text)
        case "E":
            kind = rest.partition(":")[0]
            arguments = [Argument(role, target) for role, target in _ARGUMENT.findall(rest.partition(" ")[2])]
            found.events.append(Event(name, kind, tuple(arguments), number))
        case "R":
            ends = [target for _, target in _ARGUMENT.findall(rest)]
            if len(ends) != 2:
                return f"{name} relates {len(ends)} annotations, not 2"
            found.relations.append(Relation(name, (ends[0], ends[1])))
        case "A" | "M":
            words = rest.split()
            if len(words) < 2:
                return f"{name} describes nothing"
            found.attributes.setdefault(words[1], []).extend(w.lower() for w in (words[0], *words[2:]))
        case _:
            return f"{line[:40]!r} is no standoff line"
    return None


def _text_bound(found: Standoff, number: int, name: str, rest: str, text: str) -> str | None:
    head, _, words = rest.partition("\t")
    match = _TEXT_BOUND.fullmatch(head)
    if match is None:
        return f"{name} has no type and offsets, such as 'Source 0 5' or 'Content 0 5;9 12', behind a tab"
    if name in found.text_bounds:
        return f"{name} is used twice"
    offsets = [tuple(map(int, pair.split())) for pair in match[2].split(";")]
    fragments = tuple((start, end) for start, end in offsets)
    for start, end in fragments:
        if not start < end <= len(text):
            return f"{name}: [{start}, {end}) is no range of the text of {len(text)} characters"
    there = " ".join(text[start:end] for start, end in fragments)
    if words and words.split() != there.split():
        return f"{name} says {words[:60]!r}, but the text has {there[:60]!r} there"
    found.text_bounds[name] = TextBound(name, match[1], fragments, number)
    return None
