"""The two real records: the chosen model is never worse than last week's calls, and the bands hold."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from forecasting import backtest, evaluate, forecast
from forecasting.calendars import public_holidays
from forecasting.models import NAIVE
from forecasting.origins import SCORED_QUANTILES, rolling_origins
from forecasting.reading import read_history
from wfm.contracts import FORECAST
from wfm.params import Horizon


@pytest.mark.parametrize(("name", "country", "queues"), [("bank", "US", 1), ("vanad", "NL", 5)])
def test_the_chosen_model_is_hardly_worse_than_the_average(name, country, queues, request) -> None:
    result = backtest(request.getfixturevalue(name), country=country)
    table = result.summary().set_index(["queue", "model"])
    assert len(result.selection) == queues
    for row in result.selection.itertuples():
        assert table.loc[(row.queue, row.model), "ratio_to_average"] <= 1.02
        assert table.loc[(row.queue, row.model), "poisson_floor"] < table.loc[(row.queue, row.model), "wape_interval"]


def pooled_wape(history: pd.DataFrame, country: str, weeks: int) -> pd.Series:
    scores = backtest(history, weeks=weeks, leads=(1, 2, 4), country=country).scores
    sums = scores[scores["level"] == "interval"].groupby("model")[["abs_error_calls", "actual_calls"]].sum()
    return sums["abs_error_calls"] / sums["actual_calls"]


def test_top_down_beats_the_spreadsheet_on_the_bank_at_one_to_four_weeks(bank: pd.DataFrame) -> None:
    wape = pooled_wape(bank, "US", 9)
    assert wape["top_down"] < 0.059
    assert wape["top_down"] < 0.92 * wape["moving_average"]
    assert wape["moving_average"] < wape[NAIVE]


def test_top_down_beats_the_spreadsheet_on_the_largest_queue(vanad: pd.DataFrame) -> None:
    wape = pooled_wape(vanad[vanad["queue"] == "5"], "NL", 20)
    assert wape["top_down"] < 0.95 * wape["moving_average"]


def test_two_weeks_of_the_call_log_are_forecast_and_held_against_what_came(vanad: pd.DataFrame) -> None:
    known = vanad[vanad["interval_start"] < pd.Timestamp("2014-06-16", tz="Europe/Amsterdam")]
    horizon = Horizon(dt.date(2014, 6, 16), 14, 1800, "Europe/Amsterdam")
    result = forecast(known, horizon, country="NL")
    assert len(result.selection) == 5
    assert (FORECAST.validate(result.frame)["aht_s"] > 0).all()
    table = evaluate(result.frame, vanad).set_index(["queue", "level", "measure"])
    assert table.loc[("5", "interval", "calls"), "wape"] < 0.18
    assert 0.7 < table.loc[("5", "interval", "calls"), "coverage80"] < 0.95
    assert abs(table.loc[("5", "week", "aht"), "bias"]) < 0.05


@pytest.mark.parametrize(("name", "queue", "country"), [("bank", "bank", "US"), ("vanad", "5", "NL")])
def test_day_bands_hold_where_intervals_drawn_alone_would_not(name, queue, country, request) -> None:
    """80 % bands of day totals at one week ahead; with independent intervals they would hold far fewer days."""
    series = next(s for s in read_history(request.getfixturevalue(name)).series if s.queue == queue)
    calendar = public_holidays(country, None, series.days[0], series.end)
    origins, _ = rolling_origins(series, ["top_down"], 10, calendar, bands_seed=1)
    rng = np.random.default_rng(1)
    inside, inside_alone = [], []
    for origin in origins:
        for day in np.flatnonzero(np.isfinite(origin.actual).any(axis=1)):
            total = np.nansum(origin.actual[day])
            low, high = (origin.bands["top_down"].day[SCORED_QUANTILES.index(q), day] for q in (0.1, 0.9))
            inside.append(low <= total <= high)
            mean = np.where(np.isfinite(origin.actual[day]), origin.predicted["top_down"][day], 0.0)
            alone = rng.poisson(mean * rng.gamma(100, 1 / 100, size=(500, len(mean)))).sum(axis=1)
            low, high = np.quantile(alone, [0.1, 0.9])
            inside_alone.append(low <= total <= high)
    assert 0.70 <= np.mean(inside) <= 0.96
    assert np.mean(inside_alone) < np.mean(inside) - 0.1
