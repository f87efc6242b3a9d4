"""Which installed distributions something needs, read from their metadata in this process's environment."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
from collections.abc import Collection, Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from jupyter_pipeline.environments.plugins.installed import normalise, origin

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["closure", "extras", "providers"]

_BROKEN = (OSError, TypeError, KeyError, AttributeError)
"""What readers of the standard library raise where a metadata folder is incomplete."""


def providers(imports: Collection[str]) -> set[str]:
    """Return the normalised names of the distributions that the top-level modules `imports` come from.

    Modules of the standard library and local ones come from none.
    """
    left = {name.partition(".")[0] for name in imports}
    found: dict[str, set[str]] = {}
    folders = {}
    for name, installed in _all():
        for module in left & _modules(installed):
            found.setdefault(module, set()).add(name)
        source, url = origin(installed.read_text("direct_url.json") or "")
        if source == "editable":
            folders[name] = Path(unquote(urlsplit(url).path))
    for module in left - found.keys():
        # An editable one may list no modules: it is found by its name, or by the folder that the module is in.
        if _installed(module) is not None:
            found[module] = {normalise(module)}
        else:
            found[module] = {name for name, folder in folders.items() if _is_in(module, folder)}
    return set().union(*found.values())


def closure(requirements: Collection[str]) -> set[str]:
    """Return the normalised names of what `requirements` name and of all that it depends on, where it is installed.

    Parameters
    ----------
    requirements : collection of str
        Such as ``dask[array]``; one whose marker does not hold here is passed over.
    """
    from packaging.requirements import Requirement

    wanted = [r for r in map(Requirement, requirements) if _applies(r, ())]
    todo = [(normalise(r.name), frozenset(r.extras)) for r in wanted]
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
                todo.append((normalise(requirement.name), frozenset(requirement.extras)))
    return {name for name, _ in seen}


def extras(paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the extras that the distributions on `paths` ask for, by normalised name.

    They are recorded nowhere else: what a user asked for by hand is not known.
    """
    found: dict[str, set[str]] = {}
    for _, installed in _all(paths):
        for requirement in _requirements(installed):
            if requirement.extras and _applies(requirement, ()):
                found.setdefault(normalise(requirement.name), set()).update(requirement.extras)
    return {name: tuple(sorted(names)) for name, names in found.items()}


def _applies(requirement: Requirement, wanted: Collection[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (*wanted, ""))


def _all(paths: Sequence[str] | None = None) -> Iterator[tuple[str, Distribution]]:
    """Yield distributions with their normalised names; those whose metadata cannot be read are passed over."""
    for installed in distributions() if paths is None else distributions(path=list(paths)):
        with contextlib.suppress(*_BROKEN):
            told = installed.metadata
            if "Name" in told:
                yield normalise(told["Name"]), installed


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except (PackageNotFoundError, ValueError):
        return None


def _requirements(installed: Distribution) -> Iterator[Requirement]:
    """Yield what a distribution requires, as far as it can be read."""
    from packaging.requirements import InvalidRequirement, Requirement

    texts: list[str] = []
    with contextlib.suppress(*_BROKEN):
        texts = installed.requires or []
    for text in texts:
        with contextlib.suppress(InvalidRequirement):
            yield Requirement(text)


def _modules(installed: Distribution) -> set[str]:
    """Return the names of the top-level modules of a distribution, as it declares them or by its files."""
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
