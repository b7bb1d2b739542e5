"""After publication: every answer is held against the schedule that it leads to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from schedule_cases import RULES_SET, ZONE, people, requirement, week
from test_schedule_rules import shift_at

from scheduling import build_schedule, check
from scheduling.changes import Situation, mend_absence, offers, swap, time_off_request
from scheduling.coverage import staffed_hours
from wfm.errors import InputError

TUESDAY, WEDNESDAY, THURSDAY = (dt.date(2026, 11, day) for day in (24, 25, 26))
AGENTS = people(*[30.0] * 12)
WANTED = requirement(week(5), 4)


def at(day: int, clock: str) -> pd.Timestamp:
    return pd.Timestamp(f"2026-11-{day} {clock}", tz=ZONE)


@pytest.fixture(scope="module")
def published() -> Situation:
    made = build_schedule(WANTED, AGENTS, RULES_SET, horizon=week(5), version="v", time_limit_s=20.0)
    assert made.understaffed_hours == 0
    return Situation(made.schedule, WANTED, AGENTS, RULES_SET, 1800)


def two(start: str = "2026-11-24 08:00", other: str = "2026-11-25 12:00", **given) -> Situation:
    schedule = pd.concat([shift_at(start, "p00"), shift_at(other, "p01")], ignore_index=True)
    nothing = WANTED.assign(staff=0)
    return Situation(schedule, nothing, people(20.0, 20.0), RULES_SET, 1800, **given)


def test_a_swap_exchanges_shifts_and_a_takeover_moves_one():
    swapped = swap(two(), ("p00", TUESDAY), ("p01", WEDNESDAY))
    assert swapped.granted
    assert set(zip(swapped.schedule["agent"], swapped.schedule["start"].dt.day, strict=True)) == {
        ("p01", 24),
        ("p00", 25),
    }
    taken = swap(two(), ("p00", TUESDAY), ("p01", TUESDAY))
    assert taken.granted
    assert set(taken.schedule["agent"]) == {"p01"}


def test_a_swap_that_breaks_a_rule_is_refused_with_the_rule():
    tight = replace(RULES_SET, min_rest_s=16 * 3600)
    late = Situation(
        pd.concat([shift_at("2026-11-24 12:00", "p00"), shift_at("2026-11-25 08:00", "p01")], ignore_index=True),
        WANTED.assign(staff=0),
        people(20.0, 20.0),
        tight,
        1800,
    )
    taken = swap(late, ("p00", TUESDAY), ("p01", TUESDAY))
    assert not taken.granted
    assert any("the rest is 16 h" in reason for reason in taken.reasons)
    unskilled = replace(two(), agents=people(20.0, 20.0).assign(skills=["calls", "fax"]))
    assert any("without the skill" in r for r in swap(unskilled, ("p00", TUESDAY), ("p01", TUESDAY)).reasons)
    short = replace(two(), agents=people(20.0, 8.0))
    assert any("paid hours" in r for r in swap(short, ("p00", TUESDAY), ("p01", TUESDAY)).reasons)


def test_who_asks_about_nothing_is_told():
    with pytest.raises(InputError, match="no shift on"):
        swap(two(), ("p00", THURSDAY), ("p01", TUESDAY))
    with pytest.raises(InputError, match="an agent such as p00"):
        swap(two(), ("nobody", TUESDAY), ("p01", TUESDAY))
    with pytest.raises(InputError, match="end after the start"):
        time_off_request(two(), "p00", at(25, "08:00"), at(24, "08:00"))


def test_time_off_is_granted_where_the_cover_allows_it(published):
    agent = published.worked[0].agent
    for day in range(23, 28):
        answer = time_off_request(published, agent, at(day, "00:00"), at(day, "23:00"), alternatives=9)
        mine = published.schedule["agent"].eq(agent) & published.schedule["start"].dt.day.eq(day)
        left = published.schedule[~mine]
        short = staffed_hours(left, WANTED, 1800).understaffed
        assert answer.extra_short_h == pytest.approx(short)
        assert answer.granted == (short == 0)
        assert len(answer.alternatives) == 4
        granted = answer.alternatives["granted"].tolist()
        assert granted == sorted(granted, reverse=True)
    generous = time_off_request(published, agent, at(23, "00:00"), at(27, "23:00"), tolerance_h=1000.0)
    assert generous.granted


def test_the_allotment_counts_those_away_at_once():
    off = pd.DataFrame({"agent": ["p01"], "start": [at(24, "07:00")], "end": [at(24, "12:00")], "kind": "approved"})
    situation = two(time_off=off)
    assert not time_off_request(situation, "p00", at(24, "08:00"), at(24, "18:00"), most_away=1).granted
    assert time_off_request(situation, "p00", at(24, "12:00"), at(24, "18:00"), most_away=1).granted


def test_offers_fill_gaps_and_send_home_only_those_not_needed():
    schedule = pd.concat([shift_at("2026-11-24 08:00", f"p0{n}") for n in range(3)], ignore_index=True)
    starts = pd.date_range(at(24, "08:00"), at(24, "14:30"), freq="30min")
    staff = [1 if t < at(24, "12:30") else 2 if t < at(24, "13:00") else 1 for t in starts]
    wanted = pd.DataFrame({"queue": "calls", "interval_start": starts, "staff": staff})
    situation = Situation(schedule, wanted, people(4.5, 4.5, 20.0), RULES_SET, 1800)
    found = offers(situation, at(24, "00:00"), at(25, "00:00"), most_overtime_h=1.0)
    extra = found[found["kind"] == "overtime"]
    assert set(extra[extra["where"] == "after"]["minutes"]) == {60, 120}
    assert extra.set_index("agent")["minutes"].to_dict() == {"p00": 60, "p01": 60, "p02": 120}
    assert extra["short_h_saved"].tolist() == (extra["minutes"] / 60).tolist()
    assert extra["agent"].iloc[0] == "p02"
    for row in found[found["kind"] == "time_off"].itertuples():
        cut = schedule.copy()
        mine = cut["agent"].eq(row.agent) & cut["end"].eq(at(24, "13:00"))
        if row.where == "after":
            cut.loc[mine, "end"] = row[7]
        assert row.paid_h < 0
        assert row.worth == pytest.approx(-row.paid_h * 25)


def test_an_absence_is_mended_with_few_changes_and_every_rule_kept(published):
    sick = next(w for w in published.worked if w.day == WEDNESDAY)
    absences = pd.DataFrame({"agent": [sick.agent], "start": [at(25, "00:00")], "end": [at(26, "00:00")]})
    mended = mend_absence(published, absences)
    away = absences.assign(kind="approved")
    assert not ((mended.schedule["agent"] == sick.agent) & (mended.schedule["start"].dt.day == 25)).any()
    assert check(mended.schedule, AGENTS, RULES_SET, time_off=away) == []
    assert mended.broken == ()
    assert mended.unmended_short_h > 0
    assert mended.short_h < mended.unmended_short_h
    assert set(mended.changes["day"]) == {WEDNESDAY}
    assert len(mended.changes) <= 3
    others = mended.schedule[mended.schedule["start"].dt.day != 25].drop(columns="version").reset_index(drop=True)
    before = published.schedule[published.schedule["start"].dt.day != 25].drop(columns="version").reset_index(drop=True)
    columns = ["agent", "start", "end", "activity"]
    assert others[columns].equals(before[columns])
    dear = mend_absence(published, absences, change_price=1e5)
    assert dear.changes.empty
    assert dear.short_h == pytest.approx(mended.unmended_short_h, abs=0.51)
