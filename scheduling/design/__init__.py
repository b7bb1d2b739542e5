"""Shift design: how many people start which shift when, for planners who only want counts."""

from scheduling.design.build import ENGINES, ShiftDesign, design_shifts
from scheduling.design.options import DesignOptions

__all__ = ["ENGINES", "DesignOptions", "ShiftDesign", "design_shifts"]
