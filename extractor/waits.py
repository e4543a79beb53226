"""How long a server asks to be left alone, read from its headers."""

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Read Retry-After, in seconds or as a date (RFC 9110, 10.2.3), and OpenAI's finer retry-after-ms.

    Args:
        headers: Of the response; names in any case that the mapping understands.
        now: For the form with a date; the time of the response's own Date header, else of this machine.

    Returns:
        Seconds, at least 0; None where it is not said, or not in a form that anybody knows.
    """
    try:
        return max(0.0, float(headers["retry-after-ms"]) / 1000)
    except (KeyError, ValueError):
        pass
    said = headers.get("retry-after")
    if said is None:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    until = _date(said)
    if until is None:
        return None
    # The server's own clock, where it tells: ours may be minutes off.
    return max(0.0, (until - (now or _date(headers.get("date", "")) or datetime.now(UTC))).total_seconds())


def _date(said: str) -> datetime | None:
    try:
        read = email.utils.parsedate_to_datetime(said)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def used_up_for_s(headers: Mapping[str, str]) -> float:
    """Read the ``x-ratelimit-*`` headers: how long nothing is left of the requests or tokens allowed.

    Args:
        headers: Names in lower case.

    Returns:
        Seconds until there is something again, such as 61.5 for ``1m1.5s``; 0 where something is left or nothing is
        said.
    """
    waits = [0.0]
    for what in ("requests", "tokens"):
        if headers.get(f"x-ratelimit-remaining-{what}") in {"0", "0.0"}:
            waits.append(_duration_s(headers.get(f"x-ratelimit-reset-{what}", "")))
    return max(waits)


def _duration_s(said: str) -> float:
    """Read ``20ms``, ``6m0s``, ``1.5``; 0 for anything else."""
    parts = _PART.findall(said)
    if parts and "".join(number + unit for number, unit in parts) == said:
        return sum(float(number) * _UNITS_S[unit] for number, unit in parts)
    try:
        return max(0.0, float(said))
    except ValueError:
        return 0.0
