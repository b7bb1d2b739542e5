"""The rolling-origin backtest: nothing later than the cut-off is seen, and the sums are what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import MODELS, BacktestResult, backtest
from forecasting.calendars import Calendar
from forecasting.models import BASELINE, DEFAULT, NAIVE, CannotFit
from forecasting.origins import rolling_origins
from forecasting.reading import read_history
from forecasting.scores import NO_SCORES
from wfm.errors import InputError, UsageProblem


def noisy_history(weeks: int, seed: int = 0, queue: str = "sales", level: float = 30.0) -> pd.DataFrame:
    """Poisson calls 09:00 to 17:00, Monday to Friday, with a factor a day."""
    rng = np.random.default_rng(seed)
    rates = np.full((7 * weeks, 48), np.nan)
    weekday = np.arange(7 * weeks) % 7
    day_factor = rng.lognormal(0, 0.1, size=(7 * weeks, 1))
    rates[:, 18:34] = level * day_factor * (1.2 - 0.1 * weekday[:, None]) * (1 + np.arange(16) / 20)
    rates[weekday > 4] = np.nan
    return made_up_history(np.where(np.isfinite(rates), rng.poisson(np.nan_to_num(rates)), np.nan), queue=queue)


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    return pd.concat([noisy_history(14, 1), noisy_history(14, 2, "service")], ignore_index=True)


@pytest.fixture(scope="module")
def result(history: pd.DataFrame) -> BacktestResult:
    return backtest(history, weeks=5, leads=(1, 2))


def test_one_row_a_queue_model_cutoff_lead_and_level(result: BacktestResult) -> None:
    keys = ["queue", "model", "cutoff", "lead_weeks", "level"]
    assert not result.scores.duplicated(keys).any()
    per_lead = result.scores.groupby(["queue", "model", "lead_weeks", "level"]).size()
    assert (per_lead == 5).all()
    assert len(per_lead) == 2 * len(DEFAULT) * 2 * 3


def test_cutoffs_are_mondays_and_every_lead_scores_the_same_weeks(result: BacktestResult) -> None:
    scores = result.scores
    assert (scores["cutoff"].dt.day_of_week == 0).all()
    assert (scores["cutoff"].dt.hour == 0).all()
    target = scores["cutoff"].dt.tz_localize(None) + pd.to_timedelta(7 * scores["lead_weeks"], "D")
    assert {lead: set(weeks) for lead, weeks in target.groupby(scores["lead_weeks"])}[1] == set(target)
    assert target.max() == pd.Timestamp("2024-01-01") + pd.Timedelta(weeks=14)


def test_scores_of_the_naive_model_equal_a_shift_by_a_week(history: pd.DataFrame, result: BacktestResult) -> None:
    sales = history[history["queue"] == "sales"].copy()
    sales["wall"] = sales["interval_start"].dt.tz_localize(None)
    last_week = sales[["wall", "offered"]].assign(wall=sales["wall"] + pd.Timedelta(days=7))
    pairs = sales.merge(last_week, on="wall", suffixes=("", "_before"))
    pairs["error"] = pairs["offered_before"] - pairs["offered"]
    scores = result.scores.query("queue == 'sales' and model == @NAIVE and lead_weeks == 1")
    for cutoff, of_cutoff in scores.groupby(scores["cutoff"].dt.tz_localize(None)):
        week = pairs[(pairs["wall"] >= cutoff) & (pairs["wall"] < cutoff + pd.Timedelta(days=7))]
        by_day = week.groupby(week["wall"].dt.date)["error"].sum()
        expected = {"interval": week["error"], "day": by_day, "week": pd.Series([week["error"].sum()])}
        for level, error in expected.items():
            row = of_cutoff.set_index("level").loc[level]
            assert row["abs_error_calls"] == pytest.approx(error.abs().sum())
            assert row["error_calls"] == pytest.approx(error.sum())
            assert row["actual_calls"] == week["offered"].sum()
            assert row["n"] == len(error)
            assert row["wape"] == pytest.approx(error.abs().sum() / week["offered"].sum())
            assert row["bias"] == pytest.approx(error.sum() / week["offered"].sum())


def test_summary_is_sum_over_sum_with_the_baselines_first(result: BacktestResult) -> None:
    table = result.summary()
    for _, of_queue in table.groupby("queue"):
        assert of_queue["model"].tolist()[:2] == [NAIVE, BASELINE]
        assert of_queue["wape_interval"].iloc[2:].is_monotonic_increasing
    for row in table.itertuples():
        own = result.scores.query("queue == @row.queue and model == @row.model")
        for level in ("interval", "day", "week"):
            rows = own[own["level"] == level]
            expected = rows["abs_error_calls"].sum() / rows["actual_calls"].sum()
            assert getattr(row, f"wape_{level}") == pytest.approx(expected)
        for ratio, reference in ((row.ratio_to_naive, NAIVE), (row.ratio_to_average, BASELINE)):
            of_reference = table[(table["queue"] == row.queue) & (table["model"] == reference)]
            other = of_reference["wape_interval"].item()
            assert ratio == pytest.approx(row.wape_interval / other)
        assert 0 < row.poisson_floor < row.wape_interval


def test_a_row_a_lead_adds_up_to_the_whole(result: BacktestResult) -> None:
    by_lead = result.summary(by_lead=True)
    assert set(by_lead["lead_weeks"]) == {1, 2}
    for row in by_lead.itertuples():
        rows = result.scores.query("queue == @row.queue and model == @row.model and lead_weeks == @row.lead_weeks")
        rows = rows[rows["level"] == "interval"]
        assert row.wape_interval == pytest.approx(rows["abs_error_calls"].sum() / rows["actual_calls"].sum())


def test_mase_is_scaled_by_the_week_to_week_error_that_was_known(history: pd.DataFrame, result: BacktestResult) -> None:
    sales = history[history["queue"] == "sales"].set_index("interval_start")["offered"]
    rows = result.scores.query("queue == 'sales' and model == 'top_down' and level == 'interval'")
    for row in rows.itertuples():
        wall = sales.index.tz_localize(None)
        before = pd.Series(sales.to_numpy(), wall)[wall < row.cutoff.tz_localize(None)]
        change = (before - before.shift(freq="7D")).abs().mean()
        assert row.lag_week_abs_error_calls == pytest.approx(change * row.n)


def test_bands_of_honest_noise_hold_and_their_loss_beats_that_of_a_point(result: BacktestResult) -> None:
    """The history has day factors of sd 0.1 and Poisson counts: 80 % bands hold about four days in five."""
    table = result.summary().set_index(["queue", "model"])
    for queue in ("sales", "service"):
        row = table.loc[(queue, "top_down")]
        assert 0.7 < row["coverage80_interval"] < 0.92
        assert 0.6 < row["coverage80_day"] <= 1
        assert row["coverage95_day"] > 0.85
        assert row["wql"] < 0.75 * row["wape_interval"]


def test_quantile_loss_is_the_mean_pinball_loss() -> None:
    from forecasting.origins import SCORED_QUANTILES, Bands, Origin
    from forecasting.scores import score

    series = read_history(noisy_history(3)).series[0]
    actual = np.full((7, 48), np.nan)
    actual[0, 20:22] = [10.0, 30.0]
    quantiles = np.zeros((len(SCORED_QUANTILES), 7, 48))
    quantiles[:, 0, 20:22] = np.linspace(5, 25, len(SCORED_QUANTILES))[:, None]
    day = quantiles.sum(axis=2)
    bands = Bands(quantiles, day, day.sum(axis=1, keepdims=True))
    predicted = np.where(np.isfinite(actual), 15.0, 0.0)
    origin = Origin(series.days[7], 1, actual, {"m": predicted}, 1.0, {"m": bands})
    rows = score(series, [origin]).set_index("level")
    expected = 0.0
    for q, value in zip(SCORED_QUANTILES[1:-1], np.linspace(5, 25, 9)[1:-1], strict=True):
        expected += sum(2 * max(q * (y - value), (q - 1) * (y - value)) for y in (10.0, 30.0)) / 7
    assert rows.loc["interval", "quantile_loss_calls"] == pytest.approx(expected)
    assert rows.loc["interval", "within_80"] == 1
    assert rows.loc["day", "within_80"] == 1
    assert rows.loc["day", "banded_n"] == 1


def test_the_preferred_model_is_kept_unless_another_is_convincingly_better(result: BacktestResult) -> None:
    assert set(result.selection["model"]) == {"top_down"}
    for row in result.selection.itertuples():
        assert row.ratio_low <= row.ratio <= row.ratio_high
        assert f"by {100 * (1 - row.ratio):.0f} %, 90 % interval" in row.words


def test_a_model_that_is_convincingly_better_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A history that repeats itself with one odd week in five, which only a model that knows it can forecast."""
    history = noisy_history(16, 3)
    known = {s.queue: s for s in read_history(history).series}

    def oracle(train, grid, calendar):
        series = known[train.queue]
        first = int((grid.days[0] - series.days[0]).astype(int))
        rows = series.calls[first : first + len(grid.days)]
        return np.where(grid.open, np.pad(np.nan_to_num(rows), ((0, len(grid.days) - len(rows)), (0, 0))), 0.0)

    monkeypatch.setitem(MODELS._members, "oracle", oracle)
    chosen = backtest(history, models=["top_down", "oracle"], leads=(1,)).selection
    assert chosen["model"].tolist() == ["oracle"]
    assert chosen["ratio"].item() == pytest.approx(0.0)


