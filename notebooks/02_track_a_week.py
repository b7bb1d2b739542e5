# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Track a week
#
# **Question.** What really happened last week: was the forecast right, were the people there, and what did callers get?
#
# **Data.** A small simulated centre whose agents lived through the published schedule: some came late, some were ill,
# some took long breaks.
#
# **Run time.** Under a minute.

# %%
from pathlib import Path
from tempfile import mkdtemp

import demo
import planning
from reporting import charts

folder = Path(mkdtemp()) / "centre"
plan, track, _ = planning.run_demo(folder, demo.small_spec())
view = planning.load_track_view(track)
queue = view.forecast["queue"].iloc[0]
print(f"week {view.week}, held against plan {view.plan_version}")

# %% [markdown]
# ## Forecast against actual
#
# The locked forecast counts, never a later edit. Errors that cancel over a day do not cancel over its intervals, so
# all three levels are shown.

# %%
view.accuracy[view.accuracy["measure"] == "calls"]

# %%
charts.forecast_vs_actual(view.forecast, view.actual, queue=queue)
# %% [markdown]
# ## Required, scheduled, present

# %%
charts.staffing_present(view.staffing, queue=queue)
# %% [markdown]
# ## Adherence
#
# Time in a state that fits the scheduled activity, over scheduled time less neutral time. A centre's figure is the sum
# of the times over the sum of the times, never the mean of the agents.

# %%
times = view.adherence[["in_adherence_s", "scheduled_s", "neutral_s"]].sum()
pooled = times["in_adherence_s"] / (times["scheduled_s"] - times["neutral_s"])
print(f"adherence {pooled:.1%} pooled, {view.adherence['adherence'].mean():.1%} as a mean of agents and days")
view.exceptions.sort_values("minutes", ascending=False).head(8)

# %%
charts.adherence_gantt(view.schedule, view.agent_states, view.exceptions)
# %% [markdown]
# ## The scorecard
#
# Each figure with its numerator and denominator; where something was not measured the figure is null and says why.

# %%
view.scorecard[["kpi", "queue", "value", "unit", "n", "target", "status", "why_null"]]
