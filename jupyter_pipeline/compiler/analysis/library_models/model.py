'''The declarative type of library models, and the notation of their rules.

A model lists facts that are *known* of one library. A function, method or attribute that no rule lists is unknown: it
may change its receiver, its arguments and everything reachable from them, draw random numbers, use the current figure,
use the files that its arguments name and, where its result is discarded, change settings. A rule without effects says
that a call is pure.

A model is a text of rules. Line breaks inside of a list of names and before ``->`` do not count, and ``#`` starts a
comment::

    LibraryModel(
        library="pandas",
        rules="""
            concat merge                 : -> DataFrame
            read_csv read_table          : reads(filepath_or_buffer@0) -> DataFrame
            set_option reset_option      : configures
            eval                         : names -> table
            plotting.scatter_matrix      : changes(ax) figure -> numpy.ndarray

            class NDFrame : table
              head tail                  : -> view(self)
              sort_values dropna         : changes(self if inplace) -> self
              sample                     : draws(unless random_state@4) -> self
              to_csv                     : writes(path_or_buf@0) -> constant
              query                      : names(@) -> self
              plot                       : changes(ax) figure -> matplotlib.Axes
              .shape .columns            : -> constant
              .str                       : -> StringMethods
              __getitem__ __iter__       : -> view(NDFrame)
            class DataFrame(NDFrame)
            class Series(NDFrame)
              cat append                 : -> self
            class StringMethods : table
              lower upper                : -> Series
        """,
    )

Names
    Paths below the library: ``random.seed``. ``**.seed`` is this name at the top or in any submodule. ``read_*`` and
    ``**.read_*`` are all names that begin like this. In a class: names of methods, and ``.name`` for an attribute that
    is no method. ``__getitem__``, ``__iter__`` and ``__call__`` describe ``x[i]``, iteration and ``x()``.
Classes
    ``class NAME … (BASE, …) : KIND`` starts the rules of one or more classes; a line ``functions`` ends them. A base
    may belong to another library: ``class GeoDataFrame(pandas.DataFrame)``. A class without base has a kind: ``table``,
    ``object``, ``container``, ``iterator`` or ``constant``. Methods are inherited. ``**.Ridge`` is a class at any path
    of the library. A class is a function that returns a new instance, which may hold the arguments and share their
    memory; a rule for the same name of a function replaces this.
Arguments
    ``name@2`` is the argument of this keyword or position (0 is the first one; for a method, the first after the
    receiver). ``name`` can only be passed by keyword, ``@2`` only by position. ``self`` is the receiver, and ``*`` is
    all arguments.
Effects, in any order
    ============================== ===================================================================================
    ``pure``                       No effect; may be left out.
    ``changes(ARG …)``             Changes these arguments. The receiver may hold all arguments then.
    ``changes(self if ARG)``       Changes the receiver if this argument is passed and not ``False`` or ``None``.
    ``changes(ARG if ARG)``        The same for an argument.
    ``changes(self except data)``  Changes the receiver and the objects it holds, but no table or container it holds.
    ``changes(self only)``         Changes the receiver and the objects of library classes that it holds.
    ``draws``                      Draws from the global random generators.
    ``draws(unless ARG …)``        Does not if one of these arguments is passed and not ``None``.
    ``draws(ARG …)``               Draws if one of these arguments, or an object that it holds, is random. ``self`` is
                                   the receiver. Objects of unknown type count as random.
    ``random``                     The result is random: it draws from the global generators when it is used.
    ``random(unless ARG …)``       It does not if one of these arguments is passed and not ``None``.
    ``seeds``                      Sets the state of the global random generators.
    ``reads(ARG …)``               Reads the file at this path. ``reads(self)``: the receiver is the path.
                                   ``reads(any)``: any file. An argument that is no path but a buffer is read.
    ``writes(ARG …)``              The same; also writes the file, or changes the buffer.
    ``opens(ARG …)``               Reads the file at this path, at once or when the result is used.
    ``sends(NAME ARG …)``          Reads and changes the state of a service, by its name or by a URL in an argument
                                   with a position, such as ``url@0``.
    ``receives(NAME ARG …)``       Reads the state of a service.
    ``configures``                 Changes settings of its own library.
    ``configures(LIBRARY …)``      Changes settings of other libraries; ``configures(all)``: of all.
    ``configures(discarded)``      Changes settings of its own library if the result is discarded.
    ``process``                    Changes the process: working directory, environment, import path, handlers.
    ``figure``                     Draws on the current figure of matplotlib, or reads it.
    ``names``, ``names(@)``        The words of a string argument name variables of the caller; ``@`` is their mark.
    ``queries(ARG)``               Runs this SQL text, and opens the files that it names. If it does more than read, the
                                   receiver, or else the settings of its own library, change.
    ``lazy``                       Does not read its arguments at once, so that an iterator is not exhausted.
    ============================== ===================================================================================
Results, after ``->``
    A kind (``constant table object container iterator unknown``), a class of the library (``DataFrame``) or of another
    one (``pandas.DataFrame``), ``self`` for a value of the receiver's class, ``tuple(Figure, Axes)``, ``list(Axes)``.
    An ``object`` may hold receiver and arguments; a ``table`` is separate from them. ``view(X)`` is an X that may
    share memory with receiver and arguments, or is one of them; ``new(X)`` is separate from them; ``holding(X)`` is
    new and may hold them. ``receiver`` is the receiver itself. ``part`` is an argument, a part of one or a new object
    of unknown type that holds them. ``foreign`` is a new object of a class that no model has;
    ``foreign of self`` is a part of the library's state. Special results are
    ``copy deepcopy state field named_tuple default_dict`` (see `Returns`). Without ``->``, a function returns a
    constant. ``view(X) of ARG …`` shares memory with these arguments only, and ``holding(X) of ARG …`` holds only them.
    ``X or Y if ARG …`` is Y if one of these arguments is passed and not ``None`` or ``False``.
'''

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.values import IMMUTABLE, Type, ValueType

