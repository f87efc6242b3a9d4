"""One analysis of a notebook gives the same slices as an analysis for each cell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from differential import CORPUS, corpus_entry
from long_notebooks import long_notebook
from random_notebooks import random_notebook

from jupyter_pipeline.compiler import Analysis, Slice, slice_cells
from jupyter_pipeline.exceptions import CompileRefusedError
from jupyter_pipeline.models import Refusal

REALISTIC = sorted((Path(__file__).parents[1] / "realistic").iterdir())
OTHERS = {
    "a name bound below is a field of a shell line": ["!echo {day} > a.txt", "open('a.txt')", "day = 3", "x = day"],
    "a variable of the shell becomes a name": ["!echo $day", "x = 1", "day = 3", "y = x"],
    "captured output is used below": ["%%capture out\nprint(1)", "x = 1", "print(out.stdout)", "x"],
    "lines are used as a list of IPython": ["files = !ls a b", "n = len(files)", "files.grep('a')", "n"],
    "a module is rebound below": ["%cd data", "x = open('a')", "os = 'linux'", "x"],
    "a magic is a name below": ["ls", "x = 1", "ls = []", "ls"],
    "__name__ is bound below": ["if __name__ == '__main__':\n    x = 1", "x", "__name__ = 'm'", "x"],
    "two names bound below": ["!echo $a $b", "x = 1", "a = 1", "y = x", "b = 2", "y"],
    "a function is complete below": ["def f():\n    return g()", "f", "def g():\n    return 1", "f()", "f"],
    "a file of a function": ["def f():\n    return open(p)", "p = 'a'", "open('a', 'w').write('b')", "f"],
    "an import without reader may patch": ["import pandas as pd", "import hvplot.fancy", "pd", "hvplot", "pd"],
    "settings": ["import pandas as pd", "x = pd.DataFrame()", "pd.set_option('a', 1)", "import pandas", "x", "pandas"],
    "patched process": ["x = 1", "import os", "y = os.getcwd()", "os.chdir('a')", "y", "x"],
    "notes": ["import secretlib", "d = []", "secretlib.touch(d)", "secretlib.go()", "d", "%pip install a", "d"],
    "refusals": ["y = nothing", "x = (", "z = 1", "%run a.py", "load()", "x", "z", "del z", "z", "input()"],
    "figures": ["import matplotlib.pyplot as plt", "plt.plot([1])", "plt.savefig('a')", "plt.show()", "%matplotlib qt"],
    "installs and obstacles": ["!pip install a\n!sleep 9 &", "x = 1", "%%R\nx <- 1", "x"],
    "code in a string": ["x = 1", "y = 2", "exec(input())", "x", "from a import *", "z"],
    "display": ["display(1)", "def display(x): pass", "display(2)"],
    "too deep": ["x = 1", "y = x", f"z = {'-' * 3000}1", "x", "z"],
    "no statement": ["", "# comment", "x = 1", "", "x"],
}


def slice_or_refuse(analysis: Analysis, cell: int) -> Slice | list[Refusal]:
    try:
        return analysis.slice(cell)
    except CompileRefusedError as error:
        return list(error.refusals)


def assert_same_slices(cells: Sequence[str]) -> None:
    shared = Analysis(cells)
    for cell in range(len(cells)):
        assert slice_or_refuse(shared, cell) == slice_or_refuse(Analysis(cells, [cell]), cell)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.py")), ids=lambda path: path.stem)
def test_slices_of_corpus_are_those_of_single_analyses(path: Path) -> None:
    assert_same_slices(corpus_entry(path)[0])


@pytest.mark.parametrize("path", REALISTIC, ids=lambda path: path.stem)
def test_slices_of_realistic_notebooks_are_those_of_single_analyses(path: Path) -> None:
    assert_same_slices([cell.strip("\n") for cell in path.read_text().split("# %%\n")[1:]])


@pytest.mark.parametrize("cells", OTHERS.values(), ids=OTHERS)
def test_slices_do_not_depend_on_cells_below(cells: list[str]) -> None:
    assert_same_slices(cells)


def test_slices_of_random_notebooks_are_those_of_single_analyses() -> None:
    for seed in range(100):
        assert_same_slices(random_notebook(seed))


def test_slice_is_the_one_of_a_notebook_that_ends_with_the_cell() -> None:
    cells = OTHERS["two names bound below"]
    assert [Analysis(cells).slice(k) for k in range(6)] == [slice_cells(cells, k) for k in range(6)]
    assert [Analysis(cells).slice(k).source for k in range(6)] == [
        slice_cells(cells[: k + 1], k).source for k in range(6)
    ]


def test_one_interpretation_is_enough_without_ipython_syntax(monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_pipeline.compiler.analysis import slicer

    parsed: list[int] = []
    monkeypatch.setattr(
        slicer, "parse_cells", lambda sources, parse=slicer.parse_cells: parsed.append(len(sources)) or parse(sources)
    )
    analysis = Analysis([f"x{i} = {i}" for i in range(50)])
    assert [analysis.slice(k).cells for k in range(50)] == [(k,) for k in range(50)]
    assert parsed == [50]


def measure(function: Callable[[], object]) -> float:
    """Return the processor seconds of the fastest of three runs."""
    seconds = []
    for _ in range(3):
        start = time.process_time()
        function()
        seconds.append(time.process_time() - start)
    return min(seconds)


def slice_all(cells: Sequence[str]) -> None:
    analysis = Analysis(cells)
    for cell in range(len(cells)):
        slice_or_refuse(analysis, cell)


def test_slices_of_all_cells_take_a_few_times_as_long_as_one() -> None:
    cells = long_notebook(120)
    assert measure(lambda: slice_all(cells)) < 6 * measure(lambda: slice_cells(cells, -1))


def test_time_of_all_slices_does_not_grow_with_the_square_of_the_cells() -> None:
    short, long = long_notebook(40), long_notebook(160)
    assert measure(lambda: slice_all(long)) < 13 * measure(lambda: slice_all(short))


def test_slices_of_a_long_notebook_are_those_of_single_analyses() -> None:
    assert_same_slices(long_notebook(30))
