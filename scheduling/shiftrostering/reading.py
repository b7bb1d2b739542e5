"""Reads the text format of the shift-scheduling benchmarks of Curtois and Qu, with every fault at once."""

from __future__ import annotations

from pathlib import Path

from scheduling.shiftrostering.instance import Cover, Employee, Instance, Request, ShiftType
from wfm.errors import Finding, Findings, InputError

SECTIONS = (
    "SECTION_HORIZON",
    "SECTION_SHIFTS",
    "SECTION_STAFF",
    "SECTION_DAYS_OFF",
    "SECTION_SHIFT_ON_REQUESTS",
    "SECTION_SHIFT_OFF_REQUESTS",
    "SECTION_COVER",
)
NEEDED = ("SECTION_HORIZON", "SECTION_SHIFTS", "SECTION_STAFF", "SECTION_COVER")
STAFF_FIELDS = (
    "MaxShifts",
    "MaxTotalMinutes",
    "MinTotalMinutes",
    "MaxConsecutiveShifts",
    "MinConsecutiveShifts",
    "MinConsecutiveDaysOff",
    "MaxWeekends",
)
MOST_DAYS = 3660
DAY_MINUTES = 1440

Row = tuple[int, list[str]]


def is_instance(text: str) -> bool:
    """Whether a text is of this format."""
    return any(line.strip().upper() in SECTIONS for line in text.splitlines())


