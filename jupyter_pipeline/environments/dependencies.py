"""Which installed distributions something needs, read from their metadata in this process's environment."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions, packages_distributions
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jupyter_pipeline.environments.remote.scan import normalise, origin

__all__ = ["closure", "extras", "providers"]


def providers(imports: Collection[str]) -> set[str]:
    """Return the normalised names of the distributions that the top-level modules `imports` come from.

    Modules of the standard library and local ones come from none.
    """
    tops = {name.partition(".")[0] for name in imports}
    known = packages_distributions()
    found = {normalise(name) for top in tops for name in known.get(top, ())}
    rest = {top for top in tops if top not in known}
    if rest:
        folders = dict(_editable_folders())
        for top in rest:
            # An editable one lists no modules: it is found by its name, or by the folder that the module is in.
            if _installed(top) is not None:
                found.add(normalise(top))
            else:
                found |= {name for name, folder in folders.items() if _is_in(top, folder)}
    return found


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
        for text in found.requires or ():
            requirement = Requirement(text)
            if _applies(requirement, item[1]):
                todo.append((normalise(requirement.name), frozenset(requirement.extras)))
    return {name for name, _ in seen}


def extras() -> dict[str, tuple[str, ...]]:
    """Return the extras that installed distributions ask for, by normalised name; they are recorded nowhere else."""
    from packaging.requirements import InvalidRequirement, Requirement

    found: dict[str, set[str]] = {}
    for installed in distributions():
        for text in installed.requires or ():
            if "[" not in text:
                continue
            try:
                requirement = Requirement(text)
            except InvalidRequirement:
                continue
            if requirement.extras and _applies(requirement, ()):
                found.setdefault(normalise(requirement.name), set()).update(requirement.extras)
    return {name: tuple(sorted(names)) for name, names in found.items()}


def _applies(requirement: object, wanted: Collection[str]) -> bool:
    marker = getattr(requirement, "marker", None)
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (*wanted, ""))


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except (PackageNotFoundError, ValueError):
        return None


def _editable_folders() -> Iterator[tuple[str, Path]]:
    for installed in distributions():
        source, url = origin(installed.read_text("direct_url.json") or "")
        if source == "editable":
            yield normalise(installed.name), Path(unquote(urlsplit(url).path))


def _is_in(top: str, folder: Path) -> bool:
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return False
    places = [spec.origin, *(spec.submodule_search_locations or ())] if spec else []
    return any(place and Path(place).is_relative_to(folder) for place in places)
