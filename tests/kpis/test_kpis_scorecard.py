"""What the scorecard says around its figures: totals, periods, targets, reasons, names, errors."""

import numpy as np
import pandas as pd
import pytest

from kpis import KPIS, scorecard
from kpis.tables import TABLES
from wfm.contracts import SCORECARD
from wfm.errors import InputError, UsageProblem

ZONE = "Europe/Amsterdam"


def history_of(*rows):
    frame = pd.DataFrame(rows, columns=["queue", "interval_start", "offered", "answered", "abandoned"])
    times = pd.DatetimeIndex([pd.Timestamp(start, tz="UTC") for start in frame["interval_start"]])
    return frame.assign(interval_start=times.tz_convert(ZONE)).astype({"offered": float, "answered": float})


HISTORY = history_of(
    ("a", "2026-03-23 09:00", 10, 10, 0.0),
    ("a", "2026-03-24 09:00", 30, 20, 10.0),
    ("b", "2026-03-24 09:00", 60, 0, 60.0),
)


def row_of(card, kpi, queue=None):
    chosen = card[(card["kpi"] == kpi) & (card["queue"].isna() if queue is None else card["queue"] == queue)]
    assert len(chosen) == 1
    return chosen.iloc[0]


@pytest.mark.parametrize("name", list(KPIS))
def test_every_definition_is_complete_and_reads_columns_that_exist(name):
    kpi = KPIS[name]
    assert kpi.name == name
    assert kpi.words.endswith(".")
    assert kpi.source
    assert kpi.why_null
    derived = {"duration_s", "answer_within_s", "handled_s"}
    for measure in kpi.measures:
        assert set(measure.needs) | set(measure.uses) <= set(TABLES[measure.table].names) | derived
        assert len(measure.needs) > 0


@pytest.mark.parametrize("name", list(KPIS))
def test_every_kpi_says_what_it_needs_when_there_is_no_table(name):
    card = SCORECARD.validate(scorecard({}, kpis=[name], timezone=ZONE))
    assert card["value"].isna().all()
    assert card["numerator"].isna().all()
    for table in {measure.table for measure in KPIS[name].measures}:
        assert table in card["why_null"].item()


def test_a_total_is_sum_over_sum_and_has_no_queue():
    card = SCORECARD.validate(scorecard({"interval_history": HISTORY}, kpis=["abandonment_rate"], timezone=ZONE))
    assert row_of(card, "abandonment_rate", "a")["value"] == 10 / 40
    assert row_of(card, "abandonment_rate", "b")["value"] == 1.0
    total = row_of(card, "abandonment_rate")
    assert (total["numerator"], total["denominator"], total["value"], total["n"]) == (70, 100, 0.7, 100)


def test_totals_of_every_outer_level():
    calls = pd.DataFrame(
        {
            "call_id": list("123"),
            "queue": ["a", "a", "b"],
            "topic": ["bill", "order", "bill"],
            "offered_at": pd.Timestamp("2026-03-24", tz=ZONE),
            "outcome": ["abandoned", "answered", "answered"],
        }
    )
    card = scorecard({"calls": calls}, kpis=["abandonment_rate"], by=("queue", "topic"), timezone=ZONE)
    card = card.fillna({"queue": "-", "topic": "-"}).set_index(["queue", "topic"])
    shares = card["value"].to_dict()
    assert shares == {
        ("a", "bill"): 1.0,
        ("a", "order"): 0.0,
        ("b", "bill"): 0.0,
        ("a", "-"): 0.5,
        ("b", "-"): 0.0,
        ("-", "-"): 1 / 3,
    }


@pytest.mark.parametrize(
    ("period", "starts", "values"),
    [
        ("day", ["2026-03-28", "2026-03-29", "2026-03-30"], [1, 46, 2]),
        ("week", ["2026-03-23", "2026-03-30"], [47 / 2, 2]),
        ("month", ["2026-03-01"], [49 / 3]),
        ("all", [pd.NaT], [49 / 3]),
    ],
)
def test_periods_follow_the_local_calendar_over_a_clock_change(period, starts, values):
    first = pd.Timestamp("2026-03-28 22:30", tz="UTC")
    times = [str(first + pd.Timedelta(minutes=30 * number))[:16] for number in range(49)]
    history = history_of(*[("a", time, 1, 1, 0.0) for time in times])
    card = scorecard({"interval_history": history}, kpis=["arrival_rate"], by=(), period=period, timezone=ZONE)
    expected = pd.DatetimeIndex([pd.Timestamp(start) for start in starts]).tz_localize(ZONE)
    assert pd.DatetimeIndex(card["period_start"]).equals(expected.as_unit("us"))
    assert card["value"].tolist() == values


def test_the_day_that_skips_its_midnight_starts_at_its_first_moment():
    history = HISTORY.assign(interval_start=pd.Timestamp("2018-11-04 12:00", tz="America/Sao_Paulo"))[:1]
    card = scorecard(
        {"interval_history": history}, kpis=["arrival_rate"], by=(), period="day", timezone="America/Sao_Paulo"
    )
    assert card["period_start"].item() == pd.Timestamp("2018-11-04 01:00", tz="America/Sao_Paulo")


