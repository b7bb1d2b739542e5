"""The scorecard: every KPI defined once, as data, and computed by a SQL engine."""

from kpis.kpi import KPIS, Kpi, Measure
from kpis.scorecard import scorecard

__all__ = ["KPIS", "Kpi", "Measure", "scorecard"]
