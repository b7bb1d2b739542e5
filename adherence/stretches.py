"""Overlaps of time stretches in exact integer microseconds: the arithmetic under adherence and presence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from wfm.errors import Finding, InputError

Ints = npt.NDArray[np.int64]

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
NO_TIME = np.iinfo(np.int64).min


class Stretches(NamedTuple):
    """Half-open stretches of time [us since 1970 UTC], each of one group and with one label, all of shape (n,)."""

    group: Ints
    start: Ints
    end: Ints
    label: Ints

    def take(self, which: npt.NDArray) -> Stretches:
        return Stretches(*(values[which] for values in self))


class Cuts(NamedTuple):
    """Moments from which a label holds until the group's next cut; sorted by group and moment, shape (m,)."""

    group: Ints
    at: Ints
    label: Ints

    @classmethod
    def sorted(cls, group: Ints, at: Ints, label: Ints) -> Cuts:
        """Cuts in order; of several at one moment, only the one given last holds."""
        order = np.lexsort((at, group))
        group, at, label = group[order], at[order], label[order]
        holds = np.append((group[1:] != group[:-1]) | (at[1:] != at[:-1]), True)[: len(at)]
        return cls(group[holds], at[holds], label[holds])


class Pieces(NamedTuple):
    """Stretches split at cuts: `row` and `cut` point into what was split and at what; shape (k,)."""

    row: Ints
    cut: Ints
    start: Ints
    end: Ints

    @property
    def length(self) -> Ints:
        return self.end - self.start


def split(stretches: Stretches, cuts: Cuts) -> Pieces:
    """Split stretches wherever a cut of their group falls into them.

    Both sides meet in a binary search on one integer, group x span + moment, so that the cost is that of
    the pieces found, and no pair that does not overlap is ever formed.

    Parameters
    ----------
    stretches : Stretches
        Of positive length, in any order.
    cuts : Cuts
        Sorted; each group's first cut lies at or before the start of the group's first stretch.

    Returns
    -------
    Pieces
        In the order of `stretches`; the pieces of one stretch cover it without gap or overlap.

    Raises
    ------
    InputError
        If groups x span do not fit 63 bits, which is beyond 100 million agent-days.
    """
    if not len(stretches.start):
        return Pieces(*(np.empty(0, np.int64) for _ in Pieces._fields))
    origin = min(stretches.start.min(), cuts.at.min())
    span = max(stretches.end.max(), cuts.at.max()) - origin + 1
    _require_room(max(stretches.group.max(), cuts.group.max()), span)

    cut_keys = cuts.group * span + (cuts.at - origin)
    base = stretches.group * span - origin
    first = np.searchsorted(cut_keys, base + stretches.start, side="right") - 1
    counts = np.searchsorted(cut_keys, base + stretches.end, side="left") - first
    row = np.repeat(np.arange(len(counts)), counts)
    cut = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    start = np.maximum(stretches.start[row], cuts.at[cut])
    end = stretches.end[row]
    inner = row[1:] == row[:-1]
    end[:-1][inner] = start[1:][inner]
    return Pieces(row, cut, start, end)


def _require_room(last_group: int, span: int) -> None:
    if (int(last_group) + 1) * int(span) >= 2**63:
        days = int(span) // (24 * HOUR_US)
        found = f"{int(last_group) + 1} agents over {days} days"
        raise InputError(
            Finding("schedule", "span-too-long", found, "at most 100 million agent-days", "look for a wrong year")
        )


def sum_by(code: Ints, values: Ints, size: int) -> Ints:
    """Exact integer sums of `values` per code 0 to `size` - 1."""
    sums = np.zeros(size, np.int64)
    np.add.at(sums, code, values)
    return sums


def to_us(times: pd.Series | pd.DatetimeIndex) -> Ints:
    """Tz-aware instants as microseconds since 1970 UTC; null is `NO_TIME`."""
    return np.array(pd.DatetimeIndex(pd.to_datetime(times, utc=True)).as_unit("us").asi8, dtype=np.int64)


def from_us(us: Ints, timezone: str) -> pd.DatetimeIndex:
    """Microseconds since 1970 UTC as instants of `timezone`."""
    return pd.DatetimeIndex(us.view("M8[us]")).tz_localize("UTC").tz_convert(timezone)


def names_in(values: pd.Series) -> pd.Index:
    """The distinct names of a column, sorted."""
    return pd.Index(sorted(values.dropna().unique()), dtype="str")


def encode(values: pd.Series, names: pd.Index) -> Ints:
    """Position of each value in `names`; -1 for null."""
    codes, found = pd.factorize(values)
    positions = np.append(names.get_indexer(pd.Index(found)), -1)
    return np.asarray(positions[codes], dtype=np.int64)
