"""Literals that become parameters, and values of other types."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.compiler.graph.parameter_values import convert_value
from jupyter_pipeline.compiler.graph.parameters import Parameter
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError


def to_cells(*sources: str | Cell) -> list[Cell]:
    return [s if isinstance(s, Cell) else Cell(index=i, source=s) for i, s in enumerate(sources)]


@pytest.mark.parametrize(
    ("sources", "wanted", "parameters"),
    [
        (["n = 2\ns = 'x'\nf = 1.5\nb = True", "y = (n, s, f, b)"], (), {"n": 2, "s": "x", "f": 1.5, "b": True}),
        (["n = 2\nn = 3", "y = n"], (), {"n": 3}),
        (["n = 0\nfor i in range(3):\n    n += i", "y = n"], (), {}),
        (["LIMIT = 2", "y = LIMIT"], (), {}),
        (["LIMIT = 2", "y = LIMIT"], ("LIMIT",), {"LIMIT": 2}),
        (["items = [1, 2]", "y = items"], (), {}),
        (["items = [1, 2]", "y = items"], ("items",), {"items": [1, 2]}),
        (["x = -1", "y = x"], (), {"x": -1}),
    ],
)
def test_literals_become_parameters(sources: list[str], wanted: tuple[str, ...], parameters: dict[str, Any]) -> None:
    found = compile_cells(to_cells(*sources), len(sources) - 1, CompileOptions(name="p", parameters=wanted))
    assert found.parameters == parameters


def test_tagged_cells_make_constants_parameters() -> None:
    tagged = Cell(index=0, source="LIMIT = 2\nnames = ['a']", tags=("parameters",))
    found = compile_cells(to_cells(tagged, "y = names * LIMIT"), 1, CompileOptions(name="p"))
    assert found.parameters == {"LIMIT": 2, "names": ["a"]}


@pytest.mark.parametrize(
    ("sources", "name", "reason"),
    [
        (["x = 1", "y = x"], "z", "no statement that this cell needs binds"),
        (["x = open('a')", "y = x"], "x", "not a literal"),
        (["x = 1", "x += 1", "y = x"], "x", "several places"),
    ],
)
def test_a_name_that_cannot_be_a_parameter_is_refused(sources: list[str], name: str, reason: str) -> None:
    with pytest.raises(CompileRefusedError, match=reason):
        compile_cells(to_cells(*sources), len(sources) - 1, CompileOptions(name="p", parameters=(name,)))


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        ("int", "3", 3),
        ("int", 3.0, 3),
        ("float", "1.5", 1.5),
        ("bool", "no", False),
        ("str", 3, "3"),
        ("list", "[1, 2]", [1, 2]),
        ("dict", '{"a": 1}', {"a": 1}),
        ("datetime.date", "2026-01-31", "2026-01-31"),
        ("Any", "text", "text"),
    ],
)
def test_a_value_gets_the_type_of_the_parameter(annotation: str, value: Any, expected: Any) -> None:
    parameter = Parameter(name="p", default=None, annotation=annotation, text="None")
    assert convert_value(parameter, value) == expected


@pytest.mark.parametrize(
    ("annotation", "value"),
    [("int", "many"), ("int", 1.5), ("float", "nan"), ("bool", "maybe"), ("list", "{}"), ("datetime.date", "soon")],
)
def test_a_value_of_another_type_is_refused(annotation: str, value: Any) -> None:
    parameter = Parameter(name="p", default=None, annotation=annotation, text="None")
    with pytest.raises(UsageError, match="cannot be the value of the parameter p"):
        convert_value(parameter, value)
