"""Redials, callbacks and tasks against an event list, call by call, and the bookkeeping that must always hold."""

import heapq
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.simulation import (
    Callbacks,
    Constant,
    Demand,
    Exponential,
    Group,
    Infinite,
    Lognormal,
    Redials,
    Skill,
    Tasks,
    simulate,
    simulate_skills,
)
from staffing.simulation.calls import DrawnDays
from staffing.simulation.floor import FloorRun, Stream
from staffing.simulation.skills import Routing, merge_steps
from staffing.simulation.staff import staff_steps
from wfm.errors import InputError, UsageProblem

STAFF, END, TIMER, ARRIVES = range(4)  # the order of events at one moment
FATES = ("stayed", "promised", "called back", "unreached")


class EventList:
    """One day, one event at a time, everything looked up in plain lists."""

    def __init__(self, drawn, streams, groups, steps, agents_take, horizon_s):
        self.rows = [dict(zip(drawn.items.dtype.names, row, strict=True)) for row in drawn.items.tolist()]
        self.streams, self.groups, self.take, self.horizon = streams, groups, agents_take, horizon_s
        self.idle, self.busy = [[] for _ in groups], []
        self.queue, self.owed, self.seen = [], [], []
        self.gone, self.left_at, self.closed, self.ticket = set(), {}, False, 0
        self.events = []
        for k, (at, by, g) in enumerate(zip(steps.at_s, steps.by, steps.group, strict=True)):
            self.at(float(at), STAFF, (k, int(by), int(g)))
        for item in drawn.order.tolist():
            self.at(self.rows[item]["arrival"], ARRIVES, item)
        self.at(horizon_s, TIMER, ("close", None))

    def at(self, time, kind, what):
        self.ticket += 1
        heapq.heappush(self.events, (time, kind, self.ticket, what))

    def rule(self, item):
        stream = self.streams[self.rows[item]["skill"]]
        return stream.callbacks or stream.tasks

    def urgent(self, item):
        if self.streams[self.rows[item]["skill"]].callbacks and self.rule(item).keep_place:
            return self.rows[item]["due"] <= self.now
        before = self.rule(item).urgent_before_s
        return before is not None and self.rows[item]["due"] - before <= self.now

    def open(self, item):
        return not (self.closed and self.streams[self.rows[item]["skill"]].tasks)

    def able(self, g, item):
        return self.rows[item]["skill"] in self.groups[g]

    def phone_count(self, skill):
        on = [len(self.idle[g]) + sum(b["g"] == g and b["leaves"] is None for b in self.busy) for g in self.range()]
        return sum(n for g, n in enumerate(on) if skill in self.groups[g])

    def range(self):
        return range(len(self.groups))

    def begin(self, item, g):
        row, rule = self.rows[item], self.rule(item)
        row["tried"] = min(row["tried"], self.now)
        length = row["handle"]
        if row["fate"] == "promised":
            if row["misses"] > row["tries"]:
                row["tries"] += 1
                length = rule.ring_s
                later = self.now + length + rule.retry_after_s
                if row["tries"] < rule.tries and later < self.horizon:
                    self.at(later, TIMER, ("ring", item))
                else:
                    row["fate"] = "unreached"
                self.busy.append({"g": g, "end": self.now + length, "leaves": None})
                self.at(self.now + length, END, self.busy[-1])
                return
            row["fate"] = "called back"
            length *= rule.handle_factor
        row["start"], row["server"] = self.now, g
        self.busy.append({"g": g, "end": self.now + length, "leaves": None})
        self.at(self.now + length, END, self.busy[-1])

    def free(self, g):
        urgent = [i for i in self.owed if self.able(g, i) and self.open(i) and self.urgent(i)]
        if urgent:
            item = min(urgent, key=lambda i: (self.rows[i]["due"], i))
            self.owed.remove(item)
            return self.begin(item, g)
        mine = [i for i in self.queue if self.able(g, i)]
        if mine:

            def order(i):
                skill, age = self.rows[i]["skill"], self.rows[i]["arrival"]
                liking = self.groups[g].index(skill)
                own = (age, liking) if self.take == "longest_waiting" else (liking, age)
                return (self.streams[skill].priority, *own)

            item = min(mine, key=order)
            self.queue.remove(item)
            return self.begin(item, g)
        self.idle[g].append(self.now)
        return self.use_idle(g)

    def use_idle(self, g):
        while True:
            mine = [
                i for i in self.owed
                if self.able(g, i) and self.open(i) and len(self.idle[g]) > (0 if self.closed else self.rule(i).reserve)
            ]  # fmt: skip
            if not mine:
                return
            item = min(mine, key=lambda i: (self.streams[self.rows[i]["skill"]].priority, self.rows[i]["due"], i))
            self.owed.remove(item)
            self.idle[g].pop(0)
            self.begin(item, g)

    def longest_idle(self, item, reserve):
        skill = self.rows[item]["skill"]
        can = [g for g in self.range() if skill in self.groups[g] and len(self.idle[g]) > reserve]
        return min(can, key=lambda g: (self.groups[g].index(skill), self.idle[g][0], g), default=None)

    def hand_out(self, skill):
        mine = [i for i in self.owed if self.rows[i]["skill"] == skill and self.open(i)]
        if mine:
            item = min(mine, key=lambda i: (self.rows[i]["due"], i))
            g = self.longest_idle(item, 0 if self.closed or self.urgent(item) else self.rule(item).reserve)
            if g is not None:
                self.owed.remove(item)
                self.idle[g].pop(0)
                self.begin(item, g)

    def owe(self, item):
        self.owed.append(item)
        before = self.rule(item).urgent_before_s
        if before is not None:
            self.at(max(self.rows[item]["due"] - before, self.now), TIMER, ("urgent", item))
        self.hand_out(self.rows[item]["skill"])

    def arrives(self, item):
        row, stream = self.rows[item], self.streams[self.rows[item]["skill"]]
        row.update(arrival=self.now, start=np.inf, tried=np.inf, server=-1, fate="stayed", offered=0, tries=0)
        self.seen.append(item)
        if stream.tasks:
            row["due"] = self.now + (np.inf if stream.tasks.promise_s is None else stream.tasks.promise_s)
            return self.owe(item)
        g = self.longest_idle(item, 0)
        if g is not None:
            self.idle[g].pop(0)
            return self.begin(item, g)
        rule = stream.callbacks
        if rule:
            ahead = sum(self.rows[i]["skill"] == row["skill"] for i in self.queue)
            agents = self.phone_count(row["skill"])
            estimate = (ahead + 1) * stream.demand.handle.mean_s / agents if agents else np.inf
            says = [estimate > rule.if_wait_s] if rule.if_wait_s is not None else []
            says += [ahead > rule.if_queue] if rule.if_queue is not None else []
            row["offered"] = int(any(says) if rule.either else all(says))
            if row["offered"] and row["accepts"]:
                row["fate"] = "promised"
                if not rule.keep_place:
                    row["due"] = self.now + (np.inf if rule.promise_s is None else rule.promise_s)
                    return self.owe(item)
                self.queue.append(item)
                return None
        self.queue.append(item)
        self.at(self.now + row["patience"], TIMER, ("hangs up", item))
        return None

    def timer(self, what, item):
        if what == "close":
            self.closed = True
            for g in self.range():
                self.use_idle(g)
        elif what == "hangs up" and item in self.queue:
            self.queue.remove(item)
            row = self.rows[item]
            self.gone.add(item)
            if row["again"] >= 0 and self.now + row["delay"] < self.horizon:
                self.rows[row["again"]]["handle"] = row["handle"]
                self.at(self.now + row["delay"], TIMER, ("again", row["again"]))
        elif what == "again":
            self.arrives(item)
        elif what == "ring":
            if self.rule(item).keep_place:
                self.rows[item]["due"] = self.now
            self.owe(item)
        elif what == "urgent":
            self.hand_out(self.rows[item]["skill"])

    def run(self):
        while self.events:
            self.now, kind, _, what = heapq.heappop(self.events)
            if kind == STAFF:
                step, by, g = what
                self.left_at[step] = self.now
                if by > 0:
                    self.free(g)
                elif self.idle[g]:
                    self.idle[g].pop(0)
                else:
                    leaver = min((b for b in self.busy if b["g"] == g and b["leaves"] is None), key=lambda b: b["end"])
                    leaver["leaves"] = step
            elif kind == END:
                self.busy.remove(what)
                if what["leaves"] is None:
                    self.free(what["g"])
                else:
                    self.left_at[what["leaves"]] = self.now
            elif kind == TIMER:
                self.timer(*what)
            else:
                self.arrives(what)
        return self


