"""A simulated contact centre, call by call: data for `wfm demo`, the tests, the notebooks and the benchmarks."""

from demo.people import agents
from demo.spec import DemoSpec, DemoTables, small_spec
from demo.story import history, live_week
from demo.workspace import state_map, workspace_toml

__all__ = [
    "DemoSpec",
    "DemoTables",
    "agents",
    "history",
    "live_week",
    "small_spec",
    "state_map",
    "workspace_toml",
]
