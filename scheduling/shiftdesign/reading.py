"""Reads minimum shift design instances in MiniZinc data form, with every fault by its line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from scheduling.shiftdesign.instance import MINUTES_A_DAY, Instance, ShiftType
from wfm.errors import Finding, Findings, InputError

LEAST_ONE = ("interval", "days", "shiftTypes")
WHOLE = (*LEAST_ONE, "avgMinutes", "weightUnderCover", "weightOverCover", "weightDutiesPerWeek", "weightShiftInstances")
NUMBERS = ("minDuties", "maxDuties")
TYPE_LISTS = ("minStart", "maxStart", "minLength", "maxLength")
FIELDS = (*WHOLE, *NUMBERS, "demand", *TYPE_LISTS)

_NEXT = r"(?=\n\s*[A-Za-z_]\w*\s*=)"
_STATEMENT = re.compile(
    rf"\s*(?:(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>[^;=]*?)\s*(?P<end>;|\Z|{_NEXT})|(?P<junk>[^;]*?(?:;|\Z|{_NEXT})))"
)
_ARRAY = re.compile(r"(?:array1d\s*\(.*?,\s*)?\[(?P<items>[^\[\]]*)\]\s*\)?", re.DOTALL)
_COMMENT = re.compile(r"%[^\n]*")


class Entry(NamedTuple):
    """Text of a value, whether it stands in brackets, and the line on which the field begins."""

    items: list[str]
    is_list: bool
    line: int


def is_instance(text: str) -> bool:
    """Whether a text is of this format, faults and all: at least three of its fields are set."""
    return sum(re.search(rf"^\s*{name}\s*=", text, re.MULTILINE) is not None for name in FIELDS) >= 3


def read_instance(path: str | Path) -> Instance:
    """Read an instance file.

    Raises
    ------
    InputError
        With one finding for each fault, by line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(Finding(str(path), "unreadable-file", str(problem), "UTF-8 text")) from None
    return parse_instance(text, str(path))


