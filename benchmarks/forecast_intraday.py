"""Rest of the day, forecast the week before: left alone, by the plain ratio, by the shrunk update of
that day alone, and by the update that starts from the days before it.

Usage: python benchmarks/forecast_intraday.py PATH[,COUNTRY[,ZONE]] ...

Each series is forecast for its last 20 weeks from the Monday before; the noise of its days is learned from earlier
origins only, four at least. Figures are errors of the total that is still to come, over those without an update.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from peer_series import read_records

from forecasting.calendars import Calendar, public_holidays
from forecasting.intraday import DayNoise, fit_intraday, start_of_day, update_day
from forecasting.models import MODELS
from forecasting.opengrid import future_grid
from forecasting.reading import read_history
from forecasting.series import DAY, Series

MODEL = "top_down"
WEEKS, LEAST_PAST_WEEKS, LEAST_TRAINING_WEEKS = 20, 4, 6
SHOWN = (0.15, 0.30, 0.50, 0.70)
CLOCK = np.arange(1, 20) / 20
METHODS = ("none", "ratio", "shrunk", "with days before")
Week = tuple[np.ndarray, np.ndarray]


def forecast_weeks(series: Series, calendar: Calendar) -> list[Week]:
    """Actual and forecast of each week, shape (7, slots), oldest first; forecast 0 where closed."""
    weeks = []
    for back in range(int(series.weeks) - LEAST_TRAINING_WEEKS, 0, -1):
        train = series.before(series.end - 7 * back * DAY)
        grid = future_grid(train, 7, calendar)
        made = MODELS[MODEL](train, grid, calendar)
        calls = made if isinstance(made, np.ndarray) else made.calls
        actual = series.calls[len(train.days) : len(train.days) + 7]
        weeks.append((actual, np.where(grid.open & np.isfinite(actual).any(axis=1)[:, None], calls, 0.0)))
    return weeks


def days_to_update(weeks: list[Week]) -> Iterator[tuple[DayNoise, np.ndarray, np.ndarray, float]]:
    """Noise known by then, calls, forecast and the factor of the days before, of each day that is scored."""
    for week in range(max(len(weeks) - WEEKS, LEAST_PAST_WEEKS), len(weeks)):
        noise = fit_intraday(*(np.concatenate(side) for side in zip(*weeks[:week], strict=True)))
        before: list[float] = []
        for actual, mean in zip(*weeks[week], strict=True):
            calls, factor = np.nan_to_num(actual), start_of_day(np.array(before), noise)
            if (mean > 0).any():
                yield noise, calls, mean, factor
            before.insert(0, calls[mean > 0].sum() / mean.sum() - 1 if (mean > 0).any() else np.nan)


def errors_of(weeks: list[Week], by_slots: bool) -> np.ndarray:
    """Sums of absolute errors by method and time of day; the last row holds the calls, shape (methods + 1, times)."""
    errors = np.zeros((len(METHODS) + 1, len(CLOCK)))
    for noise, calls, mean, factor in days_to_update(weeks):
        slots = np.flatnonzero(mean > 0)
        elapsed = np.arange(1, len(slots) + 1) / len(slots) if by_slots else np.cumsum(mean[slots]) / mean.sum()
        for time, share in enumerate(CLOCK):
            over = max(int(np.searchsorted(elapsed, share + 1e-9)), 1)
            seen, rest = slots[:over], slots[over:]
            if not len(rest):
                continue
            so_far = np.full(len(mean), np.nan)
            so_far[seen] = calls[seen]
            came, expected = calls[rest].sum(), mean[rest].sum()
            ratio = expected * calls[seen].sum() / mean[seen].sum()
            updated = [update_day(start * mean, so_far, noise).total for start in (1.0, factor)]
            errors[:, time] += [abs(total - came) for total in (expected, ratio, *updated)] + [came]
    return errors


def over(errors: np.ndarray, of_none: np.ndarray) -> np.ndarray:
    """Ratio by time of day; NaN where no day has an interval left."""
    return np.where(of_none > 0, errors / np.where(of_none > 0, of_none, 1.0), np.nan)


def main(specs: list[str]) -> None:
    at = [int(np.argmin(np.abs(CLOCK - share))) for share in SHOWN]
    ratios, worst = [], {method: [] for method in METHODS}
    print(f"{'series':<28}{'method':<18}" + "".join(f"{share:>9.0%}" for share in SHOWN) + f"{'worst ratio':>24}")
    for spec in specs:
        for record in read_records(spec):
            (series,) = read_history(record.history).series
            calendar = public_holidays(record.country or None, None, series.days[0], series.end)
            weeks = forecast_weeks(series, calendar)
            by_calls, by_slots = errors_of(weeks, by_slots=False), errors_of(weeks, by_slots=True)
            for row, method in enumerate(METHODS):
                wape = "".join(f"{by_calls[row, time] / by_calls[-1, time]:>9.1%}" for time in at)
                most = [float(np.nanmax(over(errors[row], errors[0]))) for errors in (by_calls, by_slots)]
                label = f"{record.name:<28}{method:<18}"
                print(f"{label}{wape}   by calls {most[0]:.3f}, slots {most[1]:.3f}")
                worst[method].append(max(most))
            ratios.append(by_calls[1:-1] / by_calls[0])
    for row, method in enumerate(METHODS[1:]):
        mean = np.exp(np.mean(np.log([ratio[row, at] for ratio in ratios]), axis=0))
        print(f"{'geometric mean ratio':<28}{method:<18}" + "".join(f"{ratio:>9.3f}" for ratio in mean))
        print(f"{'worst ratio at any time':<28}{method:<18}{max(worst[method]):>9.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
