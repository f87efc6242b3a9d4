"""Random notebooks with libraries, files, plots and classes: compiled cells do what they do in the notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from seeds import fresh_seed

pytest.importorskip("seaborn")
pytest.importorskip("sklearn")

from notebook_generator import trials
from notebook_generator.runs import Runner
from notebook_generator.shrinking import shrink
from notebook_generator.templates import subjects, templates
from notebook_generator.trials import Outcome, compare_cell, runnable_notebook, try_seed

from jupyter_pipeline.compiler import Cell, compile_cells

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


def try_seeds(runner: Runner, seeds: range) -> list[Outcome]:
    return [outcome for seed in seeds for outcome in try_seed(runner, seed)]


def describe(outcomes: Sequence[Outcome]) -> str:
    return "\n".join(f"seed {o.seed}, cell {o.cell}: {o.verdict}\n{o.detail}" for o in outcomes)


def test_compiled_cells_do_what_they_do_in_random_notebooks(runner: Runner) -> None:
    outcomes = try_seeds(runner, range(12))
    assert len(outcomes) > 30
    failures = [o for o in outcomes if o.verdict != "same"]
    assert not failures, describe(failures)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_compiled_cells_do_what_they_do_in_fresh_random_notebooks(runner: Runner) -> None:
    start = fresh_seed()
    outcomes = try_seeds(runner, range(start, start + 20))
    differing = [o for o in outcomes if o.verdict in ("differs", "crashed")]
    assert not differing, describe(differing)
    refused = [o for o in outcomes if o.verdict == "refused"]
    assert len(refused) <= 3, describe(refused)  # about one cell of a thousand


@pytest.mark.parametrize("subject", [*subjects(), "makers", "whole_cells"])
def test_statements_are_different(subject: str) -> None:
    assert len(templates(subject)) == len(set(templates(subject)))


def test_a_wrong_slice_is_found_and_shrunk(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def compile_wrongly(notebook: list[Cell], *arguments: Any) -> Any:
        wrong = [Cell(index=c.index, source="pass" if "append(2)" in c.source else c.source) for c in notebook]
        return compile_cells(wrong, *arguments)

    cells, observations = runnable_notebook(runner, ["rows = [1]", "k = 1", "rows.append(2)", "n = rows"])
    assert compare_cell(runner, 0, cells, observations[-1], ["n"]).verdict == "same"
    monkeypatch.setattr(trials, "compile_cells", compile_wrongly)
    outcome = compare_cell(runner, 0, cells, observations[-1], ["n"])
    assert outcome.verdict == "differs"
    assert "list [int 1, int 2]" in outcome.detail
    assert shrink(runner, outcome).cells == ("rows = [1]", "rows.append(2)", "n = rows")


@pytest.mark.parametrize(
    "change",
    [
        "ax0.add_patch(plt.Rectangle((0, 0), 1, 7))",
        "ax0.plot([1, 9])\nax0.add_patch(plt.Rectangle((0, 0), 1, 20))",
        "for line in ax0.lines:\n    line.set_data([5, 6], [7, 8])\nax0.relim()",
        "ax0.autoscale(False)",
    ],
)
def test_limits_are_fixed_by_the_drawing_at_the_end_of_a_cell(runner: Runner, change: str) -> None:
    cells = ["import matplotlib.pyplot as plt", "ax0 = plt.figure().add_subplot()\nax0.plot([1, 2])", change, "n = ax0"]
    cells, observations = runnable_notebook(runner, cells)
    outcome = compare_cell(runner, 0, cells, observations[-1], ["ax0"])
    assert outcome.verdict == "same", outcome.detail


def test_files_text_and_pictures_are_compared(runner: Runner) -> None:
    draw = "plt.plot([1, 3])\nplt.savefig('a.png')\nplt.plot([3, 1])\nplt.savefig('b.png')"
    cells = ["import matplotlib.pyplot as plt", f"{draw}\nopen('c.txt', 'w').write('x')\nprint('y')"]
    _, (_, observation) = runnable_notebook(runner, cells)
    assert sorted(observation["files"]) == ["a.png", "b.png", "c.txt"]
    assert observation["files"]["a.png"] != observation["files"]["b.png"]
    assert observation["text"] == "y\n"


def test_cells_that_fail_are_left_out(runner: Runner) -> None:
    cells, observations = runnable_notebook(runner, ["x = 1", "1 / 0", "!false", "y = x"])
    assert cells == ["x = 1", "y = x"]
    assert observations[-1]["values"]["x"] == "int 1"
