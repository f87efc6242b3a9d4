"""Installs packages into the prefix of this process, in a subprocess, one at a time for each prefix.

The lock is a file in the prefix itself: it holds for every host that sees the prefix, for as long as an install takes,
and is released by the operating system when its owner dies.
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

from jupyter_pipeline.environments.plugins import package_indexes
from jupyter_pipeline.environments.plugins.installed import normalise, scan

# Looking for conflicts among all that is installed takes pip longer than the install, and changes nothing.
_PIP = ("--disable-pip-version-check", "--no-input", "--no-warn-conflicts")


def tool(preferred: str = "auto") -> list[str]:
    """Return the beginning of an install command: uv where present, else pip.

    Parameters
    ----------
    preferred : str
        ``"auto"``, ``"uv"`` or ``"pip"``.

    Raises
    ------
    RuntimeError
        If neither is there.
    """
    uv = find_uv()
    if uv and preferred in ("auto", "uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    if preferred != "uv" and find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", *_PIP]
    wanted = "uv or pip" if preferred == "auto" else preferred
    raise RuntimeError(f"{sys.prefix} has no {wanted} to install with; install one there")


def find_uv() -> str | None:
    """Return the path of uv: beside this interpreter, or on the search path."""
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def wanted(spec: Mapping[str, Any]) -> list[str]:
    """Return the pins of `spec` that this prefix does not have.

    Parameters
    ----------
    spec : mapping
        ``pins``: normalised name to ``[version, requirement, url, direct_url.json]``; the last two are empty for what
        an index has.
    """
    importlib.invalidate_caches()
    present = {row[0]: (row[1], row[3]) for row in scan(sys.path)}
    return [name for name, (version, _, url, _) in spec.get("pins", {}).items() if present.get(name) != (version, url)]


async def install(spec: Mapping[str, Any], wheels: Path, *, dry: bool = False) -> dict[str, Any]:
    """Bring this prefix to `spec`.

    Parameters
    ----------
    spec : mapping
        ``pins``, installed exactly and without their dependencies; ``requirements``, lines of a requirements file that
        are resolved, and may change neither what is pinned nor ``held``, what this process runs on; ``links``, folders
        of wheels to take them from instead of an index; ``options`` for the installer; ``tool``.
    wheels : Path
        Folder of the wheels that pins may name as ``wheels/FILE``.
    dry : bool, default False
        Resolve only.

    Returns
    -------
    dict
        ``installed``: list of name, version before, version after.

    Raises
    ------
    RuntimeError
        With the installer's reason.
    """
    base = Path(sys.prefix)
    if not os.access(sysconfig.get_path("purelib"), os.W_OK):
        raise RuntimeError(f"{base} is read-only for this user; bring the packages into it in another way")
    async with _locked(base):
        names = wanted(spec)
        before = {row[0]: row[1] for row in scan(sys.path)}
        requirements = [_line(r, wheels) for r in spec.get("requirements", ())]
        kept = {name: version for name, version in before.items() if name in spec.get("held", ())}
        kept |= {name: pin[0] for name, pin in spec.get("pins", {}).items()}
        held = [f"{name}=={version}" for name, version in kept.items()]
        links = [f"--find-links {_line(link, wheels)}" for link in spec.get("links", ())]
        if requirements and links:  # they were fetched by the kernel, because no index is reached from here
            requirements = ["--no-index", *links, *requirements]
        lines = [_line(spec["pins"][name][1], wheels) for name in names]
        if names and requirements and not dry:  # what cannot be resolved must not leave the pins behind
            folders = {line.rpartition("/")[0] for line in lines if line.startswith(wheels.as_uri())}
            sent = [f"--find-links {folder}" for folder in sorted(folders)]
            await _run(spec, [*sent, *requirements], [], True, held)
        if names:
            again = "--reinstall" if "uv" in Path(tool(spec.get("tool", "auto"))[0]).name else "--force-reinstall"
            local = any(line.startswith(wheels.as_uri()) for line in lines)
            await _run(spec, lines, ["--no-deps", *([again] if local else [])], dry)
            if not dry:
                _note_origins(spec, names)
        if requirements:
            await _run(spec, requirements, [], dry, held)
    importlib.invalidate_caches()
    after = {row[0]: row[1] for row in scan(sys.path)}
    changed = [[n, before.get(n, ""), v] for n, v in sorted(after.items()) if before.get(n) != v]
    return {"installed": changed}


def _note_origins(spec: Mapping[str, Any], names: Sequence[str]) -> None:
    """Record where packed wheels came from at first, so that a comparison with the kernel finds them equal."""
    from importlib.metadata import distribution

    importlib.invalidate_caches()
    for name in names:
        file = Path(str(distribution(name)._path)) / "direct_url.json"  # type: ignore[attr-defined]
        if spec["pins"][name][3]:
            file.write_text(spec["pins"][name][3])
        elif spec["pins"][name][1].startswith("wheels/"):
            file.unlink(missing_ok=True)


def forget_versions() -> None:
    """Drop what distributed remembers of versions, so that ``Client.get_versions`` tells the new ones."""
    from distributed import versions

    cached = getattr(versions, "_version_cached", None)
    if cached is not None:
        cached.cache_clear()


def named(requirement: str) -> str:
    """Return what two lines have in common that ask for versions of one thing: its name, or where it comes from."""
    last = requirement.rpartition("/")[2]
    if last.endswith(".whl"):
        return normalise(last.partition("-")[0])
    asked = re.fullmatch(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*])?\s*(?:[<>=!~;@(].*)?", requirement.strip())
    if asked:
        return normalise(asked[1])
    return requirement.removesuffix(last) + re.split("[@#]", last)[0]  # an address, perhaps with a revision


def _line(requirement: str, wheels: Path) -> str:
    """Return `requirement` with the place of a wheel, or of a folder of them, as a URL: paths may have spaces."""
    return (wheels / requirement[7:]).as_uri() if requirement.startswith("wheels/") else requirement


async def _run(
    spec: Mapping[str, Any], lines: Sequence[str], options: Sequence[str], dry: bool, held: Sequence[str] = ()
) -> None:
    begin = tool(spec.get("tool", "auto"))
    command, addresses = package_indexes.split(spec.get("options", ()))
    unset = package_indexes.missing([*addresses, *lines], os.environ)
    if unset:
        raise RuntimeError(
            f"{platform.node()} has no environment variable {' or '.join(unset)}, which the requirements refer to; "
            "set it where this process is started"
        )
    text, secrets = package_indexes.for_git([*addresses, *lines], os.environ)
    with tempfile.TemporaryDirectory() as folder:
        # In a file, because others can read the arguments of a process, and because installers expand ${TOKEN} in it.
        asked, constraints = Path(folder) / "requirements.txt", Path(folder) / "constraints.txt"
        asked.write_text("\n".join(text) + "\n")
        constraints.write_text("\n".join(held) + "\n")
        process = await asyncio.create_subprocess_exec(
            *begin,
            *command,
            *options,
            *(["--dry-run"] if dry else []),
            *(["-c", str(constraints)] if held else []),
            "-r",
            str(asked),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **package_indexes.for_uv(os.environ), **secrets, "PYTHONPATH": ""},
        )
        try:
            output, _ = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
    if process.returncode:
        raise RuntimeError(reason(output.decode(errors="replace")))


def reason(output: str) -> str:
    """Return what an installer's output says of its failure: from the first error on, 2,000 characters at most."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    marks = ("error", "\N{MULTIPLICATION SIGN}")  # uv draws a tree of causes
    start = next((i for i, line in enumerate(lines) if line.strip().lower().startswith(marks)), -5)
    return package_indexes.redacted("\n".join(lines[start:])[:2000])


def loaded(name: str) -> bool:
    """Return whether this process has imported a module of the distribution `name`."""
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
                await asyncio.sleep(0.2)  # another install holds it for as long as it takes
        yield


def spec_hash(spec: Mapping[str, Any]) -> str:
    """Return a short name for what `spec` asks for."""
    return hashlib.blake2b(repr(sorted(spec.items())).encode(), digest_size=8).hexdigest()
