"""Remote processes stop when the connection that started them ends."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import attached, manager
from jupyter_pipeline.exceptions import ClusterStartError

pytestmark = pytest.mark.backend("ssh")


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def keys() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("jupyter-pipeline-*/key.pem"))


def command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:  # it has exited
        return b""


def test_hosts_have_no_processes_after_the_keeper_is_killed(
    bed_of: Callable[[str], Any], eventually: Callable[..., Any]
) -> None:
    before = keys()
    record = manager.start(bed_of("ssh").profile(), workers=2)
    cluster = attached.attach(record.name)
    client = cluster.get_client()
    client.wait_for_workers(2, timeout=60)
    pids = [*client.run(os.getpid).values(), client.run_on_scheduler(os.getpid)]
    ours = keys() - before
    assert len(ours) >= 3
    cluster.detach()
    assert record.keeper is not None
    os.kill(record.keeper.pid, signal.SIGKILL)
    eventually(lambda: not any(running(pid) for pid in pids), "scheduler and workers ended")
    eventually(lambda: not ours & keys(), "the keys were removed from the hosts")
    manager.stop(record.name)


def test_no_key_is_on_a_command_line(bed_of: Callable[[str], Any]) -> None:
    with attached.attach(manager.start(bed_of("ssh").profile(), workers=1).name) as cluster:
        cluster.get_client().wait_for_workers(1, timeout=60)
        tag = cluster.record().id
        lines = [command_line(process) for process in Path("/proc").glob("[0-9]*")]
        assert any(tag.encode() in line for line in lines)
        assert not any(b"PRIVATE KEY" in line for line in lines)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"cluster_kwargs__remote_python": "/no/such/python"}, "No such file or directory|not found"),
        ({"cluster_kwargs__connect_options": {"port": 1}}, "Connect call failed|Connection refused"),
    ],
)
def test_a_host_that_cannot_run_the_scheduler_is_reported(
    overrides: dict[str, Any], said: str, bed_of: Callable[[str], Any]
) -> None:
    with pytest.raises(ClusterStartError, match=said):
        manager.start(bed_of("ssh").profile(**overrides), workers=1)
