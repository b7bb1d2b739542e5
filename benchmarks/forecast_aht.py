"""AHT forecasts held against handle times: workload bias and day WAPE of real answered calls.

Usage: python benchmarks/forecast_aht.py PATH[,COUNTRY[,ZONE]] ...

Rolling weekly origins, 1, 2 and 4 weeks ahead pooled; a forecast AHT counts with the calls that were answered.
Coverage is that of the 80 % band of interval AHTs, weighted by calls, and of days' AHTs from 300 draws.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from peer_series import read_records

from forecasting.handletime import fit_handle_time
from forecasting.reading import read_history
from forecasting.series import DAY, Series

LEADS = (1, 2, 4)
ORIGINS = (9, 20)
LEAST_WEEKS = 3
WINDOW_WEEKS = 8
DRAWS = 300


def recent(train: Series) -> np.ndarray:
    return (train.age_weeks <= WINDOW_WEEKS).astype(float)


def unweighted(train: Series) -> np.ndarray:
    """Mean of the interval AHTs of eight weeks."""
    known = (train.handled > 0) & (recent(train) > 0)[:, None]
    return np.full((7, train.calls.shape[1]), (train.handle_s[known] / train.handled[known]).mean())


def flat(train: Series) -> np.ndarray:
    """Ratio of the sums of eight weeks."""
    aht_s = recent(train) @ train.handle_s.sum(axis=1) / (recent(train) @ train.handled.sum(axis=1))
    return np.full((7, train.calls.shape[1]), aht_s)


def cells(train: Series) -> np.ndarray:
    """Ratio of the sums of eight weeks per weekday and slot; flat where there were none."""
    by_weekday = (train.weekdays == np.arange(7)[:, None]) * recent(train)
    calls, seconds = by_weekday @ train.handled, by_weekday @ train.handle_s
    return np.where(calls > 0, seconds / np.where(calls > 0, calls, 1.0), flat(train))


def shrunk(train: Series) -> np.ndarray:
    return fit_handle_time(train).week


METHODS: dict[str, Callable[[Series], np.ndarray]] = {
    "unweighted, 8 weeks": unweighted,
    "flat by volume, 8 weeks": flat,
    "raw cell, 8 weeks": cells,
    "shrunk, recent level": shrunk,
}


def weeks_ahead(series: Series, origins: int) -> Iterator[tuple[Series, int, slice]]:
    """Training part, lead and rows of each week that is scored."""
    for back in range(1, origins + max(LEADS)):
        train = series.before(series.end - 7 * back * DAY)
        for lead in LEADS:
            if lead <= back < origins + lead and train.weeks >= LEAST_WEEKS and train.handled.any():
                first = len(train.days) + 7 * (lead - 1)
                yield train, lead, slice(first, first + 7)


def score(series: Series, origins: int, method: Callable[[Series], np.ndarray]) -> tuple[float, float]:
    """Workload bias and day WAPE."""
    error = absolute = actual = 0.0
    for train, _, week in weeks_ahead(series, origins):
        forecast_s = (series.handled[week] * np.nan_to_num(method(train))[series.weekdays[week]]).sum(axis=1)
        actual_s = series.handle_s[week].sum(axis=1)
        error += (forecast_s - actual_s).sum()
        absolute += np.abs(forecast_s - actual_s).sum()
        actual += actual_s.sum()
    return error / actual, absolute / actual


def coverage(series: Series, origins: int) -> tuple[float, float]:
    """Of intervals, weighted by calls, and of days."""
    intervals, days, rng = np.zeros(2), np.zeros(2), np.random.default_rng(1)
    for train, lead, week in weeks_ahead(series, origins):
        handle_time = fit_handle_time(train)
        day, slot = np.nonzero(series.handled[week])
        calls, seconds = series.handled[week][day, slot], series.handle_s[week][day, slot]
        weekday = series.weekdays[week][day]
        low, high = (handle_time.band(weekday, slot, calls, q, lead - 1) for q in (0.1, 0.9))
        intervals += calls @ ((low <= seconds / calls) & (seconds / calls <= high)), calls.sum()
        drawn = handle_time.sample(weekday, slot, day + 7 * (lead - 1), np.tile(calls, (DRAWS, 1)), rng) * calls
        for one in np.unique(day):
            low, high = np.quantile(drawn[:, day == one].sum(axis=1), [0.1, 0.9])
            days += low <= seconds[day == one].sum() <= high, 1
    return intervals[0] / intervals[1], days[0] / days[1]


def main(specs: list[str]) -> None:
    all_series = [read_history(record.history).series[0] for spec in specs for record in read_records(spec)]
    all_series = [series for series in all_series if series.handled.any()]
    for origins in ORIGINS:
        print(f"last {origins} origins: bias / day WAPE" + "".join(f"{series.queue:>16}" for series in all_series))
        for name, method in METHODS.items():
            scores = [score(series, origins, method) for series in all_series]
            print(f"{name:<32}" + "".join(f"{bias:>+9.1%}{wape:>7.1%}" for bias, wape in scores))
        covered = [coverage(series, origins) for series in all_series]
        print(f"{'80 % band: intervals, days':<32}" + "".join(f"{one:>9.1%}{day:>7.1%}" for one, day in covered))
    began = time.perf_counter()
    for series in all_series:
        fit_handle_time(series)
    print(f"{(time.perf_counter() - began) / len(all_series) * 1000:.1f} ms a fit")


if __name__ == "__main__":
    main(sys.argv[1:])
