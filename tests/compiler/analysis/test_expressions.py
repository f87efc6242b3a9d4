from __future__ import annotations

import ast

import pytest

from jupyter_pipeline.compiler.analysis.expressions import Evaluator
from jupyter_pipeline.compiler.analysis.heap import Heap
from jupyter_pipeline.compiler.analysis.interpreter import Interpreter
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.texts import ANY_TEXT
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    IMMUTABLE,
    ITERATOR,
    OBJECT,
    TABLE,
    UNKNOWN,
    FunctionSummary,
    Imported,
    Value,
    ValueType,
)

TYPES = {"held": UNKNOWN, "items": CONTAINER, "table": TABLE, "thing": OBJECT, "stream": ITERATOR}


@pytest.fixture
def evaluator() -> Evaluator:
    """Return an evaluator where `items` holds `held`, and the statement with number 1 is current."""
    state = State(Heap())
    for name, type_ in TYPES.items():
        contents = state.objects_of("held") if name == "items" else 0
        state.bind(name, Value(state.heap.allocate(contents, type_), 0, False, type_))
    state.bind("number", CONSTANT)
    state.bind("np", Value(0, 0, False, Imported("numpy")))
    state.heap.enter(1)
    return Interpreter(state).evaluator


def evaluate(evaluator: Evaluator, source: str) -> Value:
    return evaluator.visit(ast.parse(source, mode="eval").body)


def names_of(evaluator: Evaluator, objects: int) -> set[str]:
    return {name for name in TYPES if evaluator.state.objects_of(name) & objects}


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ("(1, 'a')", IMMUTABLE),
        ("(1, items)", CONTAINER),
        ("{1: 2}", CONTAINER),
        ("number + 1", IMMUTABLE),
        ("items + [1]", CONTAINER),
        ("number * table", TABLE),
        ("table.column", TABLE),
        ("thing.attribute", OBJECT),
        ("number.real", IMMUTABLE),
        ("np.random", Imported("numpy.random")),
        ("items[0:1]", CONTAINER),
        ("items[0]", UNKNOWN),
        ("table > 1", TABLE),
        ("table is None", IMMUTABLE),
        ("not table", IMMUTABLE),
        ("-table", TABLE),
        ("items if number else 1", UNKNOWN),
        ("items or [1]", CONTAINER),
        ("f'{table}'", IMMUTABLE),
        ("[i for i in items]", CONTAINER),
        ("(i for i in stream)", ITERATOR),
    ],
)
def test_expressions_have_an_abstract_type(evaluator: Evaluator, source: str, type_: ValueType) -> None:
    assert evaluate(evaluator, source).type == type_


@pytest.mark.parametrize(
    ("source", "objects", "contents", "fresh"),
    [
        ("items", {"items"}, set(), False),
        ("[items]", set(), {"items"}, True),
        ("{'a': thing}", set(), {"thing"}, True),
        ("items[0]", {"items", "held"}, set(), False),
        ("items[0:1]", set(), {"held"}, True),
        ("thing.attribute", {"thing"}, set(), False),
        ("table['a']", {"table"}, set(), True),
        ("table[table > 0]", set(), set(), True),
        ("table + table", set(), set(), True),
        ("items + thing", set(), {"items", "thing"}, True),
        ("items if number else thing", {"items", "thing"}, set(), False),
        ("number + 1", set(), set(), False),
    ],
)
def test_expressions_have_a_points_to_set(
    evaluator: Evaluator, source: str, objects: set[str], contents: set[str], fresh: bool
) -> None:
    value = evaluate(evaluator, source)
    assert (names_of(evaluator, value.objects), names_of(evaluator, value.contents)) == (objects, contents)
    assert value.fresh is fresh


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("list(stream)", {"stream"}),
        ("next(stream)", {"stream"}),
        ("1 in stream", {"stream"}),
        ("[i for i in stream]", {"stream"}),
        ("stream is None", set()),
        ("[i for i in items]", set()),
        ("items.append(1)", {"items"}),
        ("items.append", set()),
        ("items.index(1)", set()),
        ("list.append(items, 1)", {"items"}),
    ],
)
def test_expressions_change_objects(evaluator: Evaluator, source: str, written: set[str]) -> None:
    evaluate(evaluator, source)
    assert names_of(evaluator, evaluator.heap.written) == written


def test_a_named_expression_binds_the_value(evaluator: Evaluator) -> None:
    value = evaluate(evaluator, "(other := items)")
    assert evaluator.state.bindings["other"] == (1 << 1, value.objects, CONTAINER, ANY_TEXT)
    assert value.objects == evaluator.state.objects_of("items")


def test_names_of_comprehensions_stay_inside(evaluator: Evaluator) -> None:
    evaluate(evaluator, "[i for i in items if i]")
    assert "i" not in evaluator.state.bindings
    assert not evaluator.state.unresolved


def test_a_lambda_is_a_function_with_free_variables(evaluator: Evaluator) -> None:
    summary = evaluate(evaluator, "lambda a: a + number + items").type
    assert isinstance(summary, FunctionSummary)
    assert summary.parameters == ["a"]
    assert set(summary.free_variables) == {"number", "items"}


def test_an_expression_that_yields_is_recorded(evaluator: Evaluator) -> None:
    evaluate(evaluator, "items")
    assert not evaluator.yields
    evaluate(evaluator, "(yield items)")
    assert evaluator.yields
