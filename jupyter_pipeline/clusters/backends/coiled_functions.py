"""Functions of Coiled, by its public API."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from jupyter_pipeline.clusters.backends.base import import_class
from jupyter_pipeline.exceptions import MissingDependencyError, UsageError

__all__ = ["check_credentials", "make_function"]


def make_function(
    function: Callable[..., Any], *, name: str, local: bool, cpus: int, memory: str, gpus: int, region: str
) -> Any:
    """Return the ``coiled.function`` of a function. Functions with the same `name` share their machines.

    Raises
    ------
    MissingDependencyError
        If Coiled is not installed.
    """
    decorate = import_class("coiled.function", extra="coiled")
    size = {"cpu": cpus or None, "memory": memory or None, "gpu": bool(gpus) or None, "region": region or None}
    return decorate(name=name, local=local, **size)(function)


def check_credentials(step: str) -> None:
    """Check that Coiled is installed and has credentials, without a request.

    Parameters
    ----------
    step : str
        Name of the step, for the message.

    Raises
    ------
    MissingDependencyError
        If Coiled is not installed.
    UsageError
        If it has no credentials: it would ask for them on the terminal.
    """
    import dask

    if find_spec("coiled") is None:
        raise MissingDependencyError("coiled", "coiled")
    # A refresh would drop what the kernel has set.
    if not any(dask.config.get("coiled.token", None, config) for config in (dask.config.config, dask.config.collect())):
        raise UsageError(
            f"The step {step!r} is a --function of Coiled, which has no credentials here. Log in with `coiled login`, "
            "or set DASK_COILED__TOKEN."
        )
