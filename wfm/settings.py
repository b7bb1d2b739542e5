"""Reading one setting of a TOML table at a time: what it found, what it expected, and nothing left unread."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from wfm.errors import Finding, Findings
from wfm.units import parse_duration_s

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

T = TypeVar("T")


class Section:
    """One TOML table that is emptied key by key, so that what remains is a misspelling."""

    def __init__(self, table: Mapping[str, Any], path: str, source: str, findings: Findings) -> None:
        self.table = dict(table)
        self.path = path
        self._source = source
        self._findings = findings

    def take(self, key: str, read: Callable[[Any], T], default: T) -> T:
        if key not in self.table:
            return default
        value = self.table.pop(key)
        try:
            return read(value)
        except (ValueError, TypeError) as problem:
            self.complain(key, str(problem))
            return default

    def section(self, key: str) -> Section:
        table = self.table.pop(key, {})
        if not isinstance(table, Mapping):
            self.complain(key, f"found {table!r}, expected a table [{self._join(key)}]")
            table = {}
        return Section(table, self._join(key), self._source, self._findings)

    def sections(self, key: str) -> list[Section]:
        tables = self.table.pop(key, [])
        if not isinstance(tables, list) or not all(isinstance(item, Mapping) for item in tables):
            self.complain(key, f"expected a list of tables [[{self._join(key)}]]")
            return []
        return [
            Section(item, f"{self._join(key)}[{number}]", self._source, self._findings)
            for number, item in enumerate(tables, 1)
        ]

    def names(self) -> list[str]:
        return list(self.table)

    def build(self, make: Callable[..., T], default: T, **values: Any) -> T:
        """Construct a parameter object; what it refuses becomes findings of this section."""
        try:
            return make(**values)
        except ValueError as problem:
            for part in str(problem).split("; "):
                self.complain("", part)
            return default

    def complain(self, key: str, message: str) -> None:
        expected = message.removeprefix("found ").split(", expected ", 1)
        found, wanted = (expected[0], expected[1]) if len(expected) == 2 else ("", message.removeprefix("expected "))
        column = self._join(key) if key else self.path
        self._findings.add(Finding(self._source, "bad-setting", found, wanted, column=column))

    def finish(self) -> None:
        for key in self.table:
            self._findings.add(Finding(self._source, "unknown-setting", "an unknown setting", column=self._join(key)))

    def _join(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def read_text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"found {value!r}, expected text")
    return value


def read_texts(value: Any) -> tuple[str, ...]:
    return tuple(read_text(item) for item in (value if isinstance(value, list) else [value]))


def read_durations(value: Any) -> tuple[float, ...]:
    """Durations in a list, or separated by commas, in seconds."""
    parts = value if isinstance(value, list) else str(value).split(",")
    return tuple(parse_duration_s(part) for part in parts)


def read_models(value: Any) -> tuple[str, ...]:
    return () if value == "auto" else read_texts(value)


def read_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"found {value!r}, expected a number")
    return value


def read_share(value: Any) -> float:
    if (share := read_number(value)) < 0:
        raise ValueError(f"found {value!r}, expected a share of 0 or more, such as 1.1")
    return share


def read_load(value: Any) -> str:
    if value not in ("sipp", "lagged", "mol"):
        raise ValueError(f"found {value!r}, expected sipp, lagged or mol")
    return str(value)


def read_risk(value: Any) -> float | str | None:
    if value in ("none", "off"):
        return None
    if value == "expected":
        return "expected"
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise ValueError(f"found {value!r}, expected a probability such as 0.9, expected, or none")
    return float(value)


def read_optional_number(value: Any) -> float | None:
    return None if value in ("none", "off") else read_number(value)


def read_optional_duration(value: Any) -> float | None:
    return None if value in ("none", "off") else parse_duration_s(value)


def read_patience(value: Any) -> tuple[float | None, str]:
    """Mean patience [s] and where it comes from."""
    if value == "estimate":
        return None, "calls"
    try:
        return read_optional_duration(value), "given"
    except ValueError:
        raise ValueError(f'found "{value}", expected a duration such as 2min, estimate or none') from None


def read_whole(value: Any) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"found {value!r}, expected a whole number of 0 or more")
    return value


def read_positive(value: Any) -> int:
    if read_whole(value) < 1:
        raise ValueError(f"found {value!r}, expected a whole number of 1 or more")
    return read_whole(value)


def read_whole_duration(value: Any) -> int:
    return round(parse_duration_s(value))


def read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"found {value!r}, expected true or false")
    return value


def read_currency(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
        raise ValueError(f"found {value!r}, expected an ISO 4217 code such as EUR")
    return value


def read_clock(value: Any) -> int:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value))
    if not match:
        raise ValueError(f"found {value!r}, expected a time of day such as 07:30")
    return int(match[1]) * 3600 + int(match[2]) * 60


def read_clock_window(value: Any) -> tuple[int, int]:
    """Seconds after midnight of `22:00-06:00`; an end at or before the start lies on the next day."""
    first, _, last = str(value).replace("–", "-").partition("-")
    try:
        start, end = read_clock(first.strip()), read_clock(last.strip())
    except ValueError:
        raise ValueError(f"found {value!r}, expected a window of the day such as 22:00-06:00") from None
    return start, end if end > start else end + 86_400


def read_weekdays(value: Any) -> tuple[int, ...]:
    days: set[int] = set()
    for part in re.split(r"[,\s]+", str(value).strip().lower()):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last and last not in WEEKDAYS):
            raise ValueError(f"found {value!r}, expected weekdays such as mon-fri or mon,wed,sat")
        start, stop = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days.update((start + step) % 7 for step in range((stop - start) % 7 + 1))
    return tuple(sorted(days))
