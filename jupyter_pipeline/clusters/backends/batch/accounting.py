"""How batch jobs ended, as Slurm tells it afterwards: by its accounting, else by what its controller still remembers.

A listing shows the jobs that live; why one is gone (its walltime, its memory, its node, somebody's order) is asked for
once, when it was found missing. Systems without an entry in `TOLD_BY` do not tell.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence

__all__ = ["TOLD_BY", "describe", "sacct", "scontrol"]

_TIMEOUT = 10.0
_WORDS = {
    "BOOT_FAIL": "its node did not boot",
    "CANCELLED": "it was cancelled",
    "COMPLETED": "it ended in order",
    "DEADLINE": "its deadline passed",
    "FAILED": "it failed",
    "NODE_FAIL": "its node failed",
    "OUT_OF_MEMORY": "it needed more memory than it had asked for",
    "PREEMPTED": "it was preempted",
    "TIMEOUT": "it reached its walltime",
}


def sacct(text: str) -> dict[str, str]:
    r"""Read ``sacct -XnP --format=JobIDRaw,State,ExitCode,NodeList``.

    Examples
    --------
    >>> sacct("17|TIMEOUT|0:0|n1\n18|RUNNING|0:0|n2\n")
    {'17': 'it reached its walltime (TIMEOUT on n1)'}
    """
    ends = {}
    for line in text.splitlines():
        fields = line.split("|")
        if len(fields) == 4:
            ends[fields[0]] = describe(*fields[1:])
    return {number: end for number, end in ends.items() if end}


def scontrol(text: str) -> dict[str, str]:
    """Read ``scontrol --oneliner show job``.

    Examples
    --------
    >>> scontrol("JobId=18 JobName=x JobState=FAILED ExitCode=3:0 NodeList=n2 NumNodes=1")
    {'18': 'it failed (FAILED on n2, exit code 3)'}
    """
    ends = {}
    for line in text.splitlines():
        values = dict(re.findall(r"(?:^|\s)(JobId|JobState|ExitCode|NodeList)=(\S*)", line))
        if "JobId" in values:
            ends[values["JobId"]] = describe(
                values.get("JobState", ""), values.get("ExitCode", ""), values.get("NodeList", "")
            )
    return {number: end for number, end in ends.items() if end}


def describe(state: str, exit_code: str, node: str) -> str:
    """Return in words that a job ended in `state`, such as ``CANCELLED by 1000``; empty for one that has not ended."""
    word = state.partition(" ")[0].rstrip("+")
    if word not in _WORDS:
        return ""
    where = f" on {node}" if node and not node.startswith(("None", "(null)")) else ""
    code, _, number = exit_code.partition(":")
    how = f", exit code {code}" if code not in ("", "0") else f", signal {number}" if number not in ("", "0") else ""
    return f"{_WORDS[word]} ({state}{where}{how})"


def _slurm(numbers: Sequence[str]) -> dict[str, str]:
    listing = ["sacct", "-XnP", f"--jobs={','.join(numbers)}", "--format=JobIDRaw,State,ExitCode,NodeList"]
    ends = sacct(_ask(listing))
    for number in numbers:
        if number not in ends:
            ends |= scontrol(_ask(["scontrol", "--oneliner", "show", "job", number]))
    return ends


def _ask(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


TOLD_BY: dict[str, Callable[[Sequence[str]], dict[str, str]]] = {"slurm": _slurm}
"""By name of the batch system: a function from ids of jobs to how those ended of which it knows."""
