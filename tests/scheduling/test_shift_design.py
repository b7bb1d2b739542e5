"""Shift design against every design of tiny weeks, and its frames against a count minute by minute."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations_with_replacement, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_cases import BREAKS, HOUR, MINUTE, RULES_SET, requirement, week

from scheduling import DesignOptions, design_shifts
from wfm.errors import InfeasibleError, InputError, UsageProblem
from wfm.params import BreakRule, Horizon, ShiftRules, ShiftTemplate

PAUSE = BreakRule("break", 30 * MINUTE, 60 * MINUTE, 90 * MINUTE, paid=False)
LONG = ShiftTemplate("long", 4 * HOUR, 8 * HOUR, 10 * HOUR, 2 * HOUR, (PAUSE,))
SHORT = ShiftTemplate("short", 2 * HOUR, 9 * HOUR, 12 * HOUR, 3 * HOUR)
TINY = ShiftRules((LONG, SHORT), understaffing_cost_per_hour=90.0)
NIGHT = ShiftRules(
    (
        ShiftTemplate("night", 8 * HOUR, 22 * HOUR, 22 * HOUR, breaks=(BreakRule("break", 1800, 2 * HOUR, 4 * HOUR),)),
        ShiftTemplate("day", 9 * HOUR, 6 * HOUR, 14 * HOUR, 2 * HOUR, (BreakRule("lunch", 1800, 10800, 18000, False),)),
    )
)


def design(wanted: pd.DataFrame, rules: ShiftRules, horizon: Horizon, **options):
    engine = options.pop("engine", "shiftcast")
    jobs, gap = options.pop("n_jobs", 1), options.pop("gap", 0.01)
    wishes = DesignOptions(**options)
    return design_shifts(
        wanted, rules, horizon=horizon, options=wishes, engine=engine, gap=gap, time_limit_s=10, n_jobs=jobs
    )


def around_the_clock(horizon: Horizon, staff: int = 2, night: int = 1) -> pd.DataFrame:
    grid = pd.date_range(horizon.first_day, periods=48 * horizon.days, freq="30min", tz=horizon.timezone)
    need = np.where((grid.hour < 6) | (grid.hour >= 22), night, staff)
    return pd.DataFrame({"queue": "calls", "interval_start": grid, "agents": need, "staff": need})


def breaks_of(row, zone: str) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
    """Breaks of a row of the shifts frame as instants, from their words."""
    found, after = [], row.start
    for part in filter(None, row.breaks.split("; ")):
        name, clock = part.rsplit(" ", 1)
        first, last = (dt.time.fromisoformat(text) for text in clock.split("-"))
        begin = pd.Timestamp.combine(after.date(), first).tz_localize(zone)
        begin += pd.Timedelta(days=int(begin < after))
        end = begin + pd.Timedelta(hours=last.hour - first.hour, minutes=last.minute - first.minute)
        end += pd.Timedelta(days=int(end < begin))
        found.append((name, begin, end))
        after = end
    return found


def on_phone(people: list[tuple], moment: pd.Timestamp, period: pd.Timedelta | None) -> int:
    """People on the phone at a moment, counted one row after the other; with a period, of all its repetitions."""
    moments = [moment] if period is None else [moment - period, moment, moment + period]
    total = 0
    for agents, start, end, taken in people:
        for now in moments:
            total += agents * (start <= now < end and not any(begin <= now < stop for _, begin, stop in taken))
    return total


def check_design(found, wanted: pd.DataFrame, rules: ShiftRules, horizon: Horizon, options: DesignOptions) -> None:
    """Everything a design promises, counted from its rows."""
    zone = horizon.timezone
    templates = {template.name: template for template in rules.templates}
    for row in found.shifts.itertuples():
        template, taken = templates[row.shift], breaks_of(row, zone)
        assert (row.end - row.start).total_seconds() == template.length_s
        wall = row.start.hour * HOUR + row.start.minute * MINUTE
        assert wall in range(template.earliest_start_s, template.latest_start_s + 1, template.start_step_s)
        assert row.day == row.start.tz_localize(None).normalize()
        assert row.start.weekday() in template.weekdays
        assert [name for name, _, _ in taken] == [rule.name for rule in template.breaks]
        last = row.start
        for rule, (_, begin, end) in zip(template.breaks, taken, strict=True):
            assert begin >= last
            assert rule.earliest_s <= (begin - row.start).total_seconds() <= rule.latest_s
            assert (end - begin).total_seconds() == rule.length_s
            last = end
        assert row.paid_hours == pytest.approx(row.agents * template.paid_s / HOUR)
    period = pd.Timedelta(days=horizon.days) if options.cyclic else None
    people = [(row.agents, row.start, row.end, breaks_of(row, zone)) for row in found.shifts.itertuples()]
    steps = horizon.interval_s // 900
    short = over_in = 0.0
    for row in found.coverage.itertuples():
        quarters = [row.interval_start + pd.Timedelta(minutes=15 * step) for step in range(steps)]
        there = [on_phone(people, quarter, period) for quarter in quarters]
        assert row.scheduled == pytest.approx(np.mean(there))
        short += sum(max(0, row.required - number) for number in there) / 4
        over_in += sum(max(0, number - row.required) for number in there) / 4
    assert found.understaffed_hours == pytest.approx(short)
    assert found.overstaffed_hours >= over_in - 1e-9
    staff = found.shifts.groupby(["queue", "shift", "start"])["agents"].sum()
    if len(staff):
        assert staff.min() >= options.min_staff
        assert staff.max() <= (options.max_staff or staff.max())
    kinds = set(zip(found.shifts["queue"], found.shifts["shift"], found.shifts["start"].dt.time, strict=True))
    assert found.different_shifts == len(kinds)
    assert len(kinds) <= (options.max_shifts or len(kinds)) * wanted["queue"].nunique()
    money = found.paid_hours * rules.hourly_cost + short * rules.understaffing_cost_per_hour
    money += found.overstaffed_hours * options.overstaffing_cost_per_hour + len(kinds) * options.cost_per_shift
    assert found.cost == pytest.approx(money)
    assert found.bound <= found.cost + 1e-6


def offers(rules: ShiftRules) -> list[tuple[tuple[str, int], float, np.ndarray]]:
    """Kind, paid hours and quarters on the phone of every way to work a day."""
    found = []
    for template in rules.templates:
        for start_s in range(template.earliest_start_s, template.latest_start_s + 1, template.start_step_s):
            for begins in product(*(range(r.earliest_s, r.latest_s + 1, 900) for r in template.breaks)):
                phone = np.zeros(96, dtype=int)
                phone[start_s // 900 : (start_s + template.length_s) // 900] = 1
                for rule, begin in zip(template.breaks, begins, strict=True):
                    phone[(start_s + begin) // 900 : (start_s + begin + rule.length_s) // 900] = 0
                found.append(((template.name, start_s), template.paid_s / HOUR, phone))
    return found


def least_cost(wanted: pd.DataFrame, rules: ShiftRules, options: DesignOptions, most: int) -> float:
    """Least cost of one day over every multiset of at most `most` people."""
    need = np.zeros(96, dtype=int)
    for start, staff in zip(wanted["interval_start"], wanted["staff"], strict=True):
        quarter = start.hour * 4 + start.minute // 15
        need[quarter : quarter + 2] = staff
    least, ways = np.inf, offers(rules)
    for size in range(most + 1):
        for team in combinations_with_replacement(range(len(ways)), size):
            people = [ways[at][0] for at in team]
            counts = [people.count(kind) for kind in set(people)]
            if len(counts) > (options.max_shifts or size) or any(n < options.min_staff for n in counts):
                continue
            phone = sum((ways[at][2] for at in team), start=np.zeros(96, dtype=int))
            cost = sum(ways[at][1] for at in team) * rules.hourly_cost + len(counts) * options.cost_per_shift
            cost += np.maximum(need - phone, 0).sum() / 4 * rules.understaffing_cost_per_hour
            cost += np.maximum(phone - need, 0).sum() / 4 * options.overstaffing_cost_per_hour
            least = min(least, cost)
    return least


@pytest.mark.parametrize(
    ("peak", "change", "options"),
    [
        (2, {}, {}),
        (3, {}, {}),
        (3, {"understaffing_cost_per_hour": 40.0, "hourly_cost": 31.7}, {}),
        (3, {}, {"overstaffing_cost_per_hour": 20.0}),
        (3, {}, {"max_shifts": 1}),
        (3, {}, {"max_shifts": 2, "cost_per_shift": 10.0}),
        (3, {}, {"cost_per_shift": 60.0}),
        (3, {}, {"min_staff": 2}),
    ],
)
def test_cost_is_the_least_of_all_designs(peak: int, change: dict, options: dict) -> None:
    rules, horizon, wishes = replace(TINY, **change), week(1), DesignOptions(**options)
    wanted = requirement(horizon, peak, hours=(8, 14), seed=peak)
    found = design(wanted, rules, horizon, gap=0.0, **options)
    check_design(found, wanted, rules, horizon, wishes)
    assert found.cost == pytest.approx(least_cost(wanted, rules, wishes, 8))
    if not wishes.counts_shifts:
        assert found.bound == pytest.approx(found.cost)
        assert found.status == "optimal"


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 1000),
    st.integers(1, 7),
    st.sampled_from([None, 2, 4]),
    st.sampled_from([0, 2]),
    st.sampled_from([None, 3]),
    st.sampled_from([0.0, 5.0]),
    st.booleans(),
)
def test_designs_keep_their_promises(seed, peak, max_shifts, min_staff, max_staff, over, cyclic):
    horizon = week(2)
    wanted = requirement(horizon, peak, "calls", (8, 15), seed)
    options = DesignOptions(cyclic, max_shifts, 0.0, min_staff, max_staff, over)
    found = design_shifts(wanted, RULES_SET, horizon=horizon, options=options, gap=0.01, time_limit_s=1)
    check_design(found, wanted, RULES_SET, horizon, options)


def test_queues_are_designed_each_by_itself():
    horizon = week(1)
    parts = [requirement(horizon, 2 + n, queue, (8, 15), n) for n, queue in enumerate(("calls", "mail"))]
    both = design(pd.concat(parts, ignore_index=True), RULES_SET, horizon)
    alone = [design(part, RULES_SET, horizon) for part in parts]
    assert both.cost == pytest.approx(sum(one.cost for one in alone))
    assert both.different_shifts == sum(one.different_shifts for one in alone)


def test_the_last_night_of_a_cyclic_week_serves_its_first_morning():
    horizon = week(7)
    wanted = around_the_clock(horizon)
    options = DesignOptions(cyclic=True)
    found = design(wanted, NIGHT, horizon, cyclic=True)
    check_design(found, wanted, NIGHT, horizon, options)
    assert found.understaffed_hours == 0
    nights = found.shifts[found.shifts["shift"] == "night"].groupby("day")["agents"].sum()
    assert (nights >= 2).all()
    assert len(nights) == 7


def test_an_open_week_tells_the_morning_that_nothing_covers():
    horizon = week(7)
    wanted = around_the_clock(horizon)
    found = design(wanted, NIGHT, horizon)
    check_design(found, wanted, NIGHT, horizon, DesignOptions())
    told = [str(finding) for finding in found.findings if finding.rule == "no-shift-covers"]
    assert told == [
        "requirement: found queue calls, Monday 2026-11-23 00:00 to 06:00: 6 agent-hours short at a cost of 3,000, "
        "no shift covers it, expected shifts over all opening hours"
    ]
    assert found.understaffed_hours == 6


@pytest.mark.parametrize(("first", "short"), [(dt.date(2026, 3, 23), 0), (dt.date(2026, 10, 19), 2)])
def test_a_clock_change_is_counted_in_elapsed_time(first: dt.date, short: float):
    """In October the night ends at five on the wall, an hour before the first day shift."""
    horizon = week(7, first)
    grid = pd.date_range(first, first + dt.timedelta(days=7), freq="30min", tz=horizon.timezone, inclusive="left")
    wanted = pd.DataFrame({"queue": "calls", "interval_start": grid, "agents": 2, "staff": 2})
    found = design(wanted, NIGHT, horizon, cyclic=True)
    assert found.understaffed_hours == short
    elapsed = (found.shifts["end"] - found.shifts["start"]).dt.total_seconds()
    assert set(elapsed) <= {8 * HOUR, 9 * HOUR}


def test_the_answer_does_not_depend_on_threads():
    horizon = week(7)
    wanted = around_the_clock(horizon, 5, 2)
    one, two = (design(wanted, NIGHT, horizon, cyclic=True, n_jobs=jobs) for jobs in (1, 2))
    pd.testing.assert_frame_equal(one.shifts, two.shifts)


def test_nobody_needed_is_an_empty_design():
    horizon = week(2)
    wanted = requirement(horizon, 1).assign(staff=0)
    found = design(wanted, RULES_SET, horizon)
    assert (len(found.shifts), found.cost, found.gap) == (0, 0, 0)
    assert found.coverage["gap"].abs().sum() == 0


def test_breaks_that_collide_and_times_outside_are_refused():
    collide = ShiftTemplate("bad", 5 * HOUR, 8 * HOUR, 9 * HOUR, HOUR, (BREAKS[1], BREAKS[0]))
    with pytest.raises(InfeasibleError, match="shift bad: break 2"):
        design(requirement(week(1), 2), ShiftRules((collide,)), week(1))
    with pytest.raises(InputError, match="expected 1 days from"):
        design(requirement(week(3), 2), RULES_SET, week(1))
    with pytest.raises(ValueError, match="expected up to 24 h"):
        ShiftTemplate("endless", 25 * HOUR, 0, 0)
    with pytest.raises(ValueError, match="max_staff: found 1, expected 3 or more; cost_per_shift"):
        DesignOptions(min_staff=3, max_staff=1, cost_per_shift=-1)
    with pytest.raises(UsageProblem, match="expected one of shiftcast, pyworkforce"):
        design(requirement(week(1), 2), RULES_SET, week(1), engine="excel")


def test_pyworkforce_covers_by_hours_on_duty_and_places_no_breaks():
    horizon = week(3)
    wanted = requirement(horizon, 6, hours=(8, 17))
    found = design(wanted, RULES_SET, horizon, engine="pyworkforce")
    assert found.bound is None
    assert found.gap is None
    assert (found.shifts["breaks"] == "").all()
    assert found.understaffed_hours == 0
    assert [finding.rule for finding in found.findings] == ["no-breaks"]
    ours = design(wanted, RULES_SET, horizon)
    assert found.paid_hours <= ours.paid_hours
    nearest = design(wanted, RULES_SET, horizon, engine="pyworkforce-difference")
    assert nearest.overstaffed_hours + nearest.understaffed_hours <= found.overstaffed_hours


def test_pyworkforce_says_what_it_does_not_know():
    wanted = requirement(week(2), 3)
    with pytest.raises(UsageProblem, match="knows no limit on different shifts, no least staff"):
        design(wanted, RULES_SET, week(2), engine="pyworkforce", max_shifts=3, min_staff=2)
    with pytest.raises(InfeasibleError, match="pyworkforce ends with INFEASIBLE on 2026-11-23 and the days like it"):
        design(wanted, RULES_SET, week(2), engine="pyworkforce", max_staff=1)
    october = week(7, dt.date(2026, 10, 19))
    with pytest.raises(UsageProblem, match="clock changes on 2026-10-25"):
        design(requirement(october, 3), RULES_SET, october, engine="pyworkforce")


def test_pyworkforce_wraps_a_night_into_its_own_day():
    horizon = week(2)
    found = design(around_the_clock(horizon), NIGHT, horizon, engine="pyworkforce")
    assert found.understaffed_hours > 0
    assert found.coverage["gap"].iloc[0] < 0
