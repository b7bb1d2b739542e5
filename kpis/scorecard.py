"""Every KPI asked for, per group and period, with its target and, where it is unknown, the reason."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from kpis.engine import aggregate, connect
from kpis.kpi import KPIS, Kpi, Measure
from kpis.periods import check_period, period_start
from kpis.tables import DEFAULT_ANSWER_WITHIN_S, TABLES, AnswerWithin, Calendar, load, recorded_columns
from wfm.errors import UsageProblem
from wfm.timeaxis import check_timezone

Targets = Mapping[str, Mapping[str, float]]
Recorded = Mapping[str, set[str]]

_TEXT = pd.Index([], dtype="str").dtype
_SUMS = ["numerator", "denominator", "n"]
_FIGURES = ["value", "numerator", "denominator", "n", "unit", "better", "target", "status", "why_null"]


def scorecard(
    tables: Mapping[str, pd.DataFrame],
    *,
    kpis: Sequence[str] = (),
    by: Sequence[str] = ("queue",),
    period: str = "week",
    targets: Targets | None = None,
    answer_within_s: AnswerWithin = DEFAULT_ANSWER_WITHIN_S,
    timezone: str,
) -> pd.DataFrame:
    """Compute the scorecard.

    A ratio over a group is sum over sum. Totals are rows in which the group is null; rows of a table that
    have no name in a group column are the group ``(none)``. A KPI is given in totals only over a group that
    its table does not have, or that would mislead. Sums are exact, so that the same input gives the same
    bytes.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Frames by contract name, such as interval_history, calls, agent_states, adherence; ``presence`` is
        a frame with queue, interval_start, handling_s and available_s.
    kpis : sequence of str
        Ids; all KPIs when empty.
    by : sequence of str
        Text columns to group by, outer first; the totals are those of each outer level.
    period : {"day", "week", "month", "all"}
        Buckets of the local calendar; weeks start on Monday.
    targets : mapping, optional
        Queue to KPI to target; the queue ``""`` holds for every queue and for the totals.
    answer_within_s : float or mapping of queue to float
        Service-level threshold for calls [s]; the queue ``""`` gives the default.
    timezone : str
        IANA name of the calendar.

    Returns
    -------
    DataFrame
        Contract `scorecard` with the columns of `by` as groups, sorted by KPI, group and period, totals last.
        What cannot be computed is one row with a null value and the reason in why_null.

    Raises
    ------
    UsageProblem
        If a KPI, group, period or table is unknown; names the nearest.
    InputError
        If a column that is read is not what its contract says.
    """
    check_timezone(timezone)
    calendar = Calendar(check_period(period), timezone)
    _require_known("table", tables, TABLES)
    _require_known("target", (kpi for wanted in (targets or {}).values() for kpi in wanted), KPIS)
    _require_known("group", by, _group_names(tables.values()))
    definitions = {name: KPIS[name] for name in sorted(set(kpis or KPIS))}
    recorded = {name: recorded_columns(frame) for name, frame in tables.items()}
    chosen = {name: measure for name, kpi in definitions.items() if (measure := _choose(kpi, recorded))}
    sums = _sums(tables, chosen, by, calendar, answer_within_s)
    found = set(sums["kpi"]) if len(sums) else set()
    missing = [
        {"kpi": name, "why": f"no rows in {chosen[name].table}" if name in chosen else _needs(kpi, recorded)}
        for name, kpi in definitions.items()
        if name not in found
    ]
    frames = [frame for frame in (sums, pd.DataFrame(missing)) if len(frame)]
    return _finished(pd.concat(frames, ignore_index=True), by, targets or {}, calendar)


def _require_known(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    choices = sorted(known)
    for name in names:
        if name not in choices:
            near = difflib.get_close_matches(name, choices, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise UsageProblem(f'unknown {kind} "{name}", expected one of {", ".join(choices)}{hint}')


def _group_names(frames: Iterable[pd.DataFrame]) -> set[str]:
    texts = {column.name for table in TABLES.values() for column in table.columns if column.kind == "text"}
    return (texts | {column for frame in frames for column in frame}) - {"kpi", "period_start", *_FIGURES}


def _choose(kpi: Kpi, recorded: Recorded) -> Measure | None:
    """The first way to compute a KPI whose table and columns are there."""
    return next((m for m in kpi.measures if m.table in recorded and recorded[m.table].issuperset(m.needs)), None)


def _needs(kpi: Kpi, recorded: Recorded) -> str:
    """The columns that the tables given lack; the tables that would do where none was given."""
    given = [measure for measure in kpi.measures if measure.table in recorded]
    if not given:
        return f"needs {' or '.join(dict.fromkeys(measure.table for measure in kpi.measures))}"
    missing = [", ".join(f"{m.table}.{c}" for c in m.needs if c not in recorded[m.table]) for m in given]
    return f"needs {' or '.join(missing)}"


def _sums(
    tables: Mapping[str, pd.DataFrame],
    chosen: Mapping[str, Measure],
    by: Sequence[str],
    calendar: Calendar,
    answer_within_s: AnswerWithin,
) -> pd.DataFrame:
    """Numerator, denominator and n of every KPI, group and period: one query a table and set of groups."""
    batches: dict[tuple[str, tuple[str, ...]], dict[str, Measure]] = {}
    for name, measure in chosen.items():
        groups = tuple(g for g in by if g in tables[measure.table] and g not in KPIS[name].not_by)
        batches.setdefault((measure.table, groups), {})[name] = measure
    sums = []
    with connect() as connection:
        for (table, groups), measures in batches.items():
            loaded = load(table, tables[table], measures.values(), groups, calendar, answer_within_s)
            rows = aggregate(connection, loaded, measures, len(groups))
            rows = rows.rename(columns={f"g{number}": f"g{by.index(group)}" for number, group in enumerate(groups)})
            ratios = {name for name, measure in measures.items() if measure.denominator is not None}
            sums.append(rows.assign(is_ratio=rows["kpi"].isin(ratios)))
    return pd.concat(sums, ignore_index=True) if sums else pd.DataFrame()


def _finished(sums: pd.DataFrame, by: Sequence[str], targets: Targets, calendar: Calendar) -> pd.DataFrame:
    """Values, units, targets and reasons for the sums, in order."""
    groups = [f"g{number}" for number in range(len(by))]
    sums = sums.reindex(columns=["kpi", *groups, "period_day", *_SUMS, "is_ratio", "why"])
    sums = sums.astype(dict.fromkeys(["why", *groups], _TEXT))
    sums = sums.sort_values(["kpi", *groups, "period_day"], ignore_index=True)
    numerator, denominator, n = (sums[name].astype("float64") for name in _SUMS)
    value = (numerator / denominator.where(denominator != 0)).where(sums["is_ratio"].eq(True), numerator)
    definitions = [KPIS[name] for name in sums["kpi"]]
    better = pd.Series([kpi.better for kpi in definitions])
    queues = sums[groups[by.index("queue")]] if "queue" in by else [None] * len(sums)
    goals = [_target(targets, queue, kpi) for queue, kpi in zip(queues, sums["kpi"], strict=True)]
    target = pd.Series(goals, dtype="float64")
    has_period = pd.Series(calendar.period != "all", index=sums.index)
    days = sums["period_day"].astype("float64").where(has_period)
    card = {
        "period_start": period_start(days, calendar.timezone),
        "value": value,
        "numerator": numerator,
        "denominator": denominator,
        "n": n,
        "unit": [kpi.unit for kpi in definitions],
        "better": better,
        "target": target,
        "status": _status(value, target, better),
        "why_null": sums["why"]
        .fillna(pd.Series([kpi.why_null for kpi in definitions], dtype=_TEXT))
        .where(value.isna()),
    }
    return sums[["kpi", *groups]].set_axis(["kpi", *by], axis=1).assign(**card)


def _target(targets: Targets, queue: object, kpi: str) -> float | None:
    own = targets.get(queue, {}) if isinstance(queue, str) else {}
    return own.get(kpi, targets.get("", {}).get(kpi))


def _status(value: pd.Series, target: pd.Series, better: pd.Series) -> pd.Series:
    met = (value >= target).where(better == "higher", value <= target)
    judged = value.notna() & target.notna() & (better != "context")
    return met.map({True: "met", False: "missed"}).where(judged)
