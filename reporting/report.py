"""The page of a week: one HTML file that needs nothing else, and the same content as JSON."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from reporting.content import FORMATS, Chart, Part, to_json
from reporting.files import written_beside
from reporting.palette import DARK, LIGHT
from reporting.sections.accuracy import accuracy_section
from reporting.sections.changes import changes_section
from reporting.sections.forecast import forecast_section
from reporting.sections.happened import happened
from reporting.sections.opening import opening
from reporting.sections.people import adherence_section
from reporting.sections.requirement import requirement_section
from reporting.sections.schedule import schedule_section
from reporting.sections.scorecard import scorecard_section
from reporting.sections.staffing import staffing_section
from reporting.svg import draw_svg
from reporting.views import PlanView, TrackView, settled
from reporting.words import day_label, known, moment_label
from wfm.errors import UsageProblem
from wfm.timeaxis import local_day

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_NUMERIC = ("figure", "whole", "tenth", "percent", "signed_percent", "gap", "duration")


@dataclass(frozen=True)
class Report:
    """A finished page.

    Parameters
    ----------
    title : str
        Name of the centre.
    parts : sequence of Part
        The week to look at first is the first.
    """

    title: str
    parts: Sequence[Part]

    def html(self) -> str:
        """The whole page; the same content gives the same bytes."""
        return (
            _environment().get_template("page.html").render(title=self.title, parts=self.parts, light=LIGHT, dark=DARK)
        )

    def json(self) -> dict[str, Any]:
        """The content of the page as `json.dumps` takes it, each figure as its words and its table."""
        return {"title": self.title, "parts": to_json(list(self.parts))}

    def write(self, path: str | Path) -> None:
        """Write the page beside `path` and rename it into place."""
        with written_beside(Path(path)) as beside:
            beside.write_text(self.html(), encoding="utf-8", newline="\n")

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that its style stays out of the notebook."""
        page = html.escape(self.html(), quote=True)
        return f'<iframe title="Report" style="width:100%;height:900px;border:0" srcdoc="{page}"></iframe>'


def render_report(plan: PlanView | None, track: TrackView | None) -> Report:
    """The page of a planned week, of a week that happened, or of both.

    Parameters
    ----------
    plan : PlanView or None
    track : TrackView or None
        Stands first where it is the same week as the plan, because the plan has passed then.

    Returns
    -------
    Report

    Raises
    ------
    UsageProblem
        If there is neither, or if one of them has no rows at all.
    """
    views = [settled(view) for view in (plan, track) if view is not None]
    if not views:
        raise UsageProblem("nothing to report: found neither a plan nor a tracked week")
    specs = plan.specs if plan is not None else ()
    parts = [_plan_part(view) if isinstance(view, PlanView) else _track_part(view, specs) for view in views]
    if plan is not None and track is not None and plan.week == track.week:
        parts.reverse()
    return Report(views[0].title, parts)


def _plan_part(view: PlanView) -> Part:
    if view.forecast.empty or view.requirement.empty:
        raise UsageProblem(f"nothing to report: the plan of {view.week} has no forecast or no requirement")
    facts = [
        ("Week", _days(view.forecast)),
        ("History until", moment_label(view.cutoff.tz_convert(view.timezone))),
        ("Interval", f"{view.interval_s // 60} min"),
        ("Time zone", view.timezone),
        ("Run", view.run_id),
    ]
    sections = [opening(view), forecast_section(view), requirement_section(view), schedule_section(view)]
    if view.change_facts:
        sections.append(changes_section(view))
    return Part("plan", f"Plan for {view.week}", facts, sections)


def _track_part(view: TrackView, specs: Sequence[Any]) -> Part:
    if view.actual.empty or view.forecast.empty:
        raise UsageProblem(f"nothing to report: the tracked week {view.week} has no calls or no locked forecast")
    view = replace(view, specs=view.specs or specs)
    facts = [
        ("Week", _days(view.actual)),
        ("Held against plan", view.plan_version),
        ("Interval", f"{view.interval_s // 60} min"),
        ("Time zone", view.timezone),
        ("Run", view.run_id),
    ]
    sections = [
        happened(view),
        scorecard_section(view),
        accuracy_section(view),
        staffing_section(view),
        adherence_section(view),
    ]
    return Part("track", f"What happened in {view.week}", facts, sections)


def _days(frame: pd.DataFrame) -> str:
    days = local_day(frame["interval_start"])
    return f"{day_label(days.min())} to {day_label(days.max())} {days.max().year}"


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def svg(chart: Chart) -> Markup:
        return Markup(draw_svg(chart.id, chart.label, (chart.height, chart.left), chart.draw))

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "svg": svg,
        "block": lambda item: type(item).__name__,
        "cell": lambda value, kind: FORMATS[kind](value),
        "tone": _tone,
        "align": lambda kind: "n" if kind in _NUMERIC else "t",
    }
    return environment


def _tone(value: Any, kind: str) -> str:
    """Class of a cell: a gap by its sign, a status by its word."""
    if not known(value):
        return ""
    if kind == "status":
        return str(value) if value in ("met", "missed") else ""
    if kind != "gap" or math.isclose(value, 0, abs_tol=1e-9):
        return ""
    return "short" if value < 0 else "over"
