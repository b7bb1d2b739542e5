"""What a schedule and a log do not say about each other, as findings."""

from __future__ import annotations

import numpy as np

from adherence.log import Log
from adherence.rota import SHIFT_REACH_US, Rota
from adherence.stretches import HOUR_US, Ints, from_us
from wfm.errors import Finding, Findings


def report_coverage(rota: Rota, log: Log, timezone: str, findings: Findings) -> None:
    """Name the agents that only one of the two knows, and schedule that the log does not reach."""
    seen = np.bincount(log.stretches.group, minlength=len(log.agents)) > 0
    scheduled = len(rota.agents)
    _name_agents(
        findings,
        "agent_states",
        "no-states",
        "without any state",
        rota.agents[~seen[:scheduled]],
        "counted as logged off",
    )
    _name_agents(findings, "schedule", "no-schedule", "with states but no schedule", log.agents[scheduled:], "left out")
    first, last = log.span
    outside = (rota.stretches.end <= first) | (rota.stretches.start >= last)
    if seen.any() and outside.any():
        span = " to ".join(moment.isoformat() for moment in from_us(np.array(log.span), timezone))
        findings.add(
            Finding(
                "agent_states",
                "log-too-short",
                f"{outside.sum()} scheduled stretches outside of the log, which spans {span}",
                "a log of all scheduled time",
                "they count as logged off; add the rest of the log",
                severity="warning",
                count=int(outside.sum()),
            )
        )


def report_unscheduled_work(lengths: Ints, findings: Findings) -> None:
    """Say how much productive time lies too far from any shift to count with one."""
    if len(lengths):
        hours, reach = int(lengths.sum()) / HOUR_US, SHIFT_REACH_US // HOUR_US
        findings.add(
            Finding(
                "agent_states",
                "unscheduled-work",
                f"{hours:.1f} h in productive states more than {reach} h away from any shift of the agent",
                fix="not counted in conformance",
                severity="note",
                count=len(lengths),
            )
        )


def _name_agents(findings: Findings, source: str, rule: str, found: str, agents: np.ndarray, treated: str) -> None:
    for agent in agents:
        findings.add(Finding(source, rule, f'agent "{agent}" {found}', fix=treated, severity="warning"))
