"""Submit the keeper as a batch job, for login nodes that kill long-running processes (``keeper: job`` in a profile).

``python -m jupyter_pipeline.clusters.keeper.batch_job FOLDER`` submits one job. It has the header of the profile's
worker jobs, and its command runs the keeper. The scheduler then runs inside that job, whose walltime limits the
cluster. The nodes must see the folder. Commands reach the keeper through its mailbox.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
from pathlib import Path

from jupyter_pipeline import environment_variables
from jupyter_pipeline.clusters import preflight, registry
from jupyter_pipeline.clusters.backends import Context, get_backend
from jupyter_pipeline.clusters.cleanup import tags
from jupyter_pipeline.clusters.registry import events, names
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterRecord, Profile

__all__ = ["main"]


def main(folder: Path) -> None:
    """Submit the keeper of the cluster in `folder`. On return, the record names its job."""
    request = StartRequest.from_dict(registry.read_request(folder))
    record = registry.read_record(folder)
    if record is None:
        sys.exit(f"{folder} has no record")
    problems = preflight.check(request.profile)
    if problems:
        events.write_problems(folder, problems)
        sys.exit(problems[0])
    try:
        job_id = asyncio.run(_submit(folder, request.profile, record))
    except PipelineError as error:
        sys.exit(str(error))
    except Exception as error:  # noqa: BLE001 - dask-jobqueue raises several types with the batch system's message
        sys.exit(f"The batch system refused the keeper's job: {str(error).strip().splitlines()[-1]}")
    with names.lock_registry():
        current = registry.read_record(folder)
        if current is not None and current.keeper == record.keeper and current.state.alive:  # not running already
            job = {"id": job_id, "state": "pending", "reason": "", "tag": tags.keeper_job_tag(record.id)}
            registry.write_record(folder, dataclasses.replace(current, keeper=None, host="", jobs=(job,)))


async def _submit(folder: Path, profile: Profile, record: ClusterRecord) -> str:
    """Submit a job that runs the keeper, and return its id."""
    context = Context(tag=tags.keeper_job_tag(record.id), name=record.name, directory=folder)
    # Only variables that the keeper needs; the batch system decides about the rest of the environment.
    variables = (environment_variables.CLUSTER, environment_variables.STATE, "PYTHONPATH")
    values = {n: os.environ[n] for n in variables if n in os.environ}
    values[environment_variables.ORIGINAL_PYTHONPATH] = os.environ.get(environment_variables.ORIGINAL_PYTHONPATH, "")
    settings = [f"{n}={v}" for n, v in values.items()]
    command = ["env", *settings, sys.executable, "-P", "-m", tags.KEEPER_MODULE, "--foreground", str(folder)]
    return await get_backend(profile).submit_command(profile, context, command)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
