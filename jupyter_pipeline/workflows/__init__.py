"""Use cases that join domains: clusters with environments, the compiler with orchestration.

The domains do not import one another. Magics, command line and server call this package for work that needs two of
them. Generated flows import from `jupyter_pipeline.runtime`. The names below are imported on first use. A deploy parses
its options (`deploy_options`), plans (`deploy_plan`), and carries out the plan (`deploy`).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_pipeline.workflows.clusters import attach, start_cluster
    from jupyter_pipeline.workflows.environments import diff_cluster, sync_cluster, watch_cluster

__all__ = [
    "attach",
    "diff_cluster",
    "start_cluster",
    "sync_cluster",
    "watch_cluster",
]

_HOME = {
    **dict.fromkeys(("attach", "start_cluster"), "clusters"),
    **dict.fromkeys(("diff_cluster", "sync_cluster", "watch_cluster"), "environments"),
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
