"""What an export leaves out of a call, worked out where it follows from the rest, else left unknown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ingest.fields import TEXT_DTYPE
from ingest.numbers import distinct, spread
from ingest.rules import found
from wfm.errors import Findings

MAX_HANDLE_S = 4 * 3600.0

OUTCOME_WORDS = {
    "answered": ("answered", "answer", "handled", "connected", "completed", "served", "yes", "y"),
    "abandoned": (
        "abandoned",
        "abandon",
        "hangup",
        "hung up",
        "lost",
        "unanswered",
        "not answered",
        "missed",
        "no",
        "n",
    ),
    "blocked": ("blocked", "busy", "rejected"),
    "flowout": ("flowout", "flow-out", "flow out", "overflow", "overflowed", "transferred out"),
    "callback": ("callback", "call back", "queue callback"),
    "voicemail": ("voicemail", "voice mail"),
    "failed": ("failed", "error", "system", "phantom"),
}
CHANNEL_WORDS = {"call": "voice", "phone": "voice", "telephony": "voice", "mail": "email", "e-mail": "email"}
OUTBOUND_WORDS = ("outbound", "manual", "internal", "preview")

_OUTCOMES = {word: outcome for outcome, words in OUTCOME_WORDS.items() for word in words}
_PARTS = ("talk_s", "hold_s", "acw_s")


class Completion:
    """Works out the contract's columns of one log from those it has.

    Parameters
    ----------
    frame : DataFrame
        Parsed fields of one log with `offered_at` and `queue`.
    rows : ndarray of int, shape (n,)
        Row in the file of each call.
    source : str
        File named in the findings.
    findings : Findings
        Receives values that contradict each other, and outcomes that no rule knows.
    """

    def __init__(self, frame: pd.DataFrame, rows: np.ndarray, source: str, findings: Findings) -> None:
        self._frame, self._rows, self._source, self._findings = frame.copy(deep=False), rows, source, findings
        unknown = pd.Series(pd.NaT, index=frame.index, dtype=frame["offered_at"].dtype)
        for name in ("answered_at", "ended_at"):
            self._frame[name] = frame.get(name, unknown)
        for name in ("wait_s", *_PARTS):
            self._frame[name] = frame.get(name, np.nan)
        self._frame["outcome"] = self._outcomes()
        self._answered = (self._frame["outcome"] == "answered").to_numpy()
        self._abandoned = (self._frame["outcome"] == "abandoned").to_numpy()

    def complete(self) -> pd.DataFrame:
        """The frame with outcome, waits, talk times and moments; contradictions are nulled by their rules."""
        self._vocabulary()
        self._talk()
        self._wait()
        self._absurd()
        self._moments()
        return self._frame

    def _outcomes(self) -> pd.Series:
        frame = self._frame
        if "outcome" in frame:
            return self._outcome_words(frame["outcome"])
        if "was_answered" in frame:
            answered = self._known_flags("was_answered")
        elif "was_abandoned" in frame:
            answered = ~self._known_flags("was_abandoned")
        elif frame["answered_at"].notna().any():
            answered = frame["answered_at"].notna().to_numpy()
        else:
            answered = (frame.get("handle_s", frame["talk_s"]) > 0).to_numpy()
        return pd.Series(np.array(["abandoned", "answered"], object)[answered.astype(int)], dtype=TEXT_DTYPE)

    def _known_flags(self, name: str) -> np.ndarray:
        flags = self._frame[name]
        self._report("null", flags.isna().to_numpy(), "nothing", "yes or no", name)
        known: np.ndarray = flags.fillna(False).to_numpy(dtype=bool)
        return known

    def _outcome_words(self, given: pd.Series) -> pd.Series:
        codes, words = distinct(given)
        known = np.array([_OUTCOMES.get(str(word).lower()) for word in words], object)
        unknown = spread(codes, np.array([outcome is None for outcome in known], bool), True)
        first = codes[np.argmax(unknown)]
        what = "nothing" if first < 0 else f'"{words[first]}"'
        self._report("bad-outcome", unknown, what, "one of " + ", ".join(OUTCOME_WORDS), "outcome")
        return pd.Series(spread(codes, known, None), dtype=TEXT_DTYPE)

    def _vocabulary(self) -> None:
        self._map("channel", lambda word: CHANNEL_WORDS.get(word, word))
        self._map("direction", lambda word: "outbound" if word.startswith(OUTBOUND_WORDS) else "inbound")

    def _map(self, column: str, say: Callable[[str], str]) -> None:
        if column in self._frame:
            codes, words = distinct(self._frame[column])
            said = np.array([say(str(word).lower()) for word in words], object)
            self._frame[column] = pd.Series(spread(codes, said, None), dtype=TEXT_DTYPE)

    def _talk(self) -> None:
        """Talk time: as recorded, else the rest of the handle time, else from answer to end without hold."""
        frame = self._frame
        talk_s = frame["talk_s"]
        if talk_s.isna().all():
            hold_s = frame["hold_s"].fillna(0)
            if "handle_s" in frame:
                talk_s = frame["handle_s"] - hold_s - frame["acw_s"].fillna(0)
            else:
                talk_s = (frame["ended_at"] - frame["answered_at"]).dt.total_seconds() - hold_s
        talk_s = talk_s.where(self._answered)
        early = ((frame["ended_at"] < frame["answered_at"]) | (talk_s < 0)).to_numpy()
        self._report("ended-before-answered", early, "an end before the answer; it was taken as unknown")
        frame["talk_s"] = talk_s.mask(early)
        frame["ended_at"] = frame["ended_at"].mask(early)

    def _wait(self) -> None:
        """Wait: as recorded, else from arrival to answer, else from arrival to hang-up in the queue."""
        frame = self._frame
        until = frame["answered_at"].where(self._answered, frame["ended_at"].where(self._abandoned))
        wait_s = frame["wait_s"].fillna((until - frame["offered_at"]).dt.total_seconds())
        early = ((frame["answered_at"] < frame["offered_at"]) | (wait_s < 0)).to_numpy()
        self._report("answered-before-offered", early, "an answer before the arrival; it was taken as unknown")
        frame["wait_s"] = wait_s.mask(early)
        frame["answered_at"] = frame["answered_at"].mask(early)

    def _absurd(self) -> None:
        handle_s = sum(np.nan_to_num(self._frame[part].to_numpy(dtype=float)) for part in _PARTS)
        absurd = np.asarray(handle_s > MAX_HANDLE_S)
        self._report("absurd-handle-time", absurd, "a handle time above 4 hours; it was taken as unknown")
        for part in _PARTS:
            self._frame[part] = self._frame[part].mask(absurd)

    def _moments(self) -> None:
        """Moments of answer and end that follow from the durations."""
        frame = self._frame
        if frame["answered_at"].isna().all():
            frame["answered_at"] = frame["offered_at"] + _span(frame["wait_s"].where(self._answered))
        if frame["ended_at"].isna().all():
            frame["ended_at"] = frame["answered_at"] + _span(frame["talk_s"] + frame["hold_s"].fillna(0))

    def _report(self, rule: str, wrong: np.ndarray, what: str, expected: str = "", column: str = "") -> None:
        if wrong.any():
            row, count = int(self._rows[np.argmax(wrong)]), int(wrong.sum())
            self._findings.add(found(rule, self._source, what, expected, column=column, row=row, count=count))


def _span(seconds: pd.Series) -> pd.Series:
    return pd.to_timedelta(seconds, unit="s").dt.as_unit("us")
