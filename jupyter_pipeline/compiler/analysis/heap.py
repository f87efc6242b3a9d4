"""The abstract heap: objects by allocation, their points-to edges, and the statements that write to them.

A set of objects is the bits of an integer, and so is a set of statements. Union, intersection and the question "did a
statement change an object that this name reaches?" are single operations, even in a notebook of thousands of cells.

All updates are weak: a write adds a statement to the writers of an object and removes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jupyter_pipeline.compiler.analysis.library_models.registry import find_method, is_unlisted
from jupyter_pipeline.compiler.analysis.texts import ANY_TEXT, NO_TEXT
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    IMMUTABLE,
    ITERATOR,
    OBJECT,
    TABLE,
    UNKNOWN,
    FunctionSummary,
    LibraryInstance,
    Value,
    ValueType,
    kind_of,
)

__all__ = ["Heap", "bits"]

_LARGE = 64
_CACHED_SETS = 8
_CACHED_RESULTS = 4096


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the bits of `mask`, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _element_type(type_: LibraryInstance) -> ValueType | None:
    """Return the type of all elements of a value, or ``None`` if only its abstract type is known."""
    if type_.elements:
        return type_.elements[0] if all(one == type_.elements[0] for one in type_.elements) else None
    model = find_method(type_, "__iter__")
    if model is None:
        return None
    return type_ if model.returns_own_class else model.type


class _Group:
    """Objects that reach each other.

    Parameters
    ----------
    members : int
        The objects.
    closure : int
        Objects that the members reach by one edge, with what these reached when the edge was added.
    """

    __slots__ = ("closure", "edges", "members")

    def __init__(self, members: int, closure: int) -> None:
        self.members = members
        self.closure = closure
        self.edges = -1
        """Number of edges of the heap when `closure` had all reachable objects."""


class Heap:
    """All objects of one program.

    `enter` selects the statement that allocates and writes.
    """

    def __init__(self) -> None:
        self.statement = 0
        """Number of the current statement."""
        self.bit = 1
        """Bit of the current statement."""
        self.version = 0
        """Number of changes of edges, of `written` and of functions.

        Another write to an object that is written already is none: a statement does not depend on itself.
        """
        self._reachable: list[int] = []
        self._libraries: dict[str, int] = {}
        self._groups: dict[int, _Group] = {}
        """Groups of the objects that have edges since their allocation."""
        self._edges = 0
        """Number of changes of edges."""
        self._with_later_edges = 0
        """Members of all groups."""
        self._reachable_sets: dict[int, int] = {}
        """Results of `reachable` until an edge is added."""
        self._writer_sets: dict[int, int] = {}
        """Results of `writers`, except for the current statement."""
        self._large_writer_sets: list[tuple[int, int, int]] = []
        """Large sets with their writers, and the number of finished writes that these include; the latest first."""
        self._finished_writes: list[tuple[int, int]] = []
        """Bit of each earlier statement that writes, with the objects."""
        self._function_lists: dict[int, list[FunctionSummary]] = {}
        """Results of `functions`."""
        self._closed_sets: list[int] = []
        """Large sets that are closed under reachability, the latest first: a loop's variable gathers them."""
        self._writers: dict[int, int] = {}
        self.written_by: dict[int, int] = {}
        """For each statement number, the objects that the statement may change."""
        self.written = 0
        """Objects that some statement changes."""
        self._functions: dict[int, list[FunctionSummary]] = {}
        self.callables = 0
        """Objects with functions that may run."""
        self.with_uses = 0
        """Objects of `callables` whose functions use names or locations outside of their bodies."""
        self.definitions = 0
        """Functions and classes: only a store to one of them changes it."""
        self.iterators = 0
        """Objects that reading may exhaust."""
        self.with_protocols = 0
        """Objects with functions that run without a call by name: properties, operators."""
        self.iterated = 0
        """Objects that a function iterates over."""
        self.foreign = 0
        """Objects that may be instances of classes which neither the notebook nor a library model has."""
        self.with_finalizers = 0
        """Classes with a method that runs at the end of an instance."""
        self.registering = 0
        """Classes of the notebook that may register their subclasses, because a library's base class may do so."""
        self.class_definitions = 0
        """Bits of the statements that may define classes."""
        self.process_writers = 0
        """Bits of the statements with unknown calls that may change the process."""
        self.patchers = 0
        """Bits of the statements that import libraries without a model: they may add methods to other classes."""
        self.patched_by: dict[str, int] = {}
        """For each library, the bits of the statements whose import of another module with a model changes it."""
        self.libraries = 0
        """Objects that stand for libraries."""
        self.unlisted_libraries = 0
        """Libraries among them without a model, outside of the standard library."""
        self.bound_mutators = 0
        """Bound methods that change their receiver or their arguments."""
        self.argument_mutators = 0
        """Bound methods that change their arguments."""
        self.data = 0
        """Tables and containers."""
        self.tables = 0
        """Tables."""
        self.cells = 0
        """Objects that stand for the mutable objects in the cells of a table, which its copies share.

        Only `write_elements` changes them: a copy has values of its own.
        """
        self._in_cells: dict[int, int] = {}
        """For each object of `cells`, the objects that it stands for."""
        self.instances = 0
        """Objects of library classes."""
        self.held_files = 0
        """Files that an object reads or changes later: connections, lazy tables, open files."""
        self.overwriting = 0
        """Objects whose methods change their arguments, as estimators without ``copy`` do."""
        self.random = 0
        """Objects that may draw from the global random generators when they are used."""
        self.passes_random_module = False
        """True if a name, a container or an object may hold a module of random functions."""
        self.default_dicts = 0
        """Dictionaries in which a look-up may add a key."""
        self.modules: dict[str, int] = {}
        """For each module, the bits of the statements that import it or a module inside of it."""
        self.importers: dict[str, int] = {}
        """For each library, the bits of the statements that import it."""
        self.configured_by: dict[str, int] = {}
        """For each library, the bits of the statements that change its settings."""
        self.allocated_by: list[int] = []
        """For each object, the number of the statement that allocated it."""

    def enter(self, statement: int) -> None:
        """Make `statement` the one that allocates and writes."""
        written = self.written_by.get(self.statement, 0)
        if written and not (self._finished_writes and self._finished_writes[-1][0] >= self.bit):
            self._finished_writes.append((self.bit, written))
        self.statement = statement
        self.bit = 1 << statement
        self._writer_sets.clear()

    # Objects and edges

    def allocate(self, contents: int, type_: ValueType = UNKNOWN) -> int:
        """Allocate an object that holds `contents`, and return its bit."""
        bit = 1 << len(self._reachable)
        self._reachable.append(bit | self.reachable(contents))
        self.allocated_by.append(self.statement)
        kind = kind_of(type_)
        if kind is ITERATOR:
            self.iterators |= bit
        elif kind is TABLE or kind is CONTAINER:
            self.data |= bit
            if kind is TABLE:
                self.tables |= bit
        elif kind is OBJECT:
            self.instances |= bit
        return bit

    def allocate_foreign(self, contents: int) -> int:
        """Allocate an object of an unknown class that holds `contents`, and return its bit."""
        bit = self.allocate(contents)
        self.foreign |= bit
        self.random |= bit
        return bit

    def reachable(self, objects: int) -> int:
        """Return all objects that `objects` may reach, themselves included."""
        if not objects & (objects - 1):
            if not objects:
                return 0
            found = self._reachable[objects.bit_length() - 1]
            if not (found | objects) & self._with_later_edges:
                return found
        known = self._reachable_sets.get(objects)
        if known is not None:
            return known
        large = objects.bit_count() > _LARGE
        found = done = 0
        if large:
            for closed in self._closed_sets:
                if not closed & ~objects:
                    found |= closed
        while rest := ((objects & ~found) | (found & self._with_later_edges)) & ~done:
            position = rest.bit_length() - 1
            group = self._groups.get(position)
            if group is None:
                found |= self._reachable[position]
            else:
                found |= group.closure
                done |= group.closure if group.edges == self._edges else group.members
        group = self._groups.get(objects.bit_length() - 1)
        if group is not None and not objects & ~group.members:
            group.closure, group.edges = found, self._edges
        if large:
            self._closed_sets = [found, *self._closed_sets[: _CACHED_SETS - 1]]
        if len(self._reachable_sets) > _CACHED_RESULTS:
            self._reachable_sets.clear()
        self._reachable_sets[objects] = found
        return found

    def link(self, objects: int, contents: int) -> None:
        """Add edges: `objects` may hold `contents` from now on."""
        if not contents or not objects:
            return
        held = self.reachable(contents)
        groups = []
        rest = objects
        is_new = False
        while rest:
            position = rest.bit_length() - 1
            bit = 1 << position
            group = self._groups.get(position)
            if group is None:
                rest ^= bit
                if not contents & ~self._reachable[position]:
                    continue
                group = self._groups[position] = _Group(bit, self._reachable[position])
                self._with_later_edges |= bit
            else:
                rest &= ~group.members
            if held & ~group.closure:
                group.closure |= held
                is_new = True
            groups.append(group)
        if not is_new:
            return
        self.version += 1
        self._edges += 1
        self._reachable_sets.clear()
        self._merge([group for group in groups if group.members & held])

    def _merge(self, groups: list[_Group]) -> None:
        """Make one group of groups that reach each other."""
        if len(groups) < 2:
            return
        merged = max(groups, key=lambda group: group.members.bit_count())
        for group in groups:
            if group is not merged:
                merged.members |= group.members
                merged.closure |= group.closure
                for position in bits(group.members):
                    self._groups[position] = merged

    # Writes

    def write(self, objects: int) -> None:
        """Record that the current statement may change `objects`, shared cells of tables excepted."""
        self._write(objects & ~self.cells)

    def write_elements(self, objects: int) -> None:
        """Record that the current statement may change `objects`, functions and classes excepted.

        Objects of `cells` among them are changed with the objects for which they stand.
        """
        for position in bits(objects & self.cells):
            objects |= self._in_cells[1 << position]
        self._write(objects & ~self.definitions)

    def _write(self, objects: int) -> None:
        if not objects:
            return
        number = self.statement
        written = self.written_by.get(number, 0)
        objects &= ~written
        if not objects:
            return
        if objects & ~self.written:
            self.version += 1
            self.written |= objects
        self.written_by[number] = written | objects
        writers = self._writers
        bit = self.bit
        for position in bits(objects):
            writers[position] = writers.get(position, 0) | bit

    def write_value(self, value: Value) -> None:
        """Record that the current statement may change `value`: a table, or an object that may be in cells of one."""
        (self.write_elements if self.is_in_cells(value) else self.write)(value.objects)

    def is_in_cells(self, value: Value) -> bool:
        """Return True if a value may be an object in the cells of a table, and is no table itself."""
        is_item = type(value.type) is LibraryInstance and value.type.path.endswith(".Item")
        return bool(value.objects & self.cells) and (is_item or value.kind is not TABLE)

    def write_data(self, objects: int) -> None:
        """Record that the current statement may change `objects`, functions and classes excepted."""
        self.write(objects & ~self.definitions)

    def writers(self, objects: int) -> int:
        """Return the bits of the statements that may change one of `objects`."""
        objects &= self.written
        found = self._writer_sets.get(objects)
        if found is None:
            found = self._writer_sets[objects] = self._find_writers(objects)
        return found | self.bit if objects & self.written_by.get(self.statement, 0) else found

    def _find_writers(self, objects: int) -> int:
        """Return the writers of objects that are all written."""
        found = 0
        rest = objects
        large = objects.bit_count() > _LARGE
        if large:
            for known, writers, count in self._large_writer_sets:
                if not known & ~objects and known & rest:
                    found |= writers
                    for bit, written in self._finished_writes[count:]:
                        if written & known:
                            found |= bit
                    rest &= ~known
        for position in bits(rest):
            found |= self._writers[position]
        if large:
            latest = (objects, found, len(self._finished_writes))
            self._large_writer_sets = [latest, *self._large_writer_sets[: _CACHED_SETS - 1]]
        return found

    def is_written_later(self, position: int) -> bool:
        """Return True if a statement other than the allocating one changes the object at `position`."""
        return bool(self._writers[position] & ~(1 << self.allocated_by[position]))

    # Functions and libraries

    def attach(self, objects: int, functions: list[FunctionSummary]) -> None:
        """Record that the single object `objects` is a function or class that may run `functions`."""
        self.version += 1
        self._functions.setdefault(objects.bit_length() - 1, []).extend(functions)
        self._function_lists.clear()
        self.callables |= objects
        self.definitions |= objects
        if any(function.free_variables or function.locations or function.assigns for function in functions):
            self.with_uses |= objects
        if any(function.protocol for function in functions):
            self.with_protocols |= objects
        if any(function.name == "__del__" for function in functions):
            self.with_finalizers |= objects

    def functions(self, objects: int) -> list[FunctionSummary]:
        """Return the functions that one of `objects` may run."""
        objects &= self.callables
        if not objects:
            return []
        found = self._function_lists.get(objects)
        if found is None:
            found = [function for position in bits(objects) for function in self._functions[position]]
            self._function_lists[objects] = found
        return found

    def library(self, name: str) -> int:
        """Return the one object of a library that the current statement imports."""
        self.importers[name] = self.importers.get(name, 0) | self.bit
        bit = self._libraries.get(name)
        if bit is None:
            bit = self._libraries[name] = self.allocate(0)
            self.libraries |= bit
            if is_unlisted(name):
                self.unlisted_libraries |= bit
        return bit

    def find_library(self, name: str) -> int:
        """Return the object of a library; 0 if no statement has imported it."""
        return self._libraries.get(name, 0)

    def libraries_of(self, objects: int) -> list[str]:
        """Return the names of the libraries among `objects`."""
        return [name for name, bit in self._libraries.items() if bit & objects]

    # Values

    def part(self, value: Value) -> int:
        """Return the points-to set of any attribute or element of `value`."""
        return self.reachable(value.objects | value.contents)

    def inside(self, value: Value) -> int:
        """Return the objects that the container `value` holds; it may be any of several objects, or a part of one."""
        objects = value.objects
        if not objects & (objects - 1):
            return self.part(value) & ~objects
        found = self.reachable(value.contents)
        for position in bits(objects):
            found |= self.reachable(1 << position) & ~(1 << position)
        return found

    def element(self, value: Value) -> Value:
        """Return the value of iterating over `value` or indexing it."""
        kind = value.kind
        if kind is IMMUTABLE:
            return CONSTANT._replace(texts=ANY_TEXT if value.texts else NO_TEXT)
        if type(value.type) is LibraryInstance:
            type_ = _element_type(value.type)
            if type_ is not None:
                return CONSTANT if type_ is IMMUTABLE else Value(self.part(value), 0, True, type_, value.texts)
        if kind is TABLE:
            return Value(self.part(value), 0, True, TABLE)
        if kind is CONTAINER:
            if not self.inside(value):
                return CONSTANT._replace(texts=value.texts)
            return Value(self.part(value), 0, False, UNKNOWN, value.texts)
        return Value(self.part(value), 0, True, OBJECT if kind is OBJECT else UNKNOWN, value.texts)

    def may_draw(self, value: Value) -> bool:
        """Return True if `value` may be or hold an object that draws from the global random generators."""
        if value.type is UNKNOWN and (value.fresh or not value.objects):
            return True
        return bool(self.part(value) & self.random)

    def hold(self, value: Value) -> int:
        """Return the objects that a container of `value` holds, and allocate one if the value is new."""
        if value.kind is IMMUTABLE:
            return 0
        if value.fresh:
            return value.objects | self._allocate_new(value)
        return value.objects

    def own(self, value: Value) -> Value:
        """Return `value` with an object allocated if the value is new."""
        if not value.fresh:
            return value
        return Value(value.objects | self._allocate_new(value), 0, False, value.type, value.texts)

    def _allocate_new(self, value: Value) -> int:
        made = self.allocate(value.contents, value.type)
        if value.type is UNKNOWN:
            self.random |= made
        return made

    def shared_cells(self, objects: int) -> int:
        """Return the objects that stand for mutable objects in cells of the tables among `objects`, for a copy.

        A table holds such objects if it was made from containers, or if a container was stored in it.
        """
        found = 0
        for position in bits(objects & self.tables):
            table = 1 << position
            held = self.reachable(table)
            cells = held & self.cells
            if not cells and held & self.data & ~self.tables:
                cells = self.allocate(0)
                self.cells |= cells
                self._in_cells[cells] = held & ~table
                self.link(table, cells)
            found |= cells
        return found

    def contents(self, values: Iterable[Value]) -> int:
        """Return the objects of a new container that is made from the contents of `values`."""
        found = 0
        for value in values:
            found |= self.part(value) if value.objects or value.contents else 0
        return found
