"""Chat, mail and blended work from the command line and from `wfm.toml`."""

import json

import numpy as np
import pandas as pd
import pytest

from wfm.config import load_config

TOML = """
[workspace]
timezone = "Europe/Amsterdam"
[staffing]
service_level = 0.8
answer_within = "20s"
[queues.chat]
channel = "chat"
chats_aht = ["400s", "520s", "660s"]
patience = "3min"
answer_within = "30s"
[queues.mail]
channel = "email"
answer_within = "24h"
promise_runs = "agent_hours"
agent_hours = "mon-fri 08:00-18:00"
blend_with = ["sales"]
"""


@pytest.fixture
def week(tmp_path):
    """A workspace and a forecast of calls, chats and mail, which comes at night too."""
    starts = pd.date_range("2026-11-23", "2026-11-30", freq="1h", inclusive="left", tz="Europe/Amsterdam")
    day = np.asarray((starts.hour >= 8) & (starts.hour < 18))
    parts = [
        pd.DataFrame({"queue": queue, "interval_start": starts, "calls": calls, "aht_s": aht_s})
        for queue, calls, aht_s in (
            ("chat", np.where(day, 200.0, 0.0), np.nan),
            ("mail", np.where(day, 30.0, 4.0), 300.0),
            ("sales", np.where(day, 150.0, 0.0), 240.0),
        )
    ]
    (tmp_path / "wfm.toml").write_text(TOML, encoding="utf-8")
    pd.concat(parts).to_csv(tmp_path / "forecast.csv", index=False)
    return tmp_path


def test_single_question_of_chat(wfm):
    asked = ("erlang", "--calls", 100, "--service-level", "0.8", "--answer-within", "30s", "--patience", "3min")
    found = json.loads(wfm(*asked, "--chats-aht", "400s,520s,660s", "--json").out)
    assert (found["model"], found["aht_s"], found["answer"]["agents"]) == ("chat", 400, 13)
    ratios = json.loads(wfm(*asked, "--aht", "400s", "--chats-aht", "1,1.3,1.65", "--json").out)
    assert ratios["answer"] == found["answer"]
    assert "chats at hand" in wfm(*asked, "--chats-aht", "400s,520s,660s").out
    assert wfm(*asked, "--aht", "400s", "--chats-aht", "400s,520s").code == 2
    assert "at most 1 at once" in wfm(*asked, "--chats-aht", "400s,900s").err


def test_each_queue_is_staffed_by_its_channel(wfm, week):
    assert wfm("staff", "forecast.csv", "-o", "plan.csv", folder=week).code == 0
    plan = pd.read_csv(week / "plan.csv")
    models = plan.groupby("queue")["model"].first().to_dict()
    assert models == {"chat": "chat", "mail": "backlog", "sales": "erlang_c"}
    busy = plan[(plan["queue"] == "chat") & (plan["calls"] > 0)]
    assert set(busy["agents"]) == {13}
    mail = plan[plan["queue"] == "mail"]
    hour, weekday = (mail["interval_start"].str[11:13].astype(int), pd.to_datetime(mail["interval_start"].str[:10]))
    inside = hour.between(8, 17) & (weekday.dt.day_of_week < 5)
    assert not mail.loc[~inside, "agents"].any()
    assert mail["abandonment"].isna().all()
    alone = week / "wfm.toml"
    alone.write_text(TOML.replace('blend_with = ["sales"]', ""), encoding="utf-8")
    wfm("staff", "forecast.csv", "-o", "alone.csv", folder=week)
    more = pd.read_csv(week / "alone.csv").groupby("queue")["agents"].sum()
    assert more["mail"] > mail["agents"].sum()


def test_a_backlog_at_the_start(wfm, week):
    wfm("staff", "forecast.csv", "-o", "none.csv", "--backlog", "mail=0", folder=week)
    wfm("staff", "forecast.csv", "-o", "some.csv", "--backlog", "mail=200@3h", "--backlog", "100", folder=week)
    none, some = (pd.read_csv(week / name).groupby("queue")["agents"].sum() for name in ("none.csv", "some.csv"))
    assert some["mail"] >= none["mail"] + 20
    assert some["sales"] == none["sales"]
    for told in ("fax=10", "mail=-1", "mail=x", "mail=1@soon"):
        assert wfm("staff", "forecast.csv", "--backlog", told, folder=week).code == 2


def test_mail_alone_by_flags(wfm, week, tmp_path):
    mail = pd.read_csv(week / "forecast.csv").query("queue == 'mail'")
    (tmp_path / "apart").mkdir()
    mail.to_csv(tmp_path / "apart" / "mail.csv", index=False)
    (week / "wfm.toml").unlink()
    asked = ("staff", "mail.csv", "--channel", "email", "--service-level", "0.95", "--timezone", "Europe/Amsterdam")
    hours = ("--agent-hours", "mon-fri 08:00-18:00")
    found = wfm(*asked, "--answer-within", "8h", "--promise-runs", "agent_hours", *hours, folder=tmp_path / "apart")
    assert found.code == 0
    assert ",backlog" in found.out
    night = wfm(*asked, "--answer-within", "2h", *hours)
    assert (night.code, "queue mail: found" in night.err) == (4, True)
    short = wfm(*asked, "--answer-within", "20s", *hours)
    assert (short.code, "at least an interval" in short.err) == (3, True)


def test_calls_and_chats_are_simulated_and_mail_named(wfm, week):
    wfm("staff", "forecast.csv", "-o", "plan.csv", folder=week)
    found = wfm("simulate", "forecast.csv", "plan.csv", "--days", 2, "-q", folder=week)
    assert found.code == 0
    assert "queue mail: email is not simulated" in found.err
    assert "queue chat" not in found.err
    assert "chat  " in found.out
    assert "chats at once" in found.out
    capacity = wfm(
        "capacity", "forecast.csv", "--fte", 20, "--what-if", "aht -10%, service level 90% in 10s", folder=week
    )
    assert capacity.code == 0


def test_settings_of_channels(week):
    config = load_config(week)
    assert config.queue("chat").concurrency == (400, 520, 660)
    assert config.queue("chat").model == "chat"
    assert config.queue("mail").target.answer_within_s == 86_400
    assert config.queue("mail").blend_with == ("sales",)
    assert config.queue("sales").channel == "phone"
