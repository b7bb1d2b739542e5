"""The run folder: published versions that are written beside, renamed into place and never changed.

`runs/2026-W48` is the first published plan of that week, `runs/2026-W48.2` the second; what was tracked of the
week is in `runs/2026-W48-track` and its versions. A name is free or it holds a whole run: nothing in between.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from wfm.errors import Finding, InputError, UsageProblem

MANIFEST = "manifest.json"
RUN_NAME = re.compile(r"(\d{4}-W\d{2})(-track)?(?:\.(\d+))?")
Kind = Literal["plan", "track"]


@dataclass(frozen=True)
class Run:
    """One published run.

    Parameters
    ----------
    path : Path
        Its folder.
    week : str
        ISO week, such as ``2026-W48``.
    kind : {"plan", "track"}
    number : int
        Version, from 1.
    """

    path: Path
    week: str
    kind: Kind
    number: int

    @property
    def version(self) -> str:
        """Name of the version in schedules and reports, such as ``2026-W48.1``."""
        return f"{self.week}.{self.number}"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the run was made from and of; raises InputError when it is damaged."""
        path = self.path / MANIFEST
        try:
            manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise InputError(Finding(str(path), "damaged-run", str(problem), "a whole manifest")) from None
        return manifest

    def verify(self) -> None:
        """Raise InputError for every file that is missing or differs from the hash in the manifest."""
        damaged = [
            Finding(str(self.path / name), "damaged-run", "other content than was published", "the published file")
            for name, digest in sorted(self.manifest["outputs"].items())
            if not (self.path / name).is_file() or sha256(self.path / name) != digest
        ]
        if damaged:
            raise InputError(damaged)


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_inputs(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Digest of each input file by its name relative to `folder`, where it lies below it."""
    return {
        (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix(): sha256(path) for path in paths
    }


def refuse_changed_inputs(folder: Path, inputs: Mapping[str, str]) -> None:
    """Raise InputError for every input that no longer is what was hashed before it was read."""
    changed = [name for name, digest in inputs.items() if sha256(folder / name) != digest]
    if changed:
        what, fix = "a file that changed during the run", "run again when the export is complete"
        raise InputError([Finding(name, "changed-input", what, "an export at rest", fix) for name in changed])


def list_runs(folder: Path, kind: Kind, week: str | None = None) -> list[Run]:
    """Published runs of a kind under `folder`, oldest week first and versions in order."""
    found = []
    for path in folder.glob("*-W*") if folder.is_dir() else ():
        match = RUN_NAME.fullmatch(path.name)
        if not match or not path.is_dir() or (match[2] is not None) != (kind == "track"):
            continue
        if week in (None, match[1]):
            found.append(Run(path, match[1], kind, int(match[3] or 1)))
    return sorted(found, key=lambda run: (run.week, run.number))


def latest_run(folder: Path, kind: Kind, week: str | None = None) -> Run | None:
    """The newest published version of `week`, or of the last week there is."""
    runs = list_runs(folder, kind, week)
    return runs[-1] if runs else None


def version_before(run: Run) -> Run | None:
    """The version of the same week that was published before `run`."""
    earlier = [one for one in list_runs(run.path.parent, "plan", run.week) if one.number < run.number]
    return earlier[-1] if earlier else None


def next_run(folder: Path, kind: Kind, week: str) -> Run:
    """The run that would be published next for `week`; its folder does not exist yet."""
    runs = list_runs(folder, kind, week)
    number = runs[-1].number + 1 if runs else 1
    name = week + ("-track" if kind == "track" else "") + (f".{number}" if number > 1 else "")
    return Run(folder / name, week, kind, number)


def publish(run: Run, fill: Callable[[Path], dict[str, Any]]) -> Run:
    """Let `fill` write a run into a folder beside, add the manifest, and rename it into place.

    Parameters
    ----------
    run : Run
        From `next_run`.
    fill : callable
        Takes the folder to write to and returns the manifest's own entries.

    Returns
    -------
    Run
        The same run, now whole on disk.
    """
    partial = run.path.parent / f".{run.path.name}.partial"
    for left_behind in run.path.parent.glob(".*.partial"):
        shutil.rmtree(left_behind)
    partial.mkdir(parents=True)
    try:
        entries = fill(partial)
        outputs = {path.name: sha256(path) for path in sorted(partial.iterdir())}
        manifest = {"run": run.path.name, "version": run.version, "kind": run.kind, "week": run.week}
        text = json.dumps(manifest | entries | {"outputs": outputs}, indent=2, ensure_ascii=False, allow_nan=False)
        (partial / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _flush(partial)
        partial.rename(run.path)
        _flush_folder(run.path.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return run


def _flush(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


@contextmanager
def workspace_lock(folder: Path) -> Iterator[None]:
    """Hold the workspace's run folder for one writer; the lock goes with the process, however that ends.

    Raises
    ------
    UsageProblem
        If another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+b") as stream:
        try:
            _lock(stream.fileno())
        except OSError:
            raise UsageProblem(f"another run is writing to {folder}; wait until it ends and try again") from None
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
