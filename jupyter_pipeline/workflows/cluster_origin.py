"""Name the run or the notebook for which this process starts a cluster."""

from __future__ import annotations

import contextlib
import os
import sys

from jupyter_pipeline import environment_variables
from jupyter_pipeline.models import ClusterOrigin
from jupyter_pipeline.orchestration.prefect_variables import RUN_ID

__all__ = ["find_origin"]

_SESSION = "JPY_SESSION_NAME"
"""Variable in which Jupyter Server names the notebook of a kernel."""


def find_origin() -> ClusterOrigin:
    """Return the run of this process with its deployment and notebook, or else the notebook of this kernel."""
    run = os.environ.get(RUN_ID, "")
    if not run:
        return ClusterOrigin(notebook=os.environ.get(_SESSION, ""))
    name = deployment = ""
    if "prefect" in sys.modules:
        from prefect.runtime import deployment as run_deployment
        from prefect.runtime import flow_run

        with contextlib.suppress(Exception):  # the names are not worth a failure
            name, deployment = str(flow_run.name or ""), str(run_deployment.name or "")
    notebook = os.environ.get(environment_variables.NOTEBOOK, "")
    return ClusterOrigin(run=run, run_name=name, deployment=deployment, notebook=notebook)
