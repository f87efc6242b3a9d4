"""Finds the local code that this process imports from: what no index could give a worker."""

from __future__ import annotations

import contextlib
import site
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

from jupyter_pipeline.environments.capture.folder import Folder
from jupyter_pipeline.environments.plugins.installed import scan
from jupyter_pipeline.environments.plugins.module_reload import file_of
from jupyter_pipeline.environments.plugins.worker_plugin import RUNS_ON
from jupyter_pipeline.exceptions import NotFoundError, UsageError

__all__ = ["imported_folders", "named_folder", "never_sent"]


def named_folder(path: Path | str) -> Folder:
    """Return the folder that a user named.

    A package is imported from the folder that holds it; any other folder also serves as a search path itself.

    Raises
    ------
    UsageError
        If it is no folder, or one that must never be sent: the root, the home or what holds it, a virtual environment.
    """
    source = Path(path).expanduser().resolve()
    if not source.exists():
        known = [p.name for p in source.parent.iterdir() if p.is_dir()] if source.parent.is_dir() else []
        raise NotFoundError("folder", str(path), known)
    if not source.is_dir():
        raise UsageError(f"{path} is not a folder. Name the folder that holds it.")
    reason = never_sent(source)
    if reason:
        raise UsageError(f"{path} is {reason}: it is never sent. Name the folder of the code.")
    package = (source / "__init__.py").exists()
    return Folder(source=source, paths=("..",) if package else (".", ".."))


def imported_folders(
    modules: Mapping[str, ModuleType] | None = None, path: Sequence[str] | None = None, cwd: Path | None = None
) -> tuple[list[Folder], dict[str, str]]:
    """Return the folders with local code, in the order of the search path, and what was left out.

    That are folders that something imported comes from and that are neither the standard library nor installed packages
    (editable installs are among them, with their metadata), and the modules beside the notebook.

    Parameters
    ----------
    modules : mapping, optional
        By default ``sys.modules``.
    path : sequence of str, optional
        By default ``sys.path``.
    cwd : Path, optional
        By default the current folder.

    Returns
    -------
    tuple
        The folders, and path and reason of what cannot be sent.
    """
    here = (cwd or Path.cwd()).resolve()
    order = [Path(p).resolve() if p else here for p in (sys.path if path is None else path)]
    installed = _installed()
    quick = tuple(f"{p}/" for p in installed)  # spares most modules the look at the file system
    homes: dict[Path, set[str]] = {}
    for name, module in list((sys.modules if modules is None else modules).items()):
        if "." in name or name in RUNS_ON or name.startswith("__"):
            continue
        if file_of(module).startswith(quick):
            continue
        for place in _places(module):
            if not any(place.is_relative_to(p) for p in installed):
                homes.setdefault(place.parent, set()).add(place.name)
    if here in order and any(_importable(here)):
        homes.setdefault(here, set())
    folders, left_out = [], {}
    for home in sorted(homes, key=lambda p: (order.index(p) if p in order else len(order), str(p))):
        reason = never_sent(home)
        if reason:
            if homes[home]:
                left_out[str(home)] = f"is {reason}; put {', '.join(sorted(homes[home]))} in a folder of their own"
            continue
        beside = home in order
        only = homes[home] | (set(_importable(home)) if beside else set())
        only -= {n for n in only if n.partition(".")[0] in RUNS_ON}
        if only:
            folders.append(Folder(source=home, only=tuple(sorted(only)), beside=beside, named=False))
    return folders + _metadata_folders([folder.source for folder in folders]), left_out


def _metadata_folders(sources: Sequence[Path]) -> list[Folder]:
    """Return the metadata of the editable packages that `sources` are of: packages ask for their version at import."""
    found: dict[Path, list[str]] = {}
    for name, _, source, url in scan(sys.path):
        if source != "editable" or name == "jupyter-pipeline":
            continue
        project = Path(unquote(urlsplit(url).path)).resolve()
        if any(folder.is_relative_to(project) for folder in sources):
            with contextlib.suppress(PackageNotFoundError):
                place = Path(str(distribution(name)._path))  # type: ignore[attr-defined]
                if place.suffix == ".dist-info":  # an `.egg-info` is in the project itself
                    found.setdefault(place.parent, []).append(place.name)
    return [Folder(source=site, only=tuple(sorted(names)), named=False) for site, names in found.items()]


def _places(module: ModuleType) -> Iterable[Path]:
    """Return the package folders, or the file, of a top-level module."""
    file = file_of(module)
    if "__path__" in getattr(module, "__dict__", {}):
        try:
            yield from (Path(p).resolve() for p in module.__path__ if Path(p).is_dir())
        except (OSError, TypeError, KeyError):
            return
    elif file and Path(file).is_file():
        yield Path(file).resolve()


def _importable(folder: Path) -> Iterable[str]:
    """Return what can be imported from `folder`: modules, and packages with an ``__init__.py``."""
    for entry in sorted(folder.iterdir()):
        if (entry.suffix == ".py" and entry.stem.isidentifier() and entry.is_file()) or (
            entry.name.isidentifier() and (entry / "__init__.py").is_file()
        ):
            yield entry.name


def _installed() -> list[Path]:
    paths = {p for name, p in sysconfig.get_paths().items() if name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {
        *site.getsitepackages(),
        site.getusersitepackages(),
        str(Path(sys.prefix) / "lib"),
        sys.base_prefix + "/lib",
    }
    return [Path(p).resolve() for p in paths]


def never_sent(folder: Path) -> str:
    """Return why `folder` is never sent, neither as code nor as data; empty if it may be."""
    home = Path.home().resolve()
    if folder == Path(folder.anchor):
        return "the root of the file system"
    if folder == home:
        return "your home"
    if folder in home.parents:
        return "a folder that holds your home"
    if folder == Path("/dev") or {Path("/proc"), Path("/sys")} & {folder, *folder.parents}:
        return "no folder of files, but the operating system's view of itself"
    if (folder / "pyvenv.cfg").exists():
        return "a virtual environment"
    return ""
