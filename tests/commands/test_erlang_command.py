"""`wfm erlang` beyond Erlang C and A: capacity, parts of agents, lines, sources, redials."""

import json

import pytest


@pytest.mark.parametrize(
    ("flags", "model", "agents"),
    [
        ((), "erlang_c", 14),
        (("--patience", "2min"), "erlang_a", 12),
        (("--patience", "2min", "--redial", "60%"), "erlang_x", 13),
        (("--lines", "20"), "limited_lines", 13),
        (("--sources", "40"), "engset", 11),
        (("--redial", "0.5"), "extended_b", 12),
    ],
)
def test_what_is_told_of_callers_chooses_the_model(wfm, flags, model, agents):
    found = json.loads(wfm("erlang", "--calls", 100, "--aht", "180s", "--service-level", "0.8", *flags, "--json").out)
    assert (found["model"], found["answer"]["agents"]) == (model, agents)
    if "fractional_agents" in found:
        assert agents - 1 < found["fractional_agents"] <= agents


def test_capacity_of_agents(wfm):
    asked = ("erlang", "--capacity", 14, "--aht", "180s", "--service-level", "0.8", "--json")
    (found,) = json.loads(wfm(*asked).out)
    assert (found["calls"], found["model"]) == (108, "erlang_c")
    assert found["fractional_calls"] == pytest.approx(108.6849135596)


@pytest.mark.parametrize(
    "flags",
    [
        ("--aht", "180"),
        ("--calls", "5", "--capacity", "3", "--aht", "180"),
        ("--calls", "5", "--aht", "180", "--model", "engset"),
        ("--calls", "5", "--aht", "180", "--redial", "1"),
        ("--calls", "5", "--aht", "180", "--lines", "0"),
    ],
)
def test_contradictions_are_a_usage_error(wfm, flags):
    assert wfm("erlang", *flags).code == 2


def test_lines_too_few_for_the_target_are_said(wfm):
    outcome = wfm("erlang", "--calls", 100, "--aht", "180s", "--lines", "5")
    assert outcome.code == 3
    assert "give more lines" in outcome.err
