"""What running code does beyond names: it calls functions of the notebook, reads and writes files, changes the process.

A file, the random state or the current figure is a name in angle brackets, with an object that reading and writing it
touches.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from typing import Any

from jupyter_pipeline.compiler.analysis.heap import Value
from jupyter_pipeline.compiler.analysis.library_models import known
from jupyter_pipeline.compiler.analysis.scope import FIGURE, Entry, Scope
from jupyter_pipeline.compiler.analysis.values import Code, Instance

__all__ = ["Effects"]

_ANY_FILE = "<file *>"


class Effects(Scope):
    """A scope whose statements run."""

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
            if name in code.consumes:
                self.use_up(value.roots)
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
            self.bind_may(name, Value(self.store.closure(roots), 0, False, None))
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

    def run_held(self, reach: int) -> None:
        """Record that the functions and methods among the objects of `reach` run, on what they hold."""
        for code in self.store.codes(reach):
            self.run(code)
            if code.has_state:
                self.store.disturb(reach, self.bit)
        if reach & self.store.mutators:
            self.store.disturb(self.store.closure(reach & self.store.mutators), self.bit)

    def use_up(self, roots: int) -> None:
        """Record that the statement looks at all that the objects of `roots` give, which uses up iterators."""
        if not roots or (self.code is None and not self.store.iterators):
            return
        reach = self.store.closure(roots)
        if self.code is not None:
            self.store.looked |= reach
        found = reach & self.store.iterators
        if found:
            held = self.store.closure(found)
            self.store.disturb(held & self.store.iterators, self.bit)
            self.run_held(held)

    def implicit(self, value: Value, what: str, name: str = "") -> None:
        """Run the methods of the notebook's classes that an operation on `value` may run.

        Parameters
        ----------
        value : Value
            The operand.
        what : str
            A word of `knowledge.IMPLICIT`.
        name : str
            The attribute, where only its property matters.
        """
        if not self.store.implicit_mask or value.kind == "imm":
            return
        reach = self.store.closure(value.roots | value.inner)
        for code in self.store.codes(reach & self.store.implicit_mask):
            if code.implicit != what or (name and code.name != name and code.name not in known.IMPLICIT):
                continue
            self.run(code)
            if code.has_state:
                self.store.disturb(value.roots if type(value.kind) is Instance else reach, self.bit)

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

    def function_code(self, node: Any, name: str) -> Code:
        """Read the body of a function, and return the summary of its effects."""
        raise NotImplementedError

    def code_value(self, code: Code, inner: int) -> Value:
        """Return the function that runs `code`."""
        raise NotImplementedError

    def capture(self, nested: Iterable[tuple[int, Code]], names: Collection[str]) -> None:
        """Let functions hold what names of the scope around them stand for: nobody else can bind these."""
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
