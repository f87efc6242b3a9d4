"""Names and what they stand for while a program is read from top to bottom, one scope at a time.

The module scope holds the notebook's names; a function body is read once, in a scope of its own whose parameters and
outside names are stand-ins, and gives a summary (`kinds.Code`) that is applied at each call.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from jupyter_pipeline.compiler.analysis.heap import Store, Value
from jupyter_pipeline.compiler.analysis.library_models.known import LIBRARIES
from jupyter_pipeline.compiler.analysis.values import Code, Module

__all__ = ["BUILTINS", "DELETED", "FIGURE", "RANDOM", "Entry", "Missing", "Scope", "joined"]

BUILTINS = frozenset(dir(builtins)) | {"__name__", "__doc__", "__builtins__", "display", "__not_python__"}
RANDOM = "<random numbers>"
FIGURE = "<figure>"

DELETED = "deleted"


class Entry(NamedTuple):
    """What a name stands for."""

    defs: int
    """Bits of the statements that may have bound it."""
    roots: int
    kind: Any


class Missing(NamedTuple):
    """A name that nothing defines, where it is needed."""

    statement: int
    name: str
    cell: int
    line: int
    deleted: bool


def joined(kinds: Sequence[Any]) -> Any:
    """Return what is known of a value that has one of several kinds.

    Alternatives to a library (``try: import ujson as json``) are taken to behave like it.
    """
    first = kinds[0]
    if all(k == first for k in kinds):
        return first
    modules = [k for k in kinds if type(k) is Module]
    if modules and all(type(k) is Module or k == "imm" for k in kinds):
        return next((m for m in modules if m.path.partition(".")[0] in LIBRARIES), modules[0])
    return None


class Scope:
    """The names of one scope, and the record of the statement that is being read."""

    def __init__(self, store: Store, parent: Scope | None = None) -> None:
        self.store = store
        self.parent = parent
        self.env: dict[str, Entry] = {}
        self.locals: set[str] = set()
        """Names that a function binds somewhere; empty for a module."""
        self.globals: set[str] = set()
        self.code: Code | None = None
        """The summary that a function scope writes."""
        self.placeholders: dict[str, int] = {}
        self.strings: dict[str, str] = {}
        """Last parts of the paths that names hold, for `files`."""
        self.stars = 0
        self.apart: Collection[int] = ()
        """Cells whose files are taken to be there."""
        self.apart_files: dict[str, int] = {}
        """Files that these write, with the cell."""
        self.number: int = parent.number if parent else 0
        self.cell: int = parent.cell if parent else 0
        self.bit: int = parent.bit if parent else 1
        self.needs = 0
        self.reached = 0
        self.written = 0
        self.read: dict[str, int] = {}
        """Names that the statement needs, with the statements from which their values come."""
        self.versions: dict[str, int] = {}
        self.borrowed: dict[tuple[str, int], int] = {}
        self.lent: dict[str, set[int]] = {}
        self.lender = -1
        """Number of the statement that made the function whose names are read; -1 for the statement's own."""
        self.bound: set[str] = set()
        self.notes: list[str] = []
        self.missing: list[Missing] = []
        self.always = 0
        self.discarded = False
        """Whether nobody takes the value of the call that is read next."""
        self.awaited: ast.expr | None = None
        """The expression that is awaited at once."""
        self.waits = False
        """Whether the result of the call that is being made is awaited at once."""
        self.soft = 0
        """Above zero where a missing name is not an error: inside ``try`` with a handler for it."""
        self.log: list[dict[str, Entry | None]] = []
        self.running: set[int] = set()
        self.nested: list[tuple[int, Code]] = []
        """Functions made inside this one, with their objects."""

    # Reading

    def is_builtin(self, name: str) -> bool:
        """Whether `name` means the builtin here."""
        entry = self.env.get(name)
        if entry is not None:
            return entry.kind == DELETED and name in BUILTINS
        if name in self.locals or name not in BUILTINS:
            return False
        return self.parent is None or self.parent.is_builtin(name)

    def load(self, name: str, line: int, *, strict: bool = True) -> Value:
        """Return what `name` stands for, and record that the statement needs it."""
        entry = self.env.get(name)
        if entry is not None and entry.kind is not DELETED:
            roots = entry.roots
            needs = entry.defs
            if roots:
                store = self.store
                reach = store.closure(roots)
                self.reached |= reach
                if reach & store.changed:
                    needs |= store.changes(reach)
                if reach & store.code_mask:
                    self._load_deferred(store.codes(reach))
            self.needs |= needs
            self.read[name] = self.read.get(name, 0) | needs
            if self.lender < 0:
                self.versions[name] = self.versions.get(name, 0) | entry.defs
            else:
                key = (name, self.lender)
                self.borrowed[key] = self.borrowed.get(key, 0) | entry.defs
            return Value(roots, 0, False, entry.kind)
        if self.code is not None:
            return self._load_outside(name, line)
        if entry is not None:
            self.needs |= entry.defs
        self.read.setdefault(name, 0)
        if name in BUILTINS or self.stars:
            self.needs |= self.stars
        elif strict and not self.soft and name[0] != "<":
            self.missing.append(Missing(self.number, name, self.cell, line, entry is not None))
        return Value(0, 0, False, None)

    def _load_outside(self, name: str, line: int) -> Value:
        """Read a name of an enclosing scope from inside a function."""
        assert self.code is not None
        if name in self.locals and name not in self.globals:
            return Value(0, 0, True, None)
        if self.is_builtin(name):
            self.code.free.setdefault(name, line)
            return Value(0, 0, False, None)
        roots = self.placeholders.get(name)
        if roots is None:
            contents = self.store.new(0, self.number)
            roots = self.placeholders[name] = self.store.new(contents, self.number)
            self.code.free[name] = 0 if self.soft else line
        kind = self.outer_kind(name)
        if kind is not None:
            self.code.assumed[name] = kind
        return Value(roots, 0, False, kind)

    def outer_kind(self, name: str) -> Any:
        """Return what is known of `name` outside of this function."""
        scope = self.parent
        while scope is not None:
            entry = scope.env.get(name)
            if entry is not None:
                return None if entry.kind is DELETED else entry.kind
            scope = scope.parent
        return None

    def roots_of(self, name: str) -> int:
        """Return the objects that `name` stands for, without recording anything."""
        entry = self.env.get(name)
        return entry.roots if entry is not None else self.placeholders.get(name, 0)

    def _load_deferred(self, codes: list[Code]) -> None:
        lender = self.lender
        for code in codes:
            if id(code) not in self.running:
                self.running.add(id(code))
                for name, line in code.free.items():
                    self.lender = code.statement
                    self.load(name, line, strict=False)
                self.running.discard(id(code))
        self.lender = lender

    # Binding

    def bind(self, name: str, value: Value) -> None:
        """Record that the statement binds `name`."""
        if self.code is not None and (name in self.globals):
            self.code.assigns.add(name)
            self.env[name] = Entry(self.bit, value.roots, value.kind)
            return
        if self.log and name not in self.log[-1]:
            self.log[-1][name] = self.env.get(name)
        self.env[name] = Entry(self.bit, value.roots, value.kind)
        self.bound.add(name)
        self.strings.pop(name, None)

    def bind_may(self, name: str, value: Value) -> None:
        """Record that the statement may bind `name`, or leave it as it is."""
        entry = self.env.get(name)
        if entry is None:
            self.bind(name, value)
        else:
            if self.log and name not in self.log[-1]:
                self.log[-1][name] = entry
            kind = value.kind if value.kind == entry.kind else None
            self.env[name] = Entry(entry.defs | self.bit, entry.roots | value.roots, kind)
            self.bound.add(name)
            self.strings.pop(name, None)
        if self.code is not None and name not in self.locals:
            self.code.assigns.add(name)

    def unbind(self, name: str) -> None:
        """Record ``del name``."""
        if self.log and name not in self.log[-1]:
            self.log[-1][name] = self.env.get(name)
        self.env[name] = Entry(self.bit, 0, DELETED)
        self.bound.add(name)

    def branches(self, *paths: Callable[[], object], otherwise: bool) -> None:
        """Read alternative paths, and join what they bind.

        Parameters
        ----------
        *paths : callable
            Each reads one path.
        otherwise : bool
            Whether none of them may be taken.
        """
        ends: list[dict[str, Entry | None]] = []
        starts: dict[str, Entry | None] = {}
        for path in paths:
            self.log.append({})
            path()
            before = self.log.pop()
            ends.append({name: self.env.get(name) for name in before})
            for name, entry in before.items():
                starts.setdefault(name, entry)
                self._restore(name, entry)
        for name, start in starts.items():
            if self.log and name not in self.log[-1]:
                self.log[-1][name] = start
            found = [end.get(name, start) for end in ends] + ([start] if otherwise else [])
            entries = [e for e in found if e is not None]
            if not entries:
                continue
            defs = roots = 0
            for entry in entries:
                defs |= entry.defs
                roots |= entry.roots
            self.strings.pop(name, None)
            live = [e for e in entries if e.kind is not DELETED]
            kinds = [e.kind for e in live] or [DELETED]
            self.env[name] = Entry(defs, roots, joined(kinds))

    def _restore(self, name: str, entry: Entry | None) -> None:
        if entry is None:
            self.env.pop(name, None)
        else:
            self.env[name] = entry

    def restore(self, hidden: dict[str, Entry | None]) -> None:
        """Give names back what they stood for before `bind_hidden`."""
        for name, entry in hidden.items():
            self._restore(name, entry)
