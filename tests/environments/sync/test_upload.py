from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from jupyter_pipeline.environments.sync.upload import upload
from jupyter_pipeline.exceptions import NotFoundError, SyncError, UsageError


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def test_a_file_is_read_by_every_worker_under_the_path_returned(client: Client, tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    (tmp_path / "table.bin").write_bytes(data)
    path = upload(client, tmp_path / "table.bin")
    assert set(client.run(_read, path).values()) == {data}
    (tmp_path / "table.bin").write_bytes(b"new")
    assert upload(client, tmp_path / "table.bin") == path
    assert set(client.run(_read, path).values()) == {b"new"}


def test_a_folder_keeps_its_shape(client: Client, tmp_path: Path) -> None:
    (tmp_path / "data" / "part").mkdir(parents=True)
    (tmp_path / "data" / "part" / "1.csv").write_text("a")
    path = upload(client, tmp_path / "data")
    assert set(client.run(_read, f"{path}/part/1.csv").values()) == {b"a"}


def test_ignore_files_are_for_code_and_secrets_stay_and_are_reported(client: Client, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name, text in {".gitignore": "*", "1.csv": "a", ".env": "TOKEN=1"}.items():
        (data / name).write_text(text)
    said: list[str] = []
    noted: list[str] = []
    path = upload(client, data, progress=said.append, note=noted.append)
    assert set(client.run(_read, f"{path}/1.csv").values()) == {b"a"}
    assert noted == [f"{data}/.env was left out: it looks like a secret"]
    assert said == []
    with pytest.raises(FileNotFoundError):
        client.run(_read, f"{path}/.env")


def test_without_a_worker_no_path_is_reported_and_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    with LocalCluster(n_workers=0, dashboard_address=":0") as cluster, Client(cluster) as client:
        with pytest.raises(SyncError, match="no worker yet"):
            upload(client, tmp_path / "a.csv")
        cluster.scale(1)
        client.wait_for_workers(1, timeout=60)
        assert client.submit(_read, upload(client, tmp_path / "a.csv")).result(timeout=60) == b"1"


def test_secrets_do_not_go_to_a_url_either(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in ("part/1.csv", ".env", ".ssh/id_rsa", "__pycache__/a.pyc"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text("a")
    (data / "server.pem").write_text("-----BEGIN PRIVATE KEY-----")
    said: list[str] = []
    upload(None, data, to=f"file://{tmp_path}/there", progress=said.append)
    there = tmp_path / "there" / "data"
    assert [str(p.relative_to(there)) for p in there.rglob("*") if p.is_file()] == ["part/1.csv"]
    secret = (".env", ".ssh/id_rsa", "server.pem")
    assert said[:3] == [f"{data}/{name} was left out: it looks like a secret" for name in secret]


def test_a_folder_is_called_by_its_own_name_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "below").mkdir(parents=True)
    (tmp_path / "data" / "1.csv").write_text("a")
    monkeypatch.chdir(tmp_path / "data" / "below")
    upload(None, "..", to=f"file://{tmp_path}/there")
    assert (tmp_path / "there" / "data" / "1.csv").read_text() == "a"


def test_a_url_gets_what_it_has_not(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    said: list[str] = []
    target = upload(None, tmp_path / "a.csv", to=f"file://{tmp_path}/there", progress=said.append)
    assert Path(target.removeprefix("file://")).read_text() == "1"
    assert len(said) == 1


@pytest.mark.parametrize(
    ("path", "to", "error"),
    [
        ("absent.csv", None, NotFoundError),
        ("a.csv", None, UsageError),
        ("a.csv", "nowhere://x", SyncError),
        ("/", "file:///tmp/never", UsageError),
        ("/proc", "file:///tmp/never", UsageError),
    ],
)
def test_an_invalid_upload_is_refused(path: str, to: str | None, error: type[Exception], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    with pytest.raises(error):
        upload(None, tmp_path / path, to=to)


def test_a_file_too_large_for_the_way_is_refused(client: Client, tmp_path: Path) -> None:
    with (tmp_path / "huge.bin").open("wb") as file:
        file.truncate(10 * 2**30)
    with pytest.raises(SyncError, match=r"limit.*--to URL"):
        upload(client, tmp_path / "huge.bin")


def test_data_and_code_of_one_folder_do_not_mix(
    client: Client, write: Callable[[str, str], Path], module: str, value: Callable[[str], list[object]]
) -> None:
    from jupyter_pipeline.environments.sync.synchronize import sync_environment

    project = write(f"{module}.py", "x = 1")
    write("data.csv", "1")
    sync_environment(client, directories=[project])
    upload(client, project / "data.csv")
    assert not sync_environment(client, directories=[project]).changed
    assert value(f"{module}.x") == [1, 1]
