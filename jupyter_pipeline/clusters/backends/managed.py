"""The base class for services that run scheduler and workers themselves.

The cluster's name is its tag where the service accepts a name. It stops by itself after an idle time, even if the
keeper and its host have failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jupyter_pipeline.clusters.backends.base import Backend, Context
from jupyter_pipeline.models import Profile

__all__ = ["ManagedBackend"]


class ManagedBackend(Backend):
    """A cluster that a service runs. Derive from it, and name the service's arguments."""

    name_argument: ClassVar[str] = ""
    """Argument that sets the name; empty if there is none."""
    idle_argument: ClassVar[str] = ""
    """Argument that sets the idle time after which the service stops the cluster; empty if there is none."""
    idle_in_seconds: ClassVar[bool] = False
    """True if the idle time is a number of seconds instead of text."""
    default_arguments: ClassVar[Mapping[str, Any]] = {}
    """Arguments whose default in the class does not fit a keeper. The profile's values win."""

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments with tag, idle time and number of workers. The profile's values win."""
        kwargs = super().prepare(profile, context)
        if self.name_argument:
            kwargs.setdefault(self.name_argument, context.tag)
        if self.idle_argument and profile.limits.idle:
            seconds = int(2 * profile.limits.idle + 600)  # after the keeper's own limit, which users can extend
            kwargs.setdefault(self.idle_argument, seconds if self.idle_in_seconds else f"{seconds} seconds")
        for key, value in self.default_arguments.items():
            kwargs.setdefault(key, value)
        if context.workers is not None:
            kwargs.setdefault("n_workers", context.workers)
        return kwargs
