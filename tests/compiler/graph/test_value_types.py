"""Types of names."""

from __future__ import annotations

import ast

import pytest

from jupyter_pipeline.compiler.graph.value_types import TypeInference


@pytest.mark.parametrize(
    ("source", "types"),
    [
        ("n = 1\ns = 'a'\nx = 1.5\nt = f'{n}'", {"n": "int", "s": "str", "x": "float", "t": "str"}),
        (
            "import pandas as pd\nt = pd.DataFrame()\nu = t[t.a > 1]\nv = t['a']",
            {"t": "pandas.DataFrame", "u": "pandas.DataFrame"},
        ),
        ("from pandas import DataFrame as D\nt = D()", {"t": "pandas.DataFrame"}),
        ("n = len([])\nlen = max\nm = len([1])", {"n": "int"}),
        ("n = 1\nfor n in 'ab': pass", {}),
        ("n: int = f()", {"n": "int"}),
        ("n = None", {}),
    ],
)
def test_only_exact_types_are_known(source: str, types: dict[str, str]) -> None:
    found = TypeInference()
    found.visit(ast.parse(source).body)
    assert found.names == types
