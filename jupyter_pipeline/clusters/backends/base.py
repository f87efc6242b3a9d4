"""What a backend is: the interface, and the base class that serves every class with an import path."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_pipeline.clusters.backends.batch.job import Job
from jupyter_pipeline.clusters.profiles.variables import expand_secrets
from jupyter_pipeline.exceptions import ConfigurationError, MissingDependencyError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster
    from distributed.security import Security

__all__ = ["SHARED", "Backend", "Context", "import_class"]

SHARED = 4.5
"""Seconds that a list of jobs may be old for a keeper that looks every five: all keepers of a user share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the keeper gives to a backend beside the profile."""

    tag: str
    """Id of the cluster; jobs and remote processes carry it in their name."""
    name: str
    directory: Path
    """The cluster's own folder (0700), seen by the workers if the home is shared."""
    security: Security | None = None
    """TLS with its keys in files; ``None`` when the profile turns it off."""
    dashboard_address: str = "127.0.0.1:0"
    workers: int | None = None
    """Workers to start with, where the class wants it at construction."""
    scheduler_options: Mapping[str, Any] = field(default_factory=dict)
    """Further options of the scheduler, such as its idle timeout."""


class Backend:
    """One kind of cluster. This base serves any class with the interface of `distributed.deploy.Cluster`.

    Implement what differs from it: `prepare` for how arguments are spelled, `find_jobs` and `cancel_jobs` where
    something outlives the processes of this host, `mend` where lost workers are not refilled. You get: start, scale,
    adapt, jobs with their reasons in the record, clean-up by tag, and preflight.
    """

    name = "generic"
    extra = ""
    """Extra of this project that brings the class."""
    commands: tuple[str, ...] = ()
    """Programs that must be on the ``PATH``."""
    configured_by = "Dask's configuration"
    """Where a class takes from what the profile leaves out, for the message when it fails."""
    has_jobs = False
    """Whether `find_jobs` can find anything."""
    submits_on_scale = False
    """Whether `create` submits nothing, and the backend itself notes the first job by `markers.mark_submitted`."""
    adapt_defaults: ClassVar[Mapping[str, Any]] = {}
    """Arguments of ``Cluster.adapt`` where the profile names none."""

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the keyword arguments with which the class is called.

        The profile's own arguments win, except that what carries the tag, TLS and the private dashboard is set here.
        """
        try:
            kwargs = expand_secrets(profile.cluster_kwargs, os.environ)
        except KeyError as error:
            name = error.args[0]
            raise ConfigurationError(
                profile.source,
                f"profile {profile.name}",
                f"the variable {name} is not set",
                f"Set {name} and start again.",
            ) from error
        return {**kwargs, "asynchronous": True}

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Return the cluster, its scheduler answering.

        Raises
        ------
        ClusterStartError
            If it does not come up; what was started of it has been removed.
        """
        cluster = import_class(profile.cluster_class, extra=self.extra)(**self.prepare(profile, context))
        return await cluster

    async def complete(self, cluster: Cluster) -> None:
        """Do what those who wait for the cluster need not wait for; called once, when it runs."""

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Ask for `n` workers; returns at once.

        Raises
        ------
        ClusterError
            If the batch system refuses, with its own reason.
        """
        result = cluster.scale(n)
        if hasattr(result, "__await__"):
            await result

    async def mend(self, cluster: Cluster) -> str:
        """Replace workers that were lost; called every few seconds by the keeper.

        Returns
        -------
        str
            What is wrong, in the batch system's own words, or an empty string.
        """
        return ""

    async def close(self, cluster: Cluster) -> None:
        """Close the cluster; its jobs are gone or cancelled on return. No-op if it is closed already."""
        result = cluster.close()
        if hasattr(result, "__await__"):
            await result

    def find_jobs(self, tag: str | None = None, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return the living jobs of the cluster `tag`, or of every cluster of this user.

        One call asks for all jobs of the user at once and is shared by those who ask within a second.

        Returns
        -------
        list of Job or None
            ``None`` when the batch system did not answer sensibly: unknown is not gone.
        """
        return []

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        """Ask for the end of `jobs`; those that ended meanwhile are passed over.

        Raises
        ------
        ClusterError
            If the batch system does not answer or refuses.
        """


def import_class(path: str, *, extra: str = "") -> Any:
    """Return the class or function at the import path `path`.

    Raises
    ------
    MissingDependencyError
        If its package is not installed.
    ConfigurationError
        If the package has nothing of that name.
    """
    module_name, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module_name), name)
    except ModuleNotFoundError as error:
        top = module_name.partition(".")[0]
        if error.name and error.name.partition(".")[0] == top:
            raise MissingDependencyError(top.replace("_", "-"), extra) from error
        raise MissingDependencyError(str(error.name), extra) from error
    except AttributeError as error:
        raise ConfigurationError(
            path, "cluster_class", f"module {module_name} has no {name}", "Correct the import path."
        ) from error
