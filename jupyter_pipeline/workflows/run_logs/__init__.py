"""Keep the log of a run in files: everything that its process, their children and the workers of its clusters write.

1. `log_file` is the format: one JSON object on each line, in files of limited size.
2. `store` finds the logs of runs and removes old ones.
3. `lines` turns text of streams into lines, and `raw_output` reads the descriptors that child processes inherit.
4. `capture` runs in the process of a run, and `worker_capture` in the workers of its clusters.
5. `cluster_output` connects them.
"""
