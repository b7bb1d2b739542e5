"""`wfm estimate`, what takes its result, and the patience that a workspace leaves to its calls."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from planning import Workspace
from wfm.errors import Findings, InputError

ZONE = ("--timezone", "Europe/Amsterdam")


def write_log(path, queues=("sales", "care"), n: int = 900) -> None:
    random = np.random.default_rng(1)
    starts = pd.date_range("2026-03-02 08:00", periods=n, freq="31s")
    parts = []
    for number, queue in enumerate(queues):
        patience, needed = random.exponential(90 + 90 * number, n), random.exponential(40, n) * (random.random(n) < 0.6)
        lost = patience < needed
        parts.append(
            pd.DataFrame(
                {
                    "call_id": [f"{queue}{i}" for i in range(n)],
                    "queue": queue,
                    "offered_at": starts,
                    "wait_s": np.minimum(patience, needed).round(),
                    "talk_s": np.where(lost, np.nan, random.gamma(4, 50, n).round()),
                    "outcome": np.where(lost, "abandoned", "answered"),
                }
            )
        )
    pd.concat(parts).to_csv(path, index=False)


@pytest.fixture
def log(tmp_path):
    write_log(tmp_path / "calls.csv")
    return tmp_path / "calls.csv"


@pytest.fixture
def forecast(tmp_path):
    starts = pd.date_range("2026-03-09 08:00", periods=6, freq="30min", tz="Europe/Amsterdam")
    rows = [{"queue": q, "interval_start": s, "calls": 80.0, "aht_s": 200.0} for q in ("sales", "care") for s in starts]
    pd.DataFrame(rows).to_csv(tmp_path / "forecast.csv", index=False)
    return tmp_path / "forecast.csv"


def test_a_table_a_file_and_json(wfm, log, tmp_path) -> None:
    shown = wfm("estimate", log, *ZONE)
    assert shown.code == 0, shown.err
    assert re.search(r"^care +900 ", shown.out, re.MULTILINE)
    told = json.loads(wfm("estimate", log, *ZONE, "--json").out)
    assert {row["queue"]: row["handle_shape"] for row in told} == {"sales": "gamma", "care": "gamma"}
    out = tmp_path / "estimates.csv"
    assert wfm("estimate", log, *ZONE, "-o", out).code == 0
    sales = pd.read_csv(out).set_index("queue").loc["sales"]
    assert sales["patience_low_s"] < 90 < sales["patience_high_s"]


def test_quiet_drops_what_is_said_of_few_calls(wfm, tmp_path) -> None:
    log = tmp_path / "few.csv"
    write_log(log, n=60)
    told, quiet = wfm("estimate", log, *ZONE), wfm("estimate", log, *ZONE, "-q")
    assert "abandoned calls, expected 30 or more" in told.err
    assert quiet.err == ""
    assert told.out == quiet.out


def test_only_the_last_weeks(wfm, log, tmp_path) -> None:
    early = pd.read_csv(log).assign(offered_at=lambda f: pd.to_datetime(f["offered_at"]) - pd.Timedelta(weeks=2))
    both = tmp_path / "both.csv"
    pd.concat([early.assign(call_id="e" + early["call_id"], talk_s=2000.0), pd.read_csv(log)]).to_csv(both, index=False)
    whole, last = (
        json.loads(wfm("estimate", both, *ZONE, "--json", *more).out)[0]["aht_s"] for more in ((), ("--weeks", 1))
    )
    assert whole > 900
    assert last == pytest.approx(200, abs=10)


def test_staff_takes_patience_and_spread_by_queue(wfm, log, forecast, tmp_path) -> None:
    estimates = tmp_path / "estimates.csv"
    wfm("estimate", log, *ZONE, "-o", estimates)
    own = estimates.read_text()
    patience = pd.read_csv(estimates).set_index("queue")["patience_s"]
    plan = json.loads(wfm("staff", forecast, *ZONE, "--estimates", estimates, "--load", "mol", "--json").out)
    assert {row["model"] for row in plan} == {"erlang_a"}
    for queue in ("sales", "care"):
        by_hand = json.loads(
            wfm(
                "staff", forecast, *ZONE, "--patience", f"{patience[queue]}s", "--load", "mol", "--handle-cv", "0.5",
                "--json",
            ).out
        )  # fmt: skip
        ours = [row["agents"] for row in plan if row["queue"] == queue]
        assert ours == [row["agents"] for row in by_hand if row["queue"] == queue]
    plain = wfm("staff", forecast, *ZONE, "--estimates", estimates, "--model", "erlang_c", "--json")
    assert {row["model"] for row in json.loads(plain.out)} == {"erlang_c"}
    estimates.write_text("\n".join(line for line in own.splitlines() if not line.startswith("care")))
    missing = wfm("staff", forecast, *ZONE, "--estimates", estimates)
    assert missing.code == 3
    assert "no row of queue care" in missing.err


def test_a_queue_in_which_nobody_hung_up_is_said(wfm, forecast, tmp_path) -> None:
    estimates = tmp_path / "estimates.csv"
    estimates.write_text("queue,offered,abandoned,patience_s,handle_cv\nsales,50,0,,1\ncare,50,20,90,1\n")
    done = wfm("staff", forecast, *ZONE, "--estimates", estimates, "--json")
    assert done.code == 0
    assert "queue sales: the estimates know no patience" in done.err
    assert {row["queue"]: row["model"] for row in json.loads(done.out)} == {"sales": "erlang_c", "care": "erlang_a"}


def test_simulate_takes_them_too(wfm, log, forecast, tmp_path) -> None:
    estimates, plan = tmp_path / "estimates.csv", tmp_path / "plan.csv"
    wfm("estimate", log, *ZONE, "-o", estimates)
    wfm("staff", forecast, *ZONE, "--estimates", estimates, "-o", plan)
    arguments = ("simulate", forecast, plan, *ZONE, "--days", 50, "-q", "--json")
    lost = {
        given: json.loads(wfm(*arguments, *(("--estimates", estimates) if given else ())).out)["days"]
        for given in (True, False)
    }
    assert min(day["abandonment"] for day in lost[True]) > 0
    assert max(day["abandonment"] for day in lost[False]) == 0


class TestAWorkspace:
    @pytest.fixture
    def estimating(self, demo_copy):
        path = demo_copy / "wfm.toml"
        text = re.sub(r'^patience = "[^"]+"', 'patience = "estimate"', path.read_text(), flags=re.MULTILINE)
        path.write_text(text)
        return demo_copy

    def test_patience_is_that_of_the_calls_before_the_week(self, estimating, wfm) -> None:
        workspace = Workspace.open(estimating)
        calls = workspace.read_calls().frame
        queues, middle = sorted(calls["queue"].unique()), calls["offered_at"].quantile(0.5)
        notes = Findings()
        specs = workspace.specs(queues, before=middle, findings=notes)
        early = calls[calls["offered_at"] < middle]
        for queue, spec in specs.items():
            own = early[early["queue"] == queue]
            assert spec.patience_s == pytest.approx(own["wait_s"].sum() / (own["outcome"] == "abandoned").sum())
            assert spec.model == "erlang_a"
        assert [f.rule for f in notes].count("estimated-patience") == len(queues)
        told = {row["queue"]: row for row in json.loads(wfm("estimate", "--json", folder=estimating).out)}
        later = workspace.specs(queues)
        assert {q: told[q]["patience_s"] for q in queues} == pytest.approx({q: later[q].patience_s for q in queues})

    def test_the_plan_says_the_patience_it_used(self, estimating, wfm) -> None:
        text = (estimating / "wfm.toml").read_text()
        (estimating / "wfm.toml").write_text(text.replace('models = "auto"', 'models = "moving_average"'))
        done = wfm("plan", "--force", "-q", "--json", folder=estimating)
        assert done.code == 0, done.err
        manifest = json.loads(done.out)
        assert all(spec["patience_from"] == "calls" and spec["patience_s"] > 0 for spec in manifest["specs"])
        assert "estimated-patience" in {warning["rule"] for warning in manifest["warnings"]}
        page = estimating / "runs" / manifest["run_id"].replace(".1", "") / "report.html"
        assert "estimated from the calls" in page.read_text(encoding="utf-8")

    def test_a_model_that_needs_a_patience_and_calls_that_have_none(self, estimating) -> None:
        workspace = Workspace.open(estimating)
        queues = sorted(workspace.read_calls().frame["queue"].unique())
        with pytest.raises(InputError) as caught:
            workspace.specs(queues, before=pd.Timestamp("2000-01-01", tz="UTC"))
        assert len(caught.value.findings) == len(queues)
        assert "write a duration" in str(caught.value)

    def test_interval_histories_know_no_patience(self, wfm, tmp_path) -> None:
        (tmp_path / "wfm.toml").write_text(
            '[data]\nhistory = "history.csv"\n[staffing]\nmodel = "erlang_a"\npatience = "estimate"\n'
        )
        starts = pd.date_range("2026-01-05", periods=48 * 60, freq="30min", tz="UTC")
        frame = pd.DataFrame({"queue": "a", "interval_start": starts, "offered": 5.0, "answered": 5.0, "abandoned": 0})
        frame.assign(aht_s=200.0).to_csv(tmp_path / "history.csv", index=False)
        for command in ("plan", "estimate"):
            done = wfm(command, folder=tmp_path)
            assert done.code == 3, done.err
            assert "interval histories, no calls" in done.err
