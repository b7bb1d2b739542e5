"""Targets as arrays, and which of them a performance misses."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from staffing.queueing import Array, Performance, QueueModel
from wfm.errors import Finding, InputError
from wfm.params import ServiceTarget

TARGETS = ("service_level", "asa", "occupancy", "abandonment")
REASONS = ("none", "stability", *TARGETS, "minimum")

# A target that is met exactly in decimals is met: 28.5 erlangs on 30 agents are an occupancy of 0.95, whatever
# the last bit of the quotient says.
TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Limits:
    """Targets per interval, arrays of one shape; nan means not asked.

    Parameters
    ----------
    service_level, answer_within_s, asa_s, occupancy, abandonment : array
    """

    service_level: Array
    answer_within_s: Array
    asa_s: Array
    occupancy: Array
    abandonment: Array

    @classmethod
    def of(cls, target: ServiceTarget, shape: tuple[int, ...]) -> Limits:
        values = (
            target.service_level,
            target.answer_within_s,
            target.asa_s,
            target.max_occupancy,
            target.max_abandonment,
        )
        return cls(*(np.broadcast_to(np.nan if value is None else float(value), shape) for value in values))

    def at(self, where: Any) -> Limits:
        return Limits(*(getattr(self, name)[where] for name in Limits.__dataclass_fields__))

    def asked(self) -> NDArray[np.bool_]:
        """Where at least one target is set."""
        return _any(_asked(v) for v in (self.service_level, self.asa_s, self.occupancy, self.abandonment))

    def missed(self, found: Performance) -> dict[str, NDArray[np.bool_]]:
        """Per target of `TARGETS`, where it is asked and not met; an occupancy or wait that is nan is not met."""
        return {
            "service_level": _asked(self.service_level) & ~(found.service_level >= self.service_level - TOLERANCE),
            "asa": _asked(self.asa_s) & ~(found.asa_s <= self.asa_s * (1 + TOLERANCE)),
            "occupancy": _asked(self.occupancy) & ~(found.occupancy <= self.occupancy * (1 + TOLERANCE)),
            "abandonment": _asked(self.abandonment) & ~(found.abandonment <= self.abandonment + TOLERANCE),
        }

    def met(self, found: Performance) -> NDArray[np.bool_]:
        return ~_any(self.missed(found).values())


def _any(conditions: Iterable[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    return functools.reduce(np.logical_or, conditions)


def _asked(limit: Array) -> NDArray[np.bool_]:
    return ~np.isnan(limit)


def refuse_unreachable(queue: QueueModel, name: str, target: ServiceTarget) -> None:
    """Raise `InputError` for targets that no number of agents meets: every finite team makes somebody wait."""
    findings = []
    if target.service_level == 1:
        findings.append(_unreachable(name, "service_level", "1.0", "a share below 1", "give 0.99 or less"))
    if target.max_abandonment == 0 and queue.loses_calls:
        findings.append(_unreachable(name, "max_abandonment", "0", "a share above 0", "leave it out or give 0.01"))
    if findings:
        raise InputError(findings)


def _unreachable(source: str, column: str, found: str, expected: str, fix: str) -> Finding:
    return Finding(
        source, "unreachable-target", found, f"{expected}: no number of agents reaches it", fix, column=column
    )
