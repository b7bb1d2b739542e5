"""The frames of a run folder: one file a contract, written and read back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from planning.runs import Run
from wfm.contracts import CONTRACTS

# A week of states is a hundred thousand rows, too many to open as text.
SUFFIX = {"agent_states": ".parquet"}


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> dict[str, pd.DataFrame]:
    """Write each frame as a file named by its contract after validating it; returns the frames as validated."""
    import reporting

    valid = {name: CONTRACTS[name].validate(frame) for name, frame in tables.items()}
    for name, frame in valid.items():
        reporting.write_frame(frame, folder / (name + SUFFIX.get(name, ".csv")))
    return valid


def read_tables(run: Run) -> dict[str, pd.DataFrame]:
    """Read every contract frame of a run, after checking that its files are what was published."""
    import ingest

    run.verify()
    timezone = run.manifest["timezone"]
    return {
        path.stem: ingest.read_frame(path, path.stem, timezone=timezone)
        for path in sorted(run.path.iterdir())
        if path.stem in CONTRACTS
    }
