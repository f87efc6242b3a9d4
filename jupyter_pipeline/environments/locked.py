"""Build locked environments, for deployed flows that must not change with the notebook's environment.

Environments are stored below ``STATE/environments``. The name of one is a hash of the lock, the Python version and the
state of local packages. It is built in a temporary folder. A symbolic link is set to the folder after the last
install, so an environment that is found through its link is complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

import filelock
import psutil

from jupyter_pipeline.environments.capture import dependencies, wheels
from jupyter_pipeline.environments.capture.environment import capture_environment
from jupyter_pipeline.environments.diff import is_same_build, minor_version
from jupyter_pipeline.environments.lock.lockfile import Lock, format_requirement, parse_lock
from jupyter_pipeline.environments.plugins.installer import failure_reason, find_uv
from jupyter_pipeline.environments.plugins.package_indexes import git_settings, missing_variables, uv_settings
from jupyter_pipeline.exceptions import SoftwareEnvironmentError
from jupyter_pipeline.models import Distribution
from jupyter_pipeline.paths import environments_dir, write_private
from jupyter_pipeline.progress import Progress, silent

__all__ = ["ensure_interpreter", "interpreter_path", "prune_environments"]

_OWN = "jupyter-pipeline"
_DAY = 86_400.0


def ensure_interpreter(lock: str, *, progress: Progress | None = None) -> Path:
    """Return the interpreter of an environment with the packages in `lock`; build the environment if it is missing.

    Jupyter Pipeline and its dependencies are added if `lock` does not name them, in the versions of this process.
    Editable and local packages are installed in their present state.

    Parameters
    ----------
    lock : str
        Text of the lock; see `pinning.lock_environment`.
    progress : callable, optional
        Called with one line for each stage.

    Raises
    ------
    SoftwareEnvironmentError
        The build failed. The message has the installer's error, and the partial environment was removed.
    """
    say = progress or silent
    wanted = parse_lock(lock)
    python = interpreter_path(lock)
    link = python.parent.parent
    home, key = link.parent, link.name
    if python.exists():  # follows links: False too if the base Python was removed
        os.utime(link.resolve())
        return python
    holder = filelock.FileLock(home / f"{key}.lock", mode=0o600)
    try:
        holder.acquire(timeout=0)
    except filelock.Timeout:
        say("Waiting for another process that is building this environment")
        holder.acquire()
    try:
        if not python.exists():
            for partial in home.glob(f"{key}-*"):  # of a process that was killed
                shutil.rmtree(partial, ignore_errors=True)
            _build(wanted, link, say)
    finally:
        holder.release()
    return python


def interpreter_path(lock: str) -> Path:
    """Return the path of the interpreter of the environment for `lock`, which may not exist yet."""
    return environments_dir() / _key(parse_lock(lock)) / "bin" / "python"


def prune_environments(*, keep: Collection[Path] = (), unused: float = 30 * _DAY) -> list[str]:
    """Remove environments that have not been used recently, and folders of interrupted builds.

    An environment is kept while a process runs in it.

    Parameters
    ----------
    keep : collection of Path
        Interpreters of environments to keep, as `ensure_interpreter` returned them.
    unused : float, default 30 days
        Seconds since the last use of an environment.

    Returns
    -------
    list of str
        Names of the environments that were removed.
    """
    home = environments_dir()
    kept = {path.parent.parent.name for path in keep} | _running(home)
    removed = []
    for folder in sorted(p for p in home.iterdir() if p.is_dir() and not p.is_symlink()):
        key = folder.name.partition("-")[0]
        link = home / key
        with contextlib.suppress(filelock.Timeout), filelock.FileLock(home / f"{key}.lock", timeout=0, mode=0o600):
            whole = link.is_symlink() and link.resolve() == folder.resolve()
            if whole and (key in kept or time.time() - folder.stat().st_mtime < unused):
                continue
            if whole:
                link.unlink()
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(key)
    return removed


def _key(wanted: Lock) -> str:
    """Return the name of the environment: a hash of everything that its content depends on."""
    local = [(d.name, _state(_folder(d))) for d in wanted.distributions if d.source in ("editable", "path")]
    content = (
        platform.python_version(),
        sysconfig.get_platform(),
        sorted(map(format_requirement, wanted.distributions)),
        sorted(wanted.others),
        local,
    )
    return hashlib.blake2b(repr(content).encode(), digest_size=12).hexdigest()


def _state(place: Path) -> str:
    """Return a fingerprint of the files of a local package."""
    if not place.is_dir():
        info = place.stat() if place.exists() else None
        return f"{info.st_size}:{info.st_mtime_ns}" if info else ""
    found = hashlib.blake2b(digest_size=12)
    for here, folders, files in os.walk(place):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _NO_SOURCE)
        for name in sorted(files):
            info = (Path(here) / name).lstat()
            found.update(f"{here}/{name}:{info.st_size}:{info.st_mtime_ns}\n".encode())
    return found.hexdigest()


_NO_SOURCE = {"__pycache__", "build", "dist", "labextension", "node_modules", "venv"}


def _folder(distribution: Distribution) -> Path:
    return Path(unquote(urlsplit(distribution.url).path))


def _build(wanted: Lock, link: Path, say: Progress) -> None:
    here = platform.python_version()
    if wanted.python and minor_version(wanted.python) != minor_version(here):
        raise SoftwareEnvironmentError(
            f"The lock was written by Python {wanted.python}, and this is Python {here}. "
            f"Use Python {minor_version(wanted.python)}, or write the lock again with this Python."
        )
    unset = missing_variables([*wanted.others, *map(format_requirement, wanted.distributions)], os.environ)
    if unset:
        raise SoftwareEnvironmentError(
            f"The lock refers to {' and '.join(unset)}, which is not set. Set it in the environment of this process."
        )
    folder = Path(tempfile.mkdtemp(prefix=f"{link.name}-", dir=link.parent))
    try:
        say("Creating an environment for the lock")
        _run(_venv_command(folder))
        with tempfile.TemporaryDirectory() as scratch:
            for number, (options, lines) in enumerate(_installs(wanted, Path(scratch))):
                say(f"Installing {len(lines)} packages")
                file = Path(scratch) / f"{number}.txt"
                text, secrets = git_settings([*wanted.others, *lines], os.environ)
                write_private(file, "\n".join(text) + "\n")
                _run([*_install_command(folder / "bin" / "python"), *options, "-r", str(file)], secrets)
        temporary = folder.with_suffix(".link")
        temporary.symlink_to(folder.name)
        temporary.replace(link)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _installs(wanted: Lock, scratch: Path) -> list[tuple[list[str], list[str]]]:
    """Return options and requirements of each install: one checks hashes, one is for packages without a hash."""
    hashed, plain = [], []
    for distribution in _completed(wanted):
        hashes = wanted.hashes.get(distribution.name, ())
        if hashes:
            hashed.append(" ".join([format_requirement(distribution), *(f"--hash={h}" for h in hashes)]))
        else:
            plain.append(_local(distribution, scratch) or format_requirement(distribution))
    pinned = all(text.startswith("-") for text in wanted.others)  # requirements that are not pinned need a resolver
    exact = ["--no-deps"] if pinned else []
    if find_uv():  # uv's cache checks few of a project's files for changes
        exact += [
            text for d in wanted.distributions if d.source == "editable" for text in ("--refresh-package", d.name)
        ]
    installs = [(["--require-hashes", "--no-deps"], hashed), (exact, plain)]
    return [(options, lines) for options, lines in installs if lines]


def _completed(wanted: Lock) -> list[Distribution]:
    """Return the locked distributions, and the dependencies of Jupyter Pipeline that the lock does not name."""
    named = {d.name for d in wanted.distributions}
    if _OWN in named:
        return list(wanted.distributions)
    needed = dependencies.dependency_closure(wheels.jupyter_pipeline_requirements()) - named
    more = [d for d in capture_environment().distributions if d.name in needed]
    return [*wanted.distributions, *more, Distribution(name=_OWN, version="", source="editable")]


def _local(distribution: Distribution, scratch: Path) -> str:
    """Return the requirement of a package that comes from no index; empty if the locked requirement is enough."""
    if distribution.source not in ("editable", "path", "vcs"):
        return ""
    if distribution.name == _OWN:
        name, data = wheels.pack_jupyter_pipeline()
    elif distribution.source == "editable":
        return f"{distribution.name} @ {distribution.url}"
    else:
        present = {d.name: d for d in capture_environment().distributions}
        if not is_same_build(distribution, present.get(distribution.name)):
            return ""
        name, data, _ = wheels.pack_installed(distribution.name)
    (scratch / name).write_bytes(data)
    return str(scratch / name)


def _venv_command(folder: Path) -> list[str]:
    uv = find_uv()
    if uv:
        return [uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(folder)]
    return [sys.executable, "-m", "venv", "--without-pip", str(folder)]


def _install_command(python: Path) -> list[str]:
    uv = find_uv()
    if uv:
        return [uv, "pip", "install", "--python", str(python)]
    if find_spec("pip"):
        return [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--no-input",
            "--no-warn-script-location",
        ]
    raise SoftwareEnvironmentError(f"{sys.prefix} has neither uv nor pip to build the environment. Install uv there.")


def _run(command: Sequence[str], secrets: Mapping[str, str] = MappingProxyType({})) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **uv_settings(os.environ), **secrets},
    )
    if done.returncode:
        raise SoftwareEnvironmentError(
            "The environment of the lock could not be built. The partial environment was removed.\n"
            + failure_reason(done.stdout)
        )


def _running(home: Path) -> set[str]:
    """Return the names of the environments that processes on this host use."""
    found = set()
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or [""]
        place = Path(command[0])
        if place.is_relative_to(home):
            found.add(place.relative_to(home).parts[0].partition("-")[0])
    return found
