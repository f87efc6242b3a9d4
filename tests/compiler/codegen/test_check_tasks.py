"""The check that a flow is written with, on what checks may give."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells

LIBRARIES = "import dask\nimport pandera.pandas as pa"


def written(*sources: str) -> dict[str, str]:
    cells = [Cell(index=i, source=s) for i, s in enumerate(sources)]
    marked = [i for i, s in enumerate(sources) if s.startswith("%%")]
    return dict(compile_cells(cells, marked, CompileOptions(name="p")).files)


def task(*given: Any, **_: Any) -> Any:
    return given[0] if given else lambda function: function


@pytest.fixture(scope="module")
def check() -> Callable[[Any], list[str]]:
    """Return what runs a function as a check of a flow, and gives the artifacts that it made."""
    files = written(LIBRARIES, "x = [1]\nx.append(2)", "%%check a\ndask.delayed(x)\npa.Check", "%%step b\ny = x")
    prefect, artifacts = types.ModuleType("prefect"), types.ModuleType("prefect.artifacts")
    made: list[str] = []
    prefect.__dict__.update(task=task, flow=lambda **_: lambda f: f)
    artifacts.__dict__.update(create_markdown_artifact=made.append)
    modules = {"prefect": prefect, "prefect.artifacts": artifacts, "steps": types.ModuleType("steps")}
    namespace: dict[str, Any] = {"__name__": "flow"}
    with mock.patch.dict(sys.modules, modules):
        exec(compile(files["flow.py"], "flow.py", "exec"), namespace)

    def run(function: Any) -> list[str]:
        made.clear()
        try:
            result = namespace["check"](function)()
        except Exception:
            assert made
            return list(made)
        assert not made
        return [repr(result)] if isinstance(result, tuple) else []

    return run


@pytest.mark.parametrize("value", [True, None, 0, "", [], (1, 2)])
def test_values_other_than_false_pass(check: Callable[[Any], list[str]], value: Any) -> None:
    assert check(lambda: value) == ([repr(value)] if isinstance(value, tuple) else [])


def test_false_of_python_numpy_and_dask_stops(check: Callable[[Any], list[str]]) -> None:
    np, dask = pytest.importorskip("numpy"), pytest.importorskip("dask")

    for value in (False, np.bool_(False), np.array([1, 2]).max() > 5, dask.delayed(lambda: False)()):
        assert check(lambda value=value: value) == ["**<lambda>** did not pass: <lambda> returned False"]


def test_a_table_passes_and_a_lazy_one_is_computed(check: Callable[[Any], list[str]]) -> None:
    pd, dd = pytest.importorskip("pandas"), pytest.importorskip("dask.dataframe")
    table = pd.DataFrame({"v": [1, 2]})
    assert check(lambda: table) == []

    def broken(part: Any) -> Any:
        raise ValueError("a part is broken")

    def lazy() -> Any:
        return dd.from_pandas(table, npartitions=1).map_partitions(broken, meta=table)

    assert "a part is broken" in check(lazy)[0]


def test_the_reason_is_that_of_the_assertion_or_the_schema(check: Callable[[Any], list[str]]) -> None:
    pd, pa = pytest.importorskip("pandas"), pytest.importorskip("pandera.pandas")

    def asserts() -> None:
        raise AssertionError("too few")

    assert check(asserts) == ["**asserts** did not pass: too few"]

    class Sales(pa.DataFrameModel):  # type: ignore[misc,name-defined]
        amount: float = pa.Field(ge=0)

    table = pd.DataFrame({"amount": [1.0, -7.5]})
    for lazy in (False, True):
        (reason,) = check(lambda lazy=lazy: Sales.validate(table, lazy=lazy))
        assert "greater_than_or_equal_to(0)" in reason
        assert "-7.5" in reason
        assert reason.endswith("```")


def test_a_check_returns_its_last_value_or_the_names_of_later_steps() -> None:
    steps = written("x = [1]\nx.append(2)", "%%check a\nlen(x) == 2", "%%step b\ny = x")["steps.py"]
    assert "    return len(x) == 2\n" in steps
    steps = written("x = [1]\nx.append(2)", "%%check a\nn = len(x)\nn == 2", "%%step b\ny = n")["steps.py"]
    assert '    assert str(n == 2) != "False", "n == 2"\n    return n\n' in steps
