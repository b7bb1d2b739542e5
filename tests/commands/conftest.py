from __future__ import annotations

from dataclasses import dataclass

import pytest

import cli


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def wfm(capsys, monkeypatch):
    """Run `wfm` in a folder and give back exit code, standard output and standard error."""

    def run(*args, folder=None) -> Outcome:
        if folder is not None:
            monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as stopped:
            cli.main([str(arg) for arg in args])
        captured = capsys.readouterr()
        return Outcome(stopped.value.code, captured.out, captured.err)

    return run
