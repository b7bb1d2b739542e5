"""Schedule and log laid over each other: every scheduled moment with the state the agent was in and its rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adherence.log import Log
from adherence.rota import Rota
from adherence.statemap import LOGGED_OFF, OUT, UNMAPPED, Rules
from adherence.stretches import Ints, split


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pieces of scheduled time in which activity and state both stay the same, sorted by agent and start.

    Parameters
    ----------
    rota : Rota
    rules : Rules
    stretch : array of int, shape (k,)
        Scheduled stretch that each piece is of.
    start, end : array of int, shape (k,)
        [us since 1970 UTC]
    state, activity : array of int, shape (k,)
        Codes into the names of `rules`.
    rule : array of int, shape (k,)
        IN, OUT, NEUTRAL or UNMAPPED.
    """

    rota: Rota
    rules: Rules
    stretch: Ints
    start: Ints
    end: Ints
    state: Ints
    activity: Ints
    rule: npt.NDArray[np.int8]

    @property
    def length(self) -> Ints:
        return self.end - self.start

    @property
    def shift(self) -> Ints:
        return self.rota.shift[self.stretch]

    @property
    def is_out(self) -> npt.NDArray[np.bool_]:
        out: npt.NDArray[np.bool_] = (self.rule == OUT) | (self.rule == UNMAPPED)
        return out

    @property
    def signed_on(self) -> npt.NDArray[np.bool_]:
        on: npt.NDArray[np.bool_] = self.state != self.rules.states.get_loc(LOGGED_OFF)
        return on

    def out_runs(self) -> tuple[Ints, Ints]:
        """Maximal runs of pieces out of adherence that follow each other without gap in one shift.

        Returns
        -------
        pieces, runs : array of int, shape (m,)
            The pieces that are out, and the run from 0 on that each belongs to.
        """
        pieces = np.flatnonzero(self.is_out)
        shift, start, end = self.shift[pieces], self.start[pieces], self.end[pieces]
        begins = np.append(True, (shift[1:] != shift[:-1]) | (start[1:] != end[:-1]))[: len(pieces)]
        return pieces, np.cumsum(begins) - 1


def compare(rota: Rota, log: Log, rules: Rules) -> Comparison:
    """Lay the log of the scheduled agents over their schedule."""
    first, last = rota.window
    timeline = log.of_agents(len(rota.agents)).within(first, last).timeline(first)
    pieces = split(rota.stretches, timeline)
    state, activity = timeline.label[pieces.cut], rota.stretches.label[pieces.row]
    return Comparison(rota, rules, pieces.row, pieces.start, pieces.end, state, activity, rules.table[state, activity])
