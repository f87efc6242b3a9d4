"""What each statement binds, reads and changes, and so which earlier statements it needs.

1. The statements are read once, from top to bottom, on abstract objects (`store`): an assignment makes a name stand for
   objects, a call or a store to an attribute or element changes them, and whatever reaches an object sees its changes.
2. Functions and classes are read in a scope of their own and give a summary; its effects happen where it is
   called, with the names as they are by then.
3. The paths of ``if``, ``try``, ``match`` and loops are read one by one and joined.
4. Where a call cannot be known it may change and keep whatever it is given (`knowledge`).

A statement then needs those that bound the names it reads, and those that changed the objects these reach.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from jupyter_pipeline.promotion import knowledge as known
from jupyter_pipeline.promotion.compound import Compound
from jupyter_pipeline.promotion.definitions import Definitions
from jupyter_pipeline.promotion.files import file_name
from jupyter_pipeline.promotion.kinds import Instance, Module
from jupyter_pipeline.promotion.scope import BUILTINS, DELETED, Entry
from jupyter_pipeline.promotion.statements import Statement
from jupyter_pipeline.promotion.store import NOTHING, Value
from jupyter_pipeline.promotion.syntax import as_load, last_name

__all__ = ["BUILTINS", "Reading"]


class Reading(Compound):
    """Reading of statements, in a module or in a function."""

    def statement(self, s: Statement) -> None:
        """Read one top-level statement and fill in its record."""
        self.number, self.cell, self.bit = s.number, s.cell, 1 << s.number
        self.needs = self.reached = self.written = 0
        self.read, self.bound, self.notes = {}, s.bound, s.notes
        self.versions, self.borrowed, self.lent = s.versions, s.borrowed, s.lent
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
        self.borrowed = s.borrowed if last else {}
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

    def _read_assign(self, node: ast.Assign) -> None:
        value = self.own(self.eval(node.value))
        for target in node.targets:
            self.store_to(target, value, node.value)

    def _read_annotated(self, node: ast.AnnAssign) -> None:
        if self.code is None:
            self.annotation(node.annotation)
        if node.value is not None:
            self.store_to(node.target, self.own(self.eval(node.value)), node.value)

    def _read_augmented(self, node: ast.AugAssign) -> None:
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
            if f"{of}.".startswith(known.PROCESS_WIDE) or path.startswith(known.PROCESS_WIDE):
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

    def _read_delete(self, node: ast.Delete) -> None:
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
                self._read_delete(ast.Delete(targets=target.elts))

    def _read_import(self, node: ast.Import) -> None:
        for alias in node.names:
            root = alias.name.partition(".")[0]
            name = alias.asname or root
            value = Value(self._module(root), 0, False, Module(alias.name if alias.asname else root))
            before = self.env.get(name)
            self.bind(name, value)
            if before is not None and before.kind == value.kind:
                self.env[name] = Entry(before.defs | self.bit, value.roots, value.kind)

    def _read_import_from(self, node: ast.ImportFrom) -> None:
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
        ast.Assign: _read_assign,
        ast.AnnAssign: _read_annotated,
        ast.AugAssign: _read_augmented,
        ast.Delete: _read_delete,
        ast.Import: _read_import,
        ast.ImportFrom: _read_import_from,
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
