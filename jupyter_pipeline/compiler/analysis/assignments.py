"""Assignments, deletions and stores to parts of objects."""

from __future__ import annotations

import ast

from jupyter_pipeline.compiler.analysis.expressions import Evaluator
from jupyter_pipeline.compiler.analysis.library_models.registry import is_process_state
from jupyter_pipeline.compiler.analysis.locations import RANDOM_STATE
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.syntax import as_load, is_cell, last_name
from jupyter_pipeline.compiler.analysis.values import (
    CONTAINER,
    IMMUTABLE,
    TABLE,
    Imported,
    Instance,
    LibraryInstance,
    Value,
)

__all__ = ["Assignments"]


class Assignments:
    """Assign values to targets.

    An assignment to a name is a strong update of its binding; a store to an attribute or element is a weak update of
    all objects that the base may be.
    """

    def __init__(self, state: State, evaluator: Evaluator) -> None:
        self.state = state
        self.heap = state.heap
        self.evaluator = evaluator
        self.functions = evaluator.functions
        self.effects = evaluator.effects

    def assign(self, target: ast.expr, value: Value, source: ast.expr | None) -> None:
        """Record the assignment of `value` to `target`.

        Parameters
        ----------
        target : ast.expr
            Name, attribute, element, or a pattern of them.
        value : Value
            The value, with an object allocated if it is new.
        source : ast.expr or None
            Expression of the value, if the whole of it is assigned.
        """
        if isinstance(target, ast.Name):
            if self.heap.with_finalizers:
                self._end(target.id)
            self.state.bind(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, source)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, self.heap.own(Value(0, self.heap.part(value), True, CONTAINER)), None)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            base = self.evaluator.visit(target.value)
            if isinstance(target, ast.Subscript):
                self.evaluator.visit_index(target.slice, base)
                if isinstance(target.slice, ast.Slice):
                    self.functions.iterate(value)
            self._store_part(target, base)
            self.heap.link(base.objects, value.objects)

    def assign_augmented(self, node: ast.AugAssign) -> None:
        """Record an augmented assignment, which may change the object of the name."""
        target, heap = node.target, self.heap
        if not isinstance(target, ast.Name):
            value = heap.own(self.evaluator.visit(node.value))
            load = ast.copy_location(as_load(target), target)
            write = heap.write_elements if is_cell(load) and value.kind is not IMMUTABLE else heap.write_data
            write(self.evaluator.visit(load).objects)
            self.assign(target, value, None)
            return
        former = self.state.load(target.id, target.lineno)
        value = self.evaluator.visit(node.value)
        result = self.evaluator.combine(former, value, node.op)
        if former.kind is IMMUTABLE and value.kind is IMMUTABLE:
            self.state.bind(target.id, result)
            return
        self.functions.iterate(value)
        if former.kind is not IMMUTABLE:
            heap.write_value(former)
            heap.link(former.objects, heap.hold(value) | value.contents)
        made = heap.own(result)
        kind = former.type if former.kind is CONTAINER or former.kind is TABLE else made.type
        self.state.bind(target.id, Value(made.objects | former.objects, 0, False, kind))

    def delete(self, targets: list[ast.expr]) -> None:
        """Record ``del``."""
        for target in targets:
            if isinstance(target, ast.Name):
                self._delete_name(target)
            elif isinstance(target, ast.Attribute | ast.Subscript):
                base = self.evaluator.visit(target.value)
                if isinstance(target, ast.Subscript):
                    self.evaluator.visit_index(target.slice, base)
                if is_cell(target.value):
                    self.heap.write_elements(base.objects)
                else:
                    self.heap.write_value(base)
                if type(base.type) is Imported:
                    self._store_in_library(target, base)
                self.functions.run_protocol(base, "delete")
            elif isinstance(target, ast.Tuple | ast.List):
                self.delete(target.elts)

    def _end(self, name: str) -> None:
        """Run the finalizers of the instances that a name holds, before it is bound again."""
        former = self.state.bindings.get(name)
        if former is not None and self.heap.reachable(former.objects) & self.heap.with_finalizers:
            self.state.load(name, 0, strict=False)
            self.functions.run_protocol(Value(former.objects, 0, False, former.type), "end")

    def _delete_name(self, target: ast.Name) -> None:
        binding = self.state.bindings.get(target.id)
        if binding is not None:
            self.state.load(target.id, target.lineno, strict=False)
            self.functions.run_protocol(Value(binding.objects, 0, False, binding.type), "end")
            if "weakref" in self.heap.importers:
                self.heap.write(binding.objects)
        self.state.unbind(target.id)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value, source: ast.expr | None) -> None:
        if isinstance(source, ast.Tuple | ast.List) and not any(
            isinstance(e, ast.Starred) for e in (*source.elts, *target.elts)
        ):
            values = [self.heap.own(self.evaluator.visit(e)) for e in source.elts]
            for one, part, text in zip(target.elts, values, source.elts, strict=False):  # unequal: it raises
                self.assign(one, part, text)
            return
        self.functions.iterate(value)
        if type(value.type) is LibraryInstance and len(value.type.elements) == len(target.elts):
            for one, type_ in zip(target.elts, value.type.elements, strict=True):
                self.assign(one, self.heap.own(Value(self.heap.part(value), 0, True, type_)), None)
            return
        element = self.heap.element(value)
        for one in target.elts:
            self.assign(one, self.heap.own(element), None)

    def _store_part(self, target: ast.Attribute | ast.Subscript, base: Value) -> None:
        """Record a store to an attribute or element of `base`."""
        if isinstance(target.value, ast.Attribute) or type(base.type) is Imported:
            self._store_in_library(target, base)
        of_class = last_name(target.value) in ("type", "__class__")
        if of_class and self.state.summary is not None:
            self.state.summary.mutates_class = True
        if isinstance(target.value, ast.Name) or of_class:
            self.heap.write_value(base)
        elif is_cell(target.value):
            self.heap.write_elements(base.objects)
        else:
            self.heap.write_data(base.objects)
        if type(base.type) not in (Instance, Imported) and base.objects & self.heap.libraries:
            self.effects.configure_all(base.objects)
        self.functions.run_protocol(base, "write", target.attr if isinstance(target, ast.Attribute) else "")

    def _store_in_library(self, target: ast.Attribute | ast.Subscript, base: Value) -> None:
        """Record a store that may change state of the process or of a library."""
        text = ast.unparse(target.value if isinstance(target, ast.Subscript) else target)
        module = base.type.path if type(base.type) is Imported else text
        if is_process_state(f"{module}.") or is_process_state(text):
            self.effects.change_process()
            self.effects.define_unseen_names(module)
        elif type(base.type) is Imported and isinstance(target, ast.Attribute):
            self.effects.change_process(text)
            self.effects.define_unseen_names(module)
            if target.attr == "random_state":  # as of the distribution ``scipy.stats.norm``
                self.effects.touch(RANDOM_STATE, create=True)
        elif type(base.type) is Imported:
            self.effects.configure(module.partition(".")[0], base.objects, 0)
