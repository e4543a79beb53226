"""Read the quantities in a text, digits or words, so that two wordings of a number can be compared.

Number words are the work of text2num (en, de, es, fr, pt, it, nl, da); in other languages only digits are
read. Values are exact decimals: ``2 million``, ``2,000,000`` and ``two million`` are one number.
"""

import re
from decimal import Decimal
from functools import lru_cache

from text_to_num import alpha2digit  # type: ignore[import-untyped]  # it ships no types

from extractor.schema import Value

WORD_LANGUAGES = frozenset({"en", "de", "es", "fr", "pt", "it", "nl", "da"})
"""Languages whose number words text2num 3.1 reads."""
DECIMAL_COMMA = frozenset({"de", "es", "fr", "pt", "ru", "it", "nl", "da", "uk", "pl", "cs"})

_SCALE = {
    "hundred": 2,
    "thousand": 3,
    "k": 3,
    "mil": 3,
    "mille": 3,
    "tausend": 3,
    "тыс": 3,
    "тысяч": 3,
    "тысячи": 3,
    "тысяча": 3,
    "million": 6,
    "millions": 6,
    "millionen": 6,
    "mio": 6,
    "m": 6,
    "mn": 6,
    "millón": 6,
    "millones": 6,
    "milhão": 6,
    "milhões": 6,
    "млн": 6,
    "миллион": 6,
    "миллиона": 6,
    "миллионов": 6,
    "billion": 9,
    "billions": 9,
    "bn": 9,
    "milliard": 9,
    "milliards": 9,
    "milliarde": 9,
    "milliarden": 9,
    "mrd": 9,
    "bilhão": 9,
    "bilhões": 9,
    "млрд": 9,
    "миллиард": 9,
    "миллиарда": 9,
    "миллиардов": 9,
    "trillion": 12,
    "trillions": 12,
    "tn": 12,
}
_METRES = "m"
"""``5m`` is five million or five metres: both readings count."""

_DIGITS = r"\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
_DIGITS_SPACED = r"\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
_TAIL = (
    r"(?:[\s-]{0,2}(?P<scale>" + "|".join(sorted(_SCALE, key=len, reverse=True)) + r")\b\.?)?"
    r"(?P<unit>\s?(?:%|per\s?cent\b|percent\b|percentage|Prozent\b|por ciento\b|por cento\b|pour cent\b|процент\w*))?"
)
_HEAD = r"(?P<currency>[$€£¥₽]\s?)?(?<![\w.,])(?<!(?-i:[A-Z])-)"
_PATTERN = re.compile(f"{_HEAD}(?P<digits>{_DIGITS}){_TAIL}", re.IGNORECASE)
_PATTERN_SPACED = re.compile(f"{_HEAD}(?P<digits>{_DIGITS_SPACED}){_TAIL}", re.IGNORECASE)
_CURRENCY_AFTER = re.compile(r"\s?(€|£|₽|dollars?\b|euros?\b|pounds?\b|roubles?\b|rubles?\b|руб)", re.IGNORECASE)
_CURRENCY_SIGN = {"dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pound": "£", "pounds": "£"}

