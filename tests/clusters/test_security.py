from __future__ import annotations

import asyncio
import datetime
import json
import ssl
import stat
from pathlib import Path

import pytest

from jupyter_pipeline.clusters import security
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


@pytest.mark.parametrize(
    ("bounds", "days"),
    [({}, 365), ({"lifetime": None}, 365), ({"lifetime": 86400.0 * 300}, 600), ({"max_lifetime": 1e8}, 2e8 / 86400)],
)
def test_certificates_outlast_every_lifetime(bounds: dict[str, float], days: float) -> None:
    assert security.validity(Limits(**bounds)) == pytest.approx(days * 86400)


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
    security.remember(tmp_path, security.own_security(tmp_path))
    loaded = security.load(tmp_path)
    assert loaded.require_encryption is True
    assert loaded.tls_ca_file == str(tmp_path / "tls/ca.pem")
    assert loaded.tls_client_key == str(tmp_path / "tls/key.pem")


def test_keys_in_memory_are_written_to_private_files(tmp_path: Path) -> None:
    from distributed.security import Security

    security.remember(tmp_path, Security.temporary())
    assert "PRIVATE" not in (tmp_path / "connection.json").read_text()
    key = tmp_path / "tls/tls_client_key.pem"
    assert "PRIVATE" in key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert security.load(tmp_path).tls_client_key == str(key)


def test_expired_certificate_is_refused_with_its_date(tmp_path: Path) -> None:
    security.make_certificates(tmp_path, "jp-x-1", seconds=-60)
    security.remember(tmp_path, security.own_security(tmp_path))
    today = datetime.datetime.now(datetime.UTC)
    with pytest.raises(ClusterError, match=rf"expired on {today:%Y}-.* Stop the cluster and start it again"):
        security.load(tmp_path)


@pytest.mark.parametrize("damage", ["missing", "garbage", "no certificate"])
def test_damaged_keys_are_told(tmp_path: Path, damage: str) -> None:
    security.make_certificates(tmp_path, "jp-x-1")
    security.remember(tmp_path, security.own_security(tmp_path))
    if damage == "missing":
        (tmp_path / "connection.json").unlink()
    elif damage == "garbage":
        (tmp_path / "connection.json").write_text(json.dumps({"class": 1})[:-3])
    else:
        (tmp_path / "tls/cert.pem").write_text("nothing")
    with pytest.raises(ClusterError, match="start it again"):
        security.load(tmp_path)
