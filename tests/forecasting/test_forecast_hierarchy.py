"""Reconciliation against the textbook's matrices, and through the whole forecast."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import forecast
from forecasting.agreement import AGREEMENT
from forecasting.calendars import NO_CALENDAR
from forecasting.distribution import Noise
from forecasting.hierarchy import DayTotals, forecast_sum, reconcile, sums_of
from forecasting.models import CannotFit
from forecasting.reading import read_history
from forecasting.series import span
from wfm.config import load_config
from wfm.contracts import FORECAST, QUANTILE_COLUMNS
from wfm.errors import InputError
from wfm.params import Horizon

ZONE = "Europe/Amsterdam"
MONDAY = dt.date(2024, 1, 1)
GROUPS = {"a": "x", "b": "x", "c": "y", "d": "y"}
MEMBERS = np.array(list(sums_of("abcde", GROUPS).values()))


def textbook(queues, queue_variance, sums, sum_variance, members) -> np.ndarray:
    """S (S' W^-1 S)^-1 S' W^-1 y of one day, every matrix written out: bottom level of the reconciled forecasts."""
    structure = np.vstack([members.astype(float), np.eye(len(queues))])
    precision = np.diag(1 / np.concatenate([sum_variance, queue_variance]))
    base = np.concatenate([sums, queues])
    return np.linalg.inv(structure.T @ precision @ structure) @ structure.T @ precision @ base


def some_day(seed: int, days: int = 3):
    rng = np.random.default_rng(seed)
    queues = rng.uniform(50, 500, (days, 5))
    sums = queues @ MEMBERS.T * rng.uniform(0.95, 1.05, (days, 3))
    return queues, rng.uniform(10, 400, (days, 5)), sums, rng.uniform(10, 900, (days, 3)), MEMBERS


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_it_is_the_textbook_projection(seed: int) -> None:
    queues, queue_variance, sums, sum_variance, members = some_day(seed)
    made = reconcile(queues, queue_variance, sums, sum_variance, members)
    for day in range(len(queues)):
        expected = textbook(queues[day], queue_variance[day], sums[day], sum_variance[day], members)
        assert made[day] == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(5)))
def test_the_order_of_queues_and_coherent_forecasts_change_nothing(seed: int, order: list[int]) -> None:
    queues, queue_variance, sums, sum_variance, members = some_day(seed)
    made = reconcile(queues, queue_variance, sums, sum_variance, members)
    other = reconcile(queues[:, order], queue_variance[:, order], sums, sum_variance, members[:, order])
    assert other == pytest.approx(made[:, order])
    assert reconcile(queues, queue_variance, queues @ members.T, sum_variance, members) == pytest.approx(queues)
    assert reconcile(made, queue_variance, made @ members.T, sum_variance, members) == pytest.approx(made)


def test_a_sum_that_is_certain_is_met_and_one_that_is_unknown_is_not_looked_at() -> None:
    queues, queue_variance, sums, _, members = some_day(1)
    certain = reconcile(queues, queue_variance, sums[:, 2:], np.zeros((3, 1)), members[2:])
    assert certain.sum(axis=1) == pytest.approx(sums[:, 2])
    unknown = np.where([True, False, False], np.nan, sums)
    without = reconcile(queues, queue_variance, sums[:, 1:], np.ones((3, 2)), members[1:])
    assert reconcile(queues, queue_variance, unknown, np.ones((3, 3)), members) == pytest.approx(without)


def test_unbiased_forecasts_stay_unbiased_and_err_less() -> None:
    rng = np.random.default_rng(5)
    truth, queue_variance = np.array([100.0, 200, 300, 400, 500]), np.array([400.0, 900, 400, 2500, 900])
    sum_variance = np.array([500.0, 1500, 800])
    queues = truth + np.sqrt(queue_variance) * rng.standard_normal((20_000, 5))
    sums = MEMBERS @ truth + np.sqrt(sum_variance) * rng.standard_normal((20_000, 3))
    spread = (np.broadcast_to(queue_variance, queues.shape), sums, np.broadcast_to(sum_variance, sums.shape))
    made = reconcile(queues, *spread, MEMBERS)
    assert made.mean(axis=0) == pytest.approx(truth, rel=0.003)
    assert (made.var(axis=0) < 0.97 * queues.var(axis=0)).all()


def test_nothing_is_negative_and_an_empty_queue_stays_empty() -> None:
    queues = np.array([[0.0, 5.0, 100.0]])
    made = reconcile(queues, np.array([[0.0, 400.0, 100.0]]), np.array([[20.0]]), np.zeros((1, 1)), np.ones((1, 3)))
    assert made[0, :2].tolist() == [0.0, 0.0]
    assert made[0, 2] > 0
    nothing = reconcile(np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((1, 1)), np.zeros((1, 1)), np.ones((1, 2)))
    assert nothing.tolist() == [[0.0, 0.0]]


def test_groups_of_one_and_of_all_are_no_sums_of_their_own() -> None:
    found = sums_of(["a", "b", "c"], {"a": "x", "b": "x", "c": "y"})
    assert {name: of.tolist() for name, of in found.items()} == {
        "group x": [True, True, False],
        "centre": [True, True, True],
    }
    assert list(sums_of(["a", "b"], {"a": "x", "b": "x"})) == ["centre"]


def history_of(weeks: int, rates: dict[str, float], seed: int = 0, late: int = 0) -> pd.DataFrame:
    """Queues that share each day's factor; the last one opens `late` weeks after the others."""
    rng = np.random.default_rng(seed)
    factor = np.exp(0.05 * rng.standard_normal(7 * weeks))
    frames = []
    for queue, rate in rates.items():
        calls = np.full((7 * weeks, 48), np.nan)
        open_days = np.arange(7 * weeks) % 7 < 5
        if queue == list(rates)[-1]:
            open_days &= np.arange(7 * weeks) >= 7 * late
        calls[open_days, 18:34] = rng.poisson(rate * factor[open_days, None], (open_days.sum(), 16))
        frames.append(made_up_history(calls, str(MONDAY), queue=queue))
    return pd.concat(frames, ignore_index=True)


RATES = {"sales": 20.0, "service": 40.0, "tech": 10.0}


def after(weeks: int) -> Horizon:
    return Horizon(MONDAY + dt.timedelta(weeks=weeks), 14, 1800, ZONE)


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    return history_of(16, RATES, late=4)


@pytest.fixture(scope="module")
def made(history: pd.DataFrame):
    groups = {"sales": "front", "service": "front"}
    return forecast(history, after(16), groups=groups), forecast(history, after(16), groups=groups, reconcile=True)


def day_sums(frame: pd.DataFrame) -> pd.Series:
    return frame.groupby(["queue", frame["interval_start"].dt.tz_localize(None).dt.normalize()])["calls"].sum()


def test_frame_explanation_and_draws_tell_the_same_calls(made) -> None:
    plain, agreed = made
    FORECAST.validate(agreed.frame)
    assert not agreed.frame["calls"].equals(plain.frame["calls"])
    days = day_sums(agreed.frame)
    told = agreed.explanation.groupby(["queue", "day"])["calls"].sum()
    assert told.to_numpy() == pytest.approx(days.to_numpy(), abs=0.01)
    added = agreed.explanation[agreed.explanation["part"] == AGREEMENT].set_index(["queue", "day"])["calls"]
    assert added.to_numpy() == pytest.approx((days - day_sums(plain.frame)).to_numpy(), abs=0.01)
    draws = agreed.draws("service")
    of_queue = agreed.frame[agreed.frame["queue"] == "service"]
    assert np.quantile(draws, 0.9, axis=1).round(2) == pytest.approx(of_queue["calls_p90"].to_numpy())
    assert (np.diff(agreed.frame[list(QUANTILE_COLUMNS)].to_numpy(), axis=1) >= 0).all()


def test_the_shape_of_the_day_stays_and_the_centre_moves_towards_its_own_forecast(made) -> None:
    plain, agreed = made
    ratio = agreed.frame["calls"] / plain.frame["calls"]
    day = plain.frame["interval_start"].dt.tz_localize(None).dt.normalize()
    assert (ratio.groupby([plain.frame["queue"], day]).agg(np.ptp) < 1e-4).all()
    notes = [finding for finding in agreed.findings.of("note") if finding.rule == "reconciled"]
    assert [finding.source for finding in notes] == ["group front", "centre"]


def test_queues_of_other_centres_order_and_processes_change_no_byte(history: pd.DataFrame, made) -> None:
    groups = {"service": "front", "sales": "front"}
    again = forecast(history.sample(frac=1, random_state=1), after(16), groups=groups, reconcile=True, n_jobs=2)
    assert again.frame.to_csv() == made[1].frame.to_csv()
    assert again.explanation.to_csv() == made[1].explanation.to_csv()


def test_one_queue_has_nobody_to_agree_with(history: pd.DataFrame) -> None:
    alone = history[history["queue"] == "sales"]
    pd.testing.assert_frame_equal(forecast(alone, after(16), reconcile=True).frame, forecast(alone, after(16)).frame)


def test_too_short_a_centre_is_left_as_it_is_and_said() -> None:
    short = history_of(4, RATES)
    result = forecast(short, after(4), reconcile=True)
    assert "not-reconciled" in {finding.rule for finding in result.findings.of("warning")}
    pd.testing.assert_frame_equal(result.frame, forecast(short, after(4)).frame)


def test_a_queue_that_has_just_joined_draws_nobody_down(history: pd.DataFrame) -> None:
    late = history_of(16, RATES, late=11)
    result = forecast(late, after(16), reconcile=True)
    alone = forecast(late[late["queue"] != "tech"], after(16), reconcile=True).frame
    rest = result.frame[result.frame["queue"] != "tech"].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, alone, check_exact=True)
    assert "queue tech" in {finding.source for finding in result.findings if finding.rule == "not-reconciled"}


