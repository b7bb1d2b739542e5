"""The specification, the people and the planner's files."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

import demo
from demo.centre import queues_of
from demo.conduct import WALK_AWAY
from demo.floor import STATES
from wfm.config import load_config
from wfm.contracts import AGENTS

WRONG = {
    "seed": -1,
    "queues": 0,
    "agents": 29,
    "weeks": 0,
    "live_week": dt.date(2026, 11, 10),
    "timezone": "Mars/Olympus",
    "country": "XX",
    "interval_s": 1700,
    "detail_weeks": 0,
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_field_is_named(field):
    with pytest.raises(ValueError, match=str(WRONG[field])) as refused:
        demo.DemoSpec(**{field: WRONG[field]})
    assert field == "timezone" or field in str(refused.value)


def test_all_wrong_fields_are_named_at_once():
    with pytest.raises(ValueError, match=r"seed: found -1.*weeks: found 0"):
        demo.DemoSpec(seed=-1, weeks=0)


def load(tmp_path, spec):
    (tmp_path / "wfm.toml").write_text(demo.workspace_toml(spec), encoding="utf-8")
    return load_config(tmp_path, environ={})


class TestWorkspace:
    def test_the_file_says_what_the_centre_does(self, tmp_path):
        spec = demo.DemoSpec(queues=5, agents=90, seed=4, interval_s=900, timezone="Europe/Brussels", country="BE")
        config = load(tmp_path, spec)
        assert (config.timezone, config.interval_s, config.country, config.seed) == ("Europe/Brussels", 900, "BE", 4)
        for queue in queues_of(spec):
            found = config.queue(queue.name)
            assert found.model == "erlang_a"
            assert found.patience_s == queue.kind.patience_s
            assert found.target.service_level == queue.kind.service_level
            assert found.target.answer_within_s == queue.kind.answer_within_s
            assert found.target.max_occupancy == 0.88
            assert float(found.shrinkage.rate) == 0.1

    def test_shifts_fit_into_the_opening_hours(self, tmp_path):
        spec = demo.small_spec()
        rules = load(tmp_path, spec).shift_rules
        kind = queues_of(spec)[0].kind
        assert [template.paid_s / 3600 for template in rules.templates] == [8, 6]
        for template in rules.templates:
            assert template.earliest_start_s == kind.opens_h * 3600
            assert template.latest_start_s + template.length_s == kind.closes_h * 3600
            assert {rule.name for rule in template.breaks} <= set(WALK_AWAY)

    def test_the_state_map_rules_every_state_in_every_activity_once(self):
        table = demo.state_map(demo.small_spec())
        pairs = table.set_index(["state", "activity"])["rule"]
        assert pairs.index.is_unique
        assert len(pairs) == len(STATES) * 7
        assert set(table["state"]) == set(STATES)
        assert pairs["acw", "phone"] == pairs["lunch", "lunch"] == "in"
        assert pairs["logged_off", "phone"] == pairs["lunch", "break"] == pairs["not_ready", "meeting"] == "out"
        assert pairs["on_call", "break"] == pairs["ready", "time_off"] == "neutral"


class TestAgents:
    def test_people_keep_their_contract(self):
        spec = demo.DemoSpec()
        people = demo.agents(spec)
        AGENTS.validate(people)
        assert len(people) == spec.agents
        assert set(people["contract_hours"]) == {40.0, 32.0, 24.0}
        assert people["hired_on"].max().date() < spec.first_day

    def test_skills_are_queues_best_first(self):
        spec = demo.DemoSpec()
        people = demo.agents(spec)
        names = [queue.name for queue in queues_of(spec)]
        skills = people["skills"].str.split("|")
        assert all(set(own) <= set(names) and len(set(own)) == len(own) for own in skills)
        assert skills.str[0].value_counts().to_dict() == {q.name: q.agents for q in queues_of(spec)}
        assert 0.15 < (skills.str.len() == 2).mean() < 0.45

    def test_only_part_timers_are_bound_to_days(self):
        people = demo.agents(demo.DemoSpec())
        bound = people["availability"].notna()
        assert 0 < bound.sum() < len(people)
        assert (people.loc[bound, "contract_hours"] < 40).all()
        assert set(people.loc[bound, "availability"].str.split().str[0]) == {
            "mon-thu",
            "tue-fri",
            "mon-wed,fri",
            "mon-tue,thu-fri",
        }

    def test_queues_beyond_the_third_are_numbered(self):
        spec = demo.DemoSpec(queues=5, agents=100)
        queues = queues_of(spec)
        assert [queue.name for queue in queues] == ["service", "sales", "technical", "queue_04", "queue_05"]
        assert sum(queue.agents for queue in queues) == 100


def test_two_queues_or_one_are_centres_too():
    assert [queue.name for queue in queues_of(demo.DemoSpec(queues=2, agents=20))] == ["service", "sales"]
    assert dataclasses.asdict(demo.small_spec()) | {"queues": 1, "agents": 12, "weeks": 10} == dataclasses.asdict(
        demo.small_spec()
    )
