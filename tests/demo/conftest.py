"""Centres that several tests look at."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

import demo
from demo.people import crew_of
from demo.roster import published_roster


@pytest.fixture(scope="session")
def centre() -> demo.DemoSpec:
    """Three queues over eight weeks that hold two public holidays."""
    return demo.DemoSpec(seed=3, weeks=8, live_week=dt.date(2026, 6, 8), detail_weeks=3)


@pytest.fixture(scope="session")
def past(centre: demo.DemoSpec) -> demo.DemoTables:
    return demo.history(centre)


@pytest.fixture(scope="session")
def plan(centre: demo.DemoSpec) -> pd.DataFrame:
    """A schedule for the live week: the one that the centre's own roster would have had."""
    later = dataclasses.replace(centre, live_week=centre.live_week + dt.timedelta(weeks=1), weeks=1)
    return published_roster(later, crew_of(centre))


@pytest.fixture(scope="session")
def lived(centre: demo.DemoSpec, plan: pd.DataFrame) -> demo.DemoTables:
    return demo.live_week(centre, plan)
