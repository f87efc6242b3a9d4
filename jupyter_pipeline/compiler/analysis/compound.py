"""Statements that hold statements: each path is read by itself, and what the paths bind is joined."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from jupyter_pipeline.compiler.analysis.bindings import Bindings
from jupyter_pipeline.compiler.analysis.heap import Value
from jupyter_pipeline.compiler.analysis.syntax import catches_name_error, last_name, leaves
from jupyter_pipeline.compiler.analysis.values import Instance

__all__ = ["Compound"]


class Compound(Bindings):
    """Branches, loops, ``with``, ``try`` and ``match``."""

    def read_if(self, node: ast.If) -> None:
        """Read an ``if`` statement with all its ``elif``, which the tree nests in one another."""
        self.test(node.test)
        bodies = [node.body]
        while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            node = node.orelse[0]
            self.branches(partial(self.test, node.test), otherwise=True)
            bodies.append(node.body)
        self.branches(*(partial(self.body, b) for b in (*bodies, node.orelse)), otherwise=False)

    def read_for(self, node: ast.For | ast.AsyncFor) -> None:
        """Read a ``for`` statement."""
        source = self.eval(node.iter)
        self.consume(source)
        element = self.own(self.element(source))

        def once() -> None:
            self.store_to(node.target, element, None)
            self.body(node.body)

        self._loop(once)
        self.branches(lambda: self.body(node.orelse), otherwise=True)

    def read_while(self, node: ast.While) -> None:
        """Read a ``while`` statement."""
        self.test(node.test)

        def once() -> None:
            self.body(node.body)
            self.test(node.test)

        self._loop(once)
        self.branches(lambda: self.body(node.orelse), otherwise=True)

    def _loop(self, once: Callable[[], None]) -> None:
        """Read a loop's body; twice for the outermost, so that what one round leaves is seen by the next."""
        self.branches(once, otherwise=True)
        if not self.in_loop:
            self.in_loop = True
            self.branches(once, otherwise=True)
            self.in_loop = False

    def read_with(self, node: ast.With | ast.AsyncWith) -> None:
        """Read a ``with`` statement."""
        swallows = False
        for item in node.items:
            value = self.own(self.eval(item.context_expr))
            if value.kind != "imm":
                self.store.change(value.roots, self.bit)
            manager = value
            if type(manager.kind) is Instance:
                methods = manager.kind.of.methods
                if "__exit__" in methods:
                    self.call_code(methods["__exit__"], manager, [manager], {})
                if "__enter__" in methods:
                    value = self.own(self.call_code(methods["__enter__"], manager, [manager], {}))
            self.implicit(manager, "enter")
            self.use_up(manager.roots)
            swallows = swallows or self._swallows(item.context_expr, manager)
            if item.optional_vars is not None:
                self.store_to(item.optional_vars, value, None)
        if swallows:
            self.branches(lambda: self.body(node.body), otherwise=True)
        else:
            self.body(node.body)

    def _swallows(self, node: ast.expr, manager: Value) -> bool:
        """Whether a context manager may end the block's exception, so that the block may end anywhere."""
        if type(manager.kind) is Instance:
            exit_ = manager.kind.of.methods.get("__exit__") or manager.kind.of.methods.get("__aexit__")
            return exit_ is None or exit_.swallows
        if isinstance(node, ast.Call) and last_name(node.func) in ("suppress", "ExitStack", "AsyncExitStack", "raises"):
            return True
        return any(code.swallows for code in self.store.codes(self.part(manager)))

    def read_try(self, node: ast.Try) -> None:
        """Read a ``try`` statement."""
        soft = any(catches_name_error(h) for h in node.handlers)
        self.soft += soft
        self.catches = self.catches or bool(node.handlers)

        def smoothly() -> None:
            self.body(node.body)
            self.body(node.orelse)

        def handled(handler: ast.ExceptHandler) -> Callable[[], None]:
            def path() -> None:
                self.branches(lambda: self.body(node.body), otherwise=True)
                if handler.type is not None:
                    self.eval(handler.type)
                if handler.name:
                    self.bind(handler.name, Value(0, 0, False, None))
                self.body(handler.body)

            return path

        paths = [handled(h) for h in node.handlers if not leaves(h.body)]
        for handler in node.handlers:
            if leaves(handler.body):
                self.branches(handled(handler), otherwise=True)
        self.branches(smoothly, *paths, otherwise=False)
        self.soft -= soft
        self.body(node.finalbody)

    def read_match(self, node: ast.Match) -> None:
        """Read a ``match`` statement."""
        subject = self.eval(node.subject)
        self.consume(subject)

        def case(one: ast.match_case) -> Callable[[], None]:
            def path() -> None:
                for pattern in ast.walk(one.pattern):
                    name = getattr(pattern, "rest" if isinstance(pattern, ast.MatchMapping) else "name", None)
                    if isinstance(pattern, ast.expr):
                        self.eval(pattern)
                    elif isinstance(name, str):
                        self.bind(name, self.own(self.union([subject, self.element(subject)])))
                if one.guard is not None:
                    self.eval(one.guard)
                self.body(one.body)

            return path

        self.branches(*(case(c) for c in node.cases), otherwise=True)
