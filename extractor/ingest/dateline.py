"""The dateline of wire copy: place, day and agency before the first sentence.

The forms are those the agencies print::

    DUSHANBE, September 16. /TASS/. Members of ...
    WASHINGTON (Reuters) - The senate ...
    BERLIN, 3 March (dpa) - The ministry ...
    LONDON, May 4 -- Shares ...
    KYIV, Ukraine (AP) — Officials ...

Two witnesses are wanted, since a sentence may begin alike ("NATO (the alliance) - ..."): a place,
and beside it a day or an agency that is known by name.
"""

import re
from datetime import date

from extractor.schema import Value

_AGENCIES = frozenset(
    name.casefold()
    for name in (
        "AAP|AFP|Agence France-Presse|AKIpress|Anadolu|Anadolu Agency|AA|ANI|ANP|ANSA|Antara|AP|APA|Armenpress"
        "|Associated Press|The Associated Press|Azertac|BBC|Belga|BelTA|Bernama|Bloomberg|BNS|BTA|Business Wire"
        "|BUSINESS WIRE|Canadian Press|The Canadian Press|CNN|CP|ČTK|CTK|dpa|EFE|ELTA|GLOBE NEWSWIRE|HINA|IANS"
        "|Interfax|Interfax-Ukraine|IRNA|ISNA|ITAR-TASS|Jiji|Jiji Press|Kazinform|KCNA|Keystone-SDA|KUNA|Kyodo"
        "|Kyodo News|LETA|Lusa|MENA|MTI|NTB|PA|PA Media|PAP|Press Association|PRNewswire|PR Newswire|PTI"
        "|Reuters|RFE/RL|RIA Novosti|Ritzau|SANA|SDA|Sputnik|STA|STT|Tanjug|TASS|Tasnim|Thomson Reuters Foundation"
        "|Trend|TT|Ukrinform|UNIAN|UN News|UPI|VNA|VOA|WAM|Xinhua|Yonhap"
    ).split("|")
)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:Mon|Tues?|Wednes|Wed|Thurs?|Fri|Satur|Sat|Sun)(?:day)?\.?,?\s+)?"
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d))?"
_DAY_FORMS = (
    rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}",
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+{_MONTH}{_YEAR}",
)
_DAY_AT_END = tuple(re.compile(rf"(?:^|[.,]?\s+){form}[.,]?$", re.IGNORECASE) for form in _DAY_FORMS)

_SLASHES = re.compile(r"(?P<lead>[^/()]{2,80}?)\s*/(?P<agency>[^/]{2,40})/\.?\s*(?:(?:--|[-–—])\s*)?")
_BRACKETS = re.compile(r"(?P<lead>[^()]{0,80}?)\s*\((?P<agency>[^()]{2,40})\)\s*(?:--|[-–—])\s*")
_DASH = re.compile(r"(?P<lead>[^()/]{2,80}?)(?:\s*(?:--|[–—])\s*|\s+-\s+)")

_SMALL_WORDS = frozenset("al am an and da das de del der des di du el la las le los of on the upon".split())
_LOOKED_AT_CHARS = 160
"""No dateline is longer; so a line of any length costs the same."""


class Day(Value):
    """A calendar day as printed; agencies often leave the year out."""

    published: date | None
    """None when the year is missing."""


class Dateline(Value):
    """What stands before the first sentence."""

    printed: str
    """As in the text, without the dash that ends it."""
    length: int
    """Characters up to the first sentence."""
    agency: str | None
    published: date | None
    certain: bool
    """False for a bare ``LONDON — ``, which only counts under a headline."""


def read_day(text: str) -> Day | None:
    """Read a text that is nothing but a day.

    Args:
        text: Such as ``16 September 2021`` or ``May 4``.

    Returns:
        The day, or None when the text is anything else.
    """
    found = _split_day(text.strip())
    return Day(published=found.published) if found and not found.before else None


def read_dateline(line: str) -> Dateline | None:
    """Read the dateline at the beginning of a line.

    Args:
        line: A line of the article; only its first 160 characters are looked at.

    Returns:
        The dateline, or None when the line begins with anything else.
    """
    line = line[:_LOOKED_AT_CHARS]
    if match := _SLASHES.match(line) or _BRACKETS.match(line):
        return _with_agency(match)
    if match := _DASH.match(line):
        return _without_agency(match)
    return None


def _with_agency(match: re.Match[str]) -> Dateline | None:
    agency = match["agency"].strip()
    day = _split_day(match["lead"].strip())
    place = day.before if day else match["lead"].strip(" .,")
    if day is None and (day := _split_day(agency)) and not day.before:
        agency = ""  # LONDON (May 4) -
    known = any(name.strip().casefold() in _AGENCIES for name in (agency, *re.split(r"[/,&]", agency)))
    shouted = _is_shouted(place)
    if not (shouted and (day or known)) and not (known and (not place or _is_capitalised(place))):
        return None
    if not place and match.re is _SLASHES:
        return None
    return _dateline(match, agency=agency or None, day=day, certain=True)


def _without_agency(match: re.Match[str]) -> Dateline | None:
    day = _split_day(match["lead"].strip())
    place = day.before if day else match["lead"].strip(" .,")
    if not _is_shouted(place):
        return None
    return _dateline(match, agency=None, day=day, certain=day is not None)


class _SplitDay(Value):
    """A text that ends in a day."""

    before: str
    published: date | None


def _split_day(text: str) -> _SplitDay | None:
    for pattern in _DAY_AT_END:
        if match := pattern.search(text):
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            year = int(match["year"]) if match["year"] else None
            try:
                # Without a year any leap year does: what counts is that the day exists.
                day = date(year or 2000, month, int(match["day"]))
            except ValueError:
                return None
            return _SplitDay(before=text[: match.start()].strip(" .,"), published=day if year else None)
    return None


def _dateline(match: re.Match[str], *, agency: str | None, day: "_SplitDay | None", certain: bool) -> Dateline:
    return Dateline(
        printed=match[0].rstrip(" \t-–—"),
        length=match.end(),
        agency=agency,
        published=day.published if day else None,
        certain=certain,
    )


def _is_shouted(place: str) -> bool:
    """Tell whether a place stands in capitals, the region behind a comma aside (``KYIV, Ukraine``)."""
    town, _, region = place.partition(",")
    return town.isupper() and not any(c.isdigit() for c in town) and (not region or _is_capitalised(region))


def _is_capitalised(place: str) -> bool:
    words = place.replace(",", " ").split()
    capitalised = all(word[0].isupper() or word in _SMALL_WORDS for word in words)
    return 0 < len(words) <= 6 and words[0][0].isupper() and capitalised
