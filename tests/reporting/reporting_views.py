"""A made-up centre for the tests of the page: three queues, half-hours, forty agents; every frame fits the next."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from reporting import PlanView, TrackView
from wfm.errors import Finding
from wfm.timeaxis import days_grid

ZONE = "Europe/Amsterdam"
MONDAY = dt.date(2026, 11, 23)
QUEUES = ("Billing", "Sales", "Technical support")
AHT_S = {"Billing": 312.0, "Sales": 245.0, "Technical support": 505.0}
PEAK = {"Billing": 52.0, "Sales": 31.0, "Technical support": 24.0}
SHRINKAGE = 0.12


def open_grid(monday: dt.date, *, interval_s: int = 1800, days: int = 7, zone: str = ZONE) -> pd.DatetimeIndex:
    """Monday to Saturday, 08:00 to 20:00."""
    grid = days_grid(monday, days, interval_s, zone)
    return grid[(grid.hour >= 8) & (grid.hour < 20) & (grid.day_of_week < 6)]


def expected(queue: str, grid: pd.DatetimeIndex) -> np.ndarray:
    hour = grid.hour + grid.minute / 60
    shape = np.exp(-((hour - 10.5) ** 2) / 7) + 0.75 * np.exp(-((hour - 15) ** 2) / 9) + 0.12
    weekday = np.array([1.25, 1.08, 1.0, 0.97, 0.92, 0.55, 0.0])[grid.day_of_week]
    return PEAK[queue] * shape * weekday


def rng(*key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([7, *key]))


def history(monday: dt.date, weeks: int, queues: tuple[str, ...] = QUEUES, zone: str = ZONE) -> pd.DataFrame:
    rows = []
    for rank, queue in enumerate(queues):
        grid = open_grid(monday, days=7 * weeks, zone=zone)
        days = grid.normalize().unique()
        busy = pd.Series([rng(rank, int(day.toordinal())).gamma(60, 1 / 60) for day in days], index=days)
        day_effect = busy[grid.normalize()].to_numpy()
        noise = rng(rank, monday.toordinal())
        offered = noise.poisson(expected(queue, grid) * day_effect).astype(float)
        abandoned = noise.binomial(offered.astype(int), 0.04).astype(float)
        answered = offered - abandoned
        aht_s = np.where(answered > 0, AHT_S[queue] * noise.gamma(40, 1 / 40, len(grid)), np.nan)
        rows.append(
            pd.DataFrame(
                {
                    "queue": queue, "interval_start": grid, "offered": offered, "answered": answered,
                    "abandoned": abandoned, "aht_s": aht_s,
                }
            )
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def forecast(monday: dt.date, queues: tuple[str, ...] = QUEUES, zone: str = ZONE) -> pd.DataFrame:
    rows = []
    for rank, queue in enumerate(queues):
        grid = open_grid(monday, zone=zone)
        mean = expected(queue, grid) * (1.18 if queue == "Sales" else 1.0)
        spread = np.sqrt(mean + (0.12 * mean) ** 2)
        z = {"05": -1.645, "10": -1.282, "25": -0.674, "50": 0, "75": 0.674, "90": 1.282, "95": 1.645}
        columns = {f"calls_p{name}": np.maximum(mean + value * spread, 0) for name, value in z.items()}
        rows.append(
            pd.DataFrame(
                {
                    "queue": queue, "interval_start": grid, "calls": mean, **columns, "aht_s": AHT_S[queue],
                    "model": ("top_down", "moving_average", "seasonal_naive")[rank % 3],
                    "cutoff": pd.Timestamp(monday).tz_localize(zone),
                }
            )
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def requirement(frame: pd.DataFrame) -> pd.DataFrame:
    load = frame["calls"] * frame["aht_s"] / 1800
    agents = np.ceil(load + 1.1 * np.sqrt(load) + 0.01).astype(int)
    return pd.DataFrame(
        {
            "queue": frame["queue"], "interval_start": frame["interval_start"], "calls": frame["calls"],
            "aht_s": frame["aht_s"], "load_erl": load, "agents": agents,
            "staff": np.ceil(agents / (1 - SHRINKAGE)).astype(int), "service_level": np.where(load > 0, 0.84, np.nan),
            "asa_s": 11.5, "occupancy": load / agents, "abandonment": 0.021,
            "binding": np.where(load > 12, "occupancy", "service_level"), "model": "erlang_a",
        }
    )  # fmt: skip


def coverage(need: pd.DataFrame) -> pd.DataFrame:
    hour = need["interval_start"].dt.hour
    off = np.where((hour == 12) & (need["interval_start"].dt.day_of_week < 2), -2.5, 0) + np.where(hour == 17, 1.0, 0)
    wobble = rng(3).choice([0, 0, 0, 0, 0.5, 1, -0.5], len(need))
    scheduled = (need["staff"] + off + wobble).clip(lower=0)
    return pd.DataFrame(
        {
            "queue": need["queue"], "interval_start": need["interval_start"], "required": need["staff"].astype(float),
            "scheduled": scheduled, "gap": scheduled - need["staff"],
        }
    )  # fmt: skip


def schedule(monday: dt.date, agents: int = 40, zone: str = ZONE) -> pd.DataFrame:
    rows = []
    for number in range(agents):
        for day in range(7):
            date = pd.Timestamp(monday) + pd.Timedelta(days=day)
            if day == 6 or (number + day) % 6 == 0:
                continue
            begin = date + pd.Timedelta(hours=8 + number % 4)
            cuts = [0, 2, 2.25, 4, 4.5, 6.5, 6.75, 8.5]
            names = ["phone", "break", "phone", "lunch", "phone", "break", "phone"]
            for from_h, to_h, activity in zip(cuts, cuts[1:], names, strict=False):
                rows.append(
                    {
                        "version": "2026-W48.1", "agent": f"Agent {number + 1:02d}",
                        "start": begin + pd.Timedelta(hours=from_h), "end": begin + pd.Timedelta(hours=to_h),
                        "activity": activity, "queue": QUEUES[number % 3] if activity == "phone" else None,
                        "paid": activity != "lunch", "productive": activity == "phone",
                    }
                )  # fmt: skip
    frame = pd.DataFrame(rows)
    for name in ("start", "end"):
        frame[name] = frame[name].dt.tz_localize(zone)
    return frame


def states_and_adherence(plan: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Agents do what they should, but come late now and then and stay too long at lunch."""
    states, exceptions, days = [], [], []
    for (agent, day), shift in plan.groupby(["agent", plan["start"].dt.tz_localize(None).dt.normalize()]):
        random = rng(int(agent[-2:]), day.toordinal())
        late = int(random.choice([0, 0, 0, 4, 12, 25]))
        lunch = int(random.choice([0, 0, 3, 8, 20]))
        missed = []
        for row in shift.itertuples():
            start, end = row.start, row.end
            if row.start == shift["start"].min() and late:
                missed.append((start, start + pd.Timedelta(minutes=late), row.activity, "logged_off"))
                start += pd.Timedelta(minutes=late)
            elif row.start == shift["start"].iloc[4] and lunch:
                states.append((agent, start, start + pd.Timedelta(minutes=lunch), "lunch"))
                missed.append((start, start + pd.Timedelta(minutes=lunch), row.activity, "lunch"))
                start += pd.Timedelta(minutes=lunch)
            states.append((agent, start, end, "ready" if row.activity == "phone" else row.activity))
        exceptions += [(agent, day, *each, (each[1] - each[0]).total_seconds() / 60) for each in missed]
        scheduled_s, out_s = 8.5 * 3600, 60.0 * (late + lunch)
        days.append(
            (
                agent,
                day,
                scheduled_s,
                scheduled_s - out_s,
                0.0,
                1 - out_s / scheduled_s,
                1.0,
                len(missed),
                60.0 * late,
                0.0,
            )
        )
    return (
        pd.DataFrame(states, columns=["agent", "start", "end", "state"]),
        pd.DataFrame(
            days,
            columns=[
                "agent", "day", "scheduled_s", "in_adherence_s", "neutral_s", "adherence", "conformance", "exceptions",
                "late_s", "left_early_s",
            ],
        ),
        pd.DataFrame(exceptions, columns=["agent", "day", "start", "end", "scheduled", "actual", "minutes"]),
    )  # fmt: skip


