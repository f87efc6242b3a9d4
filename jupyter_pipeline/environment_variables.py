"""Names of the environment variables of this package.

This module imports nothing.
"""

__all__ = [
    "API_SECRETS",
    "BROKER",
    "CLUSTER",
    "DATABASE",
    "DEFAULT_PROFILE",
    "FRONT_DOOR",
    "FUNCTIONS",
    "NOTEBOOK",
    "ORIGINAL_PYTHONPATH",
    "PROFILE",
    "PROFILES",
    "SERVER_OPTIONS",
    "SERVICE",
    "SERVICE_API",
    "SETTINGS",
    "STANDBY",
    "STANDBY_OF",
    "STATE",
]

STATE = "JUPYTER_PIPELINE_STATE"
"""Path of the state folder."""

CLUSTER = "JUPYTER_PIPELINE_CLUSTER"
"""Tag of a process: id of the cluster to which it belongs."""

STANDBY = "JUPYTER_PIPELINE_STANDBY"
"""``1`` to start standby keepers, ``0`` to start none."""

STANDBY_OF = "JUPYTER_PIPELINE_STANDBY_OF"
"""Pid and start time of the process that started this standby keeper."""

ORIGINAL_PYTHONPATH = "JUPYTER_PIPELINE_ORIGINAL_PYTHONPATH"
"""The user's ``PYTHONPATH``, which the keeper restores before it runs user code."""

PROFILES = "JUPYTER_PIPELINE_PROFILES"
"""Profiles of the Jupyter server's configuration, as JSON, for its kernels."""

DEFAULT_PROFILE = "JUPYTER_PIPELINE_DEFAULT_PROFILE"
"""Default profile of the Jupyter server's configuration, for its kernels."""

FRONT_DOOR = "JUPYTER_PIPELINE_FRONT_DOOR"
"""Front door that runs this command line, for the audit log: ``panel``."""

SERVICE = "JUPYTER_PIPELINE_SERVICE"
"""Mark of a process of a service: folder of the service."""

SERVICE_API = "JUPYTER_PIPELINE_SERVICE_API"
"""Address of the API of a service in a process that does not belong to it, such as a served run."""

DATABASE = "JUPYTER_PIPELINE_DATABASE_URL"
"""Address of a PostgreSQL database to use instead of SQLite; it may hold a password."""

BROKER = "JUPYTER_PIPELINE_BROKER_URL"
"""Address of the Redis server of the service's server processes; it may hold a password."""

SERVER_OPTIONS = "JUPYTER_PIPELINE_SERVER_OPTIONS"
"""Settings of the service's HTTP server for which Prefect has no variable, as a JSON object."""

FUNCTIONS = "JUPYTER_PIPELINE_FUNCTIONS"
"""``local`` to run steps with ``--function`` in processes of this host."""

PROFILE = "JUPYTER_PIPELINE_PROFILE"
"""Name or file of the profile of a run."""

NOTEBOOK = "JUPYTER_PIPELINE_NOTEBOOK"
"""Notebook of a run."""

SETTINGS = "JUPYTER_PIPELINE_SETTINGS"
"""Settings of a deployment for which Prefect has no field, as a JSON object: policies, owner, target, windows, and
schedules that are sent as rules."""

API_SECRETS = (
    "PREFECT_API_AUTH_STRING",
    "PREFECT_API_DATABASE_CONNECTION_URL",
    "PREFECT_API_DATABASE_PASSWORD",
    "PREFECT_API_KEY",
    "PREFECT_CLIENT_CUSTOM_HEADERS",  # may have an authorization
    "PREFECT_REDIS_MESSAGING_PASSWORD",
    "PREFECT_REDIS_MESSAGING_URL",
    "PREFECT_SERVER_API_AUTH_STRING",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL",
    "PREFECT_SERVER_DATABASE_PASSWORD",
    "PREFECT_SERVER_DOCKET_URL",  # of a Redis server, with its password
    "PREFECT_SERVER_ENCRYPTION_KEY",
    "PREFECT__CONTROL_TOKEN",
    BROKER,
    DATABASE,
)
"""Variables with secrets of the Prefect API and of the service. Clusters do not inherit them."""
