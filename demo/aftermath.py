"""What follows from the calls: surveys, sales, cases, and the books of each month."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from demo.centre import PRODUCTS, queues_of
from demo.people import Crew
from demo.spec import CURRENCY, DAY_S, DemoSpec, Span, local_times, texts, unix_second, unix_seconds
from wfm.contracts import COSTS
from wfm.timeaxis import wall_clock

SURVEYED, ANSWERS = 0.20, 0.32
SURVEY_SENT_S, SURVEY_MEAN_S = 600, 14400
CROSS_SELL, REFUND, REFUND_MEAN_DAYS = 0.14, 0.04, 6.0
PRICE, PRICE_SIGMA = 140.0, 0.5
CASE_SHARE, CASE_WINDOW_DAYS, CASE_MEAN_DAYS = 0.6, 14, 2.5
HOURLY_PAY, ON_COST = 19.5, 1.28
TELEPHONY_A_MINUTE, SOFTWARE_A_SEAT, FACILITIES_A_SEAT = 0.021, 95.0, 210.0
REVENUE_A_SEAT, REVENUE_GROWTH = 46000.0, 0.05


def surveys_of(spec: DemoSpec, crew: Crew, span: Span, calls: pd.DataFrame) -> pd.DataFrame:
    """Surveys sent after some answered calls, contract `surveys`.

    Half ask for satisfaction (1 to 5), half for recommendation (0 to 10). Who waited long or was not helped is
    less content, and agents differ. An answer that came after the span is not in yet.
    """
    draws = spec.rng("surveys", span.first.toordinal()).random((5, len(calls)))
    rows = np.flatnonzero((calls["outcome"] == "answered").to_numpy() & (draws[0] < SURVEYED))
    asked = calls.iloc[rows].reset_index(drop=True)
    kind, answers, mood, delay = draws[1:, rows]
    agent = pd.Index(crew.names).get_indexer(asked["agent"])
    content = (
        np.where(asked["resolved"].to_numpy(dtype=bool), 0.35, -0.9)
        - 0.25 * np.log1p(asked["wait_s"].to_numpy() / 30)
        + crew.tact[agent]
        + _normal(mood)
    )
    nps = kind < 0.5
    score = np.where(nps, np.rint(8.0 + 2.0 * content).clip(0, 10), np.rint(4.1 + 0.9 * content).clip(1, 5))
    sent = unix_seconds(asked["ended_at"]) + SURVEY_SENT_S
    answered = sent + np.rint(30 - np.log1p(-delay) * SURVEY_MEAN_S).astype(np.int64)
    known = (answers < ANSWERS) & (answered < unix_second(span.end))
    return pd.DataFrame(
        {
            "survey_id": "V" + asked["call_id"],
            "kind": texts(["csat", "nps"], nps.astype(int)),
            "call_id": asked["call_id"],
            "agent": asked["agent"],
            "sent_at": local_times(sent, spec.timezone),
            "answered_at": local_times(answered, spec.timezone).where(known),
            "score": np.where(known, score, np.nan),
            "scale_min": np.where(nps, 0.0, 1.0),
            "scale_max": np.where(nps, 10.0, 5.0),
            "high_is_good": pd.array(np.ones(len(rows), dtype=bool), dtype="boolean"),
        }
    )


def _normal(uniform: np.ndarray) -> np.ndarray:
    """Roughly standard normal draws from uniform ones: the logistic quantile, scaled to variance 1."""
    draws: np.ndarray = np.log(uniform / (1 - uniform)) * np.sqrt(3) / np.pi
    return draws


def sales_of(spec: DemoSpec, crew: Crew, span: Span, calls: pd.DataFrame) -> pd.DataFrame:
    """Sales made in answered calls, things sold beside them, and refunds within the span; contract `sales`."""
    draws = spec.rng("sales", span.first.toordinal()).random((7, len(calls)))
    queues = queues_of(spec)
    queue = pd.Index([q.name for q in queues]).get_indexer(calls["queue"])
    agent = pd.Index(crew.names).get_indexer(calls["agent"])
    chance = np.array([q.kind.conversion for q in queues])[queue] * crew.sells[agent]
    sold = np.flatnonzero((agent >= 0) & (draws[0] < chance))
    price, cross, cross_price, refund, delay, other = draws[1:, sold]
    call = calls.iloc[sold].reset_index(drop=True)
    at = unix_seconds(call["ended_at"])
    returned_at = at + np.rint(-np.log1p(-delay) * REFUND_MEAN_DAYS * DAY_S).astype(np.int64)
    undone = (refund < REFUND) & (returned_at < unix_second(span.end))
    beside = texts(list(PRODUCTS), (other * len(PRODUCTS)).astype(int))
    parts = [
        _sales(spec, call, "", at, _amount(price, PRICE), call["product"], False),
        _sales(spec, call, "x", at, _amount(cross_price, PRICE / 3), beside, True)[cross < CROSS_SELL],
        _sales(spec, call, "r", returned_at, -_amount(price, PRICE), call["product"], False)[undone],
    ]
    return pd.concat(parts).sort_values("sale_id", kind="stable", ignore_index=True)


def _sales(
    spec: DemoSpec, call: pd.DataFrame, mark: str, at: np.ndarray, amount: np.ndarray, product: pd.Series, cross: bool
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sale_id": "S" + call["call_id"] + mark,
            "call_id": call["call_id"],
            "agent": call["agent"],
            "sold_at": local_times(at, spec.timezone),
            "amount": amount,
            "currency": texts([CURRENCY], np.zeros(len(call), dtype=int)),
            "product": product,
            "is_cross_sell": pd.array(np.full(len(call), cross), dtype="boolean"),
        }
    )


def _amount(uniform: np.ndarray, median: float) -> np.ndarray:
    return np.round(median * np.exp(PRICE_SIGMA * _normal(uniform)), 2)


def cases_of(spec: DemoSpec, span: Span, calls: pd.DataFrame) -> pd.DataFrame:
    """Queries that one call did not settle, contract `cases`.

    A case opens with the first such call of a customer about a topic. Every answered call of theirs about it
    within two weeks is a contact, and the case is resolved some days after the last; null while that is to come.
    """
    opened, delay = spec.rng("cases", span.first.toordinal()).random((2, len(calls)))
    answered = (calls["outcome"] == "answered").to_numpy()
    told = calls[answered].reset_index(drop=True)
    at = unix_seconds(told["answered_at"])
    is_first, contacts, last_at = _contacts(told.groupby(["customer", "topic"]).ngroup().to_numpy(), at)
    unsettled = ~told["resolved"].to_numpy(dtype=bool)
    rows = np.flatnonzero(is_first & unsettled & (opened[answered] < CASE_SHARE))
    done = last_at[rows] + np.rint(-np.log1p(-delay[answered][rows]) * CASE_MEAN_DAYS * DAY_S).astype(np.int64)
    first = told.iloc[rows].reset_index(drop=True)
    return pd.DataFrame(
        {
            "case_id": "C" + first["call_id"],
            "customer": first["customer"],
            "topic": first["topic"],
            "first_call_id": first["call_id"],
            "opened_at": first["answered_at"],
            "resolved_at": local_times(done, spec.timezone).where(done < unix_second(span.end)),
            "contacts": contacts[rows],
        }
    )


def _contacts(query: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether a call is the first about its query in a while, the contacts within the window, and the last one."""
    window = CASE_WINDOW_DAYS * DAY_S
    order = np.lexsort((at, query))
    origin, width = at.min(initial=2**62), np.ptp(at) if len(at) else 0
    key = query[order] * (width + 2 * window) + (at[order] - origin)
    place = np.arange(len(key))
    last = np.searchsorted(key, key + window, side="right") - 1
    is_first = np.searchsorted(key, key - window) == place
    back = np.argsort(order)
    return is_first[back], (last - place + 1)[back], at[order][last][back]


