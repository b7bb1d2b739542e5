"""The planner's single question: what happens with a few agents more or fewer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from staffing.inverse import wait_quantile_s
from staffing.models.chat import engagement
from staffing.queueing import METRICS, MODELS, performance
from staffing.search import gross_staff, required_agents
from wfm.params import ServiceTarget, Shrinkage

NO_SHRINKAGE = Shrinkage()
SHOWN_FIRST = ("service_level", "asa_s", "occupancy", "abandonment", "p_wait")
MOST_WAIT = 0.9


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
        One row an agents count from n - below to n + above: agents, staff, the fields of `Performance`,
        wait_p90_s (the wait that 90 % of callers who never gave up would stay within) [s], meets (every target),
        is_answer (n itself); with the model ``chat`` also engaged and chats_at_hand (`engagement`).

    Raises
    ------
    InputError
        As `required_agents`.
    """
    required = required_agents(model, calls=calls, interval_s=interval_s, aht_s=aht_s, target=target, **traits)
    least = int(required.agents)
    agents = np.arange(max(least - below, min(least, 1)), least + above + 1)
    question: dict[str, Any] = {"calls": calls, "interval_s": interval_s, "aht_s": aht_s, "agents": agents} | traits
    found = performance(model, answer_within_s=target.answer_within_s, **question)
    order = [*SHOWN_FIRST, *(name for name in METRICS if name not in SHOWN_FIRST)]
    curve = pd.DataFrame(
        {"agents": agents, "staff": gross_staff(agents, shrinkage)}
        | {name: getattr(found, name) for name in order}
        | {
            "wait_p90_s": wait_quantile_s(model, share=MOST_WAIT, definition="sl_virtual", **question),
            "meets": agents >= least,
            "is_answer": agents == least,
        }
    )
    if "concurrency" in MODELS[model].needs:
        told = ("calls", "interval_s", "aht_s", "agents", "concurrency", "patience_s")
        asked: dict[str, Any] = {name: question.get(name) for name in told}
        curve["engaged"], curve["chats_at_hand"] = engagement(**asked)
    return curve
