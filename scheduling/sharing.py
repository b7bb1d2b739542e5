"""Each agent serves one queue for the horizon: people with several skills go where they are needed most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from scheduling.worked import skills_of
from wfm.errors import Finding, Findings, InputError


def share_out(agents: pd.DataFrame, needs: Mapping[str, np.ndarray], findings: Findings) -> dict[str, list[str]]:
    """Agents of each queue, in proportion to its need.

    Those with the fewest choices go first; everybody then joins the queue among their skills whose need is
    met least by contract hours so far, and on a tie the one named first.

    Parameters
    ----------
    agents : DataFrame
        The agents contract, by agent.
    needs : dict of queue to ndarray of int, shape (periods,)
    findings : Findings
        Receives agents nobody needs and queues nobody serves.

    Raises
    ------
    InputError
        If no agent has any skill that is needed.
    """
    wanted = {queue: float(need.sum()) for queue, need in needs.items() if need.any()}
    choices: dict[str, list[str]] = {}
    for agent, text in zip(agents["agent"], agents["skills"], strict=True):
        choices[agent] = [queue for queue in skills_of(text) if queue in wanted]
    idle = [agent for agent, queues in choices.items() if not queues]
    if wanted and len(idle) == len(agents):
        raise InputError(
            Finding("agents", "no-skill", "no agent with a skill that is needed", ", ".join(wanted), column="skills")
        )
    if idle:
        names = ", ".join(idle[:5]) + (", …" if len(idle) > 5 else "")
        findings.add(
            Finding(
                "agents",
                "not-needed",
                f"no skill that is needed: {names} stay unscheduled",
                column="skills",
                severity="warning",
                count=len(idle),
            )
        )
    teams: dict[str, list[str]] = {queue: [] for queue in wanted}
    hours = dict.fromkeys(wanted, 0.0)
    contract = dict(zip(agents["agent"], agents["contract_hours"], strict=True))
    for agent in sorted(choices, key=lambda name: (len(choices[name]), name)):
        if choices[agent]:
            queue = min(choices[agent], key=lambda name: (hours[name] / wanted[name], choices[agent].index(name)))
            teams[queue].append(agent)
            hours[queue] += contract[agent]
    for queue in (queue for queue, members in teams.items() if not members):
        findings.add(
            Finding(
                "agents",
                "nobody-serves",
                f"nobody for queue {queue}",
                "at least one agent with the skill",
                column="skills",
                severity="warning",
            )
        )
    return {queue: sorted(members) for queue, members in teams.items()}
