"""What each statement binds, reads and changes, and so which earlier statements it needs.

1. The statements are read once, from top to bottom, on abstract objects (`store`): an assignment makes a name stand for
   objects, a call or a store to an attribute or element changes them, and whatever reaches an object sees its changes.
2. Functions and classes are read in a scope of their own and give a summary; its effects happen where it is
   called, with the names as they are by then.
3. The paths of ``if``, ``try``, ``match`` and loops are read one by one and joined.
4. Where a call cannot be known it may change and keep whatever it is given (`knowledge`).

A statement then needs those that bound the names it reads, and those that changed the objects these reach.

The reading is one class, told in layers that each build on those before: `scope` (names), `effects`, `parts` (of
values), `libraries` and `functions` (calls of either), `calls`, `expressions`, `definitions`, `bindings`, `compound`
(statements that hold statements), and this module.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from jupyter_pipeline.compiler.analysis.bindings import Bindings
from jupyter_pipeline.compiler.analysis.compound import Compound
from jupyter_pipeline.compiler.analysis.definitions import Definitions
from jupyter_pipeline.compiler.analysis.heap import NOTHING, Value
from jupyter_pipeline.compiler.analysis.scope import BUILTINS, DELETED
from jupyter_pipeline.compiler.analysis.statements import Statement

__all__ = ["BUILTINS", "Reading"]


class Reading(Compound):
    """Reading of statements, in a module or in a function."""

    def statement(self, s: Statement) -> None:
        """Read one top-level statement and fill in its record."""
        self.number, self.cell, self.bit = s.number, s.cell, 1 << s.number
        self.needs = self.reached = self.written = 0
        self.read, self.bound, self.notes = {}, s.bound, s.notes
        self.versions, self.borrowed, self.lent = s.versions, s.deferred_versions, s.assigned_by
        stars = self.stars
        self.visit(s.node)
        s.read, s.sources = set(self.read), self.read
        s.needs = self.needs & (self.bit - 1)
        s.reached, s.changes = self.reached, self.store.changed_by.get(s.number, 0)
        s.written = self.written
        s.dynamic = self.stars != stars and not isinstance(s.node, ast.ImportFrom)
        self.notes = []
        for name in s.bound:
            entry = self.env.get(name)
            s.binds[name] = entry.defs if entry else 0
            reach = self.store.closure(entry.roots) if entry else 0
            for code in self.store.codes(reach):
                s.deferred.update(n for n in code.free if n[0] != "<")
                s.assigned |= code.assigns

    def prepare(self, s: Statement, *, last: bool) -> None:
        """Record what the names that `s` may bind, and the functions among them, need after the last cell."""
        self.number, self.cell, self.bit = s.number, s.cell, 1 << s.number
        self.needs, self.read, self.versions = 0, {}, {}
        self.borrowed = s.deferred_versions if last else {}
        for name in s.bound:
            entry = self.env.get(name)
            if entry is None or entry.kind is DELETED:
                continue
            self.load(name, 0, strict=False)
            for code in self.store.codes(self.store.closure(entry.roots)):
                self.lender = code.statement
                for free, line in code.free.items():
                    self.load(free, line, strict=line > 0)
                self.lender = -1
        s.needs |= self.needs & (self.bit - 1)

    def body(self, nodes: Sequence[ast.stmt]) -> None:
        """Read statements in order."""
        for node in nodes:
            self._visit[type(node)](self, node)

    def visit(self, node: ast.stmt) -> None:
        """Read one statement."""
        self._visit[type(node)](self, node)

    # Simple statements

    def _read_expression(self, node: ast.Expr) -> None:
        self.discarded = True
        self.eval(node.value)
        self.discarded = False

    def _read_assert(self, node: ast.Assert) -> None:
        self.test(node.test)
        if node.msg is not None:
            self.eval(node.msg)

    def _read_children(self, node: ast.stmt) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.eval(child)

    def _read_return(self, node: ast.Return) -> None:
        if node.value is None:
            self.returned(NOTHING)
            return
        self.returned(self.eval(node.value))
        self.returns_true = self.returns_true or not isinstance(node.value, ast.Constant) or bool(node.value.value)

    def _read_global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.globals.update(node.names)

    def _read_nothing(self, node: ast.stmt) -> None:
        pass

    def _read_type_alias(self, node: Any) -> None:
        self.bind(node.name.id, NOTHING)

    # Code that cannot be seen

    def dynamic(self, name: str, node: ast.Call) -> Value:
        """Record a call of ``exec``, ``eval``, ``globals`` and their like, read as code where it is a constant."""
        first = node.args[0] if node.args else None
        if name in ("exec", "eval") and isinstance(first, ast.Constant) and isinstance(first.value, str):
            try:
                tree = ast.parse(first.value.strip())
            except (SyntaxError, ValueError):
                return NOTHING
            for one in ast.walk(tree):
                if hasattr(one, "lineno"):
                    one.lineno = node.lineno
            if self.code is None or name == "eval":
                if name == "eval" and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
                    return self.eval(tree.body[0].value)
                self.body(tree.body)
                return NOTHING
        if name == "compile":
            return Value(0, 0, True, None)
        if name == "__import__":
            return Value(0, 0, True, "object")
        self.everything(f"{name}() may read or make any name")
        every = 0
        for entry in self.env.values():
            every |= entry.roots
        return Value(0, every, True, None)

    _visit: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        ast.Expr: _read_expression,
        ast.Assign: Bindings.read_assign,
        ast.AnnAssign: Bindings.read_annotated,
        ast.AugAssign: Bindings.read_augmented,
        ast.Delete: Bindings.read_delete,
        ast.Import: Bindings.read_import,
        ast.ImportFrom: Bindings.read_import_from,
        ast.Assert: _read_assert,
        ast.Raise: _read_children,
        ast.Return: _read_return,
        ast.Global: _read_global,
        ast.Nonlocal: _read_global,
        ast.Pass: _read_nothing,
        ast.Break: _read_nothing,
        ast.Continue: _read_nothing,
        ast.If: Compound.read_if,
        ast.For: Compound.read_for,
        ast.AsyncFor: Compound.read_for,
        ast.While: Compound.read_while,
        ast.With: Compound.read_with,
        ast.AsyncWith: Compound.read_with,
        ast.Try: Compound.read_try,
        ast.TryStar: Compound.read_try,
        ast.Match: Compound.read_match,
        ast.FunctionDef: Definitions.read_function,
        ast.AsyncFunctionDef: Definitions.read_function,
        ast.ClassDef: Definitions.read_class,
    }
    if hasattr(ast, "TypeAlias"):  # Python 3.12 and later
        _visit[ast.TypeAlias] = _read_type_alias
