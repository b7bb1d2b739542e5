"""Figures as inline SVG: fixed bytes, colours that follow the page's theme, text in the page's font."""

from __future__ import annotations

import io
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

from reporting.palette import LIGHT

WIDTH = 1000
_RIGHT, _TOP, _BOTTOM = 8, 30, 22
_ROLE = {colour: name for name, colour in LIGHT.items()}
_SETTINGS = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 12.0,
}


def draw_svg(chart_id: str, label: str, size: tuple[float, float], draw: Callable[..., Any]) -> str:
    """Draw on fresh axes and return one `<svg>` element for an HTML page.

    Parameters
    ----------
    chart_id : str
        Unique on the page; prefixes every id inside.
    label : str
        Read out in place of the picture.
    size : (float, float)
        Height of the figure and width of what stands left of the axes, of `WIDTH` units of width.
    draw : callable
        Takes the Axes as ``ax``.
    """
    import matplotlib.style
    from matplotlib.figure import Figure

    out = io.StringIO()
    with matplotlib.style.context(["default", _SETTINGS | {"svg.hashsalt": chart_id}]), warnings.catch_warnings():
        # The browser has its own fonts for what matplotlib's lack.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        height, left = size
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        figure.subplots_adjust(left / WIDTH, _BOTTOM / height, 1 - _RIGHT / WIDTH, 1 - _TOP / height)
        draw(ax=figure.subplots())
        figure.savefig(out, format="svg", metadata={"Date": None}, facecolor="none")
    return _inline(ET.fromstring(out.getvalue()), chart_id, label)


def _inline(root: ET.Element, chart_id: str, label: str) -> str:
    """The drawing without what an HTML page does not need: metadata, style of its own, ids that nobody refers to."""
    for parent in list(root.iter()):
        parent.text = parent.text.strip() if parent.text else None
        for child in list(parent):
            child.tail = None
            if _local(child.tag) in ("metadata", "style") or not (len(child) or child.attrib or child.text):
                parent.remove(child)
    referenced = set(re.findall(r"#([\w.-]+)", " ".join(v for e in root.iter() for v in e.attrib.values())))
    for element in root.iter():
        element.tag = _local(element.tag)
        element.attrib = {
            _local(name): _rewrite(value, chart_id)
            for name, value in element.attrib.items()
            if (name != "id" or value in referenced) and not value.startswith("rotate(-0 ")
        }
        if "id" in element.attrib:
            element.set("id", f"{chart_id}-{element.get('id')}")
    root.attrib = {"viewBox": root.get("viewBox", ""), "role": "img", "aria-label": label}
    return ET.tostring(root, encoding="unicode")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _rewrite(value: str, chart_id: str) -> str:
    """Theme colours for palette colours, prefixed references, the page's font, one decimal, no idle spaces."""
    value = re.sub(r"#[0-9a-f]{6}\b", lambda match: _themed(match[0]), value)
    value = re.sub(r"(^|url\()#(?=[\w.-])", rf"\1#{chart_id}-", value)
    value = re.sub(r"font: ([\d.]+)px [^;]+", r"font-size: \1px", value)
    value = re.sub(r"font-family: [^;]+; ?", "", value)
    value = re.sub(r"(?<=\d)\.(\d)\d+", r".\1", value)
    return re.sub(r" *([MLQCz]|[:;](?= )) *", r"\1", value).strip() if value[:1] == "M" or ": " in value else value


def _themed(colour: str) -> str:
    return f"var(--{_ROLE[colour]})" if colour in _ROLE else colour
