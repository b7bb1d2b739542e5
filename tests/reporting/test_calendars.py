"""Calendars: read back by another parser, every time checked in UTC against the schedule itself."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import icalendar
import made_schedules as made
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reporting
from reporting.calendars import sequence_of
from reporting.filenames import file_stems
from wfm.errors import InputError, UsageProblem
from wfm.weekgrid import shift_numbers

MONDAY = dt.date(2026, 11, 23)
ANY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def week(version: str = "2026-W48.2") -> pd.DataFrame:
    rows = made.full_shift("Ann", made.instant(MONDAY, "08:00"), shift="full")
    rows += made.full_shift("Ann", made.instant(MONDAY, "22:00", days=1), queue="care")
    rows += made.full_shift("Ben", made.instant(MONDAY, "09:00"))
    rows += made.stretches(
        "Ben", [(made.instant(MONDAY, "08:00", days=1), "time_off")], made.instant(MONDAY, "16:00", days=1)
    )
    return made.frame(rows).assign(version=version)


def read_zip(path: Path) -> dict[str, list[Any]]:
    """Events by the agent that the index names."""
    with zipfile.ZipFile(path) as bundle:
        index = pd.read_csv(bundle.open("calendars.csv"), dtype=str, keep_default_na=False)
        return {
            row.agent: icalendar.Calendar.from_ical(bundle.read(row.file)).walk("VEVENT") for row in index.itertuples()
        }


def utc(event: Any, name: str) -> dt.datetime:
    moment = event.decoded(name)
    assert moment.tzinfo is not None
    return moment.astimezone(dt.UTC)


def local_by_the_file_alone(text: str, name: str) -> list[dt.datetime]:
    """DTSTART or DTEND in UTC by hand: from the VTIMEZONE that stands in the file, without any zone database."""
    lines = text.replace("\r\n ", "").split("\r\n")
    onsets, offset, begin = [], None, None
    for line in lines:
        if line.startswith("TZOFFSETTO:"):
            sign, digits = line[11], line[12:]
            offset = int(f"{sign}1") * dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
        elif line.startswith("DTSTART:") and not line.endswith("Z"):
            begin = dt.datetime.strptime(line[8:], "%Y%m%dT%H%M%S")
        elif line in ("END:STANDARD", "END:DAYLIGHT"):
            onsets.append((begin, offset))
    found = []
    for line in lines:
        if line.startswith(f"{name}:") and line.endswith("Z"):
            found.append(dt.datetime.strptime(line[len(name) + 1 : -1], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC))
        elif line.startswith(f"{name};TZID="):
            wall = dt.datetime.strptime(line.rpartition(":")[2], "%Y%m%dT%H%M%S")
            # The first pass of a repeated hour is before the onset that the offset before still counts for.
            known = [shift for onset, shift in sorted(onsets) if onset <= wall]
            found.append((wall - known[-1]).replace(tzinfo=dt.UTC))
    return found


class TestTheEvents:
    @ANY
    @given(made.schedules(), st.sampled_from(["shifts", "activities"]))
    def test_every_shift_is_an_event_at_its_instants(
        self, tmp_path: Path, case: tuple[pd.DataFrame, str], events: Any
    ) -> None:
        schedule, zone = case
        count = reporting.write_calendars(schedule, tmp_path / "c.zip", timezone=zone, events=events)
        found = read_zip(tmp_path / "c.zip")
        assert count == schedule["agent"].nunique() == len(found)
        parts = schedule.groupby(shift_numbers(schedule)).agg(
            agent=("agent", "first"), start=("start", "first"), end=("end", "last")
        )
        away = schedule[~schedule["productive"]] if events == "activities" else schedule.iloc[:0]
        want = sorted(
            (row.agent, row.start.timestamp(), row.end.timestamp()) for row in (*parts.itertuples(), *away.itertuples())
        )
        got = sorted(
            (agent, utc(event, "dtstart").timestamp(), utc(event, "dtend").timestamp())
            for agent, mine in found.items()
            for event in mine
        )
        assert got == want
        uids = [str(event["uid"]) for mine in found.values() for event in mine]
        assert len(set(uids)) == len(uids)

    @pytest.mark.parametrize("day", [made.SPRING, made.AUTUMN])
    def test_a_night_of_a_clock_change_holds_by_the_file_alone(self, tmp_path: Path, day: dt.date) -> None:
        eve = day - dt.timedelta(days=1)
        rows = made.full_shift("Ann", made.instant(eve, "22:00")) + made.full_shift("Ann", made.instant(day, "23:00"))
        schedule = made.frame(rows)
        reporting.write_calendars(schedule, tmp_path / "out", timezone=made.ZONE)
        text = (tmp_path / "out" / "Ann.ics").read_bytes().decode()
        starts = schedule.groupby(shift_numbers(schedule))["start"].first()
        ends = schedule.groupby(shift_numbers(schedule))["end"].last()
        assert local_by_the_file_alone(text, "DTSTART") == [moment.to_pydatetime() for moment in starts]
        assert local_by_the_file_alone(text, "DTEND") == [moment.to_pydatetime() for moment in ends]
        assert "BEGIN:VTIMEZONE" in text

    def test_the_second_pass_of_a_repeated_hour_is_written_in_utc(self, tmp_path: Path) -> None:
        early, late = (made.instant(made.AUTUMN, "02:30", fold=fold) for fold in (0, 1))
        rows = made.stretches("Ann", [(early, "phone")], late)
        reporting.write_calendars(made.frame(rows), tmp_path / "out", timezone=made.ZONE)
        text = (tmp_path / "out" / "Ann.ics").read_bytes().decode()
        assert "DTSTART;TZID=Europe/Amsterdam:20261025T023000" in text
        assert "DTEND:20261025T013000Z" in text

    def test_breaks_stand_in_the_description_or_as_events(self, tmp_path: Path) -> None:
        reporting.write_calendars(week(), tmp_path / "s.zip", timezone=made.ZONE)
        reporting.write_calendars(week(), tmp_path / "a.zip", timezone=made.ZONE, events="activities")
        shifts, both = read_zip(tmp_path / "s.zip"), read_zip(tmp_path / "a.zip")
        first = shifts["Ann"][0]
        assert str(first["summary"]) == "Shift full: sales"
        assert "12:00–12:30 Lunch (unpaid)" in str(first["description"])
        assert "Paid hours: 8.00" in str(first["description"])
        assert (len(shifts["Ann"]), len(both["Ann"])) == (2, 8)
        assert [str(event["summary"]) for event in shifts["Ben"]] == ["Shift: sales", "Time off"]
        assert len(both["Ben"]) == 2 + 3

    def test_a_later_version_replaces_the_events_of_the_one_before(self, tmp_path: Path) -> None:
        reporting.write_calendars(week("2026-W48.1"), tmp_path / "1.zip", timezone=made.ZONE)
        late = week("2026-W48.3")
        moved = late.assign(start=late["start"] + pd.Timedelta(hours=1), end=late["end"] + pd.Timedelta(hours=1))
        reporting.write_calendars(moved, tmp_path / "3.zip", timezone=made.ZONE)
        old, new = read_zip(tmp_path / "1.zip"), read_zip(tmp_path / "3.zip")
        for agent in ("Ann", "Ben"):
            assert [event["uid"] for event in old[agent]] == [event["uid"] for event in new[agent]]
            assert {event["sequence"] for event in old[agent]} == {0}
            assert {event["sequence"] for event in new[agent]} == {2}
            assert {utc(event, "dtstamp") for event in new[agent]} == {dt.datetime(2026, 11, 20, 16, 5, tzinfo=dt.UTC)}

    def test_shifts_that_are_gone_are_cancelled(self, tmp_path: Path) -> None:
        now = week().query("agent == 'Ben'")
        reporting.write_calendars(now, tmp_path / "c.zip", timezone=made.ZONE, earlier=week("2026-W48.1"))
        found = read_zip(tmp_path / "c.zip")
        assert [str(event["status"]) for event in found["Ann"]] == ["CANCELLED"] * 2
        assert [str(event["status"]) for event in found["Ben"]] == ["CONFIRMED"] * 2

    @pytest.mark.parametrize(
        ("version", "sequence"), [("2026-W48.1", 0), ("2026-W48.12", 11), ("draft", 0), ("2026-W48.2+edited", 2)]
    )
    def test_the_sequence_counts_versions(self, version: str, sequence: int) -> None:
        assert sequence_of(version) == sequence


class TestTheFiles:
    def test_the_same_schedule_gives_the_same_bytes(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            mixed = week().sample(frac=1, random_state=len(name) + ord(name))
            reporting.write_calendars(mixed, tmp_path / f"{name}.zip", timezone=made.ZONE)
            reporting.write_calendars(mixed, tmp_path / name, timezone=made.ZONE)
        assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
        for path in (tmp_path / "a").iterdir():
            assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()

    def test_without_publication_the_stamp_is_the_first_start(self, tmp_path: Path) -> None:
        schedule = week().assign(published_at=pd.Series(pd.NaT, dtype="datetime64[us, UTC]"))
        reporting.write_calendars(schedule, tmp_path / "c.zip", timezone=made.ZONE)
        event = read_zip(tmp_path / "c.zip")["Ann"][0]
        assert utc(event, "dtstamp") == utc(event, "dtstart")

    def test_odd_names_have_files_of_their_own_and_are_read_back(self, tmp_path: Path) -> None:
        rows = [row for name in made.ODD_NAMES for row in made.full_shift(name, made.instant(MONDAY, "08:00"))]
        assert reporting.write_calendars(made.frame(rows), tmp_path / "out", timezone=made.ZONE) == len(made.ODD_NAMES)
        files = list((tmp_path / "out").glob("*.ics"))
        assert len(files) == len(made.ODD_NAMES)
        for path in files:
            (event,) = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
            assert utc(event, "dtstart") == dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)

    def test_an_earlier_export_is_replaced_and_other_files_are_left_alone(self, tmp_path: Path) -> None:
        reporting.write_calendars(week(), tmp_path / "out", timezone=made.ZONE)
        reporting.write_calendars(week().query("agent == 'Ann'"), tmp_path / "out", timezone=made.ZONE)
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["Ann.ics", "calendars.csv"]
        (tmp_path / "out" / "thesis.doc").write_text("mine")
        with pytest.raises(UsageProblem, match=r"thesis\.doc"):
            reporting.write_calendars(week(), tmp_path / "out", timezone=made.ZONE)
        assert (tmp_path / "out" / "thesis.doc").read_text() == "mine"

    def test_an_empty_schedule_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="one version"):
            reporting.write_calendars(week().iloc[:0], tmp_path / "out", timezone=made.ZONE)


class TestFileNames:
    @given(st.lists(st.text() | st.sampled_from(made.ODD_NAMES), max_size=8, unique=True))
    def test_every_name_is_safe_short_and_alone(self, names: list[str]) -> None:
        stems = file_stems(names)
        assert set(stems) == set(names)
        assert len({stem.casefold() for stem in stems.values()}) == len(names)
        for stem in stems.values():
            assert 0 < len(stem) <= 60
            assert len(f"{stem}.ics".encode()) <= 255
            assert not set(stem) & set('/\\:*?"<>|\0\n\r\t')
            assert stem == stem.strip(" .")
            assert stem.partition(".")[0].casefold() not in ("con", "nul", "com1", "aux")
            assert not any(
                0x202A <= ord(letter) <= 0x2069 for letter in stem if ord(letter) not in range(0x2030, 0x2066)
            )

    def test_a_plain_name_stays(self) -> None:
        assert file_stems(["Ann O'Neil", "שלום"]) == {"Ann O'Neil": "Ann O'Neil", "שלום": "שלום"}
