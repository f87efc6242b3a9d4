"""The chore of the service that has nothing to do with Prefect: removing what lost clusters left.

A keeper does it when it starts; here it is done where clusters are started seldom. It is asked of the command line,
since this side knows no clusters.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys

from jupyter_pipeline.orchestration.service.child_process import LOG, log_failure

__all__ = ["collect", "collect_for_ever"]

_PERIOD = 600.0
_TIMEOUT = 120.0  # a batch system may be slow to answer


async def collect_for_ever(ready: asyncio.Event) -> None:
    """Collect once the service is `ready`, and every ten minutes from then on."""
    await ready.wait()
    while True:
        with log_failure("the collection"):
            await collect()
        await asyncio.sleep(_PERIOD)


async def collect() -> None:
    """Remove what no living cluster claims, and log what that was; a failure is logged, too."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "jupyter_pipeline", "cluster", "gc", "--json"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        LOG.warning("service | cannot look for what clusters left: %s", error)
        return
    try:
        said, complaint = await asyncio.wait_for(process.communicate(), _TIMEOUT)
    except TimeoutError:
        LOG.warning("service | `jupyter pipeline cluster gc` did not end within %.0f s", _TIMEOUT)
        return
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    if process.returncode != 0:
        LOG.warning("service | cannot look for what clusters left: %s", complaint.decode(errors="replace").strip())
        return
    try:
        removed = json.loads(said)
    except ValueError as error:  # something else has written to standard output, too
        LOG.warning("service | cannot read what was removed of lost clusters: %s", error)
        return
    for item in removed:
        LOG.info("service | removed %s %s of a lost cluster", item["kind"], item["id"])
