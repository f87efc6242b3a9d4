from __future__ import annotations

import asyncio
import contextlib
import datetime
import http.client
import json
import ssl
import stat
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from waiting import patience

from jupyter_pipeline.clusters import attached, dashboards, manager, registry, security
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import Limits


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("tcp://127.0.0.1:8786", True),
        ("tls://127.3.2.1:1", True),
        ("tcp://[::1]:8786", True),
        ("tcp://localhost:1", True),
        ("inproc://10.0.0.1/1/1", True),
        ("tcp://10.0.0.1:8786", False),
        ("tcp://0.0.0.0:8786", False),
        ("tls://node7:8786", False),
    ],
)
def test_loopback(address: str, expected: bool) -> None:
    assert security.is_loopback(address) is expected


def test_files_are_private_and_the_authority_cannot_sign_again(tmp_path: Path) -> None:
    security.make_certificates(tmp_path, "jp-x-1")
    names = {p.name for p in (tmp_path / "tls").iterdir()}
    assert names == {"ca.pem", "cert.pem", "key.pem"}
    for path in (tmp_path / "tls").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"PRIVATE" not in (tmp_path / "tls" / "ca.pem").read_bytes()
    assert not security.has_own_authority(security.load_own_security(tmp_path))  # no cluster of the state folder
    assert not security.has_own_authority(None)


@pytest.mark.parametrize(
    ("bounds", "days"),
    [({}, 365), ({"lifetime": None}, 365), ({"lifetime": 86400.0 * 300}, 600), ({"max_lifetime": 1e8}, 2e8 / 86400)],
)
def test_certificates_outlast_every_lifetime(bounds: dict[str, float], days: float) -> None:
    assert security.certificate_lifetime(Limits(**bounds)) == pytest.approx(days * 86400)


def _shake(server: Path, client: Path | None) -> None:
    """Let a client of one cluster talk to a server of another, strictly verified."""

    async def talk() -> None:
        listening = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=server / "tls/ca.pem")
        listening.load_cert_chain(server / "tls/cert.pem", server / "tls/key.pem")
        listening.verify_mode = ssl.CERT_REQUIRED
        calling = ssl.create_default_context(cafile=(client or server) / "tls/ca.pem")
        calling.verify_flags |= ssl.VERIFY_X509_STRICT
        if client:
            calling.load_cert_chain(client / "tls/cert.pem", client / "tls/key.pem")

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.read(2))
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=listening) as listener:
            port = listener.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=calling)
            try:
                writer.write(b"ok")
                if await reader.read(2) != b"ok":
                    raise ConnectionError
            finally:
                writer.close()

    asyncio.run(talk())