_SMALL = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_FRACTION = re.compile(
    rf"\b(?:(?P<n>{'|'.join(_SMALL)})[ -])?(?P<part>{'|'.join(_PARTS)})(?P<plural>s)?\b(?P<of>\s+(?:of|the|a|an)\b)?",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(r"\b(?P<n>\d+|[a-z]+) and a half\b", re.IGNORECASE)
_RATIO = re.compile(r"\b(\d{1,3}) (?:in|out of|of) (?:every )?(\d{1,3})\b")
_DOZEN = re.compile(r"\b(?:a )?dozen\b", re.IGNORECASE)
_TWO_DIGIT_YEAR = re.compile(r"\b(1[5-9]|20) (\d\d)\b")


class Number(Value):
    """One quantity in a text."""

    shown: str
    """For a reader: ``40 %``, ``$2,000,000``."""
    readings: tuple[Decimal, ...]
    """What it may stand for, the plain reading first: a half is 0.5 and 50 per cent, ``5m`` is 5,000,000 and 5."""
    percent: bool = False
    currency: str | None = None
    """Its sign, where the text names one."""
    in_digits: bool = True
    """False where the text has words only."""

    def agrees(self, other: "Number") -> bool:
        """Tell whether both can be the same quantity; a unit that only one of them names is no difference."""
        if self.currency and other.currency and self.currency != other.currency:
            return False
        return not set(self.readings).isdisjoint(other.readings)


@lru_cache(maxsize=1024)  # Claims of one sentence ask for the numbers of the same passage; it was half of scoring.
def find_numbers(text: str, language: str = "en") -> tuple[Number, ...]:
    """Read every number of a text.

    Digits that belong to a name (``COVID-19``, ``G7``) are no numbers.

    Args:
        text: Any text.
        language: ISO 639-1; it decides between decimal comma and point and reads the number words.

    Returns:
        The numbers, fractions in words first, else in reading order; empty when there are none.
    """
    fractions: list[Number] = []
    rest = _spell_out_fractions(text, fractions) if language == "en" else text
    pattern = _PATTERN if language == "en" else _PATTERN_SPACED
    with_digits = _digit_strings(text)
    numbers = [_number(m, rest, language, with_digits) for m in pattern.finditer(_in_digits(rest, language))]
    return (*fractions, *numbers)


def implied(text: str, language: str = "en") -> tuple[Number, ...]:
    """Read the numbers that a text implies: ``one in five`` is 20 per cent.

    Returns:
        Numbers that the text does not state itself; they may support a claim, never be asked of it.
    """
    found = []
    for match in _RATIO.finditer(_in_digits(text, language)):
        part, whole = int(match[1]), int(match[2])
        if 0 < part < whole:
            share = Decimal(part) / Decimal(whole)
            found.append(Number(shown=match[0], readings=(share, (100 * share).normalize())))
    return tuple(found)


def _spell_out_fractions(text: str, found: list[Number]) -> str:
    """Collect the fractions in words and take them out of the text."""
    text = _AND_A_HALF.sub(_with_half, _DOZEN.sub("12", text))

    def take(match: re.Match[str]) -> str:
        part = match["part"].lower()
        counted = match["n"] and match["n"].lower()
        # "the third quarter" and "in the fifth" are no fractions; "a third of", "two-thirds" and "half" are.
        certain = match["of"] or (counted and (match["plural"] or "-" in match[0])) or part == "half"
        if not certain or (part != "half" and not counted):
            return match[0]
        share = Decimal(_SMALL.get(counted or "one", 1)) / Decimal(_PARTS[part])
        readings = (share, (share * 100).normalize())
        found.append(Number(shown=match[0].strip(), readings=readings, in_digits=False))
        return " "

    return _FRACTION.sub(take, text)


def _with_half(match: re.Match[str]) -> str:
    word = match["n"].lower()
    whole = word if word.isdigit() else _SMALL.get(word)
    return match[0] if whole is None else f"{whole}.5"


def _in_digits(text: str, language: str) -> str:
    """Write number words as digits; the digits that stand in the text keep their scale word."""
    if language not in WORD_LANGUAGES or not text:
        return text
    pieces, at = [], 0
    for match in _PATTERN.finditer(text):
        if match["scale"]:
            pieces += [_words_to_digits(text[at : match.start()], language), match[0]]
            at = match.end()
    pieces.append(_words_to_digits(text[at:], language))
    return "".join(pieces)


def _words_to_digits(text: str, language: str) -> str:
    if not text.strip():
        return text
    # "ten-storey" hides its number from text2num, "thirty five" does not.
    loose = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", text)
    lead = loose[: len(loose) - len(loose.lstrip())]
    tail = loose[len(loose.rstrip()) :]
    read = lead + alpha2digit(loose.strip(), language, threshold=0) + tail
    # "nineteen ninety-nine" comes back as "19 99".
    return _TWO_DIGIT_YEAR.sub(lambda m: m[0] if m[0] in text else m[1] + m[2], read)


def _digit_strings(text: str) -> frozenset[str]:
    return frozenset(re.findall(_DIGITS, text))


def _number(match: re.Match[str], text: str, language: str, with_digits: frozenset[str]) -> Number:
    value = _decimal(match["digits"], language)
    scale = (match["scale"] or "").lower()
    scaled = (value * 10 ** _SCALE[scale]).normalize() if scale else value.normalize()
    readings = (scaled, value.normalize()) if scale == _METRES and not match["currency"] else (scaled,)
    if len(match["digits"]) == 2 and match.string[match.start("digits") - 1 : match.start("digits")] in ("'", "’"):
        readings = (*readings, value + 1900, value + 2000)  # The summer of '79.
    percent = bool(match["unit"])
    currency = (match["currency"] or "").strip() or None
    if currency is None and not percent:
        after = _CURRENCY_AFTER.match(match.string, match.end())
        currency = _CURRENCY_SIGN.get(after[1].lower(), after[1]) if after else None
    return Number(
        shown=_shown(scaled, match["digits"], percent=percent, currency=match["currency"]),
        readings=readings,
        percent=percent,
        currency=currency,
        in_digits=match["digits"] in with_digits,
    )


def _decimal(digits: str, language: str) -> Decimal:
    """Read a figure; a separator before exactly three digits groups where the language groups with it."""
    digits = re.sub(r"[\s\u00a0\u202f\u2009]", "", digits)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return Decimal(digits)
    mark = digits[last]
    decimal_mark = "," if language in DECIMAL_COMMA else "."
    repeated = digits.count(mark) > 1
    groups = len(digits) - last == 4 and mark != decimal_mark and len(set(digits) & {".", ","}) == 1
    whole, fraction = (digits, "") if repeated or groups else (digits[:last], digits[last + 1 :])
    plain = re.sub(r"[.,]", "", whole)
    return Decimal(f"{plain}.{fraction}" if fraction else plain)


def _shown(value: Decimal, digits: str, *, percent: bool, currency: str | None) -> str:
    # A year is not written with a separator, a large count is.
    plain = digits if value < 10_000 else f"{value:,f}"
    return f"{(currency or '').strip()}{plain}{' %' if percent else ''}"
