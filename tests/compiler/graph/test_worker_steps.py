"""Steps that cannot run in different processes are refused, with the reason."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError


def compile_on_workers(*sources: str, **options: object) -> Compilation:
    cells = [Cell(index=index, source=source) for index, source in enumerate(sources)]
    marked = [index for index, source in enumerate(sources) if source.startswith("%%")]
    given = {"name": "p", "profile": "local", "tasks_on": "workers"} | options
    return compile_cells(cells, marked, CompileOptions(**given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        (["import numpy as np", "%%step a\nnp.random.seed(0)\nx = 1", "%%step b\ny = x + np.random.rand()"], "random"),
        (["import pandas as pd", "%%step a\npd.set_option('a', 1)\nx = 1", "%%step b\nprint(x)"], "settings"),
        (["import os", "%%step a\nos.environ['A'] = '1'\nx = 1", "%%step b\nprint(x)"], "state of the process"),
        (["import os", "%%step a\nos.chdir('/tmp')\nx = 1", "%%step b\nprint(open('f').read(), x)"], "state of the"),
        (["%%step a\nx = []\ny = x", "%%step b\nx.append(1)", "%%step c\nprint(y)"], "object in memory that b"),
        (["%%step a\nx = (i for i in range(3))", "%%step b\nprint(sum(x))"], "a generator"),
        (
            [
                "%%step a\nimport functools\n@functools.lru_cache(maxsize=2)\ndef f(n): return n\nf(1)",
                "%%step b\nprint(f(1))",
            ],
            "a function with a cache",
        ),
        (
            ["%%step a\nfrom functools import cache\nf = cache(len)\nf('x')", "%%step b\nprint(f('x'))"],
            "a function with a cache",
        ),
        (["def f():\n    yield 1", "%%step a\nx = f()", "%%step b\nprint(sum(x))"], "a generator"),
        (["%%step a\nx = open('f')", "%%step b\nprint(x.read())"], "an open file"),
        (["import threading as t", "%%step a\nx = t.Lock()", "%%step b\nprint(x)"], "a lock or a thread"),
        (["import duckdb", "%%step a\nx = duckdb.connect()", "%%step b\nprint(x)"], "a connection"),
        (["%%step a\nx: object = open('f')", "%%step b\nprint(x.read())"], "an open file"),
        (["%%step a\nx, y = open('f'), 1", "%%step b\nprint(x.read())"], "an open file"),
        (["%%step a\nx = 1\nif x:\n    x = open('f')", "%%step b\nprint(x.read())"], "an open file"),
        (["from distributed import Client", "%%step a\nx = Client()", "%%step b\nprint(x.ncores())"], "a connection"),
        (["from prefect import get_run_logger", "%%step a\nget_run_logger().info('x')"], "Prefect's"),
    ],
)
def test_needs_that_another_process_cannot_meet_are_refused(sources: list[str], reason: str) -> None:
    with pytest.raises(CompileRefusedError, match=reason):
        compile_on_workers(*sources)


@pytest.mark.parametrize(
    "sources",
    [
        ["%%step a\nx = []", "%%step b\nx.append(1)", "%%step c\nprint(x)"],
        ["%%step a\nx = [1]", "def f(y):\n    return x[0] + y", "%%step b --map\nz = [f(y) for y in x]"],
        [
            "import sys\nsys.path.append('lib')",
            "%%step a\nimport one\nx = one.y",
            "%%step b\nimport two\nprint(x, two)",
        ],
        ["%%step a\nf = open('f')\nx = f.read()", "%%step b\nprint(x)"],
        ["%%step a\nx = open('f')\nx = x.read()", "%%step b\nprint(x)"],
        ["def f():\n    def g():\n        yield 1\n    return list(g())", "%%step a\nx = f()", "%%step b\nprint(x)"],
        ["import numpy as np", "%%step a\nx = np.random.rand()", "%%step b\nprint(x, np.random.rand())"],
    ],
)
def test_values_carry_what_later_steps_need(sources: list[str]) -> None:
    compilation = compile_on_workers(*sources)
    assert "tasks_on(run_client, steps) as task_runner" in compilation.files["flow.py"]
    assert {each.text for each in compilation.compute} == {"workers of the cluster of the run, profile local"}


TOP = """
import warnings
import matplotlib.pyplot as plt
import pandas as pd
warnings.filterwarnings("ignore", category=UserWarning)
pd.set_option("display.max_columns", 5)
plt.rcParams["figure.figsize"] = (10, 5)
"""
USES = ("%%step a\nx = pd.DataFrame({'a': [1]})\nprint(x)\nplt.plot(x)", "%%step b\nprint(x)")


def test_workers_apply_the_settings_at_the_top() -> None:
    compilation = compile_on_workers(TOP, *USES)
    steps = compilation.files["steps.py"]
    begin = steps.index("def set_options() -> None:")
    assert [line.strip() for line in steps[begin:].splitlines()[2:5]] == [
        'warnings.filterwarnings("ignore", category=UserWarning)',
        'pd.set_option("display.max_columns", 5)',
        'plt.rcParams["figure.figsize"] = (10, 5)',
    ]
    assert steps.count("set_option(") == 1
    assert "tasks_on(run_client, steps, before=steps.set_options) as task_runner" in compilation.files["flow.py"]
    assert "each worker applies these settings before its first step" in "".join(compilation.notes)
    assert "set_options" not in compile_on_workers(TOP, *USES, tasks_on="flow").files["steps.py"]
    named = compile_on_workers(TOP, USES[0], "%%step set_options\nprint(x)").files["steps.py"]
    assert named.count("def set_options(") == 1


@pytest.mark.parametrize(
    ("setting", "read"),
    [
        ("n = len('ab')\npd.set_option('display.max_columns', n)", "x"),  # needs a statement
        ("n = len('ab')\npd.set_option('display.max_columns', 5)", "x, n"),  # is below a statement
        ("pd.set_option(*['display.max_columns', 5])", "x"),
    ],
)
def test_other_settings_at_the_top_are_refused(setting: str, read: str) -> None:
    first = f"%%step a\nx = pd.DataFrame({{'a': [1]}})\nprint({read})"
    with pytest.raises(CompileRefusedError, match="settings of a library"):
        compile_on_workers(f"import pandas as pd\n{setting}", first, "%%step b\nprint(x)")


def test_settings_and_functions_are_refused() -> None:
    first, second = USES
    with pytest.raises(CompileRefusedError, match="settings of a library"):
        compile_on_workers(TOP, first, second.replace("%%step b", "%%step b --function"))


def test_files_of_an_earlier_step_are_named() -> None:
    sources = ["import pandas as pd", "%%step a\npd.DataFrame().to_csv('f')", "%%step b\nprint(pd.read_csv('f'))"]
    assert "b uses files of a: the workers need a shared file system" in "".join(compile_on_workers(*sources).notes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"profile": ""}, "--tasks-on workers needs a cluster: choose one with --profile"),
        ({"standalone": True}, "leave out --standalone"),
        ({"to": "dagster"}, "leave out --to dagster"),
    ],
)
def test_options_that_exclude_workers_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        compile_on_workers("%%step a\nx = 1", **options)