def test_own_certificate_is_accepted_others_and_none_are_not(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        security.make_certificates(tmp_path / name, name)
    _shake(tmp_path / "a", tmp_path / "a")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _shake(tmp_path / "a", tmp_path / "b")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _shake(tmp_path / "a", None)


def test_another_process_gets_the_same_security(tmp_path: Path) -> None:
    security.make_certificates(tmp_path, "jp-x-1")
    security.save_connection(tmp_path, security.load_own_security(tmp_path))
    loaded = security.load_connection(tmp_path)
    assert loaded.require_encryption is True
    assert loaded.tls_ca_file == str(tmp_path / "tls/ca.pem")
    assert loaded.tls_client_key == str(tmp_path / "tls/key.pem")


def test_keys_in_memory_are_written_to_private_files(tmp_path: Path) -> None:
    from distributed.security import Security

    security.save_connection(tmp_path, Security.temporary())
    assert "PRIVATE" not in (tmp_path / "connection.json").read_text()
    key = tmp_path / "tls/tls_client_key.pem"
    assert "PRIVATE" in key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert security.load_connection(tmp_path).tls_client_key == str(key)


def test_expired_certificate_is_refused_with_its_date(tmp_path: Path) -> None:
    security.make_certificates(tmp_path, "jp-x-1", seconds=-60)
    security.save_connection(tmp_path, security.load_own_security(tmp_path))
    today = datetime.datetime.now(datetime.UTC)
    with pytest.raises(ClusterError, match=rf"expired on {today:%Y}-.* Stop the cluster and start it again"):
        security.load_connection(tmp_path)


@pytest.mark.parametrize("damage", ["missing", "garbage", "no certificate"])
def test_damaged_keys_are_reported(tmp_path: Path, damage: str) -> None:
    security.make_certificates(tmp_path, "jp-x-1")
    security.save_connection(tmp_path, security.load_own_security(tmp_path))
    if damage == "missing":
        (tmp_path / "connection.json").unlink()
    elif damage == "garbage":
        (tmp_path / "connection.json").write_text(json.dumps({"class": 1})[:-3])
    else:
        (tmp_path / "tls/cert.pem").write_text("nothing")
    with pytest.raises(ClusterError, match="start it again"):
        security.load_connection(tmp_path)


def test_scheduler_nanny_and_worker_accept_only_their_own_cluster(
    make_profile: Callable[..., Any], tmp_path: Path
) -> None:
    from distributed.comm import connect
    from distributed.security import Security

    manager.start(make_profile(cluster_kwargs={"processes": True}), name="one")
    with attached.attach("one") as cluster:
        client = cluster.get_client(set_as_default=False)
        client.wait_for_workers(1)
        ((worker, known),) = client.scheduler_info()["workers"].items()
        addresses = [cluster.scheduler_address, worker, known["nanny"]]
        assert all(address.startswith("tls://127.0.0.1:") for address in addresses)
        security.make_certificates(tmp_path, "other")
        other = security.load_own_security(tmp_path).get_connection_args("client")
        own = client.security.get_connection_args("client")

        async def greet(address: str, arguments: dict[str, Any]) -> Any:
            comm = await connect(address, timeout=patience(3), **arguments)
            try:
                await comm.write({"op": "identity", "reply": True})
                return await asyncio.wait_for(comm.read(), patience(3))
            finally:
                comm.abort()

        for address in addresses:
            assert asyncio.run(greet(address, own))["type"] in ("Scheduler", "Worker", "QuietNanny")
            with pytest.raises((OSError, TimeoutError)):
                asyncio.run(greet(address, other))
            with pytest.raises((OSError, TimeoutError)):
                asyncio.run(greet(address.replace("tls://", "tcp://"), Security().get_connection_args("client")))
        assert client.submit(sum, [1]).result() == 1


PAGES = ("status", "metrics", "nowhere", "health")


def fetch(port: int, page: str, token: str | None, **headers: str) -> int:
    """Return the status code of a page, 0 from a server of another protocol."""
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{page}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=patience(5)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return 0


def test_a_local_cluster_listens_on_the_loopback_interface_only(
    make_profile: Callable[..., Any], tagged_processes: Callable[[], list[psutil.Process]]
) -> None:
    kwargs = {"processes": True, "dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
    record = manager.start(make_profile(cluster_kwargs=kwargs), name="one")
    manager.wait_for_workers("one")
    listening = []
    for process in tagged_processes():
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            listening += [c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    dashboard = int(record.dashboard_link.split(":")[2].split("/")[0])
    ports = {address.port for address in listening}
    assert dashboard in ports
    token = dashboards.read_token(registry.cluster_dir(record.id))
    answers = {port: [fetch(port, page, None) for page in PAGES] for port in ports}
    open_ports = [port for port, statuses in answers.items() if any(statuses)]
    assert {tuple(answers[port]) for port in open_ports} == {(401, 401, 401, 200)}
    assert len(open_ports) == 2  # scheduler and worker
    for port in open_ports:
        own, other = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
        assert fetch(port, "metrics", token) == fetch(port, "metrics", token, Origin=own) == 200
        assert fetch(port, "metrics", token, Origin=other) == 403
        assert fetch(port, "metrics", token[:-1]) == 401
    (worker,) = set(open_ports) - {dashboard}
    assert fetch(dashboard, f"proxy/{worker}/127.0.0.1/status", token) == 200
    assert fetch(dashboard, f"proxy/{worker}/127.0.0.1/status", None) == 401
    assert token not in json.dumps(record.to_dict())
    manager.stop("one")


def test_no_key_is_on_a_command_line_or_in_the_record(
    make_profile: Callable[..., Any], tagged_processes: Callable[[], list[psutil.Process]]
) -> None:
    record = manager.start(make_profile(cluster_kwargs={"processes": True}), name="one")
    manager.wait_for_workers("one")
    for process in tagged_processes():
        with contextlib.suppress(psutil.Error):
            assert "PRIVATE KEY" not in " ".join([*process.cmdline(), *process.environ().values()])
    assert "PRIVATE KEY" not in json.dumps(record.to_dict())
    manager.stop("one")
