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
    ],
)
def test_a_line_without_effects_on_the_slice_has_no_note(cells: list[str]) -> None:
    assert not any(note.startswith(TEXT) for note in slice_cells(cells, 2).notes)


def test_an_extension_that_may_change_a_library_is_noted() -> None:
    notes = slice_cells(["import pandas as pd", "%load_ext cudf.pandas", "result = pd.DataFrame()"], 2).notes
    assert f"{TEXT}%load_ext cudf.pandas." in notes
