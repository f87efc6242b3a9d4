"""What a call reads and changes: the part of `names` that deals with calls."""

from __future__ import annotations

import ast

from jupyter_pipeline.compiler.analysis.functions import Functions
from jupyter_pipeline.compiler.analysis.heap import NOTHING, Value
from jupyter_pipeline.compiler.analysis.library_models import known
from jupyter_pipeline.compiler.analysis.scope import FIGURE, RANDOM
from jupyter_pipeline.compiler.analysis.values import ClassCode, Code, Instance, Module

__all__ = ["Calls"]


class Calls(Functions):
    """Calls of builtins, of known libraries, of the notebook's own functions, and of anything else."""

    def call(self, node: ast.Call) -> Value:
        """Return what the call may give, and record what it reads and changes."""
        discarded, self.discarded = self.discarded, False
        awaited, self.awaited = self.awaited is node, None
        func = node.func
        if type(func) is ast.Attribute:
            receiver = self.eval(func.value)
            args, keywords = self._arguments(node)
            self.waits = awaited
            if (
                type(func.value) is ast.Name
                and func.value.id in known.TYPES
                and self.is_builtin(func.value.id)
                and args
            ):
                return self._method_of_type(node, func.attr, args, keywords, discarded)
            return self._method(node, receiver, func.attr, args, keywords, discarded)
        if type(func) is ast.Name and self.is_builtin(func.id):
            args, keywords = self._arguments(node)
            return self._builtin(node, func.id, args, keywords)
        callee = self.eval(func)
        args, keywords = self._arguments(node)
        self.waits = awaited
        return self._call_value(node, callee, args, keywords, discarded)

    def _arguments(self, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
        args = []
        for arg in node.args:
            if type(arg) is ast.GeneratorExp:
                arg.used_at_once = True  # type: ignore[attr-defined]
            args.append(self.eval(arg))
        keywords = {k.arg or "**": self.eval(k.value) for k in node.keywords}
        if any(k.arg == "inplace" and isinstance(k.value, ast.Constant) and not k.value.value for k in node.keywords):
            del keywords["inplace"]
        return args, keywords

    def _call_value(
        self, node: ast.Call, callee: Value, args: list[Value], keywords: dict[str, Value], discarded: bool
    ) -> Value:
        kind = callee.kind
        if type(kind) is Code:
            return self.call_code(kind, callee, args, keywords)
        if type(kind) is ClassCode:
            return self.instantiate(kind, callee, args, keywords)
        if type(kind) is Module:
            return self.library(node, kind.path, callee, args, keywords, discarded)
        if type(kind) is Instance and "__call__" in kind.of.methods:
            return self.call_code(kind.of.methods["__call__"], callee, [callee, *args], keywords)
        return self.unknown_call(callee, [*args, *keywords.values()], _shown(node.func))

    def _builtin(self, node: ast.Call, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        self.load(name, node.lineno)
        every = [*args, *keywords.values()]
        if name in ("vars", "dir") and not every:
            return self.dynamic(name, node)
        self.run_arguments(every, alone=name in known.IMMUTABLE_BUILTINS)
        if name in known.BUILTINS_RUN:
            for value in args:
                self.implicit(value, known.BUILTINS_RUN[name])
        if name in known.CONSUMERS:
            for value in args:
                self.consume(value)
        if name in known.IMMUTABLE_BUILTINS:
            if name == "print" and "file" in keywords:
                self.store.disturb(self.part(keywords["file"]), self.bit)
            return NOTHING
        inner = 0
        for value in every:
            inner |= self.hold(value)
        if name in known.BOX_BUILTINS:
            return Value(0, self.contents(args), True, "box")
        if name in known.ITERATOR_BUILTINS:
            return Value(inner & self.store.iterators, inner, True, "iter")
        if name in known.PASSING_BUILTINS:
            if args and all(v.kind == "imm" for v in every):
                return NOTHING
            return Value(self.store.closure(inner), 0, name == "sum", None)
        if name == "next":
            for value in args[:1]:
                self.consume(value)
            self.store.change(self.part(args[0]) & (self.store.iterators | args[0].roots) if args else 0, self.bit)
            return Value(self.store.closure(inner), 0, True, None)
        if name in ("setattr", "delattr") and args:
            self.store.change(args[0].roots, self.bit)
            self.store.link(args[0].roots, inner)
            if type(args[0].kind) is Module:
                self.process_wide(f"{_shown(node)} changes a library")
                self.defines_names(args[0].kind.path)
            elif name == "setattr":
                self.implicit(args[0], "write")
            else:
                self.implicit(args[0], "delete")
            return NOTHING
        if name == "open":
            return self.open_file(node, node.args[0] if node.args else None, node.args[1:])
        if name in ("exec", "eval", "compile", "__import__", "globals", "locals", "breakpoint"):
            return self.dynamic(name, node)
        if name == "object" or name.endswith(("Error", "Exception", "Warning", "Exit", "Interrupt", "Iteration")):
            return Value(0, inner, True, "object")
        if name == "super":
            return self.super_value()
        return Value(self.store.closure(inner), inner, True, None)

    def _method(
        self, node: ast.Call, receiver: Value, name: str, args: list[Value], keywords: dict[str, Value], discarded: bool
    ) -> Value:
        kind = receiver.kind
        if type(kind) is Module:
            return self.library(node, f"{kind.path}.{name}", receiver, args, keywords, discarded)
        if type(kind) is Code and name in ("cache_info", "cache_clear"):
            self.needs |= self.store.changes(kind.cache)
            self.store.change(kind.cache, self.bit)
            return NOTHING
        if type(kind) in (Instance, ClassCode):
            of = kind.of if type(kind) is Instance else kind
            code = of.methods.get(name)
            if code is not None:
                takes_receiver = code.receives == "class" or (code.receives == "self" and type(kind) is Instance)
                return self.call_code(code, receiver, [receiver, *args] if takes_receiver else args, keywords)
            if name not in known.PURE_METHODS or of.open:
                return self.unknown_call(receiver, [*args, *keywords.values()], f".{name}")
        every = [*args, *keywords.values()]
        self.run_arguments(every if kind in ("imm", "box") else [*every, receiver])
        if name != "copy":
            for value in every:
                self.use_up(value.roots | value.inner)
        if kind == "imm":
            self.method_files(node, name, receiver, args)
            if name == "open":
                return self.open_file(
                    node, node.func.value if isinstance(node.func, ast.Attribute) else None, node.args
                )
            if name in ("glob", "rglob", "iterdir"):
                return Value(0, 0, True, "iter")
            return NOTHING if name not in ("split", "rsplit", "splitlines", "partition") else Value(0, 0, True, "box")
        if kind == "box":
            return self._box_method(receiver, name, every)
        self.method_files(node, name, receiver, every)
        if name in known.DRAWING:
            self.touch(FIGURE)
        if name in ("query", "eval"):
            self.names_in_text(node, "@")
        if kind == "frame" or (kind is None and name in known.FRAME_METHODS):
            return self._frame_method(receiver, name, every, keywords)
        if name in known.LOGGING and not receiver.roots & ~self.store.libraries:
            self.store.disturb(self.part(receiver) & ~receiver.roots, self.bit)
            return NOTHING
        if name in known.BOX_METHODS:
            self._grow(receiver, every)
            return Value(self.part(receiver), 0, True, None)
        if name == "copy" and kind is None:
            return Value(0, self.part(receiver) & ~receiver.roots, True, None)
        if name in known.PURE_METHODS:
            return Value(self.part(receiver), 0, True, None)
        if kind in ("object", "iter"):
            self.touch(RANDOM)
            self.store.disturb(self.part(receiver), self.bit)
            inner = 0
            for value in every:
                inner |= self.hold(value)
            if name in known.DRAWING or name.startswith(("fit", "set", "add", "update", "put", "register")):
                self.store.link(receiver.roots, inner)
            if name in ("sql", "execute", "query") and "duckdb" in self.store.importers:
                self.names_in_text(node)
            if name in known.CHANGING_ARGUMENTS:
                self.store.disturb(self.store.closure(inner), self.bit)
            return Value(self.part(receiver), inner, True, "object")
        return self.unknown_call(receiver, every, f".{name}")

    def _method_of_type(
        self, node: ast.Call, name: str, args: list[Value], keywords: dict[str, Value], discarded: bool
    ) -> Value:
        """Call a method by its builtin type, as in ``list.append(xs, 1)``: what it is given first is the receiver."""
        if name in ("__setattr__", "__delattr__", "__setitem__", "__delitem__"):
            self.store.change(args[0].roots, self.bit)
            for value in args[1:]:
                self.store.link(args[0].roots, self.hold(value))
            return NOTHING
        if name in ("fromkeys", "maketrans", "from_bytes", "fromhex", "from_iterable"):
            for value in args:
                self.consume(value)
            return Value(0, self.contents(args), True, "box")
        return self._method(node, args[0], name, args[1:], keywords, discarded)

    def _box_method(self, receiver: Value, name: str, every: list[Value]) -> Value:
        if name in known.BOX_METHODS:
            for value in every:
                self.consume(value)
            self._grow(receiver, every)
            return self.element(receiver) if name in ("pop", "popleft", "popitem", "setdefault") else NOTHING
        if name == "copy":
            return Value(0, self.part(receiver) & ~receiver.roots, True, "box")
        if name in ("count", "index", "issubset", "issuperset", "isdisjoint", "total"):
            return NOTHING
        if name in ("get", "__getitem__"):
            return Value(self.element(receiver).roots, 0, bool(every[1:]), None)
        inner = self.part(receiver)
        for value in every:
            inner |= self.hold(value)
        return Value(receiver.roots if name in ("keys", "values", "items") else 0, inner, True, "box")

    def _grow(self, receiver: Value, every: list[Value]) -> None:
        self.store.change(receiver.roots, self.bit)
        for value in every:
            self.store.link(receiver.roots, self.hold(value) | value.inner)

    def _frame_method(self, receiver: Value, name: str, every: list[Value], keywords: dict[str, Value]) -> Value:
        changing = name in known.FRAME_CHANGING or "out" in keywords or "inplace" in keywords
        changing = changing or ("**" in keywords and name in known.INPLACE_METHODS)
        if changing:
            self.store.change(receiver.roots or self.part(receiver), self.bit)
            for value in every:
                self.store.link(receiver.roots, self.hold(value))
            if "out" in keywords:
                self.store.disturb(self.part(keywords["out"]), self.bit)
        if name.startswith("to_") and name not in ("to_numpy", "to_frame", "to_list", "to_dict"):
            for value in every:
                if value.kind not in ("imm", "box", "frame"):
                    self.store.disturb(self.part(value), self.bit)
        if name == "sample" or (receiver.roots and self.store.code_mask and name in ("apply", "map", "pipe", "agg")):
            self.touch(RANDOM)
        if name in known.VIEWING_METHODS:
            inner = 0
            for value in every:
                inner |= self.part(value) if value.kind is not None or value.roots else 0
            return Value(self.part(receiver), inner, True, "frame")
        return Value(0, 0, True, "frame")


def _shown(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:39] + "…"
