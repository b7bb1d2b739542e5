"""The two steps of the story: a year of history, then the live week on the schedule that was published for it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from demo.aftermath import books_of, cases_of, sales_of, surveys_of
from demo.arrivals import arrivals_of
from demo.centre import queues_of
from demo.people import Crew, crew_of
from demo.spec import DemoSpec, DemoTables, Progress, Span, silent
from wfm.contracts import COSTS, SCHEDULE


def history(spec: DemoSpec, progress: Progress = silent) -> DemoTables:
    """The weeks before the live week, lived on the centre's own rotating roster.

    Parameters
    ----------
    spec : DemoSpec
    progress : callable
        Takes one line of narration a step.

    Returns
    -------
    DemoTables
        Calls and what followed from them for all weeks, agent states and schedules for the last
        `detail_weeks`, costs for the whole months within.
    """
    from demo.roster import published_roster

    crew = crew_of(spec)
    span = Span(spec.first_day, 7 * spec.weeks, spec.timezone)
    progress("making the roster of the year")
    schedule = published_roster(spec, crew)
    tables = _live(spec, crew, span, schedule, progress)
    kept = spec.live_week - dt.timedelta(weeks=min(spec.detail_weeks, spec.weeks))
    since = pd.Timestamp(kept, tz=spec.timezone)
    return DemoTables(
        calls=tables.calls,
        agent_states=tables.agent_states[tables.agent_states["start"] >= since].reset_index(drop=True),
        schedule=schedule[schedule["start"] >= since].reset_index(drop=True),
        surveys=tables.surveys,
        sales=tables.sales,
        cases=tables.cases,
        costs=books_of(spec, crew, span, tables.calls, tables.sales),
    )


def live_week(spec: DemoSpec, schedule: pd.DataFrame, progress: Progress = silent) -> DemoTables:
    """The live week, lived on the schedule that was published for it.

    The calls that come in, who falls ill and who comes late do not depend on the schedule: only what becomes
    of the calls does.

    Parameters
    ----------
    spec : DemoSpec
    schedule : DataFrame
        Contract `schedule`. Phone stretches with a queue serve that queue alone, those without one serve the
        agent's skills in order.
    progress : callable
        Takes one line of narration a step.

    Returns
    -------
    DemoTables
        The schedule is the one given; costs are empty, since no month has been closed.

    Raises
    ------
    InputError
        If the schedule names an agent, queue or activity that the centre does not have, or another week.
    """
    span = Span(spec.live_week, 7, spec.timezone)
    return _live(spec, crew_of(spec), span, SCHEDULE.validate(schedule), progress)


def _live(spec: DemoSpec, crew: Crew, span: Span, schedule: pd.DataFrame, progress: Progress) -> DemoTables:
    from demo.conduct import plans_of, skill_sets
    from demo.floor import simulate
    from demo.records import call_log, callers, state_log

    progress("drawing the calls")
    arrivals = arrivals_of(spec, crew, span.first, span.days)
    items = plans_of(spec, crew, schedule, span)
    progress(f"simulating {len(arrivals):,} calls")
    room = np.array([queue.room for queue in queues_of(spec)])
    lived, changes = simulate(callers(arrivals), items, skill_sets(spec, crew), room, crew.speed)
    progress("writing down what happened")
    calls = call_log(spec, crew, arrivals, lived, span)
    return DemoTables(
        calls=calls,
        agent_states=state_log(spec, crew, changes),
        schedule=schedule,
        surveys=surveys_of(spec, crew, span, calls),
        sales=sales_of(spec, crew, span, calls),
        cases=cases_of(spec, span, calls),
        costs=COSTS.empty(spec.timezone),
    )
