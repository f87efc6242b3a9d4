"""Remove snapshots that are no longer used."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.versions import history
from jupyter_pipeline.paths import snapshots_dir, versions_dir

__all__ = ["prune_after"]

_GRACE = 86400.0
"""Age in seconds below which a snapshot is kept: a deploy or a run may use it."""


async def prune_after(api: PrefectApi, removed: Iterable[history.Version]) -> list[str]:
    """Remove the snapshots of removed versions, unless another version or a deployment of the server uses them.

    Returns
    -------
    list of str
        Names of the removed snapshots.
    """
    root = snapshots_dir()
    candidates = {name for version in removed for name in _named_in(version.spec, root)}
    candidates = {name for name in candidates if _old(root / name)}
    if not candidates:
        return []
    for path in versions_dir().glob("*/*.json"):
        candidates -= _mentioned(path.read_text("utf-8"), candidates)
    async for deployment in api.pages("/deployments/filter", {}):
        text = f"{deployment.get('entrypoint')} {deployment.get('pull_steps')} {records.get_environment(deployment)}"
        candidates -= _mentioned(text, candidates)
    for name in candidates:
        shutil.rmtree(root / name, ignore_errors=True)
    return sorted(candidates)


def _named_in(spec: Mapping[str, Any], root: Path) -> Iterator[str]:
    for text in (spec.get("path", ""), spec.get("profile_file", ""), (spec.get("base") or {}).get("profile_file", "")):
        path = Path(text)
        if path.is_relative_to(root) and path != root:
            yield path.relative_to(root).parts[0]


def _mentioned(text: str, names: set[str]) -> set[str]:
    return names & set(re.findall(r"[0-9a-f]{16}", text))


def _old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _GRACE
    except OSError:
        return False
