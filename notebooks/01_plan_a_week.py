# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Plan a week
#
# **Question.** How many calls will come next week, how many agents does each half-hour need, and who works when?
#
# **Data.** A small simulated centre: one queue, a dozen agents, some weeks of calls. Point `folder` at a workspace of
# your own (`wfm init`) to plan your centre instead.
#
# **Run time.** Under a minute.

# %%
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import demo
import planning
import reporting
import staffing
from reporting import charts
from wfm.params import ServiceTarget

folder = Path(mkdtemp()) / "centre"
planning.run_demo(folder, demo.small_spec())
workspace = planning.Workspace.open(folder)

# %% [markdown]
# ## What the exports hold
#
# Calls become one row per queue and half-hour. Whatever was odd in the files is listed, with the rule that treated it.

# %%
reading = workspace.read_history()
print(f"{reading.source}: {reading.frame['offered'].sum():,.0f} calls")
for finding in reading.findings:
    print(finding)
reading.frame.tail()

# %% [markdown]
# ## Forecast
#
# Every model forecasts each of the last six weeks from what was known before it; last week's calls (`seasonal_naive`)
# and the six-week average (`moving_average`) are always shown as yardsticks. WAPE is the sum of absolute errors over
# the sum of calls; the Poisson floor is what remains if the true rate were known.

# %%
plan = planning.make_plan(workspace, reading=reading)
plan.forecast.backtest.summary()

# %%
queue = plan.requirement["queue"].iloc[0]
charts.forecast_bands(plan.forecast.frame, plan.history, queue=queue)
# %% [markdown]
# ## Requirement
#
# The least agents that meet every target in every half-hour, and which target decided. Service level is the share of
# offered calls that are answered within the threshold.

# %%
columns = ["interval_start", "calls", "aht_s", "load_erl", "agents", "staff", "service_level", "asa_s", "binding"]
plan.requirement.loc[plan.requirement["agents"] > 0, columns].head(8)

# %% [markdown]
# What would a stricter promise cost? The same forecast, 90 % in 10 seconds:

# %%
strict = replace(workspace.config.queue(queue), target=ServiceTarget(service_level=0.9, answer_within_s=10))
dearer = staffing.requirement(plan.forecast.frame, {queue: strict}, interval_s=workspace.config.interval_s)
hours = workspace.config.interval_s / 3600
print(
    f"{plan.requirement['staff'].sum() * hours:,.1f} staff hours as planned, {dearer['staff'].sum() * hours:,.1f} then"
)

# %% [markdown]
# ## Schedule
#
# Shifts and their breaks are chosen together, then given to people within contract hours, rest and days off.

# %%
made = plan.schedule
print(f"{made.paid_hours:,.1f} paid hours, {made.cost:,.0f} {workspace.config.currency}; status {made.status}")
print(f"{made.understaffed_hours:,.1f} agent-hours short, {made.overstaffed_hours:,.1f} over")
made.schedule.head()

# %%
steps = made.coverage.merge(plan.requirement[["queue", "interval_start", "agents", "staff"]])
charts.requirement_vs_schedule(steps, queue=queue)
# %%
charts.coverage_heatmap(made.coverage, queue=queue)
# %% [markdown]
# ## The page for Monday
#
# `wfm plan` publishes all of this as a run that never changes. The demo has published this week already:

# %%
run = planning.latest_run(workspace.runs, "plan")
sorted(path.name for path in run.path.iterdir())

# %%
reporting.render_report(planning.load_plan_view(run), None)
