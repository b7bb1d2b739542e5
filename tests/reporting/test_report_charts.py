"""Charts: each takes `ax`, draws the numbers it was given, and keeps every interval of a 25-hour day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import reporting_views as made_up
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from reporting import charts
from reporting.charts.week_axis import WeekAxis, slots
from reporting.sections.grids import week_grid
from wfm.contracts import CONTRACTS
from wfm.errors import UsageProblem
from wfm.timeaxis import days_grid

ZONE = made_up.ZONE
PLAN = made_up.plan_view(queues=("Billing",))
TRACK = made_up.track_view(queues=("Billing",))

PEOPLE = pd.DataFrame(
    {
        "week": pd.date_range("2026-11-30", periods=5, freq="7D"), "required_fte": [10.0, 11, 12, 13, 13],
        "productive_fte": [10.5, 10.4, 10.3, 12.2, 13.1], "hired": [0, 3, 0, 0, 0],
    }
)  # fmt: skip
DRAWN = {
    "capacity_gap": ([("as planned", PEOPLE), ("volume +10%", PEOPLE)],),
    "backtest_errors": (PLAN.backtest_summary,),
    "forecast_bands": (PLAN.forecast, PLAN.recent_history),
    "forecast_vs_actual": (TRACK.forecast, TRACK.actual),
    "requirement_vs_schedule": (PLAN.coverage,),
    "coverage_heatmap": (PLAN.coverage,),
    "schedule_gantt": (PLAN.schedule, PLAN.coverage),
    "staffing_present": (TRACK.staffing,),
    "adherence_by_agent": (TRACK.adherence,),
    "adherence_gantt": (TRACK.schedule, TRACK.agent_states, TRACK.exceptions),
}
EMPTY = {
    "backtest_errors": ("backtest",),
    "forecast_bands": ("forecast",),
    "forecast_vs_actual": ("forecast", "interval_history"),
    "requirement_vs_schedule": ("coverage",),
    "coverage_heatmap": ("coverage",),
    "schedule_gantt": ("schedule", "coverage"),
    "staffing_present": ("staffing",),
    "adherence_by_agent": ("adherence",),
    "adherence_gantt": ("schedule", "agent_states"),
}


def fresh() -> Axes:
    return Figure().subplots()


def line(ax: Axes, label: str) -> np.ndarray:
    found = next(item for item in ax.get_lines() if item.get_label() == label)
    values = np.asarray(found.get_ydata(), dtype=float)
    return values[~np.isnan(values)]


def test_every_chart_is_tried_here() -> None:
    assert set(DRAWN) == set(EMPTY) | {"capacity_gap"} == set(charts.__all__)


def test_a_capacity_plan_of_no_weeks_says_so() -> None:
    assert len(charts.capacity_gap([("as planned", PEOPLE.iloc[:0])], ax=fresh()).texts) == 1


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_chart_draws_on_the_axes_it_is_given(name: str) -> None:
    ax = fresh()
    assert getattr(charts, name)(*DRAWN[name], ax=ax) is ax
    assert ax.has_data()


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_chart_makes_its_own_figure_without_axes(name: str) -> None:
    from matplotlib import pyplot as plt

    ax = getattr(charts, name)(*DRAWN[name])
    assert isinstance(ax, Axes)
    assert plt.get_fignums()
    plt.close("all")


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_a_chart_of_nothing_says_so(name: str) -> None:
    ax = getattr(charts, name)(*(CONTRACTS[each].empty(ZONE) for each in EMPTY[name]), ax=fresh())
    assert len(ax.texts) == 1
    assert not ax.has_data()


def test_several_queues_must_be_told_apart() -> None:
    frame = made_up.forecast(made_up.MONDAY)
    with pytest.raises(UsageProblem, match="3 queues"):
        charts.forecast_bands(frame, ax=fresh())
    ax = charts.forecast_bands(frame, queue="Sales", ax=fresh())
    want = frame.loc[frame["queue"] == "Sales", "calls"]
    assert line(ax, "Forecast (mean)") == pytest.approx(want)


def test_the_forecast_line_is_the_mean_of_every_interval() -> None:
    ax = charts.forecast_bands(PLAN.forecast, ax=fresh())
    assert line(ax, "Forecast (mean)") == pytest.approx(PLAN.forecast["calls"])


def test_recent_weeks_stand_on_their_weekday_and_hour() -> None:
    grid = made_up.open_grid(made_up.MONDAY)
    forecast = made_up.forecast(made_up.MONDAY, ("Billing",))
    weeks = [made_up.open_grid(made_up.MONDAY - dt.timedelta(weeks=back)) for back in (1, 2)]
    past = pd.DataFrame({"queue": "Billing", "interval_start": weeks[0].append(weeks[1])})
    past["offered"] = past["interval_start"].dt.day_of_week * 100.0 + past["interval_start"].dt.hour
    ax = charts.forecast_bands(forecast, past, ax=fresh())
    mean = next(item for item in ax.get_lines() if item.get_label() == "Forecast (mean)")
    place = dict(zip(np.asarray(mean.get_xdata())[~np.isnan(mean.get_ydata())], grid, strict=True))
    recent = next(item for item in ax.get_lines() if item.get_label() == "Recent weeks")
    points = [(x, y) for x, y in zip(recent.get_xdata(), recent.get_ydata(), strict=True) if not np.isnan(y)]
    assert len(points) == 2 * len(grid)
    for x, offered in points:
        assert offered == place[x].day_of_week * 100 + place[x].hour


def test_marks_stand_exactly_on_intervals_outside_the_band() -> None:
    ax = charts.forecast_vs_actual(TRACK.forecast, TRACK.actual, ax=fresh())
    both = TRACK.forecast.merge(TRACK.actual, on=["queue", "interval_start"])
    outside = both[(both["offered"] < both["calls_p10"]) | (both["offered"] > both["calls_p90"])]
    assert len(outside)
    assert sorted(line(ax, "Outside the 80 % band")) == sorted(outside["offered"])


def test_the_heat_map_colours_short_even_and_over_apart() -> None:
    grid = made_up.open_grid(made_up.MONDAY)[:4]
    coverage = pd.DataFrame({"queue": "q", "interval_start": grid, "required": 5.0, "scheduled": [2.0, 5.0, 6.0, 4.5]})
    coverage["gap"] = coverage["scheduled"] - coverage["required"]
    ax = charts.coverage_heatmap(coverage, ax=fresh())
    (mesh,) = (item for item in ax.collections if isinstance(item, QuadMesh))
    assert mesh.get_array().tolist() == [[0, 3, 4, 2]]
    assert [text.get_text() for text in ax.texts] == ["−3", "+1", "−0.5"]


def test_the_gantt_shows_one_day_of_the_agents_named() -> None:
    assert TRACK.schedule is not None
    day = pd.Timestamp(made_up.MONDAY - dt.timedelta(weeks=1)) + pd.Timedelta(days=1)
    agents = ["Agent 03", "Agent 01"]
    ax = charts.adherence_gantt(TRACK.schedule, TRACK.agent_states, day=day, agents=agents, ax=fresh())
    assert [label.get_text() for label in ax.get_yticklabels()] == agents
    mine = TRACK.schedule[TRACK.schedule["agent"].isin(agents) & (TRACK.schedule["start"].dt.day == day.day)]
    planned_h = (mine["end"] - mine["start"]).dt.total_seconds().sum() / 3600
    boxes = [path.get_extents() for item in ax.collections for path in item.get_paths()]
    upper = [box for box in boxes if box.height == pytest.approx(0.36)]
    assert sum(box.width for box in upper) == pytest.approx(planned_h)


@pytest.mark.parametrize(("day", "rows"), [(dt.date(2026, 10, 25), 50), (dt.date(2026, 3, 29), 48)])
def test_a_week_with_a_clock_change_has_a_place_for_every_interval(day: dt.date, rows: int) -> None:
    starts = pd.Series(days_grid(day - dt.timedelta(days=6), 7, 1800, ZONE))
    axis = WeekAxis.of(starts)
    found = slots(starts)
    places = axis.place(found["day"], found["second"], found["fold"])
    assert len(set(places)) == len(starts)
    assert (np.diff(places) > 0).all()
    table = week_grid("all", starts, list(range(len(starts))), "whole")
    assert len(table.rows) == rows
    shown = [cell for row in table.rows for cell in row[1:] if cell is not None]
    assert sorted(shown) == list(range(len(starts)))
    labels = [row[0] for row in table.rows]
    assert labels.count("02:00 again") == labels.count("02:30 again") == (1 if rows == 50 else 0)


def test_nine_o_clock_stands_at_the_same_place_on_every_day() -> None:
    starts = pd.Series(days_grid(dt.date(2026, 10, 19), 7, 1800, ZONE))
    axis = WeekAxis.of(starts)
    nine = starts[(starts.dt.hour == 9) & (starts.dt.minute == 0)]
    found = slots(nine)
    places = axis.place(found["day"], found["second"], found["fold"])
    assert np.diff(places) == pytest.approx([axis.pitch] * 6)


def test_lines_break_where_the_centre_is_closed() -> None:
    starts = pd.Series(made_up.open_grid(made_up.MONDAY))
    starts = starts[~((starts.dt.hour == 12) & (starts.dt.day_of_week == 0))]
    frame = pd.DataFrame({"queue": "q", "interval_start": starts, "calls": 1.0})
    trace = WeekAxis.of(starts).trace(frame, ["calls"])
    assert trace["calls"].isna().sum() == 7
    assert WeekAxis.of(starts).trace(frame, ["calls"], steps=True)["calls"].sum() == len(starts) + 7


def test_backtest_bars_and_floors_are_the_figures_of_the_table() -> None:
    summary = made_up.backtest(("Billing", "Sales"))
    ax = charts.backtest_errors(summary, ax=fresh())
    heights = sorted(round(bar.get_height(), 4) for bar in ax.patches)
    assert heights == sorted(summary["wape_interval"].round(4))
    floors = [item.get_ydata()[0] for item in ax.get_lines() if len(item.get_ydata()) == 2]
    assert floors == pytest.approx([0.108, 0.108])


class TestTheScheduleGantt:
    day = pd.Timestamp(made_up.MONDAY) + pd.Timedelta(days=1)

    def bars(self, ax: Axes) -> list[tuple[float, float, float]]:
        return sorted((bar.get_y() + bar.get_height() / 2, bar.get_x(), bar.get_width()) for bar in ax.patches)

    def test_every_stretch_of_the_day_is_a_bar_at_its_hours(self) -> None:
        assert PLAN.schedule is not None
        ax = charts.schedule_gantt(PLAN.schedule, day=self.day, ax=fresh())
        of_day = PLAN.schedule[PLAN.schedule["start"].dt.day == self.day.day]
        agents = [label.get_text() for label in ax.get_yticklabels()]
        midnight = self.day.tz_localize(ZONE)
        want = sorted(
            (
                float(agents.index(row.agent)),
                (row.start - midnight).total_seconds() / 3600,
                (row.end - row.start).total_seconds() / 3600,
            )
            for row in of_day.itertuples()
        )
        assert self.bars(ax) == pytest.approx(np.array(want))

    def test_agents_stand_in_the_order_of_their_starts(self) -> None:
        ax = charts.schedule_gantt(PLAN.schedule, day=self.day, ax=fresh())
        firsts = pd.DataFrame(self.bars(ax)).groupby(0)[1].min()
        assert firsts.is_monotonic_increasing
        assert len(firsts) > 20

    def test_of_many_agents_some_are_drawn_from_first_to_late(self) -> None:
        ax = charts.schedule_gantt(PLAN.schedule, day=self.day, most=10, ax=fresh())
        names = [label.get_text() for label in ax.get_yticklabels()]
        assert 5 <= len(names) <= 10
        assert {f"{int(name[-2:]) % 4}" for name in names} == {"0", "1", "2", "3"}

    def test_the_staff_below_is_the_coverage_of_that_day(self) -> None:
        ax = charts.schedule_gantt(PLAN.schedule, PLAN.coverage, day=self.day, ax=fresh())
        (below,) = ax.child_axes
        of_day = PLAN.coverage[PLAN.coverage["interval_start"].dt.day == self.day.day]
        scheduled = np.asarray(below.get_lines()[-1].get_ydata(), dtype=float)
        assert scheduled[~np.isnan(scheduled)][:-1] == pytest.approx(of_day["scheduled"])
        assert below.get_xlim() == ax.get_xlim()

    def test_a_week_has_all_its_days(self) -> None:
        ax = charts.schedule_gantt(PLAN.schedule, PLAN.coverage, days=7, ax=fresh())
        assert ax.get_xticklabels()[0].get_text() == "Mon 23 Nov"
        assert len(ax.get_xticklabels()) == 7
        assert PLAN.schedule is not None
        assert len(ax.patches) == len(PLAN.schedule)

    def test_a_night_of_a_clock_change_is_as_long_as_it_was(self) -> None:
        start = pd.Timestamp("2026-10-24 22:00", tz=ZONE)
        end = pd.Timestamp("2026-10-25 06:00", tz=ZONE)
        night = pd.DataFrame(
            {
                "version": "v", "agent": "Ann", "start": [start], "end": [end], "activity": "phone", "queue": "q",
                "paid": True, "productive": True,
            }
        )  # fmt: skip
        ax = charts.schedule_gantt(night, day=pd.Timestamp("2026-10-24"), ax=fresh())
        assert self.bars(ax) == [(0.0, 22.0, 9.0)]
        assert "02:00 again" in [label.get_text() for label in ax.get_xticklabels()]


def test_one_short_interval_is_filled_to_its_end() -> None:
    grid = made_up.open_grid(made_up.MONDAY)[:4]
    coverage = pd.DataFrame({"queue": "q", "interval_start": grid, "required": 5.0, "scheduled": [5.0, 3.0, 5.0, 2.0]})
    ax = charts.requirement_vs_schedule(coverage, ax=fresh())
    (short,) = (item for item in ax.collections if item.get_label() == "Short")
    areas = [0.0]
    for path in short.get_paths():
        x, y = path.vertices.T
        areas.append(abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2)
    assert sum(areas) == pytest.approx(2 + 3)
