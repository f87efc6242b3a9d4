"""State that each release has written is read by this one, and state of a newer release is refused and not changed."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_pipeline import audit, paths
from jupyter_pipeline.clusters import registry, security
from jupyter_pipeline.clusters.cleanup import orphans
from jupyter_pipeline.clusters.registry import events, markers
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.clusters.registry.submitted_jobs import read_submitted_jobs
from jupyter_pipeline.compiler import output
from jupyter_pipeline.exceptions import NewerStateError, NotFoundError, PipelineError
from jupyter_pipeline.models import ClusterState
from jupyter_pipeline.orchestration import service_state
from jupyter_pipeline.orchestration.alerts import verification
from jupyter_pipeline.orchestration.runs import served_runs
from jupyter_pipeline.orchestration.service import database, server_settings
from jupyter_pipeline.orchestration.versions import history
from jupyter_pipeline.workflows import artifacts, deployed_options
from jupyter_pipeline.workflows.log_search import json_log
from jupyter_pipeline.workflows.rehearsal_recorder import backup
from jupyter_pipeline.workflows.run_logs import store as logs
from jupyter_pipeline.workflows.run_report import journal

RELEASES = sorted((Path(__file__).parent / "data").glob("state-*"))
WITHOUT_FORMAT = {"report.json", "source_map.json"}
"""Files that belong to generated code, which a run reads with the release of its deploy or a later one."""


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def release(request: pytest.FixtureRequest, isolated_state: Path) -> Path:
    """Copy the state of a release into the state folder of the test; return the folder of the release."""
    shutil.copytree(request.param / "state", isolated_state, symlinks=True, dirs_exist_ok=True)
    return Path(request.param)


def find_id(name: str) -> str:
    return next(record.id for record in registry.list_records(include_ended=True) if record.name == name)


def server_key() -> str:
    (version,) = [version for version in [history.last_version("daily")] if version is not None]
    return version.server


def test_clusters_are_read(release: Path) -> None:
    found = {record.name: record for record in registry.list_records(include_ended=True)}
    assert {"running", "stopped", "refused"} <= set(found)
    assert (found["stopped"].state, found["stopped"].reason) == (ClusterState.STOPPED, "Stopped by request")
    assert found["refused"].state is ClusterState.FAILED
    running = found["running"]
    assert (running.state, running.host, running.workers_wanted) == (ClusterState.RUNNING, "host.example.org", 1)
    assert running.last_sync["result"] == "done"
    folder = registry.cluster_dir(running.id)
    request = StartRequest.from_dict(registry.read_request(folder))
    assert (request.profile.name, request.workers, request.profile.limits) == ("local", 1, running.limits)
    assert [job.id for job in read_submitted_jobs(folder, running.id)] == ["4711"]
    assert any("absent0" in problem for problem in events.read_problems(registry.cluster_dir(found["refused"].id)))
    stop = markers.read_stop_request(registry.cluster_dir(found["stopped"].id))
    assert stop == (ClusterState.STOPPED, "Stopped by request")
    (folder / "record.json").write_text("{")
    assert registry.find_record("running").keeper == running.keeper  # from keeper.json


def test_the_service_is_read(release: Path) -> None:
    state = service_state.read_state()
    assert state is not None
    assert state.supervisor.host == "host.example.org"
    assert service_state.read_secrets().auth == "jupyter-pipeline:" + "0" * 43
    assert server_settings.read_options(paths.service_dir()) == {"workers": 2}
    assert database.read_choice(paths.service_dir()) == "local"
    assert verification._read_verified() == {"embedded 1": "2026"}
    (file,) = paths.serving_dir().iterdir()
    assert served_runs._Serving.from_dict(paths.read_object(file)).name == "daily"


def test_deployments_are_read(release: Path) -> None:
    key = server_key()
    versions = history.list_versions("daily", key)
    assert [version.number for version in versions] == [1, 2]
    assert history.current_number("daily", key) == 2
    spec = history.to_specification(versions[1])
    assert (spec.name, spec.profile, [schedule.cron for schedule in spec.schedules]) == (
        "daily",
        "local",
        ["0 6 * * *"],
    )
    assert history.read_state("daily", key)
    assert history.read_inode("daily", spec.notebook)
    assert artifacts.is_whole_notebook(spec.version) is False
    assert deployed_options._origin(spec.version)[0] == ("rows",)
    code = output.read_written_files(release / "pipelines" / "daily")
    assert {"flow.py", "steps.py", "prefect.yaml"} <= set(code)


def test_names_that_deployed_code_imports_exist(release: Path) -> None:
    for file in (paths.snapshots_dir()).glob("*/*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("jupyter_pipeline"):
                module = importlib.import_module(str(node.module))
                assert all(hasattr(module, alias.name) for alias in node.names), file


def test_logs_of_actions_and_runs_and_rehearsals_are_read(release: Path) -> None:
    actions = {(entry.action, entry.name) for entry in audit.read_entries()}
    assert {("start", "running"), ("stop", "stopped"), ("deploy", "daily"), ("pause", "daily")} <= actions
    (file,) = paths.reports_dir().glob(f"*/*/{journal.FILE}")
    assert [event["event"] for event in journal.read_journal(file)] == ["begin"]
    (run,) = logs.list_runs()
    assert (run.name, run.started) == ("otter", 1.0)
    assert read_log(Path(run.folder) / "run.000000.jsonl") == ["printed"]
    assert list((paths.rehearsals_dir() / backup._REHEARSED).glob("*.json"))
    assert backup.find_rehearsed_files(paths.rehearsals_dir()) == frozenset()  # the files do not exist here


def test_each_file_has_its_format(release: Path) -> None:
    for file in (*release.rglob("*.json"), *release.rglob("*.jsonl")):
        lines = file.read_text("utf-8").splitlines() if file.suffix == ".jsonl" else [file.read_text("utf-8")]
        assert file.name in WITHOUT_FORMAT or all("format" in json.loads(line) for line in lines), file


def read_log(file: Path) -> list[str]:
    lines = json_log.parse_lines(file.read_bytes().splitlines(), path=file, run="otter")
    return [entry.message for entry in lines]


def in_cluster(name: str, file: str) -> Callable[[], Path]:
    return lambda: registry.cluster_dir(find_id(name)) / file


def in_state(*parts: str) -> Callable[[], Path]:
    return lambda: next(paths.state_dir().glob("/".join(parts)))


KINDS: dict[str, tuple[Callable[[], Path], Callable[[Path], Any]]] = {
    "record": (in_cluster("running", "record.json"), lambda file: registry.find_record("running")),
    "request": (in_cluster("running", "request.json"), lambda file: registry.read_request(file.parent)),
    "connection": (in_cluster("running", "connection.json"), lambda file: security.load_connection(file.parent)),
    "jobs": (in_cluster("running", "jobs.jsonl"), lambda file: read_submitted_jobs(file.parent, file.parent.name)),
    "stop request": (in_cluster("stopped", "stop-request.json"), lambda file: markers.read_stop_request(file.parent)),
    "problems": (in_cluster("refused", "problems.json"), lambda file: events.read_problems(file.parent)),
    "service": (in_state("service", "service.json"), lambda file: service_state.read_state()),
    "secrets": (in_state("service", "secrets.json"), lambda file: service_state.read_secrets()),
    "options": (in_state("service", "settings.json"), lambda file: server_settings.read_options(file.parent)),
    "database": (in_state("service", "database.json"), lambda file: database.read_choice(file.parent)),
    "alerts": (in_state("verified-alerts.json"), lambda file: verification._read_verified()),
    "version": (in_state("versions", "daily", "00001.json"), lambda file: history.list_versions("daily", "embedded")),
    "current versions": (in_state("versions", "daily", "live.json"), lambda file: history.current_number("daily", "")),
    "deployed states": (in_state("versions", "daily", history._STATES), lambda file: history.read_state("daily", "")),
    "inodes": (in_state("versions", "daily", history._INODES), lambda file: history.read_inode("daily", "")),
    "origin": (
        in_state("snapshots", "*", artifacts.ORIGIN),
        lambda file: artifacts.is_whole_notebook(file.parent.name),
    ),
    "run": (in_state("runs", "*", "run.json"), lambda file: logs.read_run(file.parent)),
    "log of a run": (in_state("runs", "*", "run.*.jsonl"), lambda file: read_log(file)),
    "journal": (in_state("reports", "*", "*", journal.FILE), lambda file: list(journal.read_journal(file))),
    "rehearsed file": (
        in_state("rehearsals", backup._REHEARSED, "*.json"),
        lambda file: backup.find_rehearsed_files(paths.rehearsals_dir()),
    ),
}


DAMAGED = (b"", b"[]", b"null", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe\x00", b'{"format": "x"}')


def make_newer(file: Path) -> bytes:
    """Give the file the next format; return its content."""
    text = file.read_text("utf-8")
    file.chmod(0o600)
    file.write_text(re.sub(r'"format": ?1\b', f'"format": {paths.FORMAT + 1}', text, count=1), "utf-8")
    assert file.read_text("utf-8") != text
    return file.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_newer_file_is_refused_and_not_changed(kind: str, release: Path) -> None:
    find, read = KINDS[kind]
    file = find()
    content = make_newer(file)
    with pytest.raises(NewerStateError) as caught:
        read(file)
    assert str(caught.value).startswith(
        f"{file}: was written by a newer release of jupyter_pipeline (format {paths.FORMAT + 1};"
    )
    if file.suffix == ".json":
        with pytest.raises(NewerStateError):
            paths.write_object(file, {})
    assert file.read_bytes() == content


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_named_or_counts_as_absent(kind: str, release: Path) -> None:
    find, read = KINDS[kind]
    file = find()
    file.chmod(0o600)
    content = file.read_bytes()
    wrong_types = re.sub(rb': ?("[^"]*"|[\d.]+|true|false)', b": [{}]", content).replace(
        b'"format": [{}]', b'"format": 1'
    )
    for damaged in (content[: len(content) // 2], wrong_types, *DAMAGED):
        file.write_bytes(damaged)
        try:
            read(file)
        except PipelineError as error:
            assert str(file.parent) in str(error)  # noqa: PT017 - a file may count as absent instead


def test_the_record_of_written_code_is_refused_and_not_changed(release: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(release / "pipelines" / "daily", tmp_path / "daily")
    content = make_newer(folder / output.RECORD)
    compilation: Any = SimpleNamespace(files={"flow.py": "new"}, notebook="", local_modules=())
    for overwrite in (False, True):
        with pytest.raises(NewerStateError):
            output.write_files(folder, compilation, overwrite=overwrite)
    assert (folder / output.RECORD).read_bytes() == content


def test_a_newer_cluster_is_listed_and_left_alone(release: Path) -> None:
    cluster = find_id("running")
    folder = registry.cluster_dir(cluster)
    content = make_newer(folder / "record.json")
    (record,) = registry.list_records()
    assert (record.id, record.name) == (cluster, "running")
    assert "was written by a newer release" in record.reason
    assert orphans._is_claimed(cluster)
    orphans.prune_records()
    with pytest.raises(NewerStateError):
        registry.write_record(folder, record)
    with pytest.raises(NotFoundError):
        registry.find_record("other")
    assert (folder / "record.json").read_bytes() == content


def test_a_newer_version_stops_a_deploy_before_anything_is_changed(release: Path) -> None:
    make_newer(paths.versions_dir() / "daily" / "00002.json")
    with pytest.raises(NewerStateError), history.lock_name("daily"):
        pytest.fail("the deploy went on")
