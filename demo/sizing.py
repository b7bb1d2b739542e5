"""How many people a load needs on the roster, and how many calls a crew can therefore be asked to serve."""

from __future__ import annotations

import numpy as np

from demo.centre import Queue, queues_of
from demo.people import Crew
from demo.spec import SLOT_S, DemoSpec

SAFETY = 0.9
FEWEST = 2
PRESENT = 0.93
SMALL = 2.6
AT_WORK = 0.89


def needed_on_phone(calls: np.ndarray, aht_s: np.ndarray) -> np.ndarray:
    """Agents to roster on the phone by the square-root staffing rule, load + SAFETY * sqrt(load).

    Parameters
    ----------
    calls : array, shape (..., 48)
        Expected calls a half-hour.
    aht_s : array, shape (48,)
        Mean handle time [s].

    Returns
    -------
    array, shape (..., 48)
        At least `FEWEST` wherever calls are expected, divided by the share of people who turn up.

    Notes
    -----
    Halfin and Whitt (1981); Garnett, Mandelbaum and Reiman (2002) for queues with abandonment.
    """
    load = calls * aht_s / SLOT_S
    return np.where(calls > 0, np.maximum(load + SAFETY * np.sqrt(load), FEWEST) / PRESENT, 0.0)


def weekly_hours(queue: Queue, volume: float) -> float:
    """Hours on the phone that a typical week of `volume` calls a mean day needs [h]."""
    weekday = np.array(queue.kind.weekday) / np.mean(queue.kind.weekday)
    calls = volume * weekday[:, None] * queue.kind.profile()
    return float(needed_on_phone(calls, queue.kind.aht_by_slot()).sum() * SLOT_S / 3600)


def usable_hours(queue: Queue, crew: Crew) -> float:
    """Hours on the phone that the queue's people give in a full week where they are needed [h].

    Shifts never follow the need exactly, least of all those of few people.
    """
    mine = crew.queue == queue.index
    return float(crew.phone_h[mine].sum() * queue.kind.fit * (1 - SMALL / queue.agents))


def volumes(spec: DemoSpec, crew: Crew) -> list[float]:
    """Calls of the mean day of each queue, such that its crew is as large as it has to be.

    Bisection on `weekly_hours`, which grows with the volume; AT_WORK leaves time for holidays.
    """
    found = []
    for queue in queues_of(spec):
        hours = usable_hours(queue, crew) * AT_WORK
        low, high = 1.0, 1e6
        for _ in range(60):
            middle = (low * high) ** 0.5
            low, high = (middle, high) if weekly_hours(queue, middle) < hours else (low, middle)
        found.append(low)
    return found
