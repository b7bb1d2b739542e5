"""Forecasts of this project at one origin: of single registered models, and of the product as a planner calls it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from peer_models import DAY_QUANTILES, Forecast
from peer_series import DAY, HORIZON_DAYS, INTERVAL_S, Origin

import forecasting
from forecasting.calendars import public_holidays
from forecasting.opengrid import future_grid
from forecasting.predicting import predict
from forecasting.reading import read_history
from wfm.contracts import QUANTILE_COLUMNS
from wfm.params import Horizon


def registered(name: str) -> Callable[[Origin], Forecast]:
    """A model of the registry; NaN where it can't be fitted, so that its measures on that record are null."""

    def forecast(origin: Origin) -> Forecast:
        record = origin.record
        train = read_history(record.history, before=origin.cutoff).series[0]
        last = origin.cutoff + HORIZON_DAYS * DAY
        calendar = public_holidays(record.country or None, None, train.days[0], last)
        grid = future_grid(train, int((last - train.end) / DAY), calendar)
        predicted = predict([name], train, grid, calendar)
        for why in predicted.unfit.values():
            print(f"{record.name} {origin.cutoff}: {name} can't be fitted: {why}")
        calls = predicted.calls.get(name, np.full(grid.open.shape, np.nan))
        return Forecast(calls[-HORIZON_DAYS:])

    return forecast


def product(origin: Origin) -> Forecast:
    """`forecasting.forecast` with its own candidates, tuning and bands; 0 in cells that it takes as closed."""
    record = origin.record
    cutoff = pd.Timestamp(origin.cutoff).tz_localize(record.timezone)
    known = record.history[record.history["interval_start"] < cutoff]
    horizon = Horizon(origin.cutoff.item(), HORIZON_DAYS, INTERVAL_S, record.timezone)
    result = forecasting.forecast(known, horizon, country=record.country or None)
    frame = result.frame
    wall = pd.DatetimeIndex(frame["interval_start"]).tz_localize(None)
    day = ((wall.to_numpy().astype("datetime64[D]") - origin.cutoff) / DAY).astype(int)
    slot = (wall.hour * 3600 + wall.minute * 60).to_numpy() // INTERVAL_S
    cells = np.zeros((1 + len(QUANTILE_COLUMNS), HORIZON_DAYS, 86400 // INTERVAL_S))
    cells[:, day, slot] = frame[["calls", *QUANTILE_COLUMNS]].to_numpy(float).T
    scored = np.isfinite(origin.actual)[day, slot]
    paths = result.draws(str(frame["queue"].iloc[0])).to_numpy()
    totals = np.stack([paths[scored & (day == d)].sum(axis=0) for d in range(HORIZON_DAYS)])
    bands = dict(zip(DAY_QUANTILES, np.quantile(totals, DAY_QUANTILES, axis=1), strict=True))
    return Forecast(cells[0], cells[1:], bands)
