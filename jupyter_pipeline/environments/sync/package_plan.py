"""Plan the packages that a cluster needs to equal the kernel; pure except for the packing of wheels."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from typing import Any

from jupyter_pipeline.environments.diff import CORE, is_same_build
from jupyter_pipeline.environments.plugins.content import content_hash
from jupyter_pipeline.environments.plugins.distributions import normalize_name, strip_credentials
from jupyter_pipeline.models import Distribution, Environment

__all__ = ["build_specification", "find_differences", "find_overruled", "list_syncable"]

_TOOLS = {"pip", "uv", "setuptools", "wheel", "jupyter-pipeline"}

Pack = Callable[[str], tuple[str, bytes, str]]
"""Function such as `wheels.pack_installed`."""


def list_syncable(kernel: Environment, skip: Collection[str] = ()) -> list[Distribution]:
    """Return the kernel's distributions that can be installed on a cluster.

    Editable distributions are excluded, because their code is sent as a folder. The packages that the cluster runs on
    and the installers are excluded too.

    Parameters
    ----------
    kernel : Environment
        Environment of the kernel.
    skip : collection of str
        Names of further distributions to exclude.
    """
    excluded = {*CORE, *_TOOLS, *skip}
    return [d for d in kernel.distributions if d.source != "editable" and d.name not in excluded]


def find_differences(
    kernel: Environment, others: Iterable[Environment], skip: Collection[str] = ()
) -> list[Distribution]:
    """Return the syncable distributions that are absent or different in some of `others`, one per prefix."""
    there = [{d.name: d for d in other.distributions} for other in others]
    return [d for d in list_syncable(kernel, skip) if any(not is_same_build(d, side.get(d.name)) for side in there)]


def find_overruled(kernel: Environment, requirements: Iterable[str]) -> set[str]:
    """Return the names that `requirements` of a profile require in another version than the kernel's."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    here = {d.name: d.version for d in kernel.distributions}
    found: set[str] = set()
    for text in requirements:
        try:
            if text.endswith(".whl"):
                wheel, version, *_ = parse_wheel_filename(text.rpartition("/")[2])
                parsed = Requirement(f"{wheel}=={version}")
            else:
                parsed = Requirement(text)
        except (InvalidRequirement, InvalidWheelFilename):
            continue  # a folder or an address without a name
        name = normalize_name(parsed.name)
        if name in here and (parsed.url or not parsed.specifier.contains(here[name], prereleases=True)):
            found.add(name)
    return found


def build_specification(
    wanted: Iterable[Distribution],
    *,
    requirements: Iterable[str] = (),
    options: Iterable[str] = (),
    tool: str = "auto",
    pack: Pack,
    packed: Collection[str] = (),
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the specification for the installers on the cluster, and the wheels that it names.

    Parameters
    ----------
    wanted : iterable of Distribution
        Pins. Workers install those from an index themselves. All others are packed as wheels here.
    requirements : iterable of str
        Further requirements, installed with their dependencies.
    options : iterable of str
        Options for the installer.
    tool : str
        ``auto``, ``uv`` or ``pip``.
    pack : callable
        Function that packs an installed distribution as a wheel.
    packed : collection of str
        Names to pack although an index has them, because the workers could not reach the index.
    """
    pins: dict[str, list[str]] = {}
    wheels: dict[str, bytes] = {}
    for d in wanted:
        if d.source in ("index", "conda") and d.name not in packed:
            pins[d.name] = [d.version, f"{d.name}=={d.version}", "", ""]
            continue
        file, data, origin = pack(d.name)
        place = f"{content_hash(data)[:12]}/{file}"
        wheels[place] = data
        pins[d.name] = [d.version, f"wheels/{place}", d.url, _without_secrets(origin)]
    spec: dict[str, Any] = {"pins": pins, "requirements": list(requirements), "options": list(options), "tool": tool}
    return {**spec, "wheels": sorted(wheels), "held": list(CORE)}, wheels


def _without_secrets(origin: str) -> str:
    if not origin:
        return ""
    data = json.loads(origin)
    data["url"] = strip_credentials(data["url"])
    return json.dumps(data)
