from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from jupyter_pipeline.workflows.run_report.notebook import build_notebook, read_outputs
from jupyter_pipeline.workflows.run_report.page import CONTENT_SECURITY_POLICY, render_page
from jupyter_pipeline.workflows.run_report.store import Options

BEGIN = {
    "event": "run",
    "name": "calm-otter",
    "notebook": "sales.ipynb",
    "parameters": {"region": "<script>alert(1)</script>"},
    "cells": [
        {"index": 0, "id": "a", "kind": "code", "source": "secret_code()", "tags": []},
        {"index": 1, "id": "a", "kind": "code", "source": "hidden_input()", "tags": ["hide-input"]},
        {"index": 2, "id": "c", "kind": "code", "source": "taken_away()", "tags": ["remove-cell"]},
        {"index": 3, "id": "d", "kind": "code", "source": "silent()", "tags": ["remove-output"]},
        {"index": 4, "id": "e", "kind": "code", "source": "later()", "tags": []},
    ],
}


def write(path: Path, *events: Any) -> Path:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in events]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def ran(cell: int, *outputs: dict[str, Any], step: str = "load") -> list[dict[str, Any]]:
    return [
        {"event": "enter", "cell": cell, "step": step, "time": 1.0},
        {"event": "outputs", "cell": cell, "outputs": list(outputs)},
        {"event": "leave", "cell": cell, "seconds": 1.5, "cut": {}, "notes": []},
    ]


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(data: dict[str, Any], kind: str = "display_data") -> dict[str, Any]:
    return {"output_type": kind, "data": data, "metadata": {}}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    plotly = {"data": [{"y": [1, 2]}], "layout": {"title": "</script><script>alert(2)</script>"}}
    return write(
        tmp_path / "journal.jsonl",
        BEGIN,
        *ran(0, stream("1 %\r50 %"), stream("\r100 %\n"), shown({"text/plain": "7"}, "execute_result")),
        *ran(1, shown({"application/vnd.plotly.v1+json": plotly})),
        *ran(2, stream("text-of-c")),
        *ran(3, stream("text-of-d")),
        {"event": "from a later release"},
        '{"event": "outputs", "cell": 0, "outp',
    )


def test_the_notebook_is_valid_and_has_the_outputs(journal: Path) -> None:
    notebook = build_notebook(read_outputs(journal))
    nbformat.validate(notebook)
    first = notebook.cells[1]
    assert first.outputs[0].text == "100 %\n"
    assert first.outputs[1].execution_count == first.execution_count == 1
    assert "Duration: 1.5 s" in first.outputs[-1].data["text/plain"]
    assert notebook.cells[-1].execution_count is None
    assert "did not run" in notebook.cells[-1].outputs[0].data["text/plain"]
    assert "<script>" not in notebook.cells[0].source


def test_tags_and_the_mode_hide_parts_of_the_page(journal: Path) -> None:
    texts = {}
    for mode in ("full", "hide-code"):
        notebook = build_notebook(read_outputs(journal))
        texts[mode] = render_page(notebook, Options(mode=mode))
    assert "secret_code" in texts["full"]
    assert "secret_code" not in texts["hide-code"]
    for text in texts.values():
        assert "100 %" in text
        assert "hidden_input" not in text
        assert "text-of-c" not in text
        assert "taken_away" not in text
        assert "text-of-d" not in text
        assert "Plotly.newPlot" in text
        assert "</script><script>alert(2)" not in text
    assert CONTENT_SECURITY_POLICY.startswith("sandbox allow-scripts allow-popups;")
    assert "allow-same-origin" not in CONTENT_SECURITY_POLICY


def test_an_update_replaces_the_display_with_its_identifier(tmp_path: Path) -> None:
    first = {**shown({"text/plain": "1 of 2"}), "display_id": "bar", "update": False}
    last = {**shown({"text/plain": "2 of 2"}), "display_id": "bar", "update": True}
    events = [*ran(0, first, stream("a\n")), *ran(1, last)]
    notebook = build_notebook(read_outputs(write(tmp_path / "journal.jsonl", BEGIN, *events)))
    nbformat.validate(notebook)
    assert [each.get("data", {}).get("text/plain") for each in notebook.cells[1].outputs][:2] == ["2 of 2", None]
    assert "1 of 2" not in str(notebook.cells)


def test_a_mapped_step_shows_all_its_calls(tmp_path: Path) -> None:
    events = [*ran(0, stream("a\n")), *ran(0, stream("b\n"))]
    notebook = build_notebook(read_outputs(write(tmp_path / "journal.jsonl", BEGIN, *events)))
    assert notebook.cells[1].outputs[0].text == "a\nb\n"
    assert "ran 2 times" in notebook.cells[1].outputs[1].data["text/plain"]


def test_a_malformed_figure_is_shown_as_text(tmp_path: Path) -> None:
    malformed = {"application/vnd.plotly.v1+json": [1, 2], "text/plain": "no-figure"}
    file = write(tmp_path / "journal.jsonl", BEGIN, *ran(0, shown(malformed)))
    assert "no-figure" in render_page(build_notebook(read_outputs(file)), Options())
