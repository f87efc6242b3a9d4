from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.heap import Heap
from jupyter_pipeline.compiler.analysis.interpreter import Interpreter
from jupyter_pipeline.compiler.analysis.locations import RANDOM_STATE, file_location
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.statements import parse_cells
from jupyter_pipeline.compiler.analysis.summaries import match_parameters
from jupyter_pipeline.compiler.analysis.values import IMMUTABLE, ITERATOR, FunctionSummary


def summary_of(source: str, name: str = "f") -> FunctionSummary:
    interpreter = Interpreter(State(Heap()))
    for statement in parse_cells([(0, source)]).statements:
        interpreter.heap.enter(statement.number)
        interpreter.visit(statement.node)
    found = interpreter.state.bindings[name].type
    assert isinstance(found, FunctionSummary)
    return found


@pytest.mark.parametrize(
    ("source", "attribute", "expected"),
    [
        ("def f(a, b):\n    a.append(b)", "mutates", {"a"}),
        ("def f(a):\n    b = list(a)\n    b.append(1)", "mutates", set()),
        ("def f(a):\n    b = a\n    b.append(1)", "mutates", {"a"}),
        ("def f(a, b):\n    return a", "returns", {"a"}),
        ("def f(a):\n    return 1", "result_type", IMMUTABLE),
        ("def f(a):\n    yield a", "result_type", ITERATOR),
        ("def f(a):\n    return sum(a)", "consumes", {"a"}),
        ("def f():\n    global n\n    n = 1", "assigns", {"n"}),
        ("g = []\ndef f(a):\n    g.append(a)", "stores", {"g": {"a"}}),
        ("async def f(): pass", "is_coroutine", True),
        ("def f(): exec(text)", "is_dynamic", True),
        ("f = lambda a: a.append(1)", "mutates", {"a"}),
    ],
)
def test_summary_of_a_function(source: str, attribute: str, expected: object) -> None:
    assert getattr(summary_of(source), attribute) == expected


def test_summary_lists_free_variables_and_locations() -> None:
    summary = summary_of("import random\ndef f():\n    random.random()\n    open('data/x.csv')\n    return y")
    assert set(summary.free_variables) == {"random", "open", "y"}
    assert set(summary.locations) == {RANDOM_STATE, file_location("data/x.csv")}


@pytest.mark.parametrize(
    ("positional", "keywords", "bound", "unmatched"),
    [
        ([1], {"b": 2}, {"a": 1, "b": 2}, 0),
        ([1, 2, 4], {}, {"a": 1, "b": 2, "rest": 4}, 4),
        ([1], {"**": 8}, {"rest": 9}, 9),
    ],
)
def test_arguments_are_matched_to_parameters(
    positional: list[int], keywords: dict[str, int], bound: dict[str, int], unmatched: int
) -> None:
    summary = FunctionSummary("f", parameters=["a", "b"], variadic={"rest"})
    assert match_parameters(summary, positional, keywords) == (bound, unmatched)


def test_unmatched_arguments_may_be_any_parameter_without_variadic_ones() -> None:
    assert match_parameters(FunctionSummary("f", parameters=["a"]), [], {"**": 2}) == ({"a": 2}, 2)
