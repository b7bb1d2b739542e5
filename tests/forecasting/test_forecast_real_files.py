"""The two real records: the chosen model is never worse than last week's calls, and the bands hold."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from forecasting import backtest, evaluate, forecast
from forecasting.backtesting import rolling_origins
from forecasting.calendars import public_holidays
from forecasting.distribution import generator, noise_of, sample_paths
from forecasting.models import BASELINE
from forecasting.reading import read_history
from forecasting.series import DAY
from wfm.contracts import FORECAST
from wfm.params import Horizon


@pytest.mark.parametrize(("name", "country", "queues"), [("bank", "US", 1), ("vanad", "NL", 5)])
def test_the_chosen_model_is_never_worse_than_the_baseline(name, country, queues, request) -> None:
    result = backtest(request.getfixturevalue(name), country=country)
    table = result.summary().set_index(["queue", "model"])
    best = result.best()
    assert len(best) == queues
    assert (result.scores.groupby("queue")["cutoff"].nunique() == 6).all()
    for queue, model in best.items():
        assert table.loc[(queue, model), "ratio_to_naive"] <= 1
        assert table.loc[(queue, model), "poisson_floor"] < table.loc[(queue, model), "wape_interval"]


def pooled_wape(history: pd.DataFrame, country: str, weeks: int) -> pd.Series:
    scores = backtest(history, weeks=weeks, leads=(1, 2, 4), country=country).scores
    sums = scores[scores["level"] == "interval"].groupby("model")[["abs_error_calls", "actual_calls"]].sum()
    return sums["abs_error_calls"] / sums["actual_calls"]


def test_top_down_beats_the_spreadsheet_on_the_bank_at_one_to_four_weeks(bank: pd.DataFrame) -> None:
    wape = pooled_wape(bank, "US", 9)
    assert wape["top_down"] < 0.059
    assert wape["top_down"] < 0.92 * wape["moving_average"]
    assert wape["moving_average"] < wape[BASELINE]


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
    """80 % bands of day totals, each from a cut-off before the day; the noise is measured before it too."""
    series = next(s for s in read_history(request.getfixturevalue(name)).series if s.queue == queue)
    calendar = public_holidays(country, None, series.days[0], series.end)
    inside, inside_alone = [], []
    for back in range(1, 11):
        cutoff = series.end - 7 * back * DAY
        earlier, _ = rolling_origins(series.before(cutoff), ["top_down"], 6, calendar)
        origin = rolling_origins(series.before(cutoff + 7 * DAY), ["top_down"], 1, calendar)[0][0]
        noise = noise_of(earlier, "top_down")
        day, slot = np.nonzero(np.isfinite(origin.actual))
        mean, actual = origin.predicted["top_down"][day, slot], origin.actual[day, slot]
        draws = sample_paths(mean, day, noise, generator(1, queue))
        alone = generator(1, queue).poisson(mean * generator(2, queue).gamma(20, 1 / 20, size=draws.shape))
        for of_day in (day == d for d in np.unique(day)):
            total = actual[of_day].sum()
            for paths, results in ((draws, inside), (alone, inside_alone)):
                low, high = np.quantile(paths[:, of_day].sum(axis=1), [0.1, 0.9])
                results.append(low <= total <= high)
    assert 0.70 <= np.mean(inside) <= 0.96
    assert np.mean(inside_alone) < np.mean(inside) - 0.1
