"""The planner's events: read with every contradiction named, estimated from the past, put on the future."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.calendars import Calendar, public_holidays
from forecasting.eventeffects import EventEffect, effect_findings, with_events, without_events
from forecasting.eventestimate import estimate_effects
from forecasting.events import Event, read_events
from forecasting.opengrid import Grid, future_grid
from forecasting.series import Series, days_from, span
from ingest import read_frame
from wfm.errors import Findings, InputError

FIRST = np.datetime64("2024-01-01")
OPEN = slice(16, 36)
HEADER = "event,first_day,last_day,start_time,end_time,queue,kind,effect,repeats,until,registered_on\n"


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def frame_of(rows: str, folder: Path) -> pd.DataFrame:
    path = folder / "events.csv"
    path.write_text(HEADER + rows)
    return read_frame(path, "events")


def read(rows: str, folder: Path) -> tuple[Event, ...]:
    return read_events(frame_of(rows, folder), {"sales", "service"}, Findings())


def series_of(calls: np.ndarray, queue: str = "sales") -> Series:
    nothing = np.zeros_like(calls)
    return Series(queue, span(FIRST, len(calls)), calls, nothing, nothing, 1800, "UTC")


def flat(rate: float = 40.0, weeks: int = 26, seed: int | None = None, day_sd: float = 0.05) -> Series:
    """Weekdays 08:00 to 18:00; Poisson counts with busy days where a seed is given."""
    calls = np.full((7 * weeks, 48), np.nan)
    working = np.arange(7 * weeks) % 7 < 5
    calls[working, OPEN] = rate
    if seed is not None:
        rng = np.random.default_rng(seed)
        calls[working, OPEN] = rng.poisson(
            rate * np.exp(day_sd * rng.standard_normal((working.sum(), 1))), (working.sum(), 20)
        )
    return series_of(calls)


def hit(train: Series, event: Event, factor: float = 1.0, more: float = 0.0) -> Series:
    """The history with an event put on it, by the definition: a factor, and calls a day in equal parts."""
    calls = train.calls.copy()
    for occurrence in event.occurrences(train.days[0], train.days[-1]):
        mask = event.cells(train.days, occurrence, 48) & np.isfinite(calls)
        share = np.where(mask, 1 / np.maximum(mask.sum(axis=1, keepdims=True), 1), 0.0)
        calls = np.where(mask, calls * factor + more * share, calls)
    return replace(train, calls=calls)


CAMPAIGN = tuple(
    Event("campaign", "multiplicative", day(d), day(d) + 2) for d in ("2024-02-06", "2024-04-09", "2024-05-21")
)
MAILING = Event("mailing", "additive", day("2024-01-15"), day("2024-01-15"), 8 * 3600, 12 * 3600, repeats="monthly")


def test_a_file_becomes_events(tmp_path: Path) -> None:
    events = read(
        "campaign,2024-02-06,2024-02-08,,,sales,multiplicative,0.25,,,2024-01-20\n"
        "mailing,2024-01-15,,08:00,12:30,,additive,120,monthly,2024-12-31,\n"
        "night work,2024-03-01,,22:00,06:00,,outage,,,,\n",
        tmp_path,
    )
    assert events == (
        Event(
            "campaign",
            "multiplicative",
            day("2024-02-06"),
            day("2024-02-08"),
            queue="sales",
            effect=0.25,
            registered_on=day("2024-01-20"),
        ),
        Event(
            "mailing",
            "additive",
            day("2024-01-15"),
            day("2024-01-15"),
            28800,
            45000,
            effect=120.0,
            repeats="monthly",
            until=day("2024-12-31"),
        ),
        Event("night work", "outage", day("2024-03-01"), day("2024-03-01"), 79200, 86400 + 21600),
    )


def test_only_three_columns_are_needed() -> None:
    frame = pd.DataFrame({"event": ["launch"], "first_day": [pd.Timestamp("2024-02-06")], "kind": ["additive"]})
    assert read_events(frame, {"sales"}, Findings()) == (
        Event("launch", "additive", day("2024-02-06"), day("2024-02-06")),
    )


def test_all_contradictions_are_named_with_their_rows(tmp_path: Path) -> None:
    rows = (
        "a,2024-02-06,2024-02-05,,,,additive,,,,\n"
        "b,2024-02-06,,25:00,,,additive,,,,\n"
        "b,2024-03-06,,,,,multiplicative,0.1,,,\n"
        "c,2024-02-06,,10:00,10:00,,additive,,,,\n"
        "d,2024-02-06,2024-02-20,,,,additive,,weekly,,\n"
        "e,2024-02-06,,,,,additive,,,2024-03-01,\n"
        "f,2024-02-06,,,,,additive,,weekly,2024-01-01,\n"
        "g,2024-02-06,,,,,multiplicative,-1.5,,,\n"
        "h,2024-02-06,,,,,outage,2,,,\n"
        "i,2024-02-06,,,,,additive,5,,,\n"
        "i,2024-02-06,,,,,additive,5,,,\n"
        "j,2024-02-06,,9.30,,,additive,,,,\n"
        "k,2024-02-06,,,,,multiplicative,25,,,\n"
    )
    with pytest.raises(InputError) as problem:
        read(rows, tmp_path)
    assert {(f.row, f.rule) for f in problem.value.findings} == {
        (2, "last-before-first"),
        (3, "bad-time"),
        (4, "two-kinds"),
        (5, "empty-time"),
        (6, "overlaps-itself"),
        (7, "until-alone"),
        (8, "until-before-first"),
        (9, "bad-effect"),
        (10, "bad-effect"),
        (12, "duplicate-event"),
        (13, "bad-time"),
        (14, "bad-effect"),
    }


def test_the_contract_names_unknown_kinds_and_repetitions(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one of multiplicative, additive, outage") as problem:
        frame_of("a,2024-02-06,,,,,boost,,daily,,\n", tmp_path)
    assert {f.column for f in problem.value.findings} == {"kind", "repeats"}


def test_an_unknown_queue_is_a_warning(tmp_path: Path) -> None:
    findings = Findings()
    events = read_events(frame_of("a,2024-02-06,,,,Sales,additive,5,,,\n", tmp_path), {"sales"}, findings)
    assert [str(f) for f in findings.of("warning")] == [
        'events:2:queue: found "Sales", expected a queue of the history; the event concerns no queue'
    ]
    assert estimate_effects(flat(), Calendar({}, events)) == ()


@pytest.mark.parametrize(
    ("repeats", "until", "starts"),
    [
        (None, None, ["2024-01-31"]),
        ("weekly", "2024-02-14", ["2024-01-31", "2024-02-07", "2024-02-14"]),
        ("monthly", "2024-04-30", ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
        ("yearly", None, ["2024-01-31", "2025-01-31"]),
    ],
)
def test_repetitions(repeats: str | None, until: str | None, starts: list[str]) -> None:
    event = Event("a", "additive", day("2024-01-31"), day("2024-01-31"), repeats=repeats, until=until and day(until))
    assert [str(o[0]) for o in event.occurrences(day("2024-01-01"), day("2025-12-31"))] == starts


def test_cells_of_part_of_a_day_and_past_midnight() -> None:
    days = span(day("2024-02-05"), 3)
    part = Event("a", "outage", day("2024-02-06"), day("2024-02-06"), 9 * 3600 + 900, 11 * 3600)
    (occurrence,) = part.occurrences(days[0], days[-1])
    assert np.argwhere(part.cells(days, occurrence, 48)).tolist() == [[1, 18], [1, 19], [1, 20], [1, 21]]
    night = Event("b", "outage", day("2024-02-04"), day("2024-02-05"), 23 * 3600, 86400 + 3600)
    (occurrence,) = night.occurrences(days[0], days[-1])
    assert np.argwhere(night.cells(days, occurrence, 24)).tolist() == [[0, 0], [0, 23], [1, 0]]


def test_only_events_registered_before_the_cutoff_are_known() -> None:
    events = tuple(
        Event(name, "additive", day("2024-02-06"), day("2024-02-06"), registered_on=registered)
        for name, registered in (("always", None), ("before", day("2024-02-04")), ("on", day("2024-02-05")))
    )
    known = Calendar({day("2024-01-01"): "New Year"}, events).known_before(day("2024-02-05"))
    assert [event.name for event in known.events] == ["always", "before"]
    assert known.is_holiday(np.array([day("2024-01-01")])).all()


def test_eves_come_before_holidays() -> None:
    calendar = public_holidays("NL", None, day("2024-12-01"), day("2024-12-31"))
    december = span(day("2024-12-01"), 31)
    assert december[calendar.is_eve(december)].astype(str).tolist() == ["2024-12-24", "2024-12-31"]


def test_an_effect_without_noise_is_found_exactly_but_for_the_shrinkage() -> None:
    train = flat(2000.0)
    for event in CAMPAIGN:
        train = hit(train, event, 1.3)
    (effect,) = estimate_effects(train, Calendar({}, CAMPAIGN))
    assert effect.occurrences == 3
    assert 0.29 < effect.value <= 0.30
    assert effect.low < effect.value < effect.high
    assert effect.words == "campaign: +30 % (28 to 32) from 3 occurrences"


def test_effects_are_found_in_noise_and_their_intervals_hold() -> None:
    inside, errors = [], []
    for seed in range(60):
        train = flat(seed=seed)
        for event in CAMPAIGN:
            train = hit(train, event, 1.3)
        (effect,) = estimate_effects(train, Calendar({}, CAMPAIGN))
        inside.append(effect.low <= 0.3 <= effect.high)
        errors.append(effect.value - 0.3)
    assert 0.7 <= np.mean(inside) <= 0.98
    assert abs(np.mean(errors)) < 0.015


def test_an_event_that_does_nothing_gets_no_effect() -> None:
    effects = [estimate_effects(flat(seed=seed), Calendar({}, CAMPAIGN))[0].value for seed in range(20)]
    assert abs(np.mean(effects)) < 0.015
    assert np.max(np.abs(effects)) < 0.08


def test_additive_effects_and_overlapping_ones_are_told_apart() -> None:
    overlapping = (Event("campaign", "multiplicative", day("2024-02-14"), day("2024-02-16")), *CAMPAIGN)
    train = flat(200.0)
    for event in overlapping:
        train = hit(train, event, 1.4)
    train = hit(train, MAILING, more=500.0)
    campaign, mailing = estimate_effects(train, Calendar({}, (*overlapping, MAILING)))
    assert campaign.value == pytest.approx(0.4, abs=0.015)
    assert mailing.value == pytest.approx(500.0, rel=0.03)
    assert mailing.words.startswith("mailing: +")
    assert "calls a day" in mailing.words
    np.testing.assert_allclose(without_events(train, (campaign, mailing)).calls, flat(200.0).calls, rtol=0.05)


def test_the_past_is_compared_with_its_own_level() -> None:
    train = flat(500.0)
    train.calls[:] *= np.linspace(1.0, 2.0, len(train.days))[:, None]
    for event in CAMPAIGN:
        train = hit(train, event, 1.3)
    (effect,) = estimate_effects(train, Calendar({}, CAMPAIGN))
    assert effect.value == pytest.approx(0.3, abs=0.02)


def told(effect: float | None, *events: Event) -> EventEffect:
    events = tuple(replace(event, effect=effect) for event in events or CAMPAIGN[:1])
    train = flat(40.0, seed=5)
    for event in events:
        train = hit(train, event, 1.3)
    return estimate_effects(train, Calendar({}, events))[0]


def test_the_estimate_leans_on_what_the_planner_expects() -> None:
    free, low, high = told(None).value, told(0.0).value, told(0.6).value
    assert low < free < high
    assert "+60 % expected" in told(0.6).words
    assert abs(told(0.6, *CAMPAIGN).value - told(0.0, *CAMPAIGN).value) < high - low


def test_without_a_past_occurrence_the_expectation_counts_and_without_both_nothing() -> None:
    future = Event("launch", "multiplicative", day("2024-07-02"), day("2024-07-02"), effect=0.2)
    unknown = Event("rumour", "multiplicative", day("2024-07-03"), day("2024-07-03"))
    train = flat()
    calendar = Calendar({}, (future, unknown))
    effects = estimate_effects(train, calendar)
    launch, rumour = effects
    assert (launch.value, launch.occurrences, rumour.value) == (0.2, 0, None)
    assert [(f.rule, f.severity) for f in effect_findings("sales", effects)] == [
        ("event", "note"),
        ("event-not-applied", "warning"),
    ]
    grid = future_grid(train, 7, calendar)
    base = np.where(grid.open, 10.0, 0.0)
    assert with_events(base, grid, effects).sum(axis=1).tolist() == [200.0, pytest.approx(240.0), 200, 200, 200, 0, 0]


def test_a_weekly_event_has_nothing_to_be_compared_with_and_says_so() -> None:
    weekly = Event("news", "multiplicative", day("2024-01-01"), day("2024-01-01"), repeats="weekly")
    (effect,) = estimate_effects(flat(seed=1), Calendar({}, (weekly,)))
    assert (effect.value, effect.occurrences) == (None, 0)


def test_occurrences_on_holidays_teach_nothing() -> None:
    train = hit(flat(200.0), CAMPAIGN[0], 0.2)
    holidays = dict.fromkeys(span(CAMPAIGN[0].first_day, 3), "holiday")
    assert estimate_effects(train, Calendar(holidays, CAMPAIGN[:1]))[0].occurrences == 0


def test_a_wild_occurrence_is_bounded() -> None:
    train = hit(flat(), CAMPAIGN[0], 1e9)
    (effect,) = estimate_effects(train, Calendar({}, CAMPAIGN[:1]))
    assert 0 < effect.value < 10


def test_outages_are_lost_in_the_past_and_take_calls_in_the_future() -> None:
    past = Event("down", "outage", day("2024-03-06"), day("2024-03-06"), 10 * 3600, 12 * 3600)
    future = replace(past, first_day=day("2024-07-03"), last_day=day("2024-07-03"), effect=0.5)
    train = flat()
    effects = estimate_effects(train, Calendar({}, (past, future)))
    cleaned = without_events(train, effects)
    lost = np.argwhere(train.present & ~cleaned.present)
    assert lost.tolist() == [[days_from(FIRST, past.first_day), slot] for slot in range(20, 24)]
    grid = future_grid(train, 7, Calendar())
    calls = with_events(np.where(grid.open, 10.0, 0.0), grid, effects)
    assert calls[2, 20:24].tolist() == [5.0] * 4
    assert calls.sum() == 1000 - 20
    assert "50 % of the calls are lost" in effects[0].words


def test_future_effects_multiply_add_and_never_fall_below_zero() -> None:
    grid = Grid(span(day("2024-07-01"), 2), np.ones((2, 4), dtype=bool))
    base = np.array([[10.0, 20.0, 30.0, 40.0], [0.0, 0.0, 0.0, 0.0]])

    def effect(kind: str, value: float, start_h: int = 0, end_h: int = 24) -> EventEffect:
        event = Event(f"{kind}{value}", kind, grid.days[0], grid.days[1], start_h * 3600, end_h * 3600)
        return EventEffect(event.name, kind, (event,), value=value)

    two = [effect("multiplicative", 0.5), effect("multiplicative", 1.0, 0, 12)]
    assert with_events(base, grid, two)[0].tolist() == [30.0, 60.0, 45.0, 60.0]
    more = [effect("additive", 30.0, 6, 18), effect("multiplicative", 1.0)]
    assert with_events(base, grid, more).tolist() == [[20.0, 52.0, 78.0, 80.0], [0.0, 15.0, 15.0, 0.0]]
    assert with_events(base, grid, [effect("additive", -500.0)]).tolist() == [[0.0] * 4, [0.0] * 4]
    closed = replace(grid, open=np.zeros((2, 4), dtype=bool))
    assert with_events(base * 0, closed, more).sum() == 0


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_effects_taken_out_and_put_back_give_the_history_again(seed: int) -> None:
    rng = np.random.default_rng(seed)
    calls = rng.poisson(20.0, (21, 24)) + 1.0
    events, effects = [], []
    for name in "abc":
        first = FIRST + int(rng.integers(0, 18))
        kind = str(rng.choice(["multiplicative", "additive"]))
        hours = np.sort(rng.choice(25, 2, replace=False)) * 3600
        events.append(Event(name, kind, first, first + int(rng.integers(0, 5)), int(hours[0]), int(hours[1])))
        value = float(rng.uniform(-0.8, 2) if kind == "multiplicative" else rng.uniform(0, 300))
        effects.append(EventEffect(name, kind, (events[-1],), value=value))
    multipliers = [effect for effect in effects if effect.kind == "multiplicative"]
    grid = Grid(span(FIRST, 21), np.ones((21, 24), dtype=bool))
    forecast = with_events(calls, grid, effects)
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()
    past = without_events(series_of(with_events(calls, grid, multipliers)), multipliers)
    np.testing.assert_allclose(past.calls, calls)
    restored = without_events(series_of(forecast), effects).calls
    assert (restored >= 0).all()
    extra = sum(e.value for e in effects if e.kind == "additive" for _ in range(e.cells(grid.days, 24)[0].any(1).sum()))
    if not multipliers:
        # Of additive events that share intervals one may find less left than it would take away.
        assert calls.sum() - 1e-6 <= restored.sum() <= forecast.sum() + 1e-6
        np.testing.assert_allclose(forecast.sum(), calls.sum() + extra, rtol=1e-9)


def test_damage_in_the_history_never_reaches_the_effects() -> None:
    events = (*CAMPAIGN, MAILING, Event("down", "outage", day("2024-03-06"), day("2024-03-06")))
    zeros, lost, huge = flat(0.0), flat(), flat(seed=2)
    lost.calls[30:60] = np.nan
    huge.calls[36, 20] = 1e9
    for train in (zeros, lost, huge, flat(weeks=1), flat(weeks=2, seed=3)):
        effects = estimate_effects(train, Calendar({}, events))
        assert all(effect.value is None or np.isfinite(effect.value) for effect in effects)
        after = without_events(train, effects).calls
        assert not np.isinf(after).any()
        assert (after[np.isfinite(after)] >= 0).all()
        assert all(effect.words for effect in effects)


def test_the_example_of_the_documentation_is_readable(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text()
    example = text.split("```csv\n")[1].split("```")[0]
    (tmp_path / "events.csv").write_text(example)
    events = read_events(read_frame(tmp_path / "events.csv", "events"), {"sales", "service"}, Findings())
    assert len(events) == len(pd.read_csv(io.StringIO(example)))
    assert {event.kind for event in events} == {"multiplicative", "additive", "outage"}
