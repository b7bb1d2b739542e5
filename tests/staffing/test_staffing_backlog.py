"""Work that waits: items worked off one by one, every plan of small cases, and what must always hold."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import requirement
from staffing.backlog import Backlog, least_agents
from staffing.backlogplan import backlog_course
from staffing.demand import Demand
from staffing.fifo import Waiting, follow
from wfm.errors import InfeasibleError, InputError, UsageProblem
from wfm.params import QueueSpec, ServiceTarget, Shrinkage

HALF_HOUR = 1800.0


def one_by_one(items, aht_s, capacity_s, interval_s, waiting, promise_s):
    """Each item waits for those before it, and is then worked on at the speed of its moment."""
    moments = [(-group.age_s, group.aht_s) for group in waiting for _ in range(int(group.items))]
    for k, (count, aht) in enumerate(zip(items, aht_s, strict=True)):
        moments += [(interval_s * (k + (i + 0.5) / count), aht) for i in range(int(count))]
    end, now, found = interval_s * len(items), 0.0, []
    for came, aht in sorted(moments):
        now, left = max(now, came), float(aht)
        while left > 0 and now < end:
            k = int(now // interval_s)
            rate = capacity_s[k] / interval_s
            step = min(interval_s * (k + 1) - now, left / rate if rate > 0 else np.inf)
            left -= rate * step
            now = interval_s * (k + 1) if left > 1e-9 else now + step
        found.append((came, now if left <= 1e-9 else np.inf))
    clock = interval_s * np.arange(len(items) + 1)
    came, done = np.array(found).T
    ran = np.interp(done, clock, promise_s) - np.where(came < 0, came, np.interp(came, clock, promise_s))
    return came, done, ran


@pytest.mark.parametrize("seed", range(8))
def test_the_fluid_is_items_worked_off_one_by_one(seed):
    rng = np.random.default_rng(seed)
    size, interval_s, within = 12, 1000.0, [1000.0, 2000.0, 3500.0, 6000.0][seed % 4]
    items = rng.integers(0, 900, size) * rng.integers(0, 2, size)
    aht_s = rng.uniform(0.5, 2.0, size)
    capacity = rng.uniform(0, 1200, size) * (rng.random(size) < 0.7)
    waiting = [Waiting(200, 3000.0, 1.0), Waiting(150, 500.0, 1.5)] if seed % 2 else []
    runs = rng.random(size) < 0.8 if seed > 3 else np.ones(size, bool)
    promise = interval_s * np.concatenate([[0], np.cumsum(runs)])
    course = follow(
        items, aht_s, capacity, interval_s=interval_s, answer_within_s=within, promise_s=promise, waiting=waiting
    )
    came, done, ran = one_by_one(items, aht_s, capacity, interval_s, waiting, promise)
    own = came >= 0
    interval = np.floor(came / interval_s).astype(int)
    for k in np.flatnonzero(items):
        mine, out = interval == k, np.isfinite(done)
        if (mine & out).any():
            assert course.age_s[k] == pytest.approx((done - came)[mine & out].mean(), abs=8)
        if out[mine].all():
            assert course.in_time[k] == pytest.approx((ran[mine] <= within).mean(), abs=0.01)
    for k in range(size + 1):
        waits = (came <= k * interval_s) & (done > k * interval_s)
        assert course.backlog[k] == pytest.approx(waits.sum(), abs=3)
    ages = (done - came)[own & np.isfinite(done)]
    assert course.mean_age_s() == pytest.approx(ages.mean(), abs=5)
    assert course.age_quantile_s(0.9) == pytest.approx(np.quantile(ages, 0.9), abs=60)
    assert course.used_s.sum() == pytest.approx(
        sum(g.items * g.aht_s for g in waiting) + items @ aht_s - _left(course, items, aht_s, waiting), abs=1e-6
    )


def _left(course, items, aht_s, waiting):
    return sum(g.items * g.aht_s for g in waiting) + items @ aht_s - course.done_s[-1]


def in_time(work, agents):
    """Whether everything is done by the interval in which its promise ends, boundary by boundary."""
    come, done, step = 0.0, [0.0], work.interval_s
    for k, n in enumerate(agents):
        come += work.items[k] * work.aht_s[k]
        done.append(min(done[-1] + work.spare_s[k] + work.agent_s * n, come))
    came = np.concatenate([[0.0], np.cumsum(work.items * work.aht_s)])
    clock = step * np.concatenate([[0], np.cumsum(work.open if work.promise_rests else np.ones(len(agents)))])
    for b in np.flatnonzero(work.items) + 1:
        ends = clock[b] + work.answer_within_s
        by = [i for i in range(len(done)) if clock[i] >= ends - 1e-6]
        if by and done[by[0]] < came[b] - 1e-6:
            return False
    return True


@pytest.mark.parametrize("seed", range(60))
def test_no_plan_has_a_lower_peak_or_the_same_with_fewer_hours(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(3, 7))
    work = Backlog(
        items=rng.integers(0, 6, size) * rng.integers(0, 2, size).astype(float),
        aht_s=rng.choice([300.0, 600.0, 700.0, 900.0], size),
        interval_s=HALF_HOUR,
        answer_within_s=HALF_HOUR * rng.integers(0, 4),
        service_level=1.0,
        open=rng.random(size) < 0.75,
        promise_rests=bool(rng.integers(0, 2)),
        agent_s=HALF_HOUR * rng.choice([1, 0.8]),
        spare_s=rng.choice([0.0, 0.0, 500.0], size),
    )
    choices = [range(5) if is_open else (0,) for is_open in work.open]
    plans = [n for n in itertools.product(*choices) if in_time(work, n)]
    best = min(((max(n), sum(n)) for n in plans), default=None)
    for level in (True, False):
        try:
            agents = least_agents(work, level=level)
        except InfeasibleError:
            assert best is None
            continue
        assert in_time(work, agents)
        assert not agents[~work.open].any()
        assert work.course(agents).share_in_time() == pytest.approx(1)
        if agents.max() <= 4:
            assert (agents.max(), agents.sum()) == best


weeks = st.builds(
    lambda seed, hours, share, rests, night: (seed, hours, share, rests, night),
    seed=st.integers(0, 10**6),
    hours=st.sampled_from([2.0, 4.0, 9.0, 24.0, 48.0, 100.0]),
    share=st.sampled_from([0.5, 0.8, 0.9, 0.97, 1.0]),
    rests=st.booleans(),
    night=st.booleans(),
)


def week_of_mail(seed, night):
    rng = np.random.default_rng(seed)
    starts = pd.date_range("2026-11-23", "2026-11-30", freq="1h", inclusive="left", tz="Europe/Amsterdam")
    hour = np.asarray(starts.hour)
    calls = rng.gamma(2, 6, len(starts)) * np.where((hour >= 7) & (hour < 21), 1.0, 0.2 if night else 0.0)
    return pd.DataFrame({"queue": "mail", "interval_start": starts, "calls": calls, "aht_s": rng.uniform(100, 500)})


def mail(share=1.0, hours=24.0, **options):
    options = {"channel": "email", "agent_hours": "mon-fri 08:00-18:00"} | options
    return QueueSpec("mail", ServiceTarget(share, hours * 3600, max_occupancy=0.9), **options)


@settings(max_examples=60, deadline=None)
@given(case=weeks)
def test_a_plan_keeps_its_promise_week_after_week(case):
    seed, hours, share, rests, night = case
    frame, spec = week_of_mail(seed, night), mail(share, hours, promise_runs="agent_hours" if rests else "always")
    try:
        plan = requirement(frame, {"mail": spec}, interval_s=3600)
    except InfeasibleError:
        assert not rests
        assert hours < 72
        return
    work = (frame["calls"] * frame["aht_s"]).sum()
    inside = plan["interval_start"].dt.hour.between(8, 17) & (plan["interval_start"].dt.day_of_week < 5)
    assert not plan.loc[~inside, "agents"].any()
    assert plan["agents"].sum() * 3240 >= work * (1 - 1e-9)
    assert plan["agents"].sum() * 3240 <= work * 1.1 + 3240 * 15 or hours < 24
    weeks_on = 4
    items, aht, agents = (np.tile(part, weeks_on) for part in (frame["calls"], frame["aht_s"], plan["agents"]))
    runs = np.tile(inside, weeks_on) if rests else np.ones(items.size)
    promise = 3600 * np.concatenate([[0], np.cumsum(runs)])
    course = follow(items, aht, 3240 * agents, interval_s=3600, answer_within_s=hours * 3600, promise_s=promise)
    third = slice(2 * len(plan), 3 * len(plan))
    if hours < 72:
        assert course.share_in_time(third) >= share - 1e-6
    assert course.backlog[4 * len(plan)] <= course.backlog[3 * len(plan)] + 1e-6
    if (least := int(plan["agents"].max())) > 0 and hours < 72:
        fewer = np.where(np.tile(inside, weeks_on), least - 1, 0)
        less = follow(items, aht, 3240 * fewer, interval_s=3600, answer_within_s=hours * 3600, promise_s=promise)
        grows = less.backlog[4 * len(plan)] > less.backlog[3 * len(plan)] + 1e-6
        assert grows or less.share_in_time(third) < share


def test_mail_of_the_night_waits_for_the_agents():
    frame = week_of_mail(3, night=True)
    plan = requirement(frame, {"mail": mail(0.8, 24, shrinkage=Shrinkage(0.3))}, interval_s=3600).set_index(
        "interval_start"
    )
    assert plan["model"].eq("backlog").all()
    assert plan["abandonment"].isna().all()
    assert plan.loc["2026-11-24 03:00+01:00", "asa_s"] > 5 * 3600
    assert plan.loc["2026-11-24 03:00+01:00", "occupancy"] != plan.loc["2026-11-24 03:00+01:00", "occupancy"]
    assert (plan["staff"] >= plan["agents"] / 0.7).all()
    assert set(plan["binding"]) == {"service_level", "none"}
    assert plan["occupancy"].max() <= 0.9 + 1e-9
    assert plan["service_level"].between(0, 1).all()


def test_a_stated_backlog_is_worked_off_first():
    frame, spec = week_of_mail(3, night=True), mail(1.0, 8, promise_runs="agent_hours")
    clean, full = (
        requirement(frame, {"mail": spec}, interval_s=3600, backlog={"mail": group})
        for group in ([], [Waiting(300, 3600.0), Waiting(100, 1e6)])
    )
    own = frame["aht_s"].iloc[0]
    assert full["agents"].iloc[:24].sum() * 3240 >= clean["agents"].iloc[:24].sum() * 3240 + 300 * own
    assert (full["agents"].sum() - clean["agents"].sum()) * 3240 >= 399 * own - 3240
    assert full.loc[full["calls"] > 0, "service_level"].min() == pytest.approx(1)


def test_given_staff_and_what_the_backlog_does():
    frame, spec = week_of_mail(5, night=False), mail(0.95, 72)
    plan = requirement(frame, {"mail": spec}, interval_s=3600)
    rows, course = backlog_course(frame, spec, 3600, plan["agents"])
    assert rows["done"].sum() == pytest.approx(rows["calls"].sum())
    assert course.age_quantile_s(0.5) <= course.age_quantile_s(0.9)
    half, _ = backlog_course(frame, spec, 3600, plan["agents"] // 2, waiting=[Waiting(10, 0.0)])
    assert half["backlog"].iloc[-1] > rows["backlog"].iloc[-1]
    assert np.average(half["service_level"].fillna(0), weights=half["calls"]) < 0.9


def test_fewest_agents_are_there_while_work_is_expected():
    plan = requirement(week_of_mail(1, night=False), {"mail": mail(0.9, 72, min_agents=3)}, interval_s=3600)
    opened = plan["interval_start"].dt.hour.between(8, 17) & (plan["interval_start"].dt.day_of_week < 5)
    assert (plan.loc[opened & (plan["calls"] > 0), "agents"] >= 3).all()
    assert "minimum" in set(plan["binding"]) or plan["agents"].min() == 0


def test_idle_agents_of_calls_do_mail():
    """Less is left for mail's own agents, and calls still meet their targets (see the tests of blended work)."""
    frame = week_of_mail(2, night=True)
    calls = frame.assign(queue="sales", calls=frame["calls"] * 6, aht_s=240.0)
    both = pd.concat([frame, calls])
    specs = {"sales": QueueSpec("sales", ServiceTarget(0.8, 20, max_occupancy=None)), "mail": mail(0.95, 72)}
    alone = requirement(both, specs, interval_s=3600).groupby("queue")["agents"].sum()
    specs["mail"] = replace(specs["mail"], blend_with=("sales",))
    blended = requirement(both, specs, interval_s=3600).groupby("queue")["agents"].sum()
    assert blended["sales"] == alone["sales"]
    assert blended["mail"] < 0.7 * alone["mail"]


