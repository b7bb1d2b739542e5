"""Plan held-back weeks of a real call log from the weeks before, by six ways to staff, and replay what came.

Each week is forecast at its Monday; patience and handle times are estimated from the thirteen weeks before. Every way
has the same target, 80 % of offered calls answered in 20 s in every interval. Then every call of the week arrives when
it did and is handled as long as it was; only patience is drawn. Hours are agent-hours on the phone, without shrinkage.

Usage: python benchmarks/replay_real_week.py CALLS [WEEKS [QUEUE ...]]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pandas as pd

import forecasting
import ingest
import staffing
from staffing.demand import Demand
from staffing.estimates import handle_times_of, patience_of
from staffing.replaying import over_days, replay_days
from wfm.params import Horizon, QueueSpec, ServiceTarget
from wfm.timeaxis import monday_of

INTERVAL_S, TIMEZONE, COUNTRY = 1800, "Europe/Amsterdam", "NL"
TARGET = ServiceTarget(0.80, 20.0, max_occupancy=None)
WEEKS, QUEUES, BEFORE = 8, ("5", "2", "11"), pd.Timedelta(weeks=13)
TRIALS, REPLAYS = 2000, 40
WAYS = {
    "Erlang C": ("erlang_c", "sipp", None),
    "Erlang A": ("erlang_a", "sipp", None),
    "MOL, Erlang A": ("erlang_a", "mol", None),
    "simulation": ("simulation", "sipp", None),
    "Erlang C, expected": ("erlang_c", "sipp", "expected"),
    "Erlang A, expected": ("erlang_a", "sipp", "expected"),
    "MOL, Erlang A, expected": ("erlang_a", "mol", "expected"),
    "simulation, expected": ("simulation", "sipp", "expected"),
}


class Week:
    """One held-back week: what was known on its Monday."""

    def __init__(self, calls: pd.DataFrame, history: pd.DataFrame, monday: pd.Timestamp, queues: list[str]) -> None:
        known = history[history["interval_start"] < monday]
        horizon = Horizon(monday.date(), 7, INTERVAL_S, TIMEZONE)
        made = forecasting.forecast(known.reset_index(drop=True), horizon, country=COUNTRY, n_jobs=2)
        self.forecast = made.frame[made.frame["queue"].isin(queues)].reset_index(drop=True)
        recent = calls[(calls["offered_at"] < monday) & (calls["offered_at"] >= monday - BEFORE)]
        table, _ = staffing.estimate(recent)
        self.patience_s, self.handle = patience_of(table, queues), handle_times_of(table, queues)
        end = (monday + pd.Timedelta(days=7)).normalize()
        self.actual = history[(history["interval_start"] >= monday) & (history["interval_start"] < end)]
        self.calls = calls[(calls["offered_at"] >= monday - BEFORE) & (calls["offered_at"] < end)]
        self.queues = queues

    def specs(self, model: str) -> dict[str, QueueSpec]:
        return {q: QueueSpec(q, TARGET, model=model, patience_s=self.patience_s[q]) for q in self.queues}

    def plan(self, model: str, load: str, risk: str | None) -> pd.DataFrame:
        """Agents by queue and interval."""
        demand, trials = Demand(load, risk, by_queue=self.handle), staffing.Trials(days=TRIALS)
        specs = self.specs(model)
        return staffing.requirement(self.forecast, specs, interval_s=INTERVAL_S, demand=demand, trials=trials)

    def known(self) -> pd.DataFrame:
        """Agents for the calls that came, as if they had been forecast exactly."""
        own = self.actual[self.actual["queue"].isin(self.queues)]
        truth = own[["queue", "interval_start", "aht_s"]].assign(calls=own["offered"])
        usual = truth.groupby("queue")["aht_s"].transform("mean")
        truth = truth.assign(aht_s=truth["aht_s"].fillna(usual)).reset_index(drop=True)
        demand = Demand("mol", None, by_queue=self.handle)
        return staffing.requirement(truth, self.specs("erlang_a"), interval_s=INTERVAL_S, demand=demand)

    def replay(self, plan: pd.DataFrame) -> pd.DataFrame:
        """The week's days with the agents of a plan."""
        agents = plan[["queue", "interval_start", "agents"]]
        specs = self.specs("erlang_a")
        return replay_days(self.calls, agents, specs, interval_s=INTERVAL_S, replications=REPLAYS).days


