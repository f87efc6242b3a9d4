from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from jupyter_pipeline.environments import policy
from jupyter_pipeline.environments.sync.synchronize import sync_environment
from jupyter_pipeline.exceptions import DriftError
from jupyter_pipeline.models import DriftItem, Severity, SyncReport

ITEM = DriftItem(
    package="numpy", kernel="2.1", scheduler="1.26", workers=("1.26",), severity=Severity.BLOCKS, reason="imported here"
)


def test_a_cluster_in_sync_passes_every_policy(client: Client) -> None:
    for name in ("refuse", "warn", "ignore"):
        assert policy.enforce_policy(client, {"policy": name}) == []
    assert policy.enforce_policy(client, {"policy": "sync", "method": "image"}) == []


def test_refuse_raises_and_warn_warns_with_the_differences(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "diff_environment", lambda client, **_: [ITEM])
    with pytest.raises(DriftError, match=r"numpy: 2\.1 here, 1\.26 there") as caught:
        policy.enforce_policy(client, {"policy": "refuse"})
    assert caught.value.items == [ITEM]
    notes: list[str] = []
    assert policy.enforce_policy(client, {"policy": "warn"}, note=notes.append) == [ITEM]
    assert "numpy" in notes[0]
    assert policy.enforce_policy(client, {"policy": "ignore"}) == []


def test_sync_names_differences_that_remain(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    remaining = dataclasses.replace(ITEM, severity=Severity.WARNS)
    report = SyncReport(remaining=(remaining,), notes=(".env was left out: it looks like a secret",))
    monkeypatch.setattr(policy, "sync_environment", lambda client, **_: report)
    notes: list[str] = []
    assert policy.enforce_policy(client, {"policy": "sync"}, note=notes.append) == [remaining]
    assert notes == [*report.notes, "numpy: 2.1 here, 1.26 there: imported here"]


def test_the_plugins_of_distributed_can_be_chosen(
    client: Client, write: Callable[[str, str], Path], module: str
) -> None:
    """Their workers find the folder after a restart, as their documentation says."""
    project = write(f"{module}/__init__.py", "x = 1")
    options = {"method": "dask", "upload_directory": {"path": str(project / module), "restart_workers": False}}
    report = sync_environment(client, options=options)
    assert report.uploaded[0]["directory"] == str(project / module)

    def found(dask_worker: object) -> bool:
        return (Path(dask_worker.local_directory).parent / module).exists() or any(  # type: ignore[attr-defined]
            p.exists()
            for p in Path(dask_worker.local_directory).parent.glob(f"*/{module}")  # type: ignore[attr-defined]
        )

    assert all(client.run(found).values())