@pytest.mark.parametrize("level", [0.9, 1.0])
def test_a_promise_that_ends_at_night_is_refused(level):
    with pytest.raises(InfeasibleError, match=r"queue mail: found .*promise of 2 h"):
        requirement(week_of_mail(3, night=True), {"mail": mail(level, 2)}, interval_s=3600)


def test_what_makes_no_sense_is_refused():
    frame, specs = week_of_mail(3, night=False), {"mail": mail(0.9, 72)}
    with pytest.raises(InputError, match="at least an interval"):
        requirement(frame, {"mail": mail(0.8, 20 / 3600)}, interval_s=3600)
    with pytest.raises(InputError, match="no interval within"):
        requirement(frame.iloc[:24], {"mail": mail(agent_hours="sun")}, interval_s=3600)
    with pytest.raises(InputError, match="aht_s"):
        requirement(frame.assign(aht_s=0.0), specs, interval_s=3600)
    with pytest.raises(UsageProblem, match="backlog: found queue post"):
        requirement(frame, specs, interval_s=3600, backlog={"post": []})
    with pytest.raises(UsageProblem, match="risk"):
        requirement(frame, specs, interval_s=3600, demand=Demand(risk="expected"))
    with pytest.raises(UsageProblem, match="blend_with"):
        requirement(frame, {"mail": mail(0.9, 72, blend_with=("sales",))}, interval_s=3600)
    with pytest.raises(ValueError, match="backlog"):
        Waiting(-1, 0)
    for bad, word in (
        ({"channel": "fax"}, "channel"),
        ({"agent_hours": "always"}, "agent_hours"),
        ({"promise_runs": "never"}, "promise_runs"),
        ({"channel": "phone", "agent_hours": "mon"}, "agent_hours"),
        ({"channel": "phone", "agent_hours": None, "model": "backlog"}, "model"),
    ):
        with pytest.raises(ValueError, match=word):
            mail(**bad)


