"""Formatted files pass Ruff, and keep the meaning and the comments of the code."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest
from ruff import find_ruff_bin

from jupyter_pipeline.compiler.codegen import formatting
from jupyter_pipeline.compiler.codegen.formatting import LINE_LENGTH, format_files

WORD = "w\\ord "
LONG = "a comment with many words " * 4 + "a comment"


def format_text(text: str) -> str:
    return format_files({"a.py": text})["a.py"]


def find_violations(text: str, folder: Path) -> str:
    path = folder / "a.py"
    path.write_text(text)
    found = []
    for options in (
        ["check", "--extend-select=I"],
        ["check", "--select=E,F,I,UP,B"],
        ["format", "--check"],
    ):
        command = [find_ruff_bin(), *options, "--isolated", "--no-cache", path]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found.append(done.stdout if done.returncode else "")
    return "".join(found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import sys, os\nprint(os, sys)\n", "import os\nimport sys\n\nprint(os, sys)\n"),
        ("from a import c\nfrom a import b\nb(c)\n", "from a import b, c\n\nb(c)\n"),
        ("x = 'a'\n", 'x = "a"\n'),
        ("import cudf.pandas\n", "import cudf.pandas  # noqa: F401\n"),
        ("def f(x):\n    return x == None\n", "def f(x):\n    return x == None  # noqa: E711, RUF100\n"),
        ("def f(d, x=[]):\n    return d, x\n", "def f(d, x=[]):  # noqa: B006\n    return d, x\n"),
        ("for a, b in zip(x, y):\n    a(b)\n", None),
        ("x = f'a'\n", 'x = "a"\n'),
        ("def f(x):\n    return x is 'a'\n", 'def f(x):\n    return x is "a"  # noqa: F632\n'),
        ("f = lambda x: x\n", "f = lambda x: x  # noqa: E731, RUF100\n"),
        ("try:\n    a = 1\nexcept:\n    pass\n", "try:\n    a = 1\nexcept:  # noqa: E722, S110\n    pass\n"),
        ("x = 1  # noqa: D103\n", "x = 1\n"),
        (f"x = '{'word ' * 30}'\n", f'x = (\n    "{"word " * 15}"\n    "{"word " * 15}"\n)\n'),
        ("from math import *\nx = sin(1)\n", None),
        ("l = 1\n", "l = 1  # noqa: E741, RUF100\n"),
        ('print(\n    "a\\\n%s" % n\n)\n', None),
        ("from typing import Any, Optional\nx: Any = 1\n", "from typing import Any\n\nx: Any = 1\n"),
        ("from a import B, C\nB()\n", "from a import B\n\nB()\n"),
        ("from a import B, C\nB('C')\n", 'from a import B, C  # noqa: F401\n\nB("C")\n'),
        ("from a import B\n", "from a import B  # noqa: F401\n"),
        ("import pandas as pd, os, a\n", "import a  # noqa: F401\n"),
        ("from sklearn.experimental import enable\n", "from sklearn.experimental import enable  # noqa: F401\n"),
        ("def f(g):\n    x = g()\n", "def f(g):\n    _x = g()\n"),
        ("def f(g):\n    x = g()\n    return 'x'\n", 'def f(g):\n    x = g()  # noqa: F841\n    return "x"\n'),
        ("def f(g):\n    x, y = g()\n    return y\n", "def f(g):\n    _x, y = g()\n    return y\n"),
        ("def f(g):\n    for i in g:\n        g()\n", "def f(g):\n    for _i in g:\n        g()\n"),
        ("def f(g):\n    x = g()\n    g(globals())\n", "def f(g):\n    x = g()  # noqa: F841\n    g(globals())\n"),
        (
            "def f(g):\n    try:\n        g()\n    except KeyError as e:\n        g(1)\n",
            "def f(g):\n    try:\n        g()\n    except KeyError:\n        g(1)\n",
        ),
    ],
)
def test_statements_that_break_a_rule_keep_their_meaning(before: str, after: str | None, tmp_path: Path) -> None:
    formatted = format_text(before)
    if after is not None:
        assert formatted == after
    assert find_violations(formatted, tmp_path) in ("", formatted)


def test_a_string_that_goes_on_in_the_next_line_keeps_its_text() -> None:
    text = 'def f(b: str) -> str:\n    return "a\\\n%s" % b\n'
    assert ast.dump(ast.parse(format_text(text))) == ast.dump(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        f"def f(x):\n    print(f'{'word ' * 12}{{x:>{{x}}}} {'word ' * 12}{{{{x}}}}')\n",
        f"x = {{'a': '{'word ' * 30}'.strip() % 3}}\n",
        f"def f(x):\n    return x['{'word ' * 30}'], r'{WORD * 30}', b'{'word ' * 30}'\n",
    ],
)
def test_long_literals_are_split_and_keep_their_value(text: str, tmp_path: Path) -> None:
    formatted = format_text(text)
    assert ast.dump(ast.parse(formatted)) == ast.dump(ast.parse(text))
    assert find_violations(formatted, tmp_path) == ""


def test_a_local_variable_that_only_a_query_reads_is_kept(tmp_path: Path) -> None:
    text = "def f(table):\n    mu = 3\n    return table.query('a > @mu')\n"
    formatted = format_text(text)
    assert "mu = 3  # noqa: F841\n" in formatted
    assert find_violations(formatted, tmp_path) == ""


@pytest.mark.parametrize(
    "text",
    [
        f"# {LONG}\nx = 1\n",
        f"if True:\n    # {LONG}\n    x = 1\n",
        f"x = 1  # {LONG}\n",
        f"x = [\n    1,  # {LONG}\n    2,\n]\n",
        f"def f():\n    '''{LONG}'''\n",
    ],
)
def test_long_comments_are_wrapped_and_no_word_is_lost(text: str, tmp_path: Path) -> None:
    formatted = format_text(text)
    assert find_violations(formatted, tmp_path) == ""
    assert formatted.count("comment") == text.count("comment")
    assert ast.dump(ast.parse(formatted)) == ast.dump(ast.parse(text))
    assert all(len(line) <= LINE_LENGTH or "E501" in line for line in formatted.split("\n"))


def test_settings_of_the_folder_and_the_environment_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ruff.toml").write_text('line-length = 40\n[format]\nquote-style = "single"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "github")
    formatting._format.cache_clear()
    assert format_text("x = 'a'\n\n\ndef f(first, second, third, fourth): return first\n").startswith('x = "a"')


def test_rules_outside_of_the_defaults_are_known() -> None:
    def enabled(*options: str) -> set[str]:
        command = [find_ruff_bin(), "check", "--isolated", "--show-settings", *options, __file__]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rules = shown.partition("linter.rules.enabled = [")[2].partition("]")[0]
        return {line.rpartition("(")[2].rstrip("),") for line in rules.split("\n") if "(" in line}

    assert enabled("--select=E,F,I,UP,B") - enabled() - {"I002"} == formatting._OUTSIDE_DEFAULTS
