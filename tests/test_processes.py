from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from waiting import wait_until

from jupyter_pipeline import processes


def test_this_process_lives() -> None:
    me = processes.this_process()
    assert me.pid == os.getpid()
    assert processes.is_running(me) is True


@pytest.mark.parametrize("change", [{"started": 1.0}, {"boot_id": "another boot"}, {"pid": 2**22 + 1}])
def test_reused_pid_foreign_boot_and_missing_pid_are_dead(change: dict[str, object]) -> None:
    assert processes.is_running(dataclasses.replace(processes.this_process(), **change)) is False  # type: ignore[arg-type]


def test_the_state_of_a_process_on_another_host_is_unknown() -> None:
    away = dataclasses.replace(processes.this_process(), host="elsewhere", boot_id="another boot", pid=1)
    assert processes.is_running(away) is None


SEE = """
import json, sys
from jupyter_pipeline import processes
from jupyter_pipeline.models import ProcessIdentity
from pathlib import Path
found = ProcessIdentity.from_dict(json.loads(sys.argv[1]))
seen = processes.is_running(found), processes.is_running(found, lock=Path(sys.argv[2]))
print(processes.hostname() == found.host, *seen)
"""


@pytest.mark.parametrize(
    ("spaces", "seen"),
    [
        ("--uts", "False True True"),  # DHCP
        ("--net", "True None True"),  # a container with the same processes
        ("--uts --pid --fork --mount-proc", "False None True"),  # a container
    ],
)
def test_a_host_keeps_its_identity_under_another_name_and_a_container_is_another_host(
    spaces: str, seen: str, tmp_path: Path
) -> None:
    if subprocess.run(["unshare", *spaces.split(), "true"], check=False, capture_output=True).returncode:
        pytest.skip("namespaces cannot be made here")
    lock = tmp_path / "lock"

    def see() -> str:
        rename = "hostname renamed.example; " if "--uts" in spaces else ""
        command = f'{rename}exec "$@"'
        me = json.dumps(processes.this_process().to_dict())
        look = [sys.executable, "-c", SEE, me, str(lock)]
        return subprocess.check_output(["unshare", *spaces.split(), "sh", "-c", command, "-", *look], text=True).strip()

    descriptor = processes.hold_lock(lock)
    with pytest.raises(BlockingIOError):
        processes.hold_lock(lock)
    assert see() == seen
    os.close(descriptor)
    if "None" in seen:
        assert see() == seen.replace("None True", "None False")


def test_an_identity_of_an_earlier_release_is_read_by_its_name() -> None:
    old = dataclasses.replace(processes.this_process(), machine="", namespaces="")
    assert processes.is_running(old) is True
    assert processes.is_running(dataclasses.replace(old, host="elsewhere")) is None


def test_zombie_is_dead() -> None:
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.identify(child.pid) is None
    child.wait()


def test_a_stopped_process_is_seen_and_can_be_continued() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        found = processes.identify(child.pid)
        assert found is not None
        assert not processes.is_stopped(found)
        child.send_signal(signal.SIGSTOP)
        wait_until(lambda: processes.is_stopped(found))
        assert processes.is_running(found)
        clause = processes.describe_stop(found, time.time())
        assert "is stopped (SIGSTOP) since about " in clause
        subprocess.run(clause.rpartition(": ")[2], shell=True, check=True)
        wait_until(lambda: not processes.is_stopped(found))
        child.kill()


def test_a_zombie_does_not_delay_the_end_of_processes() -> None:
    code = "import os, subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        began = time.monotonic()
        assert processes.terminate([child], grace=30.0) == []
        assert time.monotonic() - began < 10
        parent.kill()


def test_command_with_parentheses_and_spaces_is_read(tmp_path) -> None:  # type: ignore[no-untyped-def]
    odd = tmp_path / "a) R 1 (b"
    odd.symlink_to("/bin/sleep")
    child = subprocess.Popen([odd, "30"])
    try:
        found = processes.identify(child.pid)
        assert found is not None
        assert found.started > 0
        assert processes.is_running(found) is True
    finally:
        child.kill()
        child.wait()
    assert processes.is_running(found) is False


def test_kernel_knows_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    assert processes.server_process() is None
    monkeypatch.setenv("JPY_PARENT_PID", str(os.getpid()))
    assert processes.server_process() == processes.this_process()


@pytest.mark.parametrize("ignores", [False, True])
def test_a_group_is_terminated_and_killed_if_its_leader_ignores_the_signal(ignores: bool) -> None:
    code = "import signal, subprocess, sys, time\n"
    code += "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if ignores else ""
    code += "child = subprocess.Popen(['sleep', '60'])\nprint(child.pid, flush=True)\ntime.sleep(60)"
    leader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    with leader:
        assert leader.stdout is not None
        member = processes.identify(int(leader.stdout.readline()))
        assert member is not None
        processes.terminate_group(leader, grace=1.0)
        assert leader.returncode == -(signal.SIGKILL if ignores else signal.SIGTERM)
        wait_until(lambda: not processes.is_running(member))
