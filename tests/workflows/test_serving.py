"""Serve a deployed pipeline from another process, with a real Prefect server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from other_user import listen_as_nobody, needs_root
from waiting import wait_until

import jupyter_pipeline
from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.exceptions import ConfigurationError, EditedByHandError, OrchestrationError
from jupyter_pipeline.models import Deployed, RunRecord
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.prefect_api import peer_check
from jupyter_pipeline.workflows import serve_child, serving

WAIT = """import pathlib, socket, time
if pathlib.Path('ran').exists():
    time.sleep(600)
pathlib.Path('ran').touch()
print('rows', rows, 'checked by', socket.create_connection.__module__)
"""
"""Step whose second run takes long."""


def deploy(
    folder: Path, name: str, step: str = "count", body: str = "print('rows', rows)\nrows + 1", **options: object
) -> Deployed:
    cells = ["rows = 3", f"%%step {step}\n{body}"]
    path = folder / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells]), path)
    return jupyter_pipeline.deploy(path, name=name, param="rows", rehearse=False, **options)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("live")
def test_the_deployed_version_is_served_until_its_process_is_terminated(tmp_path: Path) -> None:
    deployed = deploy(tmp_path, "served", body=WAIT, every="5s", tag="mine")
    with pytest.raises(OrchestrationError, match=r"is deployed on .* to the work pool jupyter-pipeline"):
        serving.find_pipeline(tmp_path, "served")
    deployments.delete("served")
    pipeline = serving.find_pipeline(tmp_path, "served")
    assert pipeline.version == deployed.version
    assert "Every 5 seconds" in serving.describe(pipeline)
    command = [sys.executable, "-m", "jupyter_pipeline", "serve", "served"]
    log = tmp_path / "serve.log"
    with log.open("w") as output, subprocess.Popen(command, cwd=tmp_path, env=os.environ, stderr=output) as process:
        try:
            wait_until(
                lambda: process.poll() is not None or "Completed" in {run.state for run in find_runs()},
                150,
                "a completed run",
            )
            assert process.poll() is None, log.read_text()
            (running,) = wait_until(lambda: [run for run in find_runs() if run.state == "Running"], 60, "a second run")
        finally:
            process.send_signal(signal.SIGTERM)  # it ends its children, which a kill would leave
            process.wait(150)
    assert "The catch-up policy does not apply" in log.read_text()
    assert process.returncode == 0
    record = deployments.find("served")
    assert (record.paused, record.version, list(record.tags)) == (True, pipeline.version, ["mine"])
    assert {run.state for run in find_runs()} <= {"Completed", "Crashed", "Skipped"}
    assert runs.find(running.id).state == "Crashed"
    done = next(run for run in find_runs() if run.state == "Completed")
    assert f"rows 3 checked by {peer_check.__name__}" in runs.read_log(done.id)
    deployments.delete("served")


def find_runs(name: str = "served") -> list[RunRecord]:
    return [run for run in runs.list_runs(limit=10_000) if run.deployment == name and run.state != "Scheduled"]


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("live")
def test_a_kill_pauses_the_schedules_and_ends_the_run(tmp_path: Path) -> None:
    deploy(tmp_path, "served-killed", body="import time\ntime.sleep(200)\nrows + 1", every="5s")
    deployments.delete("served-killed")
    command = [sys.executable, "-m", "jupyter_pipeline", "serve", "served-killed"]
    with subprocess.Popen(command, cwd=tmp_path, env=os.environ, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: "Running" in {run.state for run in find_runs("served-killed")}, 150, "a running run")
        finally:
            process.kill()
    run = next(run for run in find_runs("served-killed") if run.state == "Running")
    wait_until(lambda: runs.find(run.id).state in ("Crashed", "Cancelled"), 90, "the end of the run")
    wait_until(lambda: deployments.find("served-killed").paused, 30, "paused schedules")
    assert not list(processes.with_variable("PREFECT__FLOW_RUN_ID", run.id))
    deployments.delete("served-killed")


SPAWN = """
import multiprocessing, sys
import httpx
sys.modules["__main__"].__file__ = {script!r}
url, auth = sys.argv[1:]
if __name__ == "__main__":
    call = dict(headers={{"Authorization": auth}}, timeout=5, trust_env=False)
    process = multiprocessing.get_context("spawn").Process(target=httpx.get, args=(url,), kwargs=call)
    process.start()
    process.join()
    sys.exit(process.exitcode)
"""
"""Process that starts another one as Prefect starts a served run."""


@needs_root
def test_a_served_run_sends_nothing_to_another_user(tmp_path: Path) -> None:
    with listen_as_nobody(tmp_path / "received") as listener:
        url = f"http://127.0.0.1:{listener.wait_for_port()}/api"
        environment = {**os.environ, "PREFECT_API_URL": url, environment_variables.SERVICE_API: url}
        code = SPAWN.format(script=serve_child.__file__)
        command = [sys.executable, "-c", code, url, "swordfish"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert "another user of this host" in done.stderr
        assert "swordfish" not in listener.received()
        subprocess.run(command, env={**environment, "PREFECT_API_URL": ""}, capture_output=True, check=True)
        assert "swordfish" in listener.received()


@pytest.mark.usefixtures("live")
def test_files_that_were_edited_are_refused(tmp_path: Path) -> None:
    deployed = deploy(tmp_path, "edited", "count --profile local")
    assert deployments.find("edited").step_profiles == ("local",)
    deployments.delete("edited")
    assert serving.find_pipeline(tmp_path, "edited").version == deployed.version  # a step's profile is a part of it
    (tmp_path / "pipelines/edited/steps.py").write_text("def count(): ...\n")
    with pytest.raises(EditedByHandError, match=r"steps\.py"):
        serving.find_pipeline(tmp_path, "edited")


def test_coiled_needs_a_server_that_other_machines_reach() -> None:
    pipeline = serving.ServedPipeline(
        name="p",
        flow_name="p",
        version="1",
        entrypoint="flow.py:p",
        server="http://127.0.0.1:4200/api",
        server_source="",
    )
    with pytest.raises(ConfigurationError, match="only on this host"):
        serving.serve_on_coiled(pipeline, [], progress=print)
    assert serving.describe(pipeline).endswith("Ctrl-C pauses the schedules and ends the runs.")
    assert serving.describe(pipeline, on_coiled=True).endswith("coiled prefect stop ends the machine.")


CHATTY = """
import sys, time
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    for number in range(20_000):
        print("line", number)
    print("ended", flush=True)
"""


def test_a_process_that_prints_much_after_the_interrupt_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_PATIENCE", 20.0)
    process = subprocess.Popen(
        [sys.executable, "-c", CHATTY],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    lines: list[str] = []
    serving._end(process, lines.append)
    assert process.returncode == 0
    assert lines[-1] == "ended"
    assert len(lines) == 20_001


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_interrupts_like_a_stopped_service(number: signal.Signals) -> None:
    def end() -> None:
        with serving._interrupted_by_termination():
            os.kill(os.getpid(), number)
            time.sleep(0.1)

    before = signal.signal(number, lambda *_: None)
    try:
        with pytest.raises(KeyboardInterrupt):
            end()
        assert signal.getsignal(number) not in (signal.default_int_handler, signal.SIG_DFL)
        signal.signal(number, signal.SIG_IGN)  # as nohup does
        end()
    finally:
        signal.signal(number, before)
