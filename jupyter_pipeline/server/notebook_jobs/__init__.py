"""Backend of jupyter-scheduler: its dialogs create and list deployments of whole notebooks.

A *job definition* is a deployment, and a *job* is a run of it. Nothing is stored twice: the Prefect server holds both.
The configuration of the Jupyter server selects the classes by name, so that this package is not imported without it::

    c.SchedulerApp.scheduler_class = "jupyter_pipeline.server.notebook_jobs.PipelineScheduler"
    c.SchedulerApp.environment_manager_class = "jupyter_pipeline.server.notebook_jobs.KernelEnvironmentManager"
"""

from __future__ import annotations

from jupyter_pipeline.server.notebook_jobs.environments import KernelEnvironmentManager
from jupyter_pipeline.server.notebook_jobs.scheduler import PipelineScheduler

__all__ = ["KernelEnvironmentManager", "PipelineScheduler"]
