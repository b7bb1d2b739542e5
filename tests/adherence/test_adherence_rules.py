"""Each stated rule, on cases small enough to check by hand."""

import numpy as np
import pandas as pd
import pytest

from adherence import DEFAULT_STATE_MAP, LOGGED_OFF, PRODUCTIVE_STATES, adherence
from wfm.contracts import ADHERENCE, EXCEPTIONS
from wfm.errors import InputError

ZONE = "Europe/Amsterdam"


def at(text):
    return pd.Timestamp(text if "-" in text else f"2026-03-03 {text}", tz=ZONE)


def schedule_of(*rows):
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity"])
    return frame.assign(start=frame["start"].map(at), end=frame["end"].map(at))


def states_of(*rows):
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "state"])
    ends = [at(end) if end else pd.NaT for _, _, end, _ in rows]
    times = {"start": frame["start"].map(at), "end": pd.Series(ends, dtype=f"datetime64[us, {ZONE}]")}
    return frame.assign(**times)


def measure(schedule, states, **options):
    return adherence(schedule, states, timezone=ZONE, **options)


def rules(result):
    return {finding.rule: finding for finding in result.findings}


DAY = schedule_of(
    ("ann", "09:00", "12:00", "phone"), ("ann", "12:00", "12:30", "lunch"), ("ann", "12:30", "17:00", "phone")
)


def test_a_day_as_planned_is_full_adherence_in_contract_form():
    states = states_of(
        ("ann", "09:00", "12:00", "ready"), ("ann", "12:00", "12:30", "lunch"), ("ann", "12:30", "17:00", "on_call")
    )
    result = measure(DAY, states)
    row = ADHERENCE.validate(result.frame).iloc[0]
    assert (row["adherence"], row["conformance"], row["exceptions"]) == (1.0, 1.0, 0)
    assert (row["late_s"], row["left_early_s"]) == (0, 0)
    assert not len(result.findings)
    assert result.unmapped.empty
    assert result.exceptions.empty


def test_the_night_shift_belongs_to_the_day_it_starts_on():
    schedule = schedule_of(
        ("ann", "2026-03-03 22:00", "2026-03-04 06:00", "phone"),
        ("ann", "2026-03-04 22:00", "2026-03-05 06:00", "phone"),
    )
    states = states_of(
        ("ann", "2026-03-03 22:00", "2026-03-04 06:30", "ready"),
        ("ann", "2026-03-04 23:00", "2026-03-05 06:00", "ready"),
    )
    frame = measure(schedule, states).frame
    assert list(frame["day"]) == [pd.Timestamp("2026-03-03"), pd.Timestamp("2026-03-04")]
    assert list(frame["adherence"]) == [1.0, 7 / 8]
    assert list(frame["conformance"]) == [8.5 / 8, 7 / 8]
    assert list(frame["late_s"]) == [0, 3600]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_the_day_of_a_clock_change_has_its_real_length(day, hours):
    next_day = str((pd.Timestamp(day) + pd.Timedelta(days=1)).date())
    schedule = schedule_of(("ann", f"{day} 00:00", f"{next_day} 00:00", "phone"))
    states = states_of(("ann", f"{day} 00:00", f"{day} 12:00", "ready"))
    row = measure(schedule, states).frame.iloc[0]
    assert row["scheduled_s"] == hours * 3600
    assert row["in_adherence_s"] == (hours - 12) * 3600
    assert row["left_early_s"] == 12 * 3600


def test_a_gap_of_four_hours_parts_two_shifts_of_one_day():
    split = schedule_of(("ann", "08:00", "10:00", "phone"), ("ann", "14:00", "16:00", "phone"))
    together = schedule_of(("ann", "08:00", "10:00", "phone"), ("ann", "13:59", "16:00", "phone"))
    states = states_of(("ann", "08:10", "10:00", "ready"), ("ann", "14:05", "16:00", "ready"))
    apart, joined = (measure(schedule, states).frame for schedule in (split, together))
    assert (len(apart), len(joined)) == (1, 1)
    assert apart["late_s"].item() == 15 * 60
    assert joined["late_s"].item() == 10 * 60


def test_leave_makes_no_one_late_and_every_leave_day_is_its_own():
    schedule = schedule_of(
        ("ann", "2026-03-02 00:00", "2026-03-03 00:00", "time_off"),
        ("ann", "2026-03-03 00:00", "2026-03-04 00:00", "time_off"),
        ("ann", "2026-03-04 00:00", "2026-03-04 08:00", "phone"),
    )
    states = states_of(("ann", "2026-03-04 00:00", "2026-03-04 08:00", "ready"))
    frame = measure(schedule, states).frame
    assert list(frame["day"].dt.day) == [2, 3, 4]
    assert list(frame["late_s"].isna()) == [True, True, False]
    assert frame["adherence"].isna().tolist() == [True, True, False]
    assert frame["why_null"][0] == (
        "adherence: all scheduled time is neutral; conformance: no productive time is scheduled"
    )
    assert frame["why_null"].isna().tolist() == [False, False, True]


