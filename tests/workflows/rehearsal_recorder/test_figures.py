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
    figures, outputs, skipped, charged = [plot(), matplotlib.figure.Figure()], [{}, {}], [], []
    renderer = FigureRenderer(charged.append)
    renderer.render(figures, outputs, skipped.append, time_left=True)
    figures[0].clear()
    renderer.collect(30)
    image = Image.open(io.BytesIO(base64.b64decode(outputs[0]["image/png"]))).convert("RGB")
    assert (255, 0, 0) in {color for _, color in image.getcolors(100_000)}
    assert outputs[1] == {}
    assert skipped == []
    assert (sum(charged) > 0) is forks


@pytest.mark.parametrize(("size", "time_left", "reason"), [(3, False, "time"), (900, True, "too large")])
def test_a_missing_picture_has_a_reason(size: float, time_left: bool, reason: str) -> None:
    skipped: list[str] = []
    FigureRenderer(skipped.append).render([plot(size)], [{}], skipped.append, time_left=time_left)
    assert skipped == [reason]


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_pipeline.workflows.rehearsal_recorder import figures

    monkeypatch.setattr(figures, "_render", lambda figure: sum(range(10**10)))
    renderer, skipped = FigureRenderer(lambda seconds: None), []
    renderer.render([plot()], [{}], skipped.append, time_left=True)
    renderer.collect(0)
    assert skipped == ["time"]
