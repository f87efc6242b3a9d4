"""Names of environment variables that Prefect sets. This module imports nothing."""

__all__ = ["DEPLOYMENT_NAME", "RUN_ID"]

DEPLOYMENT_NAME = "PREFECT__DEPLOYMENT_NAME"
"""Name of the deployment of the run, in its process."""

RUN_ID = "PREFECT__FLOW_RUN_ID"
"""Id of the run, in its process."""