def prepared(skills, tasks, groups, agents_take, step_s, seed):
    """The run of one day, its streams and steps."""
    intervals = next(iter(skills.values())).demand.intervals
    seeds = np.random.SeedSequence(seed).spawn(len(skills) + len(tasks))
    rules = [(s.demand, s.priority, s.redials, s.callbacks, None) for s in skills.values()]
    rules += [(t.demand, t.priority, None, None, t) for t in tasks.values()]
    streams = [
        Stream(demand, DrawnDays(demand, step_s, 1, own), own, *rest)
        for (demand, *rest), own in zip(rules, seeds, strict=True)
    ]
    steps = merge_steps([staff_steps(group.staff, step_s) for group in groups.values()])
    apart_s = np.sort(np.random.default_rng(seed).uniform(0, 5, steps.by.size))  # else tries in vain end together
    steps = replace(steps, at_s=steps.at_s + apart_s)
    routing = Routing.of({**skills, **tasks}, groups, agents_take)
    return FloorRun(streams, steps, routing, intervals, step_s), streams, steps


def fates(outcome):
    names = ("arrival", "start", "tried", "server", "offered", "tries")
    return {
        place: (FATES[row["fate"]], *(row[name].item() for name in names))
        for place, row in zip(outcome.place.tolist(), outcome.items, strict=True)
    }


