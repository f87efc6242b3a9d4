"""Run ``prefect ARGUMENTS…`` and exit when the process PARENT exits.

Usage: ``python -m jupyter_pipeline.orchestration.service.prefect_child PARENT ARGUMENTS…``

The supervisor starts the server and the worker through this, so that neither is left when it is killed.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any

from jupyter_pipeline import environment_variables
from jupyter_pipeline.orchestration.prefect_api import peer_check
from jupyter_pipeline.orchestration.service import event_delivery, folders, queue_order, server_processes, start_gate
from jupyter_pipeline.orchestration.service.parent_process import exit_with_parent

__all__ = ["explain_failed_starts", "main", "write_in_turn"]


def main() -> None:
    """Request SIGKILL at the exit of the parent, then run Prefect's command line."""
    parent = int(sys.argv[1])
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may ignore it, which is inherited
    exit_with_parent(parent)
    folders.use_temporary_dir(Path(os.environ[environment_variables.SERVICE]))
    server_processes.cache_time_zones()
    if sys.argv[2] == "server":
        if os.environ["PREFECT_SERVER_DATABASE_CONNECTION_URL"].startswith("sqlite"):
            write_in_turn()
        event_delivery.install()
        queue_order.install()
        server_processes.cache_application()
        folders.make_pages_writable()
        server_processes.set_server_options()
        # The services of several processes end in order at SIGINT alone.
        if sys.argv[3] == "services":
            signal.signal(signal.SIGTERM, signal.default_int_handler)
    else:
        peer_check.install()
        explain_failed_starts()
        start_gate.hold_missed_runs()
    sys.argv = ["prefect", *sys.argv[2:]]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


def write_in_turn() -> None:
    """Make each transaction of the Prefect server on SQLite take the write lock at its beginning.

    Prefect begins every transaction as a reader that becomes a writer with its first change. SQLite refuses that at
    once if another transaction has written meanwhile. Prefect then answers with 503, or goes on with the broken
    transaction, whose lock blocks all others for a minute. A transaction that begins as a writer waits for its turn.
    """
    from prefect.server.database.configurations import AioSqliteConfiguration

    begin = AioSqliteConfiguration.begin_transaction

    def begin_immediately(self: Any, session: Any, with_for_update: bool = False) -> Any:
        return begin(self, session, with_for_update=True)

    AioSqliteConfiguration.begin_transaction = begin_immediately


def explain_failed_starts() -> None:
    """Make the worker end a run that cannot start with one sentence that names the cause and the fix.

    Without an interpreter Prefect reports "unhandled errors in a TaskGroup".
    """
    from prefect.workers.process import ProcessWorker, ProcessWorkerResult

    from jupyter_pipeline.orchestration.runs.obstacles import find_obstacle

    run = ProcessWorker.run

    async def run_or_refuse(self: Any, flow_run: Any, configuration: Any, task_status: Any = None) -> Any:
        obstacle = ""
        if flow_run.deployment_id is not None:
            with contextlib.suppress(Exception):  # the check must not stop a run; a lost connection has its own error
                deployment = await self.client.read_deployment(flow_run.deployment_id)
                obstacle = find_obstacle(deployment.model_dump(mode="json"))
        if not obstacle:
            return await run(self, flow_run, configuration, task_status)
        self.get_flow_run_logger(flow_run).error(obstacle)
        await self._propose_crashed_state(flow_run, obstacle)
        if task_status is not None:
            task_status.started(0)
        return ProcessWorkerResult(status_code=0, identifier="0")

    ProcessWorker.run = run_or_refuse


if __name__ == "__main__":
    main()
