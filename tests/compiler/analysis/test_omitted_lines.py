from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.slicer import slice_cells

TEXT = "These lines are left out, although they may change values or libraries: "
OWN = "class Counter:\n    n = 0\n    def go(self): self.n += 1\nc = Counter()"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("%timeit -n1 c.go()", "%timeit -n1 c.go()."),
        ("t = 1\n%timeit c.go()", "%timeit c.go()."),
        ("%%timeit -n1\nc.go()", "%%timeit."),
        ("%timeit c.n += 1", "%timeit c.n += 1."),
        ("%timeit c.items[0] = 1", "%timeit c.items[0] = 1."),
        ("%timeit del c.n", "%timeit del c.n."),
        ("%timeit !touch a", "%timeit !touch a."),
        ("%%timeit\nglobal c\nc = 1", "%%timeit."),
        ("def f(): c.go()\n%timeit f()", "%timeit f()."),
        ("def f(x): c.go()\n%timeit sorted([1], key=f)", "%timeit sorted([1], key=f)."),
        ("class D:\n    def go(self): c.go()\nd = D()\n%timeit d.go()", "%timeit d.go()."),
        ("d = [c]\nfor e in d: pass\n%timeit e.go()", "%timeit e.go()."),
        (f"%timeit len({'c.n, ' * 30})\n%timeit len({'c.n, ' * 30}); c.go()", f"%timeit len({'c.n, ' * 30}"[:60] + "."),
    ],
)
def test_a_timed_statement_that_may_change_a_value_is_noted(line: str, shown: str) -> None:
    assert TEXT + shown in slice_cells([OWN, line, "result = c.n"], 2).notes


@pytest.mark.parametrize(
    "cells",
    [
        ["import pandas as pd\ndf = pd.DataFrame()", "%timeit df.sum()", "result = df"],
        [f"{OWN}\nd = 1", "%timeit c.go()", "result = 1"],
        [OWN, "%timeit c.n + 1", "result = c.n"],
        ["import pandas as pd", "%load_ext autoreload", "result = pd.DataFrame()"],
        ["x = 1", "%load_ext unlisted", "result = x"],
        ["n = 3\nx = [n]", "%timeit x.append(n)", "result = n"],
        ["import numpy as np\nx = np.ones(3)", "%timeit x.sort()", "result = np.pi"],
    ],
)
def test_a_line_without_effects_on_the_slice_has_no_note(cells: list[str]) -> None:
    assert not any(note.startswith(TEXT) for note in slice_cells(cells, 2).notes)


def test_an_extension_that_may_change_a_library_is_noted() -> None:
    notes = slice_cells(["import pandas as pd", "%load_ext cudf.pandas", "result = pd.DataFrame()"], 2).notes
    assert f"{TEXT}%load_ext cudf.pandas." in notes
