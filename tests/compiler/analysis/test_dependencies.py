from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.dependencies import analyze
from jupyter_pipeline.compiler.analysis.heap import bits
from jupyter_pipeline.compiler.analysis.statements import Statement, parse_cells


def statements(*cells: str) -> list[Statement]:
    program = parse_cells(list(enumerate(cells)))
    analyze(program)
    return program.statements


@pytest.mark.parametrize(
    ("cells", "needs"),
    [
        (["x = 1", "x = 2", "y = x"], [1]),
        (["x = 1", "if c := 1: x = 2", "y = x"], [0, 1]),
        (["a = []", "b = a", "b.append(1)", "a"], [0, 2]),
        (["a = []", "b = list(a)", "b.append(1)", "a"], [0]),
        (["a = {'x': []}", "b = a['x']", "b.append(1)", "a"], [0, 2]),
        (["x = 1", "def f(): return x", "x = 2", "y = f()"], [1, 2]),
        (["g = []", "def f(v): g.append(v)", "f(1)", "g"], [0, 2]),
        (["def f(v): v.append(1)", "a = []", "f(a)", "a"], [1, 2]),
        (["import numpy as np", "a = np.zeros(3)", "b = a[1:]", "b[0] = 1", "a"], [1, 3]),
        (["class A: pass", "a = A()", "a.x = 1", "a.x"], [1, 2]),
        (["it = iter([1, 2])", "next(it)", "next(it)"], [0, 1]),
    ],
)
def test_a_statement_depends_on_definitions_and_writers(cells: list[str], needs: list[int]) -> None:
    direct = list(bits(statements(*cells)[-1].needs))
    assert set(needs) <= set(direct)
    assert set(direct) - set(needs) <= {0}  # such as the class of an instance


def test_definitions_of_free_variables_are_recorded_with_the_function() -> None:
    found = statements("x = 1", "def f(): return x", "y = f()")
    assert found[2].deferred_versions == {("x", 1): 1 << 0}
    assert found[1].deferred == {"x"}
    assert found[2].versions == {"f": 1 << 1}


def test_assignments_by_a_function_are_recorded_where_it_is_called() -> None:
    found = statements("n = 0", "def f():\n    global n\n    n = 1", "f()")
    assert found[1].assigned == {"n"}
    assert found[2].assigned_by == {"n": {1}}
    assert found[2].binds["n"] == 1 << 0 | 1 << 2


def test_objects_that_later_statements_change_mark_their_allocation() -> None:
    assert [s.changed for s in statements("a = []", "b = []", "a.append(1)")] == [True, False, False]


def test_settings_of_a_library_belong_to_its_imports() -> None:
    program = parse_cells([(0, "import pandas as pd"), (1, "pd.set_option('x', 1)")])
    assert analyze(program).settings == [(1 << 0, 1 << 1)]
