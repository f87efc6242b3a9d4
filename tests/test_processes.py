from __future__ import annotations

import dataclasses
import os
import subprocess

import pytest

from jupyter_pipeline import processes


def test_this_process_lives() -> None:
    me = processes.this_process()
    assert me.pid == os.getpid()
    assert processes.is_running(me) is True


@pytest.mark.parametrize("change", [{"started": 1.0}, {"boot_id": "another boot"}, {"pid": 2**22 + 1}])
def test_reused_pid_foreign_boot_and_missing_pid_are_dead(change: dict[str, object]) -> None:
    assert processes.is_running(dataclasses.replace(processes.this_process(), **change)) is False  # type: ignore[arg-type]


def test_the_state_of_a_process_on_another_host_is_unknown() -> None:
    assert processes.is_running(dataclasses.replace(processes.this_process(), host="elsewhere", pid=1)) is None


def test_zombie_is_dead() -> None:
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.identify(child.pid) is None
    child.wait()


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
