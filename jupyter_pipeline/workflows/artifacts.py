"""Files that are deployed with the code of a pipeline: lock, profile and origin."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib.util
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline.models import STEP_PROFILES
from jupyter_pipeline.paths import FORMAT, read_object, snapshots_dir

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions
    from jupyter_pipeline.models import Distribution, Profile

__all__ = [
    "LOCK",
    "ORIGIN",
    "add_lock",
    "describe_origin",
    "find_profile_files",
    "is_whole_notebook",
    "note_local_packages",
    "note_unpackaged_modules",
    "profile_file",
]

LOCK = "requirements.lock"
ORIGIN = "deploy.json"
"""File of a snapshot with the cells and the options of its deploy."""
_PLACES = {"run_on": "", "StepCluster": f"{STEP_PROFILES}/"}
"""Folder with the profile of a run or of a step, by the function of `runtime` that takes its name."""


def profile_file(profile: Profile | None) -> dict[str, str]:
    """Return the current text of a profile by its file name; later edits do not change the deployment."""
    from jupyter_pipeline.clusters import profiles

    return {f"{profile.name}.yaml": profiles.render_profile(profile)} if profile else {}


def find_profile_files(code: Mapping[str, str], *, cwd: Path, replacement: str = "") -> dict[str, str]:
    """Return the current text of each profile that a flow names, by the relative path at which a run looks for it.

    Parameters
    ----------
    code : mapping of str to str
        Text of the files of the flow by relative path.
    cwd : Path
        Folder from which profiles are searched.
    replacement : str
        Profile to use instead of each profile; empty for none.

    Raises
    ------
    NotFoundError, ConfigurationError
        If a profile does not exist or is not valid.
    SyntaxError
        If a file is not valid Python. The message names the file and the line.
    """
    from jupyter_pipeline.clusters import profiles

    found = {}
    for path, text in sorted(code.items()):
        if not path.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(text, filename=path)):
            match node:
                case ast.Call(func=ast.Name(id=function), args=[ast.Constant(value=str(name)), *_]) if (
                    function in _PLACES
                ):
                    profile = profiles.get_profile(replacement or name, cwd=cwd)
                    found[f"{_PLACES[function]}{profiles.stored_file_name(name)}"] = profiles.render_profile(profile)
    return found


def add_lock(compilation: Compilation, modules: Mapping[str, str]) -> Compilation:
    """Return the compilation with a lock of the packages that its code imports and of their dependencies.

    The lock includes packages that a library imports for a function, such as openpyxl for ``read_excel``. Notes name
    the packages that are not installed.
    """
    from jupyter_pipeline.environments.capture.environment import capture_environment

    roots = _imported_packages(compilation, modules)
    if any(step.function for step in compilation.compute):
        roots.add("coiled")
    optional, notes = _find_optional_modules(_list_modules(compilation, modules))
    text = _lock(capture_environment().distributions, frozenset(roots | optional))
    required = _imported_packages(compilation, modules, required=True)
    notes = [*_note_absent(sorted(name for name in required if not _is_installed(name))), *notes]
    return dataclasses.replace(compilation, files={**compilation.files, LOCK: text}, notes=(*compilation.notes, *notes))


def _find_optional_modules(texts: Iterable[str]) -> tuple[set[str], list[str]]:
    """Return the installed modules that libraries import for functions, and notes on the absent ones."""
    from jupyter_pipeline.compiler.optional_imports import find_optional_imports

    found: set[str] = set()
    notes: dict[str, None] = {}
    for each in dict.fromkeys(one for text in texts for one in find_optional_imports(text)):
        if installed := next(filter(_is_installed, each.modules), ""):
            found.add(installed)
        elif each.is_certain:
            names = " or ".join(each.modules)
            notes[f"{each.user} needs {names}, which is not installed: install it, and deploy again."] = None
    return found, list(notes)


def _note_absent(names: Sequence[str]) -> list[str]:
    """Return a note on modules that the code imports and that are not installed."""
    if not names:
        return []
    verb, pronoun = ("is", "it") if len(names) == 1 else ("are", "them")
    text = (
        f"{', '.join(names)} {verb} imported but not installed, so {LOCK} does not have {pronoun}: "
        f"install {pronoun}, and deploy again."
    )
    return [text]


def _is_installed(module: str) -> bool:
    """Return True if an import of a module finds it."""
    if module in sys.modules or module in sys.builtin_module_names:
        return True
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def is_whole_notebook(version: str) -> bool:
    """Return True if the snapshot of a version is a whole notebook; False if it is not on this machine."""
    try:
        origin = read_object(snapshots_dir() / version / ORIGIN)
        return bool(version) and bool(origin["options"]["whole"])
    except (OSError, ValueError, KeyError):
        return False


def note_local_packages(lock: str) -> list[str]:
    """Return a note for each package of a lock that is installed from a path of this host."""
    from jupyter_pipeline.environments.lock.lockfile import parse_lock

    return [
        f"{LOCK} installs {package.name} from {package.url}. A clone on another host cannot install it: install a "
        "release here, or the URL of its repository, and deploy again."
        for package in parse_lock(lock).distributions
        if package.url.startswith("file:")
    ]


def note_unpackaged_modules(compilation: Compilation, modules: Mapping[str, str]) -> list[str]:
    """Return a note for each local module that the code imports and that is neither deployed nor in the lock."""
    from jupyter_pipeline.environments.capture.local_code import find_unpackaged_modules

    return [
        f"{name} is imported from {place}, which is not deployed: a run cannot import it. Put it beside the notebook, "
        "or install it as a package."
        for name, place in sorted(find_unpackaged_modules(_imported_packages(compilation, modules)).items())
    ]


def _imported_packages(compilation: Compilation, modules: Mapping[str, str], *, required: bool = False) -> set[str]:
    """Return the top-level packages that the code imports, without its own modules and the standard library."""
    from jupyter_pipeline.compiler.local_modules import find_imports

    own = {name.partition("/")[0].removesuffix(".py") for name in (*compilation.files, *modules)}
    texts = _list_modules(compilation, modules)
    return {name for one in texts for name in find_imports(one, required=required)} - own - sys.stdlib_module_names


def _list_modules(compilation: Compilation, modules: Mapping[str, str]) -> list[str]:
    """Return the texts of the generated and the local modules."""
    return [text for name, text in {**compilation.files, **modules}.items() if name.endswith(".py")]


@functools.lru_cache(maxsize=16)
def _lock(installed: tuple[Distribution, ...], roots: frozenset[str]) -> str:
    """Return the lock of the installed packages. Reading their dependencies dominates the cost of a plan."""
    from jupyter_pipeline.environments.capture.environment import capture_environment
    from jupyter_pipeline.environments.lock.pinning import lock_environment

    return lock_environment(dataclasses.replace(capture_environment(), distributions=installed), modules=roots)


def describe_origin(cells: Sequence[Cell], selected: int | Sequence[int], options: CompileOptions) -> str:
    """Return the ids of the cells, of all cells of the notebook, and the options of a deploy as JSON."""
    indices: Iterable[int] = (selected,) if isinstance(selected, int) else selected
    ids = {cell.index: cell.id for cell in cells}
    values = options.to_dict()
    for name in ("kernel_names", "schedules", "requirements"):
        del values[name]
    origin = {"cells": [ids.get(index, "") for index in indices], "notebook": list(ids.values()), "options": values}
    return json.dumps({"format": FORMAT, **origin}, sort_keys=True)
