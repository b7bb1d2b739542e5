"""The Excel workbooks of a planned week, of a tracked one and of a capacity plan."""

from reporting.workbook.capacity import write_capacity_workbook
from reporting.workbook.plan import write_plan_workbook
from reporting.workbook.track import write_track_workbook

__all__ = ["write_capacity_workbook", "write_plan_workbook", "write_track_workbook"]
