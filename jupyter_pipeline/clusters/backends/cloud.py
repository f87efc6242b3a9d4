"""Virtual machines of a cloud, by dask-cloudprovider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jupyter_pipeline.clusters.backends.base import Context
from jupyter_pipeline.clusters.backends.managed import ManagedBackend
from jupyter_pipeline.models import Profile

__all__ = ["CloudBackend"]


class CloudBackend(ManagedBackend):
    """Scheduler and workers as virtual machines."""

    name = "cloud"
    cluster_classes = ("dask_cloudprovider.*",)
    extra = "cloud"
    configured_by = "the cloud's own command line"
    default_arguments: ClassVar[Mapping[str, Any]] = {"security": True}

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments. Machines of AWS carry the tag of the cluster among their tags."""
        kwargs = super().prepare(profile, context)
        if profile.cluster_class.endswith(".EC2Cluster"):
            kwargs["instance_tags"] = {"jupyter-pipeline": context.tag, **(kwargs.get("instance_tags") or {})}
        return kwargs
