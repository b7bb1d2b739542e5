"""The Excel workbooks of a planned and of a tracked week."""

from reporting.workbook.plan import write_plan_workbook
from reporting.workbook.track import write_track_workbook

__all__ = ["write_plan_workbook", "write_track_workbook"]