def test_certainty_takes_more_mail():
    frame = week_of_mail(4, night=False)
    bands = {f"calls_p{q:02d}": frame["calls"] * f for q, f in ((10, 0.7), (50, 1.0), (90, 1.3))}
    usual = requirement(frame.assign(**bands), {"mail": mail(0.9, 72)}, interval_s=3600)
    sure = requirement(frame.assign(**bands), {"mail": mail(0.9, 72)}, interval_s=3600, demand=Demand(risk=0.9))
    assert sure["agents"].sum() > usual["agents"].sum()
    assert sure["calls"].tolist() == usual["calls"].tolist()


def test_a_year_of_mail():
    """Sums so large that their last digits are worth more than a nanosecond of work."""
    starts = pd.date_range("2026-01-05", "2027-01-04", freq="1h", inclusive="left", tz="Europe/Amsterdam")
    calls = np.random.default_rng(1).gamma(20, 5, len(starts))
    year = pd.DataFrame({"queue": "mail", "interval_start": starts, "calls": calls, "aht_s": 420.0})
    plan = requirement(year, {"mail": mail(1.0, 8, promise_runs="agent_hours")}, interval_s=3600)
    assert np.average(plan["service_level"], weights=plan["calls"]) == pytest.approx(1)
    assert plan["agents"].sum() * 3240 == pytest.approx((calls * 420).sum(), rel=0.002)
