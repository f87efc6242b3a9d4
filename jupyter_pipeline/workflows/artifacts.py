"""What travels with the code of a pipeline: the lock of its packages, the profile as it is, and where it came from."""

from __future__ import annotations

import dataclasses
import functools
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions
    from jupyter_pipeline.models import Distribution, Profile

__all__ = ["LOCK", "ORIGIN", "frozen", "locked", "origin"]

LOCK = "requirements.lock"
ORIGIN = "deploy.json"
"""Beside the code of a snapshot: cells and options that it was made from."""


def frozen(profile: Profile | None) -> dict[str, str]:
    """Return the profile as it is now, so that editing it later does not change what was deployed."""
    from jupyter_pipeline.clusters import profiles

    return {f"{profile.name}.yaml": profiles.render_profile(profile)} if profile else {}


def locked(compilation: Compilation, modules: Mapping[str, str]) -> Compilation:
    """Return the compilation with a lock of the packages that its code imports, and of what these need."""
    from jupyter_pipeline.compiler.local_modules import imported_modules
    from jupyter_pipeline.environments.capture.environment import capture_environment

    own = {name.partition("/")[0].removesuffix(".py") for name in (*compilation.files, *modules)}
    texts = [text for name, text in {**compilation.files, **modules}.items() if name.endswith(".py")]
    roots = {name for text in texts for name in imported_modules(text)} - own - sys.stdlib_module_names
    text = _lock(capture_environment().distributions, frozenset(roots))
    return dataclasses.replace(compilation, files={**compilation.files, LOCK: text})


@functools.lru_cache(maxsize=16)
def _lock(installed: tuple[Distribution, ...], roots: frozenset[str]) -> str:
    """Return the lock of what is installed; reading what each distribution needs is most of what a plan costs."""
    from jupyter_pipeline.environments.capture.environment import capture_environment
    from jupyter_pipeline.environments.lock.pinning import lock_environment

    return lock_environment(dataclasses.replace(capture_environment(), distributions=installed), modules=roots)


def origin(cells: Sequence[Cell], target: int | Sequence[int], options: CompileOptions) -> str:
    """Return what it takes to compile the same cells again, as JSON."""
    targets: Iterable[int] = (target,) if isinstance(target, int) else target
    ids = {cell.index: cell.id for cell in cells}
    kept = options.to_dict()
    for name in ("kernel_names", "schedules", "requirements"):
        del kept[name]
    return json.dumps({"cells": [ids.get(t, "") for t in targets], "options": kept}, sort_keys=True)
