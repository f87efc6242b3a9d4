"""The declarative type of library models.

A model lists the functions of one library that do more than return a new object, as sets of names. `Names` describes
the notation. `LibraryModel.function` turns the lists into the `FunctionModel` of one function, which is what the
transfer function of calls reads (`calls`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from jupyter_pipeline.compiler.analysis.values import Type

__all__ = [
    "ANYWHERE",
    "NOTHING",
    "RECEIVER",
    "FileAccess",
    "FunctionModel",
    "LibraryModel",
    "Methods",
    "Names",
    "Returns",
    "copying",
    "reading",
    "words",
    "writing",
]


def words(text: str) -> frozenset[str]:
    """Return the words of `text`."""
    return frozenset(text.split())


class Names:
    """A set of functions of a library, by name.

    Parameters
    ----------
    text : str
        Names separated by white space. ``load`` is a function at the top of the library, ``random.seed`` one of a
        submodule. ``**.reshape`` is a function of this name at the top or in any submodule. ``read_*`` and
        ``**.read_*`` are all names that begin like this.

    Examples
    --------
    >>> "random.seed" in Names("random.seed **.asarray read_*")
    True
    """

    def __init__(self, text: str = "") -> None:
        found = text.split()
        plain = [n for n in found if not n.startswith("**.")]
        anywhere = [n[3:] for n in found if n.startswith("**.")]
        self._exact = frozenset(n for n in plain if not n.endswith("*"))
        self._prefixes = tuple(n[:-1] for n in plain if n.endswith("*"))
        self._anywhere = frozenset(n for n in anywhere if not n.endswith("*"))
        self._anywhere_prefixes = tuple(n[:-1] for n in anywhere if n.endswith("*"))

    def __contains__(self, path: str) -> bool:
        """Return True if the function at `path` below the library is in the set."""
        name = path.rpartition(".")[2]
        return (
            path in self._exact
            or name in self._anywhere
            or path.startswith(self._prefixes)
            or name.startswith(self._anywhere_prefixes)
        )


class Returns(Enum):
    """Results of functions, by their relation to the arguments."""

    CONSTANT = auto()
    """An immutable value."""
    OBJECT = auto()
    """A new object of the library, which may hold the arguments."""
    STREAM = auto()
    """The same; reading it exhausts it."""
    UNKNOWN = auto()
    """A new object of unknown type, which may hold the arguments."""
    CONTAINER = auto()
    """A new builtin container of the arguments' contents."""
    DEFAULT_DICT = auto()
    """The same; looking up a key may add it."""
    ITERATOR = auto()
    """A lazy iterator over the arguments."""
    PART = auto()
    """An argument, a part of one, or a new object that holds them."""
    TABLE = auto()
    """A new table or array that shares no memory with the arguments."""
    TABLE_VIEW = auto()
    """A table or array that may share memory with the arguments."""
    TABLE_OF_ARGUMENTS = auto()
    """A new table or array that may hold the arguments."""
    FIELD = auto()
    """The description of a class's field: the arguments themselves."""
    STATE = auto()
    """A part of the library's own state."""
    COPY = auto()
    """A shallow copy of the first argument."""
    DEEP_COPY = auto()
    """A deep copy of the first argument."""
    NAMED_TUPLE = auto()
    """A class of tuples."""


ANYWHERE = "anywhere"
RECEIVER = "receiver"


@dataclass(frozen=True, slots=True)
class FileAccess:
    """One file that a call opens."""

    path: int | str
    """Position of the argument with the path, `RECEIVER` for the object of a method, or `ANYWHERE` if unknown."""
    writes: bool = False
    optional: bool = False
    """True if the call opens no file without the argument."""


Files = Mapping[str, tuple[FileAccess, ...]]


def reading(names: str, path: int | str = 0) -> Files:
    """Return an entry for each of `names`: the call reads the file at `path`."""
    return {name: (FileAccess(path),) for name in names.split()}


def writing(names: str, path: int | str = 0) -> Files:
    """Return an entry for each of `names`: the call reads and writes the file at `path`."""
    return {name: (FileAccess(path, writes=True),) for name in names.split()}