def assert_as_event_list(skills, tasks, groups, agents_take="longest_waiting", step_s=600, seed=0):
    run, streams, steps = prepared(skills, tasks, groups, agents_take, step_s, seed)
    drawn = run.draw(slice(0, 1))
    numbers = {name: k for k, name in enumerate([*skills, *tasks])}
    lists = [[numbers[name] for name in group.skills] for group in groups.values()]
    day_s = step_s * streams[0].demand.intervals
    slow = EventList(replace(drawn, items=drawn.items.copy()), streams, lists, steps, agents_take, day_s).run()
    outcome = run.serve(drawn)
    found = fates(outcome)
    assert slow.seen == outcome.place.tolist()
    for item in slow.seen:
        row = slow.rows[item]
        expected = (row["fate"], *(row[n] for n in ("arrival", "start", "tried", "server", "offered", "tries")))
        if item in slow.gone:  # told as the moment at which an agent would have come
            assert found[item][0] == "stayed"
            assert found[item][4] == -1
            assert found[item][2] > row["arrival"] + row["patience"]
        else:
            assert found[item] == expected
    assert outcome.effective_s[0].tolist() == [slow.left_at[k] for k in range(steps.by.size)]
    return slow, outcome


CALLBACKS = [
    Callbacks(0.6, if_wait_s=30, answer=0.6, tries=3, retry_after_s=200, handle_factor=1.2),
    Callbacks(0.7, if_queue=1, keep_place=False, promise_s=1500, reserve=1, urgent_before_s=300, answer=0.7, tries=2,
              retry_after_s=400),
    Callbacks(0.5, if_wait_s=40, if_queue=2, keep_place=False, reserve=2),
    Callbacks(0.5, if_wait_s=60, if_queue=2, either=True, keep_place=False, promise_s=600, urgent_before_s=900),
    None,
]  # fmt: skip
REDIALS = [Redials(0.6, Exponential(400)), Redials(0.9, Lognormal(60, 1), most=2), None]


@pytest.mark.parametrize("seed", range(12))
def test_one_queue_as_in_an_event_list(seed):
    random = np.random.default_rng([seed, 4])
    calls = random.uniform(10, 60, 15)
    skill = Skill(Demand(calls, Lognormal(120, 1), Exponential(90)), 1, 20, REDIALS[seed % 3], CALLBACKS[seed % 5])
    tasks = {"mail": Tasks([4.0] * 15, Exponential(200), 5, 2400, seed % 3, (None, 600.0)[seed % 2])}
    staff = random.integers(0, 14, 15)
    _, outcome = assert_as_event_list({"a": skill}, tasks, {"g": Group(["a", "mail"], staff)}, seed=seed)
    assert outcome.items.size > 200


