"""Find the local code that this process imports, which workers cannot install from an index."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

from jupyter_pipeline.environments.capture.archives import is_archive, list_archive_modules
from jupyter_pipeline.environments.capture.dependencies import find_providers
from jupyter_pipeline.environments.capture.folder import Folder
from jupyter_pipeline.environments.capture.import_statements import COMPUTED, read_cell_imports, read_imports
from jupyter_pipeline.environments.capture.installed import InstalledCode
from jupyter_pipeline.environments.capture.size_limits import is_larger, unused_reason
from jupyter_pipeline.environments.plugins.distributions import scan_distributions
from jupyter_pipeline.environments.plugins.module_reload import file_of
from jupyter_pipeline.environments.plugins.worker_plugin import RUNS_ON
from jupyter_pipeline.exceptions import NotFoundError, UsageError

__all__ = [
    "LocalCode",
    "find_imported_files",
    "find_local_code",
    "find_unpackaged_modules",
    "forbidden_reason",
    "list_installed_modules",
    "resolve_folder",
]

_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", ".git")

_MOST_FOLDERS = 200
"""Number of folders above which a folder is no folder of code, such as ``/tmp``."""

_SUFFIXES = (".py", ".pyc", *EXTENSION_SUFFIXES)


@dataclass(frozen=True, slots=True)
class LocalCode:
    """Local code of a process."""

    folders: Sequence[Folder] = ()
    """Folders to send, in the order of the search path."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Reasons by path of the folders and archives that cannot be sent."""
    unsent: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Files and reasons, by name of the module, of imported modules in folders that cannot be sent."""
    unnamed: Sequence[str] = ()
    """Folders without ``__init__.py`` that are not sent, although code imports modules by computed names."""


def resolve_folder(path: Path | str) -> Folder:
    """Return the folder at a path that the user named.

    A package is imported from its parent folder. Any other folder is also added to the search path itself.

    Raises
    ------
    UsageError
        The path is not a folder, or it is never sent: the root, a home or its parents, a virtual environment.
    """
    source = Path(path).expanduser().resolve()
    if not source.exists():
        known = [p.name for p in source.parent.iterdir() if p.is_dir()] if source.parent.is_dir() else []
        raise NotFoundError("folder", str(path), known)
    if not source.is_dir():
        raise UsageError(f"{path} is not a folder. Name the folder that holds it.")
    reason = forbidden_reason(source)
    if reason:
        raise UsageError(f"{path} is {reason}: it is never sent. Name the folder of the code.")
    package = (source / "__init__.py").exists()
    return Folder(source=source, paths=("..",) if package else (".", ".."))


def find_local_code(
    modules: Mapping[str, ModuleType] | None = None, path: Sequence[str] | None = None, cwd: Path | None = None
) -> LocalCode:
    """Return the folders with local code in the order of the search path, and the folders that were left out.

    Local code is neither in the standard library nor part of an installed distribution, in any folder. A folder is
    included if an imported module is in it. The folders and archives of the search path are included with all their
    modules, which a task may import first. Folders without ``__init__.py`` in a project, such as ``docs``, are included
    if code imports them by name. Editable installs are included with their metadata.

    Parameters
    ----------
    modules : mapping, optional
        Loaded modules; by default ``sys.modules``.
    path : sequence of str, optional
        Search path; by default ``sys.path``.
    cwd : Path, optional
        Folder of the notebook; by default the current folder.
    """
    search = _Search(sys.path if path is None else path, (cwd or Path.cwd()).resolve())
    search.add_modules(list_modules() if modules is None else modules)
    search.add_search_path()
    search.add_plain_folders()
    folders = search.folders()
    metadata = _metadata_folders([folder.source for folder in folders])
    return LocalCode([*folders, *metadata], search.left_out, search.unsent, search.unnamed)


@dataclass
class _Home:
    """One folder with local code: the names to send, and the modules that were imported from it."""

    names: set[str] = field(default_factory=set)
    mounts: dict[str, str] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)
    entries: list[str] = field(default_factory=list)
    """Paths of archives in the folder that are searched for modules."""


class _Search:
    """Search for local code.

    Parameters
    ----------
    path : sequence of str
        Search path.
    here : Path
        Folder of the notebook.
    """

    def __init__(self, path: Sequence[str], here: Path) -> None:
        self.here = str(here)
        self._real: dict[str, str] = {}
        self.path = list(dict.fromkeys(os.path.realpath(here / p) for p in path))
        self.order = {entry: number for number, entry in enumerate(self.path)}
        self.installed = InstalledCode([p for p in self.path if not is_archive(p)])
        self.homes: dict[str, _Home] = {}
        self.left_out: dict[str, str] = {}
        self.unsent: dict[str, tuple[str, str]] = {}
        self.modules: dict[str, ModuleType] = {}
        self.plain: list[str] = []
        self.unnamed: tuple[str, ...] = ()

    # Imported modules

    def add_modules(self, modules: Mapping[str, ModuleType]) -> None:
        """Add the homes of all modules that were imported from local code."""
        self.modules = dict(modules)
        packages: dict[str, list[str]] = {}
        for name, module in modules.items():
            if "." not in name and name not in RUNS_ON and not name.startswith("__"):
                homes = self._add_top_level(name, module)
                if homes:
                    packages[name] = homes
        for name, module in modules.items():
            top, dot, _ = name.partition(".")
            if dot and top in packages:
                self._add_submodule(name, module, packages[top])

    def _add_top_level(self, name: str, module: ModuleType) -> list[str]:
        """Add the homes of a top-level module and return them; an empty list if it is no local code."""
        file = file_of(module)
        archive = _archive_of(module)
        if archive:
            return self._add_archive(archive, name)
        if file and self._is_installed(file):
            return []
        if file and not os.path.isfile(file):
            return []
        homes = []
        if file:
            init = os.path.basename(file).partition(".")[0] == "__init__"
            if not init:
                return [self._place(name, name + _suffix(file), file)]
            folder = os.path.dirname(file)
            homes.append(self._place(name, name, folder, os.path.basename(file)))
        for folder in _search_locations(module):
            if os.path.basename(folder) == name and not self._is_installed(f"{folder}/"):
                homes.append(self._place("", name, folder))
        return list(dict.fromkeys(homes))

    def _add_submodule(self, name: str, module: ModuleType, homes: Sequence[str]) -> None:
        """Add a module of a local package; mount it if it was loaded from a place that does not match its name."""
        file = file_of(module)
        spec = getattr(module, "__dict__", {}).get("__spec__")
        if not file or getattr(spec, "name", name) != name or _archive_of(module):
            return
        parts = name.split(".")
        base = os.path.basename(file)
        last = [parts[-1], base] if base.partition(".")[0] == "__init__" else [parts[-1] + _suffix(file)]
        inside = "/".join([*parts[:-1], *last])
        there = f"{self._real_folder(file)}/{base}"
        for home in homes:
            if there == f"{self._real_folder(f'{home}/{inside}')}/{last[-1]}":
                self.homes[home].imported[name] = inside
                return
        for home in homes:
            for mount, place in self.homes[home].mounts.items():
                if inside.startswith(f"{mount}/") and there == f"{place}{inside[len(mount) :]}":
                    self.homes[home].imported[name] = inside
                    return
        namespace = not file_of(self.modules[parts[0]])
        if os.path.isfile(file) and not (namespace and self._is_installed(file)):
            self.homes[homes[0]].mounts[inside] = there
            self.homes[homes[0]].imported[name] = inside

    def _place(self, module: str, target: str, file: str, inside: str = "") -> str:
        """Add the file or folder at `file` under the name `target` to its home, and return the home."""
        base = os.path.basename(file)
        place = self._real_folder(file)
        home = self.homes.setdefault(place, _Home())
        home.names.add(target)
        if base != target:
            home.mounts[target] = f"{place}/{base}"
        if module:
            home.imported[module] = f"{target}/{inside}" if inside else target
        return place

    def _add_archive(self, archive: str, module: str) -> list[str]:
        if self._is_installed(archive):
            return []
        home = self._place(module, os.path.basename(archive), archive)
        return [home]

    def _is_installed(self, file: str) -> bool:
        base = os.path.basename(file)
        return self.installed.holds(file) or self.installed.holds(f"{self._real_folder(file)}/{base}")

    def _real_folder(self, file: str) -> str:
        """Return the folder of `file` without links; the file may be a link and keeps its name."""
        folder = os.path.dirname(file)
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return self._real[folder]

    # Search path

    def add_search_path(self) -> None:
        """Add the modules that can be imported from the search path."""
        for entry in self.path:
            archive, inside = _split_archive(entry)
            if archive:
                self._add_archive_entry(archive, inside)
            elif os.path.isdir(entry) and not self.installed.holds(f"{entry}/") and not forbidden_reason(Path(entry)):
                self._add_folder_entry(entry)

    def _add_archive_entry(self, archive: str, inside: str) -> None:
        if self.installed.holds(archive):
            return
        folder, name = os.path.split(archive)
        path = f"{name}/{inside}" if inside else name
        used = any(place == name for place in self.homes.get(folder, _Home()).imported.values())
        if not used and (is_larger(archive) or not list_archive_modules(folder, path)):
            if is_larger(archive):
                self.left_out[archive] = unused_reason()
            return
        home = self.homes.setdefault(folder, _Home())
        home.names.add(name)
        home.entries.append(path)

    def _add_folder_entry(self, entry: str) -> None:
        home = self.homes.get(entry, _Home())
        project = entry == self.here or any(os.path.exists(f"{entry}/{name}") for name in _PROJECT_FILES)
        importable = list_importable(entry)
        namespaces = not project and sum(not regular for _, regular in importable) <= _MOST_FOLDERS
        for name, regular in importable:
            module = name.partition(".")[0]
            place = f"{entry}/{name}"
            if module in RUNS_ON or name in home.names or self.installed.holds(place):
                continue
            if not regular and not (namespaces and _has_modules(place)):
                self.plain.append(place)
                continue
            if not self._is_first(module, entry, regular=regular):
                continue
            used = regular and (entry in self.homes or entry == self.here)
            if not used and is_larger(place):
                self.left_out[place] = unused_reason()
                continue
            home.names.add(name)
        if home.names:
            self.homes[entry] = home

    def add_plain_folders(self) -> None:
        """Add the folders without ``__init__.py`` that a cell or a local module imports by name.

        A function may import them first in a task. Other such folders, such as ``docs``, are no code of the project.
        """
        waiting = self.plain
        if not waiting:
            return
        names = read_cell_imports(self.modules)
        for place, home in self.homes.items():
            imported = (home.mounts.get(path) or f"{place}/{path}" for path in home.imported.values())
            files = {path for path in imported if path.endswith(".py")}
            files |= {file for name in home.names for file in _list_sources(f"{place}/{name}")}
            inside = {file for file in files if os.path.dirname(file) != place}
            # A package mostly computes names of its own modules.
            names |= read_imports(files - inside) | read_imports(inside) - {COMPUTED}
        while found := [place for place in waiting if os.path.basename(place) in names]:
            waiting = [place for place in waiting if place not in found]
            for place in filter(self._is_importable, found):
                entry, name = os.path.split(place)
                names |= read_imports(_list_sources(place))
                if is_larger(place):
                    self.left_out[place] = unused_reason()
                else:
                    self.homes.setdefault(entry, _Home()).names.add(name)
        if COMPUTED in names:
            self.unnamed = tuple(filter(self._is_importable, waiting))

    def _is_importable(self, place: str) -> bool:
        """Return True if this process imports modules from a folder without ``__init__.py``."""
        entry, name = os.path.split(place)
        return bool(_list_sources(place) or _has_modules(place)) and self._is_first(name, entry, regular=False)

    def _is_first(self, module: str, entry: str, *, regular: bool) -> bool:
        """Return True if this process imports `module` from `entry`, and not from another place.

        A package without ``__init__.py`` comes after all modules of its name, in every folder.
        """
        loaded = self.modules.get(module)
        if loaded is not None:
            file = file_of(loaded)
            package = os.path.dirname(file) if "__path__" in getattr(loaded, "__dict__", {}) else file
            return entry in {self._real_folder(place) for place in (package, *_search_locations(loaded)) if place}
        if module in sys.builtin_module_names:
            return False
        for other in self.path:
            if other == entry and regular:
                return True
            with contextlib.suppress(Exception):  # an import hook may raise any exception
                spec = PathFinder.find_spec(module, [other])
                if spec is not None and spec.origin:
                    return False
        return True

    # Result

    def folders(self) -> list[Folder]:
        """Return the folders in the order of the search path."""
        folders = []
        for place in sorted(self.homes, key=lambda p: (self._position(p), p)):
            home = self.homes[place]
            names = {name for name in home.names if name.partition(".")[0] not in RUNS_ON}
            reason = forbidden_reason(Path(place))
            if reason:
                imported = sorted({path.partition("/")[0] for path in home.imported.values()})
                if imported:
                    self.left_out[place] = f"is {reason}; move {', '.join(imported)} to a separate folder"
                for module, path in home.imported.items():
                    file = f"{place}/{path}"
                    self.unsent[module] = (file, f"is in {reason}; move it to a separate folder")
            elif names:
                beside = place in self.order
                direct = beside or any(not is_archive(name) for name in names)
                folders.append(
                    Folder(
                        source=Path(place),
                        paths=(*((".",) if direct else ()), *home.entries),
                        only=tuple(sorted(names)),
                        beside=beside,
                        named=False,
                        mounts=home.mounts,
                        imported=home.imported,
                    )
                )
        return folders

    def _position(self, place: str) -> int:
        entries = [place, *(f"{place}/{entry}" for entry in self.homes[place].entries)]
        return min(self.order.get(entry, len(self.order)) for entry in entries)


def list_modules() -> dict[str, ModuleType]:
    """Return the modules that this process has imported, by name."""
    return dict(sys.modules)


def list_importable(folder: str) -> list[tuple[str, bool]]:
    """Return the names of modules and folders in `folder`, and False for folders without ``__init__.py``."""
    listed = _list_identifiers(folder)
    return [(name, not directory or os.path.isfile(f"{folder}/{name}/__init__.py")) for name, directory in listed]


def _list_sources(place: str, levels: int = 3) -> list[str]:
    """Return the Python files of a module or a package, to a depth of `levels` folders."""
    if place.endswith(".py"):
        return [place]
    found = []
    for name, directory in _list_identifiers(place) if levels else ():
        if directory:
            found += _list_sources(f"{place}/{name}", levels - 1)
        elif name.endswith(".py"):
            found.append(f"{place}/{name}")
    return found


def _list_identifiers(folder: str) -> list[tuple[str, bool]]:
    """Return the files and folders that have names of modules, sorted, and True for those that are folders."""
    try:
        return _read_identifiers(folder, os.stat(folder).st_mtime_ns)
    except OSError:
        return []


@functools.lru_cache(maxsize=4096)
def _read_identifiers(folder: str, changed: int) -> list[tuple[str, bool]]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            module, _, rest = entry.name.partition(".")
            if module.isidentifier() and (not rest or f".{rest}" in _SUFFIXES):
                directory = entry.is_dir()
                if directory != bool(rest) and (directory or entry.is_file()):
                    found.append((entry.name, directory))
    return sorted(found)


def _has_modules(folder: str) -> bool:
    try:
        return _read_has_modules(folder, os.stat(folder).st_mtime_ns)
    except OSError:
        return False


@functools.lru_cache(maxsize=1024)
def _read_has_modules(folder: str, changed: int) -> bool:
    names = os.listdir(folder)
    return "pyvenv.cfg" not in names and any(name.endswith((".py", *EXTENSION_SUFFIXES)) for name in names)


def _suffix(file: str) -> str:
    """Return the suffix of a module's file: ``.py``, or ``.cpython-312-x86_64-linux-gnu.so``."""
    return next((suffix for suffix in _SUFFIXES if file.endswith(suffix)), os.path.splitext(file)[1])


