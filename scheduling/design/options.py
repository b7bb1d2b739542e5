"""What a shift design may use, and what it pays for beside hours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DesignOptions:
    """Limits and prices of a design; a *different shift* is a template at a start time, whatever the days.

    Parameters
    ----------
    cyclic : bool
        The horizon repeats: what runs past its end serves its beginning. Otherwise that is lost.
    max_shifts : int or None
        Most different shifts of a queue.
    cost_per_shift : float
        Price of each different shift of a queue, once in the horizon [currency].
    min_staff : int
        Fewest people on a shift on a day on which it is used.
    max_staff : int or None
        Most people on a shift on one day.
    overstaffing_cost_per_hour : float
        Price of an agent-hour on the phone above the requirement [currency].
    """

    cyclic: bool = False
    max_shifts: int | None = None
    cost_per_shift: float = 0.0
    min_staff: int = 0
    max_staff: int | None = None
    overstaffing_cost_per_hour: float = 0.0

    def __post_init__(self) -> None:
        problems = []
        if self.max_shifts is not None and self.max_shifts < 1:
            problems.append(f"max_shifts: found {self.max_shifts}, expected 1 or more")
        if self.min_staff < 0:
            problems.append(f"min_staff: found {self.min_staff}, expected 0 or more")
        if self.max_staff is not None and self.max_staff < max(1, self.min_staff):
            problems.append(f"max_staff: found {self.max_staff}, expected {max(1, self.min_staff)} or more")
        for name in ("cost_per_shift", "overstaffing_cost_per_hour"):
            if not 0 <= getattr(self, name) < float("inf"):
                problems.append(f"{name}: found {getattr(self, name)}, expected 0 or more")
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def counts_shifts(self) -> bool:
        """Whether the number of different shifts matters, which ties all days together."""
        return self.max_shifts is not None or self.cost_per_shift > 0