@pytest.mark.parametrize("agents_take", ["longest_waiting", "preferred"])
@pytest.mark.parametrize("seed", range(8))
def test_skills_as_in_an_event_list(seed, agents_take):
    random = np.random.default_rng([seed, 6])
    skills = {
        name: Skill(
            Demand(random.uniform(5, 30, 12), Lognormal(150, 1), Exponential(80)),
            int(random.integers(1, 3)),
            20,
            REDIALS[random.integers(3)],
            CALLBACKS[random.integers(5)],
        )
        for name in "abc"
    }
    tasks = {
        "mail": Tasks([3.0] * 12, Exponential(200), 4, 3000, int(random.integers(3)), 500.0, 1),
        "post": Tasks([3.0] * 12, Lognormal(100, 2), 0, None, 1, None, int(random.integers(1, 3))),
    }
    names = [*skills, *tasks]
    groups = {
        f"g{k}": Group(random.permutation(names)[: random.integers(1, 6)].tolist(), random.integers(0, 7, 12))
        for k in range(4)
    }
    assert_as_event_list(skills, tasks, groups, agents_take, seed=seed)


def same(a, b):
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


def one_queue(patience=None, staff=(20, 24, 16, 3, 9), replications=30, seed=6, **rules):
    demand = Demand([110, 140, 100, 0, 30], Lognormal(300, 1), patience or Exponential(90))
    return simulate(demand, staff, interval_s=1800, replications=replications, seed=seed, **rules)


@pytest.mark.parametrize("patience", [Exponential(90), Infinite(), Constant(45)])
@pytest.mark.parametrize(
    "rules",
    [
        {"redials": Redials(0.0, Exponential(300))},
        {"redials": Redials(0.9, Exponential(300), most=0)},
        {"callbacks": Callbacks(0.0, if_wait_s=0)},
        {"callbacks": Callbacks(1.0, if_queue=10**6)},
        {"tasks": Tasks([0.0] * 5, Exponential(300))},
        {"tasks": Tasks([40.0] * 5, Exponential(300), reserve=24)},
    ],
)
def test_what_never_happens_changes_nothing(patience, rules):
    plain, found = one_queue(patience), one_queue(patience, **rules)
    assert same(plain.calls, found.calls)
    assert same(plain.agents, found.agents)


def test_skills_without_such_callers_are_as_ever():
    """Two skills and two groups, of which tasks that nobody knows make the other loop."""
    skills = {
        "a": Skill(Demand([80, 100], Lognormal(240, 1), Exponential(120)), 2),
        "b": Skill(Demand([60, 60], Lognormal(300, 1), Exponential(120)), 1, 60),
    }
    groups = {"one": Group(["a"], [8, 10]), "both": Group(["b", "a"], [11, 12])}
    size = {"interval_s": 1800, "replications": 40, "seed": 3}
    plain = simulate_skills(skills, groups, **size)
    found = simulate_skills(skills, groups, tasks={"mail": Tasks([5, 5], Constant(60))}, **size)
    for name in skills:
        assert same(plain.skills[name], found.skills[name])
    for name in groups:
        assert same(plain.groups[name], found.groups[name])
    assert (found.tasks["mail"].done == 0).all()
    assert found.tasks["mail"].arrived.sum() > 300


RULES = st.fixed_dictionaries(
    {
        "redials": st.none()
        | st.builds(Redials, st.floats(0, 0.9), st.builds(Exponential, st.floats(1, 3000)), st.none() | st.just(2)),
        "callbacks": st.none()
        | st.builds(
            Callbacks,
            st.floats(0, 1),
            if_wait_s=st.floats(0, 200),
            if_queue=st.none() | st.integers(0, 5),
            either=st.booleans(),
            keep_place=st.booleans(),
            promise_s=st.none() | st.floats(0, 4000),
            reserve=st.integers(0, 4),
            answer=st.floats(0, 1),
            tries=st.integers(1, 4),
            retry_after_s=st.floats(0, 1000),
        ),
        "tasks": st.none()
        | st.builds(
            lambda rate, promise, **more: Tasks([rate] * 5, Exponential(200), promise_s=promise, **more),
            st.floats(0, 30),
            st.floats(0, 4000),
            backlog=st.integers(0, 20),
            reserve=st.integers(0, 4),
            urgent_before_s=st.none() | st.floats(0, 1000),
        ),
    }
)


