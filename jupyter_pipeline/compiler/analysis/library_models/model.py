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
    ``overwrites(ARG …)``          Changes all arguments if one of these arguments is passed and not ``True``. Methods
                                   of the result, or of the receiver, change their arguments then, too.
    ``draws``                      Draws from the global random generators.
    ``draws(unless ARG …)``        Does not if one of these arguments is passed and not ``None``.
    ``draws(ARG …)``               Draws if one of these arguments, or an object that it holds, is random. ``self`` is
                                   the receiver. Objects of unknown type count as random.
    ``random``                     The result is random: it draws from the global generators when it is used.
    ``random(unless ARG …)``       It does not if one of these arguments is passed and not ``None``.
    ``seeds``                      Sets the state of the global random generators.
    ``seeds(ARG …)``               Does if one of these arguments, or an object that it holds, is random.
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
    ``enters(ARG …)``              Enters these context managers, now or later, and leaves them.
    ``derives(ARG …)``             Makes a class of these bases, or of the bases that these arguments hold.
    ``figure``                     Draws on the current figure of matplotlib, or reads it.
    ``names``, ``names(@)``        The words of a string argument name variables of the caller; ``@`` is their mark.
    ``queries(ARG)``               Runs this SQL text, and opens the files that it names. If it does more than read, the
                                   receiver, or else the settings of its own library, change. With ``receives``, the
                                   service changes instead.
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

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.values import IMMUTABLE, ValueType

__all__ = [
    "ALL_ARGUMENTS",
    "ANY_FILE",
    "SELF",
    "Argument",
    "FileAccess",
    "FunctionModel",
    "LibraryModel",
    "Methods",
    "Returns",
    "words",
]


def words(text: str) -> frozenset[str]:
    """Return the words of `text`."""
    return frozenset(text.split())


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
    """The argument with the path, or its position; a text is the name of a service."""
    writes: bool = False
    optional: bool = False
    """True if the call opens no file without the argument."""
    is_lazy: bool = False
    """True if the result of the call reads the file when it is used."""
    is_service: bool = False
    """True if the path is the name or URL of a service."""


Files = Mapping[str, tuple[FileAccess, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """Methods of the values of one abstract type."""

    pure: frozenset[str] = frozenset()
    """Methods that change neither the receiver nor the arguments."""
    mutating: frozenset[str] = frozenset()
    """Methods that change the receiver."""
    inplace: frozenset[str] = frozenset()
    """Methods that change the receiver if the keyword ``inplace`` asks for it."""


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
    overwrites: tuple[Argument, ...] = ()
    """Arguments with which the call, and later calls of the result, change their arguments, unless they are true."""
    changes_only: str = ""
    """Restricts a change of the receiver: ``data`` spares tables and containers, ``rest`` all but library objects."""
    consumes_arguments: bool = True
    """True if the call reads its arguments at once, which exhausts iterators."""
    seeds: bool = False
    """True if the call sets the state of the global random generators."""
    seeds_with: tuple[Argument, ...] = ()
    """Arguments that make the call set this state if they are or hold random objects."""
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
    query: Argument | None = None
    """SQL text that the call runs."""
    writes_held: bool = False
    """True if the call writes to the objects that the library holds, as loggers write to their handlers."""
    enters: tuple[Argument, ...] = ()
    """Arguments that are context managers, which the call enters."""
    derives: tuple[Argument, ...] = ()
    """Arguments that are or hold the bases of the class that the call makes."""
    uses_figure: bool = False
    configures: tuple[str, ...] = ()
    """Libraries whose settings the call changes; empty text is its own library, ``all`` is all."""
    configures_as_statement: bool = False
    """True if the call changes settings of the library where its result is discarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryModel:
    """Known functions and classes of one library."""

    library: str
    """Import name."""
    rules: str = ""
    """Rules of functions and classes, in the notation of this module."""
    process_state: tuple[str, ...] = ()
    """Beginnings of the paths that change the process: working directory, environment, import path."""
    patching: Mapping[str, str] = field(default_factory=dict)
    """Library that the import of a module changes, by the beginning of the module's path, with a final dot."""
    decorators: frozenset[str] = frozenset()
    """Decorators that leave a function with the effects that it has."""
    file_methods: Files = field(default_factory=dict)
    """Files that methods open, by name of the method; a name may end with ``*``."""
    drawing_methods: frozenset[str] = frozenset()
    """Methods that draw on the current figure."""


def find_files(files: Files, name: str) -> tuple[FileAccess, ...]:
    """Return the file accesses of a method, by its name or by a prefix pattern."""
    found = files.get(name)
    if found is not None:
        return found
    return next((access for key, access in files.items() if key[-1] == "*" and name.startswith(key[:-1])), ())
