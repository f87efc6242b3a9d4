"""Syncs in the record of a real cluster that uses TLS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import syncs
from waiting import wait_until

from jupyter_pipeline import workflows
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.attached import AttachedCluster
from jupyter_pipeline.exceptions import UsageError


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "synced_module.py").write_text("x = 84172")
    return folder


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AttachedCluster]:
    """A cluster of a project's profile, which names a folder."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "shared_module.py").write_text("x = 3")
    (tmp_path / "jupyter-pipeline.yaml").write_text(
        f"profiles: {{synced: {{extends: local, environment: {{policy: sync, upload_directory: '{shared}'}}}}}}"
    )
    monkeypatch.chdir(tmp_path)
    with workflows.start_cluster("synced", name="one", workers=1) as started:
        yield started


def _entries(cluster: AttachedCluster) -> list[dict[str, object]]:
    return syncs.read_syncs(registry.cluster_dir(cluster.id))


def test_a_start_reports_omitted_files(tmp_path: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code / ".env").write_text("TOKEN=1")
    overrides = {"environment": {"policy": "sync", "upload_directory": str(code)}}
    monkeypatch.chdir(tmp_path)
    notes: list[str] = []
    workflows.start_cluster("local", workers=1, overrides=overrides, note=notes.append).close()
    assert [text for text in notes if ".env was left out: it looks like a secret" in text]


def test_every_sync_is_recorded(cluster: AttachedCluster, code: Path) -> None:
    """At the start, done, refused, interrupted, and by a watch; those that changed nothing too."""
    record = cluster.record()
    assert record.tls
    assert record.last_sync["result"] == "done"
    assert set(record.drift) == {"blocks", "warns", "notes", "restart", "checked"}

    workflows.sync_cluster(cluster, directories=[code])
    noted = cluster.record().last_sync
    assert noted["summary"].startswith("1 file changed")
    assert f"process {os.getpid()}" in noted["who"]
    assert noted["time"] <= time.time()
    lock = registry.cluster_dir(cluster.id) / "locks" / f"{noted['lock']}.txt"
    assert "distributed==" in lock.read_text()

    workflows.sync_cluster(cluster, directories=[code])
    assert cluster.record().last_sync["summary"] == "nothing differed"

    with pytest.raises(UsageError):
        workflows.sync_cluster(cluster, directories=[Path("/")])
    assert cluster.record().last_sync["result"] == "failed"
    assert "root of the file system" in cluster.record().last_sync["summary"]

    _interrupt_sync(cluster, code)
    assert cluster.record().last_sync["result"] == "interrupted"

    (code / "large.bin").write_bytes(os.urandom(2 * 2**20))
    watcher = workflows.watch_cluster(cluster, directories=[code])
    wait_until(lambda: cluster.record().last_sync["result"] == "done", 20, "the watcher syncs")
    watcher.stop()

    assert [e["result"] for e in _entries(cluster)] == ["done", "done", "done", "failed", "interrupted", "done"]
    # The cluster reads the folder itself, so no content is sent to it.
    assert _entries(cluster)[1]["uploaded"] == [{"directory": str(code), "changed": 1, "deleted": 0, "bytes": 0}]


def _interrupt_sync(cluster: AttachedCluster, code: Path) -> None:
    """Interrupt a sync while it waits for a worker that does not answer."""
    [worker] = cluster.get_client(set_as_default=False).run(os.getpid).values()
    (code / "synced_module.py").write_text("x = 84173")
    interrupt = threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT))
    os.kill(worker, signal.SIGSTOP)
    try:
        interrupt.start()
        with pytest.raises(KeyboardInterrupt):
            workflows.sync_cluster(cluster, directories=[code])
    finally:
        interrupt.cancel()
        os.kill(worker, signal.SIGCONT)


def test_a_terminal_syncs_what_is_named_and_what_the_profile_names(cluster: AttachedCluster, tmp_path: Path) -> None:
    """From another folder than the cluster was started in, where a program reads the answer."""
    named = tmp_path / "named"
    named.mkdir()
    (named / "other_module.py").write_text("x = 2")
    (tmp_path / "shared" / "shared_module.py").write_text("x = 4")

    def command(*arguments: str) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-m", "jupyter_pipeline", "cluster", *arguments, "--json"],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            cwd="/",
        )
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    report = command("sync", "one", "--directory", str(named))
    output = report["uploaded"]
    assert isinstance(output, list)
    assert {item["directory"] for item in output} == {str(named), str(tmp_path / "shared")}
    client = cluster.get_client()
    assert client.submit(lambda: __import__("other_module").x).result() == 2
    assert client.submit(lambda: __import__("shared_module").x).result() == 4
    assert command("sync", "one", "--no-packages")["uploaded"] == []
    status = command("status", "one")
    assert isinstance(status["last_sync"], dict)
    assert status["last_sync"]["summary"] == "nothing differed"
    assert command("diff", "one") == [] or cluster.record().drift["checked"] > 0