def read_instance(path: str | Path) -> Instance:
    """Read an instance file.

    Parameters
    ----------
    path : path
        UTF-8 text; lines that begin with # are comments.

    Returns
    -------
    Instance

    Raises
    ------
    InputError
        With one finding for each fault of the file, by line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(Finding(str(path), "unreadable-file", str(problem), "UTF-8 text")) from None
    return parse_instance(text, str(path))


def parse_instance(text: str, source: str) -> Instance:
    """As `read_instance`, from text; `source` names it in findings."""
    reader = _Reader(source)
    instance = reader.read(text)
    reader.findings.raise_for_errors()
    return instance


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.findings = Findings()

    def fault(self, row: int | None, rule: str, found: str, expected: str = "", column: str = "") -> None:
        self.findings.add(Finding(self.source, rule, found, expected, row=row, column=column))

    def read(self, text: str) -> Instance:
        parts = self._sections(text)
        days = self._horizon(parts["SECTION_HORIZON"])
        shifts = self._shifts(parts["SECTION_SHIFTS"])
        staff = self._staff(parts["SECTION_STAFF"], shifts)
        return Instance(
            days,
            shifts,
            staff,
            self._days_off(parts["SECTION_DAYS_OFF"], staff, days),
            self._requests(parts["SECTION_SHIFT_ON_REQUESTS"], staff, shifts, days),
            self._requests(parts["SECTION_SHIFT_OFF_REQUESTS"], staff, shifts, days),
            self._cover(parts["SECTION_COVER"], shifts, days),
        )

    def _sections(self, text: str) -> dict[str, list[Row]]:
        parts: dict[str, list[Row]] = {name: [] for name in SECTIONS}
        seen: set[str] = set()
        name = ""
        for row, line in enumerate(text.splitlines(), start=1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            if line.upper().startswith("SECTION_"):
                name = line.upper().rstrip(":")
                if name not in parts:
                    self.fault(row, "unknown-section", repr(line), "one of " + ", ".join(SECTIONS))
                elif name in seen:
                    self.fault(row, "double-section", f"{name} a second time", "each section once")
                seen.add(name)
            elif name in parts:
                parts[name].append((row, [cell.strip() for cell in line.split(",")]))
            elif not name:
                self.fault(row, "no-section", repr(line), "a line SECTION_... before any data")
        for missing in (part for part in NEEDED if part not in seen):
            self.fault(None, "missing-section", f"no {missing}", "a whole file")
        return parts

    def _horizon(self, rows: list[Row]) -> int:
        if not rows:
            return MOST_DAYS
        row, cells = rows[0]
        for extra, _ in rows[1:]:
            self.fault(extra, "extra-row", "a second line", "the number of days alone", "horizon")
        return self._number(row, "horizon", ",".join(cells), 1, MOST_DAYS) or MOST_DAYS

    def _shifts(self, rows: list[Row]) -> dict[str, ShiftType]:
        shifts: dict[str, ShiftType] = {}
        after: list[tuple[int, str]] = []
        for row, cells in rows:
            if len(cells) == 2:
                cells = [*cells, ""]
            if not self._width(row, cells, 3) or not self._new(row, "ShiftID", cells[0], shifts):
                continue
            others = [name.strip() for name in cells[2].split("|") if name.strip()]
            after += [(row, name) for name in others]
            minutes = self._number(row, "Length in mins", cells[1], 1, DAY_MINUTES)
            shifts[cells[0]] = ShiftType(cells[0], minutes or 1, frozenset(others))
        for row, name in after:
            self._known(row, "cannot follow", name, shifts, "shift")
        return shifts

    def _staff(self, rows: list[Row], shifts: dict[str, ShiftType]) -> dict[str, Employee]:
        staff: dict[str, Employee] = {}
        for row, cells in rows:
            if not self._width(row, cells, 1 + len(STAFF_FIELDS)) or not self._new(row, "ID", cells[0], staff):
                continue
            numbers = [
                self._number(row, name, cell, 1 if name.endswith(("Shifts", "DaysOff")) else 0)
                for name, cell in zip(STAFF_FIELDS[1:], cells[2:], strict=True)
            ]
            limits = self._limits(row, cells[1], shifts)
            if any(number is None for number in numbers):
                staff[cells[0]] = Employee(cells[0], limits, 0, 0, 1, 1, 1, 0)
                continue
            person = Employee(cells[0], limits, *(number or 0 for number in numbers))
            staff[person.name] = person
            if person.min_minutes > person.max_minutes:
                self.fault(
                    row,
                    "contradiction",
                    f"MinTotalMinutes {person.min_minutes} above MaxTotalMinutes {person.max_minutes}",
                    "a minimum no larger than the maximum",
                )
            if person.min_consecutive_shifts > person.max_consecutive_shifts:
                self.fault(
                    row,
                    "contradiction",
                    f"MinConsecutiveShifts {person.min_consecutive_shifts} above "
                    f"MaxConsecutiveShifts {person.max_consecutive_shifts}",
                    "a minimum no larger than the maximum",
                )
        return staff

    def _limits(self, row: int, text: str, shifts: dict[str, ShiftType]) -> dict[str, int]:
        limits: dict[str, int] = {}
        for part in (part.strip() for part in text.split("|") if part.strip()):
            name, equals, count = (piece.strip() for piece in part.partition("="))
            if not equals:
                self.fault(row, "bad-limit", repr(part), "ShiftID=count", "MaxShifts")
            elif self._known(row, "MaxShifts", name, shifts, "shift") and self._new(row, "MaxShifts", name, limits):
                limits[name] = self._number(row, "MaxShifts", count, 0) or 0
        return limits

    def _days_off(self, rows: list[Row], staff: dict[str, Employee], days: int) -> frozenset[tuple[str, int]]:
        off: set[tuple[str, int]] = set()
        for row, cells in rows:
            if self._known(row, "EmployeeID", cells[0], staff, "employee"):
                numbers = (self._number(row, "DayIndexes", cell, 0, days - 1) for cell in cells[1:] if cell)
                off |= {(cells[0], number) for number in numbers if number is not None}
        return frozenset(off)

    def _requests(
        self, rows: list[Row], staff: dict[str, Employee], shifts: dict[str, ShiftType], days: int
    ) -> tuple[Request, ...]:
        requests = []
        for row, cells in rows:
            if not self._width(row, cells, 4):
                continue
            names = [
                self._known(row, "EmployeeID", cells[0], staff, "employee"),
                self._known(row, "ShiftID", cells[2], shifts, "shift"),
            ]
            day = self._number(row, "Day", cells[1], 0, days - 1)
            weight = self._number(row, "Weight", cells[3], 0)
            if all(names) and day is not None and weight is not None:
                requests.append(Request(cells[0], day, cells[2], weight))
        return tuple(requests)

    def _cover(self, rows: list[Row], shifts: dict[str, ShiftType], days: int) -> tuple[Cover, ...]:
        cover: dict[tuple[int, str], Cover] = {}
        for row, cells in rows:
            if not self._width(row, cells, 5):
                continue
            named = self._known(row, "ShiftID", cells[1], shifts, "shift")
            day = self._number(row, "Day", cells[0], 0, days - 1)
            names = ("Requirement", "Weight for under", "Weight for over")
            need, under, over = (self._number(row, name, cell, 0) for name, cell in zip(names, cells[2:], strict=True))
            if not named or day is None or need is None or under is None or over is None:
                continue
            if (day, cells[1]) in cover:
                self.fault(row, "double-key", f"day {day}, shift {cells[1]} a second time", "each once")
            cover[day, cells[1]] = Cover(day, cells[1], need, under, over)
        return tuple(cover.values())

    def _number(self, row: int, column: str, cell: str, least: int, most: int | None = None) -> int | None:
        expected = f"a whole number of at least {least}" if most is None else f"a whole number from {least} to {most}"
        try:
            number = int(cell)
        except ValueError:
            self.fault(row, "bad-number", repr(cell), expected, column)
            return None
        if number < least or (most is not None and number > most):
            self.fault(row, "out-of-range", str(number), expected, column)
            return None
        return number

    def _width(self, row: int, cells: list[str], width: int) -> bool:
        if len(cells) == width:
            return True
        self.fault(row, "wrong-field-count", f"{len(cells)} fields", f"{width}")
        return False

    def _known(self, row: int, column: str, name: str, known: dict, what: str) -> bool:
        if name in known:
            return True
        self.fault(row, f"unknown-{what}", repr(name), f"{_article(what)} of the file", column)
        return False

    def _new(self, row: int, column: str, name: str, known: dict) -> bool:
        if name and name not in known:
            return True
        self.fault(
            row,
            "double-key" if name else "no-name",
            f"{name!r} a second time" if name else "no name",
            "each name once" if name else "a name",
            column,
        )
        return False


def _article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"
