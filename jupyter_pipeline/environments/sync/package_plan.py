"""Decides which packages a cluster needs to be like the kernel; pure but for the packing of wheels."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from typing import Any

from jupyter_pipeline.environments.diff import CORE, same
from jupyter_pipeline.environments.plugins.content import content_hash
from jupyter_pipeline.environments.plugins.installed import normalise, without_credentials
from jupyter_pipeline.models import Distribution, Environment

__all__ = ["different", "overruled", "specification", "syncable"]

_TOOLS = {"pip", "uv", "setuptools", "wheel", "jupyter-pipeline"}

Pack = Callable[[str], tuple[str, bytes, str]]
"""See `wheels.pack_installed`."""


def syncable(kernel: Environment, skip: Collection[str] = ()) -> list[Distribution]:
    """Return the kernel's distributions that can be installed on a cluster.

    Editable ones are not among them, since their code travels as a folder, nor what the cluster itself runs on, nor
    what installs packages.

    Parameters
    ----------
    kernel : Environment
        What all others are to be like.
    skip : collection of str
        Names that are left alone.
    """
    left = {*CORE, *_TOOLS, *skip}
    return [d for d in kernel.distributions if d.source != "editable" and d.name not in left]


def different(kernel: Environment, others: Iterable[Environment], skip: Collection[str] = ()) -> list[Distribution]:
    """Return what is `syncable` and what some of `others`, one for each prefix, lack or have otherwise."""
    there = [{d.name: d for d in other.distributions} for other in others]
    return [d for d in syncable(kernel, skip) if any(not same(d, side.get(d.name)) for side in there)]


def overruled(kernel: Environment, requirements: Iterable[str]) -> set[str]:
    """Return the names of what `requirements`, of a profile, ask for in another version than the kernel's."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    here = {d.name: d.version for d in kernel.distributions}
    found: set[str] = set()
    for text in requirements:
        try:
            if text.endswith(".whl"):
                wheel, version, *_ = parse_wheel_filename(text.rpartition("/")[2])
                asked = Requirement(f"{wheel}=={version}")
            else:
                asked = Requirement(text)
        except (InvalidRequirement, InvalidWheelFilename):
            continue  # a folder or an address without a name
        name = normalise(asked.name)
        if name in here and (asked.url or not asked.specifier.contains(here[name], prereleases=True)):
            found.add(name)
    return found


def specification(
    wanted: Iterable[Distribution],
    *,
    requirements: Iterable[str] = (),
    options: Iterable[str] = (),
    tool: str = "auto",
    pack: Pack,
    packed: Collection[str] = (),
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what the cluster's installers are told, and the wheels that go with it.

    Parameters
    ----------
    wanted : iterable of Distribution
        Pins. What came from an index is fetched there by the workers; anything else is packed here.
    requirements : iterable of str
        Further requirements, with their dependencies.
    options : iterable of str
        Options for the installer.
    tool : str
        ``auto``, ``uv`` or ``pip``.
    pack : callable
        Makes a wheel of an installed distribution.
    packed : collection of str
        Names of what is packed although an index has it, because the workers could not get it there.
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
    data["url"] = without_credentials(data["url"])
    return json.dumps(data)
