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
    agents: dict[str, list[dict[str, Any]]] = {}
    for _, stretches in rows.groupby(shift_numbers(rows), sort=True):
        agents.setdefault(stretches["agent"].iloc[0], []).append(_shift(stretches))
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


def _shift(stretches: pd.DataFrame) -> dict[str, Any]:
    hours = (stretches["end"] - stretches["start"]).dt.total_seconds() / 3600
    start, end = stretches["start"].iloc[0], stretches["end"].iloc[-1]
    return {
        "day": f"{start:%Y-%m-%d}",
        "start": start.isoformat(),
        "end": end.isoformat(),
        "shift": shift_label(stretches.to_dict("records")) or None,
        "paid_hours": float(hours[stretches["paid"].fillna(False).astype(bool)].sum()),
        "stretches": frame_to_json(stretches[["start", "end", "activity", "queue", "paid", "productive"]]),
    }
