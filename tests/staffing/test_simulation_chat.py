"""Chat against Markov chains, an event list in plain Python, and the single queue as the special case of one chat."""

import itertools
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import performance
from staffing.simulation import Constant, Demand, Exponential, Infinite, Lognormal, simulate, simulate_chat
from staffing.simulation.calls import Calls
from staffing.simulation.chat import _serve
from staffing.simulation.result import ratio_estimate
from staffing.simulation.staff import staff_steps
from wfm.errors import InputError, UsageProblem

TIMES = (400.0, 520.0, 660.0)


def slow_day(arrival, handle, patience, staff, step_s, times):
    """When each chat is answered and ends: work left of every chat, brought forward from event to event."""
    agents, queue, fate = [], [], [None] * len(arrival)
    changes = [(k * step_s, b - a) for k, (a, b) in enumerate(itertools.pairwise([0, *staff]))]
    events = sorted([(t, 0, by) for t, by in changes if by] + [(t, 1, j) for j, t in enumerate(arrival)])
    now, turn = 0.0, itertools.count()

    def pace(agent):
        return times[0] / times[len(agent["left"]) - 1]

    def next_end():
        ends = [
            (now + left / pace(a), k, chat) for k, a in enumerate(agents) for chat, left in a["left"].items()
        ]  # fmt: skip
        return min(ends, default=(np.inf, 0, 0))

    def forward(to):
        nonlocal now
        for a in agents:
            for chat in a["left"]:
                a["left"][chat] -= (to - now) * pace(a)
        now = to

    def take(a, chat):
        a["left"][chat] = handle[chat]
        a["changed"] = next(turn)
        fate[chat] = [now, None]

    def offer(a):
        while queue and not a["leaving"] and len(a["left"]) < len(times):
            chat = queue.pop(0)
            if now - arrival[chat] <= patience[chat]:
                take(a, chat)

    while events or any(a["left"] for a in agents):
        end, k, chat = next_end()
        if events and (events[0][0] < end or (events[0][0] == end and events[0][1] == 0)):
            at, kind, what = events.pop(0)
            forward(at)
            if kind == 1:
                free = [a for a in agents if not a["leaving"] and len(a["left"]) < len(times)]
                if free:
                    take(min(free, key=lambda a: (len(a["left"]), a["changed"])), what)
                else:
                    queue.append(what)
            for _ in range(what if kind == 0 else 0):
                agents.append({"left": {}, "leaving": False, "changed": next(turn)})
                offer(agents[-1])
            for _ in range(-what if kind == 0 else 0):
                stay = [a for a in agents if not a["leaving"]]
                leaver = min(stay, key=lambda a: (len(a["left"]), min(a["left"].values(), default=0) * (
                    times[len(a["left"]) - 1] if a["left"] else 0)))  # fmt: skip
                leaver["leaving"] = True
        else:
            forward(end)
            del agents[k]["left"][chat]
            fate[chat][1] = now
            agents[k]["changed"] = next(turn)
            offer(agents[k])
    return fate


def fast_day(arrival, handle, patience, staff, step_s, times):
    day = Calls(np.array([0, len(arrival)]), *(np.asarray(v, float) for v in (arrival, handle, patience)))
    engaged, spent, length = np.zeros((3, 1, len(staff)))
    served = _serve(day, staff_steps(staff, step_s), times, step_s, engaged, spent, length)
    return served, engaged[0], spent[0], length[0]


@pytest.mark.parametrize("times", [TIMES, (300.0,), (200.0, 200.0, 200.0, 230.0), (100.0, 200.0)])
@pytest.mark.parametrize("seed", range(4))
def test_every_chat_as_in_an_event_list(seed, times):
    random = np.random.default_rng([seed, len(times)])
    staff = random.integers(0, 8, 12).tolist()
    arrival = np.sort(random.uniform(0, 12 * 600, 250))
    handle, patience = random.lognormal(5, 1, 250), random.exponential(200, 250)
    slow = slow_day(arrival.tolist(), handle.tolist(), patience.tolist(), staff, 600, times)
    served, engaged, spent, length = fast_day(arrival, handle, patience, staff, 600, times)
    answered = np.array([fate is not None for fate in slow])
    assert np.array_equal(served.group >= 0, answered)
    assert 20 < answered.sum() < 250
    begin, end = (np.array([fate[k] for fate in slow if fate]) for k in (0, 1))
    assert served.start_s[answered] == pytest.approx(begin, abs=1e-6)
    assert length.sum() == pytest.approx((end - begin).sum())
    edges = np.arange(13) * 600.0
    overlap = np.clip(np.minimum(end[:, None], edges[1:]) - np.maximum(begin[:, None], edges[:-1]), 0, None)
    assert spent == pytest.approx(overlap.sum(axis=0))
    assert (engaged <= spent + 1e-9).all()