def test_who_never_came_has_adherence_0_and_is_named():
    result = measure(DAY, states_of(("bob", "09:00", "17:00", "ready")))
    row = result.frame.iloc[0]
    assert (row["agent"], row["adherence"], row["conformance"], row["exceptions"]) == ("ann", 0.0, 0.0, 1)
    assert np.isnan(row["late_s"])
    assert np.isnan(row["left_early_s"])
    assert 'agent "ann" without any state' in rules(result)["no-states"].found
    assert 'agent "bob" with states but no schedule' in rules(result)["no-schedule"].found
    assert list(result.frame["agent"]) == ["ann"]


def test_an_exception_runs_through_activities_and_states_without_a_break():
    states = states_of(
        ("ann", "09:00", "11:00", "ready"), ("ann", "11:00", "12:15", "meeting"), ("ann", "12:15", "17:00", "ready")
    )
    listed = EXCEPTIONS.validate(measure(DAY, states).exceptions)
    row = listed.iloc[0]
    assert len(listed) == 1
    assert (row["start"], row["end"], row["minutes"]) == (at("11:00"), at("12:30"), 90.0)
    assert (row["scheduled"], row["actual"]) == ("phone|lunch", "meeting|ready")


def test_a_pair_that_is_not_listed_is_out_and_an_unknown_name_is_a_warning():
    state_map = pd.DataFrame([("ready", "phone", "in")], columns=["state", "activity", "rule"])
    states = states_of(("ann", "09:00", "12:00", "ready"), ("ann", "12:00", "17:00", "telepathy"))
    result = measure(DAY, states, state_map=state_map)
    assert result.frame["in_adherence_s"].item() == 3 * 3600
    assert result.unmapped.values.tolist() == [["telepathy", "lunch", 1800.0], ["telepathy", "phone", 4.5 * 3600]]
    found = {(finding.rule, finding.found.split('"')[1]) for finding in result.findings}
    assert found == {("unmapped-state", "telepathy"), ("unmapped-activity", "lunch")}


def test_the_productive_states_are_those_that_fit_a_productive_activity():
    schedule = schedule_of(("ann", "09:00", "11:00", "chat"), ("ann", "11:00", "12:00", "meeting"))
    schedule["productive"] = [True, False]
    state_map = pd.DataFrame(
        [("chatting", "chat", "in"), ("talking", "meeting", "in")], columns=["state", "activity", "rule"]
    )
    states = states_of(("ann", "09:30", "11:30", "chatting"), ("ann", "11:30", "12:00", "talking"))
    row = measure(schedule, states, state_map=state_map).frame.iloc[0]
    assert (row["productive_worked_s"], row["productive_scheduled_s"]) == (2 * 3600, 2 * 3600)


def test_work_far_from_any_shift_is_in_no_conformance_and_noted():
    schedule = schedule_of(
        ("ann", "2026-03-02 09:00", "2026-03-02 17:00", "phone"),
        ("ann", "2026-03-05 09:00", "2026-03-05 17:00", "phone"),
    )
    states = states_of(
        ("ann", "2026-03-02 09:00", "2026-03-02 17:00", "ready"),
        ("ann", "2026-03-03 04:00", "2026-03-03 08:00", "ready"),
        ("ann", "2026-03-05 09:00", "2026-03-05 17:00", "ready"),
    )
    result = measure(schedule, states)
    assert list(result.frame["conformance"]) == [9 / 8, 1.0]
    assert rules(result)["unscheduled-work"].found.startswith("3.0 h")


def test_a_state_without_end_lasts_until_the_next_one_or_the_end_of_the_log():
    states = states_of(
        ("ann", "09:00", None, "ready"), ("ann", "12:00", None, "lunch"), ("bob", "09:00", "12:20", "ready")
    )
    result = measure(DAY, states)
    assert result.frame["in_adherence_s"].item() == 3 * 3600 + 20 * 60
    finding = rules(result)["open-state"]
    assert (finding.count, finding.row, finding.severity) == (2, 2, "warning")
    later = measure(DAY, states, until=at("12:30"))
    assert later.frame["in_adherence_s"].item() == 3.5 * 3600


def test_of_two_overlapping_states_the_later_start_cuts_the_earlier():
    states = states_of(
        ("ann", "09:00", "17:00", "ready"), ("ann", "10:00", "11:00", "break"), ("ann", "11:00", "12:00", "ready")
    )
    result = measure(DAY, states)
    assert result.frame["in_adherence_s"].item() == 2 * 3600
    assert (rules(result)["overlap"].count, rules(result)["overlap"].row) == (1, 2)


