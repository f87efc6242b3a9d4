"""What a call of a function or class of the notebook reads and changes: the part of `names` that applies summaries."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.heap import NOTHING, Value
from jupyter_pipeline.compiler.analysis.libraries import Libraries
from jupyter_pipeline.compiler.analysis.values import ClassCode, Code, Instance

__all__ = ["Functions"]


class Functions(Libraries):
    """Calls of functions and classes that the notebook defines, on what they are given."""

    def instantiate(self, of: ClassCode, callee: Value, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Return the instance that calling a class of the notebook makes, and record what its methods change."""
        inner = callee.roots
        for value in (*args, *keywords.values()):
            inner |= self.hold(value)
        made = self.store.new(inner, self.number)
        self_value = Value(made, 0, False, Instance(of))
        if "__new__" in of.methods:
            given = self.call_code(of.methods["__new__"], callee, [callee, *args], keywords)
            self_value = Value(made | given.roots | given.inner, 0, False, Instance(of))
        for name in ("__init__", "__post_init__"):
            if name in of.methods:
                self.call_code(of.methods[name], callee, [self_value, *args], keywords)
        if of.open:
            self.store.link(made, self.store.closure(inner))
        return self_value

    def call_code(self, code: Code, callee: Value, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Return what calling a function of the notebook may give, and record what it changes."""
        self.run(code)
        self.run_arguments([*args, *keywords.values()], alone=True)
        bound, extra = self._match_parameters(code, args, keywords)
        given = extra
        for roots in bound.values():
            given |= roots
        if not self.holds(code):
            self.store.disturb(self.store.closure(given), self.bit)
        changed = returned = 0
        for name, parameters in code.keeps.items():
            kept = extra
            for parameter in parameters:
                kept |= bound.get(parameter, callee.roots)
            self.store.link(self.roots_of(name), kept)
        for name in code.consumes:
            self.use_up(bound.get(name, 0))
        for name, roots in bound.items():
            if name in code.changes:
                changed |= roots
            if name in code.returned:
                returned |= roots
        if code.changes_class:
            reach = self.store.closure(callee.roots | bound.get(next(iter(code.parameters), ""), 0))
            self.store.change(reach & self.store.definitions, self.bit)
        self.store.change(code.cache, self.bit)
        if changed:
            self.store.disturb(self.store.closure(changed), self.bit)
            self.store.link(changed, given)
        if any(name in code.changes for name in code.parameters if name not in bound):
            self.store.change(callee.roots, self.bit)
        for name in code.returned:
            if name not in bound:
                returned |= self.roots_of(name)
                if name in code.parameters:
                    returned |= callee.roots
        inner = callee.roots if code.makes_code else 0
        if (code.kind == "iter" or code.waits) and (code.free or bound):
            inner |= callee.roots | given
        if code.waits and not self.waits:
            return Value(self.store.new(inner | returned, self.number, "iter"), 0, False, "iter")
        if not code.fresh and not returned:
            return NOTHING if code.kind == "imm" else Value(0, inner, True, code.kind)
        return Value(self.store.closure(returned), inner | returned, code.fresh or bool(inner), code.kind)

    def _match_parameters(
        self, code: Code, args: list[Value], keywords: dict[str, Value]
    ) -> tuple[dict[str, int], int]:
        """Return the objects that each parameter is given, and those of which the parameter cannot be told."""
        bound: dict[str, int] = {}
        extra = 0
        held = [self.hold(v) for v in args]
        for position, roots in enumerate(held):
            if position < len(code.parameters) and "**" not in keywords:
                bound[code.parameters[position]] = roots
            else:
                extra |= roots
        for name, value in keywords.items():
            roots = self.hold(value)
            if name in code.parameters:
                bound[name] = bound.get(name, 0) | roots
            else:
                extra |= roots
        if extra and code.collects:
            for name in code.collects:
                bound[name] = extra
        elif extra:
            for name in code.parameters:
                bound[name] = bound.get(name, 0) | extra
        return bound, extra
