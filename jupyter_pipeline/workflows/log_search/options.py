"""Options of a search, for every front door. This module imports nothing."""

__all__ = ["FLAGS", "LEVELS", "OPTIONS", "TAIL"]

LEVELS = ("debug", "info", "warning", "error", "critical")
TAIL = 1000
"""Entries that are shown by default."""
OPTIONS = {
    "run": ("RUN", "name or id of a run, with the logs of its clusters"),
    "cluster": ("CLUSTER", "name or id of a cluster, also of an ended one, with its runs"),
    "deployment": ("DEPLOYMENT", "name of a deployment: its runs and their clusters"),
    "since": ("TIME", "begin: a duration before now such as 2h, or a time in ISO 8601 format; by default 1h for --all"),
    "until": ("TIME", "end, in the same form"),
    "grep": ("EXPRESSION", "regular expression that the message contains"),
    "level": ("LEVEL", "lowest level: debug, info, warning, error or critical"),
    "tail": ("N", f"number of last entries; 0 for all; by default {TAIL}"),
}
"""Options with a value: its name, and the help."""
FLAGS = {
    "all": "search all runs, clusters and the service",
    "follow": "print new entries until Ctrl-C, or until the run ends",
}
"""Options without a value."""