def test_days_that_cannot_be_learned_from_leave_the_sum_out() -> None:
    history = history_of(12, {"sales": 20.0, "service": 40.0})
    tuesday = history["interval_start"].dt.day_of_week == 1
    week = history["interval_start"].dt.isocalendar().week
    lost = ((history["queue"] == "sales") & (week % 2 == 0)) | ((history["queue"] == "service") & (week % 2 == 1))
    result = forecast(history[~lost | tuesday], after(12), reconcile=True)
    assert [finding.source for finding in result.findings if finding.rule == "not-reconciled"] == ["centre"]
    assert forecast(history[~lost | tuesday], after(12)).frame.equals(result.frame)


def test_all_zeros_agree_on_zero() -> None:
    zeros = history_of(12, RATES).assign(offered=0.0, answered=0.0, aht_s=np.nan)
    result = forecast(zeros, after(12), reconcile=True)
    assert (result.frame[["calls", *QUANTILE_COLUMNS]] == 0).all(axis=None)


def forecasts_of(series) -> list[DayTotals]:
    days = span(series[0].end, 14)
    opens = np.arange(14) % 7 < 5
    noise = Noise(np.full(4, 0.1), np.ones(7), 0.0)
    return [DayTotals(days, np.where(opens, 100.0, 0.0), opens, np.ones(14, bool), noise) for _ in series]


