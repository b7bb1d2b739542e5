"""Who was there for a queue, and how busy, on cases small enough to check by hand."""

import numpy as np
import pandas as pd

from adherence import presence

ZONE = "Europe/Amsterdam"


def at(text):
    return pd.Timestamp(f"2026-03-03 {text}" if len(text) == 5 else text, tz=ZONE)


def schedule_of(*rows):
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue"])
    return frame.assign(start=frame["start"].map(at), end=frame["end"].map(at))


def states_of(*rows):
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "state"])
    return frame.assign(start=frame["start"].map(at), end=frame["end"].map(at))


def by_interval(frame, queue):
    chosen = frame["queue"].isna() if queue is None else frame["queue"] == queue
    return frame[chosen].set_index(frame[chosen]["interval_start"].dt.strftime("%H:%M"))


SCHEDULE = schedule_of(
    ("ann", "09:00", "10:00", "phone", "sales"),
    ("ann", "10:00", "10:15", "break", None),
    ("ann", "10:15", "11:00", "phone", "service"),
    ("bob", "09:00", "09:30", "phone", "sales"),
)


def test_agents_are_weighted_by_time_and_occupancy_is_handling_over_on_queue():
    states = states_of(
        ("ann", "09:10", "09:20", "ready"), ("ann", "09:20", "09:30", "on_call"), ("ann", "09:30", "09:40", "acw")
    )
    rows = by_interval(presence(SCHEDULE, states, 1800, timezone=ZONE), "sales")
    assert rows["scheduled"].tolist() == [2.0, 1.0]
    assert rows["present"].tolist() == [20 / 30, 10 / 30]
    assert rows["handling_s"].tolist() == [600.0, 600.0]
    assert rows["available_s"].tolist() == [600.0, 0.0]
    assert rows["occupancy"].tolist() == [0.5, 1.0]


def test_the_queue_is_that_of_the_stretch_else_of_the_day_else_the_usual_one_else_none():
    states = states_of(
        ("ann", "09:45", "10:45", "ready"),
        ("ann", "11:30", "12:00", "ready"),
        ("bob", "22:00", "22:30", "ready"),
        ("eve", "12:00", "12:30", "on_hold"),
    )
    frame = presence(SCHEDULE, states, 900, timezone=ZONE)
    sales, service = by_interval(frame, "sales"), by_interval(frame, "service")
    assert sales["present"]["09:45"] == 1.0
    assert sales["present"]["10:00"] == 1.0
    assert service["present"]["10:15"] == 1.0
    assert sales["present"]["11:30"] == 1.0
    assert sales["present"]["22:00"] == 1.0
    nobodys = by_interval(frame, None)
    assert nobodys["handling_s"].to_dict() == {"12:00": 900.0, "12:15": 900.0}
    assert (nobodys["scheduled"] == 0).all()


def test_what_the_log_does_not_reach_is_null_not_zero():
    states = states_of(("ann", "09:00", "10:00", "ready"))
    rows = by_interval(presence(SCHEDULE, states, 1800, timezone=ZONE), "service")
    assert np.isnan(rows["present"]["10:30"])
    assert np.isnan(rows["handling_s"]["10:30"])
    assert rows["scheduled"]["10:30"] == 1.0
    absent = states_of(("eve", "09:00", "12:00", "break"))
    rows = by_interval(presence(SCHEDULE, absent, 1800, timezone=ZONE), "service")
    assert rows["present"]["10:30"] == 0.0
    assert np.isnan(rows["occupancy"]["10:30"])


def test_the_state_map_says_which_states_are_productive():
    states = states_of(("ann", "09:00", "09:30", "walk-in"), ("ann", "09:30", "10:00", "ready"))
    state_map = pd.DataFrame([("walk-in", "phone", "in")], columns=["state", "activity", "rule"])
    by_map = by_interval(presence(SCHEDULE, states, 1800, timezone=ZONE, state_map=state_map), "sales")
    by_name = presence(SCHEDULE, states, 1800, timezone=ZONE, productive_states=("walk-in",))
    assert by_map["present"].tolist() == [1.0, 0.0]
    assert by_interval(by_name, "sales")["present"].tolist() == [1.0, 0.0]


def test_the_repeated_hour_keeps_both_its_halves():
    first, last = pd.Timestamp("2026-10-24 22:00", tz="UTC"), pd.Timestamp("2026-10-25 23:00", tz="UTC")
    schedule = pd.DataFrame(
        [("ann", first.tz_convert(ZONE), last.tz_convert(ZONE), "phone", "sales")],
        columns=["agent", "start", "end", "activity", "queue"],
    )
    states = schedule[["agent", "start", "end"]].assign(state="ready")
    rows = presence(schedule, states, 1800, timezone=ZONE)
    assert len(rows) == 50
    assert (rows["present"] == 1.0).all()
    assert rows["interval_start"].is_unique
    assert (rows["interval_start"].dt.strftime("%H:%M") == "02:00").sum() == 2


def test_no_schedule_gives_no_rows():
    frame = presence(SCHEDULE[:0], states_of(("ann", "09:00", "10:00", "ready")), 1800, timezone=ZONE)
    assert frame.empty
    assert list(frame) == [
        "queue", "interval_start", "scheduled", "present", "handling_s", "available_s", "occupancy",
    ]  # fmt: skip
