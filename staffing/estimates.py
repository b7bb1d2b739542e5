"""What a call log tells of callers and calls, queue by queue: patience, handle time, and how sure both are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from staffing.handlefit import FEW_HANDLED, HandleFit, fit_handle_times
from staffing.handletimes import HandleTimes
from staffing.patience import estimate_patience
from wfm.callfacts import handle_time_s, is_offered
from wfm.contracts import CALLS, ESTIMATES
from wfm.errors import Finding, Findings, InputError
from wfm.units import format_duration

AT_S = (60.0, 180.0)
MISFIT = 0.15
MANY_ZEROS = 0.02
MINUTES_BELOW_S = 15.0


def estimate(calls: pd.DataFrame) -> tuple[pd.DataFrame, Findings]:
    """Patience and handle times of every queue of a call log, as staffing and simulation take them.

    Patience as `estimate_patience` gives it, handle times as `fit_handle_times`; offered calls count.

    Parameters
    ----------
    calls : DataFrame
        Contract ``calls``.

    Returns
    -------
    DataFrame
        Contract ``estimates``, by queue. Null where the log can't tell: patience where nobody hung up, its upper end
        where it has none, the shape where fewer than 30 handle times are known.
    Findings
        Whatever makes a figure less sure than it looks; `findings` of each row says the same in words.

    Raises
    ------
    InputError
        If the calls break their contract, or none was offered.
    """
    frame = CALLS.validate(calls.reset_index(drop=True))
    offered = frame[is_offered(frame)].reset_index(drop=True)
    if offered.empty:
        raise InputError(Finding("calls", "no-rows", "no offered call", "a call log"))
    patience, findings = estimate_patience(offered, AT_S)
    waits = patience.set_index("queue")
    handle = pd.Series(handle_time_s(offered), offered.index)
    rows = []
    for queue, group in handle.groupby(offered["queue"], sort=True, observed=True):
        known = group.dropna().to_numpy(float)
        fit = fit_handle_times(known) if len(known) else None
        said = [*_of_patience(queue, waits, findings), *_of_handling(str(queue), fit, known)]
        findings.extend(one for one in said if one.rule != "few-abandoned")
        rows.append(
            {"queue": queue}
            | _patience_columns(queue, waits)
            | _handle_columns(fit)
            | {"findings": "; ".join(_words(one) for one in said) or None}
        )
    table = pd.DataFrame(rows).replace([np.inf, -np.inf], np.nan)
    kinds = {"offered": "int64", "abandoned": "int64"}
    return ESTIMATES.validate(table.astype(kinds)[ESTIMATES.names]), findings


def patience_of(estimates: pd.DataFrame, queues: Sequence[str]) -> dict[str, float]:
    """Mean patience of the queues that have one [s].

    Raises
    ------
    InputError
        For every queue without an estimate.
    """
    rows = _rows_of(estimates, queues)["patience_s"].dropna()
    return {str(queue): float(value) for queue, value in rows.items() if value > 0}


def handle_times_of(estimates: pd.DataFrame, queues: Sequence[str]) -> dict[str, HandleTimes]:
    """Handle times of the queues whose spread is known; lognormal, the usual shape, where the shape is not.

    Raises
    ------
    InputError
        For every queue without an estimate.
    """
    rows = _rows_of(estimates, queues)
    shapes = rows["handle_shape"] if "handle_shape" in rows else pd.Series(None, rows.index, dtype=object)
    found = {}
    for queue, cv in rows["handle_cv"].dropna().items():
        kind = shapes[queue] if isinstance(shapes[queue], str) else "lognormal"
        found[str(queue)] = HandleTimes(kind, cv) if cv > 0 else HandleTimes("deterministic")
    return found


def _rows_of(estimates: pd.DataFrame, queues: Sequence[str]) -> pd.DataFrame:
    rows = ESTIMATES.validate(estimates).set_index("queue")
    known = ", ".join(rows.index)
    missing = [
        Finding("estimates", "no-estimate", f"no row of queue {queue}", f"one of each queue (there are: {known})")
        for queue in queues
        if queue not in rows.index
    ]
    if missing:
        raise InputError(missing)
    return rows.loc[list(queues)]


def _patience_columns(queue: object, waits: pd.DataFrame) -> dict[str, float]:
    names = {"low_s": "patience_low_s", "high_s": "patience_high_s", "median_s": "patience_median_s"}
    if queue not in waits.index:
        columns = ("patience_s", *names.values(), *(f"waiting_{at:g}s" for at in AT_S))
        return {"offered": 0, "abandoned": 0} | dict.fromkeys(columns, np.nan)
    return waits.loc[queue].drop("waited_s").rename(names).to_dict()


def _handle_columns(fit: HandleFit | None) -> dict[str, Any]:
    names = ("aht_s", "aht_low_s", "aht_high_s")
    if fit is None:
        numbers = (*names, "handle_cv", "handle_cv_low", "handle_cv_high", "handle_p50_s", "handle_p90_s")
        return {"handled": 0, "left_out": 0, "handle_shape": None, "handle_misfit": np.nan} | dict.fromkeys(
            numbers, np.nan
        )
    facts = asdict(fit)
    return {name: facts[name] for name in ("left_out", *names)} | {
        "handled": fit.calls,
        "handle_cv": fit.cv,
        "handle_cv_low": fit.cv_low,
        "handle_cv_high": fit.cv_high,
        "handle_shape": fit.shape or None,
        "handle_misfit": fit.misfit,
        "handle_p50_s": fit.quantiles_s[0.50],
        "handle_p90_s": fit.quantiles_s[0.90],
    }


def _of_patience(queue: object, waits: pd.DataFrame, findings: Findings) -> list[Finding]:
    if queue not in waits.index:
        fix = "patience can't be told"
        return [Finding(f"queue {queue}", "no-wait", "no call with a known wait", fix=fix, severity="warning")]
    return [one for one in findings if one.source == f"queue {queue}" and one.rule == "few-abandoned"]


def _of_handling(queue: str, fit: HandleFit | None, known: np.ndarray) -> list[Finding]:
    source, found = f"queue {queue}", []

    def note(
        rule: str, what: str, expected: str = "", fix: str = "", severity: str = "warning", count: int = 1
    ) -> None:
        found.append(Finding(source, rule, what, expected, fix, severity=severity, count=count))  # type: ignore[arg-type]

    if fit is None:
        note("no-handle-time", "no answered call with a known handle time", "talk, hold or after-call work")
        return found
    if fit.calls < FEW_HANDLED:
        band = f"an AHT of {fit.aht_low_s:.0f} s to {fit.aht_high_s:.0f} s fits them" if fit.calls > 1 else ""
        note("few-handled", f"{fit.calls} handle times", f"{FEW_HANDLED} or more", band)
    if fit.left_out:
        share = known[known > fit.fence_s].sum() / known.sum()
        plural = "s" * (fit.left_out > 1)
        what = (
            f"{fit.left_out} handle time{plural} above {format_duration(fit.fence_s)}, {share:.2%} of all handle time"
        )
        note("long-handling", what, fix="left out, as of calls left open", severity="note")
    if (zeros := int((known == 0).sum())) > MANY_ZEROS * len(known):
        note("zero-handling", f"{zeros} of {len(known)} handle times of 0 s", fix="they count as answered in no time")
    if 0 < fit.aht_s < MINUTES_BELOW_S:
        note("short-handling", f"a mean handle time of {fit.aht_s:.1f} s", "seconds", "are they minutes?")
    if fit.misfit > MISFIT:
        what = f"handle times that are {fit.misfit:.0%} off their best shape, {fit.shape}, at some quantile"
        note("odd-shape", what, fix="simulation by replay draws them as they were", severity="note")
    return found


def _words(finding: Finding) -> str:
    return str(finding).partition(": ")[2].removeprefix("found ")
