"""Names of environment variables that Prefect sets. This module imports nothing."""

__all__ = ["RUN_ID"]

RUN_ID = "PREFECT__FLOW_RUN_ID"
"""Id of the run, in its process."""
