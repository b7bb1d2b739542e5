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
                    leaver = min(
                        (b for b in self.busy if b["g"] == g and b["leaves"] is None), key=lambda b: b["end"]
                    )
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
