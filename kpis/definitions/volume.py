"""How much came in and how long it took: arrival rate and handle time."""

from __future__ import annotations

from kpis.kpi import Kpi, Measure, define
from kpis.sql import ANSWERED, OFFERED, count, known, total

define(
    Kpi(
        name="arrival_rate",
        words="Calls offered / open days. An open day is one with an open interval, also when nobody called; in a bare "
        "call log it is one with a call.",
        measures=(
            Measure(
                "interval_history",
                ("offered",),
                "sum(offered)",
                "count(DISTINCT local_day)",
                "count(DISTINCT local_day)",
            ),
            Measure(
                "calls",
                ("outcome",),
                count(OFFERED),
                f"count(DISTINCT CASE WHEN {OFFERED} THEN local_day END)",
                f"count(DISTINCT CASE WHEN {OFFERED} THEN local_day END)",
                ("direction",),
            ),
        ),
        unit="calls/day",
        better="context",
        why_null="no open day",
        source="Calls a day over the days on which the centre was open",
        not_by=("agent",),
    )
)

_handled = f"{ANSWERED} AND {known('talk_s', 'hold_s', 'acw_s')}"
_parts = known("talk_s", "hold_s", "acw_s", "answered")
_average = known("aht_s", "answered")
define(
    Kpi(
        name="aht",
        words="Average handle time: (talk + hold + after-call work) / answered calls. Calls of which a part is unknown "
        "are left out; an interval history without the parts counts its own average, by answered calls.",
        measures=(
            Measure(
                "calls",
                ("outcome", "talk_s", "hold_s", "acw_s"),
                total("talk_s + hold_s + acw_s", _handled),
                count(_handled),
                count(_handled),
                ("direction",),
            ),
            Measure(
                "interval_history",
                ("talk_s", "hold_s", "acw_s", "answered"),
                total("talk_s + hold_s + acw_s", _parts),
                total("answered", _parts),
                total("answered", _parts),
            ),
            Measure(
                "interval_history",
                ("aht_s", "answered"),
                total("handled_s", _average),
                total("answered", _average),
                total("answered", _average),
                ("handled_s",),
            ),
        ),
        unit="s",
        better="lower",
        why_null="no answered calls with a known handle time",
        source="Handle time of the agent; the wait in the queue is not part of it",
    )
)
