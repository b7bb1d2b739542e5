"""Forecast to requirement, by both engines, and the calculator's trade-off."""

import numpy as np
import pandas as pd
import pytest
from pyworkforce.queuing import ErlangC

from staffing import gross_staff, performance, required_agents, requirement, trade_off
from staffing.queueing import METRICS
from wfm.contracts import REQUIREMENT
from wfm.errors import InputError, UsageProblem
from wfm.params import QueueSpec, ServiceTarget, Shrinkage

SPECS = {
    "sales": QueueSpec("sales", shrinkage=Shrinkage(0.3)),
    "care": QueueSpec("care", model="erlang_a", patience_s=90, target=ServiceTarget(0.8, 20, max_occupancy=None)),
}


def forecast(**columns):
    starts = pd.date_range("2026-03-02 08:00", periods=3, freq="30min", tz="Europe/Amsterdam")
    frame = pd.DataFrame(
        {
            "queue": ["sales"] * 3 + ["care"] * 3,
            "interval_start": [*starts, *starts],
            "calls": [100.0, 0.0, 40.0, 1000.0, 12.0, 3.0],
            "aht_s": [180.0, None, 200.0, 180.0, 240.0, 0.0],
        }
    )
    return frame.assign(**columns)


def test_requirement_of_two_queues():
    found = requirement(forecast(), SPECS, interval_s=1800)
    assert found.columns.tolist() == REQUIREMENT.names
    assert found["queue"].tolist() == ["care"] * 3 + ["sales"] * 3
    assert found["agents"].tolist() == [
        int(
            required_agents(
                "erlang_a", calls=1000, interval_s=1800, aht_s=180, patience_s=90, target=SPECS["care"].target
            ).agents
        ),
        3,
        1,
        14,
        0,
        7,
    ]
    assert found["staff"].tolist()[3:] == [20, 0, 10]
    assert found["load_erl"].tolist() == pytest.approx([100, 1.6, 0, 10, 0, 40 / 9])
    assert found["service_level"].tolist()[3:5] == pytest.approx([0.8883500191794669, 1.0])
    assert found["asa_s"].tolist()[3:5] == pytest.approx([7.83593701177724, 0.0])
    assert found["aht_s"].isna().tolist() == [False, False, False, False, True, False]
    assert found["binding"].tolist()[2:5] == ["service_level", "service_level", "none"]
    assert found["model"].tolist() == ["erlang_a"] * 3 + ["erlang_c"] * 3


def test_requirement_does_not_depend_on_the_order_of_rows():
    shuffled = forecast().sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        requirement(shuffled, SPECS, interval_s=1800), requirement(forecast(), SPECS, interval_s=1800)
    )


def test_an_empty_forecast_requires_nothing():
    found = requirement(forecast().iloc[:0], SPECS, interval_s=1800)
    assert found.empty
    assert found.columns.tolist() == REQUIREMENT.names


def test_everything_wrong_with_a_forecast_is_told_at_once():
    bad = forecast(calls=[100.0, np.inf, 40.0, 1000.0, 12.0, 3.0], aht_s=[180, 180, 180, None, None, 9])
    with pytest.raises(InputError) as problem:
        requirement(bad, {"care": SPECS["care"]}, interval_s=1800)
    assert sorted(str(finding) for finding in problem.value.findings) == [
        "forecast:aht_s: found nothing in 2 of 3 intervals of queue care, first 2026-03-02 08:00, "
        "expected seconds; give --aht 180s",
        "forecast:calls: found inf in 1 of 3 intervals of queue sales, first 2026-03-02 08:30, expected a "
        "number of calls",
        "forecast:queue: found queue sales, expected a queue with targets (care)",
    ]


@pytest.mark.parametrize("calls", [-1.0, None])
def test_calls_that_are_no_count_are_refused(calls):
    with pytest.raises(InputError, match="calls"):
        requirement(forecast(calls=[calls, 1, 1, 1, 1, 1]), SPECS, interval_s=1800)


def ordinary(intervals=400):
    random = np.random.default_rng(20260302)
    return random.lognormal(np.log(80), 1.0, intervals).round(1), random.integers(120, 600, intervals).astype(float)


def test_pyworkforce_gives_the_same_answer_in_ordinary_intervals():
    calls, aht_s = ordinary()
    starts = pd.date_range("2026-03-02", periods=len(calls), freq="30min", tz="UTC")
    frame = pd.DataFrame({"queue": "sales", "interval_start": starts, "calls": calls, "aht_s": aht_s})
    ours, theirs = (requirement(frame, SPECS, interval_s=1800, engine=name) for name in ("shiftcast", "pyworkforce"))
    assert (theirs["model"] == "erlang_c (pyworkforce)").all()
    pd.testing.assert_frame_equal(ours.drop(columns="model"), theirs.drop(columns="model"))


def test_pyworkforce_measures_the_same_service_level():
    calls, aht_s = ordinary(100)
    agents = np.ceil(calls * aht_s / 1800).astype(int) + 1
    found = performance("erlang_c", calls=calls, interval_s=1800, aht_s=aht_s, agents=agents, answer_within_s=20)
    peers = [ErlangC(c, a / 60, 20 / 60, 30) for c, a in zip(calls, aht_s, strict=True)]
    levels = [peer.service_level(int(n)) for peer, n in zip(peers, agents, strict=True)]
    np.testing.assert_allclose(found.service_level, levels, atol=1e-12)


