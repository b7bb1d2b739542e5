"""Chat: the chain of states walked one by one, the queues it becomes, published figures, and chats simulated."""

import heapq
import itertools
import math
import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm, solve

from staffing import Performance, performance, required_agents, requirement, trade_off
from staffing.models.chat import engagement
from wfm.errors import InputError
from wfm.params import QueueSpec, ServiceTarget

METRICS = Performance.__dataclass_fields__
TIMES = (400.0, 520.0, 660.0)
HUNDRED = {"calls": 100, "interval_s": 1800, "aht_s": 400, "concurrency": TIMES, "patience_s": 180}
LEVEL = ServiceTarget(0.8, 30, max_occupancy=None)


def test_known_chat_figures():
    """100 chats in half an hour of 400, 520 and 660 s, patience 180 s, 80/30; figures of an independent study."""
    assert required_agents("chat", target=LEVEL, **HUNDRED).agents == 13
    found = performance("chat", agents=16, answer_within_s=30, **HUNDRED)
    assert (round(float(found.service_level), 4), round(float(found.abandonment), 4)) == (0.9973, 0.0009)


@pytest.mark.parametrize(("model", "patience_s"), [("erlang_c", None), ("erlang_a", 120.0), ("erlang_a", 2.0)])
def test_one_chat_at_a_time_is_a_call(model, patience_s):
    rng = np.random.default_rng(1)
    calls = np.append(np.exp(rng.normal(3, 2, 400)), [200_000.0, 1200.0])
    agents = np.floor(calls / 10 * np.append(rng.uniform(0.8, 1.5, 400), [1.004, 1.0])) + np.append(
        rng.integers(0, 4, 400), [0, 0]
    )
    queue = {"calls": calls, "interval_s": 1800, "aht_s": 180, "agents": agents, "patience_s": patience_s}
    one, chat = performance(model, **queue), performance("chat", concurrency=(7.0,), **queue)
    for name in METRICS:
        np.testing.assert_allclose(getattr(chat, name), getattr(one, name), rtol=1e-10, atol=1e-13, err_msg=name)


def even_rate(agents, chats, times):
    """Chats ended in a second when each new one goes to an agent who has the fewest."""
    held = [0] * agents
    for _ in range(min(chats, agents * len(times))):
        held[held.index(min(held))] += 1
    return sum(k / times[k - 1] for k in held if k), sum(k > 0 for k in held)


def chain(agents, times, calls_per_s, patience_s, within_s):
    """Every state of the queue, and each customer who waits followed through it."""
    places, leave = agents * len(times), 1 / patience_s
    full = places / times[-1]
    rates = [even_rate(agents, m, times)[0] for m in range(places + 1)]
    rates += [full + (j + 1) * leave for j in range(250)]
    log_weight = np.concatenate([[0.0], np.cumsum(np.log(calls_per_s / np.array(rates[1:])))])
    share = np.exp(log_weight - log_weight.max())
    share /= share.sum()
    assert share[-1] < 1e-17
    met = share[places:]
    ahead = met.size
    forward = full + np.arange(ahead) * leave
    moves = np.diag(-forward) + np.diag(forward[1:], -1)
    impatient = moves - leave * np.eye(ahead)
    stays = expm(impatient * within_s)
    time_here = solve(-impatient, np.eye(ahead))
    served, served_in_time = time_here[:, 0] * forward[0], (time_here @ (np.eye(ahead) - stays))[:, 0] * forward[0]
    answered = share[:places].sum() + met @ served
    in_time = share[:places].sum() + met @ served_in_time
    busy = [even_rate(agents, m, times)[1] for m in range(places + 1)] + [agents] * 250
    held = np.minimum(np.arange(share.size), places)
    return {
        "p_wait": met.sum(),
        "service_level": in_time,
        "sl_answered": in_time / answered,
        "sl_virtual": 1 - met @ expm(moves * within_s).sum(1),
        "asa_s": met @ (time_here @ time_here)[:, 0] * forward[0] / answered,
        "wait_all_s": met @ time_here.sum(1),
        "occupancy": share @ held / places,
        "abandonment": 1 - answered,
        "queue_len": met @ np.arange(ahead),
        "engaged": share @ busy / agents,
        "chats": share @ held / (share @ busy),
    }


