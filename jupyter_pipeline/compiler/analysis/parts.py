"""What can be taken out of a value, and what holds it once it is put into another: the part of `names` on values."""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.heap import NOTHING, Value
from jupyter_pipeline.compiler.analysis.scope import joined
from jupyter_pipeline.compiler.analysis.values import Instance

__all__ = ["Parts"]


class Parts(Effects):
    """Parts of values: elements, contents, containers."""

    def part(self, value: Value) -> int:
        """Return the objects of which an attribute or element of `value` may be one."""
        return self.store.closure(value.roots | value.inner)

    def element(self, value: Value) -> Value:
        """Return what iterating over `value` or indexing it may give."""
        kind = value.kind
        if kind == "imm":
            return NOTHING
        if kind == "frame":
            return Value(self.part(value), 0, True, "frame")
        if kind == "box":
            reach = self.part(value)
            if not reach & ~value.roots:
                return NOTHING
            return Value(reach, 0, False, None)
        return Value(self.part(value), 0, True, "object" if kind == "object" else None)

    def hold(self, value: Value) -> int:
        """Return the objects that a container of `value` holds, making one for it if it is new."""
        if value.kind == "imm":
            return 0
        if value.fresh:
            return value.roots | self.store.new(value.inner, self.number, value.kind)
        return value.roots

    def own(self, value: Value) -> Value:
        """Return `value` with an object of its own where it is new."""
        if not value.fresh:
            return value
        kind = value.kind
        return Value(value.roots | self.store.new(value.inner, self.number, kind), 0, False, kind)

    def union(self, values: Iterable[Value]) -> Value:
        """Return any of `values`."""
        roots = inner = 0
        fresh = False
        kinds = []
        for value in values:
            roots |= value.roots
            inner |= value.inner
            fresh = fresh or value.fresh
            kinds.append(value.kind)
        return Value(roots, inner, fresh, joined(kinds))

    def contents(self, args: list[Value]) -> int:
        """Return what a new container made of the contents of `args` holds."""
        inner = 0
        for value in args:
            inner |= self.part(value) if value.roots or value.inner else 0
        return inner

    def consume(self, value: Value) -> None:
        """Record that iterating over `value` may use it up."""
        self.use_up(value.roots | value.inner)
        self.implicit(value, "iterate")
        if type(value.kind) is Instance or (value.kind is None and not value.fresh and value.roots):
            codes = self.store.codes(self.part(value))
            if codes:
                self.store.change(value.roots, self.bit)
                for code in codes:
                    self.run(code)
