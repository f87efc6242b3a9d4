from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from other_user import listen_as_nobody, needs_root

from jupyter_pipeline import environment_variables, ports, processes
from jupyter_pipeline.exceptions import ApiUnreachableError
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.endpoint import Endpoint, embedded
from jupyter_pipeline.orchestration.service_state import ServiceState, read_secrets, replace_password, write_state

_HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
_PASSWORD = "swordfish-of-the-owner"
_CLIENTS = {
    "httpx": "import httpx\nhttpx.get(url, headers=headers, timeout=5, trust_env=False)",
    "async httpx": """
import asyncio, httpx
async def main():
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        await client.get(url, headers=headers)
asyncio.run(main())""",
    "websockets": """
import asyncio, websockets
async def main():
    async with asyncio.timeout(5):
        await websockets.connect(url.replace("http", "ws"), additional_headers=headers, proxy=None)
asyncio.run(main())""",
}


def _line(local: int, remote: int, uid: int, inode: int) -> str:
    return f"   0: 0100007F:{local:04X} 0100007F:{remote:04X} 01 0:0 0:0 0 {uid} 0 {inode} 1\n"


@pytest.mark.parametrize(
    ("lines", "owner"),
    [
        ([_line(4280, 50000, 1001, 77)], 1001),
        ([_line(4280, 50000, 0, 0)], None),  # in the queue of the listener
        ([_line(50000, 4280, 1001, 77), _line(4280, 50001, 1002, 78)], None),
        ([], None),
    ],
)
def test_the_owner_of_a_connection_is_the_process_that_has_accepted_it(
    tmp_path: Path, lines: list[str], owner: int | None
) -> None:
    (tmp_path / "tcp").write_text(_HEADER + "".join(lines))
    assert ports.find_owner(4280, 50000, [tmp_path / "absent", tmp_path / "tcp"]) == owner


def test_the_table_of_the_system_is_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        pair = server.getsockname()[1], client.getsockname()[1]
        assert ports.find_owner(*pair) is None
        with server.accept()[0]:
            assert ports.find_owner(*pair) == os.getuid()


@needs_root
@pytest.mark.parametrize("host", ["", "127.0.0.1", "localhost"])
def test_the_client_sends_nothing_to_another_user(tmp_path: Path, host: str) -> None:
    with listen_as_nobody(tmp_path / "received") as listener:
        port = listener.wait_for_port()
        state = ServiceState(state="running", port=port, supervisor=processes.this_process())
        write_state(state)
        url = f"http://{host}:{port}/api"
        named = Endpoint(url=url, source="PREFECT_API_URL", authorization=f"Basic {_PASSWORD}")

        async def ask() -> None:
            async with PrefectApi(named if host else embedded(state), patience=0.0) as api:
                await api.post("/flows/filter", {})

        with pytest.raises(ApiUnreachableError, match=f"UID 65534.* listens on port {port}.*was not sent"):
            asyncio.run(ask())
        assert set(listener.received().split()) <= {"CONNECTED"}


@needs_root
def test_another_server_of_another_user_is_used(tmp_path: Path) -> None:
    with listen_as_nobody(tmp_path / "received") as listener:
        url = f"http://127.0.0.1:{listener.wait_for_port()}/api"

        async def ask() -> None:
            async with PrefectApi(Endpoint(url=url, source="a team", authorization=f"Basic {_PASSWORD}")) as api:
                await api.get("/ready")

        asyncio.run(ask())
        assert _PASSWORD in listener.received()


@needs_root
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("client", _CLIENTS.values(), ids=_CLIENTS)
def test_no_client_in_a_process_of_the_service_sends_anything_to_another_user(
    tmp_path: Path, client: str, host: str
) -> None:
    with listen_as_nobody(tmp_path / "received") as listener:
        url = f"http://{host}:{listener.wait_for_port()}/api"
        environment = {**os.environ, "PREFECT_API_URL": url, environment_variables.SERVICE: str(tmp_path)}
        code = f"url, headers = {url!r}, {{'Authorization': {_PASSWORD!r}}}\n{client}"
        install = "from jupyter_pipeline.orchestration.prefect_api import peer_check\npeer_check.install()\n"
        checked = subprocess.run(
            [sys.executable, "-c", install + code], env=environment, capture_output=True, text=True, check=False
        )
        assert "Connect" in checked.stderr
        assert set(listener.received().split()) <= {"CONNECTED"}
        subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
        assert _PASSWORD in listener.received()


def test_a_new_password_keeps_the_encryption_key() -> None:
    old = read_secrets()
    new = replace_password()
    assert new == read_secrets()
    assert new.auth != old.auth
    assert new.encryption_key == old.encryption_key
