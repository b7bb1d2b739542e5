"""Judges a shift design from the instance and the rows alone; shares nothing with the solver."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from scheduling.shiftdesign.instance import MINUTES_A_DAY, Instance

COLUMNS = ("day", "start", "length", "workers")


@dataclass(frozen=True)
class Verdict:
    """What a design costs, its parts, and what is wrong with its rows.

    Parameters
    ----------
    under_min, over_min : int
        Worker-minutes below and above the demand.
    shifts : int
        Different shifts (start and length) in use.
    duties_a_week : float or None
        Mean duties a week of a worker on contract; None where nobody works.
    objective : float
    broken : tuple of str
    """

    under_min: int
    over_min: int
    shifts: int
    duties_a_week: float | None
    objective: float
    broken: tuple[str, ...]


def evaluate(instance: Instance, table: pd.DataFrame) -> Verdict:
    """Count a design minute by minute's worth of slots.

    Parameters
    ----------
    instance : Instance
    table : DataFrame
        `day` from 0, `start` and `length` in slots, `workers`.

    Notes
    -----
    The objective is that of Musliu, Schaerf and Slany (2004, doi:10.1016/S0377-2217(02)00791-5) and of Di Gaspero
    et al. (2007, doi:10.1007/s10479-007-0221-1): worker-minutes under and over, and the number of different
    shifts, weighted; and, where it has a weight, the distance of the mean duties a week from the wanted range.
    """
    rows = [tuple(int(value) for value in row) for row in table[list(COLUMNS)].itertuples(index=False)]
    on_duty = [0] * len(instance.demand)
    a_day = MINUTES_A_DAY // instance.interval_min
    for day, start, length, workers in rows:
        for step in range(length):
            on_duty[(day * a_day + start + step) % len(on_duty)] += workers
    short = sum(max(0, need - there) for need, there in zip(instance.demand, on_duty, strict=True))
    surplus = sum(max(0, there - need) for need, there in zip(instance.demand, on_duty, strict=True))
    used = {(start, length) for _, start, length, workers in rows if workers > 0}
    minutes = sum(length * workers for _, _, length, workers in rows) * instance.interval_min
    duties = sum(workers for *_, workers in rows)
    a_week = instance.contract_min * duties / minutes if minutes else None
    apart = 0.0 if a_week is None else max(0.0, instance.min_duties - a_week, a_week - instance.max_duties)
    return Verdict(
        under_min=short * instance.interval_min,
        over_min=surplus * instance.interval_min,
        shifts=len(used),
        duties_a_week=a_week,
        objective=instance.under_weight * short * instance.interval_min
        + instance.over_weight * surplus * instance.interval_min
        + instance.shift_weight * len(used)
        + instance.duties_weight * apart,
        broken=tuple(_broken(instance, rows)),
    )


def _broken(instance: Instance, rows: list[tuple[int, ...]]) -> list[str]:
    found = []
    for day, start, length, workers in rows:
        where = f"day {day}, start {start}, length {length}"
        if not 0 <= day < instance.days:
            found.append(f"{where}: the days are 0 to {instance.days - 1}")
        if workers < 0:
            found.append(f"{where}: {workers} workers")
        if not any(
            kind.min_start <= start <= kind.max_start and kind.min_length <= length <= kind.max_length
            for kind in instance.types
        ):
            found.append(f"{where}: no shift type allows it")
    return found
