"""The week grid of a workbook: agents down, days across, each shift in the colour of its start, breaks beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from reporting.cells import write_cell
from reporting.palette import AWAY, LIGHT, STARTS
from reporting.reckon import shifts
from reporting.words import day_label
from reporting.workbook.book import Book, Field
from wfm.timeaxis import local_day, monday_of, week_label
from wfm.weekgrid import AGENT, BREAKS, QUEUE, shift_label, shift_numbers, span_text

TITLE, HEAD, DATES, FIRST = range(4)
HOURS = "#,##0.00"
_EDGE = {"border": 1, "border_color": LIGHT["grid"], "valign": "vcenter"}


@dataclass(frozen=True)
class Cell:
    """What stands in the cell of an agent and day; `away` is the label of a shift in which nobody is served."""

    text: str
    colour: str
    away: str = ""


def add_week_grids(book: Book, schedule: pd.DataFrame, agents: pd.DataFrame | None, title: str) -> None:
    """A sheet an ISO week with a row an agent, and the sheets of days and of breaks.

    Parameters
    ----------
    book : Book
    schedule : DataFrame
        Contract frame of one version, in the time zone of the centre.
    agents : DataFrame or None
        Contract frame; adds contract hours, and a row for those who have no shift.
    title : str
        Stands above each grid, with the week.
    """
    rows = schedule.sort_values(["agent", "start"], ignore_index=True)
    found, cells = shifts(rows), _cells(rows)
    people = _people(rows, agents)
    for monday in sorted({monday_of(day) for day in found["day"]}):
        days = pd.date_range(monday, periods=7, freq="D")
        _week(book, days, people, cells, found, f"{title}, {week_label(monday)}")
    _days(book, found)
    _breaks(book, rows)


def _people(rows: pd.DataFrame, agents: pd.DataFrame | None) -> pd.DataFrame:
    """agent, queue (those served, or could be served), contract_hours; by name."""
    served = rows[rows["queue"].notna()].drop_duplicates(["agent", "queue"]).groupby("agent")["queue"].agg(", ".join)
    names = rows["agent"].unique().tolist()
    known = {} if agents is None else {row["agent"]: row for row in agents.to_dict("records")}
    records = [
        {
            AGENT: name,
            QUEUE: served.get(name) or str(known.get(name, {}).get("skills") or "").replace("|", ", "),
            "contract_hours": known.get(name, {}).get("contract_hours"),
        }
        for name in sorted({*names, *known})
    ]
    return pd.DataFrame(records, columns=[AGENT, QUEUE, "contract_hours"])


def _cells(rows: pd.DataFrame) -> dict[tuple[str, pd.Timestamp], Cell]:
    """Text and colour of every cell; the shifts of a day stand below each other."""
    lines: dict[tuple[str, pd.Timestamp], list[str]] = {}
    first: dict[tuple[str, pd.Timestamp], tuple[str, str]] = {}
    for _, stretches in rows.groupby(shift_numbers(rows), sort=True):
        records = stretches.to_dict("records")
        start, end = records[0]["start"], records[-1]["end"]
        key = (records[0]["agent"], start.tz_localize(None).normalize())
        label = shift_label(records)
        lines.setdefault(key, []).append(span_text(start, end, label))
        serves = any(record["productive"] for record in records)
        first.setdefault(key, (_colour(start), "") if serves else (AWAY, label))
    return {key: Cell("\n".join(texts), *first[key]) for key, texts in lines.items()}


def _colour(start: pd.Timestamp) -> str:
    hour = start.hour + start.minute / 60
    return next(colour for low, high, _, colour in STARTS if low <= hour < high)


def _week(
    book: Book,
    days: pd.DatetimeIndex,
    people: pd.DataFrame,
    cells: Mapping[tuple[str, pd.Timestamp], Cell],
    found: pd.DataFrame,
    title: str,
) -> None:
    sheet = book.sheet(week_label(days[0]))
    last = FIRST + len(people) - 1
    _headings(book, sheet, days, title)
    paid_h = found[found["day"].isin(days)].groupby("agent")["paid_h"].sum()
    for row, person in enumerate(people.itertuples(index=False), FIRST):
        write_cell(sheet, row, 0, person.agent, book.format(bold=True, **_EDGE))
        sheet.write_string(row, 1, person.queue, book.format(font_color=LIGHT["muted"], **_EDGE))
        deep = 1
        for column, day in enumerate(days, 2):
            cell = cells.get((person.agent, day))
            sheet.write_string(row, column, cell.text if cell else "", _shift_format(book, cell.colour if cell else ""))
            deep = max(deep, cell.text.count("\n") + 1 if cell else 1)
        sheet.set_row(row, 18 if deep == 1 else 15 * deep)
        _totals(book, sheet, row, float(paid_h.get(person.agent, 0.0)), person.contract_hours)
    _colour_rules(book, sheet, last, sorted({cell.away for cell in cells.values() if cell.away}))
    _finish(book, sheet, people, cells, last)


def _headings(book: Book, sheet: Any, days: pd.DatetimeIndex, title: str) -> None:
    sheet.merge_range(TITLE, 0, TITLE, 1, "", book.format(bold=True, text_wrap=True, valign="vcenter"))
    sheet.write_string(TITLE, 0, title, book.format(bold=True, text_wrap=True, valign="vcenter"))
    for column, (word, colour) in enumerate({word: colour for _, _, word, colour in STARTS}.items(), 2):
        hours = ", ".join(f"{_hour(low)}–{_hour(high)}" for low, high, name, _ in STARTS if name == word)
        sheet.write_string(TITLE, column, f"{word}\n{hours}", _legend_format(book, colour))
    sheet.write_string(TITLE, 8, "nobody served", _legend_format(book, AWAY))
    sheet.set_row(TITLE, 32)
    names = [(AGENT, ""), (QUEUE, ""), *((day_label(day), f"{day:%Y-%m-%d}") for day in days)]
    names += [("paid_hours", "hours"), ("contract_hours", "hours"), ("difference", "hours")]
    for column, (name, unit) in enumerate(names):
        sheet.write_string(HEAD, column, name, book.format(bold=True, bottom=1))
        sheet.write_string(DATES, column, unit, book.format(italic=True, font_color=LIGHT["muted"], bottom=1))


def _hour(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def _legend_format(book: Book, colour: str) -> Any:
    return book.format(bg_color=colour, font_size=8, text_wrap=True, valign="vcenter", align="center")


def _shift_format(book: Book, colour: str) -> Any:
    ground = {"bg_color": colour} if colour else {}
    return book.format(num_format="@", text_wrap=True, align="center", **ground, **_EDGE)


def _totals(book: Book, sheet: Any, row: int, paid: float, contract: float | None) -> None:
    hours = book.format(num_format=HOURS, **_EDGE)
    signed = book.format(num_format="+#,##0.00;-#,##0.00;0.00", **_EDGE)
    agreed = float("nan") if contract is None else float(contract)
    for column, (value, cell) in enumerate(((paid, hours), (agreed, hours), (paid - agreed, signed)), 9):
        sheet.write_blank(row, column, None, cell)
        write_cell(sheet, row, column, value, cell)


def _colour_rules(book: Book, sheet: Any, last: int, away: list[str]) -> None:
    """The colours follow a cell that the planner changes: rules on the time that the text begins with."""
    first = xl_rowcol_to_cell(FIRST, 2)
    begins = f'IFERROR(TIMEVALUE(LEFT({first},FIND("-",SUBSTITUTE({first},"–","-"))-1))*24,-1)'
    rules = [(f"=LEN({first})=0", LIGHT["ground"])]
    rules += [(f'=ISNUMBER(FIND(" {label}",{first}))', AWAY) for label in away if len(label) < 99 and '"' not in label]
    rules += [(f"=AND({begins}>={low:g},{begins}<{high:g})", colour) for low, high, _, colour in STARTS]
    for criteria, colour in rules:
        rule = {"type": "formula", "criteria": criteria, "format": book.format(bg_color=colour), "stop_if_true": True}
        sheet.conditional_format(FIRST, 2, last, 8, rule)
    for criteria, colour in (("<", LIGHT["short-1"]), (">", LIGHT["over-1"])):
        rule = {"type": "cell", "criteria": criteria, "value": 0, "format": book.format(bg_color=colour)}
        sheet.conditional_format(FIRST, 11, last, 11, rule)


def _finish(
    book: Book, sheet: Any, people: pd.DataFrame, cells: Mapping[tuple[str, pd.Timestamp], Cell], last: int
) -> None:
    longest = max((len(line) for cell in cells.values() for line in cell.text.split("\n")), default=11)
    sheet.set_column(0, 0, min(max([8, *people[AGENT].str.len()]) + 2, 34))
    sheet.set_column(1, 1, min(max([6, *people[QUEUE].str.len()]) + 2, 24))
    sheet.set_column(2, 8, min(max(longest + 1, 14), 30))
    sheet.set_column(9, 11, 14)
    sheet.freeze_panes(FIRST, 1)
    sheet.autofilter(DATES, 0, last, 11)
    sheet.repeat_rows(TITLE, DATES)


def _days(book: Book, found: pd.DataFrame) -> None:
    by_day = found.groupby("day", as_index=False).agg(
        agents=("agent", "nunique"), paid_hours=("paid_h", "sum"), phone_hours=("phone_h", "sum"),
        first_start=("start", "min"), last_end=("end", "max"),
    )  # fmt: skip
    book.table(
        "Days",
        by_day,
        [
            Field("day", "local day on which the shift starts"),
            Field("agents", "people with a shift", "agents", "#,##0"),
            Field("paid_hours", "paid hours of these shifts", "h", HOURS),
            Field("phone_hours", "hours of these shifts in which customers are served", "h", HOURS),
            Field("first_start", "start of the first shift"),
            Field("last_end", "end of the last shift"),
        ],
        frozen=1,
    )


def _breaks(book: Book, rows: pd.DataFrame) -> None:
    book.table(
        BREAKS,
        breaks_frame(rows),
        [
            Field("agent", "agent"),
            Field("date", "local day on which the shift starts"),
            Field("activity", "break, lunch, meeting, training, coaching or time_off"),
            Field("start", "start"),
            Field("end", "end"),
            Field("hours", "length", "h", HOURS),
            Field("paid", "whether it is paid"),
        ],
    )


def breaks_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Everything that is not serving customers: agent, date, activity, start, end, hours, paid."""
    starts = rows.groupby(shift_numbers(rows))["start"].transform("first")
    away = ~rows["productive"].fillna(False).astype(bool)
    frame = rows.assign(date=local_day(starts), hours=(rows["end"] - rows["start"]).dt.total_seconds() / 3600)[
        ["agent", "date", "activity", "start", "end", "hours", "paid"]
    ]
    return frame[away].reset_index(drop=True)
