"""Numbers as people and systems write them, read column by column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

NULLS = frozenset(
    ["", "-", "--", "–", "n/a", "na", "nan", "null", "none", "nat", "nan%", "infinity", "infinity%", "inf", "∞"]
) | {"#n/a", "#div/0!"}

_SPACES = str.maketrans("", "", " \u00a0\u2009\u202f'’")


def _style(decimal: str, group: str) -> re.Pattern[str]:
    return re.compile(rf"[+-]?(?:\d*|[1-9]\d{{0,2}}(?:{group}\d{{3}})+)(?:{decimal}\d*)?(?:[eE][+-]?\d+)?%?")


POINT, COMMA = _style(r"\.", ","), _style(",", r"\.")


@dataclass
class Parsed:
    """Values of one column, and what could not be read.

    Parameters
    ----------
    values : ndarray or DatetimeIndex, shape (n,)
        Null where a cell is empty or bad.
    bad : ndarray of bool, shape (n,)
        Cells that hold something unreadable.
    said : list of (rule, text)
        What was decided for the column as a whole.
    refused : tuple of (rule, found, expected, fix), optional
        Set when the whole column can't be decided.
    """

    values: Any
    bad: np.ndarray
    said: list[tuple[str, str]] = field(default_factory=list)
    refused: tuple[str, str, str, str] | None = None


def is_null_text(text: str) -> bool:
    return text.strip().lower() in NULLS


def distinct(column: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Code of each cell into the list of distinct values; -1 where the cell is null."""
    codes, values = pd.factorize(column)
    return codes, np.asarray(values, dtype=object).tolist() if pd.api.types.is_string_dtype(values) else list(values)


def spread(codes: np.ndarray, values: Sequence[Any] | np.ndarray, null: Any) -> np.ndarray:
    """Put the value of each distinct cell back to all its places, `null` where the code is -1."""
    placed: np.ndarray = np.asarray([*values, null])[codes]
    return placed


def parse_distinct(column: pd.Series, parse: Callable[[list[Any]], list[float | None]]) -> Parsed:
    """Parse every distinct value once; `parse` gives None for what it can't read and NaN for null words."""
    codes, values = distinct(column)
    parsed = parse(values)
    numbers = [np.nan if value is None else value for value in parsed]
    bad = [value is None for value in parsed]
    return Parsed(spread(codes, np.array(numbers, float), np.nan), spread(codes, np.array(bad, bool), False))


def decimal_mark(texts: Sequence[str]) -> str | None:
    """Whether a column of numbers uses the point or the comma for decimals.

    Every text has to fit one of the two ways of writing; the way that more of them fit is chosen.

    Returns
    -------
    str or None
        ``.`` or ``,``; None where both fit and the column has separators, such as ``1.234`` and nothing else.
    """
    misfits_point = sum(POINT.fullmatch(text) is None for text in texts)
    misfits_comma = sum(COMMA.fullmatch(text) is None for text in texts)
    if misfits_point == misfits_comma == 0 and any("." in text or "," in text for text in texts):
        return None
    return "," if misfits_comma < misfits_point else "."


def to_float(text: str, decimal: str) -> float | None:
    """One cleaned text as a float, exact to the last digit; percent signs divide by 100; None if it is no number."""
    if not (POINT if decimal == "." else COMMA).fullmatch(text) or not any(map(str.isdecimal, text)):
        return None
    plain = text.replace("," if decimal == "." else ".", "").replace(",", ".")
    return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)


def parse_numbers(column: pd.Series, *, own: bool = False) -> Parsed:
    """Read a column of numbers.

    Parameters
    ----------
    column : Series
        Text, or typed cells of Parquet and Excel.
    own : bool
        Whether the file follows Shiftcast's own form, in which an undecidable mark is a decimal point.

    Returns
    -------
    Parsed
        `values` is float64.
    """
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return Parsed(column.to_numpy(dtype=float, na_value=np.nan), np.zeros(len(column), bool))
    _codes, values = distinct(column)
    texts = [value.translate(_SPACES) for value in values if isinstance(value, str) and not is_null_text(value)]
    mark = decimal_mark(texts)
    if mark is None and not own:
        example = next(text for text in texts if "." in text or "," in text)
        return Parsed(np.full(len(column), np.nan), np.zeros(len(column), bool), refused=_ambiguous(example))
    return parse_distinct(column, lambda cells: [number_cell(cell, mark or ".") for cell in cells])


def number_cell(cell: Any, mark: str) -> float | None:
    if isinstance(cell, str):
        return np.nan if is_null_text(cell) else to_float(cell.translate(_SPACES), mark)
    if isinstance(cell, int | float | np.number) and not isinstance(cell, bool):
        return float(cell) if np.isfinite(cell) else np.nan
    return None


def _ambiguous(example: str) -> tuple[str, str, str, str]:
    whole, part = re.split(r"[.,]", example, maxsplit=1)
    return (
        "ambiguous-number",
        f'"{example}" and no value that shows the decimal mark',
        f"either {whole}.{part} or {whole}{part.replace('.', '').replace(',', '')}",
        "export the column without thousands separators",
    )
