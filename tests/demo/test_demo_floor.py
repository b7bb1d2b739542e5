"""The compiled floor against one that looks at every person in every second."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import demo
from demo import floor as compiled
from demo.arrivals import arrivals_of
from demo.centre import queues_of
from demo.conduct import plans_of, skill_sets
from demo.floor import (
    ABANDONED,
    ABSENCE,
    ACW,
    ANSWERED,
    BLOCKED,
    CALL,
    ITEM,
    LOGGED_OFF,
    LOGIN,
    LOGOFF,
    ON_CALL,
    READY,
    SKILLS,
    simulate,
)
from demo.people import crew_of
from demo.records import callers
from demo.roster import published_roster
from demo.spec import Span

BREAK = 4


class Person:
    def __init__(self, number, items, speed):
        self.number = number
        self.items = list(items[items["agent"] == number])
        self.speed = speed
        self.on_shift = False
        self.skills = 0
        self.busy_until = 0
        self.away = LOGGED_OFF
        self.idle_since = None
        self.talks_until = 0

    def state(self, now):
        if now < self.talks_until:
            return ON_CALL
        if now < self.busy_until:
            return self.away
        return READY if self.on_shift else LOGGED_OFF

    def step(self, now, waiting, skills):
        """Do what is due; return the caller taken on, if any."""
        while self.items and self.items[0]["start"] <= now:
            item = self.items.pop(0)
            if item["kind"] == SKILLS:
                self.skills = item["value"]
            elif item["kind"] in (LOGIN, LOGOFF):
                self.on_shift = item["kind"] == LOGIN
            elif self.on_shift and max(item["end"], now + item["keep"]) > now:
                self.busy_until = max(item["end"], now + item["keep"])
                self.away = item["value"]
                self.idle_since = None
                return None
        if not self.on_shift:
            self.idle_since = None
            return None
        for queue in skills[self.skills]:
            if queue >= 0 and waiting[queue]:
                return waiting[queue].pop(0)
        if self.idle_since is None:
            self.idle_since = now
        return None

    def take(self, call, now):
        talk, hold, acw = (int(call[name] * self.speed + 0.5) for name in ("talk", "hold", "acw"))
        talk = max(talk, 1)
        self.talks_until = now + talk + hold
        self.busy_until = self.talks_until + acw
        self.away = ACW
        self.idle_since = None
        return talk, hold, acw


def second_by_second(calls, items, skills, room, speed):
    """Outcome of each call (status, answered, agent, talk, hold, acw) and the state of each agent in each second."""
    people = [Person(number, items, speed[number]) for number in range(len(speed))]
    outcome = [(ABANDONED, -1, -1, call["talk"], call["hold"], call["acw"]) for call in calls]
    waiting = [[] for _ in room]
    todo = list(range(len(calls)))
    first = min([*calls["offered"], *items["start"]])
    longest = max([0, *(2 * (calls["talk"] + calls["hold"] + calls["acw"]))]) + max(items["keep"])
    last = max([*calls["offered"], *items["start"], *items["end"]]) + longest
    states = np.zeros((len(people), last - first), dtype=int)
    for now in range(first, last):
        for line in waiting:
            line[:] = [c for c in line if calls[c]["offered"] + calls[c]["patience"] >= now]
        for person in people:
            if person.busy_until <= now:
                call = person.step(now, waiting, skills)
                if call is not None:
                    outcome[call] = (ANSWERED, now, person.number, *person.take(calls[call], now))
        while todo and calls[todo[0]]["offered"] == now:
            call = todo.pop(0)
            queue = calls[call]["queue"]
            free = [p for p in people if p.state(now) == READY and queue in skills[p.skills]]
            if free:
                person = min(free, key=lambda p: (p.idle_since, p.number))
                outcome[call] = (ANSWERED, now, person.number, *person.take(calls[call], now))
            elif len(waiting[queue]) >= room[queue]:
                outcome[call] = (BLOCKED, -1, -1, *list(calls[call])[3:6])
            else:
                waiting[queue].append(call)
        states[:, now - first] = [person.state(now) for person in people]
    return outcome, states, first


def states_of(changes, n_agents, first, length):
    states = np.zeros((n_agents, length), dtype=int)
    for change in changes:
        states[change["agent"], change["time"] - first :] = change["state"]
    return states


def assert_same(calls, items, skills, room, speed):
    outcome, states, first = second_by_second(calls, items, skills, room, speed)
    lived, changes = simulate(calls, items, skills, room, speed)
    found = [
        tuple(int(call[name]) for name in ("status", "answered", "agent", "talk", "hold", "acw")) for call in lived
    ]
    assert found == [tuple(int(value) for value in row) for row in outcome]
    np.testing.assert_array_equal(states_of(changes, len(speed), first, states.shape[1]), states)
    return lived


def made(dtype, rows):
    return np.array([tuple(row) + (0,) * (len(dtype) - len(row)) for row in rows], dtype=dtype)


def test_a_day_of_the_small_centre_is_the_same_second_by_second():
    spec = demo.DemoSpec(seed=5, queues=1, agents=12, weeks=1)
    crew = crew_of(spec)
    span = Span(spec.first_day, 7, spec.timezone)
    items = plans_of(spec, crew, published_roster(spec, crew), span)
    arrivals = arrivals_of(spec, crew, spec.first_day, 1)
    end = arrivals.offered[-1] + 3600
    room = np.array([1 for _ in queues_of(spec)])
    lived = assert_same(callers(arrivals), items[items["start"] < end], skill_sets(spec, crew), room, crew.speed)
    assert {ANSWERED, ABANDONED, BLOCKED} == set(lived["status"].tolist())


@st.composite
def floors(draw):
    n_agents, n_queues = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    whole = st.integers
    calls = draw(
        st.lists(
            st.tuples(whole(0, 120), whole(0, n_queues - 1), whole(1, 40), whole(1, 30), whole(0, 9), whole(0, 9)),
            max_size=25,
        )
    )
    sets = draw(st.lists(st.permutations(range(n_queues)), min_size=2, max_size=2))
    rows = []
    for agent in range(n_agents):
        on, off = sorted(draw(st.tuples(whole(0, 60), whole(0, 160))))
        rows += [(agent, on, 0, 0, LOGIN, 0), (agent, off, 0, 0, LOGOFF, 0)]
        rows += [
            (agent, at, 0, 0, SKILLS, row)
            for at, row in draw(st.lists(st.tuples(whole(0, 160), whole(0, 1)), max_size=2))
        ]
        rows += [
            (agent, at, end, keep, ABSENCE, BREAK)
            for at, end, keep in draw(st.lists(st.tuples(whole(0, 160), whole(0, 170), whole(0, 20)), max_size=3))
        ]
    items = made(ITEM, rows)
    items = items[np.lexsort((items["kind"], items["start"], items["agent"]))]
    speed = np.array(draw(st.lists(st.sampled_from([0.5, 1.0, 1.3]), min_size=n_agents, max_size=n_agents)))
    room = np.array(draw(st.lists(whole(0, 4), min_size=n_queues, max_size=n_queues)))
    width = draw(whole(1, n_queues))
    skills = np.array([[*order[:width], -1] for order in sets])
    return made(CALL, sorted(calls)), items, skills, room, speed


@settings(max_examples=60, deadline=None)
@given(floors())
def test_any_small_floor_is_the_same_second_by_second(floor):
    assert_same(*floor)


SHIFT = made(ITEM, [(0, 0, 0, 0, SKILLS, 0), (0, 0, 0, 0, LOGIN, 0), (0, 1000, 0, 0, LOGOFF, 0)])


def answer_times(calls, items=SHIFT, room=9):
    lived, _ = simulate(made(CALL, calls), items, np.array([[0]]), np.array([room]), np.ones(1))
    return lived["answered"].tolist()


class TestByHand:
    def test_the_second_caller_waits_for_talk_hold_and_wrap_up(self):
        assert answer_times([(10, 0, 99, 60, 20, 10), (30, 0, 99, 5, 0, 0)]) == [10, 100]

    @pytest.mark.parametrize(("patience", "answered"), [(70, 100), (69, -1)])
    def test_a_caller_is_answered_in_the_last_second_of_patience_but_not_after(self, patience, answered):
        assert answer_times([(10, 0, 99, 60, 20, 10), (30, 0, patience, 5, 0, 0)]) == [10, answered]

    def test_a_full_queue_is_busy(self):
        calls = [(10, 0, 99, 60, 0, 0), (20, 0, 99, 5, 0, 0), (21, 0, 99, 5, 0, 0)]
        assert answer_times(calls, room=1) == [10, 70, -1]

    def test_a_break_waits_for_the_call_and_keeps_its_length(self):
        items = np.sort(
            np.append(SHIFT, made(ITEM, [(0, 50, 0, 100, ABSENCE, BREAK)])), order=["agent", "start", "kind"]
        )
        assert answer_times([(10, 0, 99, 60, 20, 10), (30, 0, 999, 5, 0, 0)], items) == [10, 200]

    def test_a_meeting_ends_on_time(self):
        items = np.sort(np.append(SHIFT, made(ITEM, [(0, 50, 150, 0, ABSENCE, 6)])), order=["agent", "start", "kind"])
        assert answer_times([(10, 0, 99, 60, 20, 10), (30, 0, 999, 5, 0, 0)], items) == [10, 150]

    def test_nobody_answers_before_or_after_the_shift(self):
        assert answer_times([(1000, 0, 50, 5, 0, 0)]) == [-1]
        assert dt.timedelta(seconds=answer_times([(999, 0, 50, 500, 0, 0)])[0]) == dt.timedelta(seconds=999)


def test_without_a_place_for_the_cache_it_compiles_all_the_same(monkeypatch):
    import numba

    def njit(function=None, *, cache=False):
        def refuse(_function):
            raise RuntimeError("cannot cache function: no locator available")

        return refuse if cache else function

    monkeypatch.setattr(numba, "njit", njit)
    assert compiled._compiled(abs)(-3) == 3
