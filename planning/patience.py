"""The patience that `wfm.toml` leaves to the calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from wfm.config import CONFIG_NAME
from wfm.errors import Finding, Findings, InputError
from wfm.params import NEEDED_TRAITS, QueueSpec
from wfm.units import format_duration


def with_estimated_patience(
    specs: Mapping[str, QueueSpec], calls: pd.DataFrame, findings: Findings
) -> dict[str, QueueSpec]:
    """Each specification with the mean patience of its queue's calls, and a note that says so.

    Where nobody hung up there is none: callers are then taken to wait, unless the queue's model needs a patience.

    Parameters
    ----------
    specs : mapping of str to QueueSpec
    calls : DataFrame
        Contract ``calls``.
    findings : Findings
        Gets the notes, and warnings of too few abandoned calls.

    Raises
    ------
    InputError
        For every queue whose model needs a patience that the calls can't tell.
    """
    from staffing.patience import estimate_patience

    own = calls[calls["queue"].isin(list(specs))]
    table, said = estimate_patience(own)
    rows = table.set_index("queue")
    findings.extend(said)
    found, missing = {}, []
    for queue, spec in specs.items():
        abandoned = int(rows.loc[queue, "abandoned"]) if queue in rows.index else 0
        patience_s = float(rows.loc[queue, "patience_s"]) if abandoned else None
        if not patience_s:
            what, source = f"no patience in the calls of queue {queue}", f"queues.{queue}.patience"
            needed = "patience_s" in NEEDED_TRAITS.get(spec.model, ())
            if needed:
                wanted, fix = "abandoned calls with their wait", f"model {spec.model} needs it: write a duration"
                missing.append(Finding(CONFIG_NAME, "no-patience", what, wanted, fix, column=source))
            else:
                fix = "callers are taken to wait until they are answered"
                findings.add(Finding(CONFIG_NAME, "no-patience", what, fix=fix, severity="note"))
            found[queue] = spec
            continue
        low, high = (format_duration(float(rows.loc[queue, end])) for end in ("low_s", "high_s"))
        what = f"a mean patience of {format_duration(patience_s)} ({low} to {high}) in {abandoned:,} abandoned calls"
        findings.add(Finding(f"queue {queue}", "estimated-patience", what, severity="note"))
        found[queue] = replace(spec, patience_s=patience_s)
    if missing:
        raise InputError(missing)
    return found
