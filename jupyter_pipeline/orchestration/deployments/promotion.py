"""Promote a deployment from one target to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jupyter_pipeline import audit
from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.models import DeploymentRecord, Target
from jupyter_pipeline.orchestration.deployments import targets
from jupyter_pipeline.orchestration.deployments.deploy_preview import preview_async
from jupyter_pipeline.orchestration.deployments.lifecycle import deploy_async
from jupyter_pipeline.orchestration.deployments.targets import PRODUCTION
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.lookup import connect_to, find_deployment
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.versions import history

__all__ = ["promote"]


async def promote_async(
    name: str,
    *,
    source: str = "staging",
    target: str | Target = PRODUCTION,
    required_runs: int | None = None,
    profile_file: str = "",
    report: Callable[[str], None] | None = None,
) -> DeploymentRecord:
    """Deploy the code of one target to another target.

    Parameters
    ----------
    name : str
        Name of the pipeline.
    source : str
        Name of the target to promote from.
    target : str or Target
        Target to promote to. A name stands for a target without settings; see `targets.load`.
    required_runs : int, optional
        Number of successful runs in a row of this code that `source` must have; by default `Target.required_runs`.
    profile_file : str, optional
        Path of the target's stored profile; by default the profile of the source, unless the target sets one.
    report : callable, optional
        Function that gets the settings of the target that change, as by ``diff -u``, before they do.

    Raises
    ------
    OrchestrationError
        If `source` has too few successful runs, or the name belongs to another notebook at `target`.
    NotFoundError
        If it is not deployed at `source`.
    """
    goal = Target(name=target) if isinstance(target, str) else target
    staged = targets.deployment_name(name, source)
    async with connect_to(staged) as api:
        found = await find_deployment(api, staged)
        number = history.current_number(staged, api.endpoint.key)
        version = next((v for v in history.list_versions(staged, api.endpoint.key) if v.number == number), None)
        if version is None or version.spec["version"] != (found.get("version") or ""):
            raise OrchestrationError(
                f"The current code of {staged!r} was deployed by another program. Deploy it again: --target {source}."
            )
        wanted = goal.required_runs if required_runs is None else required_runs
        good = await _good_runs(api, found, wanted)
    if good < wanted:
        raise OrchestrationError(
            f"{staged!r} has {good} good run{'' if good == 1 else 's'} in a row of {version.spec['version']}, "
            f"and {wanted} are required. Run it: jupyter pipeline deployments run {staged}"
        )
    spec = history.to_specification(version, records.get_environment(found))
    base = targets.base_specification(spec)
    promoted = targets.apply_target(base, goal, profile_file=profile_file)
    if report is not None:
        expected = await preview_async(promoted, {})
        if expected.changes and not expected.first:
            report(f"The settings of {promoted.name!r} change with the code:\n{expected.changes.rstrip()}")
    return await deploy_async(promoted)


async def _good_runs(api: PrefectApi, deployment: Mapping[str, Any], enough: int) -> int:
    """Return the number of successful runs of a deployment's current code since the last failure, up to `enough`."""
    if not enough:
        return 0
    body = {
        "sort": "EXPECTED_START_TIME_DESC",
        "deployments": {"id": {"any_": [deployment["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}},
    }
    good = 0
    async for run in api.pages("/flow_runs/filter", body):
        if run["deployment_version"] == deployment["version"]:
            if run["state_type"] != "COMPLETED" or good == enough:
                break
            good += 1
    return good


promote = audit.recorded("promote", "deployment", details=("source", "target"))(run_sync(promote_async))
