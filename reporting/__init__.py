"""Figures, the report page, the workbook and frames on their way out."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reporting import charts
    from reporting.calendars import write_calendars
    from reporting.difference import difference_in_words, difference_table
    from reporting.files import check_figure, save_figure
    from reporting.frames import check_table, frame_to_json, write_frame
    from reporting.report import Report, render_report
    from reporting.rosters import roster_frame, roster_json
    from reporting.views import PlanView, TrackView
    from reporting.workbook import (
        write_capacity_workbook,
        write_grid_workbook,
        write_plan_workbook,
        write_track_workbook,
    )

__all__ = [
    "PlanView",
    "Report",
    "TrackView",
    "charts",
    "check_figure",
    "check_table",
    "difference_in_words",
    "difference_table",
    "frame_to_json",
    "render_report",
    "roster_frame",
    "roster_json",
    "save_figure",
    "write_calendars",
    "write_capacity_workbook",
    "write_frame",
    "write_grid_workbook",
    "write_plan_workbook",
    "write_track_workbook",
]

_HOME = {
    "PlanView": "views",
    "Report": "report",
    "TrackView": "views",
    "check_figure": "files",
    "check_table": "frames",
    "difference_in_words": "difference",
    "difference_table": "difference",
    "frame_to_json": "frames",
    "render_report": "report",
    "roster_frame": "rosters",
    "roster_json": "rosters",
    "save_figure": "files",
    "write_calendars": "calendars",
    "write_capacity_workbook": "workbook",
    "write_frame": "frames",
    "write_grid_workbook": "workbook",
    "write_plan_workbook": "workbook",
    "write_track_workbook": "workbook",
}


def __getattr__(name: str) -> Any:
    if name == "charts":
        return importlib.import_module("reporting.charts")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"reporting.{_HOME[name]}"), name)