def test_a_state_of_no_length_cuts_nothing_and_one_that_ends_before_it_starts_is_left_out():
    states = states_of(
        ("ann", "09:00", "12:00", "ready"), ("ann", "10:00", "10:00", "break"), ("ann", "11:00", "10:30", "break")
    )
    result = measure(DAY, states)
    assert result.frame["in_adherence_s"].item() == 3 * 3600
    assert {(finding.rule, finding.row) for finding in result.findings} >= {("negative-duration", 4)}


def test_the_same_log_twice_changes_no_figure():
    states = states_of(
        ("ann", "09:00", "12:00", "ready"), ("ann", "12:00", None, "lunch"), ("ann", "12:30", "15:00", "acw")
    )
    once, twice = measure(DAY, states), measure(DAY, pd.concat([states, states], ignore_index=True))
    pd.testing.assert_frame_equal(once.frame, twice.frame)
    pd.testing.assert_frame_equal(once.exceptions, twice.exceptions)


def test_the_order_of_the_rows_changes_nothing():
    states = states_of(
        ("ann", "09:00", "12:00", "ready"), ("ann", "12:00", "12:30", "lunch"), ("bob", "12:30", "15:00", "acw")
    )
    first = measure(DAY, states)
    second = measure(DAY[::-1].reset_index(drop=True), states[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(first.frame, second.frame)
    pd.testing.assert_frame_equal(first.exceptions, second.exceptions)


def test_schedule_beyond_the_log_is_named():
    schedule = pd.concat(
        [DAY, schedule_of(("ann", "2026-03-04 09:00", "2026-03-04 17:00", "phone"))], ignore_index=True
    )
    result = measure(schedule, states_of(("ann", "09:00", "17:00", "ready")))
    finding = rules(result)["log-too-short"]
    assert finding.count == 1
    assert "2026-03-03T09:00:00+01:00 to 2026-03-03T17:00:00+01:00" in finding.found


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        (schedule_of(("ann", "09:00", "12:00", "phone"), ("ann", "10:00", "10:15", "break")), "overlap"),
        (schedule_of(("ann", "12:00", "09:00", "phone")), "ends-before-start"),
        (schedule_of(("ann", "09:00", "12:00", "phone"), ("ann", "09:00", "12:00", "phone")), "duplicate-key"),
        (DAY.drop(columns="activity"), "missing-column"),
        (DAY.assign(start=DAY["start"].dt.tz_localize(None)), "bad-value"),
    ],
)
def test_a_schedule_that_cannot_be_read_is_an_error(broken, rule):
    with pytest.raises(InputError) as problem:
        measure(broken, states_of(("ann", "09:00", "17:00", "ready")))
    assert rule in {finding.rule for finding in problem.value.findings}


def test_a_wrong_year_is_no_silent_overflow():
    names = [f"agent {number}" for number in range(2000)]
    schedule = schedule_of(*[(name, "09:00", "17:00", "phone") for name in names])
    schedule.loc[0, "start"] = pd.Timestamp("1700-01-01", tz=ZONE)
    with pytest.raises(InputError, match="agent-days"):
        measure(schedule, states_of(("agent 1", "09:00", "17:00", "ready")))


def test_totals_are_sum_over_sum():
    schedule = schedule_of(("ann", "09:00", "17:00", "phone"), ("bob", "09:00", "11:00", "phone"))
    states = states_of(("ann", "09:00", "17:00", "ready"), ("bob", "09:00", "09:30", "ready"))
    result = measure(schedule, states)
    total = result.total()
    assert total["adherence"] == 8.5 / 10
    assert total["conformance"] == 8.5 / 10
    assert (total["agents"], total["days"], total["exceptions"]) == (2, 1, 1)
    assert result.by_day()["adherence"].item() == 8.5 / 10
    assert result.by_day()["agents"].item() == 2
    assert result.by_agent()["adherence"].tolist() == [1.0, 0.25]
    assert result.by_agent()["left_early_s"].tolist() == [0.0, 5400.0]
    assert total["why_null"] is None


def test_nothing_scheduled_gives_empty_frames_of_the_contract():
    result = measure(DAY[:0], states_of(("ann", "09:00", "17:00", "ready")))
    assert ADHERENCE.validate(result.frame).empty
    assert EXCEPTIONS.validate(result.exceptions).empty
    assert result.by_agent().empty
    assert result.total()["adherence"] is None


def test_the_default_map_lists_every_pair_of_its_names_once():
    pairs = DEFAULT_STATE_MAP[["state", "activity"]]
    assert not pairs.duplicated().any()
    assert len(pairs) == pairs["state"].nunique() * pairs["activity"].nunique()
    on_phone = DEFAULT_STATE_MAP.query("activity == 'phone' and rule == 'in'")["state"]
    assert set(on_phone) == set(PRODUCTIVE_STATES)
    off = DEFAULT_STATE_MAP.query(f"state == '{LOGGED_OFF}' and rule != 'out'")["activity"]
    assert set(off) == {"time_off"}
