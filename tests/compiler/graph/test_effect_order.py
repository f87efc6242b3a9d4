from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells


def compile_steps(*sources: str) -> Compilation:
    cells = [Cell(index=i, source=f"%%step s{i}\n{source}") for i, source in enumerate(sources)]
    return compile_cells(cells, range(len(cells)), CompileOptions(name="pipe"))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("import matplotlib.pyplot as a\na.plot([1])", "import matplotlib.pyplot as b\nb.plot([2])", "figures"),
        ("import os\nx = os.listdir('out')", "f = open('out/a.csv', 'w')", "files"),
        ("x = open('a.csv').read()", "f = open('b.csv', 'w')", ""),
        ("x = list('1')", "y = list('2')", ""),
    ],
)
def test_marked_steps_with_common_effects_run_in_order(first: str, second: str, reason: str) -> None:
    found = compile_steps(first, second)
    assert ("wait_for=[s0]" in found.files["flow.py"]) is bool(reason)
    assert any(f"the same {reason}" in note for note in found.notes) is bool(reason)
