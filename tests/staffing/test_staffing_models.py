"""Queue models against slow, obvious computations of the same chain, and the conventions at the edges."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.linalg import expm, solve

from staffing import MODELS, Performance, performance
from staffing.blocking import inverse_blocking

METRICS = Performance.__dataclass_fields__


def exact_blocking(load: Fraction, agents: int) -> Fraction:
    weights = [load**k / math.factorial(k) for k in range(agents + 1)]
    return weights[-1] / sum(weights)


@pytest.mark.parametrize("load", ["1/10", "1", "7/3", "10", "33", "141/4", "120"])
def test_blocking_is_the_erlang_b_formula(load):
    load = Fraction(load)
    agents = [0, 1, 2, 5, 8, 9, 15, 16, 17, 30, 60, 100]
    expected = [float(1 / exact_blocking(load, n)) for n in agents]
    assert inverse_blocking(float(load), agents) == pytest.approx(expected, rel=2e-13)


def test_blocking_of_twenty_thousand_erlangs_by_the_recursion():
    inverse, load = 1.0, 20_000.0
    ladder = [inverse := 1 + k / load * inverse for k in range(1, 20_401)]
    agents = np.array([1, 9_000, 15_999, 16_001, 19_999, 20_000, 20_001, 20_400])
    assert inverse_blocking(load, agents) == pytest.approx(np.array(ladder)[agents - 1], rel=1e-12)


@pytest.mark.parametrize(("load", "agents"), [("1/2", 1), ("9/2", 5), ("10", 11), ("10", 40), ("199/2", 100)])
def test_erlang_c_is_the_sum_over_states(load, agents):
    load = Fraction(load)
    terms = [load**k / math.factorial(k) for k in range(agents)]
    queue = load**agents / math.factorial(agents) * agents / (agents - load)
    waits = queue / (sum(terms) + queue)
    found = performance(
        "erlang_c", calls=float(load), interval_s=300, aht_s=300, agents=agents, answer_within_s=[0.0, 20.0]
    )
    spare = float(agents - load)
    assert found.p_wait == pytest.approx(float(waits), rel=1e-12)
    assert found.service_level == pytest.approx(
        [1 - float(waits), 1 - float(waits) * math.exp(-spare * 20 / 300)], abs=1e-13
    )
    assert found.asa_s == pytest.approx(float(waits) * 300 / spare, rel=1e-12)
    assert found.queue_len == pytest.approx(float(waits * load / (agents - load)), rel=1e-12)


def tagged_customer(load, agents, aht_s, patience_s, within_s):
    """M/M/n+M solved as a birth-death chain, each caller followed through the queue as a chain of its own."""
    arrival, service, leave = load / aht_s, 1 / aht_s, 1 / patience_s
    states = agents + 260
    death = [min(j, agents) * service + max(j - agents, 0) * leave for j in range(1, states)]
    log_weight = np.concatenate([[0.0], np.cumsum(np.log(arrival / np.array(death)))])
    share = np.exp(log_weight - log_weight.max())
    share /= share.sum()
    assert share[-1] < 1e-17
    ahead = states - agents
    met = share[agents:]

    forward = agents * service + np.arange(ahead) * leave
    moves = np.diag(-forward) + np.diag(forward[1:], -1)
    impatient = moves - leave * np.eye(ahead)
    stays, never_leaves = expm(impatient * within_s), expm(moves * within_s)
    time_here = solve(-impatient, np.eye(ahead))
    served = time_here[:, 0] * forward[0]
    served_in_time = (time_here @ (np.eye(ahead) - stays))[:, 0] * forward[0]
    gone = leave * time_here.sum(1)
    gone_in_time = leave * (time_here @ (np.eye(ahead) - stays)).sum(1)
    wait_if_served = (time_here @ time_here)[:, 0] * forward[0]

    at_once = share[:agents].sum()
    in_time, lost, lost_in_time = at_once + met @ served_in_time, met @ gone, met @ gone_in_time
    answered = at_once + met @ served
    return {
        "p_wait": met.sum(),
        "service_level": in_time,
        "sl_excl_short_abn": in_time / (1 - lost_in_time),
        "sl_answered": in_time / answered,
        "sl_incl_short_abn": in_time + lost_in_time,
        "sl_virtual": 1 - met @ never_leaves.sum(1),
        "asa_s": met @ wait_if_served / answered,
        "wait_all_s": met @ time_here.sum(1),
        "wait_virtual_s": met @ solve(-moves, np.ones(ahead)),
        "occupancy": share @ np.minimum(np.arange(states), agents) / agents,
        "abandonment": lost,
        "queue_len": met @ np.arange(ahead),
        "blocking": 0.0,
    }


@pytest.mark.parametrize(
    ("load", "agents", "aht_s", "patience_s", "within_s"),
    [
        (10.0, 12, 180, 120, 20),
        (10.0, 8, 180, 120, 20),
        (10.0, 8, 180, 120, 0),
        (10.0, 2, 180, 60, 45),
        (0.3, 1, 240, 30, 10),
        (4.9, 5, 600, 900, 20),
        (40.0, 38, 300, 45, 30),
        (40.0, 41, 300, 300, 120),
        (2.0, 1, 60, 5, 20),
    ],
)
def test_erlang_a_is_the_birth_death_chain(load, agents, aht_s, patience_s, within_s):
    expected = tagged_customer(load, agents, aht_s, patience_s, within_s)
    found = performance(
        "erlang_a",
        calls=load,
        interval_s=aht_s,
        aht_s=aht_s,
        agents=agents,
        patience_s=patience_s,
        answer_within_s=within_s,
    )
    for name in METRICS:
        assert getattr(found, name) == pytest.approx(expected[name], rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize("patience_s", [0.1, 1.0, 60.0, 1e4, 950_400.0])
@pytest.mark.parametrize(("load", "agents"), [(0.01, 1), (5.0, 5), (5.0, 1), (500.0, 480), (2e4, 1), (2e4, 20_150)])
def test_erlang_a_keeps_its_balances_at_the_extremes(load, agents, patience_s):
    """Answered and abandoned make up the offered, and rates of abandoning follow from time spent waiting."""
    found = performance(
        "erlang_a", calls=load, interval_s=180, aht_s=180, agents=agents, patience_s=patience_s, answer_within_s=20
    )
    assert found.occupancy * agents / load + found.abandonment == pytest.approx(1, abs=1e-11)
    assert found.abandonment == pytest.approx(found.wait_all_s / patience_s, rel=1e-12)
    assert found.asa_s <= found.wait_virtual_s * (1 + 1e-9)
    assert found.service_level <= found.sl_virtual + 1e-12
    assert found.sl_virtual <= found.sl_incl_short_abn + 1e-12


@pytest.mark.parametrize(("load", "agents"), [(0.2, 1), (9.0, 10), (48.0, 50), (950.0, 1000)])
def test_erlang_a_becomes_erlang_c_as_patience_grows(load, agents):
    common = {"calls": load, "interval_s": 180, "aht_s": 180, "agents": agents}
    endless = performance("erlang_c", **common)
    for patience_s, tolerance in ((1e7, 2e-2), (1e10, 2e-5)):
        patient = performance("erlang_a", patience_s=patience_s, **common)
        assert patient.service_level == pytest.approx(endless.service_level, abs=tolerance)
        assert patient.asa_s == pytest.approx(endless.asa_s, rel=tolerance)


@pytest.mark.parametrize(("load", "agents"), [(0.2, 1), (9.0, 10), (60.0, 50)])
def test_erlang_a_becomes_erlang_b_as_patience_ends(load, agents):
    common = {"calls": load, "interval_s": 180, "aht_s": 180, "agents": agents}
    loss, hasty = performance("erlang_b", **common), performance("erlang_a", patience_s=1e-4, **common)
    for name in ("abandonment", "service_level", "occupancy"):
        assert getattr(hasty, name) == pytest.approx(getattr(loss, name), abs=1e-4)


@pytest.mark.parametrize("model", list(MODELS))
class TestEveryModel:
    def performance(self, model, calls, agents, aht_s=180.0, **options):
        traits = {"patience_s": 90, "lines": 50, "sources": 1000, "redial": 0.3, "concurrency": (1, 1.3, 1.65)}
        return performance(model, calls=calls, interval_s=1800, aht_s=aht_s, agents=agents, **traits, **options)

    def test_no_calls_is_perfect_and_idle(self, model):
        found = self.performance(model, 0, [0, 1, 9])
        for name in METRICS:
            assert (getattr(found, name) == (1.0 if "sl_" in name or name == "service_level" else 0.0)).all(), name

    def test_calls_that_take_no_time_need_one_agent(self, model):
        found = self.performance(model, 100, [1, 5], aht_s=0)
        assert (found.service_level == 1).all()
        assert (found.p_wait == 0).all()
        assert (found.occupancy == 0).all()

    @pytest.mark.parametrize("aht_s", [0.0, 180.0])
    def test_nobody_there_answers_nobody(self, model, aht_s):
        found = self.performance(model, 100, 0, aht_s=aht_s)
        assert found.service_level == 0
        assert found.abandonment == pytest.approx(1 if MODELS[model].loses_calls else 0, abs=1e-15)

    def test_arrays_broadcast_and_agree_with_single_answers(self, model):
        calls, agents = np.array([[0.0], [12.0], [140.0]]), np.array([0, 3, 14, 15, 40])
        table = self.performance(model, calls, agents, answer_within_s=30)
        for (i, row), (j, n) in [(a, b) for a in enumerate(calls[:, 0]) for b in enumerate(agents)]:
            single = self.performance(model, row, n, answer_within_s=30)
            for name in METRICS:
                assert getattr(table, name).shape == (3, 5)
                np.testing.assert_allclose(getattr(single, name), getattr(table, name)[i, j], rtol=1e-13)

    def test_many_intervals_agree_with_few(self, model):
        calls = np.linspace(1, 300, 2500)
        whole = self.performance(model, calls, np.ceil(calls / 9))
        part = self.performance(model, calls[2400:], np.ceil(calls[2400:] / 9))
        np.testing.assert_allclose(whole.service_level[2400:], part.service_level, rtol=1e-13)

    def test_no_intervals(self, model):
        assert self.performance(model, np.empty(0), 3).service_level.shape == (0,)

    def test_it_says_what_it_is(self, model):
        assert MODELS[model].title
