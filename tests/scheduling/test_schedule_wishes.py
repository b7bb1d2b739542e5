"""Wishes as agents write them."""

import pytest

from scheduling.wishes import parse_wishes

HOUR = 3600
MON, TUE, SAT, SUN = 0, 1, 5, 6


@pytest.mark.parametrize(
    ("text", "weekday", "start_h", "length_h", "broken"),
    [
        ("off sat-sun", SAT, 8, 5, True),
        ("off sat-sun", MON, 8, 5, False),
        ("off mon 12:00-18:00", MON, 8, 5, True),
        ("off mon 12:00-18:00", MON, 8, 4, False),
        ("off mon 00:00-06:00", SUN, 22, 8, True),
        ("off sun 22:00-06:00", MON, 5, 5, True),
        ("off sun 22:00-06:00", MON, 6, 5, False),
        ("start 07:00-09:00", TUE, 9, 5, False),
        ("start 07:00-09:00", TUE, 10, 5, True),
        ("start mon 07:00-09:00", TUE, 10, 5, False),
        ("not start 20:00-23:00", TUE, 21, 8, True),
        ("not start 20:00-23:00", TUE, 12, 8, False),
    ],
)
def test_what_a_shift_does_to_a_wish(text, weekday, start_h, length_h, broken):
    (wish,) = parse_wishes(text)
    assert wish.broken_by(weekday, start_h * HOUR, length_h * HOUR) == broken


def test_weights_and_several_wishes():
    assert [(w.kind, w.weight) for w in parse_wishes("Off sat x2; start 07:00-09:00 x 0.5; not start mon")] == [
        ("off", 2.0),
        ("start", 0.5),
        ("not start", 1.0),
    ]


@pytest.mark.parametrize("text", ["", "early", "off", "off yesterday", "start 25:00-26:00", "off mon x", "off mon;"])
def test_what_cannot_be_read_is_said(text):
    with pytest.raises(ValueError, match="expected wishes such as"):
        parse_wishes(text)
