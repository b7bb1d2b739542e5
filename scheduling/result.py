"""What a schedule is, beside its rows."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wfm.errors import Findings


@dataclass(frozen=True)
class ScheduleResult:
    """A schedule with its price and how far that is from the least possible.

    Parameters
    ----------
    schedule : DataFrame
        The schedule contract: contiguous stretches per agent.
    coverage : DataFrame
        The coverage contract; `scheduled` is people on the phone, weighted by time.
    agents : DataFrame
        The agents contract, as given or made up.
    breaches : DataFrame
        Priced rules that are broken: rule, agent, day, amount, unit, price [currency], words.
    shadow_prices : DataFrame
        queue, interval_start, price [currency]: what one agent more required for the whole interval would add, in the
        week relaxed to fractions of people; just as much is saved by one less, or by a helping hand from outside.
    paid_hours : float
    cost : float
        Paid hours at the hourly cost with their premiums, understaffed hours at theirs, broken rules at their prices
        [currency].
    bound : float or None
        No roster under these rules costs less: a proven bound from the relaxed week of each queue, or from
        its days solved exactly, whichever is higher; where agents have several skills, from the
        relaxed week of all queues together, time split at will.
    gap : float or None
        (cost - bound) / cost: by how much the cost may be above the least possible, 0 when proven optimal.
    status : {"optimal", "feasible"}
    understaffed_hours, overstaffed_hours : float
        Agent-hours below and above the requirement, exact to the minute.
    findings : Findings
    """

    schedule: pd.DataFrame
    coverage: pd.DataFrame
    agents: pd.DataFrame
    breaches: pd.DataFrame
    shadow_prices: pd.DataFrame
    paid_hours: float
    cost: float
    bound: float | None
    gap: float | None
    status: str
    understaffed_hours: float
    overstaffed_hours: float
    findings: Findings
