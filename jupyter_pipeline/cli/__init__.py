"""``jupyter pipeline``: the command line."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, ClassVar, NoReturn

from jupyter_core.application import NoStart

from jupyter_pipeline import environment_variables
from jupyter_pipeline.audit import enter_front_door
from jupyter_pipeline.cli.base import Group, emit, note
from jupyter_pipeline.disk_space import name_full_disk
from jupyter_pipeline.exceptions import PipelineError

__all__ = ["PipelineApp", "main"]


class PipelineApp(Group):
    """The root of the command line."""

    name = "jupyter-pipeline"
    description = "Start Dask clusters and deploy notebook cells as scheduled Prefect runs."
    examples = """
        jupyter pipeline cluster start local --workers 4   # start a cluster
        jupyter pipeline up                                # start the embedded Prefect server and worker
        jupyter pipeline deploy notebook.ipynb --cell 3 --name daily --cron "0 6 * * *" --profile local
    """
    subcommands: ClassVar[dict[str, Any]] = {
        "up": ("jupyter_pipeline.cli.service.Up", "Start the embedded Prefect server and worker."),
        "down": ("jupyter_pipeline.cli.service.Down", "Stop the embedded Prefect server and worker."),
        "status": ("jupyter_pipeline.cli.service.Status", "Show the state and the addresses of the service."),
        "profiles": ("jupyter_pipeline.cli.profiles.ProfilesGroup", "List, show, check and write cluster profiles."),
        "cluster": ("jupyter_pipeline.cli.cluster.ClusterGroup", "Start, list, scale, sync and stop clusters."),
        "deploy": ("jupyter_pipeline.cli.deploy.Deploy", "Deploy notebook cells, with schedules."),
        "options": ("jupyter_pipeline.cli.deploy.Options", "List the options of a deploy."),
        "steps": ("jupyter_pipeline.cli.deploy.Steps", "Propose a division of a notebook into steps."),
        "slice": ("jupyter_pipeline.cli.deploy.Slice", "Print a cell with the code that it needs."),
        "deployments": (
            "jupyter_pipeline.cli.deployments.DeploymentsGroup",
            "List, run, compare and promote deployments.",
        ),
        "runs": ("jupyter_pipeline.cli.runs.RunsGroup", "List, follow, read, repeat and cancel runs."),
        "cost": ("jupyter_pipeline.cli.costs.Cost", "Show core-hours and costs of clusters."),
        "logs": ("jupyter_pipeline.cli.logs.Logs", "Search the logs of runs, clusters and the service."),
        "metrics": ("jupyter_pipeline.cli.metrics.MetricsGroup", "Scrape metrics with Prometheus."),
        "alerts": ("jupyter_pipeline.cli.alerts.AlertsGroup", "Store and test the addresses of alerts."),
        "audit": ("jupyter_pipeline.cli.audit.Audit", "List recorded actions."),
        "serve": ("jupyter_pipeline.cli.serving.Serve", "Serve a pipeline without the service, here or on Coiled."),
        "test": ("jupyter_pipeline.cli.testing.Test", "Run pipelines once in a separate process."),
        "ci": ("jupyter_pipeline.cli.testing.CiGroup", "Write a CI workflow that tests pipelines."),
    }


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.
    """
    arguments = sys.argv[1:] if argv is None else argv
    application = PipelineApp()
    try:
        # Children such as keepers are front doors of their own.
        with enter_front_door(os.environ.pop(environment_variables.FRONT_DOOR, "cli")):
            application.initialize(argv)
            with name_full_disk():
                application.start()
    except NoStart:
        pass
    except PipelineError as error:
        if "--json" in arguments:
            emit(json.dumps(error.to_dict(), indent=2))
        else:
            note(f"jupyter pipeline: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        note("Interrupted.")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    sys.exit(0)
