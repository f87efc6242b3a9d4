"""Find the targets of code generation: the built-in ones, and those that other packages register."""

from __future__ import annotations

import functools
import importlib
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.codegen.base import CodeGenerator

__all__ = ["GROUP", "get_code_generator", "list_code_generators"]

GROUP = "jupyter_pipeline.codegen"
"""Entry-point group of other packages."""

_BUILT_IN = {
    "prefect": "jupyter_pipeline.compiler.codegen.prefect:PrefectCodeGenerator",
    "dagster": "jupyter_pipeline.compiler.codegen.dagster:DagsterCodeGenerator",
}


def list_code_generators() -> tuple[str, ...]:
    """Return the names of all targets; the first is the default."""
    return (*_BUILT_IN, *sorted(set(_installed()) - set(_BUILT_IN)))


def get_code_generator(name: str) -> CodeGenerator:
    """Return the target called `name`.

    Raises
    ------
    NotFoundError
        If no target has that name.
    ConfigurationError
        If the package that registers it cannot be imported.
    """
    if name in _BUILT_IN:
        module, _, attribute = _BUILT_IN[name].partition(":")
        return getattr(importlib.import_module(module), attribute)()  # type: ignore[no-any-return]
    if name not in _installed():
        raise NotFoundError("target of code generation", name, list_code_generators(), "Choose one with --to.")
    entry = _installed()[name]
    try:
        return entry.load()()  # type: ignore[no-any-return]
    except Exception as error:
        fix = f"Fix or uninstall {entry.dist.name if entry.dist else entry.value}."
        raise ConfigurationError(f"entry point {entry.value}", name, f"it cannot be loaded ({error})", fix) from error


@functools.cache
def _installed() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
