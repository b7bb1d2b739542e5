"""What the phone system writes down: the call log and the agents' states."""

from __future__ import annotations

import numpy as np
import pandas as pd

from demo.arrivals import Arrivals
from demo.centre import PRODUCTS, queues_of
from demo.conduct import PAUSE_REASONS
from demo.floor import ACW, ANSWERED, BLOCKED, CALL, LOGGED_OFF, STATES
from demo.people import Crew
from demo.spec import DemoSpec, Span, local_times, texts

OUTCOMES = ["", "answered", "abandoned", "blocked"]


def callers(arrivals: Arrivals) -> np.ndarray:
    """What the floor needs to know of the calls that come in, array of CALL."""
    calls = np.zeros(len(arrivals), dtype=CALL)
    for name in ("offered", "queue", "patience", "talk", "hold", "acw"):
        calls[name] = getattr(arrivals, name)
    return calls


def call_ids(arrivals: Arrivals, span: Span) -> pd.Series:
    """Ids that say the day and the place in it, so that a week's calls have theirs whatever came before."""
    day_starts = np.searchsorted(arrivals.day, np.arange(span.days))
    number = np.arange(len(arrivals)) - day_starts[arrivals.day] + 1
    days = [f"{day:%Y%m%d}" for day in span.dates]
    return pd.Series(
        [f"{days[d]}-{k:06d}" for d, k in zip(arrivals.day.tolist(), number.tolist(), strict=True)], dtype="str"
    )


def call_log(spec: DemoSpec, crew: Crew, arrivals: Arrivals, lived: np.ndarray, span: Span) -> pd.DataFrame:
    """The calls as the ACD exports them.

    Returns
    -------
    DataFrame
        Contract `calls`, sorted by `call_id`, which is the order of arrival.
    """
    queues = queues_of(spec)
    answered, blocked = lived["status"] == ANSWERED, lived["status"] == BLOCKED
    wait = np.where(answered, lived["answered"] - arrivals.offered, arrivals.patience)
    ended = np.select(
        [answered, blocked],
        [lived["answered"] + lived["talk"] + lived["hold"], arrivals.offered],
        arrivals.offered + wait,
    )
    topics = [topic.name for queue in queues for topic in queue.kind.topics]
    first_topic = np.cumsum([0] + [len(queue.kind.topics) for queue in queues])[arrivals.queue]
    return pd.DataFrame(
        {
            "call_id": call_ids(arrivals, span),
            "queue": texts([queue.name for queue in queues], arrivals.queue),
            "channel": texts(["voice"], np.zeros(len(wait), dtype=int)),
            "direction": texts(["inbound"], np.zeros(len(wait), dtype=int)),
            "offered_at": local_times(arrivals.offered, spec.timezone),
            "answered_at": local_times(lived["answered"], spec.timezone).where(answered),
            "ended_at": local_times(ended, spec.timezone),
            "wait_s": np.where(blocked, np.nan, wait),
            "talk_s": np.where(answered, lived["talk"], np.nan),
            "hold_s": np.where(answered, lived["hold"], np.nan),
            "acw_s": np.where(answered, lived["acw"], np.nan),
            "outcome": texts(OUTCOMES, lived["status"]),
            "agent": texts(crew.names, lived["agent"]),
            "customer": _customers(arrivals.customer, ~blocked),
            "topic": texts(topics, np.where(answered, first_topic + arrivals.topic, -1)),
            "product": texts(list(PRODUCTS), np.where(answered, arrivals.product, -1)),
            "transferred": _flag(arrivals.transferred, answered),
            "resolved": _flag(_resolved(spec, crew, arrivals, lived), answered),
        }
    )


def _customers(numbers: np.ndarray, known: np.ndarray) -> pd.Series:
    distinct, code = np.unique(numbers, return_inverse=True)
    return texts([f"K{number:08d}" for number in distinct.tolist()], np.where(known, code, -1))


def _resolved(spec: DemoSpec, crew: Crew, arrivals: Arrivals, lived: np.ndarray) -> np.ndarray:
    """What the agent ticks: mostly the truth, a little better or worse by agent, seldom after a transfer."""
    likely = np.zeros((spec.queues, max(len(queue.kind.topics) for queue in queues_of(spec))))
    for queue in queues_of(spec):
        likely[queue.index, : len(queue.kind.topics)] = [topic.resolved for topic in queue.kind.topics]
    helped: np.ndarray = (
        likely[arrivals.queue, arrivals.topic] + crew.solves[lived["agent"]] - 0.4 * arrivals.transferred
    )
    return arrivals.settled < helped


def _flag(values: np.ndarray, known: np.ndarray) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(values.astype(bool), ~known)


def state_log(spec: DemoSpec, crew: Crew, changes: np.ndarray) -> pd.DataFrame:
    """The agents' states; where no row is, the agent is logged off.

    Returns
    -------
    DataFrame
        Contract `agent_states`; `reason` says why in state not_ready.
    """
    changes = changes[np.argsort(changes["agent"], kind="stable")]
    agent, start, state = changes["agent"], changes["time"], changes["state"]
    end = np.append(start[1:], start[-1:])
    last = np.append(agent[1:] != agent[:-1], True)
    keep = ~last & (state != LOGGED_OFF) & (end > start)
    agent, start, end, state = agent[keep], start[keep], end[keep], state[keep]
    names = [*STATES, *(["not_ready"] * len(PAUSE_REASONS))]
    return pd.DataFrame(
        {
            "agent": texts(crew.names, agent),
            "start": local_times(start, spec.timezone),
            "end": local_times(end, spec.timezone),
            "state": texts(names, state),
            "reason": texts(list(PAUSE_REASONS), np.where(state >= len(STATES), state - len(STATES), -1)),
            "channel": texts(["voice"], np.where(state <= ACW, 0, -1)),
        }
    )
