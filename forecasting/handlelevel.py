"""The recent level of a queue's handle time, smoothed at the speeds that foretold its past."""

from __future__ import annotations

import numpy as np

HALF_LIVES_WEEKS = (0.5, 1.0, 2.0)
SLOWER = 4.0
TREND_WEEKS = 0.8
LEAST_GAP_WEEKS = 1.0
MOST_TREND = 0.10
ERROR_HALF_LIFE_WEEKS = 26.0
SHARPNESS = 16.0
LEAST_PAST_DAYS = 14
LEADS = 4
PRIOR_SD = 0.03
PRIOR_ORIGINS = 3


def by_week(values: np.ndarray) -> np.ndarray:
    """Days as weeks that end with the last day, zeros before the first, shape (weeks, 7), oldest first."""
    return np.pad(values, (-len(values) % 7, 0)).reshape(-1, 7)


def recent_level(seconds: np.ndarray, expected: np.ndarray, prior_s: float) -> np.ndarray:
    """Log of the level at the end of the history and a week, two, … before it, from what was known then.

    Several exponential means of the days, each carried on for most of a week along the slope between itself and a
    mean four times slower, are averaged by how well they foretold each past week from the cut-off before it:
    absolute error ^ -16, so that a speed that errs 5 % more counts less than half.

    Parameters
    ----------
    seconds, expected : ndarray, shape (days,)
        Handle seconds, and those that the shape of the week expects of the same calls.
    prior_s : float
        Handle seconds of level 1 that every mean is held towards.

    Returns
    -------
    ndarray, shape (cut-offs,)
        Newest first.
    """
    cutoffs = np.arange(len(seconds), 0, -7)
    speeds = [_carried_on(seconds, expected, cutoffs, half_life, prior_s) for half_life in HALF_LIVES_WEEKS]
    logs, past = np.stack(speeds), int((cutoffs >= LEAST_PAST_DAYS).sum()) - 1
    if past < 1:
        return np.asarray(logs.mean(axis=0))
    actual_s, expected_s = (by_week(values).sum(axis=1)[::-1][:past] for values in (seconds, expected))
    recent = 0.5 ** (np.arange(past) / ERROR_HALF_LIFE_WEEKS)
    cost = np.abs(np.exp(logs[:, 1 : past + 1]) * expected_s - actual_s) @ recent + 1e-9 * seconds.sum()
    trust = (cost / cost.min()) ** -SHARPNESS
    return np.asarray(trust @ logs / trust.sum())


def _carried_on(
    seconds: np.ndarray, expected: np.ndarray, cutoffs: np.ndarray, half_life_weeks: float, prior_s: float
) -> np.ndarray:
    """Log level of one speed at each cut-off, shape (cut-offs,)."""
    level, age = _smoothed(seconds, expected, cutoffs, half_life_weeks, prior_s)
    slow, slow_age = _smoothed(seconds, expected, cutoffs, half_life_weeks * SLOWER, prior_s)
    slope = (level - slow) / np.maximum(slow_age - age, LEAST_GAP_WEEKS)
    return level + np.clip(TREND_WEEKS * slope, -MOST_TREND, MOST_TREND)


def _smoothed(
    seconds: np.ndarray, expected: np.ndarray, cutoffs: np.ndarray, half_life_weeks: float, prior_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Log of the exponential mean of what came before each cut-off, and its mean age [weeks]."""
    age = np.arange(len(seconds) + 1) / 7
    forgotten = np.where(age > 0, 0.5 ** (age / half_life_weeks), 0.0)
    days_back = np.maximum(cutoffs[:, None] - np.arange(len(seconds)), 0)
    weights, aged = forgotten[days_back], (forgotten * age)[days_back]
    expected_s = weights @ expected + prior_s
    return np.log((weights @ seconds + prior_s) / expected_s), aged @ expected / expected_s


def level_sd(
    level: np.ndarray, seconds: np.ndarray, expected: np.ndarray, calls: np.ndarray, call_sd: float, day_sd: float
) -> np.ndarray:
    """Standard deviation of the log of a week's level against `level` 1 to 4 weeks ahead, never falling.

    The chance of the week's days and calls is taken off the errors, which lean on a prior of 3 % worth three weeks.

    Parameters
    ----------
    level : ndarray, shape (cut-offs,)
        Logs, newest first, as `recent_level` gives them.
    seconds, expected, calls : ndarray, shape (days,)
    call_sd, day_sd : float
        Relative spread of one call's handle time and of a day.
    """
    actual_s, expected_s, total, squares = (
        by_week(values).sum(axis=1)[::-1] for values in (seconds, expected, calls, calls**2)
    )
    known = (actual_s > 0) & (expected_s > 0)
    measured = np.log(np.where(known, actual_s, 1.0) / np.where(known, expected_s, 1.0))
    n = np.maximum(total, 1.0)
    chance = call_sd**2 / n + day_sd**2 * squares / n**2
    variances = []
    for lead in range(1, LEADS + 1):
        error = measured[: len(level) - lead] - level[lead:] if lead < len(level) else np.zeros(0)
        week = np.flatnonzero(known[: len(error)])
        weights = np.minimum(total[week] / max(np.median(total[known]), 1.0), 1.0) * 0.5 ** (
            week / ERROR_HALF_LIFE_WEEKS
        )
        excess = max(float(weights @ (error[week] ** 2 - chance[week])), 0.0)
        variances.append((excess + PRIOR_ORIGINS * PRIOR_SD**2) / (weights.sum() + PRIOR_ORIGINS))
    return np.sqrt(np.maximum.accumulate(variances))
