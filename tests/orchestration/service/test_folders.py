from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from jupyter_pipeline.models import DeploymentSpec, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.service import environment, folders
from jupyter_pipeline.orchestration.service_state import Secrets
from jupyter_pipeline.paths import service_dir, state_dir

NOBODY = 65534
SYSTEM = ("/dev/", "/proc/")
_CHILDREN = (r"prefect_child \d+ server start ", r"prefect_child \d+ worker start ")


def _written(start: int = 0) -> dict[str, set[str]]:
    """Return the paths that were written, by the command of the process; `start` is a position in the record."""
    found: dict[str, set[str]] = {}
    for line in Path(os.environ["WRITTEN_FILES"]).read_text()[start:].splitlines():
        command, path = json.loads(line)
        found.setdefault(command, set()).add(path)
    return found


def _of(written: dict[str, set[str]], part: str) -> set[str]:
    return {path for command, paths in written.items() if re.search(part, command) for path in paths}


def test_all_files_of_the_service_and_a_run_are_in_the_state_folder(
    live: ServiceStatus, specification: Callable[..., DeploymentSpec], tmp_path: Path
) -> None:
    before = len(Path(os.environ["WRITTEN_FILES"]).read_text())
    deployments.deploy(specification("writes"))
    assert runs.wait(deployments.run_now("writes").id, timeout=90).state == "Completed"
    # Other tests start workers of Prefect and their runs, which are not ours.
    services, during = _written(), _written(before)
    written = {command: paths for command, paths in services.items() if "jupyter_pipeline.runtime" not in command}
    written |= {command: paths for command, paths in during.items() if "jupyter_pipeline.runtime" in command}
    own = f"{state_dir()}/"
    for part in ("service.supervisor", *_CHILDREN, "jupyter_pipeline.runtime"):
        found = _of(written, part)
        assert found, part
        elsewhere = {path for path in found if not f"{path}/".startswith((own, f"{tmp_path}/", *SYSTEM))}
        assert not {path for path in elsewhere if "/__pycache__/" not in path}, part
    assert str(tmp_path / "writes.txt") in _of(written, "jupyter_pipeline.runtime")  # the record covers runs
    assert any(path.startswith(f"{own}service/tmp/") for path in _of(written, _CHILDREN[1]))


def test_the_pages_are_served_from_the_folder_of_the_service(live: ServiceStatus) -> None:
    page = httpx.get(f"http://127.0.0.1:{live.port}/", follow_redirects=True, trust_env=False)
    assert page.status_code == 200
    assert "<html" in page.text
    assert {path.parent for path in folders.pages_dir(service_dir()).glob("*/index.html")}
    assert folders.pages_dir(service_dir()).stat().st_mode & 0o777 == 0o700


def test_runs_have_the_temporary_folder_of_the_user(tmp_path: Path) -> None:
    places = {"home": tmp_path, "state_dir": tmp_path, "port": 1, "secrets": Secrets(auth="a:b", encryption_key="c")}
    worker = environment.worker_environment({"TMPDIR": "/scratch/me"}, **places)
    server = environment.server_environment({"TMPDIR": "/scratch/me"}, **places)
    assert worker["TMPDIR"] == "/scratch/me"
    assert server["TMPDIR"] == str(tmp_path / "tmp")


def test_temporary_files_of_killed_processes_are_removed(tmp_path: Path) -> None:
    (tmp_path / "tmp" / "runner_storage").mkdir(parents=True)
    folders.prepare(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")} == {0o700}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_pages_of_a_read_only_installation_can_be_copied_and_replaced() -> None:
    from prefect.server.api import server

    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a folder that the other user can reach
        root = Path(folder)
        root.chmod(0o755)
        source, target = root / "installed", root / "state"
        (source / "assets").mkdir(parents=True)
        (source / "assets" / "index.js").write_text("base = 'PLACEHOLDER'")
        (source / "assets" / "index.js").chmod(0o444)
        for path in (source / "assets", source):
            path.chmod(0o555)
        target.mkdir()
        os.chown(target, NOBODY, NOBODY)
        copy = server.copy_directory
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
                folders.make_pages_writable()
                for base in ("/first", "/second"):
                    server.shutil.rmtree(target / "v1", ignore_errors=False) if (target / "v1").exists() else None
                    server.copy_directory(str(source), str(target / "v1"))
                    server.replace_placeholder_string_in_files(str(target / "v1"), "PLACEHOLDER", base)
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert (target / "v1" / "assets" / "index.js").read_text() == "base = '/second'"
        assert server.copy_directory is copy
