"""The embedded Prefect service: supervisor, server, worker, health checks, state files."""
