"""A calendar file an agent (iCalendar, RFC 5545), in a folder or a zip: the same schedule gives the same bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from reporting.filenames import file_stems
from reporting.files import written_beside
from reporting.frames import in_zone
from reporting.words import clock, humanise, number
from reporting.workbook.roster import one_version, published_at
from wfm.errors import UsageProblem
from wfm.weekgrid import shift_label, shift_numbers

if TYPE_CHECKING:
    from icalendar import Calendar, Event

Events = Literal["shifts", "activities"]
INDEX = "calendars.csv"
_ZIP_DAY_ZERO = (1980, 1, 1, 0, 0, 0)
Stretches = Sequence[Mapping[str, Any]]


def write_calendars(
    schedule: pd.DataFrame,
    target: str | Path,
    *,
    timezone: str,
    events: Events = "shifts",
    title: str = "Schedule",
    earlier: pd.DataFrame | None = None,
) -> int:
    """Write one ``.ics`` an agent and a list of them, ``calendars.csv``.

    A shift is one event. Its UID is of the agent, the local day and its place in that day, so that a later version
    of the week replaces it; SEQUENCE counts the version (``2026-W48.3`` is 2) and DTSTAMP is the moment of
    publication (the first start, of a schedule that is not published).

    Parameters
    ----------
    schedule : DataFrame
        Contract frame of one version.
    target : str or Path
        Folder, or a file ending in ``.zip``. A folder may hold what an earlier export wrote, which is replaced.
    timezone : str
        IANA zone of the times in the calendars.
    events : {"shifts", "activities"}
        ``activities`` adds an event for each break, meeting and the like to that of its shift.
    title : str
        Name of the centre, in the name of each calendar.
    earlier : DataFrame, optional
        Version that the agents have; shifts of it that are gone become cancelled events.

    Returns
    -------
    int
        Number of calendars.

    Raises
    ------
    InputError
        If the schedule has no row or more than one version.
    UsageProblem
        If the folder holds other files.
    """
    version = one_version(schedule)
    schedule = in_zone(schedule, timezone).sort_values(["agent", "start"], ignore_index=True)
    stamp = (published_at(schedule) or schedule["start"].min()).tz_convert("UTC").floor("s").to_pydatetime()
    made = _events(schedule, events, version, stamp)
    if earlier is not None:
        _cancel(made, in_zone(earlier, timezone), events, version, stamp)
    files = _files(made, title, timezone)
    path = Path(target)
    if path.suffix.lower() == ".zip":
        with written_beside(path) as beside:
            _write_zip(files, beside)
    else:
        _write_folder(files, path)
    return len(made)


def sequence_of(version: str) -> int:
    """How often a version was changed: ``2026-W48.3`` twice, a name without number never."""
    match = re.fullmatch(r".*\.(\d+)(?:\+edited)?", version)
    return max(int(match[1]) - 1, 0) + version.endswith("+edited") if match else 0


def _events(schedule: pd.DataFrame, events: Events, version: str, stamp: dt.datetime) -> dict[str, dict[str, Event]]:
    """Events by agent and UID."""
    made: dict[str, dict[str, Event]] = {}
    places: dict[tuple[str, dt.date], int] = {}
    for _, rows in schedule.groupby(shift_numbers(schedule), sort=True):
        stretches = rows.to_dict("records")
        agent, day = stretches[0]["agent"], stretches[0]["start"].date()
        place = places[agent, day] = places.get((agent, day), 0) + 1
        uid = _uid(agent, day, place)
        mine = made.setdefault(agent, {})
        mine[uid] = _shift_event(stretches, uid, version, stamp)
        if events == "activities" and any(row["productive"] for row in stretches):
            for rank, row in enumerate((row for row in stretches if not row["productive"]), 1):
                name = humanise(str(row["activity"]))
                mine[f"{rank}-{uid}"] = _event(row["start"], row["end"], name, "", f"{rank}-{uid}", version, stamp)
    return made


def _uid(agent: str, day: dt.date, place: int) -> str:
    digest = hashlib.sha256(f"{agent}\x1f{day.isoformat()}\x1f{place}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{digest[:32]}@shiftcast"


def _shift_event(stretches: Stretches, uid: str, version: str, stamp: dt.datetime) -> Event:
    start, end = stretches[0]["start"], stretches[-1]["end"]
    queues = dict.fromkeys(
        str(row["queue"]) for row in stretches if row["productive"] and isinstance(row["queue"], str)
    )
    label = shift_label(stretches)
    name = humanise(label) if label and not queues else f"Shift {label}".rstrip()
    summary = f"{name}: {', '.join(queues)}" if queues else name
    away = [_line(row) for row in stretches if not row["productive"]] if queues else []
    paid_h = sum((row["end"] - row["start"]).total_seconds() for row in stretches if row["paid"]) / 3600
    lines = [*away, f"Paid hours: {number(paid_h, 2)}", f"Version: {version}"]
    return _event(start, end, summary, "\n".join(lines), uid, version, stamp)


def _line(row: Mapping[str, Any]) -> str:
    unpaid = "" if row["paid"] else " (unpaid)"
    return f"{clock(row['start'])}–{clock(row['end'])} {humanise(str(row['activity']))}{unpaid}"


def _event(
    start: pd.Timestamp, end: pd.Timestamp, summary: str, words: str, uid: str, version: str, stamp: dt.datetime
) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp)
    event.add("sequence", sequence_of(version))
    event.add("dtstart", _moment(start))
    event.add("dtend", _moment(end))
    event.add("summary", _one_line(summary))
    if words:
        event.add("description", _printable(words))
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    return event


def _moment(moment: pd.Timestamp) -> dt.datetime:
    """Local time with its zone; in UTC where the zone has no name, and for the second pass of a repeated hour.

    RFC 5545 (3.3.5) takes a local time that comes twice for its first pass, so the second can't be written with a zone.
    """
    exact = moment.to_pydatetime(warn=False).replace(microsecond=0)
    named = getattr(exact.tzinfo, "key", None) or getattr(exact.tzinfo, "zone", None)
    return exact if named not in (None, "UTC") and not exact.fold else exact.astimezone(dt.UTC)


def _cancel(
    made: dict[str, dict[str, Event]], earlier: pd.DataFrame, events: Events, version: str, stamp: dt.datetime
) -> None:
    before = earlier.sort_values(["agent", "start"], ignore_index=True)
    for agent, gone in _events(before, events, version, stamp).items():
        mine = made.setdefault(agent, {})
        for uid in gone.keys() - mine.keys():
            gone[uid]["status"] = "CANCELLED"
            mine[uid] = gone[uid]


def _files(made: Mapping[str, Mapping[str, Event]], title: str, timezone: str) -> dict[str, bytes]:
    """Content of each file by its name."""
    stems, index = file_stems(made), [("agent", "file", "events")]
    zone = _zone_of(made, timezone)
    files = {}
    for agent, events in sorted(made.items()):
        name = f"{stems[agent]}.ics"
        files[name] = _calendar(agent, events, title, timezone, zone)
        index.append((agent, name, str(len(events))))
    files[INDEX] = _csv(index)
    return files


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def _zone_of(made: Mapping[str, Mapping[str, Event]], timezone: str) -> Any:
    """VTIMEZONE of the time zone over the year before and after all events; None where every time is in UTC."""
    from icalendar import Timezone

    moments = [
        _when(event, name) for events in made.values() for event in events.values() for name in ("dtstart", "dtend")
    ]
    if all(moment.tzinfo is dt.UTC for moment in moments):
        return None
    days = [moment.date() for moment in moments]
    first, last = min(days), max(days)
    return Timezone.from_tzid(timezone, first_date=dt.date(first.year, 1, 1), last_date=dt.date(last.year + 1, 1, 1))


def _calendar(agent: str, events: Mapping[str, Event], title: str, timezone: str, zone: Any) -> bytes:
    from icalendar import Calendar, vText

    calendar: Calendar = Calendar()
    calendar.add("prodid", "-//Shiftcast//wfm//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(_one_line(f"{agent}, {title}")))
    calendar.add("x-wr-timezone", timezone)
    if zone is not None:
        calendar.add_component(zone)
    for _, event in sorted(events.items(), key=lambda item: (_when(item[1], "dtstart").astimezone(dt.UTC), item[0])):
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _when(event: Event, name: str) -> dt.datetime:
    held: Any = event[name]
    moment: dt.datetime = held.dt
    return moment


def _one_line(text: str) -> str:
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    """Text without control characters, which RFC 5545 (3.1) forbids, but with its line breaks."""
    return "".join(letter for letter in text if letter == "\n" or (letter >= " " and letter != "\x7f"))


def _write_zip(files: Mapping[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _ZIP_DAY_ZERO)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            bundle.writestr(entry, content)


def _write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write beside and rename into place; a folder with other files than an export's is left alone."""
    if folder.exists() and not folder.is_dir():
        raise UsageProblem(f'can\'t write calendars to "{folder}": it is a file; name a folder or a .zip')
    if not folder.parent.is_dir():
        raise UsageProblem(f'can\'t write "{folder}": there is no folder "{folder.parent}"; make it first')
    if foreign := sorted(_foreign(folder)):
        raise UsageProblem(f'can\'t write calendars to "{folder}": it holds {foreign[0]}; name a new or empty folder')
    beside = folder.with_name(f".{folder.name[:100]}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        for name, content in files.items():
            (beside / name).write_bytes(content)
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _foreign(folder: Path) -> Iterator[str]:
    ours = (folder / INDEX).is_file()
    for path in folder.iterdir() if folder.is_dir() else ():
        if not (ours and path.is_file() and (path.suffix == ".ics" or path.name == INDEX)):
            yield path.name
