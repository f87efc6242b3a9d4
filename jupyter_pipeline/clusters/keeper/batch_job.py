"""The keeper as a batch job, for login nodes that kill long processes: ``keeper: job`` in a profile.

``python -m jupyter_pipeline.clusters.keeper.batch_job FOLDER`` submits one job with the header of the profile's
worker jobs and the keeper as its command. The scheduler then runs in that job, and its walltime bounds the
cluster. The folder must
be seen by the nodes; orders reach the keeper through its mailbox.
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

_ONCE = {"slurm": "#SBATCH --no-requeue"}
"""By batch system: what keeps it from running a job again; a second keeper would find the cluster of a dead one."""


def main(folder: Path) -> None:
    """Submit the keeper of the cluster in `folder`; on return the record names its job."""
    request = StartRequest.from_dict(registry.read_request(folder))
    record = registry.read_record(folder)
    if record is None:
        sys.exit(f"{folder} has no record")
    problems = preflight.check(request.profile)
    if problems:
        events.write_problems(folder, problems)
        sys.exit(problems[0])
    try:
        number = asyncio.run(_submit(folder, request.profile, record))
    except PipelineError as error:
        sys.exit(str(error))
    except Exception as error:  # noqa: BLE001 - a class of dask-jobqueue, and a batch system with its own words
        sys.exit(f"The keeper's job was refused: {str(error).strip().splitlines()[-1]}")
    with names.lock_registry():
        now = registry.read_record(folder)
        if now is not None and now.keeper == record.keeper and now.state.alive:  # it may have started already
            job = {"id": number, "state": "pending", "reason": "", "tag": tags.keeper_job_tag(record.id)}
            registry.write_record(folder, dataclasses.replace(now, keeper=None, host="", jobs=(job,)))


async def _submit(folder: Path, profile: Profile, record: ClusterRecord) -> str:
    from distributed.core import Status

    backend = get_backend(profile)
    if not backend.has_jobs:
        raise ClusterStartError(f"keeper: job needs a batch system, and {profile.cluster_class} has none.")
    context = Context(tag=tags.keeper_job_tag(record.id), name=record.name, directory=folder)
    cluster: Any = import_class(profile.cluster_class, extra=backend.extra)(**backend.prepare(profile, context))
    cluster.status = Status.closed  # only its job is wanted; it is never started
    name = f"{tags.keeper_job_tag(record.id)}.0"
    job = cluster.job_cls("tcp://keeper:0", name="keeper", **{**cluster._job_kwargs, "job_name": name})
    if not hasattr(job, "_command_template") or backend.name == "htcondor":
        raise ClusterStartError(f"keeper: job is not known for {profile.cluster_class}. Write keeper: local.")
    # Only what the keeper needs to be found; the rest of the environment is the batch system's affair.
    values = {n: os.environ[n] for n in (tags.TAG_VARIABLE, "JUPYTER_PIPELINE_STATE", "PYTHONPATH") if n in os.environ}
    values[tags.PYTHONPATH_VARIABLE] = os.environ.get(tags.PYTHONPATH_VARIABLE, "")
    settings = [f"{n}={v}" for n, v in values.items()]
    command = ["env", *settings, sys.executable, "-P", "-m", tags.KEEPER_MODULE, "--stay", str(folder)]
    job._command_template = shlex.join(command)
    job.job_header = "\n".join(filter(None, (job.job_header, _ONCE.get(backend.name))))
    markers.mark_submitted(folder)
    await job.start()
    return str(job.job_id)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
