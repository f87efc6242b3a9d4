"""Statements that bind names or store to parts of objects: assignments, ``del`` and imports."""

from __future__ import annotations

import ast

from jupyter_pipeline.compiler.analysis.definitions import Definitions
from jupyter_pipeline.compiler.analysis.files import file_name
from jupyter_pipeline.compiler.analysis.heap import NOTHING, Value
from jupyter_pipeline.compiler.analysis.library_models import side_effects
from jupyter_pipeline.compiler.analysis.scope import Entry
from jupyter_pipeline.compiler.analysis.syntax import as_load, last_name
from jupyter_pipeline.compiler.analysis.values import Instance, Module

__all__ = ["Bindings"]


class Bindings(Definitions):
    """Assignments, deletions and imports."""

    def read_assign(self, node: ast.Assign) -> None:
        """Read an assignment."""
        value = self.own(self.eval(node.value))
        for target in node.targets:
            self.store_to(target, value, node.value)

    def read_annotated(self, node: ast.AnnAssign) -> None:
        """Read an annotated assignment."""
        if self.code is None:
            self.annotation(node.annotation)
        if node.value is not None:
            self.store_to(node.target, self.own(self.eval(node.value)), node.value)

    def read_augmented(self, node: ast.AugAssign) -> None:
        """Read an augmented assignment, which may change what the name stands for."""
        target = node.target
        if isinstance(target, ast.Name):
            old = self.load(target.id, target.lineno)
            value = self.eval(node.value)
            result = self.combine(old, value)
            if old.kind == "imm" and value.kind == "imm":
                self.bind(target.id, NOTHING)
                return
            self.consume(value)
            if old.kind != "imm":
                self.store.change(old.roots, self.bit)
                self.store.link(old.roots, self.hold(value) | value.inner)
            made = self.own(result)
            self.bind(
                target.id,
                Value(made.roots | old.roots, 0, False, old.kind if old.kind in ("box", "frame") else made.kind),
            )
            return
        value = self.own(self.eval(node.value))
        load = ast.copy_location(as_load(target), target)
        self.store.disturb(self.eval(load).roots, self.bit)
        self.store_to(target, value, None)

    def store_to(self, target: ast.expr, value: Value, source: ast.expr | None) -> None:
        """Record the assignment of `value` to `target`."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
            if source is not None:
                name = file_name(source, self.strings)
                if name != "*":
                    self.strings[target.id] = name
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, source)
        elif isinstance(target, ast.Starred):
            self.store_to(target.value, self.own(Value(0, self.part(value), True, "box")), None)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            base = self.eval(target.value)
            if isinstance(target, ast.Subscript):
                self.eval(target.slice)
                if isinstance(target.slice, ast.Slice):
                    self.consume(value)
            self._change_part(target, base)
            self.store.link(base.roots, value.roots)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value, source: ast.expr | None) -> None:
        if isinstance(source, ast.Tuple | ast.List) and not any(
            isinstance(e, ast.Starred) for e in (*source.elts, *target.elts)
        ):
            values = [self.own(self.eval(e)) for e in source.elts]
            for one, part, text in zip(target.elts, values, source.elts, strict=False):  # unequal: it raises
                self.store_to(one, part, text)
            return
        self.consume(value)
        element = self.element(value)
        for one in target.elts:
            self.store_to(one, self.own(element), None)

    def _change_part(self, target: ast.Attribute | ast.Subscript, base: Value) -> None:
        if isinstance(target.value, ast.Attribute) or type(base.kind) is Module:
            path = ast.unparse(target.value if isinstance(target, ast.Subscript) else target)
            of = base.kind.path if type(base.kind) is Module else path
            if f"{of}.".startswith(side_effects.PROCESS_WIDE) or path.startswith(side_effects.PROCESS_WIDE):
                self.process_wide(None)
                self.defines_names(of)
            elif type(base.kind) is Module and isinstance(target, ast.Attribute):
                self.process_wide(f"{path} is changed in a library, so it is kept")
                self.defines_names(of)
            elif type(base.kind) is Module:
                self.configure(of.partition(".")[0], base, 0)
        of_class = last_name(target.value) in ("type", "__class__")
        if of_class and self.code is not None:
            self.code.changes_class = True
        if isinstance(target.value, ast.Name) or of_class:
            self.store.change(base.roots, self.bit)
        else:
            self.store.disturb(base.roots, self.bit)
        if type(base.kind) not in (Instance, Module) and base.roots & self.store.libraries:
            self.configure_all(base)
        self.implicit(base, "write", target.attr if isinstance(target, ast.Attribute) else "")

    def read_delete(self, node: ast.Delete) -> None:
        """Read ``del``."""
        for target in node.targets:
            if isinstance(target, ast.Name):
                entry = self.env.get(target.id)
                if entry is not None:
                    self.load(target.id, target.lineno, strict=False)
                    self.implicit(Value(entry.roots, 0, False, entry.kind), "end")
                    if "weakref" in self.store.importers:
                        self.store.change(entry.roots, self.bit)
                self.unbind(target.id)
            elif isinstance(target, ast.Attribute | ast.Subscript):
                base = self.eval(target.value)
                if isinstance(target, ast.Subscript):
                    self.eval(target.slice)
                self.store.change(base.roots, self.bit)
                self.implicit(base, "delete")
            elif isinstance(target, ast.Tuple | ast.List):
                self.read_delete(ast.Delete(targets=target.elts))

    def read_import(self, node: ast.Import) -> None:
        """Read ``import``."""
        for alias in node.names:
            root = alias.name.partition(".")[0]
            name = alias.asname or root
            value = Value(self._module(root), 0, False, Module(alias.name if alias.asname else root))
            before = self.env.get(name)
            self.bind(name, value)
            if before is not None and before.kind == value.kind:
                self.env[name] = Entry(before.defs | self.bit, value.roots, value.kind)

    def read_import_from(self, node: ast.ImportFrom) -> None:
        """Read ``from ... import``."""
        module = "." * node.level + (node.module or "")
        if module == "__future__" and any(alias.name == "annotations" for alias in node.names):
            self.text_annotations |= self.bit
        root = module.partition(".")[0] or module
        for alias in node.names:
            if alias.name == "*":
                self.stars |= self.bit
                for name, entry in self.env.items():
                    if type(entry.kind) is not Module:
                        self.env[name] = Entry(entry.defs | self.bit, entry.roots, None)
            else:
                self.bind(
                    alias.asname or alias.name, Value(self._module(root), 0, False, Module(f"{module}.{alias.name}"))
                )

    def _module(self, root: str) -> int:
        """Return the object that stands for a library, the same for all its names."""
        if f"<file {root}.py>" in self.env:
            self.read_file(f"{root}.py")
        return self.store.module(root, self.number)
