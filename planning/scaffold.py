"""`wfm init`: a commented `wfm.toml` for a planner's own exports."""

from __future__ import annotations

from pathlib import Path

from wfm.config import CONFIG_NAME
from wfm.errors import UsageProblem

TEMPLATE = """\
# Shiftcast workspace. Durations are written 20s, 3min, 8h30min, m:ss or in seconds.

[workspace]
name = "{name}"
timezone = "{timezone}"       # of the wall clock in your exports
interval = "{interval}"
# country = "NL"              # public holidays; add region where they differ
currency = "EUR"
seed = 1

[data]                        # files relative to this folder; * and ** match several
calls = ["data/calls*"]       # call log (CSV, Parquet, Excel), or instead:
# history = ["data/volumes*.csv"]
# agents = "data/agents.csv"
# time_off = "data/time_off.csv"  # agent, start, end, kind (approved or requested), weight
# events = "data/events.csv"   # campaigns, mailings, outages: docs/events.md
# agent_states = ["data/agent_states*"]
# source = "auto"             # layout of the export; `wfm models` lists them
# date_format = "%d/%m/%Y %H:%M"

[forecast]
weeks = 1
models = "auto"               # chosen per queue by backtest
backtest_weeks = 6
# reconcile = true            # queues, groups and centre agree; groups below

# [groups]                    # skill groups; a new queue leans on the older ones of its group
# retail = ["sales", "service"]

[staffing]                    # every queue, unless it has a section of its own
service_level = 0.80          # share of offered calls ...
answer_within = "20s"         # ... answered within this time
max_occupancy = 0.88
# asa = "30s"
# max_abandonment = 0.05
model = "erlang_c"            # erlang_a counts callers who hang up and needs patience; "simulation" proves the plan
# patience = "2min"           # or "estimate": told from the calls before the week
# load = "mol"                # count calls in hand from earlier intervals, not each interval alone
# risk = "expected"           # meet targets on average over what demand may be, or with a probability such as 0.9
shrinkage = 0.10              # absence and the like; breaks are placed by the schedule and not part of it

# [queues.sales]
# service_level = 0.90
# answer_within = "15s"
#
# [queues.chat]
# channel = "chat"
# chats_aht = ["400s", "520s", "660s"]   # handle time of a chat whose agent has 1, 2 or at most 3 of them
#
# [queues.mail]
# channel = "email"             # or backoffice: work that waits
# answer_within = "24h"         # the promise ...
# promise_runs = "always"       # ... runs always, or in agent_hours only
# agent_hours = "mon-fri 08:00-18:00"
# blend_with = ["sales"]        # agents of sales do mail while they are idle

# [schedule]
# min_rest = "11h"
# max_days_per_week = 5
# hourly_cost = 25.0
# understaffing_cost_per_hour = 500.0
#
# [[schedule.shifts]]
# name = "full"
# length = "8h30min"
# earliest_start = "07:00"
# latest_start = "13:30"
# start_step = "30min"
# weekdays = "mon-sun"
# breaks = [
#   {{ name = "break", length = "15min", earliest = "1h30min", latest = "2h45min" }},
#   {{ name = "lunch", length = "30min", earliest = "3h30min", latest = "5h", paid = false }},
#   {{ name = "break", length = "15min", earliest = "6h", latest = "7h15min" }},
# ]                             # or the name of a law: breaks = "eu", "california", "washington"
#
# [[schedule.shifts]]           # a flexible shift: every length from 4 h to 6 h
# name = "part"
# length = "4h"
# longest = "6h"
# length_step = "30min"
# earliest_start = "07:00"
# latest_start = "16:00"
# breaks = "eu"
#
# [[schedule.premiums]]         # pay beyond the wage at unsocial hours; they add up
# share = 0.25
# hours = "20:00-06:00"
# weekdays = "mon-sun"
#
# [[schedule.rules]]            # held, or broken at a price; `wfm models` lists the rules
# rule = "weekends"
# most = 2
# weeks = 4
# price = 50                    # per weekend too many; left out: the rule must hold
# teams = ["sales"]             # or sites, agents; left out: everybody
"""


def init_workspace(folder: Path, *, name: str, timezone: str, interval: str) -> Path:
    """Write a `wfm.toml` and a `data` folder.

    Parameters
    ----------
    folder : Path
        Made when missing.
    name, timezone, interval : str
        Filled into the file.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UsageProblem
        If the folder has a `wfm.toml` already.
    """
    path = folder / CONFIG_NAME
    if path.exists():
        raise UsageProblem(f"{path} exists; edit it, or name another folder")
    (folder / "data").mkdir(parents=True, exist_ok=True)
    text = TEMPLATE.format(name=name.replace("\\", "\\\\").replace('"', '\\"'), timezone=timezone, interval=interval)
    path.write_text(text, encoding="utf-8")
    return path
