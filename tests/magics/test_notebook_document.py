from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_pipeline.compiler import Cell
from jupyter_pipeline.magics import cell_outputs
from jupyter_pipeline.magics.cell_outputs import CellOutputs
from jupyter_pipeline.magics.notebook_document import Document, merge


def saved(*ids: str) -> list[dict[str, Any]]:
    return [{"id": i, "cell_type": "code", "metadata": {}, "source": ""} for i in ids]


@pytest.mark.parametrize(
    ("ran", "file", "order"),
    [
        pytest.param(["a", "b", "c"], ["a", "b", "c"], ["a", "b", "c"], id="in order"),
        pytest.param(["b", "c", "a"], ["a", "b", "c"], ["a", "b", "c"], id="an early cell ran again"),
        pytest.param(
            ["a", "new", "b"], ["a", "b"], ["a", "new", "b"], id="an unsaved cell stands behind the one before"
        ),
        pytest.param(["x", "y"], [], ["x", "y"], id="no file"),
        pytest.param(["a"], ["a", "never"], ["a", "never"], id="a cell that never ran stands empty"),
    ],
)
def test_cells_stand_in_the_order_of_the_document(ran: list[str], file: list[str], order: list[str]) -> None:
    merged = merge({i: f"text of {i}" for i in ran}, saved(*file))
    assert [c["id"] for c in merged] == order
    assert [c["source"] for c in merged] == [f"text of {i}" if i in ran else "" for i in order]


def test_headings_stay_where_they_are() -> None:
    heading = {"id": "h", "cell_type": "markdown", "metadata": {}, "source": "# Load"}
    assert merge({"a": "x = 1"}, [heading, *saved("a")])[0] == heading


def test_the_whole_notebook_includes_unrun_cells_but_not_the_calling_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "n.ipynb"
    never = {"id": "b", "cell_type": "code", "metadata": {}, "source": ["y = 1\n", "z = 2"]}
    path.write_text(json.dumps({"cells": [*saved("a"), never, *saved("asks")]}))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    shell = InteractiveShell()
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    shell.run_cell("x = 1", store_history=True, cell_id="a")
    shell.run_cell("1", store_history=True, cell_id="asks")
    assert [(c["id"], c["source"]) for c in document.whole()["cells"]] == [("a", "x = 1"), ("b", "y = 1\nz = 2")]


def test_an_edited_cell_replaces_its_older_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": saved("a", "b")}))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    shell = InteractiveShell()
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    for source, cell_id in [("x = 1", "a"), ("y = x", "b"), ("x = 2", "a")]:
        shell.run_cell(source, store_history=True, cell_id=cell_id)
    notebook, current = document.notebook("x = 2")
    assert current == "a"
    assert [(c["id"], c["source"]) for c in notebook["cells"]] == [("a", "x = 2"), ("b", "y = x")]


def test_a_cell_that_ran_before_is_found_by_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "n.ipynb"
    cells = [{**cell, "source": source} for cell, source in zip(saved("a", "b"), ["%pwd", "y = 2"], strict=True)]
    path.write_text(json.dumps({"cells": cells}))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    shell = InteractiveShell()
    shell.run_cell("%pwd", store_history=True)
    document = Document(shell)
    document.current = "b"
    notebook, _ = document.notebook("y = 2")
    assert [(c["id"], c["source"]) for c in notebook["cells"]] == [("a", "%pwd"), ("b", "y = 2")]


def test_cells_that_run_without_ids_are_known_by_their_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "n.ipynb"
    sources = ["%%step load\nx = 1", "asks = 1"]
    cells = [{**cell, "source": source} for cell, source in zip(saved("a", "asks"), sources, strict=True)]
    path.write_text(json.dumps({"cells": cells}))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    shell = InteractiveShell()
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    shell.register_magic_function(lambda line, cell: None, "cell", "step")
    for source in sources:
        shell.run_cell(source, store_history=True)
    assert [(c["id"], c["source"]) for c in document.whole()["cells"]] == [("a", "%%step load\nx = 1")]
    notebook, current = document.notebook("asks = 1")
    assert current == "asks"
    assert [c["id"] for c in notebook["cells"]] == ["a", "asks"]