def same(a, b):
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


@pytest.mark.parametrize("patience", [Exponential(90), Infinite(), Constant(45)])
def test_one_chat_at_once_is_the_single_queue(patience):
    demand, staff = Demand([110, 140, 100, 0, 30] * 4, Lognormal(300, 1), patience), [20, 24, 16, 3, 9] * 4
    size = {"interval_s": 1800, "replications": 20, "seed": 6, "answer_within_s": 20}
    calls, chats = simulate(demand, staff, **size), simulate_chat(demand, staff, concurrency=[300], **size)
    assert same(calls.calls, chats.calls)
    assert chats.agents.busy_s == pytest.approx(calls.agents.busy_s)
    assert chats.agents.staffed_s == pytest.approx(calls.agents.staffed_s)


def exact_chain(rate, times, patience_s, agents, longest):
    """Share waiting, leaving, places taken and engaged, from the chain of agents counted by their chats.

    State: number of agents with 0, 1, ..., c chats, and customers waiting; a new chat goes where there are fewest.
    """
    c = len(times)
    theta = 0.0 if np.isinf(patience_s) else 1 / patience_s
    start = (agents, *[0] * c, 0)
    number, todo, moves = {start: 0}, [start], []

    def go(state, chance, to):
        if chance and min(to) >= 0 and to[-1] <= longest:
            if to not in number:
                number[to] = len(number)
                todo.append(to)
            moves.append((number[state], number[to], chance))

    def shifted(state, from_load, to_load):
        moved = list(state)
        moved[from_load] -= 1
        moved[to_load] += 1
        return tuple(moved)

    while todo:
        state = todo.pop()
        loads, waiting = state[:-1], state[-1]
        fewest = next(k for k in range(c + 1) if loads[k])
        go(state, rate, shifted(state, fewest, fewest + 1) if fewest < c else (*loads, waiting + 1))
        for k in range(1, c + 1):
            after = (*loads, waiting - 1) if waiting else shifted(state, k, k - 1)
            go(state, loads[k] * k / times[k - 1], after)
        go(state, waiting * theta, (*loads, waiting - 1))
    q = np.zeros((len(number), len(number)))
    for a, b, chance in moves:
        q[a, b] += chance
        q[a, a] -= chance
    law = np.linalg.lstsq(np.vstack([q.T, np.ones(len(number))]), np.r_[np.zeros(len(number)), 1], rcond=None)[0]
    states = np.array(list(number))
    waiting = states[:, -1]
    return {
        "p_wait": law[states[:, c] == agents].sum(),
        "queue_len": law @ waiting,
        "occupancy": law @ (states[:, : c + 1] @ np.arange(c + 1)) / (agents * c),
        "engagement": 1 - law @ states[:, 0] / agents,
        "abandonment": law @ waiting * theta / rate,
    }


