"""The two weekly jobs, plan and track, and the run folder they publish to."""

from planning.changes import ScheduleDifference, compare_schedules
from planning.demo_centre import run_demo
from planning.plan import Plan, make_plan, run_plan
from planning.runs import Run, latest_run, list_runs, next_run, version_before
from planning.scaffold import init_workspace
from planning.schedules import NamedSchedule, last_schedule, load_schedule, schedule_of_run
from planning.tables import read_tables
from planning.track import run_track, track_tables
from planning.views import load_plan_view, load_track_view, report_views
from planning.workspace import Workspace

__all__ = [
    "NamedSchedule",
    "Plan",
    "Run",
    "ScheduleDifference",
    "Workspace",
    "compare_schedules",
    "init_workspace",
    "last_schedule",
    "latest_run",
    "list_runs",
    "load_plan_view",
    "load_schedule",
    "load_track_view",
    "make_plan",
    "next_run",
    "read_tables",
    "report_views",
    "run_demo",
    "run_plan",
    "run_track",
    "schedule_of_run",
    "track_tables",
    "version_before",
]
