"""What the opening of the page is made of: stretches short or over, days at risk, forecasts to doubt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from wfm.channels import BACKLOG_CHANNELS
from wfm.timeaxis import local_day
from wfm.weekgrid import shift_numbers


def stretches(frame: pd.DataFrame, gap: pd.Series, interval_s: int) -> pd.DataFrame:
    """Runs of consecutive intervals of one queue and day whose gap keeps its sign, the weightiest first.

    Parameters
    ----------
    frame : DataFrame
        With queue and interval_start.
    gap : Series, shape of the frame
        Agents there minus agents required; null and zero end a run.
    interval_s : int

    Returns
    -------
    DataFrame
        queue, start, end, sign (-1 short, 1 over), hours (agent-hours, positive), most (agents), intervals.
    """
    rows = frame[["queue", "interval_start"]].assign(gap=gap.astype(float)).sort_values(["queue", "interval_start"])
    rows = rows[rows["gap"].notna() & (rows["gap"].abs() > 1e-9)]
    sign = np.sign(rows["gap"])
    follows = (
        rows["queue"].eq(rows["queue"].shift())
        & sign.eq(sign.shift())
        & local_day(rows["interval_start"]).to_series(index=rows.index).diff().eq(pd.Timedelta(0))
        & rows["interval_start"].diff().eq(pd.Timedelta(seconds=interval_s))
    )
    size = rows["gap"].abs()
    runs = rows.assign(run=(~follows).cumsum(), sign=sign, size=size, hours=size * interval_s / 3600)
    found = runs.groupby("run").agg(
        queue=("queue", "first"),
        start=("interval_start", "first"),
        end=("interval_start", "last"),
        sign=("sign", "first"),
        hours=("hours", "sum"),
        most=("size", "max"),
        intervals=("size", "size"),
    )
    found["end"] = found["end"] + pd.Timedelta(seconds=interval_s)
    return found.sort_values(["hours", "queue", "start"], ascending=[False, True, True], ignore_index=True)


def hours_of(gap: pd.Series, interval_s: int) -> tuple[float, float, int]:
    """Agent-hours short, agent-hours over, and the number of intervals short."""
    short, over = (-gap).clip(lower=0), gap.clip(lower=0)
    return float(short.sum() * interval_s / 3600), float(over.sum() * interval_s / 3600), int((short > 1e-9).sum())


def days_at_risk(
    forecast: pd.DataFrame, coverage: pd.DataFrame, specs: Sequence[Mapping[str, Any]], interval_s: int
) -> pd.DataFrame:
    """How much staff each day would lack if every interval came in at its 90 % quantile.

    The extra calls need at least their handle time, grossed up by shrinkage:
    ``(calls_p90 - calls) * aht_s / interval_s / (1 - shrinkage)``; queueing would ask for a little more. Queues of mail
    and back office are left out: their busy day waits for the next.

    Parameters
    ----------
    forecast, coverage : DataFrame
        Contract frames with the same intervals.
    specs : sequence of mapping
        With queue and shrinkage.
    interval_s : int

    Returns
    -------
    DataFrame
        day, queue, needed_h (required and extra), short_h, share (short_h / needed_h), the largest share first.
    """
    rows = coverage.merge(forecast, on=["queue", "interval_start"])
    rows = rows[~rows["queue"].isin([spec["queue"] for spec in specs if spec.get("channel") in BACKLOG_CHANNELS])]
    shrinkage = rows["queue"].map({spec["queue"]: float(spec.get("shrinkage") or 0) for spec in specs}).fillna(0.0)
    extra = (rows["calls_p90"] - rows["calls"]).clip(lower=0) * rows["aht_s"] / interval_s / (1 - shrinkage)
    hours = interval_s / 3600
    rows = rows.assign(
        day=local_day(rows["interval_start"]),
        needed_h=(rows["required"] + extra) * hours,
        short_h=(extra - rows["gap"]).clip(lower=0) * hours,
    )
    days = rows.groupby(["day", "queue"], as_index=False)[["needed_h", "short_h"]].sum()
    days["share"] = days["short_h"] / days["needed_h"].where(days["needed_h"] > 0)
    return days.sort_values(["share", "day", "queue"], ascending=[False, True, True], ignore_index=True)


def recent_week_calls(history: pd.DataFrame | None) -> pd.Series:
    """Calls offered in an average whole week of the history, per queue.

    Whole weeks are counted back from the last day, so that every weekday weighs the same.
    """
    if history is None:
        return pd.Series(dtype=float)
    day = local_day(history["interval_start"])
    weeks = max((day.max() - day.min()).days + 1, 1) // 7
    if not weeks:
        return pd.Series(dtype=float)
    recent = history[day > day.max() - pd.Timedelta(days=7 * weeks)]
    return recent.groupby("queue")["offered"].sum() / weeks


def weeks_in(frame: pd.DataFrame) -> int:
    """Weeks that the frame covers; one that ends before a closed Sunday is whole."""
    days = local_day(frame["interval_start"])
    spanned: int = (days.max() - days.min()).days + 1
    return math.ceil(spanned / 7)


def closed_days(forecast: pd.DataFrame, history: pd.DataFrame | None) -> pd.DataFrame:
    """Days without expected calls whose weekday has had calls: queue, day."""
    if history is None:
        return pd.DataFrame({"queue": [], "day": []})
    past = history[history["offered"] > 0]
    usual = set(zip(past["queue"], local_day(past["interval_start"]).day_of_week, strict=True))
    ahead = forecast[forecast["calls"] > 0]
    busy = set(zip(ahead["queue"], local_day(ahead["interval_start"]), strict=True))
    days = local_day(forecast["interval_start"])
    every = pd.date_range(days.min(), days.max(), freq="D")
    found = [
        (queue, day)
        for queue in sorted(forecast["queue"].unique())
        for day in every
        if (queue, day.day_of_week) in usual and (queue, day) not in busy
    ]
    return pd.DataFrame(found, columns=["queue", "day"])


def pool_adherence(adherence: pd.DataFrame, by: str) -> pd.DataFrame:
    """Sums per `by` and the adherence of the sums; null where nothing was scheduled.

    Parameters
    ----------
    adherence : DataFrame
        Contract frame.
    by : str
        Column to pool by: agent or day.

    Returns
    -------
    DataFrame
        `by`, scheduled_s, in_adherence_s, neutral_s, exceptions, adherence.
    """
    sums = adherence.groupby(by, as_index=False, sort=True)[
        ["scheduled_s", "in_adherence_s", "neutral_s", "exceptions"]
    ].sum()
    measured = sums["scheduled_s"] - sums["neutral_s"]
    return sums.assign(adherence=sums["in_adherence_s"] / measured.where(measured > 0))


def shifts(schedule: pd.DataFrame) -> pd.DataFrame:
    """Shifts of a schedule: stretches of an agent that follow each other without gap.

    Parameters
    ----------
    schedule : DataFrame
        Contract frame.

    Returns
    -------
    DataFrame
        agent, day (local day on which the shift starts), start, end, paid_h, phone_h; sorted by agent and start.
    """
    rows = schedule.sort_values(["agent", "start"])
    hours = (rows["end"] - rows["start"]).dt.total_seconds() / 3600
    paid, productive = (rows[name].fillna(False).astype(bool) for name in ("paid", "productive"))
    rows = rows.assign(number=shift_numbers(rows), paid_h=hours.where(paid, 0.0), phone_h=hours.where(productive, 0.0))
    found = rows.groupby("number").agg(
        agent=("agent", "first"),
        start=("start", "first"),
        end=("end", "last"),
        paid_h=("paid_h", "sum"),
        phone_h=("phone_h", "sum"),
    )
    found.insert(1, "day", local_day(found["start"]))
    return found.reset_index(drop=True)
