"""Breaks by law: what each law asks for by length, and that their windows can be kept."""

import pytest

from scheduling.feasibility import breaks_that_collide
from wfm.breaklaw import LAWS, breaks_by_law
from wfm.config import load_shift_rules
from wfm.errors import InputError
from wfm.params import ShiftRules, ShiftTemplate

HOUR, MINUTE = 3600, 60


@pytest.mark.parametrize(
    ("law", "hours", "rests", "meal_min"),
    [
        ("eu", 6, 0, 0),
        ("eu", 6.5, 0, 30),
        ("eu", 9, 0, 30),
        ("eu", 9.5, 0, 45),
        ("california", 3, 0, 0),
        ("california", 3.5, 1, 0),
        ("california", 5, 1, 0),
        ("california", 6, 1, 30),
        ("california", 8.5, 2, 30),
        ("california", 10, 2, 30),
        ("california", 10.5, 3, 60),
        ("washington", 3.5, 0, 0),
        ("washington", 4, 1, 0),
        ("washington", 5.5, 1, 30),
        ("washington", 8, 2, 30),
        ("washington", 12, 3, 60),
    ],
)
def test_what_each_law_asks(law, hours, rests, meal_min):
    rules = breaks_by_law(law, int(hours * HOUR))
    assert sum(rule.paid for rule in rules) == rests
    assert sum(rule.length_s for rule in rules if not rule.paid) == meal_min * MINUTE


@pytest.mark.parametrize("law", list(LAWS))
def test_windows_fit_one_after_the_other_within_the_shift(law):
    for quarters in range(8, 53):
        length_s = quarters * 900
        template = ShiftTemplate("shift", length_s, 0, 0, breaks=breaks_by_law(law, length_s))
        assert breaks_that_collide(ShiftRules((template,))) == [], quarters / 4
        meals = [rule for rule in template.breaks if not rule.paid]
        if meals and LAWS[law].meal_before_s:
            assert meals[0].latest_s <= LAWS[law].meal_before_s


def test_a_flexible_shift_has_every_length_with_its_own_breaks(tmp_path):
    text = """
    [schedule]
    [[schedule.shifts]]
    name = "day"
    length = "5h"
    longest = "7h"
    length_step = "1h"
    earliest_start = "08:00"
    latest_start = "12:00"
    breaks = "california"
    """
    (tmp_path / "wfm.toml").write_text(text)
    rules = load_shift_rules(tmp_path / "wfm.toml")
    found = [(template.name, template.length_s // HOUR, len(template.breaks)) for template in rules.templates]
    assert found == [("day 5 h", 5, 1), ("day 6 h", 6, 2), ("day 7 h", 7, 3)]
    (tmp_path / "wfm.toml").write_text(text.replace("california", "mars").replace('"7h"', '"4h"'))
    with pytest.raises(InputError, match="longest"):
        load_shift_rules(tmp_path / "wfm.toml")
