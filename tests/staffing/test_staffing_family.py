"""Models beyond Erlang C, A and B: exact sums, published numbers, limits; and the compiled searches."""

import csv
import itertools
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from staffing import MODELS, Performance, call_capacity, fractional_agents, performance, required_agents
from staffing.blocking import inverse_blocking
from staffing.queueing import Workload
from staffing.search import binding_reason, least_agents
from staffing.targets import REASONS, Limits
from wfm.errors import InputError
from wfm.params import NEEDED_TRAITS, TRAITS, ServiceTarget

METRICS = Performance.__dataclass_fields__
PUBLISHED = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "published_erlang.csv"


@pytest.mark.parametrize("load", [0.02, 0.9, 7.5, 120.0, 3000.0])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.79, 0.81, 1.0, 1.3])
def test_blocking_between_whole_numbers_is_the_integral(load, share):
    """Jagerman 1974: 1/B(n) = integral of e^-t (1 + t/A)^n, here by adaptive quadrature around its peak."""
    n = share * load + 0.37
    peak = max(n - load, 0.0)
    top = n * math.log1p(peak / load) - peak
    width = 40 * math.sqrt(n + 1) + 40
    edges = [max(peak - width, 0.0), peak, peak + width]
    parts = [
        quad(lambda t: math.exp(n * math.log1p(t / load) - t - top), a, b, epsrel=1e-13, epsabs=0, limit=400)[0]
        for a, b in itertools.pairwise(edges)
        if b > a
    ]
    assert math.log(float(inverse_blocking(load, n))) == pytest.approx(top + math.log(sum(parts)), abs=1e-11)


@settings(max_examples=100, deadline=None)
@given(load=st.floats(0.01, 20_000), share=st.floats(0, 1.2))
def test_blocking_between_whole_numbers_keeps_its_recursion(load, share):
    n = share * load
    one, more = inverse_blocking(load, [n, n + 1])
    if more < 1e250:
        assert more == pytest.approx(1 + (n + 1) / load * one, rel=2e-12)


def engset_blocking(offered: Fraction, agents: int, sources: int) -> Fraction:
    weights = [math.comb(sources - 1, k) * offered**k for k in range(agents + 1)]
    return weights[-1] / sum(weights)


@pytest.mark.parametrize(("sources", "agents"), [(2, 1), (10, 3), (10, 9), (10, 10), (40, 0), (60, 31), (300, 30)])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.97])
def test_engset_is_the_truncated_binomial(sources, agents, share):
    """What is found satisfies Engset's formula, exactly summed, for the sources' own rate."""
    load = share * sources
    found = performance("engset", calls=load, interval_s=1, aht_s=1, agents=agents, sources=sources)
    blocked = float(found.blocking)
    offered = Fraction(load) / (sources - Fraction(load) * (1 - Fraction(blocked)))
    assert blocked == pytest.approx(float(engset_blocking(offered, agents, sources)), rel=1e-10, abs=1e-14)
    if agents:
        assert found.occupancy == pytest.approx(load * (1 - blocked) / agents, rel=1e-12)


@pytest.mark.parametrize("agents", [1, 8, 14, 40])
def test_engset_of_very_many_sources_is_erlang_b(agents):
    queue = {"calls": 100, "interval_s": 1800, "aht_s": 180, "agents": agents}
    few, many = (performance("engset", sources=10**k, **queue).blocking for k in (2, 9))
    endless = performance("erlang_b", **queue).blocking
    assert few < endless
    assert many == pytest.approx(float(endless), rel=1e-6)


def test_sources_that_cannot_offer_the_load_are_refused():
    with pytest.raises(InputError, match="less than the number of sources, 10"):
        performance("engset", calls=[1, 10], interval_s=1, aht_s=1, agents=3, sources=10)