def parse_instance(text: str, source: str) -> Instance:
    """As `read_instance`, from text; `source` names it in the findings."""
    return _Reader(source).read(text)


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.findings = Findings()
        self.entries: dict[str, Entry] = {}

    def read(self, text: str) -> Instance:
        self._split(_COMMENT.sub("", text))
        for name in FIELDS:
            if name not in self.entries:
                self.findings.add(Finding(self.source, "missing-field", f"no {name}", f"{name} = …;"))
        whole = {name: int(self._number(name, 1 if name in LEAST_ONE else 0)) for name in WHOLE}
        duties = {name: self._number(name, 0, whole=False) for name in NUMBERS}
        demand = self._list("demand", 0)
        types = {name: self._list(name, 1 if name.endswith("Length") else 0) for name in TYPE_LISTS}
        self.findings.raise_for_errors()
        self._check(whole, duties, demand, types)
        self.findings.raise_for_errors()
        return Instance(
            whole["interval"],
            whole["days"],
            tuple(demand),
            tuple(ShiftType(*window) for window in zip(*(types[name] for name in TYPE_LISTS), strict=True)),
            duties["minDuties"],
            duties["maxDuties"],
            whole["avgMinutes"],
            whole["weightUnderCover"],
            whole["weightOverCover"],
            whole["weightDutiesPerWeek"],
            whole["weightShiftInstances"],
        )

    def _fault(self, name: str, rule: str, found: str, expected: str, fix: str = "") -> None:
        line = self.entries[name].line if name in self.entries else None
        self.findings.add(Finding(self.source, rule, found, expected, fix, row=line, column=name))

    def _split(self, text: str) -> None:
        at = 0
        while at < len(text) and (match := _STATEMENT.match(text, at)) and match.end() > at:
            name, at = match["name"], match.end()
            if name is None:
                if junk := match["junk"].strip():
                    self._complain(text, match.start("junk"), f'"{junk[:40]}"', "name = value;")
                continue
            line = text.count("\n", 0, match.start("name")) + 1
            if not match["end"]:
                self._complain(text, match.start("name"), f"{name} without ; at its end", "name = value;")
            if name in self.entries:
                self._complain(text, match.start("name"), f"{name} a second time", "each field once")
                continue
            if name not in FIELDS:
                self._complain(text, match.start("name"), f"unknown field {name}", f"one of {', '.join(FIELDS)}")
                continue
            array = _ARRAY.fullmatch(match["value"])
            items = array["items"].split(",") if array else [match["value"]]
            if array and not items[-1].strip():
                items.pop()
            self.entries[name] = Entry([item.strip() for item in items], array is not None, line)

    def _complain(self, text: str, at: int, found: str, expected: str) -> None:
        line = text.count("\n", 0, at) + 1
        self.findings.add(Finding(self.source, "bad-statement", found, expected, row=line))

    def _number(self, name: str, least: int, whole: bool = True) -> float:
        entry = self.entries.get(name)
        kind = "a whole number" if whole else "a number"
        if entry is None:
            return least
        if entry.is_list or not re.fullmatch(r"\d+" if whole else r"\d+(\.\d+)?", entry.items[0]):
            self._fault(name, "bad-number", f'"{", ".join(entry.items)[:40]}"', f"{kind}, {least} or more")
            return least
        value = float(entry.items[0])
        if value < least:
            self._fault(name, "out-of-range", f"{value:g}", f"{kind}, {least} or more")
        return value

    def _list(self, name: str, least: int) -> list[int]:
        entry = self.entries.get(name)
        if entry is None:
            return []
        bad = [i for i, item in enumerate(entry.items) if not item.isdecimal() or int(item) < least]
        if not entry.is_list:
            self._fault(name, "bad-list", f'"{entry.items[0][:40]}"', "a list of whole numbers in [ ]")
        elif bad:
            found = f'"{entry.items[bad[0]]}" at place {bad[0] + 1}'
            self._fault(name, "bad-number", found, f"whole numbers, {least} or more")
        else:
            return [int(item) for item in entry.items]
        return []

    def _check(
        self, whole: dict[str, int], duties: dict[str, float], demand: list[int], types: dict[str, list[int]]
    ) -> None:
        if MINUTES_A_DAY % whole["interval"]:
            self._fault("interval", "bad-interval", f"{whole['interval']} min", "a length that divides the day")
            return
        a_day = MINUTES_A_DAY // whole["interval"]
        if len(demand) != whole["days"] * a_day:
            expected = f"{whole['days']} days x {a_day} slots = {whole['days'] * a_day}"
            self._fault("demand", "wrong-length", f"{len(demand)} numbers", expected)
        if duties["minDuties"] > duties["maxDuties"]:
            self._fault("minDuties", "empty-range", f"{duties['minDuties']:g}", f"at most {duties['maxDuties']:g}")
        for name in (one for one in TYPE_LISTS if len(types[one]) != whole["shiftTypes"]):
            self._fault(name, "wrong-length", f"{len(types[name])} numbers", f"{whole['shiftTypes']}, one a shift type")
        for low, high in (("minStart", "maxStart"), ("minLength", "maxLength")):
            for number, (least, most) in enumerate(zip(types[low], types[high], strict=False), 1):
                if least > most:
                    self._fault(low, "empty-range", f"{least} for shift type {number}", f"at most {high}, {most}")
        for number, start in enumerate(types["maxStart"], 1):
            if start >= a_day:
                found = f"{start} for shift type {number}"
                self._fault("maxStart", "outside-day", found, f"at most {a_day - 1}, the last slot of the day")
        for number, length in enumerate(types["maxLength"], 1):
            if length > a_day:
                found = f"{length} slots for shift type {number}"
                self._fault("maxLength", "longer-than-day", found, f"at most {a_day} slots, a day")
