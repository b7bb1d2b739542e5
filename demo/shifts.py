"""The two shifts of the centre's roster and how their breaks lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.spec import SLOT_S

BREAK_S, LUNCH_S, MEETING_S = 900, 1800, 1800
ACTIVITIES = ["phone", "break", "lunch", "meeting"]
PHONE, BREAK, LUNCH, MEETING = range(4)


@dataclass(frozen=True, slots=True)
class Shift:
    """One length of shift.

    Parameters
    ----------
    length_s : int
        From first to last minute [s].
    rotates : bool
        Early in one week, late in the next; otherwise always early or always late.
    away : tuple of (activity, length [s], starts after the shift's begin [s])
        Stretches away from the phone in order; the starts are staggered over colleagues. The meeting is
        held once a week.
    """

    length_s: int
    rotates: bool
    away: tuple[tuple[int, int, tuple[int, ...]], ...]

    @property
    def slots(self) -> int:
        return self.length_s // SLOT_S

    @property
    def on_phone(self) -> float:
        """Share of the shift on the phone in a week without meeting."""
        return 1 - sum(length for activity, length, _ in self.away if activity != MEETING) / self.length_s

    def stretches(self, stagger: np.ndarray, meets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Bounds and activities of the stretches of shifts, seconds after their begin.

        Parameters
        ----------
        stagger : array of int, shape (n,)
            Which of the staggered starts.
        meets : array of bool, shape (n,)
            Whether the shift holds the meeting; without it that stretch has no length.

        Returns
        -------
        array, shape (n, k + 1), and array, shape (k,)
        """
        bounds = [np.zeros_like(stagger)]
        activities = []
        for activity, length, starts in self.away:
            start = np.take(starts, stagger % len(starts))
            bounds += [start, start + np.where(meets | (activity != MEETING), length, 0)]
            activities += [PHONE, activity]
        bounds.append(np.full_like(stagger, self.length_s))
        return np.column_stack(bounds), np.array([*activities, PHONE])


FULL_DAY = Shift(
    30600,
    True,
    (
        (BREAK, BREAK_S, (5400, 7200, 9000, 9900)),
        (LUNCH, LUNCH_S, (12600, 14400, 16200, 18000)),
        (MEETING, MEETING_S, (19800,)),
        (BREAK, BREAK_S, (22500, 23400, 24300, 25200)),
    ),
)
SHORT_DAY = Shift(
    21600,
    False,
    (
        (BREAK, BREAK_S, (5400, 6300, 7200, 8100)),
        (MEETING, MEETING_S, (10800,)),
        (BREAK, BREAK_S, (13500, 14400, 15300, 16200)),
    ),
)
