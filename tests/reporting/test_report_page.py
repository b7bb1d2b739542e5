"""The page: the same bytes twice, nothing from outside, everything escaped, words and a table behind every figure."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import reporting_views as made_up

from reporting import PlanView, Report, TrackView, render_report
from reporting.content import Paragraph, Part, Section
from wfm.contracts import CONTRACTS
from wfm.errors import UsageProblem

ROOT = Path(__file__).resolve().parents[2]
VOID = {"meta", "link", "br", "img", "input", "hr"}
HOSTILE = (
    '<script>alert("x")</script> & <img src=http://evil.example/x.png onerror=alert(1)>',
    "مبيعات שלום $x^2$ 😀",
    "L" * 200,
)


class Page(HTMLParser):
    """Every element with its attributes and the text inside, and whether the tags are balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.open: list[int] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for place in self.open:
            self.elements[place][2].append(data)

    def all(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attrs, "".join(text)) for name, attrs, text in self.elements if name == tag]


@pytest.fixture(scope="module")
def report() -> Report:
    return render_report(made_up.plan_view(), made_up.track_view())


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return report.html()


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def small_plan(**changes: object) -> PlanView:
    return made_up.plan_view(queues=("Billing",), **changes)


def small_track(**changes: object) -> TrackView:
    return made_up.track_view(queues=("Billing",), **changes)


def without(view: PlanView | TrackView, *names: str) -> PlanView | TrackView:
    return replace(view, **dict.fromkeys(names))


def test_the_page_is_small_enough_to_mail(html: str) -> None:
    assert len(html.encode()) < 1_500_000


def test_another_process_with_another_hash_seed_and_clock_makes_the_same_bytes() -> None:
    script = (
        "import hashlib, sys; sys.path.insert(0, 'tests/reporting'); import reporting_views as made_up\n"
        "from reporting import render_report\n"
        "page = render_report(made_up.plan_view(queues=('Billing',)), None).html()\n"
        "print(hashlib.sha256(page.encode()).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    here = render_report(small_plan(), None).html()
    assert there == hashlib.sha256(here.encode()).hexdigest()


def test_nothing_is_asked_of_the_network(page: Page, html: str) -> None:
    assert not {tag for tag, _, _ in page.elements} & {"script", "link", "img", "iframe", "object", "embed", "video"}
    for _, attrs, _ in page.elements:
        for name, value in attrs.items():
            assert not name.startswith("on")
            if name in ("src", "href", "srcset", "xlink:href", "action", "data", "poster"):
                assert value is not None
                assert value.startswith("#")
    assert re.findall(r"url\((?!#)", html) == []
    assert "@import" not in html
    assert "http" not in html


def test_references_inside_the_page_lead_somewhere(page: Page) -> None:
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    text = " ".join(value or "" for _, attrs, _ in page.elements for value in attrs.values())
    referenced = set(re.findall(r"(?:^|[ (])#([\w.-]+)", text))
    assert referenced
    assert referenced <= set(ids)
    labelled = {attrs["aria-labelledby"] for _, attrs, _ in page.elements if "aria-labelledby" in attrs}
    assert labelled <= set(ids)


def test_every_figure_has_words_and_a_table(page: Page, html: str) -> None:
    figures = page.all("figure")
    assert len(figures) == 3 + 2 * 3 + 1 + 3 + 3 + 2
    pictures = page.all("svg")
    assert len(pictures) == len(figures)
    assert all(len(attrs["aria-label"] or "") > 15 and attrs["role"] == "img" for attrs, _ in pictures)
    for block in re.findall(r"<figure.*?</figure>", html, flags=re.DOTALL):
        assert "<details><summary>" in block
        assert block.count("<tbody>") == 1
        assert len(re.findall(r"<tr>", block)) > 2


def test_headings_step_down_one_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_language_and_both_themes_are_declared(page: Page, html: str) -> None:
    assert page.all("html")[0][0]["lang"] == "en"
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_figures_take_their_colours_from_the_theme(html: str) -> None:
    pictures = " ".join(re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL))
    assert re.findall(r"#[0-9a-f]{6}\b", pictures) == []
    declared = set(re.findall(r"--([\w-]+):", html))
    assert set(re.findall(r"var\(--([\w-]+)\)", html)) <= declared


def test_the_json_twin_says_the_same(report: Report, page: Page) -> None:
    twin = report.json()
    text = json.dumps(twin, allow_nan=False)
    assert [part["id"] for part in twin["parts"]] == ["plan", "track"]
    captions = {attrs for _, attrs in page.all("caption")}
    assert set(re.findall(r'"caption": "(.*?)"', text)) == {json.dumps(caption)[1:-1] for caption in captions}


def test_it_opens_with_what_is_short_and_by_how_much(page: Page) -> None:
    view = made_up.plan_view()
    assert view.coverage is not None
    short_h = -view.coverage["gap"].clip(upper=0).sum() / 2
    tiles = [text for attrs, text in page.all("div") if str(attrs.get("class")).startswith("tile")]
    assert next(text for text in tiles if "hours short" in text).startswith(f"Agent-hours short{short_h:.1f}")
    worst = view.coverage.loc[view.coverage["gap"].idxmin(), "queue"]
    cards = {text.split("\n")[1]: text for _, text in page.all("article")}
    assert str(worst) in cards["Short of staff"]
    assert "Sales: 18 % more calls than in recent weeks" in cards["Forecast watch-outs"].replace("\xa0", " ")
    assert "Technical support: no model was better than the six-week average" in cards["Forecast watch-outs"]


