import pytest

from wfm.errors import UsageProblem
from wfm.registry import Registry


def filled():
    registry = Registry("queue model")
    registry.add("erlang_c", 1)
    registry.register("erlang_a")(2)
    return registry


def test_members_are_listed_by_name():
    assert list(filled()) == ["erlang_a", "erlang_c"]
    assert filled().items() == [("erlang_a", 2), ("erlang_c", 1)]
    assert "erlang_a" in filled()
    assert len(filled()) == 2


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UsageProblem, match=r'unknown queue model "erlangc".*did you mean "erlang_c"'):
        filled()["erlangc"]


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="twice"):
        filled().add("erlang_c", 3)
