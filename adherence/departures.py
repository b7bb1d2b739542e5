"""Where agents departed from the schedule: the stretches out of adherence, and what the state map left open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from adherence.comparison import Comparison
from adherence.statemap import UNMAPPED
from adherence.stretches import SECOND_US, Ints, from_us, sum_by


def exceptions(comparison: Comparison, timezone: str) -> pd.DataFrame:
    """Maximal stretches out of adherence, with what was scheduled and what the agent did instead."""
    rota, rules = comparison.rota, comparison.rules
    pieces, runs = comparison.out_runs()
    first = pieces[np.diff(runs, prepend=-1) > 0]
    last = pieces[np.diff(runs, append=runs.max(initial=-1) + 1) > 0]
    shift, start, end = comparison.shift[first], comparison.start[first], comparison.end[last]
    return pd.DataFrame(
        {
            "agent": rota.agents[rota.shifts.group[shift]],
            "day": rota.shifts.label[shift].view("M8[us]"),
            "start": from_us(start, timezone),
            "end": from_us(end, timezone),
            "scheduled": _listed(runs, comparison.activity[pieces], rules.activities),
            "actual": _listed(runs, comparison.state[pieces], rules.states),
            "minutes": (end - start) / (60 * SECOND_US),
        }
    )


def _listed(runs: Ints, codes: Ints, names: pd.Index) -> pd.Index:
    """Names of each run in the order in which they first occur, with `|` between them."""
    distinct = pd.DataFrame({"run": runs, "code": codes}).drop_duplicates()
    text = distinct["code"].map(dict(enumerate(names))).to_numpy(object)
    place = distinct.groupby("run").cumcount().to_numpy()
    listed = text[place == 0]
    for number in range(1, place.max(initial=0) + 1):
        listed[distinct["run"][place == number]] += "|" + text[place == number]
    return pd.Index(listed, dtype="str")


def unmapped_time(comparison: Comparison) -> pd.DataFrame:
    """Scheduled time in pairs of state and activity that the state map does not list."""
    rules = comparison.rules
    pairs = comparison.state * len(rules.activities) + comparison.activity
    unmapped = comparison.rule == UNMAPPED
    seconds = sum_by(pairs[unmapped], comparison.length[unmapped], rules.table.size)
    found = np.flatnonzero(seconds)
    state, activity = np.divmod(found, max(1, len(rules.activities)))
    return pd.DataFrame(
        {
            "state": rules.states[state],
            "activity": rules.activities[activity],
            "seconds": seconds[found] / SECOND_US,
        }
    )
