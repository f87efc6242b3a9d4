"""Capture the environment of this process."""

from __future__ import annotations

import functools
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from jupyter_pipeline.environments.capture import dependencies
from jupyter_pipeline.environments.capture.variables import select_variables
from jupyter_pipeline.environments.plugins.distributions import describe_environment, scan_distributions
from jupyter_pipeline.models import Distribution, Environment

__all__ = ["capture_environment", "environment_from_rows"]


def capture_environment(
    *, directories: Sequence[Path] = (), extras: bool = False, variables: Collection[str] = ()
) -> Environment:
    """Return the packages that this process can import.

    Parameters
    ----------
    directories : sequence of Path, optional
        Folders to search instead of ``sys.path``.
    extras : bool, default False
        Find the extras in use, which reads the metadata of all distributions.
    variables : collection of str, optional
        Names of environment variables to include. Those that look like secrets are left out.

    Returns
    -------
    Environment
        Distributions are sorted by name; their URLs have no credentials.
    """
    paths = [str(d) for d in directories] or sys.path
    description = describe_environment(paths)
    environment = environment_from_rows(description, scan_distributions(paths))
    if extras:
        known = dependencies.find_extras(paths)
        with_extras = (replace(d, extras=known.get(d.name, ())) for d in environment.distributions)
        environment = replace(environment, distributions=tuple(with_extras))
    return replace(environment, variables=select_variables(variables)[0]) if variables else environment


def environment_from_rows(description: dict[str, str], rows: Sequence[Sequence[str]]) -> Environment:
    """Return the environment from the report of a process of the cluster."""
    return Environment(
        python=description["python"],
        platform=description["platform"],
        prefix=description["prefix"],
        distributions=_distributions(tuple(map(tuple, rows))),
    )


@functools.lru_cache(maxsize=16)  # a sync that changes nothing should not build a thousand records
def _distributions(rows: tuple[tuple[str, ...], ...]) -> tuple[Distribution, ...]:
    return tuple(
        Distribution(name=name, version=version, source=source, url=url) for name, version, source, url in rows
    )