@pytest.mark.parametrize(
    ("agents", "times", "calls", "patience_s"),
    [
        (13, TIMES, 100, 180),
        (2, TIMES, 100, 60),
        (1, (300.0, 300.0, 390.0, 500.0), 12, 600),
        (9, (200.0, 390.0), 80, 45),
        (20, (240.0, 300.0), 100, 1e5),
    ],
)
def test_the_chain_state_by_state(agents, times, calls, patience_s):
    expected = chain(agents, times, calls / 1800, patience_s, 30)
    queue = {"calls": calls, "interval_s": 1800, "aht_s": times[0], "agents": agents}
    queue |= {"concurrency": times, "patience_s": patience_s}
    found = performance("chat", answer_within_s=30, **queue)
    for name, value in expected.items():
        if name in METRICS:
            assert getattr(found, name) == pytest.approx(value, rel=1e-9, abs=1e-12), name
    assert engagement(**queue) == pytest.approx((expected["engaged"], expected["chats"]), rel=1e-10)


def test_endless_patience_is_the_limit_of_long_patience():
    queue = HUNDRED | {"agents": np.arange(14, 20), "answer_within_s": 30}
    long, endless = (performance("chat", **queue | {"patience_s": p}) for p in (1e9, None))
    for name in ("p_wait", "service_level", "asa_s", "occupancy"):
        np.testing.assert_allclose(getattr(long, name), getattr(endless, name), rtol=1e-5, err_msg=name)
    unstable = performance("chat", **queue | {"patience_s": None, "agents": 12})
    assert (unstable.service_level, unstable.p_wait, unstable.asa_s) == (0, 1, np.inf)
    assert (
        required_agents("chat", target=ServiceTarget(None, max_occupancy=1.0), **HUNDRED | {"patience_s": None}).agents
        == 13
    )


def simulate(agents, times, calls_per_s, patience_s, within_s, customers, seed):
    """Chats that stay with the agent who took them; each agent's chats share his attention."""
    rng = random.Random(seed)
    left = [[] for _ in range(agents)]  # work each chat still needs, in units of an exponential of mean 1
    queue, now, in_time, lost, arrived, tick = [], 0.0, 0, 0, 0, itertools.count()
    arrival = rng.expovariate(calls_per_s)
    while arrived < customers:
        speed = [1 / times[len(chats) - 1] if chats else 0.0 for chats in left]
        ends = [(now + min(chats) / s, i) for i, (chats, s) in enumerate(zip(left, speed, strict=True)) if chats]
        end, agent = min(ends, default=(math.inf, -1))
        gone = queue[0][0] if queue else math.inf
        then = min(arrival, end, gone)
        left = [[w - (then - now) * s for w in chats] for chats, s in zip(left, speed, strict=True)]
        now = then
        if then == gone:
            heapq.heappop(queue)
            lost += 1
        elif then == arrival:
            arrived += 1
            arrival = now + rng.expovariate(calls_per_s)
            least = min(range(agents), key=lambda i: len(left[i]))
            if len(left[least]) < len(times):
                left[least].append(rng.expovariate(1))
                in_time += 1
            else:
                heapq.heappush(queue, (now + rng.expovariate(1 / patience_s), next(tick), now))
        else:
            left[agent].remove(min(left[agent]))
            if queue:
                first = min(queue, key=lambda item: item[2])
                queue.remove(first)
                heapq.heapify(queue)
                left[agent].append(rng.expovariate(1))
                in_time += now - first[2] <= within_s
    return in_time / customers, lost / customers


def test_chats_that_stay_with_their_agent_are_served_about_as_well():
    """The model moves chats so that all have alike; agents can't, which costs little."""
    level, lost = simulate(14, TIMES, 100 / 1800, 180, 30, 30_000, seed=3)
    found = performance("chat", agents=14, answer_within_s=30, **HUNDRED)
    assert level == pytest.approx(float(found.service_level), abs=0.015)
    assert lost == pytest.approx(float(found.abandonment), abs=0.006)