def test_a_marked_cell_that_is_typed_again_takes_the_place_of_its_older_text() -> None:
    shell = InteractiveShell()
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    shell.register_magic_function(lambda line, cell: None, "cell", "step")
    for source in ["%%step load --retries 1\nx = 1", "%%step use\nx", "%%step load\nx = 2", "asks = 1"]:
        shell.run_cell(source, store_history=True)
    assert [c["source"] for c in document.whole()["cells"]] == ["%%step load\nx = 2", "%%step use\nx"]


def test_a_marked_cell_that_needs_a_later_cell_moves_behind_it() -> None:
    shell = InteractiveShell()
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    for source in ["%%deploy a\ny = x", "import os", "def x(): ...", "%%deploy a\ny = x, os", "asks = 1"]:
        shell.run_cell(source, store_history=True)
    assert [c["source"] for c in document.whole()["cells"]] == ["import os", "def x(): ...", "%%deploy a\ny = x, os"]


def test_cells_of_one_step_that_follow_each_other_are_kept_unless_the_first_failed() -> None:
    shell = InteractiveShell()
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    shell.events.register("post_run_cell", document.forget_unparsed)
    shell.register_magic_function(lambda line, cell: None if "missing" not in cell else 1 / 0, "cell", "step")
    for source in ["%%step load\nmissing", "%%step load\nx = 1", "%%step load\ny = 2", "%%step use\nx", "asks = 1"]:
        shell.run_cell(source, store_history=True)
    sources = [c["source"] for c in document.whole()["cells"]]
    assert sources == ["%%step load\nx = 1", "%%step load\ny = 2", "%%step use\nx"]


def test_cells_without_ids_keep_the_order_of_running() -> None:
    shell = InteractiveShell()
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    for source in ["x = 1", "y = 2"]:
        shell.run_cell(source, store_history=True)
    notebook, _ = document.notebook("y = 2")
    assert [c["source"] for c in notebook["cells"]] == ["x = 1", "y = 2"]


def test_a_half_written_file_costs_the_order_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text('{"cells": [')
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    document = Document(InteractiveShell())
    notebook, _ = document.notebook("z = 3")
    assert [c["source"] for c in notebook["cells"]] == ["z = 3"]


def test_a_cell_that_does_not_parse_is_dropped() -> None:
    shell = InteractiveShell()
    for source in ("def bad(:", "w = !true", "await_me = 1"):
        shell.run_cell(source, store_history=True)
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    shell.events.register("post_run_cell", document.forget_unparsed)
    for source, cell_id in [("def bad(:", None), ("x = 2", None), ("y = 1", "a"), ("y = (", "a"), ("1 / 0", None)]:
        shell.run_cell(source, store_history=True, cell_id=cell_id)
    assert list(document.ran.values()) == ["w = !true", "await_me = 1", "x = 2", "y = 1", "1 / 0"]


def test_a_cell_that_ran_without_a_record_has_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    shell = InteractiveShell()
    hooks = SimpleNamespace(register_hook=lambda hook: None, unregister_hook=lambda hook: None)
    shell.run_cell("x = 1", store_history=True)
    for kept, reason in (
        (shell, "its outputs are not kept by this kernel"),
        (SimpleNamespace(display_pub=hooks, displayhook=hooks), "it ran before %load_ext jupyter_pipeline"),
    ):
        document = Document(shell)
        document.outputs = CellOutputs(kept)  # type: ignore[arg-type]
        ran, unrun = document.with_outputs(
            [Cell(index=0, source="x = 1", id=next(iter(document.ran))), Cell(index=1, source="y = 2", id="other")]
        )
        assert ran.missing.startswith(reason)
        assert unrun.missing == ""


def test_outputs_that_are_not_kept_have_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_outputs, "_MOST", 10)
    monkeypatch.setattr(cell_outputs, "_MOST_CELLS", 1)
    hooks = SimpleNamespace(register_hook=lambda hook: None, unregister_hook=lambda hook: None)
    outputs = CellOutputs(SimpleNamespace(display_pub=hooks, displayhook=hooks))  # type: ignore[arg-type]
    with outputs.only("large"):
        print("x" * 20)
    assert outputs.explain("large") == "its output is too large"
    with outputs.only("early"), outputs.only("late"):
        pass
    assert "only the last 1 cells" in outputs.explain("early")
    outputs.close()
