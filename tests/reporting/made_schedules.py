"""Schedules for the tests of what leaves the tool, put together stretch by stretch from plain clock times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pandas as pd
from hypothesis import strategies as st

ZONE = "Europe/Amsterdam"
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)
ZONES = ("Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda t: t == t.strip()
)
ODD_NAMES = (
    "=HYPERLINK(1)", "+31 6", "-2", "@sum", "007", "3.0", "TRUE", "a/b\\c", '"quoted"', "con", "ABC", "abc",
    "שלום עולם", "مرحبا", "😀 agent", "x" * 200, "_x0041_", "O'Neil, Ann", "new\nline", "…", "..", "x\u202ey",
)  # fmt: skip


def instant(day: dt.date, clock: str, zone: str = ZONE, *, days: int = 0, fold: int = 0) -> pd.Timestamp:
    hour, minute = map(int, clock.split(":"))
    moment = dt.datetime.combine(day + dt.timedelta(days=days), dt.time(hour, minute), ZoneInfo(zone))
    return pd.Timestamp(moment.replace(fold=fold))


def stretches(
    agent: str,
    cuts: Iterable[tuple[pd.Timestamp, str]],
    end: pd.Timestamp,
    *,
    queue: str = "sales",
    shift: str | None = None,
) -> list[dict[str, object]]:
    """Rows of one shift from the moments at which an activity begins."""
    begins = list(cuts)
    ends = [moment for moment, _ in begins[1:]] + [end]
    return [
        {
            "version": "2026-W48.2", "agent": agent, "start": start, "end": finish, "activity": activity,
            "queue": queue if activity == "phone" else None, "paid": activity != "lunch",
            "productive": activity == "phone", "shift": shift if activity != "time_off" else None,
        }
        for (start, activity), finish in zip(begins, ends, strict=True)
    ]  # fmt: skip


def full_shift(agent: str, start: pd.Timestamp, *, hours: float = 8.5, **more: object) -> list[dict[str, object]]:
    """Phone with a break after 2 h, lunch after 4 h and a break after 6 h, as far as the shift lasts."""
    marks = [
        (0.0, "phone"),
        (2.0, "break"),
        (2.25, "phone"),
        (4.0, "lunch"),
        (4.5, "phone"),
        (6.5, "break"),
        (6.75, "phone"),
    ]
    kept = [(start + pd.Timedelta(hours=at), name) for at, name in marks if at < hours - 0.25]
    return stretches(agent, kept, start + pd.Timedelta(hours=hours), **more)  # type: ignore[arg-type]


def frame(rows: list[dict[str, object]], zone: str = ZONE, published: bool = True) -> pd.DataFrame:
    made = pd.DataFrame(rows)
    for name in ("start", "end"):
        made[name] = pd.to_datetime(made[name], utc=True).dt.tz_convert(zone).astype(f"datetime64[us, {zone}]")
    moment = pd.Timestamp("2026-11-20 16:05:00", tz="UTC") if published else pd.NaT
    made.insert(8, "published_at", pd.Series([moment] * len(made), dtype=f"datetime64[us, {zone}]"))
    for name in ("agent", "version", "activity", "queue", "shift"):
        made[name] = made[name].astype("str")
    return made.sort_values(["agent", "start"], ignore_index=True)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[pd.DataFrame, str]:
    """Any names, zones, days around a clock change, shifts over midnight, split shifts and days off."""
    zone = draw(st.sampled_from(ZONES))
    first = draw(st.sampled_from([SPRING, AUTUMN, dt.date(2026, 4, 5), dt.date(2026, 11, 1), dt.date(2026, 12, 30)]))
    agents = draw(st.lists(NAMES | st.sampled_from(ODD_NAMES), min_size=1, max_size=4, unique=True))
    rows: list[dict[str, object]] = []
    for agent in agents:
        until = pd.Timestamp("2000-01-01", tz="UTC")
        for day in range(draw(st.integers(1, 4))):
            for minute in sorted(draw(st.sets(st.integers(0, 95), min_size=0, max_size=2))):
                midnight = pd.Timestamp(first + dt.timedelta(days=day - 1)).tz_localize(zone)
                start = midnight + pd.Timedelta(minutes=15 * minute)
                hours = draw(st.sampled_from([1.0, 4.0, 6.0, 8.5, 11.75]))
                if start <= until:
                    continue
                label = draw(st.sampled_from([None, "full", "late 2-10", "a,b"]))
                rows += full_shift(
                    agent, start, hours=hours, queue=draw(st.sampled_from(["sales", "=care"])), shift=label
                )
                until = start + pd.Timedelta(hours=hours)
    if not rows:
        rows = full_shift(agents[0], pd.Timestamp(first).tz_localize(zone) + pd.Timedelta(hours=9))
    return frame(rows, zone), zone
