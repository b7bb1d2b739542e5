"""track.xlsx: the week that happened, held against its plan."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from reporting.views import TrackView, settled
from reporting.workbook.book import Field, contract_fields, new_book
from reporting.workbook.readme import TIMES, Lines, identity, promises, write_columns, write_lines
from wfm.contracts import ACCURACY, ADHERENCE, EXCEPTIONS, FORECAST, INTERVAL_HISTORY, SCORECARD, STAFFING

KEY = ["queue", "interval_start"]


def write_track_workbook(view: TrackView, path: str | Path) -> None:
    """Write the tracked week as a workbook of real numbers and dates, beside `path` and renamed into place.

    Parameters
    ----------
    view : TrackView
    path : str or Path
        File ending in ``.xlsx``.
    """
    view = settled(view)
    with new_book(path, view.actual["interval_start"].max()) as book:
        readme = book.sheet("Read me")
        if view.scorecard is not None:
            sheet = book.table("Scorecard", view.scorecard, contract_fields(SCORECARD, view.scorecard))
            if "status" in view.scorecard:
                book.colour_status(sheet, book.place("Scorecard", "status"), len(view.scorecard))
        book.table("Accuracy", view.accuracy, contract_fields(ACCURACY, view.accuracy), frozen=3)
        both = _forecast_and_actual(view)
        sheet = book.table("Forecast and actual", both, _comparison_fields(both))
        book.colour_gap(sheet, book.place("Forecast and actual", "error"), len(both))
        for name, contract, frame in (
            ("Staffing", STAFFING, view.staffing),
            ("Adherence", ADHERENCE, view.adherence),
            ("Exceptions", EXCEPTIONS, view.exceptions),
        ):
            if frame is not None:
                book.table(name, frame, contract_fields(contract, frame))
        write_columns(book)
        write_lines(book, readme, _explanation(view))


def _forecast_and_actual(view: TrackView) -> pd.DataFrame:
    """Locked forecast and what came, outer join on the interval, with error = forecast − offered."""
    actual = view.actual.rename(columns={"aht_s": "actual_aht_s"})
    wanted = [name for name in ("offered", "answered", "abandoned", "actual_aht_s") if name in actual]
    both = view.forecast.merge(actual[[*KEY, *wanted]], on=KEY, how="outer").sort_values(KEY, ignore_index=True)
    return both.assign(error=both["calls"] - both["offered"])


def _comparison_fields(both: pd.DataFrame) -> list[Field]:
    offered = contract_fields(INTERVAL_HISTORY, both[["offered", "answered", "abandoned"]])
    return [
        *contract_fields(FORECAST, both),
        *offered,
        Field("actual_aht_s", "handle time per answered call that came", "s", "#,##0.0"),
        Field("error", "forecast − offered: above zero is too high", "calls", "#,##0.0"),
    ]


def _explanation(view: TrackView) -> Lines:
    missing = [
        ("not in this book", words)
        for words, frame in (
            ("staffing: the run holds none", view.staffing),
            ("adherence: no agent states were given", view.adherence),
            ("scorecard: the run holds none", view.scorecard),
        )
        if frame is None
    ]
    return [
        *identity(view),
        ("Held against plan", view.plan_version),
        ("", ""),
        *([("Promises", None), *promises(view.specs), ("", "")] if view.specs else []),
        ("Words", None),
        ("WAPE", "sum of absolute errors / sum of actuals"),
        ("bias", "sum of errors (forecast − actual) / sum of actuals: above zero is too high"),
        ("adherence", "time in adherence / (scheduled time − neutral time), sum over sum"),
        ("service level", "share answered within the threshold, of calls offered"),
        ("times", TIMES),
        *missing,
        *([("", ""), ("Found on the way", None)] if view.findings else []),
        *((finding.severity, str(finding)) for finding in view.findings),
    ]
