"""What the rules say of a roster in the making, by the same checks that read a finished schedule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from scheduling.problem import Shift, Team
from scheduling.rules import Breach, Ruling
from scheduling.rules.force import concerned
from scheduling.worked import Stretch, Worked

if TYPE_CHECKING:
    from scheduling.roster import Roster

STANDING = ("rest", "consecutive_days", "days_per_week")


@dataclass
class Judge:
    """Fines of priced rules and breaches of held ones.

    Breaks are not placed yet: a shift is read as paid time on the phone followed by its unpaid time.

    Parameters
    ----------
    team : Team
    priced, held : tuple of Ruling
        Rules that the planner set with and without a price; held ones include what assignment can break where
        shifts are given.
    """

    team: Team
    priced: tuple[Ruling, ...]
    held: tuple[Ruling, ...]
    _stretches: dict[tuple[int, int, int], tuple[Stretch, ...]] = field(default_factory=dict)
    _known: dict[tuple, float] = field(default_factory=dict)

    @classmethod
    def of(cls, team: Team) -> Judge:
        facts = any(person.fixed for person in team.people)
        held = tuple(r for r in team.rulings if r.price is None and (r.settings or (facts and r.name in STANDING)))
        return cls(team, tuple(r for r in team.rulings if r.price is not None), held)

    def fines(self, roster: Roster) -> int:
        """Price of all breaches of priced rules [model units]."""
        tours = roster.tours() if self.priced else []
        return sum(round(self.team.prices.units(r.price or 0.0) * self._amount(r, tours)) for r in self.priced)

    def offenders(self, roster: Roster) -> list[int]:
        """People in whose roster a held rule is broken, by position."""
        names = {person.agent: who for who, person in enumerate(self.team.people)}
        broken: set[int] = set()
        tours = roster.tours() if self.held else []
        for ruling in self.held:
            people = concerned(ruling, self.team)
            if ruling.rule.shared:
                broken |= {names[b.agent] for b in self._check(ruling, tours, people) if b.agent in names}
            else:
                broken |= {who for who in people if self._alone(ruling, tours, who) > 0}
        return sorted(broken)

    def unowned(self, roster: Roster) -> list[str]:
        """Breaches of held rules that are nobody's alone, in words."""
        tours = roster.tours() if self.held else []
        shared = [ruling for ruling in self.held if ruling.rule.shared]
        return [
            f"{ruling.name}: {breach}"
            for ruling in shared
            for breach in self._check(ruling, tours, concerned(ruling, self.team))
            if not breach.agent
        ]

    def _amount(self, ruling: Ruling, tours: Sequence[Sequence[Shift]]) -> float:
        people = concerned(ruling, self.team)
        if ruling.rule.shared:
            return sum(breach.amount for breach in self._check(ruling, tours, people))
        return sum(self._alone(ruling, tours, who) for who in people)

    def _alone(self, ruling: Ruling, tours: Sequence[Sequence[Shift]], who: int) -> float:
        key = (id(ruling), who, *(shift.index for shift in tours[who]))
        if key not in self._known:
            self._known[key] = sum(breach.amount for breach in self._check(ruling, tours, [who]))
        return self._known[key]

    def _check(self, ruling: Ruling, tours: Sequence[Sequence[Shift]], people: Iterable[int]) -> list[Breach]:
        who, blank = list(people), self.team.records[self.team.rulings.index(ruling)]
        if blank is None:
            raise AssertionError("a team with people carries the record that its rules read")
        given = [w for one in who for w in self._read(one, self.team.people[one].fixed)]
        chosen = [w for one in who for w in self._read(one, tours[one])]
        first = self.team.calendar.dates[0]
        worked = sorted([*chosen, *(w for w in given if w.day >= first)], key=lambda shift: (shift.agent, shift.start))
        before = blank.before if ruling.rule.shared else [shift for shift in given if shift.day < first]
        return ruling.rule.check(replace(blank, worked=worked, before=before), ruling.settings)

    def _read(self, who: int, shifts: Iterable[Shift]) -> list[Worked]:
        agent = self.team.people[who].agent
        return [Worked(agent, self._stretches_of(shift)) for shift in shifts]

    def _stretches_of(self, shift: Shift) -> tuple[Stretch, ...]:
        key = (shift.start, shift.end, shift.paid_s)
        if key not in self._stretches:
            zone = self.team.calendar.timezone
            start, paid_until, end = (
                pd.Timestamp(moment, unit="s", tz="UTC").tz_convert(zone)
                for moment in (shift.start, shift.start + shift.paid_s, shift.end)
            )
            stretches: tuple[Stretch, ...] = (Stretch(start, paid_until, "phone", self.team.queue, True),)
            if paid_until < end:
                stretches += (Stretch(paid_until, end, "break", None, False),)
            self._stretches[key] = stretches
        return self._stretches[key]
