"""Build the environment variables of a run, as its worker does.

A rehearsal runs in this environment, so that it fails where a run would fail.
"""

from __future__ import annotations

import contextlib
import os

import psutil

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import DeploymentSpec
from jupyter_pipeline.orchestration.deployments.deployment_body import deployment_variables
from jupyter_pipeline.orchestration.prefect_api import endpoint
from jupyter_pipeline.orchestration.service.environment import worker_environment
from jupyter_pipeline.orchestration.service_state import read_secrets, read_state
from jupyter_pipeline.paths import service_dir, state_dir

__all__ = ["build_run_environment", "service_variables"]

_LOGIN = ("HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "TZ", "TMPDIR", "XDG_RUNTIME_DIR")
"""Variables that the worker of another server has, too."""


def service_variables(server: str = "") -> dict[str, str] | None:
    """Return the environment in which the embedded service starts runs.

    Parameters
    ----------
    server : str
        Prefect server, as in `Target`; empty for the configured one.

    Returns
    -------
    dict of str to str, or None
        ``None`` for another server, or if the service does not run.
    """
    try:
        configured = endpoint.resolve(server=server)
    except PipelineError:
        return None
    state = read_state()
    if state is None or not (configured.embedded or configured.url == state.api_url):
        return None
    supervisor = processes.find(state.supervisor)
    if supervisor is None:
        return None
    with contextlib.suppress(psutil.Error, OSError):
        found = worker_environment(
            supervisor.environ(), home=service_dir(), state_dir=state_dir(), port=state.port, secrets=read_secrets()
        )
        # This variable marks the processes of the service, which `jupyter pipeline down` terminates.
        return {name: value for name, value in found.items() if name != environment_variables.SERVICE}
    return None


def _worker_variables(server: str) -> dict[str, str]:
    """Return the environment in which a worker of a server starts runs.

    The environment of a worker of another server is unknown. It counts as the environment of a login.
    """
    found = service_variables(server)
    if found is not None:
        return found
    login = {name: os.environ[name] for name in _LOGIN if name in os.environ}
    prefect = {name: value for name, value in os.environ.items() if name.startswith("PREFECT_")}
    return {**login, **prefect, **endpoint.variables(server)}


def build_run_environment(spec: DeploymentSpec) -> dict[str, str]:
    """Return the environment variables of a run of a deployment, with unresolved references to blocks of the server."""
    return {**_worker_variables(spec.server), **deployment_variables(spec)}
