"""From requirement to schedule: whole answers, refusals, clocks and determinism."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schedule_cases import (
    DAY_SHIFT,
    HOUR,
    MINUTE,
    MONDAY,
    RULES_SET,
    SHORT_SHIFT,
    ZONE,
    minutes_on_phone,
    people,
    requirement,
    week,
)

from scheduling import ScheduleResult, build_schedule, check, default_rules
from wfm.contracts import AGENTS, COVERAGE, SCHEDULE
from wfm.errors import InfeasibleError, InputError
from wfm.params import BreakRule, Horizon, ShiftRules, ShiftTemplate


def build(
    wanted: pd.DataFrame, agents: pd.DataFrame | None, rules: ShiftRules = RULES_SET, **options: Any
) -> ScheduleResult:
    options = {"horizon": week(5), "version": "2026-W48.1", "time_limit_s": 20.0} | options
    return build_schedule(wanted, agents, rules, **options)


def assert_whole(found: ScheduleResult, wanted: pd.DataFrame, rules: ShiftRules) -> None:
    """Frames keep their contracts, rules hold, and cover, hours and cost equal a count minute by minute."""
    SCHEDULE.validate(found.schedule)
    COVERAGE.validate(found.coverage)
    AGENTS.validate(found.agents)
    assert check(found.schedule, found.agents, rules) == []
    gaps = wanted.sort_values(["queue", "interval_start"])
    width = int(gaps.groupby("queue")["interval_start"].diff().min().total_seconds() // 60)
    short = 0
    for queue, start, need, scheduled in zip(
        gaps["queue"], gaps["interval_start"], gaps["staff"], found.coverage["scheduled"], strict=True
    ):
        counts = minutes_on_phone(found.schedule, queue, start, width)
        assert scheduled == pytest.approx(np.mean(counts))
        short += sum(max(need - count, 0) for count in counts)
    paid = found.schedule[found.schedule["paid"]]
    assert found.understaffed_hours == pytest.approx(short / 60)
    assert found.paid_hours == pytest.approx((paid["end"] - paid["start"]).dt.total_seconds().sum() / HOUR)
    cost = found.paid_hours * rules.hourly_cost + short / 60 * rules.understaffing_cost_per_hour
    assert found.cost == pytest.approx(cost)
    assert found.bound is not None
    assert found.bound <= found.cost
    assert found.gap == pytest.approx((found.cost - found.bound) / found.cost if found.cost else 0.0)


def test_made_up_agents_cover_everything() -> None:
    wanted = requirement(week(5), 12)
    found = build(wanted, None)
    assert_whole(found, wanted, RULES_SET)
    assert found.understaffed_hours == 0
    assert found.gap is not None
    assert found.gap < 0.02
    assert found.agents["agent"].iloc[0] == "agent-001"
    assert [finding.rule for finding in found.findings] == ["made-up"]


def test_stretches_follow_each_other_and_breaks_are_not_on_a_queue() -> None:
    found = build(requirement(week(5), 5), None)
    for _, rows in found.schedule.groupby(["agent", found.schedule["start"].dt.date]):
        assert (rows["end"].iloc[:-1].to_numpy() == rows["start"].iloc[1:].to_numpy()).all()
    phone = found.schedule["activity"] == "phone"
    assert (found.schedule["queue"].notna() == phone).all()
    assert (found.schedule["productive"] == phone).all()
    assert set(found.schedule.loc[~found.schedule["paid"], "activity"]) <= {"lunch"}


def test_too_few_agents_leave_an_honest_gap() -> None:
    wanted = requirement(week(5), 10)
    found = build(wanted, people(20.0, 20.0, 20.0))
    assert_whole(found, wanted, RULES_SET)
    short = next(finding for finding in found.findings if finding.rule == "understaffed")
    worst = found.coverage.loc[found.coverage["gap"].idxmin()]
    assert f"{found.understaffed_hours:.1f} agent-hours" in short.found
    assert f"{worst['interval_start']:%A %Y-%m-%d %H:%M} by {-worst['gap']:.3g}" in short.found


def test_agents_with_two_skills_go_where_the_need_is() -> None:
    wanted = pd.concat([requirement(week(2), 2, "sales"), requirement(week(2), 6, "service")], ignore_index=True)
    agents = pd.concat([people(*[24.0] * 12, skills="sales|service"), people(24.0, skills="fax").assign(agent="z")])
    found = build(wanted, agents, horizon=week(2))
    assert_whole(found, wanted, RULES_SET)
    assert found.gap is not None
    assert found.gap < 0.05
    phone = found.schedule.dropna(subset="queue")
    hours = (phone["end"] - phone["start"]).groupby(phone["queue"]).sum()
    assert hours["service"] >= 2 * hours["sales"]
    assert "z" not in set(found.schedule["agent"])
    assert found.findings.of("warning")[0].rule == "not-needed"


def test_a_queue_nobody_serves_stays_open() -> None:
    wanted = pd.concat([requirement(week(2), 1, "a"), requirement(week(2), 1, "b")], ignore_index=True)
    found = build(wanted, people(40.0, 40.0, skills="a"), horizon=week(2))
    assert_whole(found, wanted, RULES_SET)
    assert "nobody-serves" in [finding.rule for finding in found.findings]
    assert (found.coverage.loc[found.coverage["queue"] == "b", "scheduled"] == 0).all()


def test_closed_days_and_a_requirement_of_nothing_need_nobody() -> None:
    wanted = requirement(week(5), 4)
    closed = wanted[wanted["interval_start"].dt.date != dt.date(2026, 11, 25)]
    found = build(closed, None)
    assert_whole(found, closed, RULES_SET)
    assert dt.date(2026, 11, 25) not in set(found.schedule["start"].dt.date)
    nothing = build(wanted.assign(staff=0), None)
    assert nothing.schedule.empty
    assert nothing.cost == 0
    assert nothing.status == "optimal"


@pytest.mark.parametrize("interval_s", [300, 900, 3600])
def test_other_interval_lengths(interval_s: int) -> None:
    horizon = week(1, interval_s=interval_s)
    wanted = requirement(horizon, 4)
    found = build(wanted, None, horizon=horizon)
    assert_whole(found, wanted, RULES_SET)


@pytest.mark.parametrize(("first", "hours"), [(dt.date(2026, 10, 24), 9), (dt.date(2026, 3, 28), 7)])
def test_night_shifts_keep_their_start_and_length_over_a_clock_change(first: dt.date, hours: int) -> None:
    night = ShiftTemplate("night", 8 * HOUR, 22 * HOUR, 23 * HOUR, HOUR, (BreakRule("break", 900, 2 * HOUR, 3 * HOUR),))
    early = ShiftTemplate("early", 8 * HOUR, 6 * HOUR, 7 * HOUR, HOUR)
    rules = ShiftRules((night, early))
    horizon = week(3, first)
    day = requirement(horizon, 2, hours=(0, 24))
    found = build(day, people(*[40.0] * 10), rules, horizon=horizon)
    assert_whole(found, day, rules)
    starts = found.schedule.groupby(["agent", (found.schedule["start"] - pd.Timedelta(hours=9)).dt.date])
    spans = pd.DataFrame({"start": starts["start"].min(), "end": starts["end"].max()})
    assert ((spans["end"] - spans["start"]) == pd.Timedelta(hours=8)).all()
    over = spans[(spans["start"].dt.date == first) & (spans["start"].dt.hour == 22)]
    assert len(over)
    assert set(over["end"].dt.hour) == {5 if hours == 9 else 7}


def test_a_start_that_the_clock_skips_is_not_offered() -> None:
    early = ShiftTemplate("early", 4 * HOUR, 2 * HOUR, 3 * HOUR, 30 * MINUTE)
    horizon = week(1, dt.date(2026, 3, 29))
    wanted = requirement(horizon, 2, hours=(3, 7))
    found = build(wanted, None, ShiftRules((early,)), horizon=horizon)
    assert_whole(found, wanted, ShiftRules((early,)))
    assert found.schedule["start"].min() == pd.Timestamp("2026-03-29 03:00", tz=ZONE)


def test_rest_and_days_in_a_row_run_on_over_weeks() -> None:
    rules = replace(RULES_SET, max_consecutive_days=3, max_days_per_week=4)
    horizon = week(6, dt.date(2026, 11, 26))
    wanted = requirement(horizon, 4)
    found = build(wanted, people(*[30.0] * 4), rules, horizon=horizon)
    assert_whole(found, wanted, rules)
    assert found.schedule.groupby("agent")["start"].apply(lambda starts: starts.dt.date.nunique()).max() >= 4


def test_the_least_share_of_the_contract_is_kept_even_when_nobody_needs_it() -> None:
    rules = replace(RULES_SET, min_contract_share=0.9)
    wanted = requirement(week(5), 2)
    found = build(wanted, people(*[20.0] * 6), rules)
    assert_whole(found, wanted, rules)
    paid = found.schedule[found.schedule["paid"]]
    hours = (paid["end"] - paid["start"]).dt.total_seconds().groupby(paid["agent"]).sum() / HOUR
    assert len(hours) == 6
    assert hours.between(18, 20).all()


def test_same_input_same_schedule_for_any_number_of_jobs() -> None:
    wanted = pd.concat([requirement(week(5), 6, "a"), requirement(week(5), 5, "b")], ignore_index=True)
    agents = pd.concat([people(*[24.0] * 8, skills="a|b"), people(*[15.0] * 4, skills="b").assign(agent=list("wxyz"))])
    agents = agents.reset_index(drop=True)
    one = build(wanted, agents, n_jobs=1)
    three = build(wanted.sample(frac=1, random_state=1), agents.sample(frac=1, random_state=1), n_jobs=3)
    pd.testing.assert_frame_equal(one.schedule, three.schedule)
    assert (one.cost, one.bound) == (three.cost, three.bound)


def test_version_and_moment_of_publication_are_on_every_row() -> None:
    moment = pd.Timestamp("2026-11-16 12:00", tz="UTC")
    found = build(requirement(week(1), 2), None, horizon=week(1), published_at=moment)
    assert set(found.schedule["version"]) == {"2026-W48.1"}
    assert (found.schedule["published_at"] == moment).all()


def test_progress_is_told() -> None:
    told: list[str] = []
    build(requirement(week(1), 2), None, horizon=week(1), progress=told.append)
    assert any("planned" in line for line in told)
    assert any("assigned" in line for line in told)


NARROW = BreakRule("break", 30 * MINUTE, 60 * MINUTE, 60 * MINUTE)
LATE_MORNING = replace(SHORT_SHIFT, earliest_start_s=18 * HOUR, latest_start_s=19 * HOUR)


@pytest.mark.parametrize(
    ("rules", "agents", "words"),
    [
        (
            replace(RULES_SET, templates=(SHORT_SHIFT,), min_contract_share=0.9),
            people(40.0),
            "agent p00: the contract of 40 h asks for at least 36 paid hours a week, but at most 5 shifts",
        ),
        (
            replace(RULES_SET, min_contract_share=0.9),
            people(20.0, availability="mon,tue 08:00-18:00"),
            "no week within availability",
        ),
        (replace(RULES_SET, templates=(replace(DAY_SHIFT, weekdays=(0, 1, 2, 3)),)), people(40.0), "Friday 2026-11-27"),
        (replace(RULES_SET, templates=(LATE_MORNING,)), people(40.0), "Monday 2026-11-23"),
        (
            replace(RULES_SET, templates=(replace(DAY_SHIFT, breaks=(NARROW, NARROW)),)),
            people(40.0),
            r"break 2 \(break\)",
        ),
    ],
)
def test_contradicting_rules_are_named(rules: ShiftRules, agents: pd.DataFrame, words: str) -> None:
    with pytest.raises(InfeasibleError, match=words):
        build(requirement(week(5), 3), agents, rules)


def test_no_time_is_said_so() -> None:
    with pytest.raises(InfeasibleError, match="no schedule found within 1e-06 s; raise time_limit"):
        build(requirement(week(5), 3), None, time_limit_s=1e-6)


def late(wanted: pd.DataFrame) -> pd.DataFrame:
    return wanted.assign(interval_start=wanted["interval_start"] + pd.Timedelta(days=1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.iloc[:0], "requirement: found no rows"),
        (lambda frame: frame.drop(columns="staff"), "requirement:staff: found no such column"),
        (late, "requirement:74:interval_start: found 2026-11-28 08:00:00"),
        (lambda frame: pd.concat([frame, frame.iloc[:1]]), "interval starts 0 s apart"),
        (lambda frame: frame.assign(staff=-1), 'requirement:2:staff: found "-1"'),
        (
            lambda frame: frame.assign(interval_start=frame["interval_start"].dt.tz_localize(None)),
            "found times without a zone",
        ),
    ],
)
def test_bad_requirements_are_refused(change: Callable[[pd.DataFrame], pd.DataFrame], words: str) -> None:
    with pytest.raises(InputError, match=words):
        build(change(requirement(week(5), 3)), None)


@pytest.mark.parametrize(
    ("agents", "words"),
    [
        (people(), "agents: found no rows"),
        (people(40.0, skills="fax"), "agents:skills: found no agent with a skill that is needed"),
        (people(40.0, 40.0).assign(agent="p00"), "repeat a key"),
        (
            people(40.0, 40.0).assign(availability=["mon", "som day"]),
            'agents:3:availability: found "som day", expected weekdays',
        ),
    ],
)
def test_bad_agents_are_refused(agents: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        build(requirement(week(5), 3), agents)


def test_hours_no_shift_reaches_and_long_rests_are_warned_of() -> None:
    rules = replace(RULES_SET, min_rest_s=20 * HOUR)
    found = build(requirement(week(1), 2, hours=(7, 17)), None, rules, horizon=week(1))
    warned = [finding for finding in found.findings if finding.severity == "warning"]
    assert [finding.rule for finding in warned] == ["long-rest", "no-shift-covers", "understaffed"]
    assert "07:00" in warned[1].found


NIGHT = ShiftTemplate("night", 6 * HOUR, 21 * HOUR, 22 * HOUR, HOUR, (BreakRule("break", 900, 2 * HOUR, 3 * HOUR),))


@st.composite
def problems(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, ShiftRules, Horizon]:
    rules = ShiftRules(
        templates=draw(st.sampled_from([(DAY_SHIFT,), (SHORT_SHIFT, DAY_SHIFT), (SHORT_SHIFT, NIGHT)])),
        min_rest_s=draw(st.sampled_from([8, 11, 16])) * HOUR,
        max_days_per_week=draw(st.integers(2, 6)),
        max_consecutive_days=draw(st.integers(1, 5)),
        min_contract_share=draw(st.sampled_from([0.0, 0.0, 0.6])),
        hourly_cost=draw(st.sampled_from([25.0, 33.3])),
    )
    horizon = week(draw(st.integers(1, 9)), MONDAY + dt.timedelta(days=draw(st.integers(0, 6))))
    wanted = requirement(horizon, draw(st.integers(1, 4)), hours=(8, 24), seed=draw(st.integers(0, 99)))
    contracts = draw(st.lists(st.sampled_from([8.0, 19.5, 38.5, 40.0]), min_size=1, max_size=5))
    choices = st.sampled_from([None, "mon-fri 07:00-19:00", "tue,sat 08:00-24:00; sun", "22:00-06:00, 08:00-15:00"])
    return wanted, people(*contracts).assign(availability=[draw(choices) for _ in contracts]), rules, horizon


def assert_legal_or_refused(problem: tuple[pd.DataFrame, pd.DataFrame, ShiftRules, Horizon]) -> None:
    """Only a least share of the contract can make these problems infeasible."""
    wanted, agents, rules, horizon = problem
    try:
        found = build(wanted, agents, rules, horizon=horizon, time_limit_s=10.0)
    except InfeasibleError:
        if not rules.min_contract_share:
            raise
        return
    assert_whole(found, wanted, rules)


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_nothing_returned_breaks_a_rule(problem: tuple[pd.DataFrame, pd.DataFrame, ShiftRules, Horizon]) -> None:
    assert_legal_or_refused(problem)


@pytest.mark.slow
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_nothing_returned_breaks_a_rule_in_many(
    problem: tuple[pd.DataFrame, pd.DataFrame, ShiftRules, Horizon],
) -> None:
    assert_legal_or_refused(problem)


def test_default_rules_cover_a_usual_day() -> None:
    wanted = requirement(week(1), 6, hours=(7, 21))
    found = build(wanted, None, default_rules(), horizon=week(1))
    assert_whole(found, wanted, default_rules())
    assert found.understaffed_hours == 0
