"""Files of the ACD, of planners and of Shiftcast itself, read into contract frames; every odd thing is a finding."""

from ingest.binning import calls_to_history, resample_history
from ingest.frames import read_frame, read_state_map, read_table
from ingest.layout import SOURCES, Source
from ingest.reading import Reading, read_calls, read_history
from ingest.rules import RULES, Rule
from ingest.weekgrid import read_schedule, read_week_grid

__all__ = [
    "RULES",
    "SOURCES",
    "Reading",
    "Rule",
    "Source",
    "calls_to_history",
    "read_calls",
    "read_frame",
    "read_history",
    "read_schedule",
    "read_state_map",
    "read_table",
    "read_week_grid",
    "resample_history",
]