def weeks_of(path: str, count: int, queues: list[str]) -> Iterator[Week]:
    reading = ingest.read_history([path], interval_s=INTERVAL_S, timezone=TIMEZONE)
    assert reading.calls is not None
    # The last week counts if the log reaches its Saturday: on Sundays the centre is closed.
    last = monday_of(reading.calls["offered_at"].max() + pd.Timedelta(days=2)) - pd.Timedelta(days=7)
    for back in reversed(range(count)):
        monday = (pd.Timestamp(last) - pd.Timedelta(weeks=back)).tz_localize(TIMEZONE)
        yield Week(reading.calls, reading.frame, monday, queues)


def summary(name: str, days: pd.DataFrame, cpu_s: float | None) -> str:
    total = over_days(days.assign(queue="all")).iloc[0]
    planning = "" if cpu_s is None else f"{cpu_s:>9.1f} s"
    return (
        f"{name:<26}{total['agent_hours']:>9,.0f}{total['service_level']:>9.1%}"
        f"{total['days_met']:>5d} of {total['days']:<3d}"
        f"{total['short_intervals'] / total['intervals']:>9.1%}{total['asa_s']:>7.0f} s{total['abandonment']:>9.1%}"
        f"{total['occupancy']:>9.1%}{planning}"
    )


def show(title: str, replayed: dict[str, pd.DataFrame], cpu: dict[str, float]) -> None:
    print(f"\n{title}")
    columns = ("hours", "in 20 s", "days met", "short", "ASA", "lost", "busy", "planning")
    widths = (9, 9, 12, 9, 9, 9, 9, 11)
    print(" " * 26 + "".join(f"{name:>{width}}" for name, width in zip(columns, widths, strict=True)))
    for name, days in replayed.items():
        print(summary(name, days, cpu.get(name)))
    log = next(iter(replayed.values()))
    total = over_days(log.assign(queue="all")).iloc[0]
    met = int((log["log_service_level"] >= TARGET.service_level).sum())
    print(
        f"{'as it was (log)':<26}{'–':>9}{total['log_service_level']:>9.1%}{met:>5d} of {len(log):<3d}{'':>9}"
        f"{total['log_asa_s']:>7.0f} s{total['log_abandonment']:>9.1%}"
    )


def main(path: str, count: int, queues: list[str]) -> None:
    replayed: dict[str, list[pd.DataFrame]] = {}
    cpu: dict[str, float] = {}
    for week in weeks_of(path, count, queues):
        both = week.forecast.merge(week.actual, on=["queue", "interval_start"])
        error = both["calls"].sum() / both["offered"].sum() - 1
        handled = (both["aht_s_x"] * both["offered"]).sum() / (both["aht_s_y"] * both["offered"]).sum() - 1
        print(f"{week.forecast['interval_start'].min():%Y-%m-%d}: forecast calls {error:+.1%}, AHT {handled:+.1%}")
        for name, way in (WAYS | {"MOL, Erlang A, calls known": None}).items():
            start = time.process_time()
            plan = week.known() if way is None else week.plan(*way)
            cpu[name] = cpu.get(name, 0.0) + time.process_time() - start
            replayed.setdefault(name, []).append(week.replay(plan))
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in replayed.items()}
    for queue in queues:
        show(f"queue {queue}", {n: t[t["queue"] == queue] for n, t in tables.items()}, {})
    show("all queues", tables, cpu)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else WEEKS, sys.argv[3:] or list(QUEUES))
