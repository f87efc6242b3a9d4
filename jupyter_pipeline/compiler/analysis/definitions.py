"""Definitions of functions and classes: they make summaries, and run decorators, defaults and class bodies."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

from jupyter_pipeline.compiler.analysis.expressions import Evaluator
from jupyter_pipeline.compiler.analysis.library_calls import Call
from jupyter_pipeline.compiler.analysis.library_models.python_builtins import PROTOCOLS
from jupyter_pipeline.compiler.analysis.library_models.registry import find_function, is_decorator
from jupyter_pipeline.compiler.analysis.registration import register_class
from jupyter_pipeline.compiler.analysis.state import Binding, State
from jupyter_pipeline.compiler.analysis.syntax import bound_names, declared_outside, last_name
from jupyter_pipeline.compiler.analysis.texts import hole, unite
from jupyter_pipeline.compiler.analysis.values import (
    IMMUTABLE,
    ITERATOR,
    UNKNOWN,
    ClassSummary,
    FunctionSummary,
    Imported,
    Instance,
    Value,
)

__all__ = ["BodyInterpreter", "Definitions"]


class BodyInterpreter(Protocol):
    """The side of the interpreter that definitions need: it interprets bodies."""

    state: State
    evaluator: Evaluator
    results: list[Value]
    """Results of the function whose body is interpreted."""
    returns_truth: bool
    """True if a ``return`` may give a true value."""
    catches: bool
    """True if the body has an ``except`` clause."""

    def child(self, summary: FunctionSummary) -> BodyInterpreter:
        """Return an interpreter of the body of a function that this scope defines."""

    def execute(self, nodes: Sequence[ast.stmt]) -> None:
        """Interpret statements in order."""

    def record_result(self, value: Value) -> None:
        """Record a result of the function whose body is interpreted."""


class Definitions:
    """Define functions and classes in a state."""

    def __init__(self, state: State, evaluator: Evaluator, interpreter: BodyInterpreter) -> None:
        self.state = state
        self.heap = state.heap
        self.evaluator = evaluator
        self.functions = evaluator.functions
        self.interpreter = interpreter

    # Functions

    def define_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Record a function definition."""
        self.state.bind(node.name, self._decorated(node, self.summarize(node, node.name)))

    def define(self, summary: FunctionSummary, contents: int) -> Value:
        """Return a new function that holds `contents`."""
        made = self.heap.allocate(contents)
        summary.defaults = contents if self.state.summary is None else made
        self.heap.attach(made, [summary])
        self.state.nested.append((made, summary))
        if self.state.summary is not None:
            self.functions.run(summary)  # any receiver of the function may call it
        return Value(made, 0, False, summary)

    def _decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef, summary: FunctionSummary) -> Value:
        arguments = node.args
        contents = self.evaluator.defaults(arguments)
        if self.state.summary is None:
            parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            for one in (*parameters, arguments.vararg, arguments.kwarg):
                if one is not None and one.annotation is not None:
                    self.annotate(one.annotation)
            if node.returns is not None:
                self.annotate(node.returns)
        value = self.define(summary, contents)
        for decorator in reversed(node.decorator_list):
            value = self._decorate(decorator, value)
        return value

    def _decorate(self, node: ast.expr, value: Value) -> Value:
        name = last_name(node)
        self.evaluator.discards_result = name.startswith("register")
        decorator = self.evaluator.visit(node)
        self.evaluator.discards_result = False
        if self._keeps_effects(node.func if isinstance(node, ast.Call) else node):
            if name in ("cache", "lru_cache") and type(value.type) is FunctionSummary:
                value.type.cache = self.heap.allocate(self.heap.allocate(0))  # the cache holds the results
            if name == "delayed" and type(value.type) is FunctionSummary:
                value.type.is_delayed = True
            self.heap.link(value.objects, decorator.objects)
            return value
        if name in ("setter", "getter", "deleter"):
            return value
        call = Call(ast.Call(func=node, args=[], keywords=[]), [value], {})
        result = self.heap.own(self.evaluator.calls.call_value(call, decorator))
        unknown = decorator.objects & self.heap.foreign or (
            type(decorator.type) is Imported and find_function(decorator.type.path) is None
        )
        if unknown:  # it may register the function in its library
            self.evaluator.effects.configure_all(decorator.objects)
        return result

    def _keeps_effects(self, node: ast.expr) -> bool:
        """Return True if the decorator `node` leaves a function with the effects that it has."""
        if isinstance(node, ast.Name) and self.state.is_builtin(node.id):
            return is_decorator(f"builtins.{node.id}")
        function = self.evaluator.visit(node).type
        return type(function) is Imported and is_decorator(function.path)

    def annotate(self, node: ast.expr) -> None:
        """Evaluate an annotation; where annotations are text, a missing name is no error."""
        if isinstance(node, ast.Constant):
            return
        state = self.state
        as_text = state.text_annotations > 0
        state.tolerant += as_text
        state.record.needs |= state.text_annotations
        self.evaluator.visit(node)
        state.tolerant -= as_text

    # Summaries

    def summarize(self, node: Any, name: str) -> FunctionSummary:
        """Interpret the body of a function, lambda or generator expression, and return the summary of its effects."""
        summary = FunctionSummary(name, node.lineno, self.state.cell, self.heap.statement)
        child = self.interpreter.child(summary)
        state = child.state
        body: list[ast.stmt] = []
        results: list[ast.expr] = []
        if isinstance(node, ast.GeneratorExp):
            results = [ast.ListComp(elt=node.elt, generators=node.generators)]
        elif isinstance(node, ast.Lambda):
            results = [node.body]
        else:
            body = node.body
        objects = _bind_parameters(state, summary, getattr(node, "args", None))
        state.local_names |= bound_names(body)
        state.outer_names |= declared_outside(body) & state.local_names
        child.execute(body)
        for result in results:
            child.evaluator.discards_result = isinstance(node, ast.Lambda)  # its caller may discard the result
            child.record_result(child.evaluator.visit(result))
        _summarize_effects(state, summary, objects)
        _summarize_results(state, summary, objects, child.results)
        self.state.nested += state.nested
        yields = child.evaluator.yields
        summary.is_coroutine = isinstance(node, ast.AsyncFunctionDef) and not yields
        is_exit = name in ("__exit__", "__aexit__")
        summary.suppresses = child.returns_truth if is_exit else yields and child.catches
        if yields:
            summary.result_type, summary.returns_fresh = ITERATOR, True
        return summary

    def capture(self, nested: Iterable[tuple[int, FunctionSummary]], names: Collection[str]) -> None:
        """Let functions hold the values of names of this scope, which no other scope can bind."""
        capture(self.state, nested, names)

    # Classes

    def define_class(self, node: ast.ClassDef) -> None:
        """Record a class definition."""
        state, heap = self.state, self.heap
        bases = [self.evaluator.visit(b) for b in node.bases] + [self.evaluator.visit(k.value) for k in node.keywords]
        contents = 0
        summary = ClassSummary(node.name, {}, set(), has_unknown_base=False)
        for base in reversed(bases):
            contents |= heap.hold(base)
            if type(base.type) is ClassSummary:
                summary.methods |= base.type.methods
                summary.properties |= base.type.properties
                summary.has_unknown_base = summary.has_unknown_base or base.type.has_unknown_base
            else:
                summary.has_unknown_base = True
        is_metaclass = any(isinstance(b, ast.Name) and b.id == "type" for b in node.bases)
        hidden: dict[str, Binding | None] = {}
        functions = []
        for one in node.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.append(self._define_method(one, summary, is_metaclass=is_metaclass))
                contents |= functions[-1].defaults
                hidden.setdefault(one.name, state.bindings.get(one.name))
                state.bindings[one.name] = Binding(0, 0, UNKNOWN)
            else:
                contents |= self._execute_in_class(one, hidden)
        state.restore(hidden)
        made = heap.allocate(contents)
        heap.attach(made, functions)
        self.functions.record_class()
        value = Value(made, 0, False, summary)
        self.functions.run_protocol(Value(contents, 0, False, UNKNOWN), "subclass")
        register_class(heap, bases, made)
        for decorator in reversed(node.decorator_list):
            value = self._decorate(decorator, value)
        state.bind(node.name, value)

    def _execute_in_class(self, node: ast.stmt, hidden: dict[str, Binding | None]) -> int:
        """Interpret a statement of a class body, and return the objects of the attributes that it binds."""
        state = self.state
        names = bound_names([node])
        for name in names:
            hidden.setdefault(name, state.bindings.get(name))
        before = set(state.record.bound)
        self.interpreter.execute([node])
        objects = 0
        for name in names:
            objects |= state.bindings[name].objects if name in state.bindings else 0
            if name not in before:
                state.record.bound.discard(name)
        return objects

    def _define_method(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, of: ClassSummary, *, is_metaclass: bool
    ) -> FunctionSummary:
        summary = self.summarize(node, node.name)
        self._decorated(node, summary)
        summary.is_method = True
        summary.protocol = PROTOCOLS.get(node.name, "subclass" if is_metaclass else "")
        decorators = {last_name(d) for d in node.decorator_list}
        if decorators & {"setter", "deleter"}:
            summary.protocol = "write" if "setter" in decorators else "delete"
        else:
            of.methods[node.name] = summary
        if decorators & {"property", "cached_property"}:
            of.properties.add(node.name)
            summary.protocol = "read"
            if "cached_property" in decorators:  # the first read stores the value in the instance
                summary.mutates.update(summary.parameters[:1])
                summary.has_state = True
        if "staticmethod" in decorators:
            summary.binds = ""
        elif "classmethod" in decorators or node.name in ("__new__", "__init_subclass__", "__class_getitem__"):
            summary.binds = "class"
            summary.mutates_class = summary.mutates_class or not summary.mutates.isdisjoint(summary.parameters[:1])
        return summary


