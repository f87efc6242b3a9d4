"""Find the local code that this process imports, which workers cannot install from an index."""

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
from jupyter_pipeline.environments.plugins.distributions import scan_distributions
from jupyter_pipeline.environments.plugins.module_reload import file_of
from jupyter_pipeline.environments.plugins.worker_plugin import RUNS_ON
from jupyter_pipeline.exceptions import NotFoundError, UsageError

__all__ = ["find_imported_folders", "forbidden_reason", "resolve_folder"]


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


def find_imported_folders(
    modules: Mapping[str, ModuleType] | None = None, path: Sequence[str] | None = None, cwd: Path | None = None
) -> tuple[list[Folder], dict[str, str]]:
    """Return the folders with local code in the order of the search path, and the folders that were left out.

    A folder is included if an imported module is in it, and it is neither the standard library nor a site-packages
    folder. Editable installs are included with their metadata. The modules beside the notebook are always included.

    Parameters
    ----------
    modules : mapping, optional
        Loaded modules; by default ``sys.modules``.
    path : sequence of str, optional
        Search path; by default ``sys.path``.
    cwd : Path, optional
        Folder of the notebook; by default the current folder.

    Returns
    -------
    tuple
        List of folders, and a dict of reasons by path of the folders that cannot be sent.
    """
    here = (cwd or Path.cwd()).resolve()
    order = [Path(p).resolve() if p else here for p in (sys.path if path is None else path)]
    installed = _installed()
    quick = tuple(f"{p}/" for p in installed)  # avoids file system calls for most modules
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
        reason = forbidden_reason(home)
        if reason:
            if homes[home]:
                left_out[str(home)] = f"is {reason}; move {', '.join(sorted(homes[home]))} to a separate folder"
            continue
        beside = home in order
        only = homes[home] | (set(_importable(home)) if beside else set())
        only -= {n for n in only if n.partition(".")[0] in RUNS_ON}
        if only:
            folders.append(Folder(source=home, only=tuple(sorted(only)), beside=beside, named=False))
    return folders + _metadata_folders([folder.source for folder in folders]), left_out


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
    """Yield the modules, and the packages with an ``__init__.py``, in `folder`."""
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
