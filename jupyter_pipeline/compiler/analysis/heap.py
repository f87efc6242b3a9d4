"""The objects that the statements of a notebook make, abstractly: who may reach whom, and which statements change them.

A set of objects is the bits of an integer, and so is a set of statements: union, intersection and the question
"did anything that this name reaches change?" are single operations, even in a notebook of thousands of cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["NOTHING", "Store", "Value", "bits"]


class Value(NamedTuple):
    """What an expression may give."""

    roots: int
    """Objects that it may be, or be a part or a view of."""
    inner: int
    """Objects that a new object may hold."""
    fresh: bool
    """Whether it may be a new object that can be changed."""
    kind: Any
    """What is known of it; see `kinds`."""


NOTHING = Value(0, 0, False, "imm")
"""A number, a string: it cannot be changed."""


_LARGE = 64
_KEPT = 8


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the bits of `mask`, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Store:
    """All objects of one program."""

    def __init__(self) -> None:
        self._reach: list[int] = []
        self._modules: dict[str, int] = {}
        self._late: dict[int, int] = {}
        self._late_mask = 0
        self._closed: list[int] = []
        """Large sets that hold all that their objects may reach, the last first: a loop's variable gathers them."""
        self._changes: dict[int, int] = {}
        self.changed_by: dict[int, int] = {}
        """Objects that each statement, by its number, may change."""
        self.changed = 0
        """Objects that some statement changes."""
        self.code: dict[int, list[Any]] = {}
        """Functions that an object may run."""
        self.code_mask = 0
        self.definitions = 0
        """Functions and classes: only a store to one of them changes it."""
        self.iterators = 0
        """Objects that looking at may use up."""
        self.implicit_mask = 0
        """Objects with functions that run without being called by name: properties, operators."""
        self.looked = 0
        """Objects that a function iterates over."""
        self.libraries = 0
        """Objects that stand for libraries."""
        self.mutators = 0
        """Methods that change the object which they belong to: whoever calls one changes what it reaches."""
        self.growing = 0
        """Dictionaries to which looking for a key adds it."""
        self.importers: dict[str, int] = {}
        """Bits of the statements that import each library."""
        self.configured: dict[str, int] = {}
        """Bits of the statements that set how a library works: they count wherever it is imported."""
        self.makers: list[int] = []
        """Number of the statement that made each object."""

    def new(self, inner: int, statement: int, kind: Any = None) -> int:
        """Make an object that reaches `inner`, and return its bit."""
        bit = 1 << len(self._reach)
        self._reach.append(bit | self.closure(inner))
        self.makers.append(statement)
        if kind == "iter":
            self.iterators |= bit
        elif kind == "growing":
            self.growing |= bit
        return bit

    def attach_code(self, bit: int, codes: list[Any]) -> None:
        """Tell that the object of `bit` may run `codes`."""
        self.code.setdefault(bit.bit_length() - 1, []).extend(codes)
        self.code_mask |= bit
        self.definitions |= bit
        if any(code.implicit for code in codes):
            self.implicit_mask |= bit

    def closure(self, mask: int) -> int:
        """Return everything that the objects of `mask` may reach, themselves included."""
        if not mask:
            return 0
        if mask & (mask - 1):
            found = 0
            rest = mask
            reach = self._reach
            large = mask.bit_count() > _LARGE
            if large:
                for closed in self._closed:
                    if not closed & ~mask:
                        found |= closed
                rest &= ~found
            while rest:
                top = rest.bit_length() - 1
                found |= reach[top]
                rest &= ~found
        else:
            found = self._reach[mask.bit_length() - 1]
            large = False
        pending = found & self._late_mask
        done = 0
        while pending:
            done |= pending
            for position in bits(pending):
                found |= self._late[position]
            pending = found & self._late_mask & ~done
        if large:
            self._closed = [found, *self._closed[: _KEPT - 1]]
        return found

    def link(self, roots: int, inner: int) -> None:
        """Tell that the objects of `roots` may hold those of `inner` from now on."""
        if not inner:
            return
        for position in bits(roots):
            if inner & ~self._reach[position]:
                self._late[position] = self._late.get(position, 0) | self.closure(inner)
                self._late_mask |= 1 << position

    def change(self, mask: int, statement: int) -> None:
        """Tell that the statement of bit `statement` may change the objects of `mask`."""
        if not mask:
            return
        self.changed |= mask
        number = statement.bit_length() - 1  # a key that is hashed at once, unlike a bit far up
        self.changed_by[number] = self.changed_by.get(number, 0) | mask
        changes = self._changes
        for position in bits(mask):
            changes[position] = changes.get(position, 0) | statement

    def disturb(self, mask: int, statement: int) -> None:
        """Tell that the statement may change what can be reached: everything but functions and classes."""
        self.change(mask & ~self.definitions, statement)

    def changes(self, mask: int) -> int:
        """Return the bits of the statements that may change an object of `mask`."""
        found = 0
        for position in bits(mask & self.changed):
            found |= self._changes[position]
        return found

    def codes(self, mask: int) -> list[Any]:
        """Return the functions that an object of `mask` may run."""
        return [code for position in bits(mask & self.code_mask) for code in self.code[position]]

    def module(self, root: str, statement: int) -> int:
        """Return the one object that stands for a library, which the statement imports."""
        self.importers[root] = self.importers.get(root, 0) | 1 << statement
        bit = self._modules.get(root)
        if bit is None:
            bit = self._modules[root] = self.new(0, statement)
            self.libraries |= bit
        return bit

    def libraries_of(self, mask: int) -> list[str]:
        """Return the names of the libraries in `mask`."""
        return [root for root, bit in self._modules.items() if bit & mask]

    def later_change(self, position: int) -> bool:
        """Whether an object is changed by another statement than the one that made it."""
        return bool(self._changes[position] & ~(1 << self.makers[position]))
