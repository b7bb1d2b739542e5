"""What a contract is: columns with kinds and units, and a check that names every fault at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from wfm.errors import Finding, InputError

if TYPE_CHECKING:
    import pandera.pandas as pa

Kind = Literal["text", "time", "date", "number", "count", "flag"]

_EMPTY_DTYPE = {"text": "str", "date": "datetime64[us]", "number": "float64", "count": "int64", "flag": "boolean"}
_KIND_WORDS = {
    "text": "text",
    "time": "a time with its zone",
    "date": "a calendar date",
    "number": "a number",
    "count": "a whole number",
    "flag": "true, false or null",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    Parameters
    ----------
    name, kind : str
    unit : str
        ``s``, ``erl``, ``1`` (a fraction), ``calls``, ``agents``, or empty.
    doc : str
        What it means.
    required : bool
        Whether the column must be there.
    nullable : bool
        Whether single values may be unknown.
    least, most : float, optional
        Smallest and largest legal value.
    choices : tuple of str
        Legal values of a text column, empty for any.
    """

    name: str
    kind: Kind
    unit: str
    doc: str
    required: bool = True
    nullable: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """A frame that crosses the wall between two rooms."""

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def empty(self, timezone: str = "UTC") -> pd.DataFrame:
        """A frame with every column of the contract and no row."""
        dtypes = {
            c.name: f"datetime64[us, {timezone}]" if c.kind == "time" else _EMPTY_DTYPE[c.kind] for c in self.columns
        }
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})

    def validate(self, frame: pd.DataFrame, source: str = "") -> pd.DataFrame:
        """Return `frame` with the contract's columns first, or raise with everything that is wrong.

        Parameters
        ----------
        frame : DataFrame
            Columns beyond the contract are kept, behind the contract's own.
        source : str
            File or table named in the findings; the contract's name when empty.

        Raises
        ------
        InputError
            One finding per broken rule and column, with the first row it was broken in (header = row 1).
        """
        import pandera.errors

        try:
            _schema(self).validate(frame if frame.index.is_unique else frame.reset_index(drop=True), lazy=True)
        except pandera.errors.SchemaErrors as problem:
            raise InputError(_findings(self, problem.failure_cases, source or self.name)) from None
        present = [name for name in self.names if name in frame.columns]
        extra = [name for name in frame.columns if name not in present]
        return frame[present + extra]


def _check_kind(kind: Kind) -> Any:
    def is_kind(values: pd.Series) -> bool:
        dtype = values.dtype
        if values.isna().all():
            return True
        match kind:
            case "time":
                return isinstance(dtype, pd.DatetimeTZDtype)
            case "date":
                return pd.api.types.is_datetime64_dtype(dtype)
            case "number":
                return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
            case "count":
                if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
                    return False
                return bool((values.dropna() % 1 == 0).all())
            case "flag":
                return pd.api.types.is_bool_dtype(values.dropna().infer_objects().dtype)
            case _:
                return pd.api.types.is_string_dtype(values.dropna()) or isinstance(dtype, pd.CategoricalDtype)

    return is_kind


@cache
def _schema(contract: Contract) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    columns = {}
    for column in contract.columns:
        checks = [pa.Check(_check_kind(column.kind), error=_KIND_WORDS[column.kind])]
        if column.least is not None:
            checks.append(pa.Check.ge(column.least, error=f"at least {column.least:g}"))
        if column.most is not None:
            checks.append(pa.Check.le(column.most, error=f"at most {column.most:g}"))
        if column.choices:
            checks.append(pa.Check.isin(column.choices, error="one of " + ", ".join(column.choices)))
        columns[column.name] = pa.Column(None, checks, nullable=column.nullable, required=column.required)
    return pa.DataFrameSchema(columns, unique=list(contract.key) or None, ordered=False, strict=False)


def _findings(contract: Contract, cases: pd.DataFrame, source: str) -> list[Finding]:
    findings = []
    cases = cases.assign(column=cases["column"].astype(object), check=cases["check"].astype(str))
    cases.loc[cases["check"].str.contains("unique"), "column"] = ""
    wrong_kind = set(cases.loc[cases["check"].isin(_KIND_WORDS.values()), "column"])
    cases = cases[cases["check"].isin(_KIND_WORDS.values()) | ~cases["column"].isin(wrong_kind)]
    for (column, check), group in cases.groupby(["column", "check"], sort=False, dropna=False):
        first = group.iloc[0]
        if check == "column_in_dataframe":
            name = str(first["failure_case"])
            fix = f"add it ({contract.column(name).doc})" if name in contract.names else ""
            findings.append(Finding(source, "missing-column", "no such column", name, fix, column=name))
            continue
        row = None if pd.isna(first["index"]) else int(first["index"]) + 2
        if "unique" in check:
            key = ", ".join(contract.key)
            rows = group["index"].nunique()
            findings.append(
                Finding(source, "duplicate-key", f"{rows} rows that repeat a key", f"one row per {key}", row=row)
            )
            continue
        if check == "not_nullable":
            findings.append(
                Finding(source, "null", "nothing", "a value", row=row, column=str(column), count=len(group))
            )
            continue
        found = f'"{first["failure_case"]}"' if row is not None else "other values"
        findings.append(Finding(source, "bad-value", found, check, row=row, column=str(column), count=len(group)))
    return findings
