"""The abstract state of a scope at a program point: bindings, abstract locations, and the heap they share.

The module has a state, and so has each function body while its summary is computed. A read of a name records def-use
chains: the statements whose definition of the name reaches here, and the statements that may have changed an object
that the name reaches. Alternative paths are interpreted one by one from the same state and then joined.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.heap import Heap
from jupyter_pipeline.compiler.analysis.library_models.registry import is_known
from jupyter_pipeline.compiler.analysis.locations import ANY_FILE, PROCESS, Access, Location
from jupyter_pipeline.compiler.analysis.paths import overlap
from jupyter_pipeline.compiler.analysis.texts import ANY_TEXT, Texts, fill_holes, hole, unite
from jupyter_pipeline.compiler.analysis.values import (
    DELETED,
    IMMUTABLE,
    UNKNOWN,
    UNKNOWN_VALUE,
    FunctionSummary,
    Imported,
    LibraryInstance,
    Type,
    Value,
    ValueType,
    kind_of,
)
from jupyter_pipeline.compiler.frontend.notebook import CellNote

__all__ = ["BUILTINS", "Binding", "DefUse", "Recalled", "State", "UnresolvedName", "join_types", "join_values"]

BUILTINS = frozenset(dir(builtins)) | {"__name__", "__doc__", "__builtins__", "display", "__not_python__"}


class Binding(NamedTuple):
    """The abstract value of a name or location, with its reaching definitions."""

    definitions: int
    """Bits of the statements that may have bound it."""
    objects: int
    """Points-to set."""
    type: ValueType
    texts: Texts = ANY_TEXT
    """Texts that the value was or held when it was bound."""


class UnresolvedName(NamedTuple):
    """A name that is read where no statement defines it."""

    statement: int
    name: str
    cell: int
    line: int
    deleted: bool


@dataclass(slots=True)
class DefUse:
    """Uses and definitions of one statement; `Statement` describes the fields."""

    needs: int = 0
    reached: int = 0
    written: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    deferred_versions: dict[tuple[str, int], int] = field(default_factory=dict)
    assigned_by: dict[str, set[int]] = field(default_factory=dict)
    effects: dict[Location, Access] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    notes: list[CellNote] = field(default_factory=list)
    operands: int = 0
    """See `Statement.operands`."""
    unknown_calls: dict[str, None] = field(default_factory=dict)
    shows_figure: bool = False


@dataclass(slots=True)
class Recalled:
    """Functions whose effects are recorded already; a function is known by the identity of its summary."""

    loaded: set[int] = field(default_factory=set)
    """Functions with recorded uses of their free variables."""
    loaded_objects: int = 0
    """Objects with these functions only."""
    run: set[int] = field(default_factory=set)
    """Functions with a recorded run."""
    run_objects: int = 0
    """Objects with these functions only."""
    run_sets: set[int] = field(default_factory=set)
    """Sets of objects whose functions and bound methods have run on all of the set."""
    locations: set[Location] = field(default_factory=set)
    """Locations with a recorded use by a function."""
    uses: dict[int, int] = field(default_factory=dict)
    """For points-to sets with recorded uses, all objects that they reach."""
    changes: set[tuple[object, ...]] = field(default_factory=set)
    """Points-to sets of free variables with recorded changes by a function."""
    effects: set[tuple[Location, Access]] = field(default_factory=set)
    """Locations with a recorded effect of a function."""
    operated: set[tuple[int, int, int]] = field(default_factory=set)
    """Operations of functions on their parameters, with the objects to which they are applied."""


def join_types(types: Sequence[ValueType]) -> ValueType:
    """Return the least type that covers all `types`.

    Alternatives to a library (``try: import ujson as json``) are assumed to behave like it.
    """
    first = types[0]
    if all(t == first for t in types):
        return first
    kinds = {kind_of(t) if type(t) in (Type, LibraryInstance) else UNKNOWN for t in types}
    if len(kinds) == 1 and type(first) in (Type, LibraryInstance):
        return kinds.pop()
    imported = [t for t in types if type(t) is Imported]
    if imported and all(type(t) is Imported or kind_of(t) is IMMUTABLE for t in types):
        return next((t for t in imported if is_known(t.path)), imported[0])
    return UNKNOWN


def join_values(values: Iterable[Value]) -> Value:
    """Return the abstract value of any of `values`."""
    objects = contents = 0
    fresh = False
    types = []
    texts = []
    for value in values:
        objects |= value.objects
        contents |= value.contents
        fresh = fresh or value.fresh
        types.append(value.type)
        texts.append(value.texts)
    return Value(objects, contents, fresh, join_types(types), unite(*texts))


class State:
    """Bindings of one scope, and the record of the statement that is interpreted.

    Parameters
    ----------
    heap : Heap
        Objects of the program.
    parent : State, optional
        State of the enclosing scope of a function.
    summary : FunctionSummary, optional
        Summary of the function whose body is interpreted; the module has none.
    """

    def __init__(self, heap: Heap, parent: State | None = None, summary: FunctionSummary | None = None) -> None:
        self.heap = heap
        self.parent = parent
        self.summary = summary
        self.record = DefUse()
        self.cell: int = parent.cell if parent else 0
        """Cell of the current statement."""
        # Names
        self.bindings: dict[str, Binding] = {}
        self.local_names: set[str] = set()
        """Names that a function binds; empty for a module."""
        self.outer_names: set[str] = set()
        """Names that are declared ``global`` or ``nonlocal``."""
        self.placeholders: dict[str, int] = {}
        """Objects that stand for the free variables of a function."""
        self.star_imports = 0
        self.raised = 0
        """Objects that an exception of the scope may hold."""
        """Bits of the statements that may define names the analysis cannot see."""
        self.unresolved: list[UnresolvedName] = []
        self.tolerant = 0
        """Above zero where a missing name is no error, as in ``try`` with a handler for it."""
        self.text_annotations: int = parent.text_annotations if parent else 0
        """Bit of the statement since which annotations are not evaluated."""
        # Effects
        self.locations: dict[Location, Binding] = {}
        self._files: list[Location] = []
        """Files among the locations; none is removed."""
        self._overlapping: dict[tuple[Location, bool], tuple[int, list[Location]]] = {}
        """Results of `find_locations`, with the number of files that it has compared."""
        self.has_moved: bool = parent.has_moved if parent else False
        """True if the working directory may have changed."""
        self.closes_figures = True
        """True if Jupyter closes the figures at the end of a cell."""
        self.drawn_in = -1
        """Last cell that drew on the current figure; -1 if none has."""
        self.closed_in = -1
        """Last cell that closed its figures by ``show()``."""
        self.possibly_kept = 0
        """Bits of the statements among `always_kept` whose effects are unknown."""
        self.always_kept = 0
        """Bits of the statements that any slice keeps."""
        self.external_cells: Collection[int] = ()
        """Cells of other pipelines: the files that they write are expected to exist."""
        self.external_files: dict[str, int] = {}
        """Files that these cells write, with the cell."""
        # Functions
        self.definer = -1
        """Number of the statement that defined the function whose free variables are read; -1 outside of functions."""
        self.running: set[int] = set()
        """Identities of the summaries in application: recursion ends at these."""
        self.version = 0
        """Number of changes of the bindings."""
        self._recalled = Recalled()
        self._recalled_version: tuple[int, ...] = ()
        self._recalled_record: DefUse | None = None
        self._names_in_locations: dict[tuple[int, int], tuple[str, ...]] = {}
        """For each function, the free variables on whose texts its locations depend."""
        self._locations_of: dict[tuple[int, int, tuple[Texts, ...]], dict[Location, Access]] = {}
        """Results of `locations_of` by function and texts."""
        self._fixed_locations: dict[int, frozenset[Location]] = {}
        """Locations of the functions without free variables."""
        self._assigned_objects: dict[tuple[int, int, str], int] = {}
        self.nested: list[tuple[int, FunctionSummary]] = []
        """Functions that this scope defines, with their objects."""
        self.operations: dict[tuple[str, str], int] = {}
        """For each operation that may run a method of a class, the objects that it is applied to."""
        self._changed_names: list[dict[str, Binding | None]] = []
        """For each path that is interpreted, the former bindings of the names that it binds."""

    # Reads

    def is_builtin(self, name: str) -> bool:
        """Return True if `name` refers to the builtin here."""
        binding = self.bindings.get(name)
        if binding is not None:
            return binding.type is DELETED and name in BUILTINS
        if name in self.local_names or name not in BUILTINS:
            return False
        return self.parent is None or self.parent.is_builtin(name)

    def load(self, name: str, line: int, *, strict: bool = True) -> Value:
        """Return the value of `name`, and record the use.

        Parameters
        ----------
        name : str
            The name.
        line : int
            Line of the use in its cell.
        strict : bool, default True
            True if a missing definition is an error.
        """
        record = self.record
        binding = self.bindings.get(name)
        if binding is not None and binding.type is not DELETED:
            needs = self._use(binding)
            record.sources[name] = record.sources.get(name, 0) | needs
            if self.definer < 0:
                record.versions[name] = record.versions.get(name, 0) | binding.definitions
            else:
                key = (name, self.definer)
                record.deferred_versions[key] = record.deferred_versions.get(key, 0) | binding.definitions
            return Value(binding.objects, 0, False, binding.type, self.texts_of(name))
        if self.summary is not None:
            return self._load_free(self.summary, name, line)
        if binding is not None:
            record.needs |= binding.definitions
        record.sources.setdefault(name, 0)
        if name in BUILTINS or self.star_imports:
            record.needs |= self.star_imports
        elif strict and not self.tolerant:
            self.unresolved.append(UnresolvedName(self.heap.statement, name, self.cell, line, binding is not None))
        return UNKNOWN_VALUE

    def _use(self, binding: Binding) -> int:
        """Record the use of a binding, and return the bits of the statements that the use depends on."""
        needs = binding.definitions
        if binding.objects:
            heap = self.heap
            recalled = self.recall_functions()
            reachable = recalled.uses.get(binding.objects)
            if reachable is None:
                reachable = recalled.uses[binding.objects] = heap.reachable(binding.objects)
                self.record.reached |= reachable
                if reachable & heap.with_uses:
                    self._load_deferred(reachable & heap.with_uses)
            if reachable & heap.written:
                needs |= heap.writers(reachable)
        self.record.needs |= needs
        return needs

    def _load_free(self, summary: FunctionSummary, name: str, line: int) -> Value:
        """Return the value of a free variable of the function whose body is interpreted."""
        if name in self.local_names and name not in self.outer_names:
            return Value(0, 0, True, UNKNOWN)
        if self.is_builtin(name):
            summary.free_variables.setdefault(name, line)
            return UNKNOWN_VALUE
        objects = self.placeholders.get(name)
        if objects is None:
            objects = self.placeholders[name] = self.heap.allocate(self.heap.allocate(0))
            self.heap.random |= objects
            summary.free_variables[name] = 0 if self.tolerant else line
        kind = self.outer_type(name)
        if kind is not UNKNOWN:
            summary.assumptions[name] = kind
        return Value(objects, 0, False, kind, hole(name))

    def recall_functions(self) -> Recalled:
        """Return the functions whose effects or free variables are recorded already in the present state."""
        version = (
            self.version,
            self.heap.version,
            len(self.locations),
            self.drawn_in,
            self.closed_in,
            self.has_moved,
            self.star_imports,
            self.tolerant,
        )
        if version != self._recalled_version or self.record is not self._recalled_record:
            self._recalled_version, self._recalled_record, self._recalled = version, self.record, Recalled()
        return self._recalled

    def _load_deferred(self, callables: int) -> None:
        """Record the uses of the free variables of functions that a name reaches."""
        definer = self.definer
        recalled = self.recall_functions()
        callables &= ~recalled.loaded_objects
        if not callables:
            return
        recalled.loaded_objects |= callables
        for function in self.heap.functions(callables):
            if id(function) in recalled.loaded:
                continue
            recalled.loaded.add(id(function))
            if not function.free_variables:
                fixed = self._fixed_locations.get(id(function))
                if fixed is None:
                    fixed = self._fixed_locations[id(function)] = frozenset(self.locations_of(function))
                if fixed <= recalled.locations:
                    continue
            self.definer = function.statement
            for name, line in function.free_variables.items():
                self.load(name, line, strict=False)
            for one in self.locations_of(function):
                if one not in recalled.locations:
                    recalled.locations.add(one)
                    self.load_location(one)
            self.definer = definer

    def locations_of(self, function: FunctionSummary) -> Mapping[Location, Access]:
        """Return the locations that a function uses, if its parameters may be any text."""
        key = (id(function), len(function.free_variables))
        names = self._names_in_locations.get(key)
        if names is None:
            held = [each.name for each in function.locations if "\x01" in each.name]
            names = tuple(n for n in function.free_variables if any(one in text for one in hole(n) for text in held))
            self._names_in_locations[key] = names
        texts = tuple(self.texts_of(name) for name in names)
        found = self._locations_of.get((*key, texts))
        if found is None:
            found = {}
            for each, access in function.locations.items():
                for one in self.fill_location(each, names):
                    found[one] = found.get(one, access) | access
            self._locations_of[(*key, texts)] = found
        return found

    def load_location(self, location: Location) -> None:
        """Record the use of a location."""
        if self.summary is not None:
            self.summary.locations.setdefault(location, Access.READ)
            return
        if location == PROCESS:
            self.record.needs |= self.heap.process_writers
        found = self.find_locations(location)
        if not found:
            self.record.needs |= self.star_imports
            return
        definitions = objects = 0
        for one in found:
            binding = self.locations[one]
            definitions |= binding.definitions
            objects |= binding.objects
        self._use(Binding(definitions, objects, UNKNOWN))

    def find_locations(self, location: Location) -> list[Location]:
        """Return the known locations that `location` may be, or be a part of."""
        if location.resource != ANY_FILE.resource:
            return [location] if location in self.locations else []
        moved, known = self.has_moved, len(self._files)
        compared, found = self._overlapping.get((location, moved), (0, []))
        if compared < known:
            new = self._files[compared:]
            found = found + [other for other in new if overlap(location.name, other.name, moved=moved)]
            self._overlapping[location, moved] = known, found
        return found

    def add_file(self, location: Location, binding: Binding) -> None:
        """Record the first use of a path."""
        self.locations[location] = binding
        self._files.append(location)

    def fill_location(
        self, location: Location, names: Iterable[str], args: Mapping[str, Texts] | None = None
    ) -> list[Location]:
        """Return the locations that a function uses where it runs, one for each path.

        Parameters
        ----------
        location : Location
            Location of the function's summary.
        names : iterable of str
            Free variables of the function.
        args : mapping of str to frozenset of str, optional
            Texts of the parameters.
        """
        if "\x01" not in location.name:
            return [location]
        values = {name: self.texts_of(name) for name in names}
        return [Location(location.resource, text) for text in fill_holes(location.name, {**values, **(args or {})})]

    def load_everything(self, line: int) -> None:
        """Record the use of all names and locations."""
        for name in list(self.bindings):
            self.load(name, line, strict=False)
        for location in list(self.locations):
            self.load_location(location)

    def record_operation(self, objects: int, operation: tuple[str, str]) -> None:
        """Record in a function an operation on objects whose class only the caller may know."""
        if self.summary is not None and objects:
            self.operations[operation] = self.operations.get(operation, 0) | objects

    def outer_type(self, name: str) -> ValueType:
        """Return the type of `name` in the enclosing scopes; unknown if they do not bind it."""
        scope = self.parent
        while scope is not None:
            binding = scope.bindings.get(name)
            if binding is not None:
                return UNKNOWN if binding.type is DELETED else binding.type
            scope = scope.parent
        return UNKNOWN

    def objects_of(self, name: str) -> int:
        """Return the points-to set of `name` without a use."""
        binding = self.bindings.get(name)
        return binding.objects if binding is not None else self.placeholders.get(name, 0)

    def texts_of(self, name: str) -> Texts:
        """Return the texts of `name` without a use; a container that was changed may hold any."""
        binding = self.bindings.get(name)
        if binding is not None:
            if "*" in binding.texts or not self.heap.reachable(binding.objects) & self.heap.written:
                return binding.texts
            return ANY_TEXT
        return hole(name) if name in self.placeholders else ANY_TEXT

    def all_objects(self) -> int:
        """Return the points-to set of all names and locations together."""
        found = 0
        for binding in (*self.bindings.values(), *self.locations.values()):
            found |= binding.objects
        return found

    # Definitions

    def bind(self, name: str, value: Value) -> None:
        """Record a definition of `name`: a strong update."""
        binding = Binding(self.heap.bit, value.objects, value.type, value.texts)
        self.version += 1
        if self.summary is not None and name in self.outer_names:
            self.summary.assigns.add(name)
            self.bindings[name] = binding
            return
        self._remember(name)
        self.bindings[name] = binding
        self.record.bound.add(name)

    def bind_weakly(self, name: str, value: Value) -> None:
        """Record a possible definition of `name`: a weak update that keeps the former value as an alternative."""
        former = self.bindings.get(name)
        if former is None:
            self.bind(name, value)
        else:
            self._remember(name)
            kind = value.type if value.type == former.type else UNKNOWN
            definitions, objects = former.definitions | self.heap.bit, former.objects | value.objects
            binding = Binding(definitions, objects, kind, unite(former.texts, value.texts))
            if binding != former:
                self.version += 1
                self.bindings[name] = binding
            self.record.bound.add(name)
        if self.summary is not None and name not in self.local_names:
            self.summary.assigns.add(name)

    def unbind(self, name: str) -> None:
        """Record ``del name``."""
        self._remember(name)
        self.version += 1
        self.bindings[name] = Binding(self.heap.bit, 0, DELETED)
        self.record.bound.add(name)

    def allocate_assigned(self, summary: FunctionSummary, name: str) -> int:
        """Return the object that a function assigns to `name`; all its runs by one statement assign the same."""
        key = (self.heap.statement, id(summary), name)
        if key not in self._assigned_objects:
            made = self._assigned_objects[key] = self.heap.allocate(0)
            if name in summary.assigned_functions:
                self.heap.attach(made, summary.assigned_functions[name])
                self.heap.definitions &= ~made  # it may be an iterator, which changes
            if name in summary.assigned_iterators:
                self.heap.iterators |= made
        return self._assigned_objects[key]

    def redefine_everything(self) -> None:
        """Add the current statement to the definitions of all names and locations; modules keep their types."""
        bit = self.heap.bit
        names = {
            name: Binding(one.definitions | bit, one.objects, one.type if type(one.type) is Imported else UNKNOWN)
            for name, one in self.bindings.items()
        }
        locations = {
            location: Binding(one.definitions | bit, one.objects, UNKNOWN) for location, one in self.locations.items()
        }
        if names != self.bindings or locations != self.locations:  # functions run until nothing changes
            self.version += 1
            self.bindings.update(names)
            self.locations.update(locations)

    def restore(self, former: dict[str, Binding | None]) -> None:
        """Give names their former bindings; ``None`` removes the name."""
        for name, binding in former.items():
            self._restore(name, binding)

    def _restore(self, name: str, binding: Binding | None) -> None:
        self.version += 1
        if binding is None:
            self.bindings.pop(name, None)
        else:
            self.bindings[name] = binding

    def _remember(self, name: str) -> None:
        if self._changed_names and name not in self._changed_names[-1]:
            self._changed_names[-1][name] = self.bindings.get(name)

    # Joins

    def join_paths(self, *paths: Callable[[], object], skippable: bool) -> None:
        """Interpret alternative paths from the present state, and join the states at their ends.

        Parameters
        ----------
        *paths : callable
            Each interprets one path.
        skippable : bool
            True if the program may take none of them.
        """
        ends: list[dict[str, Binding | None]] = []
        starts: dict[str, Binding | None] = {}
        for path in paths:
            self._changed_names.append({})
            path()
            before = self._changed_names.pop()
            ends.append({name: self.bindings.get(name) for name in before})
            for name, binding in before.items():
                starts.setdefault(name, binding)
                self._restore(name, binding)
        for name, start in starts.items():
            if self._changed_names and name not in self._changed_names[-1]:
                self._changed_names[-1][name] = start
            alternatives = [end.get(name, start) for end in ends] + ([start] if skippable else [])
            bindings = [b for b in alternatives if b is not None]
            if not bindings:
                continue
            definitions = objects = 0
            for binding in bindings:
                definitions |= binding.definitions
                objects |= binding.objects
            types = [b.type for b in bindings if b.type is not DELETED] or [DELETED]
            texts = unite(*(b.texts for b in bindings if b.type is not DELETED))
            self.version += 1
            self.bindings[name] = Binding(definitions, objects, join_types(types), texts)