def test_a_tie_of_the_baselines_goes_to_the_average() -> None:
    constant = noisy_history(8).assign(offered=20.0)
    assert backtest(constant, models=["seasonal_naive"]).selection["model"].tolist() == [BASELINE]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), back=st.integers(1, 4))
def test_no_model_sees_anything_after_the_cutoff(seed: int, back: int) -> None:
    """Whatever comes in after a cut-off, forecasts from it and from earlier ones stay the same."""
    history = noisy_history(10)
    cutoff = pd.Timestamp("2024-01-01", tz="Europe/Amsterdam") + pd.DateOffset(weeks=10 - back)
    later = history["interval_start"] >= cutoff
    changed = history.copy()
    changed.loc[later, "offered"] = np.random.default_rng(seed).integers(0, 500, size=later.sum()).astype(float)
    lost = changed.index[later][:-16][np.random.default_rng(seed).random(later.sum() - 16) < 0.2]
    runs = [
        rolling_origins(read_history(frame).series[0], list(DEFAULT), 6, Calendar(), (1, 2))[0]
        for frame in (history, changed.drop(lost))
    ]
    kept = [
        {(o.cutoff, o.lead_weeks): o.predicted for o in run if o.cutoff <= np.datetime64(cutoff.date(), "D")}
        for run in runs
    ]
    assert kept[0].keys() == kept[1].keys()
    assert kept[0]
    for known, of_changed in zip(kept[0].values(), kept[1].values(), strict=True):
        for model in DEFAULT:
            assert np.array_equal(known[model], of_changed[model])


