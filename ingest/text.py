"""Delimited text as exports write it: any common encoding and delimiter, every cell kept as text."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pandas as pd

from ingest.rules import found
from ingest.table import Table
from wfm.errors import Findings

DELIMITERS = (";", "\t", "|", ",")
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13})
_MAGIC = {
    b"PK\x03\x04": "a workbook or archive",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an Excel 97 workbook",
}
_NEWLINE, _QUOTE = ord("\n"), ord('"')


def read_text(raw: bytes, source: str, stem: str, findings: Findings, *, keep_ragged: bool = False) -> list[Table]:
    """Read delimited text into a table of text cells.

    Parameters
    ----------
    raw : bytes
        The file: UTF-8 with or without BOM, UTF-16 with BOM, else Windows-1252.
    source, stem : str
        As in `Table`.
    findings : Findings
        Receives what is wrong with the file as a whole.
    keep_ragged : bool
        Keep the other rows where some have too few or too many fields: those are reported, and hold their first
        cells only.

    Returns
    -------
    list of Table
        One, or none where the file can't be read.
    """
    data = _to_utf8(raw, source, findings)
    if data is None:
        return []
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.strip():
        findings.add(found("empty-file", source, "an empty file", "a header and rows", "export it again"))
        return []
    delimiter, body = _delimiter(data)
    above = data.count(b"\n") - body.count(b"\n")
    starts, fields, open_quote = _records(body, ord(delimiter))
    lines = _line_numbers(body, starts) + above
    if keep_ragged and not open_quote:
        body, fields = _mended(body, delimiter.encode(), starts, fields, lines, source, findings)
    if _refuse_ragged(lines, fields, open_quote, source, findings):
        return []
    cells = pd.read_csv(
        io.BytesIO(body), sep=delimiter, header=None, dtype=object, na_filter=False, skip_blank_lines=False
    )
    header = tuple(str(cell).strip() for cell in cells.iloc[0])
    rows = cells.iloc[1:].reset_index(drop=True)
    table = Table(source, stem, header, tuple(rows[name] for name in rows.columns), lines[1 : len(cells)])
    return [drop_blank_rows(table, findings, lambda column: (column == "").to_numpy())]


def _to_utf8(raw: bytes, source: str, findings: Findings) -> bytes | None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError:
            findings.add(found("cut-off", source, "UTF-16 text that ends within a character", fix="export it again"))
            return None
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if len(raw.translate(None, _CONTROL)) < len(raw):
        kind = _MAGIC.get(raw[:4], "binary data")
        findings.add(found("not-text", source, kind, "delimited text", "save it as .csv, .parquet or .xlsx"))
        return None
    try:
        raw.decode("utf-8")
        return raw
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        findings.add(found("not-text", source, "bytes of no known encoding", "UTF-8 text", "export it as UTF-8"))
        return None
    findings.add(found("legacy-encoding", source, "text that is not UTF-8; it was read as Windows-1252"))
    return text.encode("utf-8")


def _delimiter(data: bytes) -> tuple[str, bytes]:
    """The delimiter of the first row, and the data from that row on; a line ``sep=;`` above it is Excel's."""
    data = data.lstrip(b"\n")
    first, _, rest = data.partition(b"\n")
    if first.lower().startswith(b"sep=") and len(first) == 5:
        return chr(first[4]), rest.lstrip(b"\n")
    text = first.decode("utf-8", errors="replace")
    return max(DELIMITERS, key=lambda delimiter: _outside_quotes(text).count(delimiter)), data


def _outside_quotes(text: str) -> str:
    return "".join(text.split('"')[::2])


def _records(data: bytes, delimiter: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """Byte offset and number of fields of each record, and whether a quotation stays open; blank records have 0."""
    codes = np.frombuffer(data if data.endswith(b"\n") else data + b"\n", np.uint8)
    if b'"' in data:
        codes = np.where(np.logical_xor.accumulate(codes == _QUOTE), 0, codes)
    ends = np.flatnonzero(codes == _NEWLINE)
    starts = np.concatenate([[0], ends + 1])
    open_quote = starts[-1] != len(codes)
    delimiters = np.flatnonzero(codes == delimiter)
    fields = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, starts[:-1]) + 1
    return starts[:-1], np.where(ends == starts[:-1], 0, fields), bool(open_quote)


def _line_numbers(data: bytes, starts: np.ndarray) -> np.ndarray:
    """Line on which each record starts; quoted cells may hold line breaks."""
    newlines = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE)
    return np.searchsorted(newlines, starts) + 1


def _mended(
    body: bytes,
    delimiter: bytes,
    starts: np.ndarray,
    fields: np.ndarray,
    lines: np.ndarray,
    source: str,
    findings: Findings,
) -> tuple[bytes, np.ndarray]:
    """Records of as many fields as the first: others keep the cells that fit, each with a finding."""
    width = int(fields[np.flatnonzero(fields)[0]])
    parts, ends = [], [*starts[1:].tolist(), len(body)]
    for start, end, count, line in zip(starts.tolist(), ends, fields.tolist(), lines.tolist(), strict=True):
        record = body[start:end]
        if count not in (0, width):
            what, expected = _fields(count), f"{_fields(width)} as in the header"
            fix = "quote cells that hold the delimiter"
            findings.add(found("wrong-field-count", source, what, expected, fix, row=line))
            cells = [] if b'"' in record else record.rstrip(b"\n").split(delimiter)[:width]
            record = delimiter.join([*cells, *[b""] * (width - len(cells))]) + b"\n"
        parts.append(record)
    return b"".join(parts), np.where(fields > 0, width, 0)


def _refuse_ragged(lines: np.ndarray, fields: np.ndarray, open_quote: bool, source: str, findings: Findings) -> bool:
    """Whether some record has another number of fields than the first; each kind becomes one finding."""
    if open_quote:
        findings.add(found("cut-off", source, "a quotation that never ends", "a whole file", "export it again"))
        return True
    filled = np.flatnonzero(fields)
    width = int(fields[filled[0]])
    wrong = filled[fields[filled] != width]
    if not len(wrong):
        return False
    first = int(wrong[0])
    what, expected, row = _fields(int(fields[first])), f"{_fields(width)} as in the header", int(lines[first])
    if len(wrong) == 1 and first == filled[-1] and fields[first] < width:
        findings.add(found("cut-off", source, what, expected, "the file was cut off: export it again", row=row))
    else:
        fix = "quote cells that hold the delimiter, or export the file again"
        findings.add(found("wrong-field-count", source, what, expected, fix, row=row, count=len(wrong)))
    return True


def _fields(count: int) -> str:
    return f"{count} field" if count == 1 else f"{count} fields"


def drop_blank_rows(table: Table, findings: Findings, is_blank: Callable[[pd.Series], np.ndarray]) -> Table:
    """Drop rows without any value; those above the last filled one are worth a note."""
    blank = np.ones(len(table), bool)
    for column in table.columns:
        if not blank.any():
            return table
        blank &= is_blank(column)
    if not blank.any():
        return table
    last = len(blank) - int(np.argmin(blank[::-1])) if not blank.all() else 0
    if count := int(blank[:last].sum()):
        row = int(table.rows[np.argmax(blank)])
        findings.add(found("blank-row", table.source, "rows without a value; they were skipped", row=row, count=count))
    return table.select(~blank)
