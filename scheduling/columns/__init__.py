"""Rosters for people with rules of their own: column generation with a compiled pricing, then an integer search."""

from scheduling.columns.compact import CompactAnswer, solve_compact
from scheduling.columns.engine import solve
from scheduling.columns.problem import OFF, NoLegalRosterError, RosterAnswer, RosterProblem

__all__ = ["OFF", "CompactAnswer", "NoLegalRosterError", "RosterAnswer", "RosterProblem", "solve", "solve_compact"]
