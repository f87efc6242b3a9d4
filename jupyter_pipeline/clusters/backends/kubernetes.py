"""Kubernetes, by the operator of dask-kubernetes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jupyter_pipeline.clusters.backends.managed import ManagedBackend
from jupyter_pipeline.models import Profile

__all__ = ["KubernetesBackend"]


class KubernetesBackend(ManagedBackend):
    """Scheduler and workers as pods."""

    name = "kubernetes"
    cluster_classes = ("dask_kubernetes.*",)
    extra = "kubernetes"
    configured_by = "KUBECONFIG"
    name_argument = "name"
    idle_argument = "idle_timeout"
    idle_in_seconds = True
    default_arguments: ClassVar[Mapping[str, Any]] = {"quiet": True}
    """Without the display of progress, which would fill the keeper's log."""
    size_arguments: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "cpus": ("resources.requests.cpu", "resources.limits.cpu"),
        "memory": ("resources.requests.memory", "resources.limits.memory"),
    }

    def size_workers(self, profile: Profile, *, cpus: int = 0, memory: str = "", gpus: int = 0) -> dict[str, Any]:
        """Return the overrides for workers of this size. Kubernetes writes ``8Gi`` for 8 GiB."""
        return super().size_workers(profile, cpus=cpus, memory=memory.rstrip("B"), gpus=gpus)
