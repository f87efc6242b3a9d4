"""Install packages into the prefix of this process with uv or pip.

A file lock in the prefix allows one install at a time, on all hosts that share the prefix. The operating system
releases the lock if its owner exits.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import importlib
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jupyter_pipeline.environments.plugins.distributions import normalize_name, scan_distributions
from jupyter_pipeline.environments.plugins.package_indexes import (
    git_settings,
    missing_variables,
    redact_credentials,
    split_options,
    uv_settings,
)

# pip's check for conflicts takes longer than the install and does not change it.
_PIP = ("--disable-pip-version-check", "--no-input", "--no-warn-conflicts")


def install_command(preferred: str = "auto") -> list[str]:
    """Return the first arguments of an install command: uv if present, else pip.

    Parameters
    ----------
    preferred : str
        ``"auto"``, ``"uv"`` or ``"pip"``.

    Raises
    ------
    RuntimeError
        The installer is not present.
    """
    uv = find_uv()
    if uv and preferred in ("auto", "uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    if preferred != "uv" and find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", *_PIP]
    wanted = "uv or pip" if preferred == "auto" else preferred
    raise RuntimeError(f"{sys.prefix} has no {wanted}; install one there")


def find_uv() -> str | None:
    """Return the path of uv beside this interpreter or on ``PATH``, or ``None``."""
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def missing_pins(spec: Mapping[str, Any]) -> list[str]:
    """Return the names of pins in `spec` that this prefix does not satisfy.

    Parameters
    ----------
    spec : mapping
        ``pins``: ``[version, requirement, url, direct_url.json]`` by normalized name. The last two are empty for
        packages from an index.
    """
    importlib.invalidate_caches()
    present = {row[0]: (row[1], row[3]) for row in scan_distributions(sys.path)}
    return [name for name, (version, _, url, _) in spec.get("pins", {}).items() if present.get(name) != (version, url)]


async def install_packages(spec: Mapping[str, Any], wheels: Path, *, dry: bool = False) -> dict[str, Any]:
    """Install the packages of `spec` into this prefix.

    Parameters
    ----------
    spec : mapping
        - ``pins``: packages that are installed in exactly these versions, without dependencies.
        - ``requirements``: lines of a requirements file, installed with dependencies.
        - ``held``: names of packages that requirements must not change. Pins must not change either.
        - ``links``: folders of wheels to use instead of an index.
        - ``options`` for the installer, and its name, ``tool``.
    wheels : Path
        Folder of the wheels that pins name as ``wheels/FILE``.
    dry : bool, default False
        Resolve only; install nothing.

    Returns
    -------
    dict
        ``installed``: list of name, previous version and new version.

    Raises
    ------
    RuntimeError
        The install failed; the message has the installer's error.
    """
    base = Path(sys.prefix)
    if not os.access(sysconfig.get_path("purelib"), os.W_OK):
        raise RuntimeError(f"{base} is read-only for this user; ask its administrator to install the packages")
    async with _locked(base):
        names = missing_pins(spec)
        before = {row[0]: row[1] for row in scan_distributions(sys.path)}
        requirements = [_line(r, wheels) for r in spec.get("requirements", ())]
        kept = {name: version for name, version in before.items() if name in spec.get("held", ())}
        kept |= {name: pin[0] for name, pin in spec.get("pins", {}).items()}
        held = [f"{name}=={version}" for name, version in kept.items()]
        links = [f"--find-links {_line(link, wheels)}" for link in spec.get("links", ())]
        if requirements and links:  # the kernel downloaded them because this host reaches no index
            requirements = ["--no-index", *links, *requirements]
        lines = [_line(spec["pins"][name][1], wheels) for name in names]
        if (
            names and requirements and not dry
        ):  # resolve first, so that a failure does not leave only the pins installed
            folders = {line.rpartition("/")[0] for line in lines if line.startswith(wheels.as_uri())}
            sent = [f"--find-links {folder}" for folder in sorted(folders)]
            await _run(spec, [*sent, *requirements], [], True, held)
        if names:
            again = (
                "--reinstall"
                if "uv" in Path(install_command(spec.get("tool", "auto"))[0]).name
                else "--force-reinstall"
            )
            local = any(line.startswith(wheels.as_uri()) for line in lines)
            await _run(spec, lines, ["--no-deps", *([again] if local else [])], dry)
            if not dry:
                _note_origins(spec, names)
        if requirements:
            await _run(spec, requirements, [], dry, held)
    importlib.invalidate_caches()
    after = {row[0]: row[1] for row in scan_distributions(sys.path)}
    changed = [[n, before.get(n, ""), v] for n, v in sorted(after.items()) if before.get(n) != v]
    return {"installed": changed}


def _note_origins(spec: Mapping[str, Any], names: Sequence[str]) -> None:
    """Record the original source of packed wheels, so that a comparison with the kernel finds them equal."""
    from importlib.metadata import distribution

    importlib.invalidate_caches()
    for name in names:
        file = Path(str(distribution(name)._path)) / "direct_url.json"  # type: ignore[attr-defined]
        if spec["pins"][name][3]:
            file.write_text(spec["pins"][name][3])
        elif spec["pins"][name][1].startswith("wheels/"):
            file.unlink(missing_ok=True)


def clear_version_cache() -> None:
    """Clear distributed's cache of versions, so that ``Client.get_versions`` returns the new ones."""
    from distributed import versions

    cached = getattr(versions, "_version_cached", None)
    if cached is not None:
        cached.cache_clear()


