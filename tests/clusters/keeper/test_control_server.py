from __future__ import annotations

import asyncio
import json
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from waiting import patience, wait_until

from jupyter_pipeline import paths, processes
from jupyter_pipeline.clusters.keeper import control_client, control_server
from jupyter_pipeline.clusters.keeper.control_server import ControlServer
from jupyter_pipeline.exceptions import ClusterError, KeeperUnreachableError, NotFoundError, UsageError
from jupyter_pipeline.models import ClusterRecord, ClusterState


async def handler(request: Mapping[str, Any]) -> dict[str, Any]:
    match request["op"]:
        case "scale":
            return {"record": {"workers": request["n"]}}
        case "refuse":
            raise UsageError("no")
        case "seek":
            raise NotFoundError("thing", "x", ["y"])
        case "hang":
            await asyncio.sleep(30)
    raise ValueError("a class of the user failed")


@contextmanager
def served(folder: Path) -> Iterator[ClusterRecord]:
    """Serve `handler` in a thread, and yield the record of its cluster."""
    path = control_client.socket_path("jp-test-1")
    ready, finish = threading.Event(), threading.Event()

    async def serve() -> None:
        server = ControlServer(path, folder, handler)
        await server.start()
        ready.set()
        while not finish.is_set():
            await server.poll()
            await asyncio.sleep(0.02)
        await server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(patience(5))
    try:
        yield ClusterRecord(
            id="jp-test-1",
            name="one",
            profile="thin",
            state=ClusterState.RUNNING,
            host=processes.hostname(),
            keeper=processes.this_process(),
            control=str(path),
        )
    finally:
        finish.set()
        thread.join()
    assert not path.exists()


def test_answers_and_refusals_reach_the_caller(tmp_path: Path) -> None:
    with served(tmp_path) as record:
        assert control_client.send_command(record, tmp_path, "scale", n=3) == {"record": {"workers": 3}}
        with pytest.raises(UsageError, match="no"):
            control_client.send_command(record, tmp_path, "refuse")
        with pytest.raises(ClusterError, match="No thing is called 'x'"):
            control_client.send_command(record, tmp_path, "seek")
        with pytest.raises(ClusterError, match="ValueError: a class of the user failed"):
            control_client.send_command(record, tmp_path, "break")


def test_socket_and_its_folder_are_private(tmp_path: Path) -> None:
    with served(tmp_path) as record:
        assert stat.S_IMODE(Path(record.control).stat().st_mode) == 0o600
        assert stat.S_IMODE(paths.runtime_dir().stat().st_mode) == 0o700


def test_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(tmp_path) as record:
        monkeypatch.setattr(control_server.os, "getuid", lambda: 12345)
        with pytest.raises(KeeperUnreachableError):
            control_client.send_command(record, tmp_path, "scale", n=3, timeout=patience(2))
        monkeypatch.undo()


def test_a_hanging_keeper_is_reported(tmp_path: Path) -> None:
    with served(tmp_path) as record, pytest.raises(KeeperUnreachableError, match=r"did not answer within 0.3 s"):
        control_client.send_command(record, tmp_path, "hang", timeout=0.3)


@pytest.mark.parametrize("line", [b"[]\n", b"nonsense\n", b'"x"\n', b"\xff\n"])
def test_an_invalid_command_is_answered_with_an_error(tmp_path: Path, line: bytes) -> None:
    with served(tmp_path) as record:
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(record.control)
            raw.sendall(line)
            assert json.loads(raw.recv(4096))["error"] == "UsageError"
        assert control_client.send_command(record, tmp_path, "scale", n=1)


def test_too_long_a_line_closes_only_its_connection(tmp_path: Path) -> None:
    with served(tmp_path) as record:
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(patience(5))
            raw.connect(record.control)
            with pytest.raises(OSError):  # noqa: PT011 - reset or broken pipe
                raw.sendall(b"x" * 10_000_000)
        assert control_client.send_command(record, tmp_path, "scale", n=1)


def test_another_host_sends_commands_through_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(tmp_path) as record:
        monkeypatch.setattr(control_client.registry, "is_on_this_host", lambda record: False)
        assert control_client.send_command(record, tmp_path, "scale", n=3) == {"record": {"workers": 3}}
        with pytest.raises(UsageError, match="no"):
            control_client.send_command(record, tmp_path, "refuse")
        assert list((tmp_path / "mailbox").iterdir()) == []


def test_a_removed_socket_is_created_again(tmp_path: Path) -> None:
    with served(tmp_path) as record:
        Path(record.control).unlink()
        assert control_client.send_command(record, tmp_path, "scale", n=3, timeout=patience(5))["record"] == {
            "workers": 3
        }
        wait_until(Path(record.control).is_socket)


def test_a_missing_keeper_is_reported(tmp_path: Path, nothing_left: Callable[..., bool]) -> None:
    record = ClusterRecord(
        id="jp-x-1",
        name="one",
        profile="thin",
        state=ClusterState.RUNNING,
        host=processes.hostname(),
        control="/nowhere",
    )
    paths.private_dir(tmp_path / "mailbox")
    with pytest.raises(KeeperUnreachableError, match="stop one"):
        control_client.send_command(record, tmp_path, "ping", timeout=0.3)
