"""A schedule for other systems: a long frame and a JSON document, with every time in its offset."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reporting.frames import frame_to_json, in_zone
from reporting.workbook.roster import one_version, published_at
from wfm.timeaxis import local_day
from wfm.weekgrid import shift_label, shift_numbers


def roster_frame(schedule: pd.DataFrame, *, timezone: str) -> pd.DataFrame:
    """One row a stretch, as payroll and time systems take it.

    Parameters
    ----------
    schedule : DataFrame
        Contract frame.
    timezone : str
        IANA zone of the times.

    Returns
    -------
    DataFrame
        agent, date (local day on which the shift starts), activity, queue, start, end, hours, paid, version; by agent
        and start.
    """
    rows = in_zone(schedule, timezone).sort_values(["agent", "start"], ignore_index=True)
    return pd.DataFrame(
        {
            "agent": rows["agent"],
            "date": local_day(rows.groupby(shift_numbers(rows))["start"].transform("first")),
            "activity": rows["activity"],
            "queue": rows["queue"],
            "start": rows["start"],
            "end": rows["end"],
            "hours": (rows["end"] - rows["start"]).dt.total_seconds() / 3600,
            "paid": rows["paid"],
            "version": rows["version"],
        }
    )


def roster_json(schedule: pd.DataFrame, *, timezone: str, title: str = "Schedule") -> dict[str, Any]:
    """A schedule as a document that `json.dumps` takes: agents, their shifts, the stretches of each.

    Parameters
    ----------
    schedule : DataFrame
        Contract frame of one version.
    timezone : str
        IANA zone of the times.
    title : str
        Name of the centre.

    Raises
    ------
    InputError
        If the schedule has no row or more than one version.
    """
    version = one_version(schedule)
    rows = in_zone(schedule, timezone).sort_values(["agent", "start"], ignore_index=True)
    moment = published_at(rows)
    shifts: dict[int, list[dict[str, Any]]] = {}
    for shift, row in zip(shift_numbers(rows), _records(rows), strict=True):
        shifts.setdefault(shift, []).append(row)
    agents: dict[str, list[dict[str, Any]]] = {}
    for stretches in shifts.values():
        agents.setdefault(stretches[0]["agent"], []).append(_shift(stretches))
    return {
        "title": title,
        "version": version,
        "published_at": None if moment is None else moment.isoformat(),
        "timezone": timezone,
        "agents": [
            {"agent": agent, "paid_hours": sum(shift["paid_hours"] for shift in found), "shifts": found}
            for agent, found in agents.items()
        ],
    }


_STRETCH = ("start", "end", "activity", "queue", "paid", "productive")


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows ready for JSON, each with its length in hours."""
    hours = (rows["end"] - rows["start"]).dt.total_seconds() / 3600
    kept = ["agent", *_STRETCH, *(["shift"] if "shift" in rows else [])]
    return frame_to_json(rows[kept].assign(hours=hours))


def _shift(stretches: list[dict[str, Any]]) -> dict[str, Any]:
    start, end = stretches[0]["start"], stretches[-1]["end"]
    return {
        "day": start[:10],
        "start": start,
        "end": end,
        "shift": shift_label(stretches) or None,
        "paid_hours": sum(row["hours"] for row in stretches if row["paid"]),
        "stretches": [{name: row[name] for name in _STRETCH} for row in stretches],
    }
