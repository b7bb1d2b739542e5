"""The history: every table keeps its contract and agrees with every other."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import demo
from demo.centre import queues_of
from wfm.contracts import CONTRACTS

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("calls", "agent_states", "schedule", "surveys", "sales", "cases", "costs")


@pytest.mark.parametrize("table", TABLES)
def test_every_table_keeps_its_contract_and_comes_sorted_by_its_key(past, lived, table):
    for tables in (past, lived):
        frame = getattr(tables, table)
        contract = CONTRACTS[table]
        pd.testing.assert_frame_equal(contract.validate(frame), frame)
        pd.testing.assert_frame_equal(frame.sort_values(list(contract.key), ignore_index=True), frame)


class TestCalls:
    def test_every_call_is_answered_abandoned_or_blocked(self, past):
        calls = past.calls
        answered = calls["outcome"] == "answered"
        assert set(calls["outcome"]) <= {"answered", "abandoned", "blocked"}
        for column in ("answered_at", "agent", "talk_s", "hold_s", "acw_s", "resolved", "transferred", "topic"):
            assert (calls[column].notna() == answered).all(), column
        assert (calls["wait_s"].notna() == (calls["outcome"] != "blocked")).all()

    def test_moments_and_durations_agree(self, past):
        calls = past.calls
        told = calls[calls["outcome"] == "answered"]
        assert ((told["answered_at"] - told["offered_at"]).dt.total_seconds() == told["wait_s"]).all()
        assert ((told["ended_at"] - told["answered_at"]).dt.total_seconds() == told["talk_s"] + told["hold_s"]).all()
        lost = calls[calls["outcome"] == "abandoned"]
        assert ((lost["ended_at"] - lost["offered_at"]).dt.total_seconds() == lost["wait_s"]).all()

    def test_first_come_first_served_within_a_queue(self, past):
        told = past.calls[past.calls["outcome"] == "answered"]
        for _, calls in told.groupby("queue"):
            assert calls.sort_values("offered_at", kind="stable")["answered_at"].is_monotonic_increasing

    def test_calls_come_only_while_the_queue_is_open(self, past, centre):
        for queue in queues_of(centre):
            offered = past.calls.loc[past.calls["queue"] == queue.name, "offered_at"]
            hours = offered.dt.hour + offered.dt.minute / 60
            assert hours.min() >= queue.kind.opens_h
            assert hours.max() < queue.kind.closes_h
            assert set(offered.dt.day_of_week) == {day for day in range(7) if queue.kind.weekday[day] > 0}

    def test_nobody_calls_or_works_on_a_public_holiday(self, past):
        holidays = {pd.Timestamp(day).date() for day in ("2026-04-27", "2026-05-14", "2026-05-25")}
        for times in (past.calls["offered_at"], past.schedule["start"], past.agent_states["start"]):
            assert not holidays & set(times.dt.date)
        assert set(past.calls["offered_at"].dt.date) >= {pd.Timestamp("2026-04-28").date()}

    def test_ids_count_the_calls_of_each_day(self, past):
        for day, ids in past.calls.groupby(past.calls["offered_at"].dt.strftime("%Y%m%d"))["call_id"]:
            assert ids.tolist() == [f"{day}-{number:06d}" for number in range(1, len(ids) + 1)]

    def test_service_is_credible(self, past):
        calls = past.calls
        within = (calls["outcome"] == "answered") & (calls["wait_s"] <= 20)
        assert 0.75 <= within.mean() <= 0.90
        assert 0.03 <= (calls["outcome"] == "abandoned").mean() <= 0.075
        assert (calls["outcome"] == "blocked").mean() < 0.005
        assert within.groupby(calls["queue"]).mean().min() > 0.7

    def test_callers_return_about_the_same_topic_when_it_was_not_resolved(self, past):
        told = past.calls[past.calls["outcome"] == "answered"].iloc[:20000]
        visits = defaultdict(list)
        for row in told.itertuples():
            visits[row.customer, row.topic].append(row.offered_at)
        again = []
        for row in told.itertuples():
            after = [at for at in visits[row.customer, row.topic] if pd.Timedelta(0) < at - row.offered_at]
            again.append(any(at - row.offered_at < pd.Timedelta(days=7) for at in after))
        share = pd.Series(again, index=told.index).groupby(told["resolved"]).mean()
        assert share[False] > 5 * share[True]


class TestAgentStates:
    def test_the_states_of_an_agent_never_overlap(self, past, lived):
        for states in (past.agent_states, lived.agent_states):
            for _, rows in states.groupby("agent"):
                assert (rows["start"] < rows["end"]).all()
                assert (rows["start"].iloc[1:].to_numpy() >= rows["end"].iloc[:-1].to_numpy()).all()

    def test_every_answered_call_is_a_stretch_on_call_then_after_call_work(self, past, lived):
        for tables in (past, lived):
            states = tables.agent_states
            calls = tables.calls[tables.calls["answered_at"] >= states["start"].min()]
            calls = calls.sort_values(["agent", "answered_at"])
            on_call = states[states["state"] == "on_call"]
            assert calls["agent"].tolist() == on_call["agent"].tolist()
            assert calls["answered_at"].tolist() == on_call["start"].tolist()
            assert calls["ended_at"].tolist() == on_call["end"].tolist()
            worked = calls[calls["acw_s"] > 0]
            acw = states[states["state"] == "acw"]
            assert worked["ended_at"].tolist() == acw["start"].tolist()
            assert ((acw["end"] - acw["start"]).dt.total_seconds().to_numpy() == worked["acw_s"].to_numpy()).all()

    def test_a_call_that_did_not_wait_was_answered_out_of_ready(self, past):
        states = past.agent_states
        before = states.assign(
            state_before=states["state"].shift(), until=states["end"].shift(), who=states["agent"].shift()
        )
        at_once = past.calls[(past.calls["wait_s"] == 0) & (past.calls["outcome"] == "answered")]
        found = at_once.merge(before, left_on=["agent", "answered_at"], right_on=["agent", "start"])
        seamless = (found["until"] == found["start"]) & (found["who"] == found["agent"])
        assert len(found) > 1000
        assert seamless.mean() > 0.999
        assert (seamless & (found["state_before"] == "ready")).mean() > 0.98

    def test_nobody_is_ready_while_a_caller_they_serve_waits(self, past, centre):
        day = dt.date(2026, 6, 1)
        skills = demo.agents(centre).set_index("agent")["skills"].str.split("|").map(set)
        ready = past.agent_states[(past.agent_states["state"] == "ready") & (past.agent_states["start"].dt.date == day)]
        waits = past.calls[(past.calls["wait_s"] > 0) & (past.calls["offered_at"].dt.date == day)]
        left = waits["offered_at"] + pd.to_timedelta(waits["wait_s"], unit="s")
        assert len(waits) > 20
        for row, until in zip(waits.itertuples(), left, strict=True):
            during = ready[(ready["start"] < until) & (ready["end"] > row.offered_at)]
            assert not any(row.queue in skills[agent] for agent in during["agent"])

    def test_agents_answer_only_what_they_can(self, past, centre):
        skills = demo.agents(centre).set_index("agent")["skills"]
        pairs = past.calls.dropna(subset="agent")[["agent", "queue"]].drop_duplicates()
        assert all(row.queue in skills[row.agent].split("|") for row in pairs.itertuples())
        assert any("|" in skills[agent] for agent, queues in pairs.groupby("agent")["queue"] if len(queues) == 2)

    def test_details_are_kept_for_the_last_weeks_only(self, past, centre):
        since = pd.Timestamp(centre.live_week, tz=centre.timezone) - pd.DateOffset(weeks=centre.detail_weeks)
        for frame in (past.agent_states, past.schedule):
            assert since <= frame["start"].min() < since + pd.Timedelta(days=1)
        assert past.schedule["version"].nunique() == centre.detail_weeks
        assert past.calls["offered_at"].min() < since


def fingerprint(tables):
    return {name: hashlib.sha256(getattr(tables, name).to_csv(index=False).encode()).hexdigest() for name in TABLES}


class TestDeterminism:
    def test_the_same_seed_gives_the_same_bytes_in_another_process(self):
        code = (
            "import demo, sys; sys.path.insert(0, 'tests/demo')\n"
            "from test_demo_history import fingerprint\n"
            "sys.stdout.write(repr(fingerprint(demo.history(demo.DemoSpec(seed=7, queues=1, agents=12, weeks=3)))))"
        )
        elsewhere = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "77"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert elsewhere.stdout == repr(fingerprint(demo.history(demo.DemoSpec(seed=7, queues=1, agents=12, weeks=3))))

    def test_another_seed_gives_another_centre(self):
        one, other = (demo.history(demo.DemoSpec(seed=seed, queues=1, agents=12, weeks=1)) for seed in (1, 2))
        assert fingerprint(one)["calls"] != fingerprint(other)["calls"]

    def test_it_narrates(self):
        lines = []
        demo.history(demo.DemoSpec(queues=1, agents=12, weeks=1), progress=lines.append)
        assert any("simulating" in line for line in lines)


def contacts_slowly(calls, case):
    same = calls[(calls["customer"] == case.customer) & (calls["topic"] == case.topic)]
    opened = case.opened_at
    return ((same["answered_at"] >= opened) & (same["answered_at"] <= opened + pd.Timedelta(days=14))).sum()


class TestAftermath:
    def test_surveys_ask_about_answered_calls_and_keep_to_their_scale(self, past):
        surveys = past.surveys.merge(past.calls, on="call_id", suffixes=("", "_of_call"), validate="one_to_one")
        assert len(surveys) == len(past.surveys)
        assert (surveys["outcome"] == "answered").all()
        assert (surveys["agent"] == surveys["agent_of_call"]).all()
        assert (surveys["sent_at"] > surveys["ended_at"]).all()
        told = surveys.dropna(subset="score")
        assert told["score"].between(told["scale_min"], told["scale_max"]).all()
        assert (surveys["score"].notna() == surveys["answered_at"].notna()).all()
        assert 0.2 < surveys["score"].notna().mean() < 0.4

    def test_who_was_helped_soon_is_more_content(self, past):
        told = past.surveys.dropna(subset="score").merge(past.calls[["call_id", "resolved", "wait_s"]], on="call_id")
        csat = told[told["kind"] == "csat"]
        assert csat.groupby("resolved")["score"].mean().diff()[True] > 0.5
        assert csat.loc[csat["wait_s"] > 60, "score"].mean() < csat.loc[csat["wait_s"] == 0, "score"].mean()

    def test_sales_are_of_answered_calls_and_refunds_undo_one(self, past):
        sales = past.sales.merge(past.calls[["call_id", "queue", "outcome", "ended_at"]], on="call_id")
        assert (sales["outcome"] == "answered").all()
        assert (sales["sold_at"] >= sales["ended_at"]).all()
        refunds = sales[sales["amount"] < 0]
        firsts = sales[(sales["amount"] > 0) & ~sales["is_cross_sell"]].set_index("call_id")["amount"]
        assert len(refunds) > 0
        assert (firsts[refunds["call_id"]].to_numpy() == -refunds["amount"].to_numpy()).all()
        answered = past.calls[past.calls["outcome"] == "answered"]["queue"].value_counts()
        share = sales[(sales["amount"] > 0) & ~sales["is_cross_sell"]]["queue"].value_counts() / answered
        assert share["sales"] == pytest.approx(0.21, rel=0.2)

    def test_contacts_of_a_case_counted_one_by_one(self, past):
        calls = past.calls[past.calls["outcome"] == "answered"]
        sample = past.cases.iloc[:: len(past.cases) // 60]
        assert sample["contacts"].max() > 1
        assert [contacts_slowly(calls, case) for case in sample.itertuples()] == sample["contacts"].tolist()
        assert not calls.set_index("call_id").loc[past.cases["first_call_id"], "resolved"].any()
        closed = past.cases.dropna(subset="resolved_at")
        assert (closed["resolved_at"] >= closed["opened_at"]).all()
        assert 0 < len(closed) < len(past.cases)

    def test_only_whole_months_are_in_the_books(self, past):
        costs = past.costs.pivot(index="month", columns="kind", values="amount")
        assert costs.index.tolist() == [pd.Timestamp("2026-05-01")]
        calls = past.calls[past.calls["offered_at"].dt.strftime("%Y-%m") == "2026-05"]
        line_s = np.nansum(calls[["wait_s", "talk_s", "hold_s"]].to_numpy())
        assert costs["telephony"].iloc[0] == pytest.approx(line_s / 60 * 0.021, abs=0.01)
        assert costs.drop(columns="revenue").sum(axis=1).iloc[0] < 0.1 * costs["revenue"].iloc[0]
