"""The guard of Dask's processes: its decisions, and its effect in a process that runs the copy."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from jupyter_pipeline.clusters import dashboards, process_guard

HERE = "127.0.0.1:8787"


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("authorization", "origin", "status"),
    [
        ("", "", 401),
        ("Bearer secret", "", 0),
        ("bearer  secret ", "", 0),
        ("Bearer Secret", "", 401),
        ("Bearer secret2", "", 401),
        ("Bearer", "", 401),
        ("token secret", "", 401),
        ("secret", "", 401),
        (basic("ada:secret"), "", 0),
        (basic(":secret"), "", 0),
        (basic("secret:"), "", 401),
        (basic("secret"), "", 401),
        ("Basic !", "", 401),
        ("Basic /w==", "", 401),
        ("Bearer sécret", "", 401),
        ("Bearer secret", f"http://{HERE}", 0),
        ("Bearer secret", "http://127.0.0.1", 403),
        ("Bearer secret", "http://evil.example", 403),
        ("Bearer secret", "null", 403),
        ("", "http://evil.example", 401),
    ],
)
def test_a_request_needs_the_token_and_the_same_origin(authorization: str, origin: str, status: int) -> None:
    headers = HTTPHeaders({"Host": HERE})
    for name, value in (("Authorization", authorization), ("Origin", origin)):
        if value:
            headers[name] = value
    request = HTTPServerRequest(start_line=RequestStartLine("GET", "/status", "HTTP/1.1"), headers=headers)
    assert process_guard.refusal(request, "secret") == status
    assert process_guard.refusal(request, "") == 401


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_a_scratch_folder_of_another_user_is_not_used(kind: str, tmp_path: Path) -> None:
    if os.getuid():
        pytest.skip("only root can change owners")
    first, second = tmp_path / "dask-scratch-space", tmp_path / "dask-scratch-space-0"
    assert process_guard.find_scratch_folder(tmp_path) == str(first)
    first.chmod(0o777)
    assert process_guard.find_scratch_folder(tmp_path) == str(first)
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    first.rmdir()
    for folder in (first, second):
        if kind == "link":
            folder.symlink_to(tmp_path)
        else:
            folder.mkdir()
            folder.chmod(0o777)
            os.chown(folder, 12345, 12345)
    found = Path(process_guard.find_scratch_folder(tmp_path))
    assert found.parent == tmp_path
    assert found not in (first, second)
    assert (found.stat().st_uid, stat.S_IMODE(found.stat().st_mode)) == (0, 0o700)


PROGRAM = """
import os
import sys
import dask
from tornado.httpclient import AsyncHTTPClient
from distributed.core import Server
from distributed import Nanny, Scheduler, Worker

async def main():
    folder = Server({}, needs_workdir=False).local_directory  # before any HTTP server, as where only nannies run
    print(folder, oct(os.stat(folder).st_mode & 0o777))
    token = {"Authorization": "Bearer " + open(sys.argv[1]).read()} if len(sys.argv) > 1 else {}
    async with Scheduler(port=0, dashboard_address="127.0.0.1:0", dashboard=False) as scheduler:
        async with Worker(scheduler.address) as worker:
            for server in (scheduler, worker):
                url = f"http://127.0.0.1:{server.http_server.port}"
                for path, headers in (("/metrics", {}), ("/metrics", token), ("/health", {})):
                    answer = await AsyncHTTPClient().fetch(url + path, headers=headers, raise_error=False)
                    print(answer.code, end=" ")
        with dask.config.set({"distributed.worker.multiprocessing-method": "spawn"}):
            async with Nanny(scheduler.address) as nanny:
                state = scheduler.workers[nanny.worker_address]
                port = state.services["dashboard"]
                for headers in ({}, token):
                    url = f"http://127.0.0.1:{port}/metrics"
                    answer = await AsyncHTTPClient().fetch(url, headers=headers, raise_error=False)
                    print(answer.code, end=" ")

if __name__ == "__main__":
    import asyncio
    import os
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)  # the end of the interpreter may abort a thread of Dask
"""


def test_the_copy_guards_scheduler_and_workers_of_the_process_that_it_runs(tmp_path: Path) -> None:
    dashboards.prepare_guard(tmp_path)
    guard, token = dashboards.find_guard(tmp_path), dashboards.find_token_file(tmp_path)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (guard, token)} == {0o600}
    (tmp_path / "program.py").write_text(PROGRAM)
    scratch = tmp_path / "dask-scratch-space"
    scratch.mkdir()
    scratch.chmod(0o777)

    def run(*arguments: object) -> list[str]:
        command = [sys.executable, *map(str, arguments)]
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
        assert done.returncode == 0, done.stderr
        folder, mode, *codes = done.stdout.split()
        assert (folder, mode) == (str(scratch), "0o700")
        return codes

    assert run(guard, "-m", "program", token) == ["401", "200", "200"] * 2 + ["401", "200"]
    token.unlink()
    assert run(guard, "-m", "program") == ["401", "401", "200"] * 2 + ["401", "401"]
