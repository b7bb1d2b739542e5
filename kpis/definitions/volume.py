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

_PARTS = ("talk_s", "hold_s", "acw_s")


def _in_calls(first: str, *later: str) -> Measure:
    """Handle time of the answered calls whose first recorded part is known; blank later parts add nothing."""
    handled = f"{ANSWERED} AND {known(first)}"
    handle_s = " + ".join([first, *(f"coalesce({part}, 0)" for part in later)])
    answered = count(handled)
    return Measure("calls", ("outcome", first), total(handle_s, handled), answered, answered, ("direction", *later))


def _in_history(first: str, *later: str) -> Measure:
    """The same from the sums of a history that records no average."""
    handled = known(first, "answered")
    handle_s = " + ".join([first, *(f"coalesce({part}, 0)" for part in later)])
    answered = total("answered", handled)
    return Measure("interval_history", (first, "answered"), total(handle_s, handled), answered, answered, later)


_average = known("aht_s", "answered")
define(
    Kpi(
        name="aht",
        words="Average handle time: (talk + hold + after-call work) / answered calls. Calls of which the talk time is "
        "unknown are left out (in a log without talk times, the first part that it has); an unknown hold or after-call "
        "work adds nothing. An interval history counts its own average by answered calls, its sums if it has none.",
        measures=(
            *(_in_calls(*_PARTS[first:]) for first in range(3)),
            Measure(
                "interval_history",
                ("aht_s", "answered"),
                total("handled_s", _average),
                total("answered", _average),
                total("answered", _average),
                ("handled_s",),
            ),
            *(_in_history(*_PARTS[first:]) for first in range(3)),
        ),
        unit="s",
        better="lower",
        why_null="no answered calls with a known handle time",
        source="Handle time of the agent; the wait in the queue is not part of it",
    )
)
