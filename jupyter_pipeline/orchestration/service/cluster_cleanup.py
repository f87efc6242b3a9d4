"""Remove orphaned processes and jobs of lost clusters every ten minutes.

A keeper does the same when it starts; the service covers hosts on which clusters start rarely. It calls the command
line, since orchestration does not import clusters.
"""

from __future__ import annotations

import asyncio
import json
import sys

from jupyter_pipeline import processes
from jupyter_pipeline.orchestration.service.child_process import LOG, log_failure

__all__ = ["remove_orphans", "remove_orphans_periodically"]

_PERIOD = 600.0
_GRACE = 5.0
_TIMEOUT = 120.0  # a batch system may be slow to answer


async def remove_orphans_periodically(ready: asyncio.Event) -> None:
    """Remove orphans when the service is `ready`, and every ten minutes after."""
    await ready.wait()
    while True:
        with log_failure("cleaning up after lost clusters"):
            await remove_orphans()
        await asyncio.sleep(_PERIOD)


async def remove_orphans() -> None:
    """Remove processes and jobs that belong to no running cluster, and log them; log failures too."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "jupyter_pipeline", "cluster", "gc", "--json"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        LOG.warning("service | cannot look for orphans of lost clusters: %s", error)
        return
    try:
        output, errors = await asyncio.wait_for(process.communicate(), _TIMEOUT)
    except TimeoutError:
        LOG.warning("service | `jupyter pipeline cluster gc` did not exit within %.0f s", _TIMEOUT)
        return
    finally:
        await processes.terminate_group_async(process, grace=_GRACE)
    if process.returncode != 0:
        LOG.warning("service | cannot look for orphans of lost clusters: %s", errors.decode(errors="replace").strip())
        return
    try:
        removed = json.loads(output)
    except ValueError as error:  # something else has written to standard output too
        LOG.warning("service | cannot read the output of `jupyter pipeline cluster gc`: %s", error)
        return
    for item in removed:
        owner = "which no deployment uses" if item["kind"] == "environment" else "of a lost cluster"
        LOG.info("service | removed %s %s %s", item["kind"], item["id"], owner)
