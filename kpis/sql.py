"""Small pieces of SQL that the definitions are written with."""

from __future__ import annotations

OFFERED = "outcome NOT IN ('blocked', 'failed') AND coalesce(direction, 'inbound') <> 'outbound'"
ANSWERED = f"{OFFERED} AND outcome = 'answered'"
ABANDONED = f"{OFFERED} AND outcome = 'abandoned'"
WAIT_KNOWN = "wait_s IS NOT NULL"


def count(condition: str) -> str:
    """Number of rows that meet a condition."""
    return f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"


def total(expression: str, condition: str) -> str:
    """Sum of an expression over the rows that meet a condition; null where none does."""
    return f"sum(CASE WHEN {condition} THEN {expression} END)"


def known(*columns: str) -> str:
    """Condition that none of the columns is null."""
    return " AND ".join(f"{column} IS NOT NULL" for column in columns)
