"""Find the model of a library by its import name.

Each module of this package with an attribute ``MODELS`` contributes its library models. To add a library, add a module.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import lru_cache

from jupyter_pipeline.compiler.analysis.library_models.model import (
    FileAccess,
    Files,
    FunctionModel,
    LibraryModel,
    Methods,
    find_files,
)
from jupyter_pipeline.compiler.analysis.values import Type

__all__ = [
    "DECORATORS",
    "DRAWING_METHODS",
    "METHODS",
    "find_function",
    "find_method_files",
    "is_known",
    "is_process_state",
    "load_models",
    "merge_method_files",
]


def load_models(models: Iterable[LibraryModel]) -> dict[str, LibraryModel]:
    """Return the models by import name.

    Raises
    ------
    ValueError
        If two models have the same name.
    """
    found: dict[str, LibraryModel] = {}
    for model in models:
        if model.library in found:
            raise ValueError(f"The library {model.library} has two models. Remove one of them.")
        found[model.library] = model
    return found


def merge_method_files(models: Iterable[LibraryModel]) -> Files:
    """Return the file accesses of methods, by name or prefix pattern, from all models.

    Raises
    ------
    ValueError
        If two models declare different files for one method.
    """
    found: dict[str, tuple[FileAccess, ...]] = {}
    for model in models:
        for name, files in model.file_methods.items():
            if found.setdefault(name, files) != files:
                raise ValueError(f"{model.library} and another library open different files in the method {name}.")
    return found


def _declared() -> Iterator[LibraryModel]:
    package = importlib.import_module(__package__)
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if module.name not in ("model", "registry", "table_api"):
            yield from importlib.import_module(f"{__package__}.{module.name}").MODELS


_MODELS = load_models(_declared())
_NO_METHODS = Methods()


def _methods(type_: Type) -> Methods:
    found = _NO_METHODS
    for model in _MODELS.values():
        if type_ in model.methods:
            found |= model.methods[type_]
    return found


METHODS = {type_: _methods(type_) for type_ in Type}
"""Known methods of the values of each abstract type: the union over all models.

A method that changes its receiver in one library may do so in all: the abstract type does not name the library.
"""
DECORATORS = frozenset(name for model in _MODELS.values() for name in model.decorators)
"""Last names of decorators that leave a function with the effects that it has."""
DRAWING_METHODS = frozenset(name for model in _MODELS.values() for name in model.drawing_methods)
"""Methods that draw on the current figure."""
_METHOD_FILES = merge_method_files(_MODELS.values())


def is_known(path: str) -> bool:
    """Return True if there is a model of the library at the top of `path`."""
    return path.partition(".")[0] in _MODELS


@lru_cache(maxsize=4096)
def find_function(path: str) -> FunctionModel | None:
    """Return the effects of a function, or ``None`` if there is no model of its library.

    Parameters
    ----------
    path : str
        Dotted path from the library's import name, such as ``numpy.random.seed``.
    """
    library, _, rest = path.partition(".")
    model = _MODELS.get(library)
    return None if model is None else model.function(rest)


@lru_cache(maxsize=4096)
def find_method_files(name: str) -> tuple[FileAccess, ...]:
    """Return the files that a method of this name opens, on a receiver that is no builtin container."""
    return find_files(_METHOD_FILES, name)


def is_process_state(path: str) -> bool:
    """Return True if `path` is a part of a module that holds state of the process, such as ``os.environ``."""
    library, _, rest = path.partition(".")
    model = _MODELS.get(library)
    return model is not None and rest.startswith(model.process_state)