__all__ = [
    "ALL_ARGUMENTS",
    "ANYWHERE",
    "ANY_FILE",
    "NOTHING",
    "RECEIVER",
    "SELF",
    "Argument",
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

    NEW = auto()
    """A new value that is separate from the arguments."""
    HOLDING = auto()
    """A new value that may hold the receiver and the arguments."""
    VIEW = auto()
    """A value that may share memory with the receiver and the arguments, or is one of them."""
    ITSELF = auto()
    """The receiver."""
    CONSTANT = auto()
    """An immutable value."""
    OBJECT = auto()
    """A new object of the library, which may hold the arguments."""
    STREAM = auto()
    """The same; reading it exhausts it."""
    UNKNOWN = auto()
    """A new object of unknown type, which may hold the arguments."""
    FOREIGN = auto()
    """A new object of a class that no model has, which may hold the arguments: all its methods are unknown."""
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


class Argument(NamedTuple):
    """One argument of a call, by keyword, by position or by both."""

    keyword: str = ""
    position: int = -1


ALL_ARGUMENTS = Argument("*")
"""All arguments."""
SELF = Argument("self")
"""The receiver of a method."""
ANY_FILE = Argument("any")
"""Any file, in the place of a path."""


@dataclass(frozen=True, slots=True)
class FileAccess:
    """One file that a call opens."""

    path: int | str | Argument
    """Position of the argument with the path, `RECEIVER` for the object of a method, or `ANYWHERE` if unknown.

    The name of a service is a text, too.
    """
    writes: bool = False
    optional: bool = False
    """True if the call opens no file without the argument."""
    is_lazy: bool = False
    """True if the result of the call reads the file when it is used."""
    is_service: bool = False
    """True if the path is the name or URL of a service."""


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
    """Effects of one function or method of a known library."""

    returns: Returns = Returns.CONSTANT
    type: ValueType = IMMUTABLE
    """Abstract type of the result, for the first four `Returns`."""
    returns_own_class: bool = False
    """True if the result has the class of the receiver."""
    changes: tuple[Argument, ...] = ()
    """Arguments that the call changes; `SELF` is the receiver, `ALL_ARGUMENTS` all arguments."""
    changes_receiver_if: tuple[Argument, ...] = ()
    """Arguments with which the call changes the receiver."""
    changes_if: tuple[tuple[Argument, tuple[Argument, ...]], ...] = ()
    """Arguments that the call changes, with the arguments with which it does."""
    changes_only: str = ""
    """Restricts a change of the receiver: ``data`` spares tables and containers, ``rest`` all but library objects."""
    consumes_arguments: bool = True
    """True if the call reads its arguments at once, which exhausts iterators."""
    seeds: bool = False
    """True if the call sets the state of the global random generators."""
    draws: bool = False
    """True if the call may draw from the global random generators."""
    draws_unless: tuple[Argument, ...] = ()
    """Arguments with which it does not."""
    draws_with: tuple[Argument, ...] = ()
    """Arguments with which it draws if they are or hold random objects."""
    makes_random: bool = False
    """True if the result draws from the global random generators when it is used."""
    makes_random_unless: tuple[Argument, ...] = ()
    """Arguments with which it does not."""
    result_of: tuple[Argument, ...] | None = None
    """Arguments that the result may hold or share memory with; ``None`` for all and the receiver."""
    files: tuple[FileAccess, ...] = ()
    changes_process: bool = False
    reads_names: str | None = None
    """Mark of the caller's variables that a string argument names; empty if words are names."""
    alternative: FunctionModel | None = None
    """Model of a call with one of the arguments `alternative_if`."""
    alternative_if: tuple[Argument, ...] = ()
    is_assumed: bool = False
    """True if no list of the model has the function, so that its effects are an assumption."""
    query: Argument | None = None
    """SQL text that the call runs."""
    writes_held: bool = False
    """True if the call writes to the objects that the library holds, as loggers write to their handlers."""
    uses_figure: bool = False
    configures: tuple[str, ...] = ()
    """Libraries whose settings the call changes; empty text is its own library, ``all`` is all."""
    configures_as_statement: bool = False
    """True if the call changes settings of the library where its result is discarded."""

    @property
    def is_pure(self) -> bool:
        """True if a call without callbacks only computes its result."""
        return not (
            self.changes
            or self.changes_receiver_if
            or self.changes_if
            or self.seeds
            or self.draws
            or self.draws_with
            or self.makes_random
            or self.files
            or self.changes_process
            or self.reads_names is not None
            or self.query is not None
            or self.writes_held
            or self.uses_figure
            or self.configures
            or self.configures_as_statement
        )


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
_OUTPUTS = (Argument("out"), Argument("ax"))
"""Arguments that functions of any library change."""
_INSTALLERS = Names("**.activate* **.inject* **.install* **.patch*")
"""Functions that may change other libraries where a statement discards their result."""
_LOOKUPS = words("get copy items keys values index count")
"""Methods that read the state of the process and leave it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryModel:
    """Known functions and classes of one library."""

    library: str
    """Import name."""
    rules: str = ""
    """Rules of functions and classes, in the notation of this module."""
    otherwise: Returns | None = Returns.OBJECT
    """Result of the functions that nothing lists; they have no effect. Ignored if there are `rules`."""
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
        """Return the effects of the function at `path` below the library, by the lists of names."""
        assert self.otherwise is not None
        name = path.rpartition(".")[2]
        returns = next((returns for names, returns in self.returns if path in names), None)
        generates = path in GENERATORS
        if returns is None:
            stream = generates and self.otherwise in (Returns.OBJECT, Returns.TABLE)
            returns = Returns.STREAM if stream else self.otherwise
        seeds = path in self.seeds
        files = find_files(self.files, path)
        known = (self.mutates_arguments, self.seeds, self.draws, self.writes_held, self.settings, _MUTATING, GENERATORS)
        listed = bool(files) or any(path in names for names in (*known, *(names for names, _ in self.returns)))
        is_unlisted = not (listed or self.uses_figure or path in self.statement_settings)
        return FunctionModel(
            returns=returns,
            changes=(ALL_ARGUMENTS,) if path in self.mutates_arguments or path in _MUTATING else _OUTPUTS,
            consumes_arguments=self.consumes_arguments,
            seeds=seeds,
            draws=path in self.draws and not seeds and not generates,
            files=files,
            is_assumed=self.library not in sys.stdlib_module_names and (is_unlisted or path in _INSTALLERS),
            changes_process=path.startswith(self.process_state) and name not in _LOOKUPS,
            reads_names="" if path.startswith(self.reads_names) else None,
            writes_held=path in self.writes_held,
            uses_figure=self.uses_figure,
            configures=("",) if path in self.settings else (),
            configures_as_statement=path in self.statement_settings and not seeds,
        )


def find_files(files: Files, name: str) -> tuple[FileAccess, ...]:
    """Return the file accesses of a function, by its name or by a prefix pattern."""
    found = files.get(name)
    if found is not None:
        return found
    last = name.rpartition(".")[2]
    return next((access for key, access in files.items() if key[-1] == "*" and last.startswith(key[:-1])), ())
