from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from waiting import wait_until

from jupyter_pipeline.orchestration import runs, service_state
from jupyter_pipeline.orchestration.prefect_api import endpoint
from jupyter_pipeline.workflows.rehearsal import rehearse
from jupyter_pipeline.workflows.rehearsal_recorder.backup import find_interrupted

FLOW = """
from prefect import flow, task

import steps


@flow(name="rehearsed", log_prints=True)
def main(n: int = 2):
    return task(steps.work, retries=3, retry_delay_seconds=60)(n)
"""


def list_undeployed() -> set[str]:
    return {run.id for run in runs.list_runs(limit=10_000) if not run.deployment}


@pytest.fixture
def known(live: Path) -> set[str]:
    """Runs without a deployment that other tests have left on the server."""
    return list_undeployed()


def files(body: str) -> dict[str, str]:
    return {"flow.py": FLOW, "steps.py": f"def work(n):\n    {body}\n"}


def test_a_good_pipeline_works_in_the_folder_and_leaves_no_run(live: Path, tmp_path: Path, known: set[str]) -> None:
    lines: list[str] = []
    done = rehearse(
        files("print('doing', n); open('made.txt', 'w').write(str(n))"),
        "flow.py:main",
        working_directory=tmp_path,
        parameters={"n": 7},
        progress=lines.append,
    )
    assert done.error == ""
    assert (tmp_path / "made.txt").read_text() == "7"
    assert any("doing 7" in line for line in lines)
    assert not any("View at" in line for line in lines)
    assert list_undeployed() <= known


def test_a_failure_reports_file_and_line_after_one_try(live: Path, tmp_path: Path, known: set[str]) -> None:
    done = rehearse(files("return 1 / 0"), "flow.py:main", working_directory=tmp_path)
    assert done.error == "ZeroDivisionError: division by zero"
    assert 'File "steps.py", line 2, in work' in done.traceback
    assert done.seconds < 60  # the retries of the flow would take three minutes
    assert list_undeployed() <= known


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"steps.py": "import nowhere_installed"}, "ModuleNotFoundError: No module named 'nowhere_installed'"),
        ({"steps.py": "import os\n\ndef work(n):\n    os._exit(3)\n"}, "exited without a result"),
    ],
)
def test_every_exit_of_the_process_is_a_finding(
    live: Path, tmp_path: Path, changed: dict[str, str], expected: str
) -> None:
    done = rehearse(files("return n") | changed, "flow.py:main", working_directory=tmp_path)
    assert expected in done.error


def test_modules_beside_the_notebook_are_those_of_the_snapshot_alone(live: Path, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("x = 1")
    done = rehearse(files("import beside; return beside.x"), "flow.py:main", working_directory=tmp_path)
    assert "No module named 'beside'" in done.error


PROGRAM = """
import sys
from pathlib import Path
from jupyter_pipeline.workflows.rehearsal import rehearse
folder = Path(sys.argv[1])
files = {name: (folder / name).read_text() for name in ("flow.py", "steps.py")}
record = {"lines": [], "last": {}, "names": {}, "fingerprint": ""}
rehearse(
    files, "flow.py:main", working_directory=folder, record=record, backup=folder / "backup" / "1", progress=print
)
"""


def test_it_talks_to_the_server_of_the_target(live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = endpoint.resolve()
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")  # the configured one, which is down
    monkeypatch.setenv("PROD_API_URL", there.url)
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", service_state.read_secrets().auth)
    lines: list[str] = []
    done = rehearse(
        files("import prefect.settings as s; print('at', s.PREFECT_API_URL.value())"),
        "flow.py:main",
        working_directory=tmp_path,
        server="${PROD_API_URL}",
        progress=lines.append,
    )
    assert done.error == ""
    assert any(f"at {there.url}" in line for line in lines)


def test_a_flow_may_fork_processes(live: Path, tmp_path: Path) -> None:
    body = """import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context('fork')) as pool:
        print('sum', sum(pool.map(abs, [-1, -n])))"""
    lines: list[str] = []
    done = rehearse(files(body), "flow.py:main", working_directory=tmp_path, progress=lines.append)
    assert done.error == ""
    assert any("sum 3" in line for line in lines)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_the_process_ends_with_its_parent(live: Path, tmp_path: Path, known: set[str], end: signal.Signals) -> None:
    (tmp_path / "data.txt").write_text("before")
    body = "import os, time; open('data.txt', 'w').close(); print('pid', os.getpid()); time.sleep(300)"
    for name, text in files(body).items():
        (tmp_path / name).write_text(text)
    asker = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert asker.stdout is not None
    pid = next(int(line.rpartition("pid ")[2]) for line in asker.stdout if "pid " in line)
    assert (tmp_path / "data.txt").read_text() == ""
    asker.send_signal(end)
    asker.wait(60)
    asker.stdout.close()
    wait_until(lambda: not psutil.pid_exists(pid), 60)
    assert list_undeployed() <= known
    assert not list(tmp_path.glob("jupyter-pipeline-rehearsal-*"))
    for backup, last in find_interrupted(tmp_path / "backup"):  # an interrupted parent leaves this to its caller
        backup.restore(before=last)
    assert (tmp_path / "data.txt").read_text() == "before"


@pytest.mark.slow
def test_without_a_server_prefect_starts_a_temporary_one(tmp_path: Path) -> None:
    done = rehearse(files("return n"), "flow.py:main", working_directory=tmp_path, server=None)
    assert done.error == ""
