"""Results of functions and operators on texts and paths, as abstract strings."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from jupyter_pipeline.compiler.analysis.paths import base_name, join_paths, parent_folder
from jupyter_pipeline.compiler.analysis.texts import (
    ANY_TEXT,
    NO_TEXT,
    Texts,
    concatenate,
    replace_fields,
    unite,
)

__all__ = ["apply_builtin", "apply_function", "apply_method", "apply_operator", "read_attribute", "temporary_path"]

_PATH_CLASSES = ("Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath")
_SAME = ("abspath", "expanduser", "expandvars", "normpath", "realpath", "fspath", "normcase", "fsdecode")
"""Functions of ``os`` and ``os.path`` whose result names the same file."""
_SAME_METHODS = ("resolve", "absolute", "expanduser", "as_posix", "as_uri", "strip", "__str__", "__fspath__")
"""Methods of texts and paths whose result names the same file."""
_TEMPORARY = "/temporary-of-statement-"
"""Start of the path of a temporary file."""
_TEMPORARY_FILES = ("mkdtemp", "mkstemp", "mktemp", "TemporaryDirectory", "NamedTemporaryFile")
"""Functions of ``tempfile`` whose results have a path."""
_NUMBERS = ("math.", "cmath.", "statistics.", "time.", "datetime.", "random.")
"""Libraries whose results are numbers and dates."""
_NUMBER_FUNCTIONS = {
    "int", "float", "bool", "len", "abs", "round", "hash", "ord", "isinstance", "issubclass", "callable", "id", "any",
    "all", "divmod", "pow", "complex", "hasattr",
}  # fmt: skip


def apply_operator(operator: ast.operator, left: Texts, right: Texts, *, joins: bool) -> Texts:
    """Return the texts of the result of a binary operator.

    Parameters
    ----------
    operator : ast.operator
        The operator.
    left, right : frozenset of str
        Texts of the operands.
    joins : bool
        True if the operands are containers, which ``+`` joins.
    """
    if not left and not right:
        return NO_TEXT
    if joins:
        return unite(left, right)
    if isinstance(operator, ast.Add):
        return concatenate([left, right])
    if isinstance(operator, ast.Div):
        return join_paths([left, right])
    return replace_fields(left) if isinstance(operator, ast.Mod) and left else ANY_TEXT


def apply_function(path: str, args: Sequence[Texts], statement: int) -> Texts:
    """Return the texts of the result of the library function at `path`.

    Parameters
    ----------
    path : str
        Dotted path from the library's import name.
    args : sequence of frozenset of str
        Texts of the positional arguments.
    statement : int
        Number of the statement: each creates other temporary files.
    """
    library, _, rest = path.partition(".")
    name = path.rpartition(".")[2]
    if library == "pathlib" and name in _PATH_CLASSES:
        return join_paths(args) if args else frozenset({"."})
    if path in ("pathlib.Path.cwd", "os.getcwd", "os.path.curdir"):
        return frozenset({"."})
    if path == "pathlib.Path.home":
        return frozenset({"~"})
    if library == "tempfile" and rest in _TEMPORARY_FILES:
        return temporary_path(statement)
    if path.startswith(_NUMBERS):
        return NO_TEXT
    if library not in ("os", "posixpath", "ntpath") or not args:
        return ANY_TEXT
    if name == "join":
        return join_paths(args)
    if name == "dirname":
        return parent_folder(args[0])
    if name == "basename":
        return base_name(args[0])
    return args[0] if name in _SAME else ANY_TEXT


def temporary_path(statement: int) -> Texts:
    """Return the path of the temporary files that a statement creates."""
    return frozenset({f"{_TEMPORARY}{statement}"})


def apply_builtin(name: str, args: Sequence[Texts]) -> Texts:
    """Return the texts of the result of the builtin function `name`."""
    if name in _NUMBER_FUNCTIONS:
        return NO_TEXT
    if name in ("str", "list", "tuple", "set", "sorted", "reversed", "iter", "enumerate", "zip", "next") and args:
        found = unite(*args)
        return found if found or name != "str" else ANY_TEXT
    return ANY_TEXT


def apply_method(name: str, receiver: Texts, args: Sequence[Texts]) -> Texts:
    """Return the texts of the result of the method `name` of a text or path."""
    if receiver in (ANY_TEXT, NO_TEXT) and name not in ("joinpath", "with_name"):
        return ANY_TEXT
    if name in _SAME_METHODS and not args:
        return receiver
    if name == "joinpath":
        return join_paths([receiver, *args])
    if name in ("glob", "rglob", "iterdir"):
        return join_paths([receiver, args[0] if name == "glob" and args else ANY_TEXT])
    if name == "format":
        return replace_fields(receiver)
    if name == "with_suffix" and args:
        stems = frozenset(text.rpartition(".")[0] if "." in text.rpartition("/")[2] else text for text in receiver)
        return concatenate([stems, args[0]])
    if name == "with_name" and args:
        return join_paths([parent_folder(receiver), args[0]])
    return ANY_TEXT


def read_attribute(name: str, receiver: Texts) -> Texts:
    """Return the texts of an attribute of a text or path."""
    if receiver == ANY_TEXT:
        return ANY_TEXT
    if name == "parent":
        return parent_folder(receiver)
    if name == "name" and not any(text.startswith(_TEMPORARY) for text in receiver):
        return base_name(receiver)
    return receiver if name == "name" else ANY_TEXT
