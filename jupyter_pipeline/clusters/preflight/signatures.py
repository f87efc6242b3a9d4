"""Find the arguments that a cluster class accepts, without importing Dask where possible.

Importing distributed takes half a second, which is too long for the process that starts a cluster. If the backend names
the sources of its class, the arguments are read from those files. Any other class is imported.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters.backends import import_class

__all__ = ["find_unknown_arguments", "is_installed"]

_READ_FROM_SOURCE = {"dask_jobqueue", "distributed", "dask", "jupyter_pipeline"}


def is_installed(cluster_class: str) -> bool:
    """Return True if the package of the class at an import path is installed. Nothing is imported."""
    try:
        return importlib.util.find_spec(cluster_class.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def find_unknown_arguments(
    cluster_class: str, names: Iterable[str], sources: Sequence[tuple[str, str, str]] = ()
) -> tuple[list[str], list[str]]:
    """Return the names that the class does not accept, and all names that it accepts.

    Parameters
    ----------
    cluster_class : str
        Import path.
    names : iterable of str
        Names of arguments.
    sources : sequence of (str, str, str)
        Package, file and name of the classes and functions that accept the arguments, see `Backend.sources`.

    Raises
    ------
    MissingDependencyError, ConfigurationError
        If the class must be imported and cannot be.
    TypeError
        If the imported object is neither a cluster class nor a function.
    """
    unknown = set(names)
    known: set[str] = set()
    for accepted in _list_accepted(cluster_class, sources):
        if accepted is None:  # any argument
            return [], []
        unknown -= accepted
        known |= accepted
        if not unknown:
            break
    return sorted(unknown), sorted(known)


def _list_accepted(cluster_class: str, sources: Sequence[tuple[str, str, str]]) -> Iterator[set[str] | None]:
    """Yield the arguments of the class, and the arguments of the classes that receive its ``**kwargs``."""
    if sources and cluster_class.partition(".")[0] in _READ_FROM_SOURCE:
        for source in sources:
            yield _read_source(*source)
        return
    found = import_class(cluster_class)
    lacks = [method for method in ("scale", "close") if not hasattr(found, method)] if inspect.isclass(found) else []
    if lacks or not callable(found):
        raise TypeError(f"{cluster_class} is no cluster class" + (f": it cannot {' or '.join(lacks)}" if lacks else ""))
    if inspect.isclass(getattr(found, "job_cls", None)):  # dask-jobqueue passes further arguments to its job class
        yield from _inspect_signatures(found.job_cls)
    yield from _inspect_signatures(found)


@functools.cache
def _read_source(package: str, file: str, name: str) -> set[str]:
    spec = importlib.util.find_spec(package)
    folder = Path(next(iter(spec.submodule_search_locations or []))) if spec else Path()
    for node in ast.parse((folder / file).read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            functions = [f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"]
            return _arguments(functions[0]) if functions else set()
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return _arguments(node)
    return set()


def _arguments(function: ast.FunctionDef) -> set[str]:
    arguments = function.args
    return {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)} - {"self"}


def _inspect_signatures(target: Any) -> Iterator[set[str] | None]:
    classes = inspect.getmro(target) if inspect.isclass(target) else (target,)
    for cls in classes:
        function = cls.__dict__.get("__init__") if inspect.isclass(cls) else cls
        if cls is object or function is None:
            continue
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            yield None
            return
        yield {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)} - {"self"}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            return
    yield None  # the last class accepts any argument
