"""Promote a deployment from one target to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.models import DeploymentRecord, Target
from jupyter_pipeline.orchestration.deployments import targets
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
    after: int | None = None,
    profile_file: str = "",
) -> DeploymentRecord:
    """Deploy at `target` exactly the code that is live at `source`.

    Parameters
    ----------
    name : str
        The pipeline.
    source : str
        Name of the target that it comes from.
    target : str or Target
        Where it goes. A name alone means a target without settings of its own; see `targets.load`.
    after : int, optional
        Good runs in a row of this code that `source` must have seen; by default what `target` asks for.
    profile_file : str, optional
        The target's profile, frozen; by default that of the source, if the target has no profile of its own.

    Raises
    ------
    OrchestrationError
        If `source` has not enough good runs, or the name belongs to another notebook at `target`.
    NotFoundError
        If it is not deployed at `source`.
    """
    goal = Target(name=target) if isinstance(target, str) else target
    staged = targets.deployment_name(name, source)
    async with connect_to(staged) as api:
        found = await find_deployment(api, staged)
        number = history.live(staged, api.endpoint.key)
        version = next((v for v in history.versions(staged, api.endpoint.key) if v.number == number), None)
        if version is None or version.spec["version"] != (found.get("version") or ""):
            raise OrchestrationError(
                f"What is live as {staged!r} was not deployed from here. Deploy it again: --target {source}."
            )
        wanted = goal.after if after is None else after
        good = await _good_runs(api, found, wanted)
    if good < wanted:
        raise OrchestrationError(
            f"{staged!r} has {good} good run{'' if good == 1 else 's'} in a row of {version.spec['version']}, "
            f"and {wanted} are asked for. Run it: jupyter pipeline deployments run {staged}"
        )
    spec = history.specification(version, records.get_environment(found))
    base = targets.base_of(spec)
    return await deploy_async(targets.apply_target(base, goal, profile_file=profile_file))


async def _good_runs(api: PrefectApi, deployment: Mapping[str, Any], enough: int) -> int:
    """Return how many runs of a deployment's present code have ended well since the last that did not."""
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


promote = run_sync(promote_async)