def test_the_service_level_is_named_where_it_is_printed(report: Report) -> None:
    sections = {section["id"]: json.dumps(section) for part in report.json()["parts"] for section in part["sections"]}
    for name in ("requirement", "kpis", "happened"):
        assert "answered within 20 s, of calls offered" in sections[name]


def test_hostile_names_are_shown_and_never_run() -> None:
    plan = made_up.plan_view(queues=HOSTILE, title='</style><script>1</script> & "quoted"')
    track = small_track()
    assert track.exceptions is not None
    assert track.adherence is not None
    assert track.schedule is not None
    assert track.agent_states is not None
    agents = sorted(track.schedule["agent"].unique())
    names = dict(zip(agents, agents, strict=True)) | dict(zip(agents, HOSTILE, strict=False))
    frames = {name: getattr(track, name) for name in ("adherence", "exceptions", "schedule", "agent_states")}
    track = replace(track, **{name: f.assign(agent=f["agent"].map(names)) for name, f in frames.items()})
    text = render_report(plan, track).html()
    page = Page(text)
    assert not {tag for tag, _, _ in page.elements} & {"script", "img"}
    assert page.all("h1")[0][1] == '</style><script>1</script> & "quoted"'
    queues = {name for _, name in page.all("h4")}
    assert set(HOSTILE) <= queues
    rows = {name for _, name in page.all("bdi")}
    assert set(HOSTILE) <= rows


def test_a_plan_without_schedule_says_so_and_shows_the_requirement() -> None:
    empty = {name: CONTRACTS[name].empty(made_up.ZONE) for name in ("coverage", "schedule")}
    for plan in (
        without(small_plan(), "coverage", "schedule", "schedule_facts"),
        small_plan(**empty, schedule_facts={}),
    ):
        page = Page(render_report(plan, None).html())
        text = page.all("main")[0][1]
        assert "No schedule was made" in text
        assert [attrs["id"] for attrs, _ in page.all("figure")] == ["forecast-0", "requirement-0"]


def test_a_plan_without_backtest_or_history_still_shows_its_forecast() -> None:
    plan = without(small_plan(), "recent_history", "selection", "backtest_summary")
    text = Page(render_report(plan, None).html()).all("main")[0][1]
    assert "No backtest in this run" in text


def test_a_queue_without_calls_and_a_closed_day() -> None:
    plan = small_plan()
    nothing = {name: 0.0 for name in plan.forecast if name.startswith("calls")}
    silent = plan.forecast.assign(**nothing, queue="Silent")
    open_days = plan.forecast["interval_start"].dt.day_of_week != 2
    forecast = pd.concat([plan.forecast[open_days], silent], ignore_index=True)
    need = made_up.requirement(forecast).assign(service_level=None, asa_s=None)
    plan = replace(plan, forecast=forecast, requirement=need, coverage=made_up.coverage(need))
    page = Page(render_report(plan, None).html())
    text = page.all("main")[0][1]
    assert "Silent: 0 calls" in " ".join(str(attrs["aria-label"]) for attrs, _ in page.all("svg"))
    assert "Billing: no calls expected on Wed 25 Nov: closed or a holiday?" in text


def test_a_week_without_agent_states_says_so() -> None:
    track = small_track()
    assert track.staffing is not None
    bare = without(track, "adherence", "exceptions", "schedule", "agent_states", "scorecard")
    bare = replace(bare, staffing=track.staffing.assign(present=float("nan")))
    page = Page(render_report(None, bare).html())
    text = page.all("main")[0][1]
    assert text.lower().count("no agent states") >= 3
    assert "No scorecard" in text
    assert not any(str(attrs["id"]).startswith("adherence") for attrs, _ in page.all("figure"))
    Page(render_report(None, without(bare, "staffing")).html())


def test_the_week_that_has_passed_stands_first() -> None:
    track = small_track()
    ids = [part.id for part in render_report(small_plan(), track).parts]
    same = [part.id for part in render_report(small_plan(week=track.week), track).parts]
    assert (ids, same) == (["plan", "track"], ["track", "plan"])


def test_nothing_to_report_is_said() -> None:
    with pytest.raises(UsageProblem, match="neither"):
        render_report(None, None)
    with pytest.raises(UsageProblem, match="no forecast"):
        render_report(small_plan(forecast=CONTRACTS["forecast"].empty(made_up.ZONE)), None)


def short_report() -> Report:
    return Report("Centre", [Part("plan", "Plan", [], [Section("decide", "What to decide", [Paragraph("Nothing.")])])])


def test_writing_replaces_the_earlier_page(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    short_report().write(target)
    assert target.read_text(encoding="utf-8") == short_report().html()
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_notebook_shows_the_page_in_a_frame_of_its_own() -> None:
    frame = Page(short_report()._repr_html_()).all("iframe")[0][0]
    assert frame["srcdoc"] == short_report().html()


def test_what_makes_each_day_is_told_and_adds_up() -> None:
    view = made_up.plan_view(queues=("Billing",))
    page = render_report(view, None).html()
    assert "What makes the calls of each day of Billing" in page
    table = page[page.index("What makes the calls of each day of Billing") :]
    table = table[: table.index("</table>")]
    for heading in ("Typical day", "Weekday", "Mailing", "Against six-week average"):
        assert f">{heading}<" in table.replace(' scope="col"', "")
