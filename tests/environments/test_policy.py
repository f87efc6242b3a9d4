from __future__ import annotations

import dataclasses
import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="module")
def earlier_modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Import modules as another test may, before the test, and remove the folder of one."""
    folder = tmp_path_factory.mktemp("earlier")
    files = {"lost/earlier_lost.py": "", "kept/earlier_kept.py": "", "kept/earlier_plain/part.py": ""}
    files["site-packages/earlier_copied/__init__.py"] = ""
    with pytest.MonkeyPatch.context() as patch:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        for part in ("lost", "kept", "site-packages"):
            patch.syspath_prepend(str(folder / part))
        for name in ("earlier_lost", "earlier_kept", "earlier_plain.part", "earlier_copied"):
            importlib.import_module(name)
    shutil.rmtree(folder / "lost")
    yield
    for name in [name for name in sys.modules if name.startswith("earlier_")]:
        del sys.modules[name]


@pytest.mark.usefixtures("earlier_modules")
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
