import re
from fractions import Fraction

import pytest

from planning.scaffold import init_workspace
from wfm.config import find_workspace, load_config, load_shift_rules
from wfm.errors import InputError

GOOD = """
[workspace]
name = "Acme"
timezone = "Europe/Amsterdam"
interval = "15min"
country = "NL"
seed = 7

[data]
calls = "calls*.csv"

[staffing]
service_level = 0.8
answer_within = "20s"
max_occupancy = "none"
model = "erlang_a"
patience = "2min"
shrinkage = 0.3

[queues.sales]
service_level = 0.9
answer_within = 15

[schedule]
max_days_per_week = 4
[[schedule.shifts]]
name = "full"
length = "8h30min"
earliest_start = "07:00"
latest_start = "09:00"
weekdays = "mon-fri"
[[schedule.shifts.breaks]]
name = "lunch"
length = "30min"
earliest = "3h"
latest = "5h"
paid = false
"""


def read(tmp_path, text, environ=None):
    (tmp_path / "wfm.toml").write_text(text, encoding="utf-8")
    return load_config(tmp_path, environ or {})


def test_a_workspace_file_becomes_parameter_objects(tmp_path):
    config = read(tmp_path, GOOD)
    assert (config.interval_s, config.timezone, config.seed) == (900, "Europe/Amsterdam", 7)
    sales, other = config.queue("sales"), config.queue("anything")
    assert (sales.target.service_level, sales.target.answer_within_s) == (0.9, 15)
    assert (sales.patience_s, sales.model, sales.shrinkage.rate) == (120, "erlang_a", Fraction(3, 10))
    assert other.target.service_level == 0.8
    assert other.target.max_occupancy is None
    shift = config.shift_rules.templates[0]
    assert (shift.length_s, shift.paid_s, shift.weekdays) == (30600, 28800, (0, 1, 2, 3, 4))
    assert config.shift_rules.max_days_per_week == 4


def test_the_environment_wins_over_the_file(tmp_path):
    config = read(tmp_path, GOOD, {"WFM_TIMEZONE": "UTC", "WFM_INTERVAL": "30min", "WFM_SEED": "3"})
    assert (config.timezone, config.interval_s, config.seed) == ("UTC", 1800, 3)


def test_every_wrong_setting_is_named_at_once(tmp_path):
    text = GOOD.replace("Europe/Amsterdam", "Mars/Base").replace("shrinkage = 0.3", "shrinkage = 1.3")
    text = text.replace('interval = "15min"', 'intervall = "15min"').replace('length = "8h30min"', 'length = "long"')
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    named = {finding.column for finding in caught.value.findings}
    assert {"workspace.timezone", "workspace.intervall", "staffing.shrinkage", "schedule.shifts[1].length"} <= named


@pytest.mark.parametrize(
    ("text", "rule"),
    [("[workspace", "bad-toml"), ("", None), ("[schedule]\n", "bad-setting"), ("x = 1", "unknown-setting")],
)
def test_broken_and_bare_files(tmp_path, text, rule):
    if rule is None:
        assert read(tmp_path, text).shift_rules is None
        return
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert caught.value.findings[0].rule == rule


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(InputError, match="wfm init"):
        load_config(tmp_path, {})


def test_a_binary_file_is_no_configuration(tmp_path):
    (tmp_path / "wfm.toml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(InputError, match="UTF-8"):
        load_config(tmp_path, {})


def test_a_workspace_is_found_from_a_folder_below(tmp_path):
    (tmp_path / "wfm.toml").touch()
    below = tmp_path / "runs" / "deep"
    below.mkdir(parents=True)
    assert find_workspace(below) == tmp_path


def test_the_template_of_init_reads_as_it_is_and_with_every_comment_opened(tmp_path):
    path = init_workspace(tmp_path, name='The "quoted" centre', timezone="Europe/Amsterdam", interval="30min")
    assert load_config(tmp_path, {}).name == 'The "quoted" centre'
    text = path.read_text(encoding="utf-8")
    assert load_config(tmp_path, {}).shift_rules is None
    rest = text.split("[workspace]")[1]
    opened = [re.sub("^#( |$)", "", line) for line in ("[workspace]" + rest).splitlines()]
    opened.remove(next(line for line in opened if line.startswith("history = ")))
    path.write_text("\n".join(opened), encoding="utf-8")
    config = load_config(tmp_path, {})
    assert (config.country, config.default_queue.patience_s, config.queue("sales").target.answer_within_s) == (
        "NL",
        120,
        15,
    )
    rules = config.shift_rules
    assert [rule.name for rule in rules.templates[0].breaks] == ["break", "lunch", "break"]
    assert load_shift_rules(path) == rules


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ("sipp", None)),
        ('load = "mol"\nrisk = 0.9', ("mol", 0.9)),
        ('risk = "expected"', ("sipp", "expected")),
        ('risk = "none"', ("sipp", None)),
    ],
)
def test_load_and_risk_that_are_staffed_for(tmp_path, text, found):
    (tmp_path / "wfm.toml").write_text(f"[staffing]\n{text}\n")
    config = load_config(tmp_path)
    assert (config.staffing.load, config.staffing.risk) == found


@pytest.mark.parametrize("text", ['load = "erlang"', "risk = 1.5", "risk = true", 'risk = "high"'])
def test_load_and_risk_out_of_range_are_said(tmp_path, text):
    (tmp_path / "wfm.toml").write_text(f"[staffing]\n{text}\n")
    with pytest.raises(InputError, match="staffing"):
        load_config(tmp_path)
