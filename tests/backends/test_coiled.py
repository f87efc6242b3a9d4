"""Requests of the real client of Coiled, recorded by a substitute for its API."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import pytest

from jupyter_pipeline import environment_variables
from jupyter_pipeline.clusters import attached, backends, manager
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError, OrchestrationError
from jupyter_pipeline.runtime import StepFunctions
from jupyter_pipeline.workflows import serving

pytestmark = pytest.mark.backend("coiled")


@pytest.mark.slow
def test_the_packages_of_the_kernel_are_synced_by_coiled_itself(bed_of: Callable[[str], Any]) -> None:
    profile = bed_of("coiled").profile(cluster_kwargs__software=None)
    with attached.attach(manager.start(profile, name="synced", workers=1).name) as cluster:
        assert cluster.get_client().submit(sum, [1, 2]).result() == 3
        record = cluster.record()
    import coiled_api

    environment = coiled_api.DAEMON.asked("POST", "software-environment/account/testbed")[-1]["body"]
    packages = {package["name"]: package for package in environment["packages"]}
    assert packages["distributed"]["client_version"] == version("distributed")
    assert packages["distributed"]["include"]
    created = coiled_api.DAEMON.asked("POST", "clusters/account/testbed")[-1]["body"]
    assert created["name"] == record.id
    assert created["workers"] == 1
    assert created["env_id"] == 7  # the substitute's answer to the above
    assert created["scheduler_options"]["idle_timeout"] == "3000 seconds"  # after the keeper's own limit


def test_a_cluster_whose_keeper_was_killed_is_deleted_by_its_name(bed_of: Callable[[str], Any]) -> None:
    profile = bed_of("coiled").profile()
    record = manager.start(profile, workers=1)
    backend = backends.get_backend(profile)
    assert record.keeper is not None
    os.kill(record.keeper.pid, signal.SIGKILL)
    (job,) = backend.find_jobs(record.id, max_age=0) or []
    assert job.state == "running"
    assert f"== Scheduler ==\nlog of {record.id}-scheduler" in manager.logs(record.name), "Coiled's own logs"
    manager.stop(record.name)
    assert f"log of {record.id}-scheduler" in manager.logs(record.id), "Coiled keeps them"
    assert backend.find_jobs(record.id, max_age=0) == []


def test_a_coiled_that_does_not_answer_is_not_taken_for_empty(
    bed_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = bed_of("coiled").profile()
    monkeypatch.setenv("DASK_COILED__SERVER", "http://127.0.0.1:1")
    dask.config.refresh()
    assert backends.get_backend(profile).find_jobs("jp-any", timeout=5) is None


@pytest.mark.filterwarnings("ignore:Port 8787 is already in use")
def test_functions_run_in_other_processes_and_map_keeps_the_order(
    bed_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in bed_of("coiled").environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(environment_variables.FUNCTIONS, "local")

    def find_process(shift: int) -> tuple[int, int]:
        return os.getpid(), shift

    def power(item: int, exponent: int) -> int:
        return item**exponent

    with StepFunctions(str(tmp_path / "flow.py"), cpus=2, memory="1GiB") as functions:
        assert functions.map(power, over="item")([], 2) == []
        process, shift = functions(find_process)(7)
        assert process != os.getpid()
        assert shift == 7
        assert functions.map(power, over="item")([3, 1, 2], exponent=2) == [9, 1, 4]
        with pytest.raises(ClusterError, match="returned a Array, which stays on its machines"):
            functions(lambda: da.ones(3))()
        with pytest.raises(ZeroDivisionError):
            functions(lambda: 1 / 0)()


def test_functions_run_on_machines_and_failures_name_the_step(
    bed_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in bed_of("coiled").environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DASK_COILED__SOFTWARE", "testbed")
    monkeypatch.setattr(dask.config, "config", {**dask.config.config, "coiled": {}})
    dask.config.refresh()
    flow, count = str(tmp_path / "flow.py"), tmp_path / "count"
    import coiled
    import coiled_api

    def power(item: int, exponent: int) -> tuple[int, int]:
        return item**exponent, os.getppid()

    def fail_once() -> str:
        with count.open("a") as file:
            file.write("x")
        if count.read_text() == "x":
            raise ValueError("first attempt")
        return count.read_text()

    with StepFunctions(flow, cpus=2, memory="8GiB") as functions:
        result, parent = functions(power)(3, 2)
        assert (result, parent) == (9, int((coiled_api.DAEMON.folder / "server.pid").read_text()))
        assert [number for number, _ in functions.map(power, over="item")([3, 1, 2], exponent=2)] == [9, 1, 4]
        with pytest.raises(ValueError, match="first attempt"):
            functions(fail_once)()
        assert functions(fail_once)() == "xx"  # a retry runs the function again
    created = coiled_api.DAEMON.asked("POST", "clusters/account/testbed")[-1]["body"]
    assert created["worker_instance_types"] == ["m6i.large"]
    states = [one["current_state"]["state"] for one in coiled.list_clusters() if one["name"] == functions.name]
    assert states == ["stopped"]
    for size, reason in (({"cpus": 96}, "limit of 64 cores"), ({"region": coiled_api.FULL}, "no free machines")):
        with StepFunctions(flow, **size) as functions, pytest.raises(ClusterStartError, match=f"'power'.*{reason}"):
            functions(power)(3, 2)


@pytest.mark.timeout(240)
def test_a_pipeline_is_served_by_a_machine_of_coiled(
    bed_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import coiled_api

    for name, value in bed_of("coiled").environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PREFECT_API_URL", "https://prefect.example.org/api")
    monkeypatch.setenv("PREFECT_API_KEY", "no-real-key")
    pipeline = serving.ServedPipeline(
        name="daily",
        flow_name="daily",
        version="1",
        entrypoint="flow.py:daily",
        server="https://prefect.example.org/api",
        server_source="PREFECT_API_URL",
        files={"flow.py": "import steps\n", "steps.py": "", "lib/tools.py": "x = 1\n"},
    )
    lines: list[str] = []
    options = ["--software", "testbed", "--cluster-name", "serve-daily", "--region", "eu-central-1"]
    serving.serve_on_coiled(pipeline, options, progress=lines.append)
    assert "coiled prefect stop serve-daily" in "\n".join(lines)
    created = coiled_api.DAEMON.asked("POST", "clusters/account/testbed")[-1]["body"]
    assert (created["name"], created["workers"]) == ("serve-daily", 0)
    uploaded = coiled_api.MACHINE / "scratch"
    request = json.loads((uploaded / "request.json").read_text())
    assert (request["entrypoint"], request["working_directory"]) == ("flow.py:daily", "")
    assert (uploaded / "lib" / "tools.py").read_text() == "x = 1\n"
    assert (uploaded / "serve.py").read_text() == (Path(serving.__file__).with_name("serve_child.py")).read_text()
    command = next(
        text for text in (coiled_api.MACHINE / "commands.txt").read_text().splitlines() if "--detach" in text
    )
    assert "--env PREFECT_API_URL=https://prefect.example.org/api" in command
    assert "--env PREFECT_API_KEY=no-real-key" in command


@pytest.mark.usefixtures("bed_of")
def test_a_failure_of_coiled_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://prefect.example.org/api")
    monkeypatch.setenv("DASK_COILED__SERVER", "http://127.0.0.1:1")
    monkeypatch.setenv("DASK_COILED__TOKEN", "no-secret")
    server = "https://prefect.example.org/api"
    pipeline = serving.ServedPipeline(
        name="daily", flow_name="daily", version="1", entrypoint="flow.py:daily", server=server, server_source=""
    )
    with pytest.raises(OrchestrationError, match="coiled prefect serve could not start daily"):
        serving.serve_on_coiled(pipeline, ["--software", "testbed"], progress=lambda _: None)
