"""The frames of a run folder: one CSV a contract, written and read back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from planning.runs import Run


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> dict[str, pd.DataFrame]:
    """Write each frame as `<contract>.csv` into `folder` after validating it; returns the frames as validated."""
    import reporting
    from wfm.contracts import CONTRACTS

    valid = {name: CONTRACTS[name].validate(frame) for name, frame in tables.items()}
    for name, frame in valid.items():
        reporting.write_frame(frame, folder / f"{name}.csv")
    return valid


def read_tables(run: Run) -> dict[str, pd.DataFrame]:
    """Read every contract frame of a run, after checking that its files are what was published."""
    import ingest
    from wfm.contracts import CONTRACTS

    run.verify()
    timezone = run.manifest["timezone"]
    return {
        path.stem: ingest.read_frame(path, path.stem, timezone=timezone)
        for path in sorted(run.path.glob("*.csv"))
        if path.stem in CONTRACTS
    }
