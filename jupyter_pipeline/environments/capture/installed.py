"""Distinguish installed code, which is compared by version, from local code, which is sent."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

from jupyter_pipeline.environments.capture.dependencies import list_top_level_modules
from jupyter_pipeline.environments.plugins.distributions import hash_site, parse_origin

__all__ = ["InstalledCode", "find_further_sites"]

_SITES = ("/site-packages/", "/dist-packages/")


class InstalledCode:
    """Code that the standard library and installed distributions provide, in any folder of the search path.

    Parameters
    ----------
    path : sequence of str
        Search path, without links.
    """

    def __init__(self, path: Sequence[str]) -> None:
        self._base = _base_folders()
        provided = {f"{p}/": _provided_modules(p) for p in path if not f"{p}/".startswith(self._base)}
        self._provided = {folder: names for folder, names in provided.items() if names}

    def holds(self, file: str) -> bool:
        """Return True if `file` belongs to installed code. A folder that is searched for modules ends with a slash."""
        if file.startswith(self._base) or any(part in file for part in _SITES):
            return True
        for folder, names in self._provided.items():
            if file.startswith(folder) and file[len(folder) :].partition("/")[0].partition(".")[0] in names:
                return True
        return False


def find_further_sites() -> dict[str, tuple[str, bool]]:
    """Return the folders of the search path with distributions, without the folders of the interpreter.

    Returns
    -------
    dict
        Hash of each folder, and True if it precedes the packages of the interpreter.
    """
    base = _base_folders()
    order = [os.path.realpath(path) for path in sys.path]
    packages = os.path.realpath(sysconfig.get_path("purelib"))
    end = order.index(packages) if packages in order else len(order)
    found = {}
    for number, (path, place) in enumerate(zip(sys.path, order, strict=True)):
        if path and not f"{place}/".startswith(base) and _provided_modules(place) and (digest := hash_site(path)):
            found[path] = (digest, number < end)
    return found


@functools.cache
def _base_folders() -> tuple[str, ...]:
    paths = {p for name, p in sysconfig.get_paths().items() if name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {
        *site.getsitepackages(),
        site.getusersitepackages(),
        f"{sys.prefix}/lib",
        f"{sys.base_prefix}/lib",
        f"{sys.prefix}/bin",
    }
    return tuple(sorted({f"{p}/" for path in paths for p in (path, os.path.realpath(path))}))


def _provided_modules(folder: str) -> frozenset[str]:
    """Return the top-level modules that the distributions installed in `folder` provide."""
    try:
        return _read_provided(folder, os.stat(folder).st_mtime_ns)
    except OSError:
        return frozenset()


@functools.lru_cache(maxsize=256)
def _read_provided(folder: str, changed: int) -> frozenset[str]:
    if not any(name.endswith((".dist-info", ".egg-info")) for name in os.listdir(folder)):
        return frozenset()
    names: set[str] = set()
    for installed in distributions(path=[folder]):
        place = Path(str(installed._path))  # type: ignore[attr-defined]
        # A folder of sources has `name.egg-info`, without a version, and no list of installed files.
        if str(place.parent) != folder or (place.suffix == ".egg-info" and "-" not in place.stem):
            continue
        if parse_origin(installed.read_text("direct_url.json") or "")[0] != "editable":
            names |= list_top_level_modules(installed)
    return frozenset(names - {""})
