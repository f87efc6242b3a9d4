from __future__ import annotations

import base64
import io
import sys
from typing import Any

import pytest
from PIL import Image, ImageDraw

from jupyter_pipeline.models import ComparisonStatus
from jupyter_pipeline.workflows.comparison.outputs import Expectation, compare_displays, compare_text
from jupyter_pipeline.workflows.comparison.text import Noise, Window

WINDOW = Window(days=("2026-11-27",), start=0.0, end=1.0)
NOISE = Noise(window=WINDOW)
PLAIN = Expectation(noise=NOISE)


def picture(color: str = "black", size: tuple[int, int] = (200, 150), background: str = "white") -> str:
    image = Image.new("RGB", size, background)
    if color:
        ImageDraw.Draw(image).line([(10, 10), (190, 140)], fill=color, width=8)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def shown(kind: str = "display_data", **data: Any) -> dict[str, Any]:
    return {"output_type": kind, "data": {name.replace("_", "/", 1): value for name, value in data.items()}}


def table(value: str) -> dict[str, Any]:
    return shown(text_html=f"<style>b{{}}</style><table><tr><th>a</th></tr><tr><td>{value}</td></tr></table>")


@pytest.mark.parametrize(
    ("notebook", "run", "reason"),
    [
        (table("1.234567"), table("1.234568"), ""),
        (table("12:00:01"), table("15:30:01"), "row 1, column 0"),
        (table("1"), table("2"), "row 1, column 0: '2' instead of '1'"),
        (shown(image_png=picture()), shown(image_png=picture()), ""),
        (shown(image_png=picture()), shown(image_png=picture("")), "the picture of the run is blank"),
        (shown(image_png=picture()), shown(image_png=picture(size=(300, 150))), "size 300 x 150"),
        (shown(image_png=picture()), shown(image_png=picture(background="lightyellow")), "the colors differ"),
        (shown(text_plain="1"), shown(text_plain="2"), "the value differs"),
        (shown(text_plain="[1,\n 2]"), shown(text_plain="[1, 2]"), ""),
        (shown(**{"image_svg+xml": "<svg id='a'/>"}), shown(**{"image_svg+xml": "<svg id='b'/>"}), ""),
    ],
)
def test_displays_are_compared_by_content(notebook: dict[str, Any], run: dict[str, Any], reason: str) -> None:
    [item], _ = compare_displays([notebook], [run], PLAIN)
    assert item.status is (ComparisonStatus.DIFFERS if reason else ComparisonStatus.SAME)
    assert reason in item.reason


@pytest.mark.parametrize(
    ("run", "status", "reason"),
    [
        (picture(), "same", ""),
        (picture(""), "differs", "the picture of the run is blank"),
        (picture(size=(300, 150)), "differs", "size 300 x 150"),
        (picture("red"), "cannot be compared", "install jupyter_pipeline[compare]"),
    ],
)
def test_without_imagehash_pictures_are_compared_by_size_and_blank(
    run: str, status: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "imagehash", None)
    [item], _ = compare_displays([shown(image_png=picture())], [shown(image_png=run)], PLAIN)
    assert item.status.value == status
    assert reason in item.reason


@pytest.mark.parametrize(
    "hostile",
    [
        shown(text_html="<div>" * 5000),
        shown(text_html="<table><tr><td>" + "x" * 4_000_000),
        shown(text_html=["<script>alert(1)</script>", 3]),
        shown(image_png="no picture"),
        {"output_type": "display_data", "data": 3},
        {"output_type": "display_data"},
    ],
)
def test_a_hostile_output_stops_nothing(hostile: dict[str, Any]) -> None:
    run = (
        shown(text_html="<b>x</b>", image_png=picture()) if "image/png" in str(hostile) else shown(text_html="<b>x</b>")
    )
    items, _ = compare_displays([hostile], [run], PLAIN)
    assert items
    assert all(item.status is not ComparisonStatus.SAME for item in items)


def test_a_missing_display_is_a_difference_unless_its_line_is_not_in_the_pipeline() -> None:
    [item], _ = compare_displays([shown(text_plain="1")], [], PLAIN)
    assert (item.status, item.reason) == (ComparisonStatus.DIFFERS, "the run shows no display")
    assert compare_displays([shown(text_plain="1")], [], Expectation(noise=NOISE, partial=True))[0] == []


def test_random_text_is_not_compared() -> None:
    expected = Expectation(noise=NOISE, reasons={"text": "it depends on random numbers without a seed"})
    item, _ = compare_text("stdout", "0.1", "0.2", expected, truncated=False)
    assert item is not None
    assert item.status is ComparisonStatus.NOT_COMPARED
    same, _ = compare_text("stdout", "0.1", "0.1", expected, truncated=False)
    assert same is not None
    assert same.status is ComparisonStatus.SAME


def test_a_truncated_output_is_not_compared() -> None:
    item, _ = compare_text(
        "stdout", "a\nOutput is truncated. View as a scrollable element", "b", PLAIN, truncated=False
    )
    assert item is not None
    assert item.reason == "the notebook's output is truncated"


@pytest.mark.parametrize(
    ("expected", "run", "status"),
    [
        (Expectation(noise=NOISE, has_sets=True), "['b', 'a']", "cannot be compared"),
        (Expectation(noise=NOISE, has_sets=True), "['b', 'c']", "differs"),
        (Expectation(noise=NOISE), "['b', 'a']", "differs"),
        (Expectation(noise=NOISE, has_widgets=True), "['a', 'b']\nmore", "cannot be compared"),
        (Expectation(noise=NOISE, has_widgets=True), "more", "differs"),
    ],
)
def test_order_of_sets_and_text_in_widgets_cannot_be_compared(expected: Expectation, run: str, status: str) -> None:
    item, _ = compare_text("stdout", "['a', 'b']", run, expected, truncated=False)
    assert item is not None
    assert item.status.value == status
