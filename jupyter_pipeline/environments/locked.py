"""Isolated environments, built from a lock: what a promoted run uses when the notebook's may change.

Each is below ``STATE/environments``, under a name that the lock, the version of Python and the state of local packages
decide. It is built in a folder of its own, to which a symbolic link points when it is whole: whoever finds the link
finds an environment that works.
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
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

import filelock
import psutil

from jupyter_pipeline.environments.capture import dependencies, wheels
from jupyter_pipeline.environments.capture.environment import capture
from jupyter_pipeline.environments.diff import minor, same
from jupyter_pipeline.environments.lock.lockfile import Lock, read, requirement
from jupyter_pipeline.environments.plugins import package_indexes
from jupyter_pipeline.environments.plugins.installer import find_uv, reason
from jupyter_pipeline.exceptions import SoftwareEnvironmentError
from jupyter_pipeline.models import Distribution
from jupyter_pipeline.paths import environments_dir, write_private

__all__ = ["interpreter", "place", "prune"]

_OWN = "jupyter-pipeline"
_DAY = 86_400.0

Say = Callable[[str], None]


def interpreter(lock: str, *, progress: Say | None = None) -> Path:
    """Return the interpreter of an environment that has what `lock` says, built where there is none yet.

    Jupyter Pipeline and what it needs are in it whether `lock` names them or not; what is not named has this process's
    version. Editable and local packages are in it as they are now.

    Parameters
    ----------
    lock : str
        See `lock.requirements`.
    progress : callable, optional
        Called with a line for each stage.

    Raises
    ------
    SoftwareEnvironmentError
        With the installer's reason; nothing is left of what was begun.
    """
    say = progress or (lambda text: None)
    wanted = read(lock)
    python = place(lock)
    link = python.parent.parent
    home, key = link.parent, link.name
    if python.exists():  # follows links: false, too, where the Python that it was built on is gone
        os.utime(link.resolve())
        return python
    holder = filelock.FileLock(home / f"{key}.lock", mode=0o600)
    try:
        holder.acquire(timeout=0)
    except filelock.Timeout:
        say("Waiting for another process that builds this environment")
        holder.acquire()
    try:
        if not python.exists():
            for left in home.glob(f"{key}-*"):  # of a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            _build(wanted, link, say)
    finally:
        holder.release()
    return python


def place(lock: str) -> Path:
    """Return the interpreter that `interpreter` returns, whether it is there or not."""
    return environments_dir() / _key(read(lock)) / "bin" / "python"


def prune(*, keep: Collection[Path] = (), unused: float = 30 * _DAY) -> list[str]:
    """Remove environments that were not asked for lately, and what interrupted builds left.

    Parameters
    ----------
    keep : collection of Path
        Interpreters that are needed still, as `interpreter` returned them.
    unused : float
        Seconds since an environment was last asked for.

    Returns
    -------
    list of str
        Names of what was removed. One that a process runs in is kept.
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
    """Return the name of the environment: what is equal in everything that matters has one name."""
    local = [(d.name, _state(_folder(d))) for d in wanted.distributions if d.source in ("editable", "path")]
    told = (
        platform.python_version(),
        sysconfig.get_platform(),
        sorted(map(requirement, wanted.distributions)),
        sorted(wanted.others),
        local,
    )
    return hashlib.blake2b(repr(told).encode(), digest_size=12).hexdigest()


def _state(place: Path) -> str:
    """Return what changes when a file of a local package does."""
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


def _build(wanted: Lock, link: Path, say: Say) -> None:
    here = platform.python_version()
    if wanted.python and minor(wanted.python) != minor(here):
        raise SoftwareEnvironmentError(
            f"The lock was made with Python {wanted.python}, and this is {here}. "
            f"Use Python {minor(wanted.python)}, or make the lock again with this one."
        )
    unset = package_indexes.missing([*wanted.others, *map(requirement, wanted.distributions)], os.environ)
    if unset:
        raise SoftwareEnvironmentError(
            f"The lock refers to {' and '.join(unset)}, which is not set. Set it in the environment of this process."
        )
    folder = Path(tempfile.mkdtemp(prefix=f"{link.name}-", dir=link.parent))
    try:
        say("Making an environment for the lock")
        _run(_venv_command(folder))
        with tempfile.TemporaryDirectory() as scratch:
            for number, (options, lines) in enumerate(_installs(wanted, Path(scratch))):
                say(f"Installing {len(lines)} packages")
                file = Path(scratch) / f"{number}.txt"
                text, secrets = package_indexes.for_git([*wanted.others, *lines], os.environ)
                write_private(file, "\n".join(text) + "\n")
                _run([*_install_command(folder / "bin" / "python"), *options, "-r", str(file)], secrets)
        temporary = folder.with_suffix(".link")
        temporary.symlink_to(folder.name)
        temporary.replace(link)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _installs(wanted: Lock, scratch: Path) -> list[tuple[list[str], list[str]]]:
    """Return options and lines of each install: one with hashes that are checked, one for what has none."""
    hashed, plain = [], []
    for distribution in _completed(wanted):
        hashes = wanted.hashes.get(distribution.name, ())
        if hashes:
            hashed.append(" ".join([requirement(distribution), *(f"--hash={h}" for h in hashes)]))
        else:
            plain.append(_local(distribution, scratch) or requirement(distribution))
    pinned = all(text.startswith("-") for text in wanted.others)  # what is not pinned needs a resolver
    exact = ["--no-deps"] if pinned else []
    if find_uv():  # its cache looks at few of a project's files
        exact += [
            text for d in wanted.distributions if d.source == "editable" for text in ("--refresh-package", d.name)
        ]
    installs = [(["--require-hashes", "--no-deps"], hashed), (exact, plain)]
    return [(options, lines) for options, lines in installs if lines]


def _completed(wanted: Lock) -> list[Distribution]:
    """Return what the lock names, and what runs need besides, as it is in this process's environment."""
    named = {d.name for d in wanted.distributions}
    if _OWN in named:
        return list(wanted.distributions)
    needed = dependencies.closure(wheels.own_requirements()) - named
    more = [d for d in capture().distributions if d.name in needed]
    return [*wanted.distributions, *more, Distribution(name=_OWN, version="", source="editable")]


def _local(distribution: Distribution, scratch: Path) -> str:
    """Return what to install for a package that is no index's; empty where its own requirement does."""
    if distribution.source not in ("editable", "path", "vcs"):
        return ""
    if distribution.name == _OWN:
        name, data = wheels.pack_own()
    elif distribution.source == "editable":
        return f"{distribution.name} @ {distribution.url}"
    else:
        present = {d.name: d for d in capture().distributions}
        if not same(distribution, present.get(distribution.name)):
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
    raise SoftwareEnvironmentError(
        f"{sys.prefix} has neither uv nor pip to build the environment with: install uv there."
    )


def _run(command: Sequence[str], secrets: Mapping[str, str] = MappingProxyType({})) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **package_indexes.for_uv(os.environ), **secrets},
    )
    if done.returncode:
        raise SoftwareEnvironmentError(
            f"The environment of the lock could not be built, and nothing is left of it.\n{reason(done.stdout)}"
        )


def _running(home: Path) -> set[str]:
    """Return the names of environments that processes of this host run in."""
    found = set()
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or [""]
        place = Path(command[0])
        if place.is_relative_to(home):
            found.add(place.relative_to(home).parts[0].partition("-")[0])
    return found