@settings(max_examples=40, deadline=None)
@given(
    calls=st.floats(1, 2000),
    slower=st.lists(st.floats(0, 0.95), min_size=0, max_size=5),
    patience_s=st.none() | st.floats(5, 2000),
)
def test_more_chats_at_once_never_need_more_agents(calls, slower, patience_s):
    """Each further chat slows the others by less than it adds."""
    times = list(itertools.accumulate(range(len(slower)), lambda t, k: t * (1 + slower[k] / (k + 1)), initial=300.0))
    queue = {"calls": calls, "interval_s": 1800, "aht_s": 300, "target": LEVEL, "patience_s": patience_s}
    needed = [int(required_agents("chat", concurrency=times[: c + 1], **queue).agents) for c in range(len(times))]
    assert needed == sorted(needed, reverse=True)


def test_each_interval_may_have_its_own_concurrency():
    profiles = np.empty(3, object)
    profiles[:] = [(1.0,), TIMES, (1.0, 1.2)]
    mixed = performance("chat", agents=30, **HUNDRED | {"concurrency": profiles})
    alone = [float(performance("chat", agents=30, **HUNDRED | {"concurrency": p}).asa_s) for p in profiles]
    assert mixed.asa_s.tolist() == pytest.approx(alone, rel=1e-13)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((400, 300), "do not fall"),
        ((400, 900), "at most 1 at once"),
        ((400, 520, 800), "at most 2 at once"),
        ((400, -1), "handle times > 0"),
        ((400, math.nan), "handle times > 0"),
    ],
)
def test_handle_times_that_make_no_sense_are_refused(times, expected):
    with pytest.raises(InputError, match=expected):
        performance("chat", agents=3, **HUNDRED | {"concurrency": times})
    with pytest.raises(InputError, match="concurrency"):
        performance("chat", agents=3, **HUNDRED | {"concurrency": None})


def test_the_trade_off_says_how_many_chats_agents_have():
    curve = trade_off("chat", target=LEVEL, **HUNDRED)
    assert curve.loc[curve["is_answer"], "agents"].tolist() == [13]
    assert curve["chats_at_hand"].is_monotonic_decreasing
    assert curve["chats_at_hand"].between(1, 3).all()
    assert np.isnan(engagement(agents=[0, 5], **HUNDRED | {"calls": 0})).all()


def test_the_requirement_of_a_queue_of_chats():
    """Seconds replace the forecast's handle time, ratios go with it, and calls beside them stay calls."""
    starts = pd.date_range("2026-11-23 09:00", periods=3, freq="30min", tz="Europe/Amsterdam")
    frame = pd.concat(
        [
            pd.DataFrame({"queue": queue, "interval_start": starts, "calls": [100.0, 0.0, 40.0], "aht_s": aht_s})
            for queue, aht_s in (("chat", None), ("ratio", 400.0), ("sales", 180.0))
        ]
    ).astype({"aht_s": float})
    chat = QueueSpec("chat", LEVEL, channel="chat", concurrency=TIMES, patience_s=180)
    specs = {"chat": chat, "ratio": replace(chat, concurrency=(1, 1.3, 1.65)), "sales": QueueSpec("sales", LEVEL)}
    found = requirement(frame, specs, interval_s=1800).set_index("queue")
    assert found.loc["chat", "agents"].tolist() == found.loc["ratio", "agents"].tolist() == [13, 0, 6]
    assert found.loc["chat", "aht_s"].tolist() == [400.0] * 3
    assert found.loc["chat", "model"].tolist() == ["chat"] * 3
    assert set(found.loc["sales", "model"]) == {"erlang_c"}
    alone = performance("chat", agents=13, answer_within_s=30, **HUNDRED)
    assert found.loc["chat", "service_level"].iloc[0] == pytest.approx(float(alone.service_level))