def copying(names: str) -> Files:
    """Return an entry for each of `names`: the call reads the first path and writes the second."""
    return {name: (FileAccess(0), FileAccess(1, writes=True)) for name in names.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """Methods of the values of one abstract type."""

    pure: frozenset[str] = frozenset()
    """Methods that change neither the receiver nor the arguments."""
    mutating: frozenset[str] = frozenset()
    """Methods that change the receiver."""
    mutating_arguments: frozenset[str] = frozenset()
    """Methods that change the arguments."""
    inplace: frozenset[str] = frozenset()
    """Methods that change the receiver if the keyword ``inplace`` asks for it."""
    views: frozenset[str] = frozenset()
    """Methods whose result may share memory with the receiver."""

    def __or__(self, other: Methods) -> Methods:
        """Return the methods of both."""
        return Methods(
            pure=self.pure | other.pure,
            mutating=self.mutating | other.mutating,
            mutating_arguments=self.mutating_arguments | other.mutating_arguments,
            inplace=self.inplace | other.inplace,
            views=self.views | other.views,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionModel:
    """Effects of one function of a known library."""

    returns: Returns
    mutates_arguments: bool
    consumes_arguments: bool
    """True if the call reads its arguments at once, which exhausts iterators."""
    seeds: bool
    """True if the call sets the state of the global random generators."""
    draws: bool
    """True if the call may draw from the global random generators."""
    files: tuple[FileAccess, ...]
    changes_process: bool
    reads_names: bool
    """True if a string argument names variables of the caller."""
    writes_held: bool
    """True if the call writes to the objects that the library holds, as loggers write to their handlers."""
    uses_figure: bool
    configures: bool
    """True if the call changes settings of the library."""
    configures_as_statement: bool
    """True if the call changes settings of the library where its result is discarded."""


NOTHING = Names()
"""No function."""
GENERATORS = Names("**.default_rng **.RandomState **.Generator **.SeedSequence **.PCG64 **.Random **.SystemRandom")
"""Classes and functions that create a random generator with its own state."""
SETTINGS = Names(
    """
    **.basic* **.capture* **.config* **.disable* **.enable* **.filterwarnings* **.init* **.install* **.manual_seed*
    **.options* **.patch* **.rc* **.register* **.reset* **.seed* **.set* **.simplefilter* **.use*
    """
)
"""Functions that change settings of their library if a statement discards their result."""
_MUTATING = Names("**.at **.dump")
"""Functions of any library that change their arguments."""
_LOOKUPS = words("get copy items keys values index count")
"""Methods that read the state of the process and leave it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryModel:
    """Known functions of one library.

    A function that no set lists returns `otherwise` and has no effect.
    """

    library: str
    """Import name."""
    otherwise: Returns = Returns.OBJECT
    """Result of the functions that `returns` does not list."""
    returns: Sequence[tuple[Names, Returns]] = ()
    """Results of functions; the first match counts."""
    mutates_arguments: Names = NOTHING
    """Functions that change their arguments."""
    consumes_arguments: bool = True
    """True if the functions read their arguments at once, which exhausts iterators."""
    seeds: Names = NOTHING
    """Functions that set the state of the global random generators."""
    draws: Names = NOTHING
    """Functions that draw from the global random generators; those that create a generator are excepted."""
    files: Files = field(default_factory=dict)
    """Files that functions open, by name of the function; a name may end with ``*``."""
    process_state: tuple[str, ...] = ()
    """Beginnings of the paths that change the process: working directory, environment, import path."""
    reads_names: tuple[str, ...] = ()
    """Beginnings of the paths of functions that read variables of the caller which a string names."""
    writes_held: Names = NOTHING
    """Functions that write to the objects that the library holds."""
    uses_figure: bool = False
    """True if the functions draw on the current figure."""
    settings: Names = NOTHING
    """Functions that change settings of the library."""
    statement_settings: Names = SETTINGS
    """Functions that change settings of the library where a statement discards their result."""
    decorators: frozenset[str] = frozenset()
    """Decorators that leave a function with the effects that it has."""
    methods: Mapping[Type, Methods] = field(default_factory=dict)
    """Methods of the objects of the library, by abstract type."""
    file_methods: Files = field(default_factory=dict)
    """Files that methods open, by name of the method; a name may end with ``*``."""
    drawing_methods: frozenset[str] = frozenset()
    """Methods that draw on the current figure."""

    def function(self, path: str) -> FunctionModel:
        """Return the effects of the function at `path` below the library."""
        name = path.rpartition(".")[2]
        returns = next((returns for names, returns in self.returns if path in names), None)
        generates = path in GENERATORS
        if returns is None:
            stream = generates and self.otherwise in (Returns.OBJECT, Returns.TABLE)
            returns = Returns.STREAM if stream else self.otherwise
        seeds = path in self.seeds
        return FunctionModel(
            returns=returns,
            mutates_arguments=path in self.mutates_arguments or path in _MUTATING,
            consumes_arguments=self.consumes_arguments,
            seeds=seeds,
            draws=path in self.draws and not seeds and not generates,
            files=find_files(self.files, path),
            changes_process=path.startswith(self.process_state) and name not in _LOOKUPS,
            reads_names=path.startswith(self.reads_names),
            writes_held=path in self.writes_held,
            uses_figure=self.uses_figure,
            configures=path in self.settings,
            configures_as_statement=path in self.statement_settings and not seeds,
        )


def find_files(files: Files, name: str) -> tuple[FileAccess, ...]:
    """Return the file accesses of a function, by its name or by a prefix pattern."""
    found = files.get(name)
    if found is not None:
        return found
    last = name.rpartition(".")[2]
    return next((access for key, access in files.items() if key[-1] == "*" and last.startswith(key[:-1])), ())
