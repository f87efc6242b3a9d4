"""Make a running process import synced code: update its search path, and unload changed modules.

A changed module is removed from ``sys.modules`` with all modules that refer to its objects, so that the next task
imports them again. Functions that are running keep their objects.
"""

from __future__ import annotations

import importlib
import linecache
import sys
import time
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

ARCHIVES = (".zip", ".egg", ".whl", ".pyz")
"""Suffixes of archives with modules."""

_EMPTY: dict[str, Any] = {}


def set_search_path(entries: Sequence[str], code: str, *, front: bool) -> None:
    """Set the synced part of ``sys.path`` to `entries`.

    Parameters
    ----------
    entries : sequence of str
        Folders below `code`, in the order of the kernel's path.
    code : str
        Folder of all synced files. Other entries below it are removed.
    front : bool
        Insert the entries before all others; otherwise append them.
    """
    others = [p for p in sys.path if not p.startswith(code)]
    sys.path[:] = [*entries, *others] if front else [*others, *entries]


def forget_modules(
    changed: Iterable[str], code: str, names: Iterable[str], *, protect: Iterable[str] = ()
) -> list[str]:
    """Remove the modules from ``sys.modules`` that must be imported again.

    Parameters
    ----------
    changed : iterable of str
        Paths of changed and deleted files.
    code : str
        Folder of all synced files.
    names : iterable of str
        Top-level modules that are synced. If they were loaded from another place, they are removed too.
    protect : iterable of str
        Top-level modules that are never removed.

    Returns
    -------
    list of str
        Names of loaded extension modules that changed. Only a new process can load them again.
    """
    changed = list(changed)
    archives = tuple(f"{path}/" for path in changed if path.endswith(ARCHIVES))
    files, synced, kept = set(changed), set(names) - set(protect), {*protect, "__main__"}
    tops: set[str] = set()
    binary: list[str] = []
    loaded = list(sys.modules.items())
    for name, module in loaded:  # inlined `file_of`, because there are thousands of modules
        file = getattr(module, "__dict__", _EMPTY).get("__file__")
        inside = archives and isinstance(file, str) and file.startswith(archives)
        if file and (inside or file in files) and (top := name.partition(".")[0]) not in kept:
            tops.add(top)
            if file.endswith((".so", ".pyd")):
                binary.append(name)
    if not synced.isdisjoint(sys.modules):
        for name, module in loaded:
            top = name.partition(".")[0]
            if top in synced and not _below(module, file_of(module), code):
                tops.add(top)
        # A new file may complete a package, or shadow another module of the same name.
        tops |= {top for top in synced if top in sys.modules and any(_is_of(f, top, code) for f in files)}
    if tops:
        tops = _with_holders(tops, code, kept)
        purge = [n for n in list(sys.modules) if n.partition(".")[0] in tops and n != "__main__"]
        _wait_for_imports(purge)
        for name in purge:
            sys.modules.pop(name, None)
    importlib.invalidate_caches()
    for file in files:
        linecache.checkcache(file)
    return binary


def file_of(module: ModuleType) -> str:
    """Return the file of `module` without attribute access, which could trigger the import of a lazy module."""
    file = getattr(module, "__dict__", {}).get("__file__")
    return file if isinstance(file, str) else ""


def _below(module: ModuleType, file: str, code: str) -> bool:
    if file:
        return file.startswith(code)
    return all(str(p).startswith(code) for p in getattr(module, "__path__", []))  # a namespace package has no file


def _is_of(file: str, top: str, code: str) -> bool:
    parts = file[len(code) :].split("/")
    return file.startswith(code) and (top in parts or f"{top}.py" in parts)


def _with_holders(tops: set[str], code: str, kept: set[str]) -> set[str]:
    """Return `tops` and the synced top-level modules that refer to them, directly or indirectly."""
    synced = {
        name: module
        for name, module in list(sys.modules.items())
        if file_of(module).startswith(code) and name.partition(".")[0] not in kept
    }
    found = set(tops)
    grown = True
    while grown:
        grown = False
        for name, module in synced.items():
            top = name.partition(".")[0]
            if top not in found and any(_origin(v) in found for v in list(vars(module).values())):
                found.add(top)
                grown = True
    return found


def _origin(value: Any) -> str:
    try:
        name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if not isinstance(name, str):
            name = getattr(type(value), "__module__", "")
    except Exception:  # noqa: BLE001 - an unresolved proxy may raise any exception
        return ""
    return name.partition(".")[0] if isinstance(name, str) else ""


def _wait_for_imports(names: Iterable[str], patience: float = 5.0) -> None:
    """Wait for imports in other threads, which fail if their module is removed."""
    deadline = time.monotonic() + patience
    for name in names:
        while time.monotonic() < deadline:
            spec = getattr(sys.modules.get(name), "__spec__", None)
            if not getattr(spec, "_initializing", False):
                break
            time.sleep(0.01)