def test_days_lost_by_one_queue_are_no_days_of_the_sum(history: pd.DataFrame) -> None:
    starts = history["interval_start"]
    lost = (starts.dt.day_of_week == 0) & (starts >= "2024-03-01") & (history["queue"] == "service")
    series = read_history(history[~lost]).series
    made = forecast_sum(series, forecasts_of(series), NO_CALENDAR)
    assert made.calls[:5] == pytest.approx(16 * 70.0, rel=0.1)
    assert made.calls[5:7].tolist() == [0.0, 0.0]


def test_a_sum_of_too_few_days_is_refused() -> None:
    series = read_history(history_of(3, RATES)).series
    with pytest.raises(CannotFit, match="days on which all queues are known"):
        forecast_sum(series, forecasts_of(series), NO_CALENDAR)


def test_groups_and_reconcile_are_read_from_the_workspace(tmp_path: Path) -> None:
    toml = '[forecast]\nreconcile = true\n[groups]\nfront = ["sales", "service"]\nback = ["tech"]\n'
    (tmp_path / "wfm.toml").write_text(toml)
    config = load_config(tmp_path, {})
    assert config.forecast.reconcile
    assert config.groups == {"sales": "front", "service": "front", "tech": "back"}
    (tmp_path / "wfm.toml").write_text('[groups]\nfront = ["sales"]\nback = ["sales"]\n')
    with pytest.raises(InputError, match="in group front already"):
        load_config(tmp_path, {})


def test_a_group_of_unknown_queues_is_noted(history: pd.DataFrame) -> None:
    result = forecast(history, after(16), groups={"chat": "front"})
    assert ["chat" in finding.found for finding in result.findings if finding.rule == "unknown-queue"] == [True]
