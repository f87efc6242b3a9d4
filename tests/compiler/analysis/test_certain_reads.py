from __future__ import annotations

import ast

import pytest

from jupyter_pipeline.compiler import slice_cells
from jupyter_pipeline.compiler.analysis.certain_reads import is_certain_read
from jupyter_pipeline.exceptions import CompileRefusedError


@pytest.mark.parametrize(
    ("source", "certain"),
    [
        ("y = missing", True),
        ("for i in [1]:\n    missing(i)", True),
        ("y = [missing(i) for i in [1]]", True),
        ("if missing:\n    y = 1", True),
        ("with open('f') as f:\n    y = missing", True),
        ("def f():\n    return missing", True),
        ("def f():\n    if x:\n        y = 1\n    return missing", True),
        ("if x:\n    y = missing", False),
        ("y = missing if x else 1", False),
        ("y = x or missing", False),
        ("try:\n    y = x\nexcept KeyError:\n    y = missing", False),
        ("match x:\n    case 1:\n        y = missing", False),
        ("def f():\n    if x:\n        return 1\n    return missing", False),
        ("def f():\n    def g():\n        return missing\n    return g", False),
        ("assert x, missing", False),
    ],
)
def test_reads_below_a_condition_may_not_happen(source: str, certain: bool) -> None:
    body = ast.parse(source).body
    line = next(node.lineno for node in ast.walk(body[0]) if isinstance(node, ast.Name) and node.id == "missing")
    assert is_certain_read(body, "missing", line) is certain


def test_a_name_that_only_a_condition_reads_is_noted() -> None:
    cells = ["def f(x=None):\n    if x:\n        return x\n    return missing()", "y = f(1)"]
    assert any("line 4: missing has no definition" in note for note in slice_cells(cells, 1).notes)
    with pytest.raises(CompileRefusedError, match="missing"):
        slice_cells(["def f():\n    return missing()", "y = f()"], 1)
