"""What can be known to go wrong before anything is submitted or spent.

Every check is local and takes milliseconds; Slurm is also asked whether it would take such a job.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths, ports
from jupyter_pipeline.clusters.backends import Backend, get_backend
from jupyter_pipeline.clusters.backends.batch.commands import explain
from jupyter_pipeline.clusters.preflight import mounts
from jupyter_pipeline.clusters.preflight.signatures import installed, unknown_arguments
from jupyter_pipeline.exceptions import ConfigurationError, MissingDependencyError
from jupyter_pipeline.models import Profile
from jupyter_pipeline.units import format_duration, parse_bytes, parse_walltime

__all__ = ["check", "doubts", "estimate"]

_EXTRAS = {
    "coiled": "coiled",
    "dask_cloudprovider": "cloud",
    "dask_gateway": "gateway",
    "dask_kubernetes": "kubernetes",
    "dask_saturn": "saturn",
}
_SHORTEST_WALLTIME = 120.0
_TRANSIENT = re.compile(r"(?i)contact|timed out|connect")
_UNCONFIGURED = re.compile(r"(?i)configuration (source|file)|cannot stat file|fetch_config")
_NOT_NOW = re.compile(r"(?i)node configuration is not available")  # of drained nodes too, where a real job would wait
_NAMED_BY_US = {"asynchronous", "loop", "tag"}


def check(profile: Profile) -> list[str]:
    """Return what keeps `profile` from starting here, each a sentence with its fix; empty when nothing is known to.

    Parameters
    ----------
    profile : Profile
    """
    if not installed(profile.cluster_class):
        package = profile.cluster_class.partition(".")[0]
        return [str(MissingDependencyError(package.replace("_", "-"), _EXTRAS.get(package, "")))]
    backend = get_backend(profile)
    problems = []
    for look in (_arguments, _commands, _interpreter, _network, _walltime, _folders, _hosts, _address):
        problems += list(look(profile, backend))
    if not problems and backend.name == "slurm":
        problems += list(_slurm(profile))
    return problems


def doubts(profile: Profile) -> list[str]:
    """Return what may keep the workers of `profile` from starting, which nobody can tell from here.

    Parameters
    ----------
    profile : Profile
    """
    if not get_backend(profile).commands:
        return []
    python = profile.cluster_kwargs.get("python") or sys.executable
    needed = {"the interpreter": python, "the folder of the cluster, with its keys": str(paths.clusters_dir())}
    found = []
    for what, path in needed.items():
        place = "" if "$" in path else mounts.private_place(Path(path))
        if place:
            found.append(f"Workers need {what}: {path} lies on a disk of this host ({place}), which nodes may not see.")
    return found


def estimate(profile: Profile, workers: int | None = None) -> str:
    """Return what `profile` costs, in words; empty without a price.

    Parameters
    ----------
    profile : Profile
    workers : int, optional
        Fixed size, instead of the profile's.

    Examples
    --------
    >>> price = {"currency": "EUR", "per_worker_hour": 0.5}
    >>> estimate(Profile(name="p", cluster_class="a.B", price=price, workers=4))
    'about 2 EUR an hour with 4 workers, at most 48 EUR until its lifetime of 1 d ends'
    """
    rate = _hourly(profile)
    if not rate:
        return ""
    size = workers or profile.workers
    bound = ""
    if size is None:
        size = profile.adapt_kwargs.get("maximum") or profile.limits.max_workers or 1
        bound = "up to " if size != 1 else ""
    currency = str(profile.price.get("currency", "")).strip()
    hourly = rate * int(size)
    text = f"about {hourly:g} {currency} an hour with {bound}{size} worker{'s' if size != 1 else ''}".replace("  ", " ")
    ends = []
    if profile.limits.lifetime:
        total = hourly * profile.limits.lifetime / 3600
        ends.append((total, f"until its lifetime of {format_duration(profile.limits.lifetime)} ends"))
    if profile.limits.budget:
        ends.append((profile.limits.budget, "until its budget is spent"))
    if ends:
        total, until = min(ends)
        text += f", at most {total:g} {currency} {until}".replace("  ", " ")
    return text


def _hourly(profile: Profile) -> float:
    price = profile.price
    cores = profile.cluster_kwargs.get("cores") or profile.cluster_kwargs.get("threads_per_worker") or 1
    return float(price.get("per_worker_hour") or 0) + float(price.get("per_core_hour") or 0) * float(cores)


def _arguments(profile: Profile, backend: Backend) -> Iterator[str]:
    try:
        unknown, known = unknown_arguments(profile.cluster_class, profile.cluster_kwargs)
    except (MissingDependencyError, ConfigurationError) as error:
        yield str(error)
        return
    except ImportError as error:
        text = str(error).strip().partition("\n")[0]
        yield f"{profile.cluster_class} cannot be imported: {text}"
        return
    except TypeError as error:
        yield f"cluster_class: {error}. Name a cluster class, such as distributed.LocalCluster."
        return
    for name in unknown:
        nearest = difflib.get_close_matches(name, [k for k in known if k not in _NAMED_BY_US], n=2, cutoff=0.6)
        offer = f"Did you mean {' or '.join(nearest)}?" if nearest else "Remove it."
        yield f"{profile.cluster_class} takes no argument {name!r}. {offer}"


def _commands(profile: Profile, backend: Backend) -> Iterator[str]:
    absent = [command for command in backend.commands if not shutil.which(command)]
    if absent:
        yield (
            f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} not on the PATH. "
            "Start Jupyter on a login node, or load the module of the batch system first."
        )


def _interpreter(profile: Profile, backend: Backend) -> Iterator[str]:
    python = profile.cluster_kwargs.get("python")
    if not backend.commands or not isinstance(python, str) or "$" in python:
        return
    if not shutil.which(python):
        yield f"There is no interpreter {python}. Correct cluster_kwargs.python, or leave it out for {sys.executable}."


def _network(profile: Profile, backend: Backend) -> Iterator[str]:
    kwargs = profile.cluster_kwargs
    scheduler = kwargs.get("scheduler_options") or {}
    on_this_host = backend.name not in ("ssh", "gateway", "address")
    for name in {kwargs.get("interface"), scheduler.get("interface")}:
        if isinstance(name, str) and on_this_host:
            import psutil

            known = sorted(psutil.net_if_addrs())
            if name not in known:
                yield f"This host has no network interface {name!r}. There are: {', '.join(known)}."
    port = scheduler.get("port", kwargs.get("scheduler_port"))
    if on_this_host and isinstance(port, int) and port > 0 and not ports.is_free(port, ""):
        yield f"Port {port} of this host is taken. Choose another, or 0 for any that is free."


def _walltime(profile: Profile, backend: Backend) -> Iterator[str]:
    value = profile.cluster_kwargs.get("walltime")
    if value is None or not backend.commands:
        return
    seconds = parse_walltime(value, system=backend.name)
    if seconds < _SHORTEST_WALLTIME:
        yield (
            f"The walltime {value} leaves a worker no time to work: it hands over before its end. Ask for at least "
            f"{format_duration(_SHORTEST_WALLTIME)}."
        )
    lifetime = profile.limits.lifetime
    if profile.keeper == "job" and (lifetime is None or lifetime > seconds):
        yield (
            f"With keeper: job the cluster ends at the walltime, {format_duration(seconds)}, before its lifetime. "
            "Shorten limits.lifetime or ask for a longer walltime."
        )


def _folders(profile: Profile, backend: Backend) -> Iterator[str]:
    keys = ["log_directory", "shared_temp_directory", *([] if backend.commands else ["local_directory"])]
    for key in keys:
        value = profile.cluster_kwargs.get(key)
        if not isinstance(value, str) or "$" in value:
            continue
        folder = Path(value).expanduser().absolute()
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            yield f"cluster_kwargs.{key}: {folder} cannot be written to. Name a folder of yours."


def _hosts(profile: Profile, backend: Backend) -> Iterator[str]:
    if backend.name != "ssh":
        return
    kwargs = profile.cluster_kwargs
    if not installed("asyncssh"):
        yield str(MissingDependencyError("asyncssh", "ssh"))
    hosts = kwargs.get("hosts", kwargs.get("host"))
    if not hosts or not all(isinstance(host, str) for host in ([hosts] if isinstance(hosts, str) else hosts)):
        yield "cluster_kwargs.hosts names no host. Write a list of host names."
    options: Any = kwargs.get("connect_options") or {}
    for option in options if isinstance(options, list) else [options]:
        if "known_hosts" in option and option["known_hosts"] is None and not profile.security.get("insecure"):
            yield (
                "connect_options.known_hosts: null trusts any host that answers. Log in once by `ssh` and remove it, "
                "or write security.insecure: true."
            )


def _address(profile: Profile, backend: Backend) -> Iterator[str]:
    if backend.name != "address":
        return
    address = profile.cluster_kwargs.get("address")
    if not isinstance(address, str) or "://" not in address:
        yield f"cluster_kwargs.address: {address!r} is no address of a scheduler. Write one such as tls://host:8786."
    elif address.startswith("tls://"):
        names = ("tls_ca_file", "tls_client_cert", "tls_client_key")
        for name in names:
            path = profile.security.get(name)
            if not path or not Path(str(path)).expanduser().is_file():
                wrong = f"security.{name}: {path} is not a file" if path else f"security.{name} is not set"
                yield f"{wrong}. tls:// needs {', '.join(names)}."


def _slurm(profile: Profile) -> Iterator[str]:
    """Ask Slurm whether it would take such a job; say nothing when it does not answer."""
    kwargs = profile.cluster_kwargs
    cores = kwargs.get("job_cpu") or kwargs.get("cores", 1)
    command = ["sbatch", "--test-only", "--ntasks=1", f"--cpus-per-task={cores}"]
    if kwargs.get("queue"):
        command.append(f"--partition={kwargs['queue']}")
    if kwargs.get("account"):
        command.append(f"--account={kwargs['account']}")
    if kwargs.get("walltime"):
        command.append(f"--time={kwargs['walltime']}")
    memory = kwargs.get("job_mem") or kwargs.get("memory")
    if memory:
        command.append(f"--mem={-(-parse_bytes(memory) // 2**20)}M")
    try:
        answer = subprocess.run([*command, "--wrap=true"], capture_output=True, text=True, timeout=5)
    except OSError:
        return
    except subprocess.TimeoutExpired as error:  # it looks for its configuration for a minute
        reason = explain((error.stderr or b"").decode(errors="replace"))
        if not _UNCONFIGURED.search(reason):
            return
    else:
        reason = explain(answer.stderr)
        if answer.returncode == 0 or _TRANSIENT.search(reason) or _NOT_NOW.search(reason):  # the keeper's to wait for
            return
    if _UNCONFIGURED.search(reason):
        said = reason.rpartition("; ")[2]
        yield f"Slurm cannot be used from this host ({said}). Start Jupyter on a login node, or set SLURM_CONF."
    else:
        yield f"Slurm refuses such a job: {reason}. Correct queue, account, cores, memory or walltime."
