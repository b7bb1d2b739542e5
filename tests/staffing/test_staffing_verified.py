"""Forecasts staffed by simulation, and formulas' plans put to the proof."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffing import Trials, requirement, verify
from staffing.demand import Demand
from staffing.handletimes import HandleTimes
from staffing.proof import simulate_plan
from staffing.verified import stand_in
from wfm.contracts import REQUIREMENT
from wfm.errors import InputError, UsageProblem
from wfm.params import QueueSpec, ServiceTarget, Shrinkage

TARGET = ServiceTarget(0.8, 20.0, max_occupancy=None)
SPEC = QueueSpec("sales", TARGET, Shrinkage("0.3"), "simulation", patience_s=120.0)
SPECS = {"sales": SPEC}
SHAPE = np.array([0, 4, 18, 30, 40, 22, 30, 38, 20, 0, 0, 6], dtype=float)
QUICK = Trials(days=400, threads=1)


def forecast(days: int = 1, scale: float = 2.0, queue: str = "sales") -> pd.DataFrame:
    first = pd.date_range("2026-11-30 07:30", periods=len(SHAPE), freq="30min", tz="Europe/Amsterdam")
    starts = pd.DatetimeIndex([start + pd.Timedelta(days=d) for d in range(days) for start in first])
    frame = pd.DataFrame({"queue": queue, "interval_start": starts})
    calls = np.tile(SHAPE * scale, days)
    return frame.assign(calls=calls, aht_s=np.where(calls > 0, 300.0, np.nan))


def staffed(frame: pd.DataFrame, specs=None, trials: Trials = QUICK, **options) -> pd.DataFrame:
    return requirement(frame, specs or SPECS, interval_s=1800, trials=trials, **options)


def test_the_requirement_is_one_and_the_simulator_agrees() -> None:
    frame = forecast()
    found = staffed(frame)
    REQUIREMENT.validate(found, "requirement")
    assert set(found["model"]) == {"simulation"}
    closed = found["calls"] == 0
    assert (found.loc[closed, ["agents", "staff", "occupancy", "load_erl"]] == 0).all(axis=None)
    assert (found.loc[closed, "binding"] == "none").all()
    assert (found.loc[~closed, "service_level"] > 0.795).all()
    assert found["staff"].tolist() == [int(np.ceil(round(n / 0.7, 9))) for n in found["agents"]]
    simulated, _ = simulate_plan(frame, found, SPECS, interval_s=1800, replications=1500)
    open_ = ~closed.to_numpy()
    for column, near in (("service_level", 0.02), ("occupancy", 0.015), ("abandonment", 0.01), ("asa_s", 1.0)):
        apart = np.abs(simulated[column].to_numpy() - found[column].to_numpy())[open_]
        assert apart.max() < near, column


def test_each_day_and_queue_is_staffed_on_its_own_and_mixed_with_formulas() -> None:
    both = pd.concat([forecast(2), forecast(1, queue="claims")], ignore_index=True)
    specs = SPECS | {"claims": QueueSpec("claims", TARGET, model="erlang_a", patience_s=120.0)}
    said: list[str] = []
    found = staffed(both, specs, Trials(days=200, threads=1, say=said.append))
    assert found.groupby("queue")["model"].unique().map(list).to_dict() == {
        "claims": ["erlang_a"], "sales": ["simulation"],
    }  # fmt: skip
    assert len(said) == 2
    alone = staffed(forecast(1), trials=Trials(days=200, threads=1))
    same_day = found[(found["queue"] == "sales") & (found["interval_start"].dt.day == 30)]
    assert same_day["agents"].tolist() == alone["agents"].tolist()


def test_without_patience_callers_wait_and_that_is_said() -> None:
    trials = Trials(days=300, threads=1)
    found = staffed(forecast(), {"sales": QueueSpec("sales", TARGET, model="simulation")}, trials)
    assert (found["abandonment"] == 0).all()
    assert found["agents"].sum() > staffed(forecast())["agents"].sum()
    assert [finding.rule for finding in trials.findings] == ["no-patience"]


def test_an_uncertain_forecast_takes_more_agents() -> None:
    frame = forecast()
    spread = 0.25 * frame["calls"] * 1.2815515655446004
    chance = np.sqrt(frame["calls"]) * 1.2815515655446004
    wide = np.hypot(spread, chance)
    frame = frame.assign(calls_p10=(frame["calls"] - wide).clip(lower=0), calls_p90=frame["calls"] + wide)
    mean = staffed(frame)
    expected = staffed(frame, demand=Demand(risk="expected"))
    sure = staffed(frame, demand=Demand(risk=0.9))
    assert mean["agents"].sum() < expected["agents"].sum() < sure["agents"].sum()
    open_ = frame["calls"] > 0
    assert (expected.loc[open_.to_numpy(), "service_level"] > 0.79).all()
    assert (sure.loc[open_.to_numpy(), "service_level"] > 0.9).all()
    days = verify(
        frame, expected, SPECS, interval_s=1800, demand=Demand(risk="expected"), trials=Trials(days=2000, threads=1)
    )
    assert (days["service_level"] > 0.78).all()


def test_a_day_as_a_whole_meets_its_level() -> None:
    frame = forecast()
    found = staffed(frame, over="day")
    level = np.average(found["service_level"], weights=found["calls"])
    assert level == pytest.approx(0.8, abs=0.02)
    assert found["agents"].sum() <= staffed(frame)["agents"].sum()
    proof = verify(frame, found, SPECS, interval_s=1800, demand=Demand(), over="day", trials=QUICK)
    assert set(proof["missed"]) == {"none"}


def test_a_plan_too_thin_is_found_out_where_it_is() -> None:
    frame = forecast()
    plan = staffed(frame)
    place = 4
    plan.loc[place, "agents"] -= 3
    proof = verify(frame, plan, SPECS, interval_s=1800, demand=Demand(), trials=QUICK)
    assert proof["agents"].tolist() == plan.loc[frame["calls"] > 0, "agents"].tolist()
    short = proof[proof["missed"] == "service_level"]
    assert frame["interval_start"][place] in set(short["interval_start"])
    assert (short["slack"] < 0).all()
    good = verify(frame, staffed(frame), SPECS, interval_s=1800, demand=Demand(), trials=QUICK)
    assert (good["slack"] > -0.02).all()


def test_the_same_seed_the_same_bytes_and_longer_calls_more_agents() -> None:
    frame = forecast()
    one, again = staffed(frame), staffed(frame, trials=Trials(days=400, threads=2))
    assert one.to_csv() == again.to_csv()
    assert one.to_csv() != staffed(frame, trials=Trials(days=400, seed=2)).to_csv()
    steady = staffed(frame, demand=Demand(handle_times=HandleTimes("deterministic")))
    assert steady["agents"].sum() != 0
    longer = staffed(frame.assign(aht_s=600.0))
    assert longer["agents"].sum() > 1.5 * one["agents"].sum()


def test_what_can_not_be_simulated_is_refused() -> None:
    frame = forecast()
    lines = {"sales": QueueSpec("sales", TARGET, model="limited_lines", lines=40)}
    plan = requirement(frame, lines, interval_s=1800)
    with pytest.raises(UsageProblem, match="limited_lines"):
        verify(frame, plan, lines, interval_s=1800, demand=Demand())
    with pytest.raises(UsageProblem, match="pyworkforce"):
        staffed(frame, engine="pyworkforce")
    with pytest.raises(InputError, match="service_level"):
        staffed(frame, {"sales": QueueSpec("sales", ServiceTarget(1.0), model="simulation", patience_s=60.0)})
    with pytest.raises(InputError, match="aht_s"):
        staffed(frame.assign(aht_s=np.nan))


def test_the_formula_nearest_to_simulation() -> None:
    assert stand_in(SPEC).model == "erlang_a"
    assert stand_in(QueueSpec("sales", model="simulation")).model == "erlang_c"
    assert stand_in(QueueSpec("sales", model="erlang_c")).model == "erlang_c"


def test_no_rows_and_quiet_days() -> None:
    empty = staffed(forecast().iloc[:0])
    assert empty.empty
    quiet = forecast().assign(calls=0.0)
    assert (staffed(quiet)["agents"] == 0).all()
    assert verify(quiet, staffed(quiet), SPECS, interval_s=1800, demand=Demand(), trials=QUICK).empty


def test_queues_that_can_not_be_proved_are_named_and_the_others_proved() -> None:
    both = pd.concat([forecast(), forecast(queue="lines")], ignore_index=True)
    specs = {
        "sales": QueueSpec("sales", TARGET, model="erlang_a", patience_s=120.0),
        "lines": QueueSpec("lines", TARGET, model="limited_lines", lines=60),
    }
    trials = Trials(days=200, threads=1)
    proof = verify(both, staffed(both, specs), specs, interval_s=1800, demand=Demand(), trials=trials)
    assert set(proof["queue"]) == {"sales"}
    assert [(finding.source, finding.rule) for finding in trials.findings] == [("queue lines", "not-proved")]