def test_pyworkforce_can_ask_for_one_agent_too_many():
    """It starts at the load plus one, rounded to even: 11.6 erlangs never get 12 agents."""
    slow = {"mail": QueueSpec("mail", target=ServiceTarget(0.8, 3600, max_occupancy=None))}
    frame = forecast(queue="mail", calls=116.0, aht_s=180.0).iloc[:1]
    found = [requirement(frame, slow, interval_s=1800, engine=name) for name in ("shiftcast", "pyworkforce")]
    assert [table["agents"].item() for table in found] == [12, 13]
    assert [table["binding"].item() for table in found] == ["stability", "none"]


def test_intervals_that_pyworkforce_refuses_are_computed_here_and_named():
    found = requirement(forecast().iloc[:3], SPECS, interval_s=1800, engine="pyworkforce")
    assert found["agents"].tolist() == [14, 0, 7]
    assert found["model"].tolist() == ["erlang_c (pyworkforce)", "erlang_c", "erlang_c (pyworkforce)"]


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        (SPECS["care"], "model erlang_a"),
        (QueueSpec("care", target=ServiceTarget(asa_s=20)), "asa_s"),
        (QueueSpec("care", target=ServiceTarget(max_abandonment=0.05)), "max_abandonment"),
        (QueueSpec("care", target=ServiceTarget(None)), "no service_level"),
    ],
)
def test_targets_unknown_to_pyworkforce_are_refused(spec, named):
    with pytest.raises(UsageProblem, match=named):
        requirement(forecast(), SPECS | {"care": spec}, interval_s=1800, engine="pyworkforce")


def test_an_unknown_engine_is_a_usage_problem():
    with pytest.raises(UsageProblem, match="shiftcast, pyworkforce"):
        requirement(forecast(), SPECS, interval_s=1800, engine="excel")


def test_trade_off_around_the_answer():
    question = {"calls": 100, "interval_s": 1800, "aht_s": 180}
    curve = trade_off("erlang_c", target=ServiceTarget(), shrinkage=Shrinkage(0.3), **question)
    assert curve["agents"].tolist() == list(range(11, 20))
    assert curve["staff"].tolist() == gross_staff(range(11, 20), Shrinkage(0.3)).tolist()
    assert curve["is_answer"].tolist() == [n == 14 for n in range(11, 20)]
    assert curve["meets"].tolist() == [n >= 14 for n in range(11, 20)]
    alone = [float(performance("erlang_c", agents=n, **question).asa_s) for n in range(11, 20)]
    assert curve["asa_s"].tolist() == alone
    first = ["agents", "staff", "service_level", "asa_s", "occupancy", "abandonment", "p_wait"]
    assert curve.columns.tolist()[:7] == first
    assert curve.columns.tolist()[-3:] == ["wait_p90_s", "meets", "is_answer"]


def test_trade_off_tells_every_measure_and_the_wait_of_nine_in_ten():
    question = {"calls": 100, "interval_s": 1800, "aht_s": 180, "patience_s": 120}
    curve = trade_off("erlang_a", target=ServiceTarget(max_occupancy=None), **question)
    assert set(METRICS) < set(curve.columns)
    for row in curve.itertuples():
        again = performance("erlang_a", agents=row.agents, answer_within_s=row.wait_p90_s, **question)
        if row.wait_p90_s:
            assert again.sl_virtual == pytest.approx(0.9, abs=1e-9)
        else:
            assert again.sl_virtual >= 0.9
        assert row.sl_answered == pytest.approx(row.service_level / (1 - row.abandonment), rel=1e-12)


def test_trade_off_shows_unstable_teams_and_starts_at_one_agent():
    slow = trade_off("erlang_c", calls=30, interval_s=1800, aht_s=180, target=ServiceTarget(0.5, 600), below=9, above=0)
    assert slow["agents"].tolist() == [1, 2, 3, 4]
    assert slow["service_level"].tolist()[:3] == [0, 0, 0]
    assert np.isinf(slow["asa_s"].tolist()[:3]).all()
    nothing = trade_off("erlang_c", calls=0, interval_s=1800, aht_s=180, target=ServiceTarget(), above=1)
    assert nothing["agents"].tolist() == [0, 1]


def test_a_day_meets_its_level_with_fewer_agents_than_its_intervals():
    frame = forecast(calls=[100.0, 30.0, 40.0, 1000.0, 300.0, 500.0], aht_s=180.0)
    each, day = (requirement(frame, SPECS, interval_s=1800, over=over) for over in ("interval", "day"))
    assert day["agents"].sum() < each["agents"].sum()
    for name, part in day.groupby("queue"):
        answered = part["service_level"] @ part["calls"]
        assert answered >= SPECS[name].target.service_level * part["calls"].sum()


@pytest.mark.parametrize("options", [{"over": "week"}, {"over": "day", "engine": "pyworkforce"}])
def test_periods_that_cannot_be_staffed_are_a_usage_problem(options):
    with pytest.raises(UsageProblem):
        requirement(forecast(), SPECS, interval_s=1800, **options)


def test_traits_of_a_queue_reach_its_model():
    specs = {"sales": SPECS["sales"], "care": QueueSpec("care", model="erlang_x", patience_s=90, redial=0.5)}
    found = requirement(forecast(), specs, interval_s=1800)
    alone = required_agents(
        "erlang_x", calls=1000, interval_s=1800, aht_s=180, patience_s=90, redial=0.5, target=ServiceTarget()
    )
    assert found["agents"][0] == alone.agents
    assert found["model"][0] == "erlang_x"