@pytest.mark.parametrize(("redial", "level"), [(0.0, 0.719), (0.6, 0.542), (0.9, 0.140)])
def test_known_erlang_x(redial, level):
    """50 erlangs of 240 s on 48 agents, patience 120 s, 80/20: the redials alone ruin the service."""
    found = performance(
        "erlang_x", calls=50, interval_s=240, aht_s=240, agents=48, patience_s=120, redial=redial, answer_within_s=20
    )
    assert found.service_level == pytest.approx(level, abs=5e-4)


def test_redials_come_back_to_themselves():
    """Erlang X is Erlang A at the load that its abandons make, found here by the slow fixed point."""
    agents, redial = np.array([[0], [1], [30], [48], [80]]), np.array([0.0, 0.3, 0.95])
    queue = {"interval_s": 240, "aht_s": 240, "agents": agents, "patience_s": 120}
    load = np.full((5, 3), 50.0)
    for _ in range(2000):
        load = 50 + redial * performance("erlang_a", calls=load, **queue).abandonment * load
    expected = performance("erlang_a", calls=load, **queue)
    found = performance("erlang_x", calls=50, redial=redial, **queue)
    for name in METRICS:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("redial", [0.0, 0.5, 0.9])
def test_retries_come_back_to_themselves(redial):
    load = 12.0
    for _ in range(3000):
        load = 12 + redial * load / float(inverse_blocking(load, 10))
    found = performance("extended_b", calls=12, interval_s=1, aht_s=1, agents=10, redial=redial)
    assert found.blocking == pytest.approx(1 / float(inverse_blocking(load, 10)), rel=1e-11)


def birth_death(load, agents, lines, aht_s, patience_s, within_s):
    """M/M/n/k + M in exact fractions where there is no exponential, state by state."""
    leaving = Fraction(0) if patience_s is None else Fraction(aht_s, patience_s)
    weights = [Fraction(1)]
    for state in range(1, lines + 1):
        weights.append(weights[-1] * load / (min(state, agents) + max(state - agents, 0) * leaving))
    total = sum(weights)
    share = [weight / total for weight in weights]
    served = [agents / (agents + (state - agents + 1) * leaving) for state in range(agents, lines)]
    waited = sum(share[agents + j] * (j + 1) / (agents + (j + 1) * leaving) for j in range(lines - agents))
    answered = sum(share[:agents]) + sum(s * p for s, p in zip(share[agents:], served, strict=False))
    return {
        "blocking": share[-1],
        "abandonment": 1 - answered,
        "p_wait": sum(share[agents:lines]),
        "occupancy": load * answered / agents,
        "wait_all_s": waited * aht_s,
        "queue_len": sum(max(state - agents, 0) * s for state, s in enumerate(share)),
    }


@pytest.mark.parametrize("patience_s", [None, 30, 400])
@pytest.mark.parametrize(("load", "agents", "lines"), [(10, 12, 20), (10, 8, 20), (3, 1, 1), (40, 25, 60), (2, 5, 6)])
def test_limited_lines_are_the_birth_death_chain(load, agents, lines, patience_s):
    expected = birth_death(Fraction(load), agents, lines, 180, patience_s, 20)
    found = performance(
        "limited_lines", calls=load, interval_s=180, aht_s=180, agents=agents, lines=lines, patience_s=patience_s
    )
    for name, value in expected.items():
        assert getattr(found, name) == pytest.approx(float(value), rel=1e-12, abs=1e-15), name


def test_waits_on_limited_lines_are_sums_of_exponential_times():
    """Each state's wait by quadrature of its hypoexponential density."""
    load, agents, lines, aht_s, patience_s, within_s = 10.0, 9, 14, 180.0, 100.0, 25.0
    weights = [1.0]
    for state in range(1, lines + 1):
        weights.append(weights[-1] * load / (min(state, agents) + max(state - agents, 0) * aht_s / patience_s))
    share = np.array(weights) / sum(weights)
    in_time = share[:agents].sum()
    for j in range(lines - agents):
        rates = agents / aht_s + np.arange(j + 1) / patience_s
        scale = [np.prod([other / (other - rate) for other in rates if other != rate]) for rate in rates]

        def density(t, rates=rates, scale=scale):
            return sum(s * r * math.exp(-r * t) for s, r in zip(scale, rates, strict=True)) * math.exp(-t / patience_s)

        in_time += share[agents + j] * quad(density, 0, within_s)[0]
    found = performance(
        "limited_lines",
        calls=load,
        interval_s=aht_s,
        aht_s=aht_s,
        agents=agents,
        lines=lines,
        patience_s=patience_s,
        answer_within_s=within_s,
    )
    assert found.service_level == pytest.approx(in_time, abs=1e-10)


