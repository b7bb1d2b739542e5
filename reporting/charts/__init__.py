"""One file a chart: `chart(frame, ..., ax=None)` draws on `ax`, or on a new figure, and returns the axes."""

from reporting.charts.adherence_by_agent import adherence_by_agent
from reporting.charts.adherence_gantt import adherence_gantt
from reporting.charts.backtest_errors import backtest_errors
from reporting.charts.capacity_gap import capacity_gap
from reporting.charts.coverage_heatmap import coverage_heatmap
from reporting.charts.forecast_bands import forecast_bands
from reporting.charts.forecast_vs_actual import forecast_vs_actual
from reporting.charts.requirement_vs_schedule import requirement_vs_schedule
from reporting.charts.schedule_gantt import schedule_gantt
from reporting.charts.staffing_present import staffing_present

__all__ = [
    "adherence_by_agent",
    "adherence_gantt",
    "backtest_errors",
    "capacity_gap",
    "coverage_heatmap",
    "forecast_bands",
    "forecast_vs_actual",
    "requirement_vs_schedule",
    "schedule_gantt",
    "staffing_present",
]
