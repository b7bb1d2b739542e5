"""A locked plan says every setting of a queue, and gives it back."""

from __future__ import annotations

import json

import pytest

from planning.views import spec_of_record, spec_record
from wfm.params import QueueSpec, ServiceTarget, Shrinkage


@pytest.mark.parametrize(
    "spec",
    [
        QueueSpec("sales", shrinkage=Shrinkage(0.25), min_agents=2),
        QueueSpec("care", ServiceTarget(0.9, 10, max_abandonment=0.05), model="erlang_a", patience_s=90.0),
        QueueSpec("line", model="limited_lines", lines=30, patience_s=60.0),
        QueueSpec("redial", model="erlang_x", patience_s=60.0, redial=0.4),
        QueueSpec("staff", model="engset", sources=120),
        QueueSpec("chat", channel="chat", concurrency=(400, 520, 660), patience_s=90.0),
        QueueSpec("mail", channel="email", agent_hours="mon-fri 08:00-18:00", blend_with=("sales", "care")),
        QueueSpec("claims", channel="backoffice", agent_hours="mon-fri", promise_runs="agent_hours"),
    ],
)
def test_a_specification_survives_the_manifest(spec: QueueSpec) -> None:
    again = spec_of_record(json.loads(json.dumps(spec_record(spec))))
    assert again.traits == spec.traits
    assert (again.queue, again.target, again.model, again.min_agents) == (
        spec.queue, spec.target, spec.model, spec.min_agents,
    )  # fmt: skip
    assert float(again.shrinkage.rate) == float(spec.shrinkage.rate)
    for name in ("channel", "agent_hours", "promise_runs", "blend_with"):
        assert getattr(again, name) == getattr(spec, name)
