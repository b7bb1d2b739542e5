"""Every rule that reading applies to a user's data, said once in plain words; each finding names one of them."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.errors import Finding, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be found in an export, and what is done about it."""

    id: str
    severity: Severity
    says: str


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("missing-file", "error", "A file that is named but not there stops the reading."),
        Rule("not-a-file", "error", "A folder stands for the exports in it; a folder without any stops the reading."),
        Rule("empty-file", "error", "A file without a single character is refused."),
        Rule("no-rows", "error", "A file that has a header and no row below it is refused."),
        Rule("not-text", "error", "A file that is named like text and holds something else is refused."),
        Rule("unreadable", "error", "A Parquet or Excel file that can't be opened, or is cut off, is refused."),
        Rule("cut-off", "error", "A text file whose last row or quotation ends early was cut off; it is refused."),
        Rule("wrong-field-count", "error", "A row with more or fewer fields than the header is refused."),
        Rule("legacy-encoding", "note", "Text that is not UTF-8 or UTF-16 is read as Windows-1252."),
        Rule("blank-row", "note", "Rows without a single value are skipped."),
        Rule(
            "unknown-layout", "error", "A header that fits no known layout is refused, with what each near one misses."
        ),
        Rule("ambiguous-layout", "error", "A header that fits several layouts equally is refused until one is named."),
        Rule("mixed-kinds", "error", "Call logs and interval histories can't be read as one set."),
        Rule("unused-column", "note", "Columns that the layout does not know are left out."),
        Rule("layout-note", "note", "What a layout can't tell, or means differently, is said."),
        Rule("queue-from-file", "note", "Rows of a file without a queue column get the file's name as their queue."),
        Rule("missing-column", "error", "A column that the frame can't do without is missing."),
        Rule("repeated-column", "error", "A header that stands twice in one file is refused if the column is needed."),
        Rule("null", "error", "A row without a value that it can't do without is refused."),
        Rule("bad-number", "error", "Text where a number belongs is refused."),
        Rule("ambiguous-number", "error", "A column such as 1.234 is refused if no row tells decimals from thousands."),
        Rule("bad-duration", "error", "Text that is not a duration is refused."),
        Rule("day-fractions", "note", "Excel numbers below 1 in a duration column are fractions of a day."),
        Rule("bad-time", "error", "Text that is not a date and time, or not in the column's format, is refused."),
        Rule("ambiguous-date", "error", "Dates that no row of the column makes unambiguous need a declared format."),
        Rule("date-format", "note", "The date format that a whole column proves is used and said."),
        Rule("serial-dates", "note", "Numbers in a date column are Excel's days since 1900."),
        Rule("no-zone", "error", "Times without offset in a frame of the tool's own need a named time zone."),
        Rule("offsets-vary", "error", "Offsets that differ within a frame of the tool's own need a named time zone."),
        Rule("bad-flag", "error", "Anything but yes, no, true, false, 1 and 0 in a flag column is refused."),
        Rule("bad-value", "error", "A word that is not one of the legal ones is refused."),
        Rule("bad-outcome", "error", "An outcome that is not one of the known words is refused."),
        Rule("skipped-hour", "warning", "A local time that the spring clock change skips is moved one hour forward."),
        Rule(
            "repeated-hour",
            "warning",
            "A local time of the hour that autumn repeats is its first pass, unless the file's order shows both.",
        ),
        Rule("not-queued", "note", "Contacts that never entered a queue are left out."),
        Rule("unsorted", "note", "Rows may come in any order; they are sorted."),
        Rule("duplicate-row", "warning", "Rows equal in every field are one; the first is kept."),
        Rule("overlap", "note", "Rows that an earlier file holds already, equal in every field, are skipped."),
        Rule("repeated-call-id", "warning", "Of rows that share a call id and differ, the last one read is kept."),
        Rule("duplicate-interval", "warning", "An interval that stands twice with equal values is one."),
        Rule("duplicated-hour", "error", "An interval that stands twice with different values is refused."),
        Rule("answered-before-offered", "warning", "The wait and the moment of answer are unknown; the call counts."),
        Rule("ended-before-answered", "warning", "The talk time and the end are unknown; the call counts."),
        Rule("negative-duration", "warning", "A duration below zero is unknown; the row counts."),
        Rule(
            "absurd-handle-time", "warning", "Handling over 4 hours is unknown and stays out of AHT; the call counts."
        ),
        Rule("not-offered", "note", "Blocked, failed and outbound calls are read but are not calls offered."),
        Rule("off-grid", "error", "An interval that does not start on a multiple of its length is refused."),
        Rule("too-coarse", "error", "An interval longer than the one asked for can't be split; it is refused."),
        Rule("uneven-intervals", "error", "Interval lengths that do not divide the one asked for are refused."),
        Rule("finer-intervals", "note", "Shorter intervals are summed to the length asked for."),
        Rule("missing-interval", "warning", "An interval missing inside an open day stays missing; it is not zero."),
        Rule("no-grid", "error", "A workbook that is not a week grid is not read as one."),
        Rule("grid-header", "error", "A week sheet whose header rows are gone is refused."),
        Rule("grid-row", "error", "A row of the week grid that is missing, doubled or without a name is refused."),
        Rule("grid-column", "error", "A day that is missing from the week grid is refused; cells can be cleared."),
        Rule("grid-cell", "error", "A cell of the week grid that is neither times nor empty is refused."),
        Rule("grid-record", "error", "The record behind a week grid is not for editing; a change in it is refused."),
        Rule("gap", "warning", "A day without a call on a weekday that is usually open has no rows: closed, or lost."),
    )
}


def found(
    rule: str,
    source: str,
    what: str = "",
    expected: str = "",
    fix: str = "",
    *,
    row: int | None = None,
    column: str = "",
    count: int = 1,
) -> Finding:
    """A finding of one of the `RULES`, with that rule's severity.

    Parameters
    ----------
    rule : str
        Id of the rule.
    source, what, expected, fix, row, column, count
        As in `Finding`; `what` is the finding's `found`.
    """
    return Finding(source, rule, what, expected, fix, row, column, RULES[rule].severity, count)
