"""Forecast to required agents: queue models, requirement search, shrinkage, the planner's calculator."""

from staffing.calculator import trade_off
from staffing.cases import solve_cases
from staffing.estimates import estimate
from staffing.inverse import call_capacity, fractional_agents, required_lines, wait_quantile_s
from staffing.queueing import MODELS, Performance, performance
from staffing.requirement import ENGINES, requirement
from staffing.search import RequiredAgents, gross_staff, required_agents
from staffing.simulation import Callbacks, Demand, Redials, Tasks, replay, simulate, simulate_chat, simulate_skills
from staffing.skillgroups import SkillGroup
from staffing.skillproof import simulate_groups
from staffing.skillstaffing import skill_requirement
from staffing.verified import Trials, verify
from staffing.wholeday import required_agents_over_day

__all__ = [
    "ENGINES",
    "MODELS",
    "Callbacks",
    "Demand",
    "Performance",
    "Redials",
    "RequiredAgents",
    "SkillGroup",
    "Tasks",
    "Trials",
    "call_capacity",
    "estimate",
    "fractional_agents",
    "gross_staff",
    "performance",
    "replay",
    "required_agents",
    "required_agents_over_day",
    "required_lines",
    "requirement",
    "simulate",
    "simulate_chat",
    "simulate_groups",
    "simulate_skills",
    "skill_requirement",
    "solve_cases",
    "trade_off",
    "verify",
    "wait_quantile_s",
]