@settings(max_examples=60, deadline=None)
@given(RULES, st.lists(st.integers(0, 25), min_size=5, max_size=5), st.integers(0, 1000))
def test_everyone_is_accounted_for(rules, staff, seed):
    found = one_queue(staff=staff, replications=4, seed=seed, **rules)
    calls, callers, back, tasks = found.calls, found.callers, found.callbacks, found.tasks
    assert (calls.offered == calls.answered + calls.abandoned + calls.waiting).all()
    assert (found.agents.busy_s <= found.agents.staffed_s + 1e-6).all()
    accepted = 0
    if back is not None:
        accepted = back.accepted
        assert (back.accepted <= back.offered).all()
        assert (back.accepted == back.completed + back.unreached + back.open).all()
        assert (back.tried >= back.completed + back.unreached).all()
    if callers is not None:
        attempts = calls.offered + accepted
        assert (attempts >= callers.redials).all()
        assert attempts.sum() == callers.callers.sum() + callers.redials.sum()
        assert callers.redials.sum() <= calls.abandoned.sum()
        assert (callers.callers >= callers.answered + callers.called_back + callers.lost).all()
        assert callers.answered.sum() == calls.answered.sum()
        lost_calls = calls.abandoned.sum() + (0 if back is None else back.unreached.sum())
        assert callers.lost.sum() == lost_calls - callers.redials.sum()
        assert np.array_equal(callers.callers.sum(), one_queue(replications=4, seed=seed).calls.offered.sum())
    if tasks is not None:
        assert (tasks.done <= tasks.arrived).all()
        assert (tasks.done_in_time <= tasks.done).all()
        assert tasks.begun.sum() == tasks.done.sum()
        assert (tasks.busy_s <= found.agents.busy_s + 1e-6).all()


def test_plans_meet_the_same_callers_and_longer_runs_begin_alike():
    rules = {
        "redials": Redials(0.5, Exponential(600)),
        "callbacks": Callbacks(0.5, if_wait_s=30, answer=0.7, keep_place=False, promise_s=3600, reserve=1),
        "tasks": Tasks([10.0] * 5, Lognormal(200, 1), backlog=10, promise_s=3600),
    }
    short, long, more = one_queue(**rules), one_queue(replications=400, **rules), one_queue(staff=[30] * 5, **rules)
    for part in ("calls", "agents", "callers", "callbacks", "tasks"):
        for f in fields(getattr(short, part)):
            assert np.array_equal(getattr(getattr(short, part), f.name), getattr(getattr(long, part), f.name)[:30])
    assert np.array_equal(short.callers.callers, more.callers.callers)
    assert np.array_equal(short.callers.callers, one_queue().calls.offered)
    assert np.array_equal(short.tasks.arrived, more.tasks.arrived)
    assert not same(short.calls, one_queue(seed=7, **rules).calls)


def day_of(arrivals, handle_s, patience_s, staff, step_s=100.0, tasks=None, **rules):
    """Items of one day whose callers call at given moments."""
    intervals = len(staff)
    demand = Demand([1.0] * intervals, Constant(handle_s), patience_s)
    skills, tasks = {"a": Skill(demand, 1, 20, **rules)}, tasks or {}
    groups = {"g": Group(["a", *tasks], staff)}
    run, _, _ = prepared(skills, tasks, groups, "longest_waiting", step_s, 1)
    drawn = run.draw(slice(0, 1))
    items = np.zeros(len(arrivals), drawn.items.dtype)
    items["arrival"], items["handle"], items["again"] = arrivals, handle_s, -1
    items["patience"] = patience_s.draw(np.random.default_rng(1), len(arrivals))
    items["accepts"] = 1
    n = np.arange(len(arrivals))
    return run.serve(replace(drawn, items=items, caller=n, order=n, first=np.array([0, n.size]), most=n.size)).items


def test_a_kept_place_is_served_in_turn_whatever_the_patience():
    """Handle time 100 s, patience 150 s: the second keeps its place until 100 s, the third calls at 20 s and goes."""
    found = day_of([10, 20, 30], 100, Constant(150), [1, 1, 1, 1], callbacks=Callbacks(1, if_queue=0, handle_factor=2))
    assert found["start"] == pytest.approx([10, 110, 210], abs=6)
    assert [FATES[f] for f in found["fate"]] == ["stayed", "stayed", "called back"]
    assert found["handle"].tolist() == [100, 100, 200]