def test_status_follows_the_direction_that_is_better():
    history = HISTORY.assign(answered_in_threshold=[8.0, 16.0, 0.0], wait_s=[100.0, 500.0, 0.0])
    targets = {
        "a": {"service_level": 0.6, "abandonment_rate": 0.25, "asa": 19.9, "arrival_rate": 1},
        "": {"service_level": 0.5},
    }
    card = scorecard({"interval_history": history}, targets=targets, timezone=ZONE)
    assert row_of(card, "service_level", "a")["status"] == "met"
    assert row_of(card, "abandonment_rate", "a")["status"] == "met"
    assert row_of(card, "asa", "a")["status"] == "missed"
    assert pd.isna(row_of(card, "arrival_rate", "a")["status"])
    assert row_of(card, "arrival_rate", "a")["target"] == 1
    assert (row_of(card, "service_level", "b")["target"], row_of(card, "service_level")["target"]) == (0.5, 0.5)
    assert row_of(card, "service_level")["status"] == "missed"
    assert pd.isna(row_of(card, "asa", "b")["target"])
    assert pd.isna(row_of(card, "asa", "b")["status"])


def test_a_kpi_whose_column_is_missing_or_never_recorded_names_it():
    missing = scorecard({"interval_history": HISTORY}, kpis=["asa"], timezone=ZONE)
    assert missing["why_null"].tolist() == ["needs interval_history.wait_s"]
    unrecorded = scorecard({"interval_history": HISTORY.assign(wait_s=np.nan)}, kpis=["asa"], timezone=ZONE)
    assert unrecorded["why_null"].tolist() == ["needs interval_history.wait_s"]
    nothing = scorecard({"interval_history": HISTORY.assign(wait_s=1.0)[:0]}, kpis=["asa"], timezone=ZONE)
    assert nothing["why_null"].tolist() == ["no rows in interval_history"]


def test_a_share_of_waits_that_nobody_recorded_is_null_not_zero():
    calls = pd.DataFrame(
        {
            "call_id": list("1234"),
            "queue": ["a", "a", "b", "b"],
            "offered_at": pd.Timestamp("2026-03-24", tz=ZONE),
            "outcome": ["answered", "abandoned", "answered", "abandoned"],
            "wait_s": [np.nan, 5.0, 5.0, 5.0],
        }
    )
    card = scorecard({"calls": calls}, kpis=["service_level"], timezone=ZONE)
    assert pd.isna(row_of(card, "service_level", "a")["value"])
    assert row_of(card, "service_level", "a")["why_null"] == "no calls offered with a known wait"
    assert row_of(card, "service_level", "b")["value"] == 0.5


def aht_of(**tables):
    return row_of(scorecard(tables, kpis=["aht"], timezone=ZONE), "aht")


def test_a_blank_hold_or_after_call_work_adds_nothing_and_a_blank_talk_time_leaves_the_call_out():
    unknown = np.nan
    calls = pd.DataFrame({"call_id": list("1234"), "queue": "a", "offered_at": pd.Timestamp("2026-03-24", tz=ZONE)})
    calls = calls.assign(outcome="answered", talk_s=[100.0, 200.0, 300.0, unknown], hold_s=[unknown, 20.0, 0.0, 9.0])
    assert aht_of(calls=calls)[["numerator", "denominator"]].tolist() == [620, 3]
    calls["acw_s"] = [5.0, unknown, unknown, 7.0]
    assert aht_of(calls=calls)[["numerator", "denominator"]].tolist() == [625, 3]
    assert aht_of(calls=calls.assign(talk_s=unknown))[["numerator", "denominator"]].tolist() == [36, 3]
    assert aht_of(calls=calls.drop(columns=["talk_s", "hold_s"]))[["numerator", "denominator"]].tolist() == [12, 2]


def test_handle_time_of_calls_and_of_their_history_is_one():
    """Ten calls of one interval, by hand: 8 answered, 6 of them with a known talk time, of 2 of those hold is blank."""
    talk_s = [100.0] * 6 + [np.nan] * 4
    hold_s = [30.0] * 4 + [np.nan] * 6
    outcome = ["answered"] * 8 + ["abandoned"] * 2
    calls = pd.DataFrame({"call_id": list("0123456789"), "queue": "a", "talk_s": talk_s, "hold_s": hold_s})
    calls = calls.assign(outcome=outcome, offered_at=pd.Timestamp("2026-03-24 09:00", tz=ZONE))
    history = history_of(("a", "2026-03-24 08:00", 10, 8, 2.0)).assign(aht_s=120.0, talk_s=600.0, hold_s=120.0)
    history["acw_s"] = 0.0
    assert aht_of(calls=calls)["value"] == aht_of(interval_history=history)["value"] == 120


def test_handle_time_of_a_history_is_its_average_and_its_parts_where_it_has_none():
    history = HISTORY.assign(aht_s=[100.0, 200.0, np.nan])
    assert aht_of(interval_history=history)["value"] == 5000 / 30
    parts = history.assign(talk_s=[900.0, 3000.0, 0.0], hold_s=0.0, acw_s=100.0)
    assert aht_of(interval_history=parts)["value"] == 5000 / 30
    assert aht_of(interval_history=parts.assign(aht_s=np.nan))["value"] == 4200 / 30


