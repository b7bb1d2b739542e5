"""Requirement, agents and rules in; shifts, breaks and rosters out, with a proven bound of their cost."""

from scheduling.build import build_schedule
from scheduling.checking import check
from scheduling.coverage import coverage
from scheduling.defaults import default_rules
from scheduling.design import DesignOptions, ShiftDesign, design_shifts
from scheduling.explain import rule_costs, who_paid
from scheduling.problems import Answer, solve_problem
from scheduling.result import ScheduleResult
from scheduling.rules import RULES
from scheduling.rules.force import in_force

__all__ = [
    "RULES",
    "Answer",
    "DesignOptions",
    "ScheduleResult",
    "ShiftDesign",
    "build_schedule",
    "check",
    "coverage",
    "default_rules",
    "design_shifts",
    "in_force",
    "rule_costs",
    "solve_problem",
    "who_paid",
]
