"""The keeper as a batch job, with stand-in commands of LSF that truly run the job."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import attached, backends, launch, manager, profiles, registry
from jupyter_pipeline.clusters.cleanup import orphans, tags
from jupyter_pipeline.clusters.keeper import main
from jupyter_pipeline.exceptions import ClusterStartError, PreflightError
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile

TESTBED = str(Path(__file__).parents[2] / "testbed")


@pytest.fixture
def lsf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Profile:
    """Return a profile whose keeper is a job of the stand-in."""
    monkeypatch.syspath_prepend(TESTBED)
    import standin

    for name, value in standin.start("lsf").items():
        monkeypatch.setenv(name, value)
    kwargs = {"cluster_kwargs.interface": "lo", "cluster_kwargs.memory": "500 MB", "keeper": "job"}
    limits = {"limits.lifetime": "30 min", "limits.idle": "10 min"}
    return profiles.get_profile("lsf", overrides={**kwargs, **limits})


@pytest.fixture
def never_run(lsf: Profile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Accept jobs and forget them."""
    bsub = tmp_path / "bsub"
    bsub.write_text("#!/bin/sh\ncat > /dev/null\necho 'Job <7> is submitted to queue <normal>.'\n")
    bsub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


def jobs(record: ClusterRecord) -> list[backends.Job]:
    found = backends.find_backend("lsf").find_jobs(max_age=0.0)
    return [job for job in found or [] if tags.cluster_id_of(job.tag) == record.id]


def test_the_cluster_id_is_part_of_each_tag() -> None:
    tag = registry.new_id()
    assert tags.cluster_id_of(tags.keeper_job_tag(tag)) == tag
    assert tags.cluster_id_of(tag) == tag


@pytest.mark.slow
def test_the_keeper_runs_in_a_job_and_stop_ends_everything(lsf: Profile, nothing_left: Any) -> None:
    record = manager.start(lsf, name="one", workers=1)
    assert record.state is ClusterState.RUNNING
    (job,) = [job for job in jobs(record) if job.tag == tags.keeper_job_tag(record.id)]
    assert job.state == "running"
    assert manager.wait_for_workers("one").workers == 1
    with attached.attach("one") as cluster:
        assert cluster.get_client(set_as_default=False).submit(sum, [1, 2]).result(timeout=20) == 3
    assert nothing_left()
    assert jobs(record) == []
    assert registry.find_record("one", include_ended=True).state is ClusterState.STOPPED


def test_a_pending_keeper_job_is_shown_and_its_loss_is_reported(
    lsf: Profile, nothing_left: Callable[..., bool], never_run: None
) -> None:
    record = manager.start(lsf, name="one", wait=False)
    assert (record.state, record.keeper) == (ClusterState.STARTING, None)
    assert registry.find_record("one").state is ClusterState.STARTING
    with pytest.raises(ClusterStartError, match="The keeper's job ended before the keeper started"):
        launch.wait_until_running(record, None)
    assert registry.list_records() == []
    assert nothing_left(within=0)


def test_limits_count_from_the_start_of_a_pending_keeper(
    lsf: Profile, nothing_left: Callable[..., bool], never_run: None
) -> None:
    record = manager.start(lsf, name="one", wait=False)
    folder = registry.cluster_dir(record.id)
    registry.write_record(folder, dataclasses.replace(record, started=record.started - 3000, expires=record.started))
    taken = main.take_over(folder)
    assert taken.started >= record.started
    assert taken.expires == taken.started + 1800
    orphans.close_lost_cluster(taken)
    assert nothing_left(within=0)


def test_a_backend_without_jobs_is_refused(
    make_profile: Callable[..., Profile], nothing_left: Callable[..., bool]
) -> None:
    with pytest.raises((ClusterStartError, PreflightError), match=r"batch system|walltime"):
        manager.start(make_profile(keeper="job"), name="one")
    assert nothing_left(within=0)
