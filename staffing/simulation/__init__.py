"""Simulation of queues call by call: any handle time and patience, staff by interval, one skill or many."""

from staffing.simulation.behaviour import Callbacks, Redials, Tasks
from staffing.simulation.calls import Demand
from staffing.simulation.chat import simulate_chat
from staffing.simulation.days import replay, simulate
from staffing.simulation.distributions import (
    Constant,
    Distribution,
    Empirical,
    Exponential,
    Gamma,
    Infinite,
    Lognormal,
)
from staffing.simulation.outcomes import CallbackCounts, CallerCounts, ChatTime, TaskCounts
from staffing.simulation.result import AgentTime, CallCounts, Estimate, SimulationResult
from staffing.simulation.skills import Group, Skill, SkillsResult, simulate_skills

__all__ = [
    "AgentTime",
    "CallCounts",
    "CallbackCounts",
    "Callbacks",
    "CallerCounts",
    "ChatTime",
    "Constant",
    "Demand",
    "Distribution",
    "Empirical",
    "Estimate",
    "Exponential",
    "Gamma",
    "Group",
    "Infinite",
    "Lognormal",
    "Redials",
    "SimulationResult",
    "Skill",
    "SkillsResult",
    "TaskCounts",
    "Tasks",
    "replay",
    "simulate",
    "simulate_chat",
    "simulate_skills",
]