def books_of(spec: DemoSpec, crew: Crew, span: Span, calls: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    """Costs and revenue of the whole months within the span, contract `costs`."""
    months = [day for day in span.dates if day.day == 1 and _next_month(day) <= span.dates[-1] + dt.timedelta(days=1)]
    line_s = calls["wait_s"].fillna(0) + calls["talk_s"].fillna(0) + calls["hold_s"].fillna(0)
    line_minutes = line_s.groupby(_month(calls["offered_at"])).sum() / 60
    sold = sales["amount"].groupby(_month(sales["sold_at"])).sum()
    rows = []
    for month in months:
        days = (_next_month(month) - month).days
        growth = (1 + REVENUE_GROWTH) ** ((month - spec.live_week).days / 365.25)
        amounts = {
            "facilities": FACILITIES_A_SEAT * spec.agents,
            "revenue": REVENUE_A_SEAT * spec.agents * growth + sold.get(pd.Timestamp(month), 0.0),
            "salaries": float(crew.contract_h.sum()) * days / 7 * HOURLY_PAY * ON_COST,
            "software": SOFTWARE_A_SEAT * spec.agents,
            "telephony": TELEPHONY_A_MINUTE * line_minutes.get(pd.Timestamp(month), 0.0),
        }
        rows += [(pd.Timestamp(month), kind, round(amount, 2), CURRENCY) for kind, amount in amounts.items()]
    if not rows:
        return COSTS.empty(spec.timezone)
    books = pd.DataFrame(rows, columns=["month", "kind", "amount", "currency"])
    return books.astype({"month": "datetime64[us]", "kind": "str", "currency": "str"})


def _month(times: pd.Series) -> pd.Series:
    return pd.Series(wall_clock(times).to_numpy("datetime64[M]").astype("datetime64[us]"), index=times.index)


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
