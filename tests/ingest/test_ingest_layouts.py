"""Exports of the systems whose layouts are known, and what holds for every layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ingest import RULES, SOURCES, read_calls, read_history
from ingest.fields import CLOCKS, COUNTS, DATES, FLAGS, TEXTS, TIMES
from wfm.contracts import CALLS, INTERVAL_HISTORY

DURATIONS = {"wait_s", "talk_s", "hold_s", "acw_s", "handle_s", "aht_s", "asa_s", "max_wait_s"}
DURATIONS |= {"avg_talk_s", "avg_acw_s"}


def read(folder: Path, text: str, *, interval_s: int = 900, name: str = "export.csv", **options: object):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    reading = read_history(path, interval_s=interval_s, **options)
    INTERVAL_HISTORY.validate(reading.frame)
    if reading.calls is not None:
        CALLS.validate(reading.calls)
    return reading


@pytest.mark.parametrize("name", list(SOURCES))
def test_every_layout_maps_known_fields_and_finds_its_own_headers(name: str) -> None:
    source = SOURCES[name]
    assert source.doc
    assert set(source.columns) <= {*TEXTS, *TIMES, *DATES, *CLOCKS, *FLAGS, *COUNTS, *DURATIONS}
    needed = {need for needs in source.required for need in ((needs,) if isinstance(needs, str) else needs)}
    assert needed <= set(source.columns)
    assert set(source.units_s) <= set(source.columns) & DURATIONS
    if not source.first_row:
        header = tuple(spellings.split(" | ")[0] for spellings in source.columns.values())
        assert source.fits(header)
        assert set(source.find(header)) == set(source.columns)
        assert not source.fits(("nothing", "of", "it"))


def test_every_finding_of_the_code_names_a_rule() -> None:
    folder = Path(__file__).resolve().parents[2] / "ingest"
    code = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path.name != "rules.py")
    assert [rule for rule in RULES if f'"{rule}"' not in code] == []
    assert all(rule.says.endswith(".") for rule in RULES.values())


GENESYS = """Interval Start,Interval End,Interval Complete,Media Type,Queue Name,Offer,Answer,Answer %,Abandon,Abandon %,ASA,Avg Handle,Avg Hold,Max Wait
2026-01-05 08:00,2026-01-05 08:15,true,voice,Sales,10,9,90.00%,1,10.00%, 00:00:12.500, 00:05:12.250, 00:01:00.000, 00:01:10.000
2026-01-05 08:15,2026-01-05 08:30,true,voice,Sales,0,0,NaN%,0,Infinity%,,NaN,,
2026-01-05 08:00,2026-01-05 08:15,true,chat,Sales,4,4,100.00%,0,0.00%,1500,312250,,2000
"""  # noqa: E501


def test_genesys(tmp_path: Path) -> None:
    reading = read(tmp_path, GENESYS, timezone="Europe/Berlin")
    assert reading.source == "genesys"
    frame = reading.frame.set_index(["queue", "interval_start"])
    voice, chat = frame.loc["Sales"], frame.loc["Sales (chat)"]
    assert voice["aht_s"].tolist()[0] == 312.25
    assert voice["wait_s"].tolist() == [12.5 * 9, 0]
    assert voice["max_wait_s"].tolist()[0] == 70
    assert chat[["offered", "aht_s", "wait_s"]].iloc[0].tolist() == [4, 312.25, 6]
    assert pd.isna(voice["aht_s"].iloc[1])
    assert str(frame.index.levels[1].tz) == "Europe/Berlin"


FIVE9 = """CALL ID,TIMESTAMP,CAMPAIGN,CALL TYPE,SKILL,AGENT NAME,DISPOSITION,QUEUE WAIT TIME,TALK TIME,HOLD TIME,AFTER CALL WORK TIME,ABANDONED
1,"Mon, 05 Jan 2026 08:00:10",Main,Inbound,Sales,Ann,Sold,00:00:15,00:04:00,00:00:30,00:00:20,0
2,"Mon, 05 Jan 2026 08:01:00",Main,Inbound,Sales,[None],Abandon,00:01:00,00:00:00,00:00:00,00:00:00,1
3,"Mon, 05 Jan 2026 08:02:00",Main,Inbound,Sales,[None],IVR,00:00:00,00:00:00,00:00:00,00:00:00,0
4,"Mon, 05 Jan 2026 08:03:00",Main,Manual,Sales,Ann,Sold,00:00:00,00:02:00,00:00:00,00:00:10,0
"""  # noqa: E501


def test_five9(tmp_path: Path) -> None:
    reading = read(tmp_path, FIVE9)
    assert reading.source == "five9"
    assert reading.calls is not None
    assert reading.calls["outcome"].tolist() == ["answered", "abandoned", "failed", "answered"]
    assert reading.calls["direction"].tolist() == ["inbound"] * 3 + ["outbound"]
    row = reading.frame.iloc[0]
    assert row[["offered", "answered", "abandoned"]].tolist() == [2, 1, 1]
    assert row[["aht_s", "wait_s", "max_wait_s"]].tolist() == [240 + 30 + 20, 15, 60]


AMAZON = """ContactId,Channel,InitiationMethod,Queue.Name,QueueInfo.EnqueueTimestamp,QueueInfo.Duration,Agent.Username,Agent.ConnectedToAgentTimestamp,Agent.AgentInteractionDuration,Agent.CustomerHoldDuration,Agent.AfterContactWorkDuration,DisconnectTimestamp
c1,VOICE,INBOUND,Sales,2026-01-05T08:00:00Z,10,ann,2026-01-05T08:00:10Z,200,20,,2026-01-05T08:03:50Z
c2,VOICE,INBOUND,Sales,2026-01-05T08:05:00Z,30,,,,,,2026-01-05T08:05:30Z
c3,VOICE,INBOUND,,,,,,,,,2026-01-05T08:06:00Z
c1,VOICE,INBOUND,Sales,2026-01-05T08:00:00Z,10,ann,2026-01-05T08:00:10Z,200,20,15,2026-01-05T08:03:50Z
"""  # noqa: E501


def test_amazon_connect_keeps_the_last_delivery_and_leaves_out_what_never_queued(tmp_path: Path) -> None:
    reading = read(tmp_path, AMAZON, timezone="Europe/Berlin")
    assert reading.source == "amazon_connect"
    assert reading.calls is not None
    assert reading.calls["call_id"].tolist() == ["c1", "c2"]
    assert reading.calls["channel"].tolist() == ["voice", "voice"]
    assert str(reading.calls["offered_at"].iloc[0]) == "2026-01-05 09:00:00+01:00"
    assert reading.frame[["offered", "answered", "abandoned", "aht_s"]].iloc[0].tolist() == [2, 1, 1, 235]
    rules = {finding.rule: (finding.row, finding.count) for finding in reading.findings}
    assert rules["not-queued"] == (4, 1)
    assert rules["repeated-call-id"] == (2, 1)


def test_amazon_connect_historical_metrics(tmp_path: Path) -> None:
    text = (
        "Queue,StartInterval,EndInterval,Contacts queued,Contacts handled,Contacts abandoned,Average handle time,"
        "Average agent interaction time,Average after contact work time,Average queue answer time\n"
        "Sales,2026-01-05T08:00:00Z,2026-01-05T08:15:00Z,10,8,2,00:04:00,00:03:30,00:00:20,00:00:11\n"
    )
    reading = read(tmp_path, text)
    assert reading.source == "amazon_connect_history"
    expected = {"offered": 10, "answered": 8, "abandoned": 2, "aht_s": 240, "talk_s": 1680, "acw_s": 160, "wait_s": 88}
    assert reading.frame[list(expected)].iloc[0].to_dict() == expected


def test_calabrio_has_no_header(tmp_path: Path) -> None:
    text = "Insurance,20210218 08:00,20210218 08:15,16,135.46,490.74,16.85\n"
    text += "Insurance,20210218 08:15,20210218 08:30,25,127.93,443.24,21.48\n"
    reading = read(tmp_path, text)
    assert reading.source == "calabrio"
    assert reading.frame["offered"].tolist() == [16, 25]
    np.testing.assert_allclose(reading.frame["aht_s"], [626.2, 571.17])
    with_broken_row = text.replace(",25,", ",x,")
    path = tmp_path / "broken.csv"
    path.write_text(with_broken_row, encoding="utf-8")
    errors = read_history(path, interval_s=900, strict=False).findings.of("error")
    assert [(error.rule, error.row) for error in errors] == [("bad-number", 2)]


def test_eleveo(tmp_path: Path) -> None:
    text = "DateTime;ACD ID;Queue;Offered;AHT(s)\n"
    text += "05.01.2026 08:00;1;Vertrieb;12;301,5\n25.01.2026 08:15;1;Vertrieb;3;280\n"
    reading = read(tmp_path, text)
    assert reading.source == "eleveo"
    assert reading.frame["aht_s"].tolist() == [301.5, 280]
    assert reading.frame["interval_start"].dt.strftime("%d.%m.%Y %H:%M").tolist() == [
        "05.01.2026 08:00",
        "25.01.2026 08:15",
    ]


def test_volumes_only_name_their_queue_after_the_file(tmp_path: Path) -> None:
    reading = read(tmp_path, "DateTime,Calls\n2026-01-05 08:00:00,11.0\n", name="support.csv")
    assert reading.source == "bank"
    row = reading.frame.iloc[0]
    assert row[["queue", "offered", "answered"]].tolist() == ["support", 11, 11]
    assert row[["abandoned", "aht_s"]].isna().all()
    assert {"queue-from-file", "layout-note"} <= {finding.rule for finding in reading.findings}


def test_a_general_log_with_date_time_and_a_transfer_flag(tmp_path: Path) -> None:
    text = "Date;Time;Skill;Answered;Wait time;Talk time;Wrap-up;Transfer\n"
    text += "13/01/2026;08:00:10;Sales;Y;0:12;4:00;0:30;no\n14/01/2026;08:01;Sales;N;1:05;;;\n"
    reading = read(tmp_path, text, timezone="Europe/London")
    assert reading.source == "generic_calls"
    assert reading.calls is not None
    assert str(reading.calls["offered_at"].iloc[0]) == "2026-01-13 08:00:10+00:00"
    assert reading.calls["outcome"].tolist() == ["answered", "abandoned"]
    assert reading.frame["aht_s"].tolist()[0] == 270
    assert "date-format" in {finding.rule for finding in reading.findings}


def test_the_contracts_own_columns_are_read_back(tmp_path: Path) -> None:
    reading = read(tmp_path, FIVE9)
    assert reading.calls is not None
    for frame, name in ((reading.calls, "calls.csv"), (reading.frame, "history.csv")):
        frame.to_csv(tmp_path / name, index=False)
    pd.testing.assert_frame_equal(read_calls(tmp_path / "calls.csv").frame, reading.calls)
    pd.testing.assert_frame_equal(read_history(tmp_path / "history.csv", interval_s=900).frame, reading.frame)
