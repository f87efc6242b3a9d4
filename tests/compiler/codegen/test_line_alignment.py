"""Lines before and after formatting."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.codegen.formatting import format_files
from jupyter_pipeline.compiler.codegen.line_alignment import align_lines


@pytest.mark.parametrize(
    ("before", "pairs"),
    [
        ("import sys, os\nx = 1\nprint(os, sys)\n", {"import os": 1, "import sys": 1, "x = 1": 2, "print(os, sys)": 3}),
        ("from b import x\nimport a\na.y(x)\n", {"import a": 2, "from b import x": 1, "a.y(x)": 3}),
        ("def f(a):\n  if a: return 1\n  return 2\n", {"return 1": 2, "return 2": 3}),
        (
            f"f = print\nx = f({', '.join(f'argument_{n}' for n in range(12))},\n last)\n",
            {"x = f(": 2, "last,  # noqa: F821": 3, ")": 3},
        ),
        (
            "def f():\n  import json, os\n  x = json\n  import json\n  y = json, os\n  return x, y\n",
            {"x = json": 3, "y = json, os": 5, "return x, y": 6},
        ),
        ("y = 1\nx = '{}'.format(y)\nz = 2\n", {'x = f"{y}"': 2, "z = 2": 3}),
        (
            "def f():\n    import sys, os\n    import os\n    x = 1\n    return x, os, sys\n",
            {"import os": 2, "import sys": 2, "x = 1": 4, "return x, os, sys": 5},
        ),
        (
            "def f(x):\n    try:\n        import b, a\n        x = a(b)\n    finally:\n        x = 2\n    return x\n",
            {"import a": 3, "x = a(b)": 4, "x = 2": 6, "return x": 7},
        ),
    ],
)
def test_each_line_of_a_statement_has_its_line_before_formatting(before: str, pairs: dict[str, int]) -> None:
    after = format_files({"a.py": before})["a.py"]
    lines = [line.strip() for line in after.split("\n")]
    found = align_lines(before, after)
    assert {text: found[lines.index(text) + 1] for text in pairs} == pairs


def test_statements_that_a_fix_adds_or_removes_do_not_affect_the_others() -> None:
    before = "a = 1\nif True:\n    b = 2\nc = [a,\n b]\nd = 3\n"
    after = "a = 1\nb = 2\n\nc = [a, b]\nd = 3\n"
    assert align_lines(before, after) == {1: 1, 2: 2, 4: 4, 5: 6}
