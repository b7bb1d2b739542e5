"""What callers met in the queue: service level, abandonment and waits."""

from __future__ import annotations

from kpis.kpi import Kpi, Measure, define
from kpis.sql import ABANDONED, ANSWERED, OFFERED, WAIT_KNOWN, count, known, total

_CALL = ("outcome", "wait_s")
_MAYBE = ("direction",)
_ANSWERED_IN = f"{ANSWERED} AND wait_s <= answer_within_s"
_ABANDONED_IN = f"{ABANDONED} AND wait_s <= answer_within_s"
_WAITS_OF_ANSWERED = f"{OFFERED} AND (outcome <> 'answered' OR {WAIT_KNOWN})"
_ALL_WAITS = f"{OFFERED} AND (outcome NOT IN ('answered', 'abandoned') OR {WAIT_KNOWN})"
_NO_WAIT_OF_ANSWERED = f"{count(ANSWERED)} > 0 AND {count(f'{ANSWERED} AND {WAIT_KNOWN}')} = 0"
_UNKNOWN_WAIT = "Calls of unknown wait are left out."
_CISCO = "Cisco UCCE user guide, service level types"
_NO_AGENT = ("agent",)


def _where_waits_are_known(expression: str) -> str:
    """Null where calls were answered and not one of their waits is known: that share is not 0."""
    return f"CASE WHEN {_NO_WAIT_OF_ANSWERED} THEN NULL ELSE {expression} END"


def _service_level(name: str, words: str, numerator: str, denominator: str, *others: Measure, source: str) -> None:
    define(
        Kpi(
            name=name,
            words=f"{words} {_UNKNOWN_WAIT}",
            measures=(
                Measure(
                    "calls",
                    _CALL,
                    _where_waits_are_known(count(numerator)),
                    count(denominator),
                    count(denominator),
                    ("answer_within_s", *_MAYBE),
                ),
                *others,
            ),
            unit="1",
            better="higher",
            why_null="no calls offered with a known wait",
            source=source,
            not_by=_NO_AGENT,
        )
    )


def _in_threshold(denominator: str) -> Measure:
    both = known("answered_in_threshold", denominator)
    of = total(denominator, both)
    needs = ("answered_in_threshold", denominator)
    return Measure("interval_history", needs, total("answered_in_threshold", both), of, of)


_service_level(
    "service_level",
    "Calls answered within the threshold / calls offered (abandoned calls count against it). From an interval "
    "history the threshold is the one that the history was counted with.",
    _ANSWERED_IN,
    _WAITS_OF_ANSWERED,
    _in_threshold("offered"),
    source=f"{_CISCO}: abandoned calls have a negative impact",
)
_service_level(
    "service_level_ignore_abandoned",
    "Calls answered within the threshold / (calls offered - calls abandoned within the threshold).",
    _ANSWERED_IN,
    f"{_ALL_WAITS} AND NOT ({_ABANDONED_IN})",
    source=f"{_CISCO}: abandoned calls ignored",
)
_service_level(
    "service_level_positive",
    "(Calls answered + calls abandoned within the threshold) / calls offered.",
    f"({_ANSWERED_IN}) OR ({_ABANDONED_IN})",
    _ALL_WAITS,
    source=f"{_CISCO}: abandoned calls have a positive impact",
)
_service_level(
    "service_level_answered_only",
    "Calls answered within the threshold / calls answered.",
    _ANSWERED_IN,
    f"{ANSWERED} AND {WAIT_KNOWN}",
    _in_threshold("answered"),
    source="Genesys Cloud, service level with every option off",
)

_history_known = known("abandoned", "offered")
define(
    Kpi(
        name="abandonment_rate",
        words="Calls whose caller hung up in the queue / calls offered. Callbacks, voicemail and flow-outs are not "
        "abandoned.",
        measures=(
            Measure("calls", ("outcome",), count(ABANDONED), count(OFFERED), count(OFFERED), _MAYBE),
            Measure(
                "interval_history",
                ("abandoned", "offered"),
                total("abandoned", _history_known),
                total("offered", _history_known),
                total("offered", _history_known),
            ),
        ),
        unit="1",
        better="lower",
        why_null="no calls offered",
        source="Genesys Cloud and Amazon Connect, abandon rate",
        not_by=_NO_AGENT,
    )
)

_answered_waits = f"{ANSWERED} AND {WAIT_KNOWN}"
_history_waits = known("wait_s", "answered")
define(
    Kpi(
        name="asa",
        words=f"Average speed of answer: waits of answered calls / answered calls. {_UNKNOWN_WAIT}",
        measures=(
            Measure(
                "calls", _CALL, total("wait_s", _answered_waits), count(_answered_waits), count(_answered_waits), _MAYBE
            ),
            Measure(
                "interval_history",
                ("wait_s", "answered"),
                total("wait_s", _history_waits),
                total("answered", _history_waits),
                total("answered", _history_waits),
            ),
        ),
        unit="s",
        better="lower",
        why_null="no answered calls with a known wait",
        source="Average wait of answered calls, as in every ACD report",
    )
)

_waits = f"{OFFERED} AND {WAIT_KNOWN}"
define(
    Kpi(
        name="average_wait",
        words=f"Waits of all calls offered, answered or not / calls offered. {_UNKNOWN_WAIT}",
        measures=(Measure("calls", _CALL, total("wait_s", _waits), count(_waits), count(_waits), _MAYBE),),
        unit="s",
        better="lower",
        why_null="no calls offered with a known wait",
        source="Average wait over offered calls; differs from ASA by the callers who gave up",
        not_by=_NO_AGENT,
    )
)
define(
    Kpi(
        name="longest_wait",
        words="Longest wait of any call offered, answered or not.",
        measures=(
            Measure("calls", _CALL, f"max(CASE WHEN {_waits} THEN wait_s END)", None, count(_waits), _MAYBE),
            Measure(
                "interval_history",
                ("max_wait_s", "offered"),
                "max(max_wait_s)",
                None,
                total("offered", known("max_wait_s")),
            ),
        ),
        unit="s",
        better="lower",
        why_null="no calls offered with a known wait",
        source="Longest wait in queue, as in every ACD report",
        not_by=_NO_AGENT,
    )
)
