"""After publication: every answer is held against the schedule that it leads to."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pandas as pd
import pytest
from schedule_cases import RULES_SET, ZONE, people, requirement, week
from test_schedule_rules import shift_at

from scheduling import build_schedule, check
from scheduling.changes import Situation, mend_absence, offers, place, swap, time_off_request
from scheduling.coverage import staffed_hours
from wfm.errors import InfeasibleError, InputError

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


def meeting(agents: str, length_s: int = 1800, together: bool = True, day: int = 24, **window: str) -> pd.DataFrame:
    span = {"earliest": "08:00", "latest": "17:00"} | window
    return pd.DataFrame(
        {
            "name": ["talk"],
            "activity": ["meeting"],
            "agents": [agents],
            "length_s": [float(length_s)],
            "earliest": [at(day, span["earliest"])],
            "latest": [at(day, span["latest"])],
            "together": [together],
        }
    )


def test_a_meeting_lies_in_everybodys_shift_at_one_time_where_it_hurts_least(published):
    names = sorted({w.agent for w in published.worked if w.day == TUESDAY and w.start == at(24, "08:00")})[:2]
    placed = place(published, meeting("|".join(names)))
    assert placed.places["agent"].tolist() == names
    assert placed.places["start"].nunique() == 1
    assert check(placed.schedule, AGENTS, RULES_SET) == []
    assert placed.short_h == pytest.approx(_least_loss(published, names))


def _least_loss(situation: Situation, names: list[str]) -> float:
    """Every start of the meeting tried with every place of both agents' breaks, the slow way."""
    best = float("inf")
    shifts = [w for w in situation.worked if w.day == TUESDAY and w.agent in names]
    rest = situation.without(shifts)
    for quarter in range(36):
        start = at(24, "08:00") + pd.Timedelta(minutes=15 * quarter)
        options = [list(_layouts(situation, w, start)) for w in shifts]
        for chosen in itertools.product(*options):
            schedule = pd.concat([rest, *chosen], ignore_index=True)
            best = min(best, situation.short_hours(schedule))
    return best


def _layouts(situation: Situation, shift, start: pd.Timestamp):
    """A shift's rows with a meeting and every place of its breaks that does not touch it."""
    template = next(t for t in RULES_SET.templates if t.length_s == shift.length_s)
    end = start + pd.Timedelta(minutes=30)
    if start < shift.start or end > shift.end:
        return
    for starts in itertools.product(*(range(r.earliest_s, r.latest_s + 1, 900) for r in template.breaks)):
        pauses = [(start, end, "meeting", True)]
        for after_s, rule in zip(starts, template.breaks, strict=True):
            begin = shift.start + pd.Timedelta(seconds=after_s)
            pauses.append((begin, begin + pd.Timedelta(seconds=rule.length_s), rule.name, rule.paid))
        pauses.sort()
        if any(a[1] > b[0] for a, b in itertools.pairwise(pauses)):
            continue
        now, rows = shift.start, []
        for begin, stop, name, paid in pauses:
            rows += [(now, begin, "phone", "calls", True, True)] if begin > now else []
            rows.append((begin, stop, name, None, paid, False))
            now = stop
        rows += [(now, shift.end, "phone", "calls", True, True)] if now < shift.end else []
        columns = ["start", "end", "activity", "queue", "paid", "productive"]
        yield pd.DataFrame(rows, columns=columns).assign(agent=shift.agent, version="v")


def test_training_apart_and_what_has_no_room(published):
    names = sorted({w.agent for w in published.worked if w.day == TUESDAY})[:3]
    placed = place(published, meeting("|".join(names), 3600, together=False))
    assert sorted(placed.places["agent"]) == names
    lengths = (placed.places["end"] - placed.places["start"]).dt.total_seconds()
    assert set(lengths) == {3600.0}
    assert check(placed.schedule, AGENTS, RULES_SET) == []
    with pytest.raises(InfeasibleError, match="has no shift with room for 360 min"):
        place(published, meeting(names[0], 6 * 3600))
    with pytest.raises(InputError, match="quarters of an hour"):
        place(published, meeting("nobody", 100))


def test_breaks_move_to_where_people_are_spared_and_never_before_now():
    schedule = pd.concat([shift_at("2026-11-24 08:00", f"p0{n}", lunch_after_min=120) for n in range(2)])
    starts = pd.date_range(at(24, "08:00"), at(24, "12:30"), freq="30min")
    needs = {at(24, "10:00"): 2, at(24, "09:00"): 2}
    wanted = pd.DataFrame({"queue": "calls", "interval_start": starts, "staff": [needs.get(t, 0) for t in starts]})
    situation = Situation(schedule.reset_index(drop=True), wanted, people(20.0, 20.0), RULES_SET, 1800)
    assert situation.short_h == pytest.approx(1.5)
    moved = place(situation)
    assert moved.short_h == 0
    assert check(moved.schedule, people(20.0, 20.0), RULES_SET) == []
    later = place(situation, after=at(24, "09:40"))
    assert later.short_h == pytest.approx(0.5)
    assert later.moved == 2
    kept = later.schedule[later.schedule["activity"] == "break"]["start"]
    assert set(kept) == {at(24, "09:00")}
