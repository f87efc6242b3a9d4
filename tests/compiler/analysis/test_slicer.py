from __future__ import annotations

import contextlib
import importlib.util
import io
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from differential import CORPUS, compare, compare_steps, corpus_entry, execute
from random_notebooks import random_notebook
from seeds import fresh_seed

from jupyter_pipeline.compiler import slice_cells
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError

ENTRIES = sorted(CORPUS.glob("*.py"))


def needs_absent_library(path: Path) -> bool:
    return "matplotlib" in path.read_text() and importlib.util.find_spec("matplotlib") is None


@pytest.mark.parametrize("path", ENTRIES, ids=lambda p: p.stem)
def test_slice_keeps_just_the_cells_that_matter(path: Path) -> None:
    cells, kept = corpus_entry(path)
    assert slice_cells(cells, -1).cells == kept


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", ENTRIES, ids=lambda p: p.stem)
def test_slice_gives_the_values_of_the_whole_notebook(path: Path) -> None:
    if needs_absent_library(path):
        pytest.skip("matplotlib is not installed")
    cells, _ = corpus_entry(path)
    assert compare(cells) == ""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", ENTRIES, ids=lambda p: p.stem)
def test_compiled_function_returns_the_notebooks_value(path: Path) -> None:
    if needs_absent_library(path):
        pytest.skip("matplotlib is not installed")
    cells, _ = corpus_entry(path)
    assert compare_steps(cells) == ""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Give up on a notebook that loops for ever."""

    def stop(*_: object) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


def running_notebooks(seeds: range) -> Iterator[tuple[int, list[str]]]:
    for seed in seeds:
        cells = random_notebook(seed)
        try:
            with at_most(2.0), contextlib.redirect_stdout(io.StringIO()):
                execute("\n".join(cells))
        except Exception:
            continue
        yield seed, cells


def test_slices_of_random_notebooks_give_the_same_values() -> None:
    found = [(seed, compare(cells)) for seed, cells in running_notebooks(range(250))]
    assert len(found) > 200
    assert [f for f in found if f[1]] == []


def test_slices_of_fresh_random_notebooks_give_the_same_values() -> None:
    start = fresh_seed()
    found = [(seed, compare(cells)) for seed, cells in running_notebooks(range(start, start + 100))]
    assert len([f for f in found if f[1]]) <= len(found) // 200, found


def test_slices_of_random_notebooks_are_small() -> None:
    kept = whole = 0
    for _, cells in running_notebooks(range(100)):
        kept += len(slice_cells(cells, -1).source.splitlines())
        whole += len("\n".join(cells).splitlines())
    assert kept < 0.4 * whole


@pytest.mark.parametrize(
    ("cells", "cell", "line", "name", "reason"),
    [
        (["x = 1", "y = x +"], 1, 1, "y = x +", "not valid Python"),
        (["x = 1", "\ny = nothing + x"], 1, 2, "nothing", "no cell above defines it"),
        (["def f():\n    return nothing", "y = f()"], 0, 2, "nothing", "no cell above defines it"),
        (["x = 1\ndel x", "y = x"], 1, 1, "x", "deleted"),
        (["x = 1", "!sleep 9 &"], 1, 1, "!sleep", "background"),
        (["rows = %sql select 1", "n = len(rows)"], 0, 1, "%sql", "only inside Jupyter"),
        (["%%R -o res\nres <- 1", "y = res"], 0, 1, "%%R", "only inside Jupyter"),
        (["x = (", "y = x"], 0, 1, "x = (", "not valid Python"),
        (["%run other.py", "y = load()"], 1, 1, "load", "%run may define it"),
        (["%run other.py"], 0, 1, "%run", "only inside Jupyter"),
        (["name = input('who?')", "print(name)"], 0, 1, "input()", "cannot answer a prompt"),
        (["x = 1", "y = _1"], 1, 1, "_1", "only inside IPython"),
        (["y = get_ipython()"], 0, 1, "get_ipython", "only inside IPython"),
    ],
)
def test_refusals_name_cell_line_and_reason(cells: list[str], cell: int, line: int, name: str, reason: str) -> None:
    with pytest.raises(CompileRefusedError) as caught:
        slice_cells(cells, -1)
    (refusal,) = caught.value.refusals
    assert (refusal.cell, refusal.line, refusal.name) == (cell, line, name)
    assert reason in refusal.reason
    assert refusal.fix


def test_unneeded_code_that_cannot_run_is_left_out() -> None:
    kept = slice_cells(["x = 1", "!ls\nfiles = !ls\n%matplotlib inline\nz = undefined", "y = x"], 2)
    assert kept.source == "x = 1\ny = x\n"


def test_unknown_calls_are_kept_with_a_note() -> None:
    kept = slice_cells(["import secretlib", "d = []", "secretlib.touch(d)", "y = d"], 3)
    assert kept.cells == (0, 1, 2, 3)
    assert any("secretlib.touch" in note for note in kept.notes)


def test_a_cell_index_may_count_from_the_end_and_must_exist() -> None:
    assert slice_cells(["x = 1", "y = 2"], -2).source == "x = 1\n"
    with pytest.raises(UsageError, match="no cell with index 2"):
        slice_cells(["x = 1", "y = 2"], 2)


@pytest.mark.parametrize("cell", [7, -5])
def test_an_index_without_a_cell_is_refused_with_the_valid_indices(cell: int) -> None:
    with pytest.raises(UsageError, match=rf"no cell with index {cell}\. Choose an index from 0 to 1\."):
        slice_cells(["x = 1", "y = x"], cell)


@pytest.mark.parametrize(
    "obstacle", ["%%R -o q\nz", "q = input()", "q = = 3", "q = spark.read(1)", "q = get_ipython().magic('foo')"]
)
def test_a_call_that_only_may_have_an_effect_refuses_no_cell_that_does_not_need_its_argument(obstacle: str) -> None:
    cells = ["import unlib", obstacle, "unlib.show(q)", "y = 1", "z = q"]
    found = slice_cells(cells, 3)
    assert found.source == "y = 1\n"
    assert any("are left out, because they need a line that cannot run: unlib.show(q)" in note for note in found.notes)
    with pytest.raises(CompileRefusedError):
        slice_cells(cells, 4)


def test_a_call_that_changes_the_process_refuses_the_cells_below_it() -> None:
    with pytest.raises(CompileRefusedError, match="missing"):
        slice_cells(["import os\nos.environ['A'] = missing", "y = 1"], 1)


def test_names_in_texts_for_unknown_libraries_are_kept() -> None:
    kept = slice_cells(["import lq\na = [1]\nb = [2]\nc = [3]", "a.append(3)", "y = lq.evaluate('a * b')"], 2)
    assert kept.source == "import lq\na = [1]\nb = [2]\na.append(3)\ny = lq.evaluate('a * b')\n"
