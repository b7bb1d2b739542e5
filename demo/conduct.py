"""How people follow a schedule: sick days, late starts, breaks that drift and stretch, pauses nobody planned."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from demo.centre import queues_of
from demo.floor import ABSENCE, ACW, ITEM, LOGIN, LOGOFF, NOBODY, SKILLS, STATES
from demo.people import Crew
from demo.spec import DemoSpec, Span, unix_seconds
from wfm.errors import Finding, Findings
from wfm.timeaxis import local_day

SICK_START, SICK_MEAN_DAYS, SICK_MOST_DAYS = 0.016, 2.0, 10
LATE, LATE_MEAN_S = 0.05, 600
EARLY, EARLY_MEAN_S = 0.03, 600
SIGN_ON_S = (-90, 60)
DRIFT_S = 120
OVERLONG, OVERLONG_MEAN_S = 0.25, 210
PAUSES, PAUSE, PAUSE_LEAST_S, PAUSE_MEAN_S = 3, 0.5, 20, 240
PAUSE_REASONS = ("back office", "system problem", "personal")
BREAKS_DRAWN = 6
DRAWS = 5 + 3 * BREAKS_DRAWN + 4 * PAUSES
WALK_AWAY = ("break", "lunch")
PHONE = -1
ROW_FIELDS = ("agent", "start", "end", "activity", "queue", "place", "day", "opens")
ROW = np.dtype([(name, np.bool_ if name == "opens" else np.int64) for name in ROW_FIELDS])


def sick_days(spec: DemoSpec, span: Span) -> np.ndarray:
    """Who is sick on which day, shape (days, agents); spells start by chance and last some calendar days."""
    sick = np.zeros((span.days + SICK_MOST_DAYS, spec.agents), dtype=bool)
    for back in range(len(sick)):
        day = span.first + dt.timedelta(days=back - SICK_MOST_DAYS)
        falls_ill, length = spec.rng("sickness", day.toordinal()).random((2, spec.agents))
        days = np.ceil(-np.log1p(-length) * SICK_MEAN_DAYS).clip(1, SICK_MOST_DAYS)
        for agent in np.flatnonzero(falls_ill < SICK_START):
            sick[back : back + int(days[agent]), agent] = True
    return sick[SICK_MOST_DAYS:]


def plans_of(spec: DemoSpec, crew: Crew, schedule: pd.DataFrame, span: Span) -> np.ndarray:
    """What each agent will do, given a published schedule.

    Parameters
    ----------
    schedule : DataFrame
        Contract `schedule`, one version a week. Stretches of time off are left out.

    Returns
    -------
    array of ITEM
        Sorted by agent, start and kind; its skill sets are those of `skill_sets`.

    Raises
    ------
    InputError
        If the schedule names an agent, queue or activity that the centre does not have.
    """
    rows = _read(spec, crew, schedule, span)
    rows = rows[~sick_days(spec, span)[rows["day"], rows["agent"]]]
    draws = np.stack([spec.rng("conduct", day.toordinal()).random((spec.agents, DRAWS)) for day in span.dates])
    sign_on = _sign_on(rows, draws)
    parts = [*_shift_items(rows, sign_on, draws), _absences(rows, sign_on, draws), *_pauses(rows, sign_on, draws)]
    items = np.concatenate(parts)
    return items[np.lexsort((items["kind"], items["start"], items["agent"]))]


def skill_sets(spec: DemoSpec, crew: Crew) -> np.ndarray:
    """Queues in the order in which they are served: one skill set an agent, then one a queue."""
    sets = np.full((spec.agents + spec.queues, 2), NOBODY)
    sets[: spec.agents] = np.column_stack([crew.queue, crew.second])
    sets[spec.agents :, 0] = np.arange(spec.queues)
    return sets


def _read(spec: DemoSpec, crew: Crew, schedule: pd.DataFrame, span: Span) -> np.ndarray:
    """The schedule as numbers, one row a stretch, with its place in the shift and the day of the shift."""
    schedule = schedule[schedule["activity"] != "time_off"].sort_values(["agent", "start"], kind="stable")
    names = [queue.name for queue in queues_of(spec)]
    agent = pd.Index(crew.names).get_indexer(schedule["agent"])
    queue = pd.Index(names).get_indexer(schedule["queue"])
    known = pd.Index(["phone", *STATES[ACW + 1 :]]).get_indexer(schedule["activity"])
    activity = np.where(known == 0, PHONE, known + ACW)
    begin, end = unix_seconds(schedule["start"]), unix_seconds(schedule["end"])
    opens = np.diff(agent, prepend=-2) != 0
    opens[1:] |= begin[1:] != end[:-1]
    shift = np.cumsum(opens) - 1
    place = np.arange(len(schedule)) - np.flatnonzero(opens)[shift]
    day = (local_day(schedule["start"]) - pd.Timestamp(span.first)).days.to_numpy()[opens][shift]
    _refuse_strangers(schedule, agent, queue, known, (day >= 0) & (day < span.days), names)
    rows = np.zeros(len(schedule), dtype=ROW)
    for name, values in zip(ROW_FIELDS, (agent, begin, end, activity, queue, place, day, opens), strict=True):
        rows[name] = values
    return rows


def _refuse_strangers(
    schedule: pd.DataFrame,
    agent: np.ndarray,
    queue: np.ndarray,
    known: np.ndarray,
    within: np.ndarray,
    names: list[str],
) -> None:
    findings = Findings()
    checks = (
        ("agent", agent < 0, "an agent of the centre"),
        ("queue", (queue < 0) & schedule["queue"].notna().to_numpy(), f"one of {', '.join(names)}, or nothing"),
        ("activity", known < 0, f"phone, time_off or one of {', '.join(STATES[ACW + 1 :])}"),
        ("start", ~within, "a shift that starts in the week"),
    )
    for column, wrong, expected in checks:
        if wrong.any():
            found = f'"{schedule[column].iloc[wrong.argmax()]}"'
            findings.add(Finding("schedule", "stranger", found, expected, column=column, count=int(wrong.sum())))
    findings.raise_for_errors()


def _items(
    agent: np.ndarray, start: np.ndarray, kind: int, end: object = 0, keep: object = 0, value: object = 0
) -> np.ndarray:
    items = np.zeros(len(agent), dtype=ITEM)
    for name, values in zip(ITEM.names or (), (agent, start, end, keep, kind, value), strict=True):
        items[name] = values
    return items


def _exponential(uniform: np.ndarray, mean: float) -> np.ndarray:
    values: np.ndarray = -np.log1p(-uniform) * mean
    return values


def _shift_items(rows: np.ndarray, sign_on: np.ndarray, draws: np.ndarray) -> list[np.ndarray]:
    """Signing on, signing off, and the queues served in each phone stretch."""
    firsts, lasts = rows[rows["opens"]], rows[np.roll(rows["opens"], -1)]
    early, how_early = draws[firsts["day"], firsts["agent"], 3:5].T
    sign_off = lasts["end"] - np.where(early < EARLY, _exponential(how_early, EARLY_MEAN_S), 0)
    phone = rows[rows["activity"] == PHONE]
    skills = np.where(phone["queue"] < 0, phone["agent"], draws.shape[1] + phone["queue"])
    return [
        _items(phone["agent"], phone["start"] + np.where(phone["opens"], SIGN_ON_S[0], 0), SKILLS, value=skills),
        _items(firsts["agent"], sign_on, LOGIN),
        _items(lasts["agent"], np.maximum(sign_off, sign_on), LOGOFF),
    ]


def _sign_on(rows: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """When each shift really begins: about on time, for some shifts late; never early for a meeting."""
    firsts = rows[rows["opens"]]
    late, how_late, about = draws[firsts["day"], firsts["agent"], :3].T
    about = SIGN_ON_S[0] + about * (SIGN_ON_S[1] - SIGN_ON_S[0])
    about = np.where(firsts["activity"] == PHONE, about, about.clip(0))
    delay = np.where(late < LATE, _exponential(how_late, LATE_MEAN_S), about)
    begun: np.ndarray = firsts["start"] + delay.astype(np.int64)
    return begun


def _absences(rows: np.ndarray, sign_on: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Breaks and lunches, which drift and stretch, and everything else away from the phone, which does not."""
    begun = sign_on[np.cumsum(rows["opens"]) - 1]
    is_away = rows["activity"] != PHONE
    away, begun = rows[is_away], begun[is_away]
    drift, long, how_long = (
        draws[away["day"], away["agent"], 5 + 3 * (away["place"] // 2 % BREAKS_DRAWN) + column] for column in range(3)
    )
    walks = np.isin(away["activity"], [STATES.index(name) for name in WALK_AWAY])
    start = np.maximum(away["start"] + np.where(walks, (2 * drift - 1) * DRIFT_S, 0), begun)
    keep = away["end"] - away["start"] + np.where(long < OVERLONG, _exponential(how_long, OVERLONG_MEAN_S), 0)
    return _items(
        away["agent"], start, ABSENCE, np.where(walks, 0, away["end"]), np.where(walks, keep, 0), away["activity"]
    )


def _pauses(rows: np.ndarray, sign_on: np.ndarray, draws: np.ndarray) -> list[np.ndarray]:
    """Minutes away from the phone that nobody planned, anywhere in the shift."""
    firsts, lasts = rows[rows["opens"]], rows[np.roll(rows["opens"], -1)]
    found = []
    for pause in range(PAUSES):
        column = 5 + 3 * BREAKS_DRAWN + 4 * pause
        happens, when, how_long, reason = draws[firsts["day"], firsts["agent"], column : column + 4].T
        start = np.maximum(firsts["start"] + when * (lasts["end"] - firsts["start"]), sign_on)
        keep = PAUSE_LEAST_S + _exponential(how_long, PAUSE_MEAN_S)
        value = len(STATES) + (reason * len(PAUSE_REASONS)).astype(int)
        found.append(_items(firsts["agent"], start, ABSENCE, keep=keep, value=value)[happens < PAUSE])
    return found
