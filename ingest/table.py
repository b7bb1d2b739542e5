"""One sheet of raw cells as a file holds it: a header, columns, and where each row stands in the file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Table:
    """Raw cells of one file or sheet.

    Parameters
    ----------
    source : str
        Name shown in findings: the path, with the sheet behind it where a workbook has several.
    stem : str
        File name without folder and suffix.
    header : tuple of str
        First row, as spelled.
    columns : tuple of Series
        One a header cell, without the header row; text for CSV, typed for Parquet, mixed for Excel.
    rows : ndarray of int, shape (n,)
        Row of each record as an editor counts it.
    typed : bool
        Whether cells carry the types of a workbook rather than text.
    """

    source: str
    stem: str
    header: tuple[str, ...]
    columns: tuple[pd.Series, ...]
    rows: np.ndarray
    typed: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def without_header(self) -> Table:
        """The same cells where the first row is data already."""
        columns = tuple(
            pd.Series([name, *column], dtype=object) for name, column in zip(self.header, self.columns, strict=True)
        )
        header = tuple(f"column {number}" for number in range(1, len(columns) + 1))
        return replace(self, header=header, columns=columns, rows=np.concatenate([[1], self.rows]))

    def select(self, mask: np.ndarray) -> Table:
        """Only the rows where `mask` holds."""
        return replace(self, columns=tuple(column[mask] for column in self.columns), rows=self.rows[mask])
