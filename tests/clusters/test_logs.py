"""Logs of a cluster, without a keeper and without a batch system."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from jupyter_pipeline.clusters import logs, registry
from jupyter_pipeline.clusters.backends.batch.slurm import SlurmBackend
from jupyter_pipeline.clusters.registry.submitted_jobs import JobFile, SubmittedJob
from jupyter_pipeline.models import ClusterRecord, ClusterState

TAG = "jp-0a1b2c-0123456789"


class Backend(SlurmBackend):
    """Slurm with another accounting."""

    remembered: dict[str, str]
    queried: Sequence[str] = ()

    def describe_ended_jobs(self, jobs: Sequence[SubmittedJob]) -> dict[str, str]:
        self.queried = [job.id for job in jobs]
        return {key: value for key, value in self.remembered.items() if key in self.queried}


@pytest.fixture
def backend() -> Backend:
    backend = Backend()
    backend.remembered = {}
    return backend


@pytest.fixture
def file() -> JobFile:
    folder = registry.cluster_dir(TAG)
    (folder / "logs").mkdir(parents=True)
    (folder / "keeper.log").write_text("keeper's line\n")
    return JobFile(folder, TAG)


def add(file: JobFile, number: str, *outputs: str | Path, time: float = 1.0) -> int:
    job = SubmittedJob(label=f"{TAG}.{number}", time=time, outputs=tuple(map(str, outputs)))
    index = file.add(job)
    file.update(index, id=number)
    return index


def make_record(**changes: object) -> ClusterRecord:
    record = ClusterRecord(id=TAG, name="one", profile="slurm", state=ClusterState.STOPPED, started=0.0)
    return dataclasses.replace(record, **changes)  # type: ignore[arg-type]


def test_jobs_are_shown_oldest_first_with_their_ends_and_files(file: JobFile, backend: Backend, tmp_path: Path) -> None:
    for number in ("8", "9", "10"):
        (tmp_path / f"{number}.err").write_text(f"line of {number}\n")
    add(file, "10", tmp_path / "%j.err", time=3.0)
    add(file, "9", tmp_path / "%j.err", time=2.0)
    add(file, "8", tmp_path / "%j.err", time=1.0)
    file.record_ends({"9": "it failed (FAILED on n1, exit code 3)", "10": "x" * 5000})
    file.record_ends({"9": "another reason"})
    backend.remembered = {"8": "it reached its walltime (TIMEOUT on n2)", "9": "not queried"}
    text = logs.collect_logs(make_record(), backend)
    parts = [part.split(" (")[0] for part in text.splitlines() if part.startswith("==")]
    assert parts == ["== keeper ==", "== job 8", "== job 9", "== job 10"]
    assert "it reached its walltime (TIMEOUT on n2); submitted 1970-01-01 " in text
    assert "== job 9 (it failed (FAILED on n1, exit code 3); " in text
    assert f"-- {tmp_path}/9.err\nline of 9" in text
    assert backend.queried == ["8"]


def test_files_in_the_clusters_folder_are_shown_once(file: JobFile, backend: Backend) -> None:
    folder = registry.cluster_dir(TAG) / "logs"
    (folder / "x-8.err").write_text("only once\n")
    (folder / "Scheduler.log").write_text("of the scheduler\n")
    add(file, "8", folder / "x-%J.err")
    text = logs.collect_logs(make_record(), backend)
    assert text.count("only once") == 1
    assert text.index("== Scheduler ==") < text.index("== job 8 ")


def test_a_file_of_several_jobs_is_shown_at_the_newest(file: JobFile, backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "all.log").write_text("line\n")
    add(file, "8", tmp_path / "all.log", time=1.0)
    add(file, "9", tmp_path / "all.log", time=2.0)
    text = logs.collect_logs(make_record(), backend)
    assert text.count("\nline") == 1
    assert "see job 9]" in text


def test_output_that_cannot_be_read_is_named_with_its_cause(file: JobFile, backend: Backend, tmp_path: Path) -> None:
    add(file, "7", "/proc/nowhere/%j.log")
    add(file, "8", "/dev/shm/absent/%j.log")
    os.mkfifo(tmp_path / "9.log")
    add(file, "9", tmp_path / "%j.log")
    add(file, "10", "/dev/null")
    file.add(SubmittedJob(label=f"{TAG}.11", time=1.0))
    text = logs.collect_logs(make_record(), backend)
    assert "/proc/nowhere/7.log does not exist on " in text
    assert "It was removed, or the job ended before it was written." in text
    assert "The file is on the job's node, or it was removed." in text
    assert f"{tmp_path}/9.log cannot be read: it is not a regular file." in text
    assert "The script discards this output." in text
    assert f"== job {TAG}.11 (its id is unknown, because its submission was interrupted; " in text


@pytest.mark.parametrize(
    ("is_live", "state"),
    [(True, "running on n1"), (False, "last known state: running on n1")],
)
def test_the_state_of_a_job_that_has_not_ended(
    file: JobFile, backend: Backend, tmp_path: Path, is_live: bool, state: str
) -> None:
    add(file, "8", tmp_path / "absent")
    jobs = ({"id": "8", "state": "running", "host": "n1", "reason": ""},)
    record = make_record(state=ClusterState.RUNNING, jobs=jobs)
    text = logs.collect_logs(record, backend, is_live=is_live, problem="" if is_live else "no answer")
    assert f"== job 8 ({state}; submitted" in text
    assert text.startswith("The keeper has not saved the current logs: no answer") != is_live


def test_many_large_logs_are_bounded(
    file: JobFile, backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_MAX_TOTAL", 2000)
    for number in range(1, 6):
        (tmp_path / f"{number}.err").write_text("12345678\n" * 100)
        add(file, str(number), tmp_path / "%j.err", time=float(number))
    text = logs.collect_logs(make_record(), backend)
    assert text.count("12345678") in range(200, 230)
    assert text.count("[omitted, because newer logs are long]") == 2
    assert logs.collect_logs(make_record(), backend, tail=2).count("12345678") == 10


def test_the_end_is_omitted_if_its_line_has_no_room(file: JobFile, tmp_path: Path) -> None:
    index = add(file, "8", tmp_path)
    file.update(index, id="9" * 508, end="some reason")
    (job,) = registry.submitted_jobs.read_submitted_jobs(registry.cluster_dir(TAG), TAG)
    assert (job.id, job.end) == ("9" * 508, "")
