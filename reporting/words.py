"""Figures and names as a planner reads them; nothing here depends on the locale of the machine."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from wfm.units import format_duration

UNKNOWN = "–"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"}
_ACRONYMS = {"asa", "aht", "acw", "fcr", "csat", "nps", "ces", "esat", "fte", "wape", "sla", "roi"}

MODELS = {
    "seasonal_naive": ("Seasonal naive", "the same interval of the week before"),
    "moving_average": ("Six-week average", "the average of the same interval on the last six same weekdays"),
    "median_week": ("Eight-week median", "the median of the same interval on the last eight same weekdays"),
    "top_down": ("Top-down", "day totals from a calendar model, spread over the day by the weekday's profile"),
    "negbin_glm": ("Negative binomial GLM", "a regression of counts on weekday, interval and calendar"),
    "svd_factor": ("SVD factors", "a few typical shapes of the day, each followed through time"),
    "ets": ("ETS", "exponential smoothing of day totals, spread by the weekday's profile"),
    "mstl": ("MSTL", "a decomposition into trend, day and week"),
    "sarimax": ("SARIMAX", "seasonal ARIMA of day totals with calendar terms, spread by the weekday's profile"),
    "statsforecast_arima": ("AutoARIMA", "automatic ARIMA of day totals, spread over the day"),
    "statsforecast_mstl": ("MSTL with AutoARIMA", "a decomposition with an automatic ARIMA trend"),
    "ensemble_median": ("Median of models", "what most of four models agree on, by interval"),
    "ensemble_weighted": ("Weighted models", "four models averaged by their recent errors"),
    "lightgbm_poisson": ("LightGBM", "boosted trees on lags and calendar"),
    "prophet": ("Prophet", "trend, week and daily curves per weekday"),
    "erlang_c": ("Erlang C", "every caller waits until answered"),
    "erlang_a": ("Erlang A", "callers hang up when their patience ends"),
    "erlang_b": ("Erlang B", "a caller who finds every line taken is turned away"),
    "erlang_x": ("Erlang X", "callers hang up when their patience ends, and some of them call again"),
    "extended_b": ("Extended Erlang B", "a caller who is turned away may try again"),
    "engset": ("Engset", "few people may call; who finds every line taken is turned away"),
    "chat": ("Chat", "agents have several chats at once, the slower the more"),
    "backlog": ("Backlog", "work waits until somebody has time for it"),
    "limited_lines": ("M/M/n/k", "callers wait while there are lines to wait on"),
}

BINDING = {
    "service_level": "service level",
    "asa": "average speed of answer",
    "occupancy": "occupancy",
    "abandonment": "abandonment",
    "stability": "stability (more agents than erlangs)",
    "minimum": "minimum agents",
    "none": "no calls expected",
}


def day_label(day: dt.date) -> str:
    """``Mon 23 Nov``."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def slot_label(second: int, fold: int = 0) -> str:
    """``02:30``, and ``02:30 again`` for the second pass of a repeated hour."""
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}" + (" again" if fold else "")


def clock(moment: dt.datetime) -> str:
    """``09:30``, or ``09:30:15`` where seconds count."""
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def moment_label(moment: dt.datetime) -> str:
    """``Mon 23 Nov 2026, 09:30``."""
    return f"{day_label(moment)} {moment.year}, {clock(moment)}"


def known(value: Any) -> TypeGuard[Any]:
    """Whether a cell holds something: not None, NaN or NaT."""
    return value is not None and bool(value == value)


def number(value: Any, digits: int = 0) -> str:
    """Thousands apart by commas; a rounded zero has no sign."""
    if not known(value):
        return UNKNOWN
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:,.{digits}f}"
    return text.replace("-", "" if not text.strip("-0.,") else "−")


def signed(value: Any, digits: int = 0) -> str:
    """With its sign, as gaps and biases are read."""
    text = number(value, digits)
    return f"+{text}" if known(value) and value > 0 and text.strip("0.,") else text


def percent(value: Any, digits: int = 1) -> str:
    return UNKNOWN if not known(value) else f"{number(100 * value, digits)}\N{NO-BREAK SPACE}%"


def signed_percent(value: Any, digits: int = 1) -> str:
    return UNKNOWN if not known(value) else f"{signed(100 * value, digits)}\N{NO-BREAK SPACE}%"


def short_number(value: Any) -> str:
    """At most one decimal, and none where it would be zero."""
    return number(value, 0 if known(value) and abs(value - round(value)) < 0.05 else 1)


def share(value: float) -> str:
    """A target such as ``80 %`` or ``87.5 %``."""
    return f"{100 * value:.4g}\N{NO-BREAK SPACE}%"


def gap_label(value: Any) -> str:
    """Agents over or short with their sign: ``+2``, ``−0.5``."""
    return signed(value, 0 if known(value) and abs(value - round(value)) < 0.05 else 1)


def in_text(name: str) -> str:
    """A user's name inside a sentence: one that runs right to left is kept from turning the words around it."""
    turns = any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in name)
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}" if turns else name


def humanise(name: str) -> str:
    """``service_level_offered`` as ``Service level offered``; acronyms keep their capitals."""
    words = [word.upper() if word in _ACRONYMS else word for word in name.replace("_", " ").replace("|", ", ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def model_name(name: Any) -> str:
    """A forecast or queue model by its name in the field."""
    return MODELS[name][0] if name in MODELS else humanise(str(name)) if known(name) else UNKNOWN


def model_in_words(name: Any) -> str:
    """The name of a model and, where it is known here, what it does."""
    return f"{model_name(name)} ({MODELS[name][1]})" if name in MODELS else model_name(name)


def service_level_in_words(spec: Mapping[str, Any]) -> str:
    """The definition that every service level in the report follows: ``answered within 20 s, of calls offered``."""
    return f"answered within {format_duration(float(spec['answer_within_s']))}, of calls offered"


def service_levels_in_words(specs: Sequence[Mapping[str, Any]]) -> str:
    """The same over several queues, with the threshold of each where they differ."""
    queues: dict[float, list[str]] = {}
    for spec in specs:
        queues.setdefault(float(spec["answer_within_s"]), []).append(in_text(str(spec["queue"])))
    if len(queues) == 1:
        return f"Service level: calls {service_level_in_words(specs[0])}."
    if not queues:
        return "Service level: calls answered within the threshold, of calls offered."
    each = "; ".join(f"{format_duration(limit)} for {', '.join(names)}" for limit, names in sorted(queues.items()))
    return f"Service level: calls answered within the threshold, of calls offered; the threshold is {each}."


def targets_in_words(spec: Mapping[str, Any]) -> list[str]:
    """Each target of a queue that is set, one phrase each."""
    phrases = []
    if known(level := spec.get("service_level")):
        phrases.append(f"service level {share(float(level))} {service_level_in_words(spec)}")
    if known(asa := spec.get("asa_s")):
        phrases.append(f"average speed of answer at most {format_duration(float(asa))}")
    if known(occupancy := spec.get("max_occupancy")):
        phrases.append(f"occupancy at most {share(float(occupancy))}")
    if known(abandonment := spec.get("max_abandonment")):
        phrases.append(f"abandonment at most {share(float(abandonment))}")
    return phrases
