"""The table of refusal rules: each has a notebook that violates it."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells, slice_cells
from jupyter_pipeline.compiler.analysis.slicer import slice_program
from jupyter_pipeline.compiler.checks import SLICE_RULES
from jupyter_pipeline.compiler.graph.edges import connect
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.refusals import RULES
from jupyter_pipeline.exceptions import CompileRefusedError

EVERY_RULE = {**RULES, **{rule.id: rule for rule in SLICE_RULES}}
ON_WORKERS = {"profile": "local", "tasks_on": "workers"}

CASES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "syntax-error": (["x = ("], {}),
    "nested-too-deeply": (["x = 1\ny = x" + ".a" * 2000], {}),
    "ipython-name": (["y = Out[3]"], {}),
    "deleted-name": (["x = 1\ndel x", "y = x"], {}),
    "name-defined-below": (["y = later", "later = 1"], {"cells": (0,)}),
    "name-only-in-kernel": (["y = ghost"], {"kernel_names": ("ghost",)}),
    "undefined-name": (["y = missing"], {}),
    "name-from-script": (["%run other.py", "y = load()"], {}),
    "not-python": (["%run other.py\ny = 1"], {}),
    "input": (["y = input('name')"], {}),
    "empty-cell": (["# nothing"], {}),
    "dynamic-names": (["%%step a\na = 1", "%%step y\ny = globals()['a']"], {"cells": (0, 1)}),
    "secret": (["password = 'hunter2hunter2'", "y = password"], {}),
    "invalid-directive": (["%%step a --retries x\ny = 1"], {}),
    "duplicate-step-name": (["%%step a\nx = 1", "%%check a\nassert x"], {}),
    "step-divided": (["%%step a\nx = [1]", "%%step b\ny = x", "%%step a\nz = y"], {}),
    "step-options": (["%%step a --retries 2\nx = [1]", "%%step a --retries 3\ny = x"], {}),
    "step-compute": (
        [
            "%%step a --profile big\nx = [1]\ndef f():\n    return x",
            "%%step b --profile small\nx = [2]\nz = f()",
        ],
        {"whole": True},
    ),
    "function-client": (["import distributed", "%%step a --function\nc = distributed.Client()"], {}),
    "function-awaits": (["import asyncio", "%%step a --function\nawait asyncio.sleep(0)\nx = 1"], {}),
    "function-files": (
        ["import pandas as pd", "%%step a\npd.DataFrame().to_csv('f')", "%%step b --function\nx = pd.read_csv('f')"],
        {},
    ),
    "map-several-cells": (["xs = [1]", "%%step a --map\ny = [x for x in xs]", "%%step a\nz = y"], {}),
    "parameter-not-found": (["a = 1", "y = 2"], {"parameters": ("a",)}),
    "parameter-rebound": (["a = 1\na += 1", "y = a"], {"parameters": ("a",)}),
    "parameter-reserved": (["task = 1", "y = task"], {"parameters": ("task",)}),
    "parameter-unused": (["y = 1"], {"parameters": ("y",)}),
    "parameter-not-literal": (["a = open", "y = a"], {"parameters": ("a",)}),
    "parameter-default": (["a: int = 'x'", "y = a"], {}),
    "window-not-a-time": (["a = 'x'", "y = a"], {"windows": {"a": "start"}}),
    "map-form": (["xs = [1]", "%%step y --map\ny = {x: 1 for x in xs}"], {"parameters": ("xs",)}),
    "map-items": (["XS = (1,)\nxs = XS", "%%step y --map\ny = [x for x in xs]", "%%step z\nz = y"], {}),
    "map-side-effect": (
        ["xs = [1]", "seen = []", "%%step y --map\ny = [seen.append(x) for x in xs]", "%%step z\nz = (y, seen)"],
        {"parameters": ("xs",)},
    ),
    "map-awaits": (["xs = [1]", "%%step y --map\ny = [await x for x in xs]"], {"parameters": ("xs",)}),
    "one-thread": (
        ["import sqlite3", "%%step a\nc = sqlite3.connect('x')", "%%step b\ny = c.execute('select 1')"],
        {},
    ),
    "captured-name-rebound": (
        ["%%step a\nk = len([1])\ndef f():\n    return k", "%%step b\nk = len([1, 2])", "%%step c\ny = f(), k"],
        {},
    ),
    "captured-name-assigned": (
        ["%%step a\nk = len([1])\ndef f():\n    global k\n    k += 1", "%%step b\nf()", "%%step c\ny = k"],
        {},
    ),
    "workers-state": (
        ["%%step a\nx = []\ny = x", "%%step b\nx.append(1)", "%%step c\nprint(y)"],
        ON_WORKERS,
    ),
    "workers-value": (["%%step a\nx = open('f')", "%%step b\nprint(x.read())"], ON_WORKERS),
    "workers-prefect": (["from prefect import get_run_logger", "%%step a\nget_run_logger().info('x')"], ON_WORKERS),
}


EDGE_CASES: dict[str, tuple[list[str], list[list[int]]]] = {
    "ambiguous-binding": (["k = len([1])", "y = k", "k = len([1, 2])", "z = k"], [[0], [2], [1, 3]]),
    "changed-before-read": (["xs = [1]", "n = len(xs)", "xs.append(2)", "y = xs"], [[0], [2], [1], [3]]),
}
"""Sources of cells, and the cells of each step. `partition_steps` finds an arrangement without a violation."""


def test_each_rule_has_a_case() -> None:
    assert CASES.keys() | EDGE_CASES.keys() == EVERY_RULE.keys()
    assert len(EVERY_RULE) == len(RULES) + len(SLICE_RULES)


@pytest.mark.parametrize("rule", EDGE_CASES)
def test_a_wrong_arrangement_of_steps_is_refused_by_its_rule(rule: str) -> None:
    sources, arrangement = EDGE_CASES[rule]
    sliced = slice_program(list(enumerate(sources)), range(len(sources)))
    steps = [
        Step(name=f"s{cells[0]}", cell=cells[-1], statements=[s for s in sliced.statements if s.cell in cells])
        for cells in arrangement
    ]
    assert {refusal.rule for refusal in connect(steps)} == {rule}


@pytest.mark.parametrize("rule", CASES)
def test_a_case_is_refused_by_its_rule(rule: str) -> None:
    sources, options = CASES[rule]
    cells = [Cell(index=i, source=s) for i, s in enumerate(sources)]
    marked = [i for i, s in enumerate(sources) if s.startswith("%%")]
    options = dict(options)
    selected = options.pop("cells", None) or marked or [len(cells) - 1]
    with pytest.raises(CompileRefusedError) as error:
        compile_cells(cells, selected, CompileOptions(name="p", **options))
    refusal = error.value.refusals[0]
    assert refusal.rule == rule
    assert refusal.label == f"cell {refusal.cell + 1} of {len(cells)}"
    assert str(refusal).startswith(f"Cell {refusal.cell + 1} of {len(cells)}, line {refusal.line}: {refusal.name}: ")
    assert "{" not in refusal.reason + refusal.fix
    assert refusal.fix.endswith(".")


@pytest.mark.parametrize("rule", EVERY_RULE.values(), ids=EVERY_RULE)
def test_texts_are_fragments_and_sentences(rule: Any) -> None:
    assert not rule.reason.endswith(".")
    assert rule.fix.endswith(".") or rule.fix.startswith("{")


def test_a_refusal_names_the_cell_as_the_notebook_shows_it() -> None:
    cells = [Cell(index=0, source="\ntotal = sum(values)", execution_count=7)]
    with pytest.raises(CompileRefusedError, match=r'^In \[7\] "total = sum\(values\)", line 2: values: no cell above'):
        compile_cells(cells, 0, CompileOptions(name="p"))
    with pytest.raises(CompileRefusedError, match=r"^Cell 2 of 2, line 1: values: no cell above"):
        slice_cells(["x = 1", "total = sum(values)"], 1)
