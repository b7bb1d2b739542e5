"""What short histories borrow: proved on queues made alike, and kept from queues with enough history."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history

from forecasting import backtest, forecast
from forecasting.calendars import NO_CALENDAR, Calendar
from forecasting.models import MODELS, CannotFit
from forecasting.opengrid import Grid, future_grid
from forecasting.profiles import LENT_CALLS, weekday_profile
from forecasting.reading import read_history
from forecasting.series import Series, span
from forecasting.sisters import WithSisters, lend, summed, with_sisters
from wfm.contracts import FORECAST, QUANTILE_COLUMNS
from wfm.params import Horizon

ZONE = "Europe/Amsterdam"
MONDAY = dt.date(2024, 1, 1)
WEEKS = 20
WEEK = np.array([1.5, 1.2, 1.0, 0.9, 0.7])
SHAPE = np.exp(-(((np.arange(16) - 5) / 4) ** 2))


def rates(weeks: int = WEEKS, level: float = 40.0, saturdays: float = 0.0) -> np.ndarray:
    """Calls expected by day and slot, NaN where closed: Mondays are twice Fridays, a peak before noon."""
    of_day = np.zeros(7 * weeks)
    of_day.reshape(weeks, 7)[:, :5] = level * WEEK
    of_day.reshape(weeks, 7)[:, 5] = level * saturdays
    calls = np.full((7 * weeks, 48), np.nan)
    opens = of_day > 0
    calls[opens, 18:34] = of_day[opens, None] * SHAPE
    return calls


def queue(name: str, level: float, days: int | None = None, seed: int = 0, saturdays: float = 0.0) -> pd.DataFrame:
    """Drawn calls; with `days`, only the last ones of the history."""
    expected = rates(level=level, saturdays=saturdays)
    calls = np.where(np.isfinite(expected), np.random.default_rng(seed).poisson(np.nan_to_num(expected)), np.nan)
    if days:
        calls[:-days] = np.nan
    return made_up_history(calls, str(MONDAY), queue=name)


def centre(days: int | None, level: float = 10.0) -> pd.DataFrame:
    return pd.concat([queue("old", 60.0, seed=1), queue("other", 30.0, seed=2), queue("new", level, days, seed=3)])


def after(days: int = 14) -> Horizon:
    return Horizon(MONDAY + dt.timedelta(weeks=WEEKS), days, 1800, ZONE)


def wape(frame: pd.DataFrame, level: float) -> float:
    expected = rates(2, level)
    expected = expected[np.isfinite(expected)]
    return float(np.abs(frame["calls"].to_numpy() - expected).sum() / expected.sum())


def of_queue(result, name: str = "new") -> pd.DataFrame:
    return result.frame[result.frame["queue"] == name].reset_index(drop=True)


def short_series(days: int = 14) -> WithSisters:
    found = {one.queue: one for one in with_sisters(read_history(centre(days)).series, {})}["new"]
    assert isinstance(found, WithSisters)
    return found


@pytest.mark.parametrize(("days", "bound"), [(10, 0.13), (21, 0.12), (42, 0.10)])
def test_a_short_history_is_forecast_better_with_sisters(days: int, bound: float) -> None:
    history = centre(days)
    among = of_queue(forecast(history, after()))
    alone = forecast(history[history["queue"] == "new"], after()).frame
    assert wape(among, 10.0) < bound
    assert wape(among, 10.0) < 0.8 * wape(alone, 10.0)


def test_three_days_make_a_whole_week_with_sisters_and_it_is_said() -> None:
    history = centre(None)
    wednesday = pd.Timestamp(MONDAY + dt.timedelta(days=7 * (WEEKS - 1) + 3), tz=ZONE)
    started = wednesday - pd.Timedelta(days=3)
    starts = history["interval_start"]
    known = history[(starts < wednesday) & ((history["queue"] != "new") | (starts >= started))]
    result = forecast(known, Horizon(wednesday.date(), 7, 1800, ZONE))
    new = of_queue(result)
    days = new.groupby(new["interval_start"].dt.day_of_week)["calls"].sum()
    assert days.index.tolist() == [0, 1, 2, 3, 4]
    assert days.to_numpy() == pytest.approx(10.0 * WEEK * SHAPE.sum(), rel=0.15)
    findings = {f.rule: f for f in result.findings if f.source == "queue new"}
    assert findings["borrowed-hours"].found == "no Thursdays, Fridays in 3 days of history"
    assert "old, other" in findings["sisters"].fix
    assert not any("the other weekdays" in finding.fix for finding in result.findings)
    assert "sisters" in result.selection.set_index("queue").loc["new", "words"]
    FORECAST.validate(result.frame)


def test_queues_with_ten_weeks_borrow_nothing() -> None:
    series = read_history(centre(70)).series
    assert [type(one) for one in with_sisters(series, {})] == [Series] * 3
    series = read_history(centre(63)).series
    assert [type(one) for one in with_sisters(series, {})] == [WithSisters, Series, Series]


def test_a_short_queue_changes_nothing_for_the_others() -> None:
    with_new, without = centre(21), centre(21)
    without = without[without["queue"] != "new"]
    among, alone = forecast(with_new, after()), forecast(without, after())
    for name in ("old", "other"):
        pd.testing.assert_frame_equal(of_queue(among, name), of_queue(alone, name), check_exact=True)


def sisters_of(history: pd.DataFrame, groups: dict[str, str]) -> str:
    series = {one.queue: one for one in with_sisters(read_history(history).series, groups)}["new"]
    assert isinstance(series, WithSisters)
    return series.sisters.queue


def test_the_group_lends_before_the_centre() -> None:
    assert sisters_of(centre(14), {}) == "old, other"
    assert sisters_of(centre(14), {"new": "front", "other": "front"}) == "other"
    assert sisters_of(centre(14), {"new": "front", "other": "back"}) == "old, other"


def test_sisters_that_open_on_the_same_weekdays_lend_before_others() -> None:
    six_days = queue("six", 20.0, seed=4, saturdays=0.2)
    new = queue("new", 10.0, 14, seed=3, saturdays=0.2)
    assert sisters_of(pd.concat([queue("old", 60.0), six_days, new]), {}) == "six"
    assert sisters_of(pd.concat([queue("old", 60.0), six_days, queue("new", 10.0, 14)]), {}) == "old, six"
    assert sisters_of(pd.concat([queue("old", 60.0), new]), {}) == "old"


def test_the_sum_is_that_of_every_cell_and_a_late_queue_joins() -> None:
    series = read_history(centre(14)).series
    pool = summed(series, "all")
    assert pool.days[0] == np.datetime64(MONDAY)
    for day in (0, 100, 7 * WEEKS - 3):
        of_day = pool.days[day]
        rows = [one.calls[one.days == of_day][0] for one in series if of_day in one.days]
        for slot, total in enumerate(pool.calls[day]):
            known = [row[slot] for row in rows if np.isfinite(row[slot])]
            assert total == sum(known) if known else np.isnan(total)


def test_nothing_later_than_the_cut_off_is_lent() -> None:
    one = short_series(42)
    cut = one.days[28]
    known = one.before(cut)
    assert known.sisters.end == cut
    changed = replace(one.sisters, calls=np.where((one.sisters.days >= cut)[:, None], 999.0, one.sisters.calls))
    grid = future_grid(known, 14, NO_CALENDAR)
    first, other = (lend(x, grid, NO_CALENDAR) for x in (known, replace(one, sisters=changed).before(cut)))
    assert first.shares.tobytes() == other.shares.tobytes()
    for name, part in first.parts.items():
        assert part.tobytes() == other.parts[name].tobytes()


def test_what_is_lent_is_the_weekday_of_the_sisters() -> None:
    one = short_series()
    lent = lend(one, future_grid(one, 14, NO_CALENDAR), NO_CALENDAR)
    weekday = lent.parts["weekday"][-14:-9]
    assert weekday - weekday.mean() == pytest.approx(np.log(WEEK) - np.log(WEEK).mean(), abs=0.04)
    assert lent.shares[:5, 18:34] == pytest.approx(np.tile(SHAPE / SHAPE.sum(), (5, 1)), abs=0.01)
    assert not lent.shares[5:].any()


def test_the_shape_is_held_to_the_sisters_by_their_calls() -> None:
    calls, weekdays = np.array([[300.0, 100.0, np.nan]]), np.array([0])
    lent = np.tile([0.25, 0.25, 0.5], (7, 1))
    own = weekday_profile(calls, weekdays, np.zeros(1))
    shares = weekday_profile(calls, weekdays, np.zeros(1), lent)
    weight = 400 / (400 + LENT_CALLS)
    assert shares[0] == pytest.approx(weight * own[0] + (1 - weight) * np.array([0.5, 0.5, 0.0]))
    assert shares[1:] == pytest.approx(np.tile([0.5, 0.5, 0.0], (6, 1)))
    nothing = weekday_profile(calls, weekdays, np.zeros(1), np.zeros((7, 3)))
    assert nothing[0] == pytest.approx(own[0])


def test_explanation_tells_the_borrowed_weekdays() -> None:
    result = forecast(centre(14), after())
    told = result.explanation[result.explanation["queue"] == "new"]
    new = of_queue(result)
    days = new.groupby(new["interval_start"].dt.tz_localize(None).dt.normalize())["calls"].sum()
    assert told.groupby("day")["calls"].sum().to_numpy() == pytest.approx(days.to_numpy(), abs=0.01)
    weekday = told[told["part"] == "weekday"].set_index("day")["calls"]
    assert weekday.iloc[0] > 0 > weekday.iloc[4]


def test_without_a_whole_day_nothing_can_be_lent() -> None:
    one = short_series()
    empty = replace(one, calls=np.full(one.calls.shape, np.nan))
    grid = Grid(span(one.end, 7), np.zeros((7, 48), dtype=bool))
    with pytest.raises(CannotFit, match="0 whole days"):
        MODELS["top_down"](empty, grid, Calendar())


@pytest.mark.parametrize("days", [3, 8, 15, 30])
def test_new_queues_without_calls_or_with_an_outlier_are_sane(days: int) -> None:
    history = centre(days).reset_index(drop=True)
    new = history["queue"] == "new"
    zeros = history.assign(offered=history["offered"].where(~new, 0.0), aht_s=np.nan)
    spike = history.copy()
    spike.loc[new.idxmax() + 2, "offered"] = 50_000.0
    for case in (zeros, spike):
        frame = of_queue(forecast(case, after()))
        assert np.isfinite(frame[["calls", *QUANTILE_COLUMNS]]).all(axis=None)
        assert (frame["calls"] >= 0).all()
    assert of_queue(forecast(zeros, after()))["calls"].max() < 0.5


def test_processes_change_no_byte_and_the_backtest_borrows_too() -> None:
    history = centre(35)
    assert forecast(history, after(), n_jobs=2).frame.to_csv() == forecast(history, after()).frame.to_csv()
    both, alone = backtest(history, weeks=2), backtest(history[history["queue"] == "new"], weeks=2)
    error = [r.summary().set_index(["queue", "model"]).loc[("new", "top_down"), "wape_interval"] for r in (both, alone)]
    assert error[0] < error[1]
