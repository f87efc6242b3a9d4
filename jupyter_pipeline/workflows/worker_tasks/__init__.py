"""Run the tasks of a flow on the workers of its cluster (``--tasks-on workers``).

Prefect's engine stays in the flow's process, in one thread for each running task: states, retries, timeouts and logs
are the same as without workers. Only the function of the task runs on a worker, so that workers need neither
Prefect nor a connection to its server.

* `task_runner` is the task runner of Prefect.
* `calls` calls functions on the workers, and `results` refers to their results.
* `remote` runs on the scheduler and on the workers.
* `errors` sends exceptions with their tracebacks.
"""
