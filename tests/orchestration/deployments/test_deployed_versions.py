from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_pipeline.exceptions import NotFoundError, OrchestrationError, UsageError
from jupyter_pipeline.models import DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.lookup import find_deployment
from jupyter_pipeline.orchestration.versions import history, snapshots
from jupyter_pipeline.paths import read_object, snapshots_dir, versions_dir

Make = Callable[..., DeploymentSpec]
NIGHTLY = Schedule(cron="0 3 * * *", timezone="Europe/Berlin")


def _changed(spec: DeploymentSpec, work: str) -> DeploymentSpec:
    """Return the same pipeline with other code."""
    flow = (Path(spec.path) / "flow.py").read_text()
    version, path = snapshots.store_snapshot({"flow.py": flow, "steps.py": f"def work():\n    return {work}\n"})
    return dataclasses.replace(spec, version=version, path=str(path))


def _live(name: str) -> int:
    return next(version.number for version in deployments.list_versions(name) if version.current)


def test_each_deploy_leaves_a_version(live: ServiceStatus, specification: Make) -> None:
    first = specification("versioned", schedules=(NIGHTLY,), notebook="sales.ipynb")
    second = _changed(first, "43")
    for spec in (first, first, second):
        deployments.deploy(spec)
    newest, oldest = deployments.list_versions("versioned")
    assert (oldest.number, oldest.version, oldest.current) == (1, first.version, False)
    assert (newest.number, newest.version, newest.current) == (2, second.version, True)
    assert newest.notebook == "sales.ipynb"
    assert "@" in newest.by
    assert newest.deployed >= oldest.deployed
    for path in (versions_dir() / "versioned").glob("0*.json"):
        assert path.stat().st_mode & 0o777 == 0o400


def test_versions_are_compared_by_files_and_settings(live: ServiceStatus, specification: Make) -> None:
    first = specification("compared", schedules=(NIGHTLY,), parameters={"seconds": 1.0})
    second = dataclasses.replace(_changed(first, "43"), schedules=(Schedule(cron="0 4 * * *"),), overlap="queue")
    for spec in (first, second):
        deployments.deploy(spec)
    difference = deployments.compare_versions("compared")
    assert "--- 1/steps.py\n+++ 2/steps.py\n" in difference
    assert "-    return 42\n+    return 43\n" in difference
    assert "-overlap: skip\n+overlap: queue\n" in difference
    assert {"-- At 03:00 (Europe/Berlin)", "+- At 04:00 (UTC)"} <= set(difference.splitlines())
    assert deployments.compare_versions("compared", "1", "1") == ""
    assert "+    return 42" in deployments.compare_versions("compared", "2", first.version[:8])


def test_a_rollback_brings_back_code_and_settings_and_keeps_pauses(live: ServiceStatus, specification: Make) -> None:
    twice = (NIGHTLY, Schedule(every=3600.0, slug="hourly"))
    first = specification("rolled", schedules=twice, parameters={"seconds": 0.25})
    made = deployments.deploy(first)
    deployments.deploy(dataclasses.replace(_changed(first, "43"), parameters={"seconds": 0.5}))
    deployments.pause("rolled")
    back = deployments.rollback("rolled")
    assert (back.id, back.version, back.paused) == (made.id, first.version, True)
    assert _live("rolled") == 1
    again = deployments.rollback("rolled", "1")  # nothing to do
    assert again.updated == back.updated
    assert deployments.rollback("rolled", "2").version != first.version
    assert deployments.rollback("rolled").version == first.version
    deployments.resume("rolled")
    run = runs.wait(deployments.run_now("rolled").id, timeout=120)
    assert (run.state, run.version, run.parameters["seconds"]) == ("Completed", first.version, 0.25)


def test_a_schedule_that_is_switched_off_stays_off(live: ServiceStatus, specification: Make) -> None:
    first = specification("switched", schedules=(NIGHTLY,))
    deployments.deploy(first)
    deployments.deploy(dataclasses.replace(first, schedules=(dataclasses.replace(NIGHTLY, active=False),)))
    assert [schedule.active for schedule in deployments.rollback("switched", "1").schedules] == [False]


def test_after_a_rollback_and_a_deploy_the_previous_is_what_was_live(live: ServiceStatus, specification: Make) -> None:
    specs = [_changed(specification("chained"), str(number)) for number in range(3)]
    for spec in specs[:2]:
        deployments.deploy(spec)
    deployments.rollback("chained")
    deployments.deploy(specs[2])
    assert deployments.rollback("chained").version == specs[0].version


