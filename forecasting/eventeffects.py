"""What the planner's events do to the calls, taken out of the past and put on the future.

Calls are base x product of (1 + multiplicative effects) + sum of additive effects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.events import Event
from forecasting.notes import about
from forecasting.opengrid import Grid
from forecasting.series import Series
from wfm.errors import Finding

LEAST_MULTIPLIER = 0.1


@dataclass(frozen=True, slots=True)
class EventEffect:
    """What one event does to one queue.

    Parameters
    ----------
    name, kind : str
    events : tuple of Event
        Its rows in the events file.
    occurrences : int
        Past occurrences that the effect was estimated from.
    value : float, optional
        Relative change (multiplicative), calls a day (additive) or share lost (outage); None if it is not known,
        and so not applied.
    low, high : float
        80 % interval of the mean effect; NaN without a past occurrence.
    expectation : float, optional
        What the planner expected.
    """

    name: str
    kind: str
    events: tuple[Event, ...]
    occurrences: int = 0
    value: float | None = None
    low: float = np.nan
    high: float = np.nan
    expectation: float | None = None

    @property
    def words(self) -> str:
        """The effect for the planner, such as ``campaign: +18 % (12 to 25) from 3 occurrences``."""
        expected = None if self.expectation is None else _spoken(self.kind, self.expectation)
        if self.kind == "outage":
            future = f"; where planned, {self.value:.0%} of the calls are lost".replace("%", " %") if self.value else ""
            return f"{self.name}: its past intervals are not learned from{future}"
        if self.value is None:
            return f"{self.name}: neither a comparable past occurrence nor an expected effect"
        if not self.occurrences:
            return f"{self.name}: {expected} as the planner expects, without a comparable past occurrence"
        unit = 100 if self.kind == "multiplicative" else 1
        times = "1 occurrence" if self.occurrences == 1 else f"{self.occurrences} occurrences"
        believed = f", {expected} expected" if expected else ""
        band = f"({round(self.low * unit)} to {round(self.high * unit)})"
        return f"{self.name}: {_spoken(self.kind, self.value)} {band} from {times}{believed}"

    def cells(self, days: np.ndarray, slots: int) -> list[np.ndarray]:
        """Intervals of each occurrence that touches the consecutive `days`, bool of shape (days, slots)."""
        return [
            event.cells(days, occurrence, slots)
            for event in self.events
            for occurrence in event.occurrences(days[0], days[-1])
        ]


def _spoken(kind: str, value: float) -> str:
    return f"{round(value):+d} calls a day" if kind == "additive" else f"{round(100 * value):+d} %"


def effect_findings(queue: str, effects: Sequence[EventEffect]) -> Iterator[Finding]:
    """A note an event that is applied, a warning an event that can't be."""
    for effect in effects:
        if effect.value is None and effect.kind != "outage":
            yield about(queue, "event-not-applied", effect.words, "the event is not applied")
        else:
            yield about(queue, "event", effect.words, "", "note")


def without_events(train: Series, effects: Sequence[EventEffect]) -> Series:
    """The past as it would have been without the events.

    Multiplicative effects are divided out, additive ones taken off in proportion to the calls of the day's affected
    intervals. Intervals of an outage, and those of which an event left less than a tenth, become NaN: nothing is to
    be learned from them.
    """
    masks = {effect.name: union(effect.cells(train.days, train.calls.shape[1])) for effect in effects}
    calls = removed(train.calls, effects, masks)
    return train if calls is train.calls else replace(train, calls=calls)


def with_events(calls: np.ndarray, grid: Grid, effects: Sequence[EventEffect]) -> np.ndarray:
    """Put the effects of future occurrences on an event-free forecast.

    Parameters
    ----------
    calls : ndarray, shape (days, slots)
        Expected calls without events.
    grid : Grid
        Its closed cells stay at 0.
    effects : sequence of EventEffect

    Returns
    -------
    ndarray, shape (days, slots)
        Never negative. An additive effect is spread over the open affected intervals of a day in proportion to
        their calls, evenly where there are none.
    """
    base, result = calls, calls
    added = np.zeros_like(calls)
    for effect in effects:
        if not effect.value:
            continue
        mask = union(effect.cells(grid.days, calls.shape[1]))
        if mask is None:
            continue
        mask = mask & grid.open
        if effect.kind == "additive":
            weights = np.where(mask, base, 0.0)
            weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, mask)
            total = weights.sum(axis=1, keepdims=True)
            added = added + effect.value * weights / np.where(total > 0, total, 1.0)
        else:
            factor = 1 + effect.value if effect.kind == "multiplicative" else 1 - effect.value
            result = np.where(mask, result * factor, result)
    return np.where(grid.open, np.maximum(result + added, 0.0), 0.0)


def union(masks: Sequence[np.ndarray]) -> np.ndarray | None:
    """Intervals of any occurrence; None without one."""
    return np.logical_or.reduce(masks) if masks else None


def removed(calls: np.ndarray, effects: Sequence[EventEffect], masks: Mapping[str, np.ndarray | None]) -> np.ndarray:
    """Calls without the effects; additive ones go first, since they came on top of the others."""
    for effect in sorted(effects, key=lambda one: one.kind != "additive"):
        mask = masks[effect.name]
        if mask is None or not mask.any():
            continue
        if effect.kind == "outage":
            calls = np.where(mask, np.nan, calls)
        elif effect.value and effect.kind == "additive":
            total = np.nansum(np.where(mask, calls, 0.0), axis=1, keepdims=True)
            kept = np.maximum(1 - effect.value / np.where(total > 0, total, np.inf), 0.0)
            calls = np.where(mask, calls * kept, calls)
        elif effect.value:
            multiplier = 1 + effect.value
            calls = np.where(mask, calls / multiplier if multiplier >= LEAST_MULTIPLIER else np.nan, calls)
    return calls
