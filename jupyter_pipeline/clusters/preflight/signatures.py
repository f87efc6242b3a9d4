"""Which arguments a cluster class takes, told without importing Dask where that can be avoided.

Importing distributed costs half a second, which a start cannot afford in the process that asks. The arguments of the
classes that are known here are read from the source of the installed packages; any other class is imported.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters.backends import import_class

__all__ = ["installed", "unknown_arguments"]

_CLUSTER = (("distributed", "deploy/spec.py", "SpecCluster"), ("distributed", "deploy/cluster.py", "Cluster"))
_SOURCES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "LocalCluster": (
        ("distributed", "deploy/local.py", "LocalCluster"),
        *_CLUSTER,
        ("distributed", "nanny.py", "Nanny"),  # the rest goes to the workers
        ("distributed", "worker.py", "Worker"),
    ),
    "SSHCluster": (("distributed", "deploy/ssh.py", "SSHCluster"), *_CLUSTER),
    "VMCluster": (
        ("jupyter_pipeline", "clusters/backends/ssh_cluster.py", "VMCluster"),
        ("distributed", "deploy/ssh.py", "SSHCluster"),
        *_CLUSTER,
    ),
    "AddressCluster": (("jupyter_pipeline", "clusters/backends/address_cluster.py", "AddressCluster"), _CLUSTER[1]),
}
_PARENTS = {"moab": ("pbs", "PBS")}
for _module, _prefix in (
    ("htcondor", "HTCondor"), ("lsf", "LSF"), ("moab", "Moab"), ("oar", "OAR"), ("pbs", "PBS"), ("sge", "SGE"),
    ("slurm", "SLURM"),
):  # fmt: skip
    _file, _job = _PARENTS.get(_module, (_module, _prefix))
    _SOURCES[f"{_prefix}Cluster"] = (
        ("dask_jobqueue", f"{_file}.py", f"{_job}Job"),
        ("dask_jobqueue", "core.py", "Job"),
        ("dask_jobqueue", "core.py", "JobQueueCluster"),
    )
_OURS = {"dask_jobqueue", "distributed", "dask", "jupyter_pipeline"}


def installed(cluster_class: str) -> bool:
    """Return whether the package of the class at that import path is there; nothing is imported."""
    try:
        return importlib.util.find_spec(cluster_class.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def unknown_arguments(cluster_class: str, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return those of `names` that the class does not take, and all that it takes.

    Parameters
    ----------
    cluster_class : str
        Import path.
    names : iterable of str
        Names of arguments.

    Raises
    ------
    MissingDependencyError, ConfigurationError
        If the class cannot be imported, where it has to be.
    TypeError
        If what is imported can be no cluster class, nor a function that returns a cluster.
    """
    unknown = set(names)
    known: set[str] = set()
    for found in _accepted(cluster_class):
        if found is None:  # it takes anything
            return [], []
        unknown -= found
        known |= found
        if not unknown:
            break
    return sorted(unknown), sorted(known)


def _accepted(cluster_class: str) -> Iterator[set[str] | None]:
    """Yield the arguments of the class, then of what it hands the rest to."""
    package, _, name = cluster_class.rpartition(".")
    if name in _SOURCES and package.partition(".")[0] in _OURS:
        for source in _SOURCES[name]:
            yield _in_source(*source)
        return
    found = import_class(cluster_class)
    lacks = [method for method in ("scale", "close") if not hasattr(found, method)] if inspect.isclass(found) else []
    if lacks or not callable(found):
        raise TypeError(f"{cluster_class} is no cluster class" + (f": it cannot {' or '.join(lacks)}" if lacks else ""))
    yield from _in_signatures(found)


@functools.cache
def _in_source(package: str, file: str, name: str) -> set[str]:
    spec = importlib.util.find_spec(package)
    folder = Path(next(iter(spec.submodule_search_locations or []))) if spec else Path()
    for node in ast.parse((folder / file).read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            functions = [f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"]
            return _arguments(functions[0]) if functions else set()
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return _arguments(node)
    return set()


def _arguments(function: ast.FunctionDef) -> set[str]:
    arguments = function.args
    return {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)} - {"self"}


def _in_signatures(target: Any) -> Iterator[set[str] | None]:
    classes = inspect.getmro(target) if inspect.isclass(target) else (target,)
    for cls in classes:
        function = cls.__dict__.get("__init__") if inspect.isclass(cls) else cls
        if cls is object or function is None:
            continue
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            yield None
            return
        yield {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)} - {"self"}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            return
    yield None  # the last one takes any keyword