def test_an_interrupted_rollback_ends_where_it_was_to_end(
    live: ServiceStatus, specification: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = [_changed(specification("broken-off"), str(number)) for number in range(3)]
    for spec in specs:
        deployments.deploy(spec)
    with monkeypatch.context() as patch:
        patch.setattr(history, "set_current", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            deployments.rollback("broken-off")
    assert deployments.rollback("broken-off").version == specs[1].version


def test_an_interrupted_deploy_is_completed_by_the_next(
    live: ServiceStatus, specification: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = specification("cut-short")
    for part in ("store_version", "set_current"):
        with monkeypatch.context() as patch:
            patch.setattr(history, part, _interrupt)
            with pytest.raises(KeyboardInterrupt):
                deployments.deploy(spec)
    deployments.deploy(spec)
    assert [version.number for version in deployments.list_versions("cut-short")] == [1]
    assert _live("cut-short") == 1


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_no_version_is_current_where_another_has_deployed(
    live: ServiceStatus, specification: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = specification("overtaken")
    deployments.deploy(spec)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(history, "store_version", lambda spec, server: [])
        deployments.deploy(_changed(spec, "43"))
    assert [version.current for version in deployments.list_versions("overtaken")] == [False]


def test_missing_versions_are_named(live: ServiceStatus, specification: Make) -> None:
    spec = specification("lonely")
    deployments.deploy(spec)
    with pytest.raises(NotFoundError, match="Did you mean lonely"):
        deployments.list_versions("lonly")
    with pytest.raises(NotFoundError, match="version of 'lonely' is called '7'"):
        deployments.rollback("lonely", "7")
    with pytest.raises(UsageError, match="no version of 'lonely' before 1"):
        deployments.rollback("lonely")
    other = _changed(spec, "43")
    deployments.deploy(other)
    (Path(spec.path)).rename(snapshots_dir() / "gone")
    with pytest.raises(OrchestrationError, match="is not there any longer"):
        deployments.rollback("lonely")
    assert _live("lonely") == 2


def test_secrets_are_refused_and_references_survive_a_rollback(live: ServiceStatus, specification: Make) -> None:
    with pytest.raises(UsageError, match=r"env\.DB_PASSWORD"):
        deployments.deploy(specification("secretive", env={"DB_PASSWORD": "hunter2"}))
    assert not (versions_dir() / "secretive").exists()
    reference = "{{ prefect.blocks.secret.database }}"
    spec = specification("secretive", env={"DB_PASSWORD": reference, "REGION": "eu"})
    deployments.deploy(spec)
    deployments.deploy(_changed(spec, "43"))
    deployments.rollback("secretive")

    async def read_environment() -> dict[str, str]:
        async with connect() as api:
            return records.get_environment(await find_deployment(api, "secretive"))

    environment = asyncio.run(read_environment())
    assert (environment["DB_PASSWORD"], environment["REGION"]) == (reference, "eu")


def test_a_deleted_deployment_can_be_brought_back(live: ServiceStatus, specification: Make) -> None:
    deployments.deploy(specification("revived", schedules=(NIGHTLY,)))
    deployments.delete("revived")
    assert [version.current for version in deployments.list_versions("revived")] == [False]
    assert deployments.rollback("revived", "1").schedule_text == "At 03:00 (Europe/Berlin)"


def test_old_snapshots_go_and_needed_ones_stay(
    live: ServiceStatus, specification: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "KEPT", 2)
    monkeypatch.setattr(history, "_SLACK", 1)
    spec = specification("pruned")
    specs = [_changed(spec, f"'p{number}'") for number in range(6)]
    deployments.deploy(dataclasses.replace(specs[1], name="pruned-other"))  # needs the second one
    for each in specs:
        deployments.deploy(each)
        os.utime(each.path, (time.time() - 2 * 86400,) * 2)
    kept = [version.number for version in deployments.list_versions("pruned")]
    assert kept[0] == 6
    assert len(kept) <= 4
    assert not Path(specs[0].path).exists()
    assert Path(specs[1].path).exists()
    assert Path(specs[5].path).exists()


def test_a_damaged_history_is_no_obstacle(live: ServiceStatus, specification: Make) -> None:
    spec = specification("damaged")
    deployments.deploy(spec)
    path = versions_dir() / "damaged" / "00001.json"
    path.chmod(0o600)
    path.write_text('{"number": 1, "dep')
    (versions_dir() / "damaged" / "live.json").write_text("{")
    deployments.deploy(spec)
    assert [version.number for version in deployments.list_versions("damaged")] == [2]
    assert read_object(versions_dir() / "damaged" / "live.json") == {"embedded": 2}
