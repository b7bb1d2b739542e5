"""Many questions at once: a table of cases in, the same table with the answers out."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from staffing.inputs import DOMAINS, MOST_ERLANGS
from staffing.queueing import MODELS, Array, QueueModel, Workload, steady_state
from staffing.search import gross_staff, least_agents
from staffing.targets import Limits
from wfm.errors import Finding, Findings, InputError
from wfm.params import Shrinkage

REQUIRED_INPUTS = ("calls", "interval_s", "aht_s")
OPTIONAL_INPUTS = (
    "patience_s",
    "agents",
    "threshold_s",
    "target_sl",
    "target_threshold_s",
    "target_asa_s",
    "target_occupancy",
    "shrinkage",
)
ASKING = ("agents", "target_sl", "target_asa_s", "target_occupancy")
_SHARES = ("target_sl", "target_occupancy", "shrinkage")
_LEVELS = {
    "sl_offered": "service_level",
    "sl_excl_short_abn": "sl_excl_short_abn",
    "sl_answered": "sl_answered",
    "sl_incl_short_abn": "sl_incl_short_abn",
    "sl_virtual": "sl_virtual",
}
_MEASURES = (
    {"p_wait": "p_wait"}
    | _LEVELS
    | {
        "asa_answered_s": "asa_s",
        "wait_all_s": "wait_all_s",
        "wait_virtual_s": "wait_virtual_s",
        "occupancy": "occupancy",
        "p_abandon": "abandonment",
        "queue_len": "queue_len",
    }
)
_COUNTS = ("min_agents_sl", "min_agents_asa", "min_agents_occ", "min_agents_all", "gross_sl", "gross_all")
RESULTS = (*_MEASURES, *_COUNTS)


def solve_cases(table: pd.DataFrame, source: str = "", known: Iterable[Finding] = ()) -> tuple[pd.DataFrame, Findings]:
    """Answer every row of a table of cases: Erlang A where `patience_s` is given, else Erlang C.

    Parameters
    ----------
    table : DataFrame
        Columns calls, interval_s, aht_s, and as far as asked patience_s, agents and threshold_s (performance),
        target_sl with target_threshold_s (threshold_s where that is blank), target_asa_s, target_occupancy (least
        agents), shrinkage (staff). Numbers or text, shares also as 80 %; blank means not asked. Other columns pass
        through.
    source : str
        File named in the findings.
    known : iterable of Finding
        What was found while reading; rows with an error are left null.

    Returns
    -------
    DataFrame
        The table with the columns `RESULTS` behind it, null where not asked or where the row is bad. Waits in
        seconds, shares of calls offered unless the name says otherwise.
    Findings
        One error per bad cell, rows counted with the header as row 1; a note where the table held result columns, a
        warning where no row asks anything.

    Raises
    ------
    InputError
        For a missing column or a table without rows.
    """
    source = source or "cases"
    _refuse_unusable(table, source)
    findings = Findings(known)
    inputs = {name: _numbers(table, name, source, findings) for name in (*REQUIRED_INPUTS, *OPTIONAL_INPUTS)}
    inputs["target_threshold_s"] = np.where(
        np.isnan(inputs["target_threshold_s"]), inputs["threshold_s"], inputs["target_threshold_s"]
    )
    _find_incomplete(inputs, source, findings)
    bad = {finding.row for finding in findings.of("error")}
    good = np.array([row not in bad for row in range(2, len(table) + 2)])

    answers = _solve({name: values[good] for name, values in inputs.items()})
    replaced = [name for name in RESULTS if name in table.columns]
    if replaced:
        found = f"result columns, computed anew: {', '.join(replaced)}"
        findings.add(Finding(source, "replaced-column", found, severity="note"))
    if np.isnan([inputs[name] for name in ASKING]).all():
        wanted = f"one of {', '.join(ASKING)} filled in some row at least"
        findings.add(Finding(source, "nothing-asked", "no question", wanted, severity="warning"))
    results = pd.DataFrame(np.nan, index=table.index, columns=list(RESULTS))
    for name, values in answers.items():
        results.loc[good, name] = values
    results = results.astype(dict.fromkeys(_COUNTS, "Int64"))
    return pd.concat([table.drop(columns=replaced), results], axis=1), findings


def _refuse_unusable(table: pd.DataFrame, source: str) -> None:
    missing = [
        Finding(source, "missing-column", "no such column", DOMAINS[name].expected, column=name)
        for name in REQUIRED_INPUTS
        if name not in table.columns
    ]
    if missing:
        raise InputError(missing)
    if table.empty:
        raise InputError(Finding(source, "empty-table", "no rows", "one case a row"))


def _numbers(table: pd.DataFrame, name: str, source: str, findings: Findings) -> Array:
    """One input column as floats, nan where blank, missing or, with a finding, senseless."""
    if name not in table.columns:
        return np.full(len(table), np.nan)
    cells = table[name].tolist()
    blank = np.array([_is_blank(cell) for cell in cells])
    values = np.array([_number(cell, name in _SHARES) for cell in cells])
    broken = DOMAINS[name].broken_by(values) & (~blank | (name in REQUIRED_INPUTS))
    for row in np.flatnonzero(broken):
        found = "nothing" if blank[row] else f'"{cells[row]}"'
        wanted = DOMAINS[name].wanted(values[row])
        findings.add(Finding(source, "bad-number", found, wanted, row=int(row) + 2, column=name))
    return np.where(broken, np.nan, values)


def _is_blank(cell: Any) -> bool:
    return bool(pd.isna(cell)) or not str(cell).strip()


def _number(cell: Any, is_share: bool) -> float:
    """The number in a cell, nan where there is none; a share may be written as 80 %."""
    text = str(cell).strip()
    percent = is_share and text.endswith("%")
    try:
        return float(Fraction(text[:-1].strip()) / 100) if percent else float(text)
    except (ValueError, ZeroDivisionError):
        return np.nan


def _find_incomplete(inputs: dict[str, Array], source: str, findings: Findings) -> None:
    work = Workload(inputs["calls"], inputs["interval_s"], inputs["aht_s"])
    for row in np.flatnonzero(work.load_erl > MOST_ERLANGS):
        found, wanted = f"{work.load_erl[row]:g} erlangs", f"at most {MOST_ERLANGS:,.0f}"
        findings.add(Finding(source, "too-much-load", found, wanted, row=int(row) + 2, column="calls"))
    for row in np.flatnonzero(~np.isnan(inputs["target_sl"]) & np.isnan(inputs["target_threshold_s"])):
        expected = f"{DOMAINS['target_threshold_s'].expected} beside target_sl"
        findings.add(
            Finding(source, "no-threshold", "nothing", expected, row=int(row) + 2, column="target_threshold_s")
        )


def _solve(inputs: dict[str, Array]) -> dict[str, Array]:
    answers = {name: np.full(inputs["calls"].shape, np.nan) for name in RESULTS}
    patient = np.isnan(inputs["patience_s"])
    for model, rows in (("erlang_c", patient), ("erlang_a", ~patient)):
        chosen = {name: values[rows] for name, values in inputs.items()}
        queue = MODELS[model]
        traits = {name: chosen[name] for name in queue.needs}
        work = Workload(chosen["calls"], chosen["interval_s"], chosen["aht_s"], traits)
        for name, values in (_measures(queue, work, chosen) | _least(queue, work, chosen)).items():
            answers[name][rows] = values
    for name in ("sl", "all"):
        answers[f"gross_{name}"] = _gross(answers[f"min_agents_{name}"], inputs["shrinkage"])
    return answers


def _measures(queue: QueueModel, work: Workload, inputs: dict[str, Array]) -> dict[str, Array]:
    unasked, no_threshold = np.isnan(inputs["agents"]), np.isnan(inputs["threshold_s"])
    found = steady_state(queue, work, np.nan_to_num(inputs["agents"]), np.nan_to_num(inputs["threshold_s"]))
    return {
        name: np.where(unasked | (no_threshold & (name in _LEVELS)), np.nan, getattr(found, metric))
        for name, metric in _MEASURES.items()
    }


def _least(queue: QueueModel, work: Workload, inputs: dict[str, Array]) -> dict[str, Array]:
    off = np.full(work.calls.shape, np.nan)
    within_s = np.nan_to_num(inputs["target_threshold_s"])
    asked = {
        "min_agents_sl": Limits(inputs["target_sl"], within_s, off, off, off),
        "min_agents_asa": Limits(off, within_s, inputs["target_asa_s"], off, off),
        "min_agents_occ": Limits(off, within_s, off, inputs["target_occupancy"], off),
    }
    least = {
        name: np.where(limits.asked(), least_agents(queue, work, limits), np.nan) for name, limits in asked.items()
    }
    return least | {"min_agents_all": np.fmax.reduce(list(least.values()))}


def _gross(agents: Array, shrinkage: Array) -> Array:
    staff = np.full(agents.shape, np.nan)
    for rate in np.unique(shrinkage[~np.isnan(shrinkage)]):
        rows = (shrinkage == rate) & ~np.isnan(agents)
        staff[rows] = gross_staff(agents[rows].astype(np.int64), Shrinkage(rate))
    return staff
