from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.frontend.ipython import to_python


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("x = 5 % 3", "x = 5 % 3"),
        ("x = (5\n% 3)", "x = (5\n% 3)"),
        ("text = '''\n%magic\n!ls\n'''\n%matplotlib inline", "text = '''\n%magic\n!ls\n'''\n"),
        ("%matplotlib inline\nx = 1", "\nx = 1"),
        ("%time x = f(1)", "x = f(1)"),
        ("x = %time f(1)", "x = f(1)"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%deploy name --every 5m\n%%time\nx = 1", "\n\nx = 1"),
        ("%%capture out\nx = 1", "\nx = 1"),
        ("%%html\n<b>x</b>", "\n"),
        ("%%timeit\nf()", "\n"),
        ("f?", ""),
        ("?f", ""),
        ("if x:\n    %matplotlib inline", "if x:\n    pass"),
        ("%cluster list\ny = 1", "\ny = 1"),
        ("%cluster start local", "from distributed import get_client; client = get_client()"),
        ("x = 1\n%sql select", "x = 1\n__not_python__(2)"),
        ("!pip install pandas\nx = 1", "\nx = 1"),
    ],
)
def test_lines_of_ipython_become_python_in_place(source: str, python: str) -> None:
    plain = to_python(source).source
    assert plain == python
    assert plain.count("\n") == source.count("\n")


@pytest.mark.parametrize(
    "line", ["%pip install polars 'numpy>2'", "!pip install -q polars 'numpy>2'", "pip install polars numpy>2"]
)
def test_installs_become_requirements(line: str) -> None:
    plain = to_python(f"{line}\nx = 1")
    assert plain.requirements == ["polars", "numpy>2"]
    assert any("polars" in note for note in plain.installs)
    assert plain.obstacles == {}


def test_directives_of_steps_and_checks_are_read() -> None:
    assert to_python("%%step load\nx = 1").directives == {"step": "load"}
    assert to_python("%%check ok\nassert x").directives == {"check": "ok"}


def test_dropped_magics_leave_a_note() -> None:
    assert any("%matplotlib" in note for note in to_python("%matplotlib inline").notes)
