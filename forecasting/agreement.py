"""Forecasts of queues changed so that they agree with those of their skill group and of the centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.calendars import Calendar
from forecasting.explanation import TYPICAL
from forecasting.hierarchy import DayTotals, forecast_sum, reconcile, sums_of
from forecasting.learnable import learnable
from forecasting.models import CannotFit
from forecasting.notes import about
from forecasting.onequeue import Outcome, calls_and_handle_times
from forecasting.series import Series
from forecasting.sisters import SHORT_WEEKS
from wfm.errors import Finding, Findings

AGREEMENT = "agreement with group and centre"


def agreed(
    outcomes: Sequence[Outcome], series: Sequence[Series], groups: Mapping[str, str], calendar: Calendar
) -> tuple[list[Outcome], Findings]:
    """Reconcile the forecasts of one centre.

    Groups and the centre are forecast from their summed histories by the day-total model. Days on which a member
    does not keep its weekday's usual hours are left as they are, as are queues with under ten weeks of history: in
    a sum that they have just joined they would look like growth, and draw the others down.

    Parameters
    ----------
    outcomes : sequence of Outcome
    series : sequence of Series
        The history of each of them, in the same order.
    groups : mapping of str to str
    calendar : Calendar

    Returns
    -------
    list of Outcome
        In the same order; calls, quantiles, explanation and futures agree.
    Findings
        What each sum was forecast at, and sums that could not be forecast.
    """
    forecasts = {place: outcome.days for place, outcome in enumerate(outcomes) if outcome.days is not None}
    short = [place for place in forecasts if series[place].weeks < SHORT_WEEKS]
    findings = Findings(_apart(series[place]) for place in short)
    forecasts = {place: days for place, days in forecasts.items() if place not in short}
    if len(forecasts) < 2:
        return list(outcomes), findings
    places, made = list(forecasts), list(forecasts.values())
    pasts = [learnable(series[place], calendar).series for place in places]
    members = sums_of([past.queue for past in pasts], groups)
    sums, failed = _forecast_sums(members, pasts, made, calendar)
    findings.extend(failed)
    base = np.column_stack([one.calls for one in made])
    reconciled = base
    if sums:
        tops = np.column_stack([np.where(one.as_usual, one.calls, np.nan) for one in sums.values()])
        variances = [np.column_stack([one.variance for one in of]) for of in (made, sums.values())]
        reconciled = reconcile(base, variances[0], tops, variances[1], np.array([members[name] for name in sums]))
    factors = np.divide(reconciled, base, out=np.ones(base.shape), where=base > 0)
    done = list(outcomes)
    for place, factor in zip(places, factors.T, strict=True):
        done[place] = _scaled(outcomes[place], factor)
    findings.extend(_said(name, one, base, reconciled, members[name]) for name, one in sums.items())
    return done, findings


def _apart(one: Series) -> Finding:
    found = f"{one.weeks:.0f} weeks of history"
    return about(one.queue, "not-reconciled", found, "it does not have to agree with group and centre")


def _forecast_sums(
    members: Mapping[str, np.ndarray], pasts: Sequence[Series], made: Sequence[DayTotals], calendar: Calendar
) -> tuple[dict[str, DayTotals], Findings]:
    sums, findings = dict[str, DayTotals](), Findings()
    for name, of in members.items():
        rows = np.flatnonzero(of).tolist()
        try:
            sums[name] = forecast_sum([pasts[row] for row in rows], [made[row] for row in rows], calendar)
        except CannotFit as problem:
            fix = "its queues do not have to agree with it"
            findings.add(Finding(name, "not-reconciled", str(problem), fix=fix, severity="warning"))
    return sums, findings


def _said(name: str, one: DayTotals, base: np.ndarray, reconciled: np.ndarray, members: np.ndarray) -> Finding:
    days = one.as_usual
    queues, agreed_on = (calls[days][:, members].sum() for calls in (base, reconciled))
    found = f"{one.calls[days].sum():,.0f} calls forecast from its own history, {queues:,.0f} from its queues"
    return Finding(name, "reconciled", found, fix=f"{agreed_on:,.0f} agreed on", severity="note")


def _scaled(outcome: Outcome, factor: np.ndarray) -> Outcome:
    """The outcome with each day's calls, counted from the end of the history, times `factor`, shape (days,)."""
    assert outcome.futures is not None
    assert outcome.frame is not None
    assert outcome.days is not None
    calls = outcome.futures.calls
    changed = replace(calls, mean=calls.mean * factor[calls.day])
    futures = replace(outcome.futures, calls=changed)
    frame = outcome.frame.assign(**calls_and_handle_times(futures))
    added = np.bincount(calls.day, changed.mean - calls.mean, minlength=len(factor))
    explanation = _with_agreement(outcome.explanation, pd.Series(added, pd.DatetimeIndex(outcome.days.days)))
    days = replace(outcome.days, calls=outcome.days.calls * factor)
    return replace(outcome, frame=frame, futures=futures, explanation=explanation, days=days)


def _with_agreement(explanation: pd.DataFrame, added: pd.Series) -> pd.DataFrame:
    """One part more a day: the calls added on it."""
    typical = explanation[explanation["part"] == TYPICAL]
    calls = added.reindex(typical["day"]).to_numpy().round(4)
    of_typical = typical["calls"].where(typical["calls"] > 0).to_numpy()
    parts = typical.assign(part=AGREEMENT, calls=calls, share=(calls / of_typical).round(6))
    return pd.concat([explanation, parts]).sort_values("day", kind="stable", ignore_index=True)
