"""Reading and printing durations, the one quantity that people write in many ways."""

from __future__ import annotations

import re

DURATION_FORMS = "seconds (180), 20s, 3min, 8h, 8h30min, m:ss or h:mm:ss"

_UNIT_S = {"s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):([0-5]\d(?:[.,]\d+)?)")
_UNITS = re.compile(r"(?:\d+(?:[.,]\d+)?\s*(?:sec|min|s|m|h|d)\s*)+")
_UNIT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(sec|min|s|m|h|d)")


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def parse_duration_s(text: str | float) -> float:
    """Read a duration as people write it.

    Parameters
    ----------
    text : str or float
        ``20s``, ``3min``, ``8h30min``, ``5:12`` (m:ss), ``1:05:12`` (h:mm:ss), or a plain number of seconds.

    Returns
    -------
    float
        Duration [s], never negative.

    Raises
    ------
    ValueError
        If the text is none of these forms.

    Examples
    --------
    >>> parse_duration_s("8h30min")
    30600.0
    >>> parse_duration_s("5:12")
    312.0
    """
    cleaned = str(text).strip().lower()
    if _PLAIN.fullmatch(cleaned):
        return _number(cleaned)
    if match := _CLOCK.fullmatch(cleaned):
        hours, minutes, seconds = match.groups()
        if hours is None or int(minutes) < 60:
            return int(hours or 0) * 3600 + int(minutes) * 60 + _number(seconds)
    if _UNITS.fullmatch(cleaned):
        return sum(_number(amount) * _UNIT_S[unit] for amount, unit in _UNIT.findall(cleaned))
    raise ValueError(f'found "{text}", expected {DURATION_FORMS}')


def format_duration(seconds: float) -> str:
    """Print a duration the way a planner reads it: ``47 s``, ``5:12``, ``1:05:12``.

    Parameters
    ----------
    seconds : float
        Duration [s].
    """
    if seconds != seconds:
        return "–"
    if seconds in (float("inf"), float("-inf")):
        return "∞"
    sign, whole = ("-" if seconds < 0 else ""), round(abs(seconds))
    if whole < 60:
        return f"{sign}{whole} s"
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02d}:{rest:02d}" if hours else f"{sign}{minutes}:{rest:02d}"
