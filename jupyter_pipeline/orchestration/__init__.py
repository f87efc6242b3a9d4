"""Run the embedded Prefect service, and manage schedules, deployments, runs and alerts through Prefect's REST API.

Prefect itself is imported only in the service's child processes. Each folder's ``__init__`` is its public interface.
The levels, from the top: `service`, `deployments`, `alerts` and `runs`, `prefect_api`, then `schedules`, `versions` and
`service_state`.
"""
