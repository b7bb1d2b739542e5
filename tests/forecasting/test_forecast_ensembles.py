"""Ensembles against what their members say."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import made_up_history

from forecasting.calendars import Calendar
from forecasting.models import MODELS, CannotFit
from forecasting.models.ensemble_weighted import MEMBERS, members_of
from forecasting.opengrid import Grid, future_grid
from forecasting.reading import read_history
from forecasting.series import Series


def series_of(weeks: int, seed: int = 0) -> Series:
    rng = np.random.default_rng(seed)
    rates = np.full((7 * weeks, 48), np.nan)
    rates[np.arange(7 * weeks) % 7 < 5, 18:34] = 30.0
    return read_history(
        made_up_history(np.where(np.isfinite(rates), rng.poisson(np.nan_to_num(rates)), np.nan))
    ).series[0]


@pytest.fixture(scope="module")
def train() -> Series:
    return series_of(14)


@pytest.fixture(scope="module")
def grid(train: Series) -> Grid:
    return future_grid(train, 7, Calendar())


def test_the_median_is_the_middle_of_the_members(train: Series, grid: Grid) -> None:
    members = members_of(train, grid, Calendar())
    assert set(members) == set(MEMBERS)
    calls = MODELS["ensemble_median"](train, grid, Calendar())
    ordered = np.sort(list(members.values()), axis=0)
    assert calls == pytest.approx((ordered[1] + ordered[2]) / 2)


def test_a_member_that_was_right_before_gets_nearly_all_the_weight(train: Series, grid: Grid, monkeypatch) -> None:
    def seer(past: Series, ahead: Grid, calendar: Calendar) -> np.ndarray:
        first = len(past.days)
        known = np.nan_to_num(train.calls[first : first + 7])
        return known + 0.01 * ahead.open if len(known) else np.where(ahead.open, 77.0, 0.0)

    monkeypatch.setitem(MODELS._members, "median_week", seer)
    calls = MODELS["ensemble_weighted"](train, grid, Calendar())
    assert calls[grid.open] == pytest.approx(77.0, abs=0.5)


def test_without_weeks_to_compare_all_count_the_same() -> None:
    train = series_of(6)
    grid = future_grid(train, 7, Calendar())
    expected = np.mean(list(members_of(train, grid, Calendar()).values()), axis=0)
    assert MODELS["ensemble_weighted"](train, grid, Calendar()) == pytest.approx(expected)


def test_a_history_that_carries_no_member_is_refused(monkeypatch) -> None:
    def refuse(past: Series, ahead: Grid, calendar: Calendar) -> np.ndarray:
        raise CannotFit("no")

    train = series_of(4)
    for name in MEMBERS:
        monkeypatch.setitem(MODELS._members, name, refuse)
    with pytest.raises(CannotFit, match="none of median_week"):
        MODELS["ensemble_median"](train, future_grid(train, 7, Calendar()), Calendar())
