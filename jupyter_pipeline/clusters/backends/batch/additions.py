"""Additions to the job script of a class of dask-jobqueue.

The script is the one that the class writes from the profile and from Dask's configuration, with these additions:

- the label of the job, see `submission`;
- the file of `process_guard`, which runs the worker's command and requires a token in the worker's HTTP server;
- the TLS options of the worker;
- ``--dashboard-address`` and ``--no-dashboard``, which keep the worker's dashboard off the network;
- ``--lifetime`` and ``--lifetime-stagger``, which drain the worker before its walltime;
- the folder of the job's output, in the cluster's folder;
- quotes around variables that the node replaces.

An addition never replaces what the profile or Dask's configuration says.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["ClassOptions", "add_guard", "dashboard_arguments", "lifetime_arguments", "quote_arguments", "quote_path"]

_DASK_WORKER = "distributed.cli.dask_worker"
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
_FLAGS = re.compile(r"--(?:no-)?(?:nanny|dashboard|reconnect|lifetime-restart)$")
_UNSET = "is not set on this node"


class ClassOptions:
    """Options of a class of dask-jobqueue, as the class completes them from Dask's configuration.

    Parameters
    ----------
    kwargs : mapping
        Arguments of the class.
    section : str
        Section of Dask's configuration below ``jobqueue``, unless the arguments name another.
    """

    def __init__(self, kwargs: Mapping[str, Any], section: str) -> None:
        self._kwargs = kwargs
        self._section = kwargs.get("config_name") or section

    def get(self, name: str, former_name: str = "") -> Any:
        """Return an option, ``None`` if it is not set.

        Parameters
        ----------
        name : str
            Name of the argument.
        former_name : str
            Name in earlier versions of the class, which is used if the option is empty.
        """
        value = self._read(name)
        former = self._read(former_name) if former_name else None
        return former if former is not None and not value else value

    @property
    def runs_dask_worker(self) -> bool:
        """True if the job runs Dask's own command for workers, whose options are known."""
        return self.get("worker_command") in (None, _DASK_WORKER)

    def _read(self, name: str) -> Any:
        import dask

        value = self._kwargs.get(name)
        return dask.config.get(f"jobqueue.{self._section}.{name}", None) if value is None else value


def add_guard(python: str, guard: Path) -> str:
    """Return the command that runs Python on the node, with the file of `process_guard` as its program.

    Examples
    --------
    >>> add_guard("srun -n 1 python", Path("/home/ada/guard.py")) + " -m distributed.cli.dask_worker"
    'srun -n 1 python /home/ada/guard.py -m distributed.cli.dask_worker'
    """
    return f"{python} {shlex.quote(str(guard))}"


def dashboard_arguments(address: str, arguments: Sequence[object]) -> list[str]:
    """Return worker arguments that keep the worker's dashboard off the network.

    On the loopback of a node it would be useless, and a worker without it starts sooner. Arguments that name
    ``--dashboard``, ``--dashboard-address`` or ``--no-dashboard`` stay as they are.
    """
    if any(word.startswith(("--dashboard", "--no-dashboard")) for word in _split_words(arguments)):
        return []
    return ["--dashboard-address", address, "--no-dashboard"]


def lifetime_arguments(walltime: float | None, arguments: Sequence[object]) -> list[str]:
    """Return worker arguments that drain a worker before its walltime, so that no task dies with the job.

    A tenth of the walltime, at most five minutes, remains for moving results to other workers. Workers that started
    together stop up to half of this time apart. Arguments that name ``--lifetime`` stay as they are.

    Parameters
    ----------
    walltime : float or None
        Walltime in seconds.
    arguments : sequence
        Worker arguments of the profile and of Dask's configuration.

    Examples
    --------
    >>> lifetime_arguments(3600, [])
    ['--lifetime', '3300s', '--lifetime-stagger', '150s']
    """
    if walltime is None or any(word.startswith("--lifetime") for word in _split_words(arguments)):
        return []
    margin = min(300.0, walltime / 10)
    return ["--lifetime", f"{walltime - margin:.0f}s", "--lifetime-stagger", f"{margin / 2:.0f}s"]


def quote_path(path: str) -> str:
    """Return a path for the worker's command line, with quotes if the node replaces variables in it.

    Without quotes, an empty variable would make the next option its value. A variable that is not set on the node ends
    the job with a message that names it.

    Examples
    --------
    >>> quote_path("/scratch"), quote_path("$TMPDIR/dask")
    ('/scratch', '"${TMPDIR:?is not set on this node}/dask"')
    """
    if "$" not in path or any(quote in path for quote in "\"'"):
        return path
    return f'"{_VARIABLE.sub(_require, path)}"'


def quote_arguments(arguments: Sequence[object]) -> list[object]:
    """Return worker arguments, with quotes around variables that are the value of an option.

    A variable that stands alone may contain several arguments, so it has no quotes.

    Examples
    --------
    >>> quote_arguments(["--preload", "$FILE", "$MORE"])
    ['--preload', '"${FILE:?is not set on this node}"', '$MORE']
    """
    result: list[object] = []
    needs_value = False
    for argument in arguments:
        if not isinstance(argument, str) or any(quote in argument for quote in "\"'`(") or not argument.split():
            result.append(argument)
            needs_value = False
            continue
        words = []
        for word in argument.split(" "):
            words.append(quote_path(word) if needs_value or word.startswith("--") else word)
            needs_value = word.startswith("--") and "=" not in word and not _FLAGS.match(word)
        result.append(" ".join(words))
    return result


def _require(match: re.Match[str]) -> str:
    return f"${{{match[1] or match[2]}:?{_UNSET}}}"


def _split_words(arguments: Sequence[object]) -> list[str]:
    return [word for argument in arguments for word in str(argument).split()]