def test_a_promised_callback_waits_for_reserve_and_goes_first_when_it_presses():
    """One agent never leaves two idle, so the callback of the second waits until its promise is near."""
    rule = Callbacks(1, if_wait_s=0, keep_place=False, promise_s=250, reserve=1, urgent_before_s=50)
    found = day_of([10, 20, 330], 100, Constant(150), [1, 1, 1, 1, 1], callbacks=rule)
    assert found["start"][1] == pytest.approx(220)
    assert found["start"][0] == 10
    assert found["start"][2] == 330


def test_a_customer_who_does_not_answer_is_rung_again_and_given_up():
    rule = Callbacks(1, if_wait_s=0, answer=0, tries=3, retry_after_s=50, ring_s=10)
    demand = Demand([0.0, 1.0, 0, 0, 0], Constant(100), Infinite())
    found = simulate(demand, [1] * 5, interval_s=1000, replications=300, callbacks=rule, seed=2)
    assert found.callbacks.accepted.sum() == found.callbacks.unreached.sum() > 20
    assert found.callers.lost.sum() == found.callbacks.unreached.sum()
    expected = found.calls.answered.sum() * 100 + found.callbacks.unreached.sum() * 30
    assert found.agents.busy_s.sum() == pytest.approx(expected)
    assert found.callbacks.completed.sum() == 0


def test_reserve_protects_calls_and_costs_tasks():
    work = [one_queue(tasks=Tasks([20.0] * 5, Exponential(200), backlog=200, reserve=k)) for k in (0, 2, 5)]
    level = [float(found.whole_day("service_level").value) for found in work]
    rate = [float(found.whole_day("tasks_per_hour").value) for found in work]
    assert level == sorted(level)
    assert rate == sorted(rate, reverse=True)
    assert level[0] < level[2] - 0.02
    table = work[0].summary().set_index("measure")["value"]
    assert table["tasks_per_hour"] == pytest.approx(work[0].tasks.begun.sum() / 30 / 2.5)
    assert {"tasks_done", "tasks_busy_s", "task_wait_s"} <= set(work[0].frame().columns)


@pytest.mark.parametrize(
    ("problem", "error", "words"),
    [
        (lambda: Redials(1.0, Exponential(60)), InputError, "redial"),
        (lambda: Redials(-0.1, Exponential(60)), InputError, "redial"),
        (lambda: Redials(0.4, Exponential(60), most=1.5), InputError, "most"),
        (lambda: Callbacks(1.2, if_wait_s=10), InputError, "accept"),
        (lambda: Callbacks(0.5, if_wait_s=10, answer=np.nan), InputError, "answer"),
        (lambda: Callbacks(0.5, if_wait_s=-1), InputError, "if_wait_s"),
        (lambda: Callbacks(0.5, if_queue=1.5), InputError, "if_queue"),
        (lambda: Callbacks(0.5, if_queue=1, tries=0), InputError, "tries"),
        (lambda: Callbacks(0.5, if_queue=1, handle_factor=0), InputError, "handle_factor"),
        (lambda: Callbacks(0.5), UsageProblem, "no condition"),
        (lambda: Callbacks(0.5, if_queue=1, keep_place=False, urgent_before_s=60), UsageProblem, "promise_s"),
        (lambda: Callbacks(0.5, if_queue=1, promise_s=600, urgent_before_s=60), UsageProblem, "keep_place"),
        (lambda: Tasks([1, -1], Exponential(60)), InputError, "calls"),
        (lambda: Tasks([1, 1], Exponential(60), backlog=-1), InputError, "backlog"),
        (lambda: Tasks([1, 1], Exponential(60), reserve=0.5), InputError, "reserve"),
        (lambda: Tasks([1, 1], Exponential(60), urgent_before_s=60), UsageProblem, "promise_s"),
        (lambda: one_queue(tasks=Tasks([1, 1], Exponential(60))), UsageProblem, "one length"),
    ],
)
def test_senseless_rules_are_refused(problem, error, words):
    with pytest.raises(error, match=words):
        problem()


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(InputError) as told:
        Callbacks(2, if_wait_s=-1, ring_s=-1)
    assert len(told.value.findings) == 3
