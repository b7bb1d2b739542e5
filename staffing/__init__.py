"""Forecast to required agents: queue models, requirement search, shrinkage, the planner's calculator."""

from staffing.calculator import trade_off
from staffing.cases import solve_cases
from staffing.queueing import MODELS, Performance, performance
from staffing.requirement import ENGINES, requirement
from staffing.search import RequiredAgents, gross_staff, required_agents
from staffing.simulation import Demand, replay, simulate, simulate_skills

__all__ = [
    "ENGINES",
    "MODELS",
    "Demand",
    "Performance",
    "RequiredAgents",
    "gross_staff",
    "performance",
    "replay",
    "required_agents",
    "requirement",
    "simulate",
    "simulate_skills",
    "solve_cases",
    "trade_off",
]
