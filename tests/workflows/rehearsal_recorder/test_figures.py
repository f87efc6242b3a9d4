from __future__ import annotations

import base64
import io
import os
from typing import Any

import matplotlib.figure
import pytest
from PIL import Image

from jupyter_pipeline.workflows.rehearsal_recorder.figures import FigureRenderer


def plot(size: float = 3) -> Any:
    figure = matplotlib.figure.Figure(figsize=(size, size))
    figure.add_subplot().plot([1, 2], color="red", linewidth=8)
    return figure


@pytest.mark.parametrize("forks", [True, False])
def test_a_figure_is_rendered_as_it_was_when_it_was_shown(forks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not forks:
        monkeypatch.delattr(os, "fork")
    figures, outputs, charged = [plot(), matplotlib.figure.Figure()], [{}, {}], []
    renderer = FigureRenderer(charged.append)
    renderer.render(figures, outputs, 30)
    figures[0].clear()
    renderer.collect()
    image = Image.open(io.BytesIO(base64.b64decode(outputs[0]["image/png"]))).convert("RGB")
    assert (255, 0, 0) in {color for _, color in image.getcolors(100_000)}
    assert outputs[1] == {}
    assert (sum(charged) > 0) is forks


def render(figures: list[Any], seconds: float) -> list[str]:
    """Return the reason of each picture; empty for a picture that is rendered."""
    renderer = FigureRenderer(lambda seconds: None)
    outputs: list[dict[str, Any]] = [{} for _ in figures]
    for figure, output in zip(figures, outputs, strict=True):
        renderer.render([figure], [output], seconds)
    renderer.collect()
    return [image["reason"] if isinstance(image := each["image/png"], dict) else "" for each in outputs]


@pytest.mark.parametrize("forks", [True, False])
def test_the_first_picture_and_those_that_fit_are_rendered(forks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not forks:
        monkeypatch.delattr(os, "fork")
    assert render([plot() for _ in range(4)], 0) == ["", "time", "time", "time"]
    assert render([plot() for _ in range(4)], 30) == ["", "", "", ""]


def test_a_running_process_reserves_its_expected_time() -> None:
    assert render([plot() for _ in range(5)], 0.31).count("") <= 3


def test_a_picture_that_is_too_large_is_not_rendered() -> None:
    assert render([plot(900)], 30) == ["size"]


@pytest.mark.parametrize("forks", [True, False])
def test_a_figure_that_cannot_be_drawn_is_no_error_of_the_run(forks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not forks:
        monkeypatch.delattr(os, "fork")
    figure = plot()
    figure.axes[0].set_title("$\\no$")
    assert render([figure], 30) == ["error"]


def test_a_process_that_takes_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_pipeline.workflows.rehearsal_recorder import figures

    monkeypatch.setattr(figures, "_render", lambda figure: sum(range(10**10)))
    assert render([plot()], 0) == ["time"]