@pytest.mark.parametrize(("model", "patience_s"), [("erlang_c", None), ("erlang_a", 120.0), ("erlang_a", 3000.0)])
def test_many_lines_are_no_limit(model, patience_s):
    queue = {"calls": [48, 480, 4800], "interval_s": 60, "aht_s": 60, "agents": [50, 490, 4830]}
    queue |= {"answer_within_s": [20, 0, 90], "patience_s": patience_s}
    endless, many = performance(model, **queue), performance("limited_lines", lines=9000, **queue)
    for name in METRICS:
        np.testing.assert_allclose(getattr(many, name), getattr(endless, name), rtol=2e-9, atol=1e-11, err_msg=name)


def test_as_many_lines_as_agents_are_erlang_b():
    queue = {"calls": 100, "interval_s": 1800, "aht_s": 180}
    lines = np.array([1, 8, 14])
    loss = performance("erlang_b", agents=lines, **queue)
    for agents in (lines, lines + 5):
        found = performance("limited_lines", agents=agents, lines=lines, patience_s=60, **queue)
        assert found.blocking == pytest.approx(loss.blocking, rel=1e-12)
        assert found.service_level == pytest.approx(loss.service_level, rel=1e-12)


def test_targets_that_lines_cannot_reach_are_refused():
    target = ServiceTarget(0.8, 20, max_occupancy=None)
    with pytest.raises(InputError, match="give more lines") as problem:
        required_agents("limited_lines", calls=[10, 100, 120], interval_s=1800, aht_s=180, target=target, lines=9)
    assert problem.value.findings[0].count == 2


def test_what_a_queue_is_told_of_is_what_models_need():
    assert {name: model.needs for name, model in MODELS.items() if model.needs} == NEEDED_TRAITS
    assert {name for _, model in MODELS.items() for name in (*model.needs, *model.takes)} == set(TRAITS)


targets = st.builds(
    ServiceTarget,
    service_level=st.floats(0.05, 0.99),
    answer_within_s=st.sampled_from([0.0, 20.0, 600.0]),
    asa_s=st.none() | st.floats(0.5, 200),
    max_occupancy=st.none() | st.floats(0.3, 1),
    max_abandonment=st.none() | st.floats(0.005, 0.3),
)


@pytest.mark.parametrize("model", [name for name, member in MODELS.items() if member.search])
@settings(max_examples=25, deadline=None)
@given(target=targets, seed=st.integers(0, 10**6), asks_level=st.booleans())
def test_compiled_searches_find_what_bisection_finds(model, target, seed, asks_level):
    if not asks_level and (target.asa_s or target.max_occupancy or target.max_abandonment):
        target = replace(target, service_level=None)
    random = np.random.default_rng(seed)
    calls, aht_s, patience_s = (np.exp(random.normal(mean, 1.5, 40)) for mean in (3, 5, 5))
    queue = MODELS[model]
    traits = {"patience_s": patience_s} if queue.needs else {}
    work = Workload.of(calls, 1800.0, aht_s, **traits)
    limits = Limits.of(target, calls.shape)
    agents, reasons = queue.search(work.load_erl, work, limits)
    assert agents.tolist() == least_agents(queue, work, limits).tolist()
    expected = binding_reason(queue, work, limits, agents, min_agents=0)
    assert np.array(REASONS)[reasons].tolist() == expected.tolist()