def _bind_parameters(state: State, summary: FunctionSummary, arguments: ast.arguments | None) -> dict[str, int]:
    """Bind each parameter to a placeholder object, and return the placeholders."""
    if arguments is None:
        return {}
    summary.parameters = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    summary.variadic = {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
    objects = {}
    for name in (*summary.parameters, *summary.variadic):
        objects[name] = state.heap.allocate(state.heap.allocate(0))
        state.heap.random |= objects[name]
        state.bindings[name] = Binding(0, objects[name], UNKNOWN, hole(name))
    state.local_names |= set(objects)
    return objects


def _summarize_effects(state: State, summary: FunctionSummary, objects: dict[str, int]) -> None:
    """Record in the summary the changes of the placeholders.

    Parameters
    ----------
    state : State
        State at the end of the function.
    summary : FunctionSummary
        Its summary.
    objects : dict of str to int
        Placeholder of each parameter.
    """
    heap = state.heap
    capture(state, state.nested, state.local_names - state.outer_names)
    for name, placeholder in {**state.placeholders, **objects}.items():
        reachable = heap.reachable(placeholder)
        if reachable & heap.written:
            summary.mutates.add(name)
        if reachable & heap.iterated:
            summary.consumes.add(name)
        if reachable & ~placeholder & heap.foreign:
            summary.stores_foreign.add(name)
        if reachable & state.raised:
            summary.raises.add(name)
        for operation, operands in state.operations.items():
            if reachable & operands:
                summary.operations.setdefault(name, set()).add(operation)
    for name in {*state.placeholders, *state.outer_names}:
        reachable = heap.reachable(state.placeholders.get(name, 0) | state.objects_of(name))
        if stored := {parameter for parameter, own in objects.items() if own & reachable}:
            summary.stores[name] = stored
    for _, inner in state.nested:
        for name, stored in inner.stores.items():
            summary.stores[name] = summary.stores.get(name, set()) | stored
    summary.assigns |= {name for name in state.outer_names if name in state.record.bound}
    for name in summary.assigns:
        reachable = heap.reachable(state.objects_of(name))
        if functions := heap.functions(reachable):
            summary.assigned_functions[name] = functions
        if reachable & heap.iterators:
            summary.assigned_iterators.add(name)
    summary.has_state = summary.has_state or not summary.mutates.isdisjoint(objects)


def _summarize_results(
    state: State, summary: FunctionSummary, objects: dict[str, int], results: Sequence[Value]
) -> None:
    """Record in the summary the type and the aliases of the result."""
    heap = state.heap
    held = 0
    for value in results:
        held |= value.objects | value.contents
    reachable = heap.reachable(held)
    placeholders = {**state.placeholders, **objects}
    summary.returns = {name for name, own in placeholders.items() if own & reachable}
    summary.returns_fresh = any(v.fresh or v.objects for v in results)
    summary.returns_foreign = bool(reachable & heap.foreign)
    summary.returns_overwriting = bool(reachable & heap.overwriting)
    summary.returns_texts = unite(*(v.texts for v in results))
    types = [v.type for v in results]
    if not types:
        summary.result_type = IMMUTABLE
    else:
        summary.result_type = types[0] if all(t == types[0] for t in types) else UNKNOWN
    of_notebook = type(summary.result_type) in (FunctionSummary, Instance, ClassSummary)
    if of_notebook or reachable & heap.callables:
        summary.returns_function = True
        if type(summary.result_type) is not Instance:
            summary.result_type = UNKNOWN
        summary.has_state = summary.has_state or any(one.has_state for _, one in state.nested)


def capture(state: State, nested: Iterable[tuple[int, FunctionSummary]], names: Collection[str]) -> None:
    """Let functions hold the values of names of the scope around them, which no other scope can bind.

    Parameters
    ----------
    state : State
        State of the enclosing scope.
    nested : iterable of (int, FunctionSummary)
        Functions with their objects.
    names : collection of str
        Names of the scope.
    """
    for made, summary in nested:
        captured = summary.free_variables.keys() & set(names)
        summary.has_state = summary.has_state or not captured.isdisjoint(summary.mutates | summary.assigns)
        for name in captured:
            state.heap.link(made, state.objects_of(name))
            del summary.free_variables[name]
            summary.assumptions.pop(name, None)
        summary.assigns -= captured