def test_occupancy_from_agent_states_where_nobody_counted_presence():
    start = pd.Timestamp("2026-03-24 09:00", tz=ZONE)
    minutes = [0, 10, 25, 30]
    states = pd.DataFrame({"agent": "ann", "start": [start + pd.Timedelta(minutes=m) for m in minutes]})
    states["end"] = [*states["start"][1:], pd.NaT]
    states["state"] = ["ready", "on_call", "acw", "ready"]
    card = scorecard({"agent_states": states}, kpis=["occupancy"], by=("agent",), timezone=ZONE)
    assert card["value"].tolist() == [20 / 30, 20 / 30]
    assert card["n"].tolist() == [3, 3]


@pytest.mark.parametrize(
    "name", ["a'b", '"); DROP TABLE rows; --', "=HYPERLINK(1)", "<script>", "ünïcode 日本", "", "NULL"]
)
def test_hostile_names_are_data(name):
    history = HISTORY.assign(queue=name)
    card = scorecard(
        {"interval_history": history}, kpis=["abandonment_rate"], targets={name: {"abandonment_rate": 1}}, timezone=ZONE
    )
    assert row_of(card, "abandonment_rate", name)["numerator"] == 70
    assert row_of(card, "abandonment_rate", name)["status"] == "met"


def test_rows_without_a_name_stay_apart_from_the_total():
    presence = pd.DataFrame(
        {
            "queue": ["a", None],
            "interval_start": pd.Timestamp("2026-03-24", tz=ZONE),
            "handling_s": [900.0, 100.0],
            "available_s": [100.0, 900.0],
        }
    )
    card = scorecard({"presence": presence}, kpis=["occupancy"], timezone=ZONE)
    assert row_of(card, "occupancy", "(none)")["value"] == 0.1
    assert row_of(card, "occupancy")["value"] == 0.5


def test_the_same_rows_in_any_order_give_the_same_bytes():
    rng = np.random.default_rng(1)
    size = 20_000
    calls = pd.DataFrame(
        {
            "call_id": [str(number) for number in range(size)],
            "queue": rng.choice(["a", "b", "c"], size),
            "offered_at": pd.Timestamp("2026-03-01", tz=ZONE)
            + pd.to_timedelta(rng.integers(0, 40 * 86400, size), unit="s"),
            "outcome": rng.choice(["answered", "abandoned"], size, p=[0.9, 0.1]),
            "wait_s": rng.exponential(30, size),
            "talk_s": rng.exponential(200, size),
            "hold_s": rng.exponential(10, size),
            "acw_s": rng.exponential(60, size),
        }
    )
    shuffled = calls.sample(frac=1, random_state=2).reset_index(drop=True)
    first, second = (scorecard({"calls": frame}, period="day", timezone=ZONE).to_csv() for frame in (calls, shuffled))
    assert first == second


def test_a_threshold_of_its_own_for_a_queue():
    calls = pd.DataFrame(
        {
            "call_id": list("123"),
            "queue": ["a", "b", "c"],
            "offered_at": pd.Timestamp("2026-03-24", tz=ZONE),
            "outcome": "answered",
            "wait_s": [20.0, 20.0, 20.5],
        }
    )
    card = scorecard({"calls": calls}, kpis=["service_level"], answer_within_s={"b": 10}, timezone=ZONE)
    assert [row_of(card, "service_level", queue)["value"] for queue in "abc"] == [1.0, 0.0, 0.0]
    card = scorecard({"calls": calls}, kpis=["service_level"], answer_within_s={"b": 10, "": 30}, timezone=ZONE)
    assert [row_of(card, "service_level", queue)["value"] for queue in "abc"] == [1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ({"kpis": ["servce_level"]}, "service_level"),
        ({"by": ("queu",)}, "queue"),
        ({"period": "weeks"}, "week"),
        ({"targets": {"": {"asaa": 1}}}, "asa"),
        ({"tables": {"interval_histories": HISTORY}}, "interval_history"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(wrong, near):
    options = {"tables": {"interval_history": HISTORY}, "timezone": ZONE} | wrong
    with pytest.raises(UsageProblem, match=f'did you mean "{near}"'):
        scorecard(**options)


@pytest.mark.parametrize("wrong", [np.inf, -np.inf, 1e13])
def test_a_number_that_cannot_be_is_an_error_with_its_row(wrong):
    history = HISTORY.assign(wait_s=[1.0, wrong, 1.0])
    with pytest.raises(InputError) as problem:
        scorecard({"interval_history": history}, timezone=ZONE)
    assert {(finding.column, finding.row) for finding in problem.value.findings} == {("wait_s", 3)}


def test_text_for_a_number_is_an_error():
    with pytest.raises(InputError, match=r"offered.*a number"):
        scorecard({"interval_history": HISTORY.assign(offered="ten")}, timezone=ZONE)