def _archive_of(module: ModuleType) -> str:
    """Return the archive from which `module` was loaded; otherwise an empty string."""
    archive = getattr(getattr(module, "__dict__", {}).get("__loader__"), "archive", "")
    return archive if isinstance(archive, str) else ""


def _split_archive(entry: str) -> tuple[str, str]:
    """Return the archive of an entry of the search path and the path in it; two empty strings for a folder."""
    place = entry
    while place and not os.path.exists(place):
        place = os.path.dirname(place) if place != "/" else ""
    if not place or not is_archive(place) or not os.path.isfile(place):
        return "", ""
    return place, entry[len(place) :].strip("/")


def _search_locations(module: ModuleType) -> Iterable[str]:
    """Yield the folders in which a package searches its submodules."""
    if "__path__" not in getattr(module, "__dict__", {}):
        return
    try:
        places = [str(place) for place in module.__path__]
    except (OSError, TypeError, KeyError):
        return
    yield from (place.rstrip("/") for place in places if os.path.isdir(place))


def find_unpackaged_modules(names: Iterable[str]) -> dict[str, str]:
    """Return the files of the top-level modules in `names` that belong to no distribution, by name.

    Nothing is imported. Modules that are not found are left out.
    """
    installed = InstalledCode([os.path.realpath(p) for p in sys.path])
    found = {}
    for name in names:
        module = sys.modules.get(name)
        places = [_archive_of(module) or file_of(module), *_search_locations(module)] if module is not None else []
        if module is None:
            with contextlib.suppress(Exception):  # an import hook may raise any exception
                spec = importlib.util.find_spec(name)
                places = [spec.origin or "", *(spec.submodule_search_locations or ())] if spec is not None else []
        place = next((p for p in places if p and (os.path.exists(p) or _split_archive(p)[0])), "")
        if place and not installed.holds(place) and not installed.holds(os.path.realpath(place)):
            found[name] = place
    return {name: place for name, place in found.items() if not find_providers([name])} if found else {}


