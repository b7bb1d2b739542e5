"""What a planner may write on the command line, read with the same functions as `wfm.toml`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


class _Read(click.ParamType):
    """A value read by a function that raises ValueError with what it found and expected."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            found = self._read(value)
            if self.name in ("duration", "durations") and param is not None:
                _ask_about_minutes(param, value, found)
            return found
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


def _ask_about_minutes(param: click.Parameter, text: str, seconds: float | tuple[float, ...]) -> None:
    """Numbers without a unit that look like minutes are asked about; ratios of handle times begin with 1."""
    from wfm.minutes import refuse_doubtful

    name = param.opts[0].lstrip("-").replace("-", "_")
    if isinstance(seconds, float):
        refuse_doubtful(name, text, seconds)
    elif seconds[0] != 1:
        for part, value in zip(text.split(","), seconds, strict=True):
            refuse_doubtful(name, part, value)


def _duration(text: str) -> float:
    from wfm.units import parse_duration_s

    return parse_duration_s(text)


def _interval(text: str) -> int:
    from wfm.timeaxis import parse_interval_s

    return parse_interval_s(text)


def _timezone(text: str) -> str:
    from wfm.timeaxis import check_timezone

    return check_timezone(text)


def _week(text: str) -> Any:
    from wfm.timeaxis import parse_week

    return parse_week(text)


def _share(text: str) -> float:
    from fractions import Fraction

    try:
        exact = Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f'found "{text}", expected a share such as 0.8 or 80%') from None
    if not 0 <= exact <= 1:
        raise ValueError(f'found "{text}", expected a share from 0 to 1, such as 0.8 or 80%')
    return float(exact)


def _weeks_ahead(text: str) -> tuple[int, ...]:
    leads = [part.strip() for part in text.split(",")]
    if not all(lead.isdigit() and 1 <= int(lead) <= 26 for lead in leads):
        raise ValueError(f'found "{text}", expected weeks ahead from 1 to 26 such as 1,2,4')
    return tuple(sorted({int(lead) for lead in leads}))


def _waiting(text: str) -> tuple[str, float, float]:
    """Queue (empty where it is not named), items and their age [s] of `mail=120@3h`."""
    from wfm.units import parse_duration_s

    queue, _, rest = text.rpartition("=")
    items, _, age = rest.partition("@")
    try:
        count = float(items)
    except ValueError:
        count = -1.0
    if not 0 <= count < float("inf"):
        raise ValueError(f'found "{text}", expected items and, if wanted, queue and age, such as 120 or mail=120@3h')
    return queue.strip(), count, parse_duration_s(age) if age else 0.0


def _durations(text: str) -> tuple[float, ...]:
    from wfm.settings import read_durations

    return read_durations(text)


def _shares(text: str) -> tuple[float, ...]:
    return tuple(_share(part.strip()) for part in text.split(",") if part.strip())


DURATION = _Read("duration", _duration)
DURATIONS = _Read("durations", _durations)
WAITING = _Read("waiting", _waiting)
INTERVAL = _Read("interval", _interval)
TIMEZONE = _Read("timezone", _timezone)
WEEK = _Read("week", _week)
SHARE = _Read("share", _share)
RISK = _Read("risk", lambda text: text if text == "expected" else _share(text))
SHARES = _Read("shares", _shares)
WEEKS_AHEAD = _Read("weeks", _weeks_ahead)
