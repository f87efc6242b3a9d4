from __future__ import annotations

import ast
from typing import Any

import pytest

from jupyter_pipeline.compiler.analysis.heap import Heap
from jupyter_pipeline.compiler.analysis.interpreter import Interpreter
from jupyter_pipeline.compiler.analysis.locations import Access, file_location
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.values import (
    CONTAINER,
    IMMUTABLE,
    ITERATOR,
    UNKNOWN,
    ClassSummary,
    FunctionSummary,
    Value,
)


def define(source: str) -> State:
    """Return a state in which the statements of `source` are interpreted; `shared` is a container."""
    state = State(Heap())
    state.bind("shared", Value(state.heap.allocate(0), 0, False, CONTAINER))
    Interpreter(state).execute(ast.parse(source).body)
    return state


def summarize(source: str) -> FunctionSummary:
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return Interpreter(define("")).definitions.summarize(node, node.name)


def define_class(source: str) -> ClassSummary:
    summary = define(source).bindings["C"].type
    assert isinstance(summary, ClassSummary)
    return summary


@pytest.mark.parametrize(
    ("source", "attribute", "expected"),
    [
        ("def f(a, /, b, *c, d, **e): pass", "parameters", ["a", "b", "d"]),
        ("def f(a, /, b, *c, d, **e): pass", "variadic", {"c", "e"}),
        ("def f(a, b): a.append(1)", "mutates", {"a"}),
        ("def f(a):\n    b = a\n    b[0] = 1", "mutates", {"a"}),
        ("def f(a):\n    a = []\n    a.append(1)", "mutates", set()),
        ("def f(): shared.append(1)", "mutates", {"shared"}),
        ("def f(): return shared", "free_variables", {"shared": 1}),
        ("def f(): return shared", "assumptions", {"shared": CONTAINER}),
        ("def f(a):\n    for b in a: pass", "consumes", {"a"}),
        ("def f(a):\n    global g\n    g = 1", "assigns", {"g"}),
        ("def f(a, b): shared.append(b)", "stores", {"shared": {"b"}}),
        ("def f(a, b): return [a]", "returns", {"a"}),
        ("def f(a): return [1]", "result_type", CONTAINER),
        ("def f(a): pass", "result_type", IMMUTABLE),
        ("def f(a):\n    if a: return 1\n    return []", "result_type", UNKNOWN),
        ("def f(a): yield a", "result_type", ITERATOR),
        ("async def f(a): return a", "is_coroutine", True),
        ("async def f(a): yield a", "is_coroutine", False),
        ("def __exit__(self, *e): return True", "suppresses", True),
        ("def __exit__(self, *e): return False", "suppresses", False),
        ("def f(): exec(shared)", "is_dynamic", True),
        ("def f(): open('x.txt', 'w')", "locations", {file_location("x.txt"): Access.READ | Access.WRITE}),
    ],
)
def test_a_summary_has_the_effects_of_the_body(source: str, attribute: str, expected: Any) -> None:
    assert getattr(summarize(source), attribute) == expected


def test_the_body_of_a_function_does_not_run_at_its_definition() -> None:
    state = define("def f():\n    absent\n    shared.append(1)\n    x = 1")
    assert not state.unresolved
    assert not state.heap.written & state.objects_of("shared")
    assert state.record.bound == {"shared", "f"}


def test_a_closure_captures_the_names_of_the_function_around_it() -> None:
    summary = summarize("def f():\n    n = []\n    def g():\n        n.append(shared)\n    return g")
    assert (summary.returns_function, summary.has_state) == (True, True)
    assert set(summary.free_variables) == {"shared"}
    inner = summarize("def f():\n    def g(): return 1\n    return g")
    assert (inner.returns_function, inner.has_state) == (True, False)


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("def f(a=shared): pass", True),
        ("def f(*, a=[shared]): pass", True),
        ("f = lambda a=shared: a", True),
        ("def f(a): return shared", False),
        ("def f(a: shared = 1): pass", False),
    ],
)
def test_a_function_holds_its_defaults(source: str, holds: bool) -> None:
    state = define(source)
    assert bool(state.heap.reachable(state.objects_of("f")) & state.objects_of("shared")) is holds


@pytest.mark.parametrize(("decorator", "is_cached"), [("lru_cache", True), ("cache", True), ("wraps(shared)", False)])
def test_a_cached_function_has_an_object_of_results(decorator: str, is_cached: bool) -> None:
    state = define(f"import functools\n@functools.{decorator}\ndef f(a): return a")
    (summary,) = state.heap.functions(state.objects_of("f"))
    assert bool(summary.cache) is is_cached


@pytest.mark.parametrize(
    ("body", "binds"),
    [
        ("def m(self): pass", "self"),
        ("@classmethod\n    def m(cls): pass", "class"),
        ("@staticmethod\n    def m(): pass", ""),
    ],
)
def test_methods_bind_their_first_argument(body: str, binds: str) -> None:
    assert define_class(f"class C:\n    {body}").methods["m"].binds == binds


@pytest.mark.parametrize(
    ("source", "methods", "properties", "has_unknown_base"),
    [
        ("class C:\n    def m(self): pass", {"m"}, set(), False),
        ("class C:\n    @property\n    def p(self): pass", {"p"}, {"p"}, False),
        ("class B:\n    def m(self): pass\nclass C(B):\n    def n(self): pass", {"m", "n"}, set(), False),
        ("import abc\nclass C(abc.ABC): pass", set(), set(), True),
    ],
)
def test_classes_have_methods_and_bases(
    source: str, methods: set[str], properties: set[str], has_unknown_base: bool
) -> None:
    summary = define_class(source)
    assert (set(summary.methods), summary.properties) == (methods, properties)
    assert summary.has_unknown_base is has_unknown_base


def test_names_of_a_class_body_stay_inside() -> None:
    state = define("class C:\n    x = shared\n    shared = 1\n    def m(self): pass")
    assert set(state.bindings) == {"C", "shared"}
    assert state.bindings["shared"].type is CONTAINER
    assert state.heap.reachable(state.objects_of("C")) & state.objects_of("shared")
