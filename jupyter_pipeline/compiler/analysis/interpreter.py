"""Abstract interpretation of statements.

`Interpreter` visits the statements of one scope in order and updates its `State`. It is composed of parts that share
the state: `Effects`, `Functions`, `Evaluator` (expressions), `Assignments` and `Definitions`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from jupyter_pipeline.compiler.analysis.assignments import Assignments
from jupyter_pipeline.compiler.analysis.definitions import Definitions
from jupyter_pipeline.compiler.analysis.differences import MAIN_MODULE
from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.expressions import Evaluator, dispatch_table
from jupyter_pipeline.compiler.analysis.functions import Functions
from jupyter_pipeline.compiler.analysis.library_models.registry import (
    find_function,
    find_method,
    find_patched_library,
    is_unlisted,
)
from jupyter_pipeline.compiler.analysis.state import Binding, State, join_values
from jupyter_pipeline.compiler.analysis.syntax import catches_name_error, last_name, leaves_path
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    IMMUTABLE,
    OBJECT,
    UNKNOWN,
    FunctionSummary,
    Imported,
    Instance,
    LibraryInstance,
    Value,
)

__all__ = ["Interpreter"]

_SUPPRESSING = ("suppress", "ExitStack", "AsyncExitStack", "raises")
"""Context managers that may suppress an exception."""
_OPERATIONS = (ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp)
"""Expressions that a statement evaluates for their effects on the operands, or to display the value."""


class Interpreter(ast.NodeVisitor):
    """Interpret the statements of a module or of the body of a function.

    Parameters
    ----------
    state : State
        State of the scope.
    in_loop : bool, default False
        True if the code is part of a loop's body.
    """

    def __init__(self, state: State, *, in_loop: bool = False) -> None:
        self.state = state
        self.heap = state.heap
        self.effects = Effects(state)
        self.functions = Functions(state, self.effects)
        self.evaluator = Evaluator(state, self.effects, self.functions, self)
        self.assignments = Assignments(state, self.evaluator)
        self.definitions = Definitions(state, self.evaluator, self)
        self.in_loop = in_loop
        self.results: list[Value] = []
        self.returns_truth = False
        self.catches = False

    def visit(self, node: ast.AST) -> None:
        """Interpret one statement."""
        method = _DISPATCH.get(type(node))
        if method is None:
            self.generic_visit(node)
        else:
            method(self, node)

    def execute(self, nodes: Sequence[ast.stmt]) -> None:
        """Interpret statements in order."""
        for node in nodes:
            self.visit(node)

    def child(self, summary: FunctionSummary) -> Interpreter:
        """Return an interpreter of the body of a function that this scope defines."""
        return Interpreter(State(self.heap, self.state, summary), in_loop=self.in_loop)

    def record_result(self, value: Value) -> None:
        """Record a result of the function whose body is interpreted."""
        if self.state.summary is not None:
            self.results.append(value)

    def summarize(self, node: Any, name: str) -> FunctionSummary:
        """Return the summary of a lambda or generator expression."""
        return self.definitions.summarize(node, name)

    def define(self, summary: FunctionSummary, contents: int) -> Value:
        """Return a new function that holds `contents`."""
        return self.definitions.define(summary, contents)

    def capture(self, nested: list[tuple[int, FunctionSummary]], names: set[str]) -> None:
        """Let functions hold the values of names of the scope around them."""
        self.definitions.capture(nested, names)

    # Simple statements

    def generic_visit(self, node: ast.AST) -> None:
        """Evaluate the expressions of a statement without a rule, such as ``raise``."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluator.visit(child)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Interpret an expression statement."""
        self.evaluator.discards_result = True
        shown = self.evaluator.visit(node.value).type
        self.evaluator.discards_result = False
        self.state.record.shows_figure = shown is UNKNOWN or (
            type(shown) is LibraryInstance and shown.path == "matplotlib.Figure"
        )
        if isinstance(node.value, _OPERATIONS):
            self._operate_on_unknown_values(node.value)

    def _operate_on_unknown_values(self, node: ast.expr) -> None:
        """Record that an operation may change the values of unknown classes in it, and link them."""
        operands = self.state.record.operands
        for one in ast.walk(node):
            binding = self.state.bindings.get(one.id) if isinstance(one, ast.Name) else None
            if binding is not None and binding.type is UNKNOWN:
                operands |= binding.objects & self.heap.foreign
        self.heap.write(operands)
        self.heap.link(operands, operands)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Interpret an assignment."""
        value = self.heap.own(self.evaluator.visit_data(node.value))
        for target in node.targets:
            self.assignments.assign(target, value, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Interpret an annotated assignment."""
        if self.state.summary is None:
            self.definitions.annotate(node.annotation)
        if node.value is not None:
            self.assignments.assign(node.target, self.heap.own(self.evaluator.visit(node.value)), node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Interpret an augmented assignment."""
        self.assignments.assign_augmented(node)

    def visit_Delete(self, node: ast.Delete) -> None:
        """Interpret ``del``."""
        self.assignments.delete(node.targets)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Interpret ``assert``."""
        self.evaluator.test(node.test)
        if node.msg is not None:  # evaluated only if the assertion fails
            self.state.tolerant += 1
            self.evaluator.visit(node.msg)
            self.state.tolerant -= 1

    def visit_Raise(self, node: ast.Raise) -> None:
        """Interpret ``raise``: the exception holds the arguments of its class."""
        for one in (node.exc, node.cause):
            if one is not None:
                value = self.evaluator.visit(one)
                self.state.raised |= self.heap.reachable(value.objects | value.contents)

    def visit_Return(self, node: ast.Return) -> None:
        """Interpret ``return``."""
        if node.value is None:
            self.record_result(CONSTANT)
            return
        self.record_result(self.evaluator.visit_data(node.value))
        is_truth = not isinstance(node.value, ast.Constant) or bool(node.value.value)
        self.returns_truth = self.returns_truth or is_truth

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        """Interpret a declaration of names of an enclosing scope."""
        self.state.outer_names.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        """Interpret ``nonlocal``."""
        self.visit_Global(node)

    def visit_TypeAlias(self, node: Any) -> None:
        """Interpret a type alias of Python 3.12."""
        self.state.bind(node.name.id, CONSTANT)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Interpret a function definition."""
        self.definitions.define_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Interpret a definition of a coroutine function."""
        self.visit_FunctionDef(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Interpret a class definition."""
        self.definitions.define_class(node)

    # Imports

    def visit_Import(self, node: ast.Import) -> None:
        """Interpret ``import``; a second import of the same module adds a definition."""
        bindings = self.state.bindings
        for alias in node.names:
            library = alias.name.partition(".")[0]
            if library == "__main__":
                self.effects.note_difference(MAIN_MODULE)
            name = alias.asname or library
            kind = Imported(alias.name if alias.asname else library)
            objects = self._import(alias.name)
            former = bindings.get(name)
            self.state.bind(name, Value(objects, 0, False, kind))
            if former is not None and former.type == kind:
                bindings[name] = Binding(former.definitions | self.heap.bit, objects, kind)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Interpret ``from … import``."""
        module = "." * node.level + (node.module or "")
        if module == "__future__" and any(alias.name == "annotations" for alias in node.names):
            self.state.text_annotations |= self.heap.bit
        for alias in node.names:
            if alias.name == "*":
                self._import(module)
                self.state.star_imports |= self.heap.bit
                self.state.redefine_everything()
            else:
                path = f"{module}.{alias.name}"
                value = Value(self._import(module), 0, False, Imported(path))
                if find_function(path) is None and not alias.name[0].isupper():  # it may be a submodule
                    self.heap.modules[path] = self.heap.modules.get(path, 0) | self.heap.bit
                self.state.bind(alias.asname or alias.name, value)

    def _import(self, module: str) -> int:
        """Return the object of the library of a module, which may be a file that the notebook writes."""
        library = module.partition(".")[0] or module
        modules = self.heap.modules
        for end, one in enumerate(module):
            if one == "." and end:
                modules[module[:end]] = modules.get(module[:end], 0) | self.heap.bit
        modules[module] = modules.get(module, 0) | self.heap.bit
        if library not in sys.stdlib_module_names:
            self.effects.read_module(library)
        if is_unlisted(library):
            self.heap.patchers |= self.heap.bit
        if patched := find_patched_library(module):
            self.heap.patched_by[patched] = self.heap.patched_by.get(patched, 0) | self.heap.bit
        return self.heap.library(library)

    # Branches and loops

    def visit_If(self, node: ast.If) -> None:
        """Interpret ``if`` with all its ``elif`` clauses, which the tree nests in one another."""
        self.evaluator.test(node.test)
        bodies = [node.body]
        while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            node = node.orelse[0]
            self.state.join_paths(partial(self.evaluator.test, node.test), skippable=True)
            bodies.append(node.body)
        self.state.join_paths(*(partial(self.execute, b) for b in (*bodies, node.orelse)), skippable=False)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """Interpret ``for``."""
        source = self.evaluator.visit(node.iter)
        self.functions.iterate(source)
        element = self.heap.own(self.heap.element(source))

        def once() -> None:
            self.assignments.assign(node.target, element, None)
            self.execute(node.body)

        self._repeat(once)
        self.state.join_paths(lambda: self.execute(node.orelse), skippable=True)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        """Interpret ``async for``."""
        self.visit_For(node)

    def visit_While(self, node: ast.While) -> None:
        """Interpret ``while``."""
        self.evaluator.test(node.test)

        def once() -> None:
            self.execute(node.body)
            self.evaluator.test(node.test)

        self._repeat(once)
        self.state.join_paths(lambda: self.execute(node.orelse), skippable=True)

    def _repeat(self, once: Callable[[], None]) -> None:
        """Interpret a loop body.

        The body of an outermost loop is interpreted twice, so that definitions reach the next iteration.
        """
        self.state.join_paths(once, skippable=True)
        if not self.in_loop:
            self.in_loop = True
            self.state.join_paths(once, skippable=True)
            self.in_loop = False

    def visit_Match(self, node: ast.Match) -> None:
        """Interpret ``match``."""
        subject = self.evaluator.visit(node.subject)
        self.functions.iterate(subject)
        self.state.join_paths(*(partial(self._match_case, case, subject) for case in node.cases), skippable=True)

    def _match_case(self, case: ast.match_case, subject: Value) -> None:
        for pattern in ast.walk(case.pattern):
            name = getattr(pattern, "rest" if isinstance(pattern, ast.MatchMapping) else "name", None)
            if isinstance(pattern, ast.expr):
                self.evaluator.visit(pattern)
            elif isinstance(name, str):
                self.state.bind(name, self.heap.own(join_values([subject, self.heap.element(subject)])))
        if case.guard is not None:
            self.evaluator.visit(case.guard)
        self.execute(case.body)

    # Exceptions and context managers

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        """Interpret ``try``: the body without an exception, and each handler after a part of the body."""
        tolerant = any(catches_name_error(h) for h in node.handlers)
        self.state.tolerant += tolerant
        self.catches = self.catches or bool(node.handlers)

        def without_exception() -> None:
            self.execute(node.body)
            self.execute(node.orelse)

        for handler in node.handlers:
            if leaves_path(handler.body):
                self.state.join_paths(partial(self._handle, node, handler), skippable=True)
        handlers = [partial(self._handle, node, h) for h in node.handlers if not leaves_path(h.body)]
        self.state.join_paths(without_exception, *handlers, skippable=False)
        self.state.tolerant -= tolerant
        self.execute(node.finalbody)

    def visit_TryStar(self, node: ast.TryStar) -> None:
        """Interpret ``try`` with ``except*``."""
        self.visit_Try(node)

    def _handle(self, node: ast.Try | ast.TryStar, handler: ast.ExceptHandler) -> None:
        self.state.join_paths(lambda: self.execute(node.body), skippable=True)
        if handler.type is not None:
            self.evaluator.visit(handler.type)
        if handler.name:
            self.state.bind(handler.name, Value(self.state.raised & ~self.heap.definitions, 0, False, UNKNOWN))
        self.execute(handler.body)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        """Interpret ``with``."""
        suppresses = False
        for item in node.items:
            manager = value = self.heap.own(self.evaluator.visit(item.context_expr))
            if manager.kind is not IMMUTABLE:
                self.heap.write(manager.objects)
            if type(manager.type) is Instance:
                methods = manager.type.of.methods
                if "__exit__" in methods:
                    self.functions.call(methods["__exit__"], manager, [manager], {})
                if "__enter__" in methods:
                    value = self.heap.own(self.functions.call(methods["__enter__"], manager, [manager], {}))
            elif type(manager.type) is LibraryInstance:
                model = find_method(manager.type, "__enter__")
                if model is not None:
                    value = self.heap.own(self.evaluator.calls.libraries.read_attribute(model, manager))
                    value = value._replace(texts=manager.texts)
            self.functions.run_protocol(manager, "enter")
            self.functions.exhaust(manager.objects)
            suppresses = suppresses or self._suppresses(item.context_expr, manager)
            if item.optional_vars is not None:
                self.assignments.assign(item.optional_vars, value, None)
        if suppresses:
            self.state.join_paths(lambda: self.execute(node.body), skippable=True)
        else:
            self.execute(node.body)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        """Interpret ``async with``."""
        self.visit_With(node)

    def _suppresses(self, node: ast.expr, manager: Value) -> bool:
        """Return True if a context manager may suppress an exception, so that its block may end anywhere."""
        if type(manager.type) is Instance:
            methods = manager.type.of.methods
            method = methods.get("__exit__") or methods.get("__aexit__")
            return method is None or method.suppresses
        if isinstance(node, ast.Call) and last_name(node.func) in _SUPPRESSING:
            return True
        return any(function.suppresses for function in self.heap.functions(self.heap.part(manager)))

    # Code that the analysis cannot see

    def run_code(self, name: str, node: ast.Call) -> Value:
        """Interpret a call of ``exec``, ``eval``, ``globals`` and similar builtins.

        A constant string is interpreted as code; otherwise, the call may read and bind any name.
        """
        text = node.args[0] if node.args else None
        if name in ("exec", "eval") and len(node.args) + len(node.keywords) > 1:
            values = [self.evaluator.visit(one) for one in (*node.args, *(k.value for k in node.keywords))]
            return self.functions.call_unknown(CONSTANT, values, name)
        if name in ("exec", "eval") and isinstance(text, ast.Constant) and isinstance(text.value, str):
            try:
                tree = ast.parse(text.value.strip())
            except (SyntaxError, ValueError):
                return CONSTANT
            for one in ast.walk(tree):
                if hasattr(one, "lineno"):
                    one.lineno = node.lineno
            if name == "eval" and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
                return self.evaluator.visit(tree.body[0].value)
            if self.state.summary is None or name == "eval":
                self.execute(tree.body)
                return CONSTANT
        if name == "compile":
            return Value(0, 0, True, UNKNOWN)
        if name == "__import__":
            self.heap.patchers |= self.heap.bit
            return Value(0, 0, True, OBJECT)
        self.effects.use_everything(f"{name}() may read or make any name")
        return Value(0, self.state.all_objects(), True, UNKNOWN)


_DISPATCH = dispatch_table(Interpreter)
