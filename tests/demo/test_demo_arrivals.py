"""The calls that come in: calendar, chance and the callers' own traits, against what was asked for."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import demo
from demo.arrivals import arrivals_of
from demo.centre import queues_of
from demo.demand import calendar_factor, expected_calls, outage_factor
from demo.people import crew_of
from demo.sizing import volumes
from demo.spec import Span

YEAR = demo.DemoSpec(seed=11)
SPAN = Span(YEAR.first_day, 364, YEAR.timezone)


@pytest.fixture(scope="module")
def year():
    return arrivals_of(YEAR, crew_of(YEAR), YEAR.first_day, 364)


@pytest.fixture(scope="module")
def expected():
    """Expected calls by queue, day and slot, the outage included."""
    pairs = zip(queues_of(YEAR), volumes(YEAR, crew_of(YEAR)), strict=True)
    return np.stack([expected_calls(YEAR, q, v, SPAN) * outage_factor(YEAR, q, SPAN) for q, v in pairs])


def counts_of(year):
    """Calls by queue, day and slot; nobody opens before eight."""
    eight = SPAN.instants(year.day, np.full(len(year), 8 * 3600))
    counts = np.zeros((3, 364, 48))
    np.add.at(counts, (year.queue, year.day, 16 + (year.offered - eight) // 1800), 1)
    return counts


def factor_on(queue, *days):
    values = dict(zip(SPAN.dates, calendar_factor(YEAR, queues_of(YEAR)[queue], SPAN), strict=True))
    return [values[dt.date.fromisoformat(day)] for day in days]


class TestCalendar:
    def test_public_holidays_are_closed_and_the_day_after_is_busy(self):
        christmas, boxing, saturday, ordinary = factor_on(0, "2025-12-25", "2025-12-26", "2025-12-27", "2026-01-17")
        assert christmas == boxing == 0
        assert saturday / ordinary > 1.1

    def test_the_first_open_day_after_easter_monday_is_the_busiest_of_its_kind(self):
        after, week_later = factor_on(0, "2026-04-07", "2026-04-14")
        assert after / week_later == pytest.approx(1.16, rel=0.02)

    def test_invoices_bring_calls_to_service_alone(self):
        for queue, bump in ((0, 1.18), (2, 1.0)):
            before, invoice = factor_on(queue, "2026-02-12", "2026-02-26")
            assert invoice / before == pytest.approx(bump, rel=0.03)

    def test_a_campaign_lifts_sales(self):
        before, during = factor_on(1, "2026-08-31", "2026-09-07")
        assert during / before > 1.2

    def test_profiles_add_up_and_stay_within_opening_hours(self):
        for queue in queues_of(YEAR):
            profile = queue.kind.profile()
            np.testing.assert_allclose(profile.sum(axis=1), 1)
            hours = np.arange(48) / 2
            closed = (hours < queue.kind.opens_h) | (hours >= queue.kind.closes_h)
            assert not profile[:, closed].any()
            assert (profile[:, ~closed] > 0).all()


class TestChance:
    def test_the_year_has_the_calls_expected(self, year, expected):
        totals = np.bincount(year.queue, minlength=3)
        np.testing.assert_allclose(totals, expected.sum(axis=(1, 2)), rtol=0.04)

    def test_days_vary_more_than_poisson_and_together(self, year, expected):
        days = np.stack([np.bincount(year.day[year.queue == q], minlength=364) for q in range(3)])
        is_open = (expected.sum(axis=2) > 0).all(axis=0)
        mean = expected.sum(axis=2)[:, is_open]
        ratio = days[:, is_open] / mean
        beyond_poisson = np.sqrt(ratio.var(axis=1) - (1 / mean).mean(axis=1))
        assert ((beyond_poisson > 0.055) & (beyond_poisson < 0.105)).all()
        correlation = np.corrcoef(ratio)[np.triu_indices(3, 1)]
        assert ((correlation > 0.2) & (correlation < 0.75)).all()

    def test_half_hours_are_overdispersed_given_their_day(self, year, expected):
        counts = counts_of(year)
        used = expected > 5
        share = counts.sum(axis=2, keepdims=True) / np.maximum(expected.sum(axis=2, keepdims=True), 1)
        rate = expected * share
        excess = (((counts - rate) ** 2 - rate)[used]).sum() / (rate**2)[used].sum()
        assert 0.004 < excess < 0.010

    def test_the_outage_is_seen(self, year, expected):
        counts = counts_of(year)[2]
        day = next(i for i, date in enumerate(SPAN.dates) if date == YEAR.live_week - dt.timedelta(weeks=20, days=-1))
        assert counts[day, 21:27].sum() > 2.5 * counts[day - 7, 21:27].sum()

    def test_callers_are_as_patient_and_calls_as_long_as_their_queue_says(self, year):
        for queue in queues_of(YEAR):
            mine = year.queue == queue.index
            assert year.patience[mine].mean() == pytest.approx(queue.kind.patience_s, rel=0.02)
            assert year.patience.min() >= 1
            handle = (year.talk + year.hold + year.acw)[mine]
            assert handle.mean() == pytest.approx(queue.kind.aht_s, rel=0.03)
            assert 0.6 < handle.std() / handle.mean() < 0.9
            assert np.log(handle).std() == pytest.approx(0.68, abs=0.05)

    def test_calls_come_in_order(self, year):
        assert (np.diff(year.offered) >= 0).all()
        assert (np.diff(year.day) >= 0).all()


def test_hours_stay_hours_over_the_change_of_clocks():
    spec = demo.DemoSpec(seed=2, queues=3, agents=40, weeks=2, live_week=dt.date(2026, 4, 6))
    calls = demo.history(spec).calls
    sundays = calls[calls["offered_at"].dt.date == dt.date(2026, 3, 29)]
    assert len(sundays) > 0
    assert sundays["offered_at"].dt.hour.min() >= 8
    assert str(sundays["offered_at"].iloc[0].utcoffset()) == "2:00:00"