@pytest.mark.parametrize(
    ("rate_h", "times", "patience_s", "agents"),
    [
        (20, TIMES, 200, 2),
        (40, TIMES, 120, 3),
        (45, (300.0, 420.0), np.inf, 3),
        (60, (200.0, 260.0, 300.0, 330.0), 300, 2),
        (60, (240.0, 480.0), 100, 4),
    ],
)
def test_exponential_chats_are_a_markov_chain(rate_h, times, patience_s, agents):
    """Whatever the pace, sizes without memory leave no trace but the number of chats of each agent."""
    exact = exact_chain(rate_h / 3600, times, patience_s, agents, longest=70)
    intervals = 60
    found = simulate_chat(
        Demand(
            np.full(intervals, 2.0 * rate_h),
            Exponential(times[0]),
            Infinite() if np.isinf(patience_s) else Exponential(patience_s),
        ),
        np.full(intervals, agents),
        concurrency=times,
        interval_s=7200,
        replications=120,
        seed=agents,
    )
    scores = {}
    for name, value in exact.items():
        numerator, denominator = (part[:, 2:-1].sum(axis=1) for part in found.ratio(name))
        seen = ratio_estimate(numerator, denominator, 0.95)
        if value > 0:
            scores[name] = round(float((seen.value - value) / seen.standard_error), 2)
    assert {name: z for name, z in scores.items() if abs(z) > 3} == {}


@pytest.mark.parametrize(("agents", "patience_s"), [(12, 300), (13, 120), (13, 600), (15, 300)])
def test_the_model_of_even_spreading_is_close(agents, patience_s):
    """100 chats in half an hour, 400/520/660 s: the model spreads chats anew at every end, the simulation does not."""
    exact = performance(
        "chat", calls=100, interval_s=1800, aht_s=400, agents=agents, concurrency=TIMES, patience_s=patience_s,
        answer_within_s=30,
    )  # fmt: skip
    demand = Demand(np.full(42, 100.0), Exponential(400), Exponential(patience_s))
    found = simulate_chat(
        demand, np.full(42, agents), concurrency=TIMES, interval_s=1800, answer_within_s=30, replications=200
    )
    for name, close in (("service_level", 0.012), ("abandonment", 0.003), ("occupancy", 0.01)):
        numerator, denominator = (part[:, 4:].sum(axis=1) for part in found.ratio(name))
        assert numerator.sum() / denominator.sum() == pytest.approx(float(getattr(exact, name)), abs=close), name


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 20), min_size=1, max_size=4),
    st.lists(st.integers(0, 12), min_size=4, max_size=4),
    st.integers(0, 1000),
)
def test_everyone_is_accounted_for(slower, staff, seed):
    times = [100.0]
    for more in slower:
        times.append(min(times[-1] + more, times[-1] * (len(times) + 1) / len(times)))
    demand = Demand([30.0, 60, 0, 20], Lognormal(100, 1), Exponential(90))
    found = simulate_chat(demand, staff, concurrency=times, interval_s=600, replications=5, seed=seed)
    calls, time = found.calls, found.chats
    assert (calls.offered == calls.answered + calls.abandoned + calls.waiting).all()
    assert (time.engaged_s <= time.staffed_s + 1e-6).all()
    assert (time.spent_s <= len(times) * time.engaged_s + 1e-6).all()
    assert (time.spent_s >= time.engaged_s - 1e-6).all()
    assert np.array_equal(
        calls.offered, simulate(demand, staff, interval_s=600, replications=5, seed=seed).calls.offered
    )


def test_more_chats_at_once_carry_more_and_take_longer():
    demand = Demand(np.full(10, 80.0), Lognormal(400, 1), Exponential(120))
    found = [
        simulate_chat(demand, np.full(10, 10), concurrency=TIMES[:c], interval_s=1800, replications=60)
        for c in (1, 2, 3)
    ]
    lost = [float(r.whole_day("abandonment").value) for r in found]
    length = [float(r.whole_day("aht_s").value) for r in found]
    assert lost == sorted(lost, reverse=True)
    assert length == sorted(length)
    assert length[2] < 660 * 1.05
    assert {"engagement", "chats_at_once", "aht_s"} <= set(found[2].summary()["measure"])
    assert "chats_spent_s" in found[2].frame()


@pytest.mark.parametrize(
    ("times", "error"), [([], InputError), ([400, 300], InputError), ([400, -1], InputError), ([100, 250], InputError)]
)
def test_senseless_concurrency_is_refused(times, error):
    demand = Demand([10, 10], Exponential(400), Infinite())
    with pytest.raises(error, match="concurrency"):
        simulate_chat(demand, [1, 1], concurrency=times, interval_s=1800)
    with pytest.raises(UsageProblem):
        simulate_chat(demand, [1], concurrency=[400], interval_s=1800)
