"""What every room's tests share."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo import small_spec
from planning import Run, run_demo

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real records beside the project; tests that need it are skipped where it is missing."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real records are not on this machine")
    return folder


@dataclass(frozen=True)
class Demo:
    """A small demo workspace: the live week planned and tracked, the next one planned."""

    folder: Path
    plan: Run
    track: Run
    following: Run


@pytest.fixture(scope="session")
def demo_centre(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Shared by many tests: read it, copy it, never change it."""
    folder = tmp_path_factory.mktemp("demo") / "centre"
    return Demo(folder, *run_demo(folder, small_spec(), n_jobs=1))


@pytest.fixture
def demo_copy(demo_centre: Demo, tmp_path: Path) -> Path:
    """A workspace of one's own to break."""
    return Path(shutil.copytree(demo_centre.folder, tmp_path / "centre"))
