"""The Excel workbooks of a planned week, of a tracked one, of a capacity plan and of a schedule."""

from reporting.workbook.capacity import write_capacity_workbook
from reporting.workbook.plan import write_plan_workbook
from reporting.workbook.roster import write_grid_workbook
from reporting.workbook.track import write_track_workbook

__all__ = ["write_capacity_workbook", "write_grid_workbook", "write_plan_workbook", "write_track_workbook"]