def selection(queues: tuple[str, ...] = QUEUES) -> pd.DataFrame:
    rows = []
    for rank, queue in enumerate(queues):
        model = ("top_down", "moving_average", "seasonal_naive")[rank % 3]
        wape = 0.181 if model == "seasonal_naive" else 0.132
        ratio = wape / 0.181
        words = f"{model}: least error over 6 cut-offs"
        ratios = ratio, ratio - 0.05, ratio + 0.05
        rows.append((queue, model, "interval", wape, "moving_average", 0.181, *ratios, 6, words))
    names = [
        "queue", "model", "level", "wape", "baseline", "baseline_wape", "ratio", "ratio_low", "ratio_high", "origins",
        "words",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def backtest(queues: tuple[str, ...] = QUEUES) -> pd.DataFrame:
    models = (("moving_average", 0.14, 0.065), ("seasonal_naive", 0.181, 0.012), ("top_down", 0.132, -0.011))
    rows = [
        (queue, model, wape, wape / 2, wape / 4, bias, wape / 0.14, wape / 0.181, 0.108)
        for queue in queues
        for model, wape, bias in models
    ]
    names = [
        "queue", "model", "wape_interval", "wape_day", "wape_week", "bias", "ratio_to_average", "ratio_to_naive",
        "poisson_floor",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def explanation(ahead: pd.DataFrame) -> pd.DataFrame:
    """A typical day, the weekday and a mailing that add up to each day's calls."""
    day = ahead["interval_start"].dt.tz_localize(None).dt.normalize()
    calls = ahead.groupby([ahead["queue"], day.rename("day")])["calls"].sum().reset_index()
    typical = calls.groupby("queue")["calls"].transform("mean")
    parts = {"typical day": typical, "weekday": calls["calls"] - typical - 12, "mailing": typical * 0 + 12}
    rows = [calls.assign(part=name, calls=value, share=value / typical) for name, value in parts.items()]
    return pd.concat(rows).assign(average_calls=lambda frame: frame["calls"].abs() + 90).reset_index(drop=True)


def specs(queues: tuple[str, ...] = QUEUES) -> list[dict]:
    return [
        {
            "queue": queue, "service_level": 0.8, "answer_within_s": 20.0, "asa_s": None, "max_occupancy": 0.88,
            "max_abandonment": None, "model": "erlang_a", "patience_s": 180.0, "shrinkage": SHRINKAGE,
        }
        for queue in queues
    ]  # fmt: skip


def plan_view(monday: dt.date = MONDAY, queues: tuple[str, ...] = QUEUES, **changes: object) -> PlanView:
    ahead = forecast(monday, QUEUES[: len(queues)])
    need = requirement(ahead)
    frames = {
        "forecast": ahead, "requirement": need, "coverage": coverage(need),
        "recent_history": history(monday - dt.timedelta(weeks=6), 6, QUEUES[: len(queues)]),
        "explanation": explanation(ahead),
    }  # fmt: skip
    named = dict(zip(QUEUES, queues, strict=False))
    frames = {name: frame.assign(queue=frame["queue"].map(named)) for name, frame in frames.items()}
    values = {
        "title": "Harbour Contact Centre", "week": "2026-W48", "timezone": ZONE, "interval_s": 1800, "currency": "EUR",
        "run_id": "2026-W48.1", "cutoff": pd.Timestamp(monday).tz_localize(ZONE), "selection": selection(queues),
        "backtest_summary": backtest(queues), "specs": specs(queues), "schedule": schedule(monday), **frames,
        "schedule_facts": {
            "paid_hours": 1640.0, "cost": 41000.0, "bound": 40562.5, "gap": 0.0107, "status": "optimal",
            "understaffed_hours": 21.0, "overstaffed_hours": 60.5, "agents": 40,
        },
        "findings": [
            Finding("calls.csv", "bad-number", '"5:1x"', "m:ss", row=1283, column="aht_s", severity="warning"),
            Finding("calls.csv", "gap", "no call from 09:00 to 11:00 on 2026-10-14", "calls", severity="note"),
        ],
    }  # fmt: skip
    return PlanView(**{**values, **changes})


def track_view(
    monday: dt.date = MONDAY - dt.timedelta(weeks=1), queues: tuple[str, ...] = QUEUES, **changes: object
) -> TrackView:
    ahead, actual = forecast(monday, queues), history(monday, 1, queues)
    need = requirement(ahead)
    plan = schedule(monday)
    states, adherence, exceptions = states_and_adherence(plan)
    present = (need["agents"] + rng(5).integers(-2, 4, len(need))).clip(lower=0).astype(float)
    staffing = pd.DataFrame(
        {
            "queue": need["queue"], "interval_start": need["interval_start"],
            "required_agents": need["agents"].astype(float), "required_staff": need["staff"].astype(float),
            "scheduled": need["staff"].astype(float), "present": present, "occupancy": 0.81,
        }
    )  # fmt: skip
    values = {
        "title": "Harbour Contact Centre", "week": "2026-W47", "timezone": ZONE, "interval_s": 1800, "currency": "EUR",
        "run_id": "2026-W47.1", "plan_version": "2026-W47.1", "forecast": ahead, "actual": actual,
        "accuracy": accuracy(ahead, actual, queues), "staffing": staffing,
        "adherence": adherence, "exceptions": exceptions,
        "scorecard": scorecard(monday, queues), "schedule": plan, "agent_states": states,
        "findings": [Finding("states.csv", "unmapped-state", '"BRB"', "a state of the map", severity="warning")],
    }  # fmt: skip
    return TrackView(**{**values, **changes})


def accuracy(ahead: pd.DataFrame, actual: pd.DataFrame, queues: tuple[str, ...]) -> pd.DataFrame:
    both = ahead.merge(actual, on=["queue", "interval_start"], suffixes=("", "_actual"))
    both["day"] = both["interval_start"].dt.date
    rows = []
    for queue in (None, *queues):
        chosen = both if queue is None else both[both["queue"] == queue]
        for level, by in (("interval", "interval_start"), ("day", "day"), ("week", None)):
            sums = chosen.groupby(["queue", by] if by else ["queue"])[["calls", "offered"]].sum()
            error, total = sums["calls"] - sums["offered"], sums["offered"].sum()
            inside = chosen["offered"].between(chosen["calls_p10"], chosen["calls_p90"]).mean()
            rows.append(
                (
                    queue, level, "calls", error.abs().sum() / total, error.sum() / total, sums["calls"].sum(), total,
                    len(sums), inside if level == "interval" else None,
                )
            )  # fmt: skip
        rows.append((queue, "interval", "aht", 0.082, 0.011, 331.0, 327.4, len(chosen), None))
    names = ["queue", "level", "measure", "wape", "bias", "forecast", "actual", "n", "coverage80"]
    return pd.DataFrame(rows, columns=names)


def scorecard(monday: dt.date, queues: tuple[str, ...]) -> pd.DataFrame:
    start = pd.Timestamp(monday).tz_localize(ZONE)
    rows = []
    for queue in (None, *queues):
        level, status = (0.861, "met") if queue == "Sales" else (0.783, "missed")
        rows += [
            ("service_level", queue, start, level, 1000 * level, 1000.0, 1000.0, "1", "higher", 0.8, status, None),
            ("asa", queue, start, 23.4, 23400.0, 1000.0, 1000.0, "s", "lower", None, None, None),
            ("abandonment_rate", queue, start, 0.041, 41.0, 1000.0, 1000.0, "1", "lower", 0.05, "met", None),
            ("aht", queue, start, 331.2, 331200.0, 1000.0, 1000.0, "s", "context", None, None, None),
            ("occupancy", queue, start, None, None, None, 0.0, "1", "context", 0.88, None, "no agent states"),
        ]  # fmt: skip
    names = [
        "kpi", "queue", "period_start", "value", "numerator", "denominator", "n", "unit", "better", "target", "status",
        "why_null",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)