def test_a_history_that_ends_in_midweek_is_cut_at_day_ends() -> None:
    history = noisy_history(10)
    until_wednesday = history[history["interval_start"] < pd.Timestamp("2024-03-07", tz="Europe/Amsterdam")]
    scores = backtest(until_wednesday).scores
    assert (scores["cutoff"].dt.day_of_week == 3).all()
    assert scores["cutoff"].max() == pd.Timestamp("2024-02-29", tz="Europe/Amsterdam")


def test_a_last_day_cut_off_at_noon_is_not_scored() -> None:
    history = noisy_history(10)
    until_noon = history[history["interval_start"] < pd.Timestamp("2024-03-07 12:00", tz="Europe/Amsterdam")]
    result = backtest(until_noon)
    assert result.scores["cutoff"].max() == pd.Timestamp("2024-02-29", tz="Europe/Amsterdam")
    assert "incomplete-day" in {finding.rule for finding in result.findings}


def test_origins_with_under_two_weeks_before_them_are_left_out_and_said() -> None:
    result = backtest(noisy_history(4), leads=(1,))
    assert result.scores["cutoff"].nunique() == 2
    note = next(finding for finding in result.findings if finding.rule == "short-history")
    assert "4 backtest origins" in note.found


def test_a_model_that_fails_at_one_origin_is_not_compared_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    simple = MODELS["moving_average"]

    def picky(train, grid, calendar):
        if train.weeks < 8:
            raise CannotFit("7 weeks")
        return simple(train, grid, calendar)

    monkeypatch.setitem(MODELS._members, "picky", picky)
    result = backtest(noisy_history(12), models=["picky"], leads=(1,))
    assert "picky" not in set(result.scores["model"])
    assert next(f for f in result.findings if f.rule == "model-skipped").fix == "picky is left out"


def test_a_model_without_finite_calls_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS._members, "broken", lambda train, grid, calendar: np.full(grid.open.shape, np.inf))
    result = backtest(noisy_history(6), models=["broken"], leads=(1,))
    assert "broken" not in set(result.scores["model"])
    assert any("not finite" in finding.found for finding in result.findings)


def test_the_baselines_are_always_there_and_unknown_models_are_refused() -> None:
    history = noisy_history(6)
    assert set(backtest(history, models=["median_week"]).scores["model"]) == {NAIVE, BASELINE, "median_week"}
    with pytest.raises(UsageProblem, match="did you mean"):
        backtest(history, models=["moving_averge"])


def test_a_history_too_short_to_score_gives_empty_tables() -> None:
    result = backtest(noisy_history(2), leads=(1,))
    assert result.scores.empty
    assert result.summary().empty
    assert result.selection["words"].str.contains("too short").all()
    assert BacktestResult(NO_SCORES, result.selection).summary().columns.tolist() == result.summary().columns.tolist()


def test_mixed_interval_lengths_and_crooked_starts_are_refused() -> None:
    history = noisy_history(6)
    crooked = history.assign(interval_start=history["interval_start"] + pd.Timedelta("7min"))
    with pytest.raises(InputError, match="multiple of 30 min"):
        backtest(crooked)
    with pytest.raises(InputError, match=r"interval_start|repeat"):
        backtest(pd.concat([history, history]))
    hourly = history[history["interval_start"].dt.minute == 0]
    half_an_hour_off = hourly.assign(interval_start=hourly["interval_start"].dt.tz_convert("Asia/Kolkata"))
    with pytest.raises(InputError, match="multiple of 60 min"):
        backtest(half_an_hour_off)
