"""One palette for figures and page: each role has a colour on light and on dark ground.

The series are Okabe-Ito hues darkened or lightened until lines reach a contrast of 3:1 with their ground;
short and over differ in hue, lightness and sign, so that no figure relies on telling red from green.
"""

from __future__ import annotations

LIGHT = {
    "ink": "#1c2733",
    "muted": "#566373",
    "grid": "#dde2e8",
    "ground": "#fefefe",
    "forecast": "#0b5fa5",
    "band-inner": "#9cc4e8",
    "band-outer": "#d5e6f6",
    "past": "#b4bdc8",
    "required": "#5b6c80",
    "required-fill": "#e6eaef",
    "scheduled": "#a34f00",
    "present": "#00745c",
    "short": "#c2370d",
    "short-3": "#b8320a",
    "short-2": "#ee8a58",
    "short-1": "#fbd3bd",
    "even": "#eef1f4",
    "over-1": "#cfe2f4",
    "over-2": "#7db3e0",
    "over-3": "#1f6db0",
    "on-strong": "#fffffe",
    "pause": "#8f9aa8",
    "meeting": "#7a4fa3",
}

DARK = {
    "ink": "#e8ecf1",
    "muted": "#a3afbd",
    "grid": "#323c49",
    "ground": "#141a21",
    "forecast": "#6fb4f2",
    "band-inner": "#2c5783",
    "band-outer": "#1d3550",
    "past": "#5a6675",
    "required": "#a9b6c5",
    "required-fill": "#2a333e",
    "scheduled": "#f0a050",
    "present": "#3fc9a5",
    "short": "#ff8a5c",
    "short-3": "#e8623a",
    "short-2": "#a2482a",
    "short-1": "#5b3226",
    "even": "#222b35",
    "over-1": "#1f3d5a",
    "over-2": "#2f6699",
    "over-3": "#5fa9e6",
    "on-strong": "#0d1116",
    "pause": "#6d7988",
    "meeting": "#b490dc",
}

# Grounds of the week grid by the hour at which a shift begins; all light, so that print and dark text stay readable.
STARTS = (
    (0.0, 5.0, "night", "#cfc8ea"),
    (5.0, 7.5, "early", "#fbe6a2"),
    (7.5, 10.0, "morning", "#cfe2f4"),
    (10.0, 13.0, "midday", "#cdebe2"),
    (13.0, 17.0, "afternoon", "#fbd3bd"),
    (17.0, 21.0, "evening", "#efcfe3"),
    (21.0, 24.0, "night", "#cfc8ea"),
)
AWAY = "#e6eaef"