def requirement_key(requirement: str) -> str:
    """Return the name or the source of a requirement; requirements of one package have the same key."""
    last = requirement.rpartition("/")[2]
    if last.endswith(".whl"):
        return normalize_name(last.partition("-")[0])
    match = re.fullmatch(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*])?\s*(?:[<>=!~;@(].*)?", requirement.strip())
    if match:
        return normalize_name(match[1])
    return requirement.removesuffix(last) + re.split("[@#]", last)[0]  # a URL, perhaps with a revision


def _line(requirement: str, wheels: Path) -> str:
    """Return `requirement`, with the path of wheels as a URL because paths may have spaces."""
    return (wheels / requirement[7:]).as_uri() if requirement.startswith("wheels/") else requirement


async def _run(
    spec: Mapping[str, Any], lines: Sequence[str], options: Sequence[str], dry: bool, held: Sequence[str] = ()
) -> None:
    begin = install_command(spec.get("tool", "auto"))
    command, addresses = split_options(spec.get("options", ()))
    unset = missing_variables([*addresses, *lines], os.environ)
    if unset:
        raise RuntimeError(
            f"{platform.node()} has no environment variable {' or '.join(unset)}, which the requirements refer to; "
            "set it where this process is started"
        )
    text, secrets = git_settings([*addresses, *lines], os.environ)
    with tempfile.TemporaryDirectory() as folder:
        # Use files: other users can read arguments, and installers expand ${TOKEN} only in files.
        requirements, constraints = Path(folder) / "requirements.txt", Path(folder) / "constraints.txt"
        requirements.write_text("\n".join(text) + "\n")
        constraints.write_text("\n".join(held) + "\n")
        process = await asyncio.create_subprocess_exec(
            *begin,
            *command,
            *options,
            *(["--dry-run"] if dry else []),
            *(["-c", str(constraints)] if held else []),
            "-r",
            str(requirements),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **uv_settings(os.environ), **secrets, "PYTHONPATH": ""},
        )
        try:
            output, _ = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
    if process.returncode:
        raise RuntimeError(failure_reason(output.decode(errors="replace")))


def failure_reason(output: str) -> str:
    """Return the output of an installer from its first error on, at most 2,000 characters."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    prefixes = ("error", "\N{MULTIPLICATION SIGN}")  # uv draws a tree of causes
    start = next((i for i, line in enumerate(lines) if line.strip().lower().startswith(prefixes)), -5)
    return redact_credentials("\n".join(lines[start:])[:2000])


def is_loaded(name: str) -> bool:
    """Return True if this process has imported a module of the distribution `name`."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        files = distribution(name).files or []
        owned = {str(f.locate()) for f in files if f.suffix in (".py", ".so")}
    except (PackageNotFoundError, OSError):
        return False
    return any(getattr(m, "__file__", None) in owned for m in list(sys.modules.values()))


@contextlib.asynccontextmanager
async def _locked(base: Path) -> Any:
    with (base / ".jupyter-pipeline.lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.2)  # another install holds the lock
        yield


def spec_hash(spec: Mapping[str, Any]) -> str:
    """Return a hash of `spec`."""
    return hashlib.blake2b(repr(sorted(spec.items())).encode(), digest_size=8).hexdigest()
