"""Describes this process's environment, and the local code that it imports from."""

from __future__ import annotations

import functools
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from jupyter_pipeline.environments.capture import dependencies
from jupyter_pipeline.environments.capture.variables import chosen
from jupyter_pipeline.environments.plugins import installed
from jupyter_pipeline.models import Distribution, Environment

__all__ = ["capture", "from_rows"]


def capture(*, directories: Sequence[Path] = (), extras: bool = False, variables: Collection[str] = ()) -> Environment:
    """Return what is installed where this process imports from.

    Parameters
    ----------
    directories : sequence of Path, optional
        Folders to look in instead of ``sys.path``.
    extras : bool, default False
        Whether the extras in use are looked for, which reads the metadata of all.
    variables : collection of str, optional
        Names of environment variables; those that look like secrets are left out.

    Returns
    -------
    Environment
        Distributions sorted by name. URLs carry no credentials.
    """
    paths = [str(d) for d in directories] or sys.path
    description = installed.describe(paths)
    environment = from_rows(description, installed.scan(paths))
    if extras:
        known = dependencies.extras(paths)
        with_extras = (replace(d, extras=known.get(d.name, ())) for d in environment.distributions)
        environment = replace(environment, distributions=tuple(with_extras))
    return replace(environment, variables=chosen(variables)[0]) if variables else environment


def from_rows(description: dict[str, str], rows: Sequence[Sequence[str]]) -> Environment:
    """Return the environment that a process of the cluster described."""
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
