"""The planner's single question: what happens with a few agents more or fewer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from staffing.queueing import performance
from staffing.search import gross_staff, required_agents
from wfm.params import ServiceTarget, Shrinkage

NO_SHRINKAGE = Shrinkage()


def trade_off(
    model: str,
    *,
    calls: float,
    interval_s: float,
    aht_s: float,
    target: ServiceTarget,
    shrinkage: Shrinkage = NO_SHRINKAGE,
    below: int = 3,
    above: int = 5,
    **traits: Any,
) -> pd.DataFrame:
    """Performance around the least agents n that meet the targets.

    Parameters
    ----------
    model : str
        Name in `MODELS`.
    calls, interval_s, aht_s : float
        Calls offered, interval length [s] and mean handle time [s].
    target : ServiceTarget
    shrinkage : Shrinkage
    below, above : int
        How many agents fewer and more are shown; never fewer than one, unless none are needed.
    **traits : float or None
        As in `performance`.

    Returns
    -------
    DataFrame
        One row an agents count from n - below to n + above: agents, staff, service_level (of calls offered),
        asa_s (of answered calls) [s], occupancy, abandonment, p_wait, meets (every target), is_answer (n itself).

    Raises
    ------
    InputError
        As `required_agents`.
    """
    required = required_agents(model, calls=calls, interval_s=interval_s, aht_s=aht_s, target=target, **traits)
    least = int(required.agents)
    agents = np.arange(max(least - below, min(least, 1)), least + above + 1)
    found = performance(
        model,
        calls=calls,
        interval_s=interval_s,
        aht_s=aht_s,
        agents=agents,
        answer_within_s=target.answer_within_s,
        **traits,
    )
    return pd.DataFrame(
        {
            "agents": agents,
            "staff": gross_staff(agents, shrinkage),
            "service_level": found.service_level,
            "asa_s": found.asa_s,
            "occupancy": found.occupancy,
            "abandonment": found.abandonment,
            "p_wait": found.p_wait,
            "meets": agents >= least,
            "is_answer": agents == least,
        }
    )
