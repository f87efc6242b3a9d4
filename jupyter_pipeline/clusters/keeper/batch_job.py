"""Submit the keeper as a batch job, for login nodes that kill long-running processes (``keeper: job`` in a profile).

``python -m jupyter_pipeline.clusters.keeper.batch_job FOLDER`` submits one job. Its header is that of the profile's
worker jobs, its command runs the keeper. The scheduler then runs inside that job, whose walltime limits the cluster.
The nodes must see the folder. Commands reach the keeper through its mailbox.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters import preflight, registry
from jupyter_pipeline.clusters.backends import Context, get_backend, import_class
from jupyter_pipeline.clusters.cleanup import tags
from jupyter_pipeline.clusters.registry import events, markers, names
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.exceptions import ClusterStartError, PipelineError
from jupyter_pipeline.models import ClusterRecord, Profile

__all__ = ["main"]

_NO_REQUEUE = {"slurm": "#SBATCH --no-requeue"}
"""Directive by batch system that prevents a second run of the job: its keeper would find a lost cluster."""


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
    from distributed.core import Status

    backend = get_backend(profile)
    if not backend.has_jobs:
        raise ClusterStartError(f"keeper: job needs a batch system, and {profile.cluster_class} has none.")
    context = Context(tag=tags.keeper_job_tag(record.id), name=record.name, directory=folder)
    cluster: Any = import_class(profile.cluster_class, extra=backend.extra)(**backend.prepare(profile, context))
    cluster.status = Status.closed  # only its job script is used; the cluster is never started
    name = f"{tags.keeper_job_tag(record.id)}.0"
    job = cluster.job_cls("tcp://keeper:0", name="keeper", **{**cluster._job_kwargs, "job_name": name})
    if not hasattr(job, "_command_template") or backend.name == "htcondor":
        raise ClusterStartError(f"keeper: job is not supported for {profile.cluster_class}. Set keeper: local.")
    # Only variables that the keeper needs; the batch system decides about the rest of the environment.
    variables = (tags.TAG_VARIABLE, "JUPYTER_PIPELINE_STATE", "PYTHONPATH")
    values = {n: os.environ[n] for n in variables if n in os.environ}
    values[tags.PYTHONPATH_VARIABLE] = os.environ.get(tags.PYTHONPATH_VARIABLE, "")
    settings = [f"{n}={v}" for n, v in values.items()]
    command = ["env", *settings, sys.executable, "-P", "-m", tags.KEEPER_MODULE, "--foreground", str(folder)]
    job._command_template = shlex.join(command)
    job.job_header = "\n".join(filter(None, (job.job_header, _NO_REQUEUE.get(backend.name))))
    markers.mark_submitted(folder)
    await job.start()
    return str(job.job_id)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
