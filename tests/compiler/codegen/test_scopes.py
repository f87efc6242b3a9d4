from __future__ import annotations

import ast

import pytest
from differential import compare_steps

from jupyter_pipeline.compiler.codegen.scopes import as_global


@pytest.mark.parametrize(
    "cells",
    [
        ["def f():\n    global n\n    n = 3", "f()\nresult = n"],
        ["class A:\n    def f(self):\n        global n\n        n = 3", "A().f()", "result = n"],
        ["n = 1\nrows = []", "exec('rows.append(n)')\nexec('y = n + 1')", "result = [rows, y]"],
        ["for name in ['a', 'b']:\n    exec(f'{name} = 3')", "result = a + b"],
        ["n = 1", "globals()['m'] = n + 1\nlocals()['k'] = 3", "result = vars()['m'] + k"],
        ["rows = [1]", "class A:\n    def f(self):\n        exec('rows.append(2)')", "A().f()\nresult = rows"],
        ["n = 1", "def f():\n    globals()['n'] += 2\nf()", "result = n"],
        ["n: int = len([1])", "def f():\n    return eval('n + 1')", "result = f()"],
        ["def f():\n    exec('n = 3')\n    return globals().get('n', 5)", "result = f()"],
        ["import pandas as pd\nn = len([1])\ndf = pd.DataFrame({'a': [1, 2]})",
         "class A:\n    def run(self):\n        return df.query('a != @n')['a'].tolist()", "result = A().run()"],
    ],
)  # fmt: skip
def test_names_are_found_as_in_the_notebook(cells: list[str]) -> None:
    assert compare_steps(cells) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exec('é = 1')", "exec('é = 1', globals())"),
        ("exec(text,)", "exec(text,globals())"),
        ("exec((text))", "exec((text), globals())"),
        ("exec(text, space)", "exec(text, space)"),
        ("exec('''\nx = 1\n''')", "exec('''\nx = 1\n''', globals())"),
        ("[locals(), vars(), vars(x)]", "[globals(), globals(), vars(x)]"),
        ("def f():\n    exec(text)", "def f():\n    exec(text)"),
        ("x: int = 1", "x = 1"),
        ("x: int", ""),
    ],
)
def test_code_in_strings_runs_with_global_names(text: str, expected: str) -> None:
    assert as_global(text, ast.parse(text).body[0]) == expected


@pytest.mark.parametrize(
    "cells",
    [
        ["e = len('abcde')", "from math import *", "result = e"],
        ["from math import *", "e = len('abcde')", "result = [e, floor(2.5)]"],
        ["e = len('abcde')\ny = e", "from math import *\nz = e", "result = [e, y, z]"],
        ["from ntpath import join", "from posixpath import *", "result = join('a', 'b')"],
        ["from posixpath import *", "from ntpath import join", "result = join('a', 'b')"],
        ["from posixpath import *\nfrom ntpath import *", "result = join('a', 'b')"],
        ["from math import *\nfrom cmath import *", "result = sqrt(-1)"],
    ],
)
def test_the_last_import_of_a_name_wins(cells: list[str]) -> None:
    assert compare_steps(cells) == ""


def test_constants_stay_below_code_that_binds_unseen_names() -> None:
    assert compare_steps(["text = 'LEVEL = ' + str(3)\nexec(text)\nn = LEVEL", "result = n"]) == ""


def test_constants_stay_below_patches_of_their_module() -> None:
    assert compare_steps(["import math\nmath.level = 5\nn = math.level", "result = n\ndel math.level"]) == ""