def test_compiled_search_of_large_centres_where_exponentials_underflow():
    """With 20,000 erlangs and ten minutes to answer, e^(-n T / AHT) is far below the least double."""
    calls, patience_s = np.array([900.0, 5000.0, 20_000.0]), np.array([30.0, 300.0, 5000.0])
    work = Workload.of(calls, 180.0, 180.0, patience_s=patience_s)
    for within_s in (0.0, 20.0, 600.0):
        limits = Limits.of(ServiceTarget(0.9, within_s, max_occupancy=None), calls.shape)
        queue = MODELS["erlang_a"]
        assert queue.search(work.load_erl, work, limits)[0].tolist() == least_agents(queue, work, limits).tolist()


def test_many_intervals_are_staffed_as_few_are():
    random = np.random.default_rng(5)
    size = max(member.search_from for _, member in MODELS.items())
    calls, aht_s = random.uniform(0, 300, size), random.uniform(100, 400, size)
    calls[:50], aht_s[40:90] = 0, 0
    for model in ("erlang_c", "erlang_a"):
        ask = {"interval_s": 1800, "target": ServiceTarget(), "patience_s": 120, "min_agents": 4}
        many = required_agents(model, calls=calls, aht_s=aht_s, **ask)
        few = required_agents(model, calls=calls[:300], aht_s=aht_s[:300], **ask)
        assert many.agents[:300].tolist() == few.agents.tolist()
        assert many.binding[:300].tolist() == few.binding.tolist()


def published():
    if not PUBLISHED.exists():
        pytest.skip("published numbers are not beside the project")
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return {row["case"]: (float(row["published"]), float(row["tolerance"])) for row in csv.DictReader(file)}


def level(share, within_s=10):
    return ServiceTarget(share, within_s, max_occupancy=None)


def lost(share):
    return ServiceTarget(None, max_occupancy=None, max_abandonment=share)


def wait(seconds):
    return ServiceTarget(None, max_occupancy=None, asa_s=seconds)


def bears(model, agents, aht_s, target, **traits):
    return call_capacity(model, agents=agents, interval_s=aht_s, aht_s=aht_s, target=target, fractional=True, **traits)


def test_inverse_questions_of_the_file_of_published_numbers():
    agents = {"calls": 936, "interval_s": 1800, "aht_s": 180}
    found = {
        "ErlcNsrvFromFractionOk5(1800,936,180,10,0.9) fractional agents": fractional_agents(
            "erlang_c", target=level(0.9), **agents
        ),
        "ErlcNsrvFromFractionOk5(1800,936,180,10,0.95) fractional agents": fractional_agents(
            "erlang_c", target=level(0.95), **agents
        ),
        "ErlcTrafFromFractionOk(25.0,180,10,0.9)": bears("erlang_c", 25, 180, level(0.9)),
        "ErlcTrafFromFractionOk(25.0,180,10,0.95)": bears("erlang_c", 25, 180, level(0.95)),
        "ErlcTrafFromWait(20,300,5)": bears("erlang_c", 20, 300, wait(5)),
        "ErlcTrafFromWait(20,300,60)": bears("erlang_c", 20, 300, wait(60)),
        "Erlang B 15 lines 1% -> traffic": bears("erlang_b", 15, 1, lost(0.01)),
        "ExtErlBTraffic(0.030,200,70)": bears("extended_b", 200, 1, lost(0.03), redial=0.7),
        "ExtErlBLines(100,0.025,50)": required_agents(
            "extended_b", calls=100, interval_s=1, aht_s=1, target=lost(0.025), redial=0.5
        ).agents,
        "8 channels 0.05": bears("erlang_b", 8, 1, lost(0.05)),
        "9 channels 0.001": bears("erlang_b", 9, 1, lost(0.001)),
        "10 channels 0.0001": bears("erlang_b", 10, 1, lost(0.0001)),
    }
    known = published()
    for case, value in found.items():
        number, tolerance = known[case]
        assert float(value) == pytest.approx(number, abs=tolerance), case