def list_installed_modules() -> dict[str, str]:
    """Return the files of the imported top-level modules in folders of packages, by name.

    Most of them belong to distributions. A module that was copied into such a folder does not.
    """
    found = {}
    for name, module in list_modules().items():
        file = file_of(module)
        if "-packages/" in file and "." not in name and not name.startswith("_") and name not in RUNS_ON:
            found[name] = file
    return found


def find_imported_files(folder: Path, modules: Mapping[str, ModuleType] | None = None) -> dict[str, str]:
    """Return the paths of imported files in `folder`, relative to it, by name of the module."""
    start = f"{folder}/"
    found = {}
    for name, module in (list_modules() if modules is None else modules).items():
        file = file_of(module)
        if file.startswith(start) and name != "__main__":
            found[name] = file[len(start) :]
    return found


def _metadata_folders(sources: Sequence[Path]) -> list[Folder]:
    """Return the metadata folders of editable packages in `sources`: packages read their version at import."""
    found: dict[Path, list[str]] = {}
    for name, _, source, url in scan_distributions(sys.path):
        if source != "editable" or name == "jupyter-pipeline":
            continue
        project = Path(unquote(urlsplit(url).path)).resolve()
        if any(folder.is_relative_to(project) for folder in sources):
            with contextlib.suppress(PackageNotFoundError):
                place = Path(str(distribution(name)._path))  # type: ignore[attr-defined]
                if place.suffix == ".dist-info":  # an `.egg-info` is in the project itself
                    found.setdefault(place.parent, []).append(place.name)
    return [Folder(source=site, only=tuple(sorted(names)), named=False) for site, names in found.items()]


def forbidden_reason(folder: Path) -> str:
    """Return the reason why `folder` must never be sent as code or data; empty if it may be sent."""
    home = Path.home().resolve()
    if folder == Path(folder.anchor):
        return "the root of the file system"
    if folder == home:
        return "your home folder"
    if folder in home.parents:
        return "a folder that contains your home folder"
    if folder == Path("/dev") or {Path("/proc"), Path("/sys")} & {folder, *folder.parents}:
        return "a virtual file system of the operating system"
    if (folder / "pyvenv.cfg").exists():
        return "a virtual environment"
    return ""
