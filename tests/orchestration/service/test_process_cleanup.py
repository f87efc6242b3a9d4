from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jupyter_pipeline import environment_variables
from jupyter_pipeline.clusters.cleanup import tags
from jupyter_pipeline.orchestration.service import environment, process_cleanup
from jupyter_pipeline.orchestration.service_state import Secrets

_SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Return a process of a run of the service in `tmp_path`."""
    with _start(tmp_path, PREFECT__FLOW_RUN_ID="1") as process:
        yield process
        process.kill()


def _start(home: Path, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _SLEEP, *arguments],
        env={**os.environ, environment_variables.SERVICE: str(home), **variables},
    )


@pytest.mark.parametrize("module", [tags.KEEPER_MODULE, tags.STANDBY_MODULE, tags.KEEPER_JOB_MODULE, "distributed"])
def test_processes_of_clusters_are_not_terminated(tmp_path: Path, run: subprocess.Popen[bytes], module: str) -> None:
    tagged = {environment_variables.CLUSTER: "jp-000000-1", "PREFECT__FLOW_RUN_ID": "1"}
    with _start(tmp_path, module, **tagged) as cluster:
        try:
            assert [process.pid for process in process_cleanup.find_processes(tmp_path, None)] == [run.pid]
            process_cleanup.stop_runs(tmp_path, grace=5)
            assert run.wait(timeout=60) is not None
            assert process_cleanup.stop_all(tmp_path, None, grace=5) == []
            assert cluster.poll() is None
        finally:
            cluster.kill()


def test_runs_that_started_after_the_next_supervisor_go_on(tmp_path: Path, run: subprocess.Popen[bytes]) -> None:
    started = psutil.Process(run.pid).create_time()
    process_cleanup.stop_runs(tmp_path, grace=5, before=started)
    assert run.poll() is None
    process_cleanup.stop_runs(tmp_path, grace=5, before=started + 1)
    assert run.wait(timeout=60) is not None


def test_a_process_of_another_user_is_no_run(tmp_path: Path, run: subprocess.Popen[bytes]) -> None:
    if os.getuid():
        pytest.skip("only root can read the environment of another user's process")
    forged = {environment_variables.SERVICE: str(tmp_path), "PREFECT__FLOW_RUN_ID": "2"}
    with subprocess.Popen(["sleep", "600"], env={**os.environ, **forged}, user=12345) as other:
        assert psutil.Process(other.pid).environ()["PREFECT__FLOW_RUN_ID"] == "2"
        assert process_cleanup.find_running_runs(tmp_path) == {"1"}
        other.kill()


def test_a_service_belongs_to_no_cluster_and_to_no_server_of_a_hub(tmp_path: Path) -> None:
    for build in (environment.server_environment, environment.worker_environment):
        values = build(
            {environment_variables.CLUSTER: "jp-000000-1", "JUPYTERHUB_API_TOKEN": "s", "LANG": "C"},
            home=tmp_path,
            state_dir=tmp_path,
            port=4200,
            secrets=Secrets(auth="a:b", encryption_key="c"),
        )
        assert not {environment_variables.CLUSTER, "JUPYTERHUB_API_TOKEN"} & set(values)
        assert values["LANG"] == "C"
