"""What can go wrong, said in the user's terms, with the exit code that a caller of `wfm` sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

EXIT_DONE = 0
EXIT_BUG = 1
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_INFEASIBLE = 4
EXIT_TARGET_MISSED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a user's input.

    Parameters
    ----------
    source : str
        File, sheet, table or setting it was found in.
    rule : str
        Short stable name of the rule that was broken, such as ``bad-number``.
    found, expected, fix : str
        What is there, what should be, and how to mend it. `fix` may be empty.
    row : int, optional
        Row in the file as an editor counts it: the header is row 1.
    column : str
        Column name as the file spells it; empty when it concerns a whole row or file.
    severity : {"error", "warning", "note"}
        An error stops the command, a warning is treated by a stated rule, a note informs.
    count : int
        How many rows share this finding; `row` is the first of them.
    """

    source: str
    rule: str
    found: str = ""
    expected: str = ""
    fix: str = ""
    row: int | None = None
    column: str = ""
    severity: Severity = "error"
    count: int = 1

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.source, self.row, self.column) if part not in (None, ""))
        what = ", ".join(
            part
            for part in (
                f"found {self.found}" if self.found else "",
                f"expected {self.expected}" if self.expected else "",
            )
            if part
        )
        more = f" ({self.count} rows, the first shown)" if self.count > 1 else ""
        fix = f"; {self.fix}" if self.fix else ""
        return f"{where}: {what}{fix}{more}"


class Findings:
    """A list of findings that is filled while reading and judged once at the end."""

    def __init__(self, items: Iterable[Finding] = ()) -> None:
        self._items: list[Finding] = list(items)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def add(self, finding: Finding) -> None:
        self._items.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        self._items.extend(findings)

    def of(self, severity: Severity) -> list[Finding]:
        return [item for item in self._items if item.severity == severity]

    def raise_for_errors(self) -> None:
        """Raise `InputError` with every error collected so far, if there is one."""
        if errors := self.of("error"):
            raise InputError(errors)

    def to_records(self) -> list[dict[str, object]]:
        return [asdict(item) for item in self._items]


class ShiftcastError(Exception):
    """Base of every error that Shiftcast raises on purpose."""

    exit_code = EXIT_BUG


class UsageProblem(ShiftcastError):
    """The command or the function was asked for something it does not offer."""

    exit_code = EXIT_USAGE


class InputError(ShiftcastError):
    """The user's data, files or configuration can't be used as they are."""

    exit_code = EXIT_INPUT

    def __init__(self, findings: Sequence[Finding] | Finding) -> None:
        self.findings = [findings] if isinstance(findings, Finding) else list(findings)
        super().__init__("\n".join(str(item) for item in self.findings))


class InfeasibleError(ShiftcastError):
    """No answer exists under the rules given; `reasons` names the ones in conflict."""

    exit_code = EXIT_INFEASIBLE

    def __init__(self, reasons: Sequence[str] | str) -> None:
        self.reasons = [reasons] if isinstance(reasons, str) else list(reasons)
        super().__init__("\n".join(self.reasons))


class TargetMissedError(ShiftcastError):
    """A target that the user named with ``--fail-on`` was missed."""

    exit_code = EXIT_TARGET_MISSED
