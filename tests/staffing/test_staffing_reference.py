"""Against 60-digit reference cases, and against numbers that others published."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from staffing import performance, required_agents, solve_cases
from wfm.params import ServiceTarget

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "erlang_cases.csv"
LEVELS = ["sl_offered", "sl_excl_short_abn", "sl_answered", "sl_incl_short_abn", "sl_virtual"]
OTHERS = ["p_wait", "asa_answered_s", "wait_all_s", "wait_virtual_s", "occupancy", "p_abandon", "queue_len"]
COUNTS = ["min_agents_sl", "min_agents_asa", "min_agents_occ", "min_agents_all", "gross_sl", "gross_all"]


@pytest.fixture(scope="module")
def solved() -> tuple[pd.DataFrame, pd.DataFrame]:
    if not CASES.exists():
        pytest.skip("reference cases are not beside the project")
    expected = pd.read_csv(CASES, dtype=str, keep_default_na=False)
    results = [*LEVELS, *OTHERS, *COUNTS]
    found, findings = solve_cases(expected.drop(columns=results), "erlang_cases.csv")
    assert not list(findings)
    return found, expected.assign(**{name: [float(v or "nan") for v in expected[name]] for name in results})


def error(found, expected, name, scale=None):
    """Absolute error, or relative to `scale`; 0 where both are infinite or both not a number."""
    f, e = found[name].to_numpy(float, na_value=np.nan), expected[name].to_numpy(float)
    same = (f == e) | (np.isnan(f) & np.isnan(e))
    difference = np.where(same, 0.0, np.abs(np.where(same, 0.0, f) - np.where(same, 0.0, e)))
    return difference if scale is None else difference / scale


@pytest.mark.parametrize(("model", "tolerance"), [("C", 1e-11), ("A", 1e-10)])
@pytest.mark.parametrize("name", LEVELS)
def test_service_levels_of_the_reference_cases(solved, model, tolerance, name):
    found, expected = solved
    of_model = (expected["model"] == model).to_numpy()
    assert error(found, expected, name)[of_model].max() <= tolerance


@pytest.mark.parametrize("name", OTHERS)
def test_other_measures_of_the_reference_cases(solved, name):
    found, expected = solved
    # Just above saturation a wait is AHT / (n - A), so that rounding the load to a double costs digits there.
    gap = np.abs(expected["agents"].astype(float) - expected["load_erlangs"].astype(float))
    loss = np.where(expected["model"] == "C", expected["load_erlangs"].astype(float) / np.maximum(gap, 1e-300), 1.0)
    size = np.maximum(np.abs(expected[name].to_numpy(float)), 1e-300)
    tolerance = 1e-12 + 2.3e-16 * np.minimum(loss, 1e12)
    assert (error(found, expected, name, np.where(np.isfinite(size), size, 1.0)) <= tolerance).all()


@pytest.mark.parametrize("name", COUNTS)
def test_least_agents_of_the_reference_cases(solved, name):
    found, expected = solved
    off = found[name].to_numpy(float) - expected[name].to_numpy(float)
    tie = (expected["knife_edge"] == "1").to_numpy()
    assert (off[~tie] == 0).all()
    assert np.isin(off[tie], (0, -1, -2)).all()


PUBLISHED = [
    ("Call Centre Helper, worked example, N=11", (100, 1800, 180, 11, 20), "p_wait", 0.682, 5e-4),
    ("Call Centre Helper, worked example, N=11", (100, 1800, 180, 11, 20), "service_level", 0.39, 5e-3),
    ("Call Centre Helper, worked example, N=14", (100, 1800, 180, 14, 20), "p_wait", 0.1741319, 5e-8),
    ("Call Centre Helper, worked example, N=14", (100, 1800, 180, 14, 20), "service_level", 0.88835, 5e-6),
    ("Call Centre Helper, worked example, N=14", (100, 1800, 180, 14, 20), "asa_s", 7.83593701177724, 1e-10),
    ("Call Centre Helper, worked example, N=14", (100, 1800, 180, 14, 20), "occupancy", 0.7142857, 5e-8),
    ("Tanner, The Erlang-C formula", (360, 1800, 240, 55, 15), "p_wait", 0.2387, 5e-5),
    ("Tanner, The Erlang-C formula", (360, 1800, 240, 55, 15), "asa_s", 8.184, 5e-3),
    ("Tanner, The Erlang-C formula", (360, 1800, 240, 55, 15), "service_level", 0.8459, 5e-5),
    ("Erlang for Excel, ASA(8,100,180)", (100, 3600, 180, 8, 15), "asa_s", 10, 0.5),
    ("Erlang for Excel, QueueSize(7,100,180)", (100, 3600, 180, 7, 15), "queue_len", 1, 0.5),
    ("call-center-tools README", (1000, 3600, 120, 40, 20), "p_wait", 0.1907, 5e-5),
    ("call-center-tools README", (1000, 3600, 120, 40, 20), "service_level", 0.9372, 5e-5),
    ("call-center-tools README", (1000, 3600, 120, 40, 20), "asa_s", 3.43, 5e-3),
    ("Gans, Koole and Mandelbaum 2003", (48, 60, 60, 50, 20), "asa_s", 20.8, 0.06),
    ("Gans, Koole and Mandelbaum 2003", (48, 60, 60, 50, 20), "occupancy", 0.96, 5e-3),
    ("Gans, Koole and Mandelbaum 2003", (48, 60, 60, 50, 20), "queue_len", 17, 0.5),
    ("Koole, 1 call a minute of 5 minutes", (60, 3600, 300, 7, 20), "service_level", 0.72, 5e-3),
    ("Koole, 1 call a minute of 5 minutes", (60, 3600, 300, 8, 20), "service_level", 0.86, 5e-3),
]


@pytest.mark.parametrize(("source", "case", "name", "published", "tolerance"), PUBLISHED)
def test_published_erlang_c(source, case, name, published, tolerance):
    calls, interval_s, aht_s, agents, within_s = case
    found = performance(
        "erlang_c", calls=calls, interval_s=interval_s, aht_s=aht_s, agents=agents, answer_within_s=within_s
    )
    assert getattr(found, name) == pytest.approx(published, abs=tolerance), source


@pytest.mark.parametrize(
    ("name", "published", "tolerance"),
    [("abandonment", 0.031, 5e-4), ("wait_all_s", 3.7, 0.06), ("occupancy", 0.93, 5e-3), ("queue_len", 3, 0.5)],
)
def test_published_erlang_a(name, published, tolerance):
    """Gans, Koole and Mandelbaum 2003: 48 calls a minute of a minute, 50 agents, patience 2 minutes."""
    found = performance("erlang_a", calls=48, interval_s=60, aht_s=60, agents=50, patience_s=120)
    assert getattr(found, name) == pytest.approx(published, abs=tolerance)


@pytest.mark.parametrize(("model", "within_s"), [("erlang_c", 58.1), ("erlang_a", 12.5)])
def test_published_90th_percentile_of_the_wait(model, within_s):
    """The same queue: nine in ten callers stop waiting within 58.1 s (Erlang C) or 12.5 s (Erlang A)."""
    around = np.array([within_s - 0.06, within_s + 0.06])
    found = performance(
        model, calls=48, interval_s=60, aht_s=60, agents=50, patience_s=120, answer_within_s=around
    ).sl_incl_short_abn
    assert found[0] < 0.9 < found[1]


ERLANG_B = [(8, 0.01, 3.1), (8, 0.05, 4.5), (9, 0.001, 2.6), (9, 0.05, 5.4), (7, 0.02, 2.9), (10, 0.0001, 2.3)]


@pytest.mark.parametrize(("lines", "blocking", "load"), ERLANG_B)
def test_published_erlang_b_table(lines, blocking, load):
    """Collins, Carrier Grade Voice over IP, appendix A: loads of one decimal, so blocking is bracketed."""
    found = performance("erlang_b", calls=np.array([load - 0.051, load + 0.051]), interval_s=1, aht_s=1, agents=lines)
    assert found.abandonment[0] < blocking < found.abandonment[1]


def test_published_lines_of_the_westbay_calculator():
    """15 lines carry 8.108 erlangs at 1 % blocking."""
    found = performance("erlang_b", calls=8.108, interval_s=1, aht_s=1, agents=15)
    assert found.abandonment == pytest.approx(0.01, abs=1e-6)
    target = ServiceTarget(service_level=None, max_occupancy=None, max_abandonment=0.01)
    assert required_agents("erlang_b", calls=[8.107, 8.109], interval_s=1, aht_s=1, target=target).agents.tolist() == [
        15,
        16,
    ]


@pytest.mark.parametrize(
    ("calls", "aht_s", "level", "within_s", "agents"),
    [(100, 180, 0.85, 15, 8), (250, 330, 0.80, 30, 28)],
    ids=["Erlang for Excel Agents(0.85,15,100,180)", "jonesthenet 250 calls of 330 s"],
)
def test_published_agents_per_hour(calls, aht_s, level, within_s, agents):
    target = ServiceTarget(level, within_s, max_occupancy=None)
    assert required_agents("erlang_c", calls=calls, interval_s=3600, aht_s=aht_s, target=target).agents == agents
