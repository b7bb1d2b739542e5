"""The registry finds its members once, whoever asks first."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from wfm.errors import UsageProblem
from wfm.registry import Registry

SLOW_MODULE = """
import time

import slowly_filled

time.sleep(0.05)
slowly_filled.THINGS.add("{name}", "{name}")
"""


@pytest.fixture
def things(tmp_path, monkeypatch):
    """A registry whose members arrive one after the other while its package is imported."""
    package = tmp_path / "slowly_filled"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from wfm.registry import Registry\n\nTHINGS = Registry('thing', 'slowly_filled')\n"
    )
    for name in ("one", "two", "three"):
        (package / f"{name}.py").write_text(SLOW_MODULE.format(name=name))
    monkeypatch.syspath_prepend(tmp_path)
    import slowly_filled

    yield slowly_filled.THINGS
    for module in [name for name in sys.modules if name.startswith("slowly_filled")]:
        del sys.modules[module]


def test_threads_that_ask_at_once_all_see_every_member(things):
    together = Barrier(4)

    def ask(_number):
        together.wait()
        return list(things)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [["one", "three", "two"]] * 4


def test_an_unknown_name_is_answered_with_the_nearest():
    registry: Registry[int] = Registry("thing")
    registry.register("first")(1)
    assert registry["first"] == 1
    with pytest.raises(UsageProblem, match='did you mean "first"'):
        registry["frist"]
    with pytest.raises(ValueError, match="twice"):
        registry.add("first", 2)
