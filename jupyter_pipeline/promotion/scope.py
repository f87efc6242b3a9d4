"""Names and what they stand for while a program is read from top to bottom, one scope at a time.

The module scope holds the notebook's names; a function body is read once, in a scope of its own whose parameters and
outside names are stand-ins, and gives a summary (`knowledge.Code`) that is applied at each call.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from jupyter_pipeline.promotion.knowledge import LIBRARIES, Code, Module
from jupyter_pipeline.promotion.store import Store, Value

__all__ = ["BUILTINS", "DELETED", "FIGURE", "RANDOM", "Entry", "Missing", "Scope", "joined"]

BUILTINS = frozenset(dir(builtins)) | {"__name__", "__doc__", "__builtins__", "display", "__not_python__"}
RANDOM = "<random numbers>"
FIGURE = "<figure>"

DELETED = "deleted"
_ANY_FILE = "<file *>"


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
        self.strings: dict[str, str] = parent.strings if parent else {}
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
        self.inplace = True
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

    # Running functions

    def run(self, code: Code) -> None:
        """Record that the statement calls a function of the notebook: what it reads and changes outside."""
        key = -id(code)
        if key in self.running:
            return
        self.running.add(key)
        lender = self.lender
        for name, line in code.free.items():
            if name[0] == "<":
                self._run_resource(code, name)
                continue
            before = len(self.missing)
            self.lender = code.statement
            value = self.load(name, line, strict=line > 0 and name not in code.assigns)
            self.lender = lender
            for index in range(before, len(self.missing)):
                self.missing[index] = self.missing[index]._replace(cell=code.cell)
            reach = self.store.closure(value.roots)
            if name in code.changes and reach:
                self.store.change(value.roots, self.bit)
                self.store.disturb(reach, self.bit)
            if reach & self.store.code_mask:
                for inner in self.store.codes(reach):
                    self.run(inner)
        for name in code.assigns:
            self.lent.setdefault(name, set()).add(code.statement)
            before_entry = self.env.get(name)
            roots = self.store.new(0, self.number)
            for other in code.free:
                roots |= self.roots_of(other)
            if before_entry is not None:
                roots |= before_entry.roots
            self._bind_may(name, Value(self.store.closure(roots), 0, False, None))
        if code.dynamic:
            self.everything("the code that it calls makes names that cannot be seen")
        self.running.discard(key)

    def _run_resource(self, code: Code, name: str) -> None:
        if name.startswith("<file "):
            self.read_file(name[6:-1])
            if name in code.changes:
                self.write_file(name[6:-1])
        elif name == "<process>":
            self.process_wide(None)
        else:
            self.touch(name, create=name in code.assumed)

    def holds(self, code: Code) -> bool:
        """Whether what the summary of `code` took for granted is true here."""
        for name, kind in code.assumed.items():
            if name[0] == "<":
                continue
            entry = self.env.get(name)
            present = entry.kind if entry is not None else self.outer_kind(name)
            if present != kind:
                return False
        return True

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

    def _bind_may(self, name: str, value: Value) -> None:
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

    def branches(self, *paths: Callable[[], None], otherwise: bool) -> None:
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

    # What is not a name: files, the random state, the process

    def touch(self, name: str, *, create: bool = False) -> int:
        """Record that the statement uses and changes the resource `name`; return its object."""
        if self.code is not None:
            if name not in self.code.free:
                self.code.free[name] = 0
            if create:
                self.code.assumed[name] = True
            return 0
        entry = self.env.get(name)
        if entry is None:
            if not create and name != FIGURE:
                return 0
            roots = self.store.new(0, self.number)
            entry = self.env[name] = Entry(0, roots, None)
        else:
            self.needs |= self.store.changes(entry.roots)
        self.store.change(entry.roots, self.bit)
        return entry.roots

    def read_file(self, name: str) -> int:
        """Record that the statement reads a file; return its object."""
        key = f"<file {name}>"
        if self.code is not None:
            self.code.free.setdefault(key, 0)
            return 0
        if name == "*":
            wanted = [n for n in self.env if n.startswith("<file ")]
        else:
            wanted = [n for n in (key, _ANY_FILE) if n in self.env]
        roots = 0
        for found in wanted:
            roots |= self.env[found].roots
        self.needs |= self.store.changes(roots)
        self.reached |= roots
        cells = {cell for file, cell in self.apart_files.items() if name == file or "*" in (name, file)}
        if cells and self.cell not in self.apart:
            self.uncertain(f"it may read files that another pipeline writes (cell {min(cells)}); they must be there")
        return roots

    def write_file(self, name: str) -> int:
        """Record that the statement writes a file; return its object."""
        key = f"<file {name}>"
        if self.code is not None:
            self.code.free.setdefault(key, 0)
            self.code.changes.add(key)
            return 0
        if self.cell in self.apart:
            self.apart_files.setdefault(name, self.cell)
            return 0
        entry = self.env.get(key)
        if entry is None:
            entry = self.env[key] = Entry(0, self.store.new(0, self.number), None)
        self.written |= entry.roots
        self.store.change(entry.roots, self.bit)
        return entry.roots

    def process_wide(self, note: str | None) -> None:
        """Record that the statement changes the whole process, and so is always kept."""
        if self.code is not None:
            self.code.free.setdefault("<process>", 0)
            return
        self.always |= self.bit
        if note:
            self.notes.append(note)

    def uncertain(self, note: str) -> None:
        """Remember why more is kept than may be needed."""
        if self.code is None and len(self.notes) < 3:
            self.notes.append(note)

    def everything(self, note: str) -> None:
        """Record that the statement may read and bind any name."""
        if self.code is not None:
            self.code.dynamic = True
            return
        self.needs |= self.bit - 1
        self.stars |= self.bit
        self.always |= self.bit
        for name, entry in self.env.items():
            self.env[name] = Entry(entry.defs | self.bit, entry.roots, None)
        self.notes.append(f"{note}, so everything before it is kept")

    # What the classes below this one provide

    def eval(self, node: ast.expr) -> Value:
        """Return what `node` may give, and record what evaluating it reads and changes."""
        raise NotImplementedError

    def part(self, value: Value) -> int:
        """Return the objects of which an attribute or element of `value` may be one."""
        raise NotImplementedError

    def element(self, value: Value) -> Value:
        """Return what iterating over `value` or indexing it may give."""
        raise NotImplementedError

    def hold(self, value: Value) -> int:
        """Return the objects that a container of `value` holds, making one for it if it is new."""
        raise NotImplementedError

    def consume(self, value: Value) -> None:
        """Record that iterating over `value` may use it up."""
        raise NotImplementedError

    def function_code(self, node: Any, name: str) -> Code:
        """Read the body of a function, and return the summary of its effects."""
        raise NotImplementedError

    def code_value(self, code: Code, inner: int) -> Value:
        """Return the function that runs `code`."""
        raise NotImplementedError

    def bind_hidden(self, target: ast.expr, value: Value, hidden: dict[str, Entry | None]) -> None:
        """Bind the names of a comprehension, which last as long as it does."""
        raise NotImplementedError

    def returned(self, value: Value) -> None:
        """Record a result of the function."""
        raise NotImplementedError

    def super_value(self) -> Value:
        """Return what ``super()`` gives."""
        raise NotImplementedError

    def dynamic(self, name: str, node: ast.Call) -> Value:
        """Record a call of ``exec``, ``eval``, ``globals`` and their like."""
        raise NotImplementedError
