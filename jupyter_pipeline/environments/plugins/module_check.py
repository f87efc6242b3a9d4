"""Check in a worker that an import would find the kernel's modules, without an import.

No code of a module runs, so the check neither waits for a slow import nor repeats side effects. A module is found by
the finders of this process, and its content is compared by hash. Extension modules are also loaded as libraries, which
finds missing libraries and other platforms before a task does.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import sys
from collections.abc import Iterable, Mapping
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from typing import Any

from jupyter_pipeline.environments.plugins.content import content_hash

_HASHES: dict[str, tuple[tuple[int, int, int], str]] = {}
_LOADED: dict[tuple[str, str], str] = {}


def check_modules(expected: Mapping[str, str]) -> dict[str, str]:
    """Return a problem by name for the modules that this process would not import as the kernel does.

    Parameters
    ----------
    expected : mapping of str to str
        Hash of the content of each module's file, or of the archive that holds it, by name of the module.
    """
    problems = _find_problems(expected)
    if problems:  # the caches of the finders may not have the latest files
        importlib.invalidate_caches()
        problems = _find_problems({name: expected[name] for name in problems})
    return problems


def find_missing(names: Iterable[str]) -> list[str]:
    """Return the top-level modules that this process would not find."""
    importlib.invalidate_caches()
    specs: dict[str, ModuleSpec | None] = {}
    return [name for name in names if name not in sys.modules and _find(name, specs) is None]


def _find_problems(expected: Mapping[str, str]) -> dict[str, str]:
    specs: dict[str, ModuleSpec | None] = {}
    found = {name: _check(name, digest, specs) for name, digest in expected.items()}
    return {name: problem for name, problem in found.items() if problem}


def _check(name: str, digest: str, specs: dict[str, ModuleSpec | None]) -> str:
    place, loaded = _loaded_from(name), True
    if not place:
        try:
            spec = _find(name, specs)
        except Exception as error:  # noqa: BLE001 - an import hook may raise any exception
            return f"cannot be found: {type(error).__name__}: {error}"
        if spec is None:
            return "cannot be found"
        place, loaded = _place(spec.loader, spec.origin), False
    found = hash_file(place)
    if found != digest:
        return f"is another file there, {place}" if place else "is no file there"
    if not loaded and place.endswith(tuple(EXTENSION_SUFFIXES)):
        return _load_library(place, digest)
    return ""


def _find(name: str, specs: dict[str, ModuleSpec | None]) -> ModuleSpec | None:
    """Return the spec of a module; unlike `importlib.util.find_spec`, do not import its parents."""
    if name not in specs:
        specs[name] = _search(name, specs)
    return specs[name]


def _search(name: str, specs: dict[str, ModuleSpec | None]) -> ModuleSpec | None:
    parent = name.rpartition(".")[0]
    path: Any = None
    if parent:
        package = sys.modules.get(parent)
        if package is not None:
            path = getattr(package, "__path__", None)
        else:
            above = _find(parent, specs)
            path = above.submodule_search_locations if above is not None else None
        if path is None:
            return None
        # The path of a namespace package is computed from its parent, which may not be imported.
        path = list(getattr(path, "_path", path))
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        try:
            spec: ModuleSpec | None = find(name, path) if find is not None else None
        except KeyError:  # the path finder looks for the parent of a namespace package in `sys.modules`
            return _namespace(name, path)
        if spec is not None:
            return spec
    return None


def _namespace(name: str, path: Iterable[str]) -> ModuleSpec | None:
    """Return the spec of a package without ``__init__.py`` that is below `path`."""
    places = [f"{place}/{name.rpartition('.')[2]}" for place in path]
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = [place for place in places if os.path.isdir(place)]  # noqa: PTH112
    return spec if spec.submodule_search_locations else None


def _loaded_from(name: str) -> str:
    module = sys.modules.get(name)
    values = getattr(module, "__dict__", {})
    return _place(values.get("__loader__"), values.get("__file__"))


def _place(loader: Any, origin: Any) -> str:
    """Return the archive or the file of a module."""
    archive = getattr(loader, "archive", None)
    place = archive if isinstance(archive, str) else origin
    return place if isinstance(place, str) else ""


def hash_file(path: str) -> str:
    """Return the hash of a file, cached until the file changes; empty if it cannot be read."""
    try:
        info = os.stat(path)  # noqa: PTH116 - called for each module
        state = (info.st_mtime_ns, info.st_size, info.st_ino)
        if path not in _HASHES or _HASHES[path][0] != state:
            with open(path, "rb") as file:  # noqa: PTH123
                _HASHES[path] = (state, content_hash(file.read()))
    except OSError:
        return ""
    return _HASHES[path][1]


def _load_library(path: str, digest: str) -> str:
    """Load an extension module as a library, once, and return the error. Its initialization does not run."""
    if (path, digest) not in _LOADED:
        try:
            ctypes.CDLL(path, mode=os.RTLD_LAZY | os.RTLD_LOCAL)
            _LOADED[path, digest] = ""
        except OSError as error:
            _LOADED[path, digest] = f"cannot be loaded: {error}"
    return _LOADED[path, digest]
