"""Resolve dependencies between installed distributions from their metadata."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
from collections.abc import Collection, Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from jupyter_pipeline.environments.plugins.distributions import normalize_name, parse_origin

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["dependency_closure", "find_extras", "find_providers", "list_top_level_modules"]

_BROKEN = (OSError, TypeError, KeyError, AttributeError)
"""Exceptions that ``importlib.metadata`` raises for incomplete metadata folders."""


def find_providers(imports: Collection[str]) -> set[str]:
    """Return the normalized names of the distributions that provide the top-level modules `imports`.

    Modules of the standard library and local modules belong to no distribution.
    """
    pending = {name.partition(".")[0] for name in imports}
    found: dict[str, set[str]] = {}
    folders = {}
    for name, installed in _all():
        for module in pending & list_top_level_modules(installed):
            found.setdefault(module, set()).add(name)
        source, url = parse_origin(installed.read_text("direct_url.json") or "")
        if source == "editable":
            folders[name] = Path(unquote(urlsplit(url).path))
    for module in pending - found.keys():
        # The metadata of an editable distribution may list no modules: search by name and by source folder.
        if _installed(module) is not None:
            found[module] = {normalize_name(module)}
        else:
            found[module] = {name for name, folder in folders.items() if _is_in(module, folder)}
    return set().union(*found.values())


def dependency_closure(requirements: Collection[str]) -> set[str]:
    """Return the normalized names of `requirements` and of all their dependencies that are installed.

    Parameters
    ----------
    requirements : collection of str
        Requirements such as ``dask[array]``. Those whose marker excludes this process are skipped.
    """
    from packaging.requirements import Requirement

    wanted = [r for r in map(Requirement, requirements) if _applies(r, ())]
    todo = [(normalize_name(r.name), frozenset(r.extras)) for r in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        item = todo.pop()
        if item in seen:
            continue
        found = _installed(item[0])
        if found is None:
            continue
        seen.add(item)
        for requirement in _requirements(found):
            if _applies(requirement, item[1]):
                todo.append((normalize_name(requirement.name), frozenset(requirement.extras)))
    return {name for name, _ in seen}


def find_extras(paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the extras that the distributions on `paths` require of each other, by normalized name.

    Extras that a user installed directly are not recorded in any metadata.
    """
    found: dict[str, set[str]] = {}
    for _, installed in _all(paths):
        for requirement in _requirements(installed):
            if requirement.extras and _applies(requirement, ()):
                found.setdefault(normalize_name(requirement.name), set()).update(requirement.extras)
    return {name: tuple(sorted(names)) for name, names in found.items()}


def _applies(requirement: Requirement, wanted: Collection[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (*wanted, ""))


def _all(paths: Sequence[str] | None = None) -> Iterator[tuple[str, Distribution]]:
    """Yield normalized names and distributions, without those whose metadata cannot be read."""
    for installed in distributions() if paths is None else distributions(path=list(paths)):
        with contextlib.suppress(*_BROKEN):
            metadata = installed.metadata
            if "Name" in metadata:
                yield normalize_name(metadata["Name"]), installed


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except (PackageNotFoundError, ValueError):
        return None


def _requirements(installed: Distribution) -> Iterator[Requirement]:
    """Yield the requirements of a distribution that can be parsed."""
    from packaging.requirements import InvalidRequirement, Requirement

    texts: list[str] = []
    with contextlib.suppress(*_BROKEN):
        texts = installed.requires or []
    for text in texts:
        with contextlib.suppress(InvalidRequirement):
            yield Requirement(text)


def list_top_level_modules(installed: Distribution) -> set[str]:
    """Return the top-level modules of a distribution, from ``top_level.txt`` or from its files."""
    declared = (installed.read_text("top_level.txt") or "").split()
    if declared:
        return set(declared)
    return {f.parts[0] if len(f.parts) > 1 else inspect.getmodulename(f.name) or "" for f in installed.files or ()}


def _is_in(top: str, folder: Path) -> bool:
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return False
    places = [spec.origin, *(spec.submodule_search_locations or ())] if spec else []
    return any(place and Path(place).is_relative_to(folder) for place in places)
