"""The Prefect side: the embedded service, schedules, deployments and runs.

Prefect is reached through its REST API alone and never imported here, except by the service's own child processes
and by ``runtime``, which promoted flows import.
"""
