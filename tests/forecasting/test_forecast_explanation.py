"""Parts that add up, and that name what was put into made-up histories."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history

from forecasting import MODELS, ForecastResult, forecast
from forecasting.explanation import TYPICAL
from wfm.contracts import EXPLANATION
from wfm.errors import UsageProblem
from wfm.params import Horizon

MONDAY = dt.date(2024, 1, 1)
WEEKDAYS = np.array([130, 110, 100, 90, 70, np.nan, np.nan])


def history(weeks: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    rates = np.full((7 * weeks, 48), np.nan)
    rates[:, 18:34] = np.resize(WEEKDAYS, 7 * weeks)[:, None] / 4
    return made_up_history(np.where(np.isfinite(rates), rng.poisson(np.nan_to_num(rates)), np.nan), str(MONDAY))


CAMPAIGN = pd.DataFrame(
    {"event": ["mailing"], "first_day": pd.to_datetime(["2024-05-22"]), "kind": ["multiplicative"], "effect": [0.4]}
)


@pytest.fixture(scope="module")
def result() -> ForecastResult:
    return forecast(history(), Horizon(dt.date(2024, 5, 20), 14, 1800, "Europe/Amsterdam"), events=CAMPAIGN)


def by_day(result: ForecastResult) -> pd.Series:
    day = result.frame["interval_start"].dt.tz_localize(None).dt.normalize()
    return result.frame.groupby(day)["calls"].sum()


def test_parts_of_every_day_add_up_to_its_calls(result: ForecastResult) -> None:
    EXPLANATION.validate(result.explanation)
    parts = result.explanation.groupby("day")["calls"].sum()
    assert parts.to_numpy() == pytest.approx(by_day(result).to_numpy(), abs=0.01)
    shares = result.explanation.groupby("day")["share"].sum()
    typical = result.explanation[result.explanation["part"] == TYPICAL].set_index("day")["calls"]
    assert shares.to_numpy() == pytest.approx((parts / typical).to_numpy(), rel=1e-4)


@pytest.mark.parametrize("model", ["moving_average", "seasonal_naive"])
def test_other_models_are_explained_by_weekday_and_rest(model: str) -> None:
    made = forecast(history(), Horizon(dt.date(2024, 5, 20), 7, 1800, "Europe/Amsterdam"), models=[model])
    assert made.explanation.groupby("day")["calls"].sum().to_numpy() == pytest.approx(by_day(made).to_numpy(), abs=0.01)


def test_what_was_put_in_is_named(result: ForecastResult) -> None:
    day = result.explanation[result.explanation["day"] == pd.Timestamp("2024-05-22")].set_index("part")["calls"]
    assert day["mailing"] == pytest.approx(0.4 / 1.4 * day.sum(), rel=0.02)
    monday = result.explanation[result.explanation["day"] == pd.Timestamp("2024-05-27")].set_index("part")["calls"]
    assert monday["weekday"] == pytest.approx(monday.sum() * (1 - 1 / 1.32), rel=0.25)
    assert "mailing" not in monday.index[monday.abs() > 0.01]
    assert abs(monday["level and trend"]) < 0.06 * monday.sum()


def test_in_words_the_day_is_held_against_its_weekdays(result: ForecastResult) -> None:
    words = result.explain("sales", dt.date(2024, 5, 22))
    first, *parts = words.splitlines()
    assert "sales, Wednesday 2024-05-22" in first
    assert "against the average of the last six Wednesdays" in first
    assert any(line.endswith(" mailing") for line in parts)


def test_a_day_or_queue_that_is_not_forecast_is_refused(result: ForecastResult) -> None:
    with pytest.raises(UsageProblem, match="2024-05-20 to 2024-05-31"):
        result.explain("sales", dt.date(2024, 5, 25))
    with pytest.raises(UsageProblem, match="expected one of sales"):
        result.explain("service", dt.date(2024, 5, 21))


def test_every_default_model_is_in_the_registry() -> None:
    from forecasting.models import DEFAULT

    assert set(DEFAULT) <= set(MODELS)


@pytest.mark.parametrize(("last_monday", "change"), [("2026-03-23", "2026-03-29"), ("2026-10-19", "2026-10-25")])
def test_parts_add_up_when_the_clock_changes(last_monday: str, change: str) -> None:
    """A queue that is open around the clock, on the 23- and the 25-hour day."""
    first = pd.Timestamp(last_monday) - pd.Timedelta(weeks=12)
    starts = pd.date_range(first, periods=12 * 7 * 48, freq="30min")
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"queue": "night", "interval_start": starts, "offered": rng.poisson(6.0, len(starts)) * 1.0})
    frame = frame.assign(
        interval_start=starts.tz_localize("Europe/Amsterdam", ambiguous=True, nonexistent="shift_forward"),
        answered=np.nan, abandoned=np.nan, aht_s=np.nan,
    )  # fmt: skip
    made = forecast(frame, Horizon(pd.Timestamp(last_monday).date(), 7, 1800, "Europe/Amsterdam"))
    parts = made.explanation.groupby("day")["calls"].sum()
    assert parts.to_numpy() == pytest.approx(by_day(made).to_numpy(), abs=0.01)
    moved = made.explanation[made.explanation["part"] == "change of the clock"].set_index("day")["calls"]
    assert abs(moved[pd.Timestamp(change)]) > 5
    assert moved.drop(pd.Timestamp(change)).abs().max() < 1e-6
