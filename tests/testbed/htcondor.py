"""A real HTCondor on this machine: ``python tests/testbed/htcondor.py start|stop|test``.

Debian 12 has no HTCondor. The packages of Debian 13 and their dependencies, the C library included, are unpacked into a
folder and not installed. Their programs are patched to load libraries from that folder. The packages come from the
mirror of this machine's apt configuration, or from ``TESTBED_DEBIAN_MIRROR``. HTCondor refuses jobs of root: ``test``
runs the backend suite as a user.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import daemons
import user

FOLDER = daemons.state_dir("htcondor")
ROOT = FOLDER / "root"
OVERRIDES: dict[str, object] = {"cluster_kwargs.disk": "100 MB"}

_RELEASE = "trixie"
_MASTER = FOLDER / "master.pid"
_ENVIRON = {"CONDOR_CONFIG": str(FOLDER / "condor_config"), "PATH": f"{FOLDER / 'bin'}:/usr/bin:/bin"}
_CONF = """\
RELEASE_DIR = {root}/usr
LOCAL_DIR = {folder}/local
LIB = $(RELEASE_DIR)/lib/condor
LIBEXEC = $(RELEASE_DIR)/libexec/condor
CONDOR_IDS = 1.1
use SECURITY : recommended_v9_0
use ROLE : CentralManager
use ROLE : Submit
use ROLE : Execute
ALLOW_DAEMON = condor@$(UID_DOMAIN) daemon@$(UID_DOMAIN)
ALLOW_NEGOTIATOR = condor@$(UID_DOMAIN) daemon@$(UID_DOMAIN)
CONDOR_HOST = 127.0.0.1
NETWORK_INTERFACE = 127.0.0.1
BIND_ALL_INTERFACES = False
ENABLE_IPV6 = False
COLLECTOR_HOST = 127.0.0.1:{port}
SHARED_PORT_PORT = {port}
NUM_CPUS = 8
MEMORY = 16000
USE_PROCD = False
NEGOTIATOR_INTERVAL = 2
NEGOTIATOR_CYCLE_DELAY = 1
NEGOTIATOR_MIN_INTERVAL = 1
SCHEDD_INTERVAL = 2
SCHEDD_MIN_INTERVAL = 1
MOUNT_UNDER_SCRATCH =
"""


def missing() -> str:
    """Return the reason why HTCondor accepts no jobs of this user here, or an empty string."""
    if os.getuid() == 0:
        return "HTCondor refuses jobs of root; `python tests/testbed/htcondor.py test` runs the suite as a user"
    return "" if shutil.which("condor_q") else "HTCondor does not run here"


def running() -> bool:
    """Return True if it is running."""
    return os.getuid() != 0 or daemons.alive(_MASTER) is not None


def start() -> dict[str, str]:
    """Return the variables that a client needs. Root starts the daemons that are not running."""
    if os.getuid() != 0:
        return {}
    if not (FOLDER / "complete").exists():
        _unpack()
    if not running():
        for name in ("execute", "lock", "log", "run", "spool"):
            daemons.run("install", "-d", "-o", "daemon", "-g", "daemon", FOLDER / "local" / name)
        # A new port at each start: HTCondor cannot bind a port again within a minute.
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        Path(_ENVIRON["CONDOR_CONFIG"]).write_text(_CONF.format(root=ROOT, folder=FOLDER, port=port))
        master = ROOT / "usr/sbin/condor_master"
        daemons.spawn(master, "-f", log=FOLDER / "master.log", pid_file=_MASTER, env=_ENVIRON)
    daemons.wait_for(lambda: "slot" in _condor("condor_status", "-af", "Name"), "HTCondor's machine", timeout=60)
    daemons.wait_for(lambda: _condor("condor_q"), "HTCondor's queue", timeout=60)
    return _ENVIRON


def _condor(*command: str) -> str:
    return daemons.run(*command, env=_ENVIRON, timeout=10)


def _unpack() -> None:
    """Download the packages with an empty apt database, unpack them, and patch their programs."""
    reason = daemons.install(["patchelf"], ["patchelf"])
    if reason:
        raise RuntimeError(reason)
    print(f"Unpacking HTCondor into {FOLDER} …", flush=True)
    for name in ("apt/lists/partial", "apt/archives/partial", "apt/parts"):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
    (FOLDER / "apt/status").touch()
    (FOLDER / "apt/sources.list").write_text(f"deb {_find_mirror()} {_RELEASE} main\n")
    paths = {
        "State": "", "State::status": "status", "State::Lists": "lists", "Cache": "", "Etc::SourceList": "sources.list",
        "Etc::SourceParts": "parts",
    }  # fmt: skip
    apt = ["apt-get", "-qq", "-y", "-o", "APT::Sandbox::User=root"]
    apt += [word for key, path in paths.items() for word in ("-o", f"Dir::{key}={FOLDER / 'apt' / path}")]
    daemons.run(*apt, "update", timeout=300)
    daemons.run(*apt, "install", "--no-install-recommends", "--download-only", "minicondor", timeout=600)
    for package in sorted((FOLDER / "apt/archives").glob("*.deb")):
        daemons.run("dpkg", "-x", package, ROOT)
    _bind_libraries()
    shutil.rmtree(FOLDER / "apt")
    (FOLDER / "complete").touch()


def _find_mirror() -> str:
    """Return the address of the Debian mirror that apt is configured with."""
    chosen = os.environ.get("TESTBED_DEBIAN_MIRROR")
    if chosen:
        return chosen
    listed = daemons.run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").split()
    mirrors = [address for address in listed if address.rstrip("/").endswith("/debian")]
    if not mirrors:
        raise RuntimeError("apt is configured with no Debian mirror: set TESTBED_DEBIAN_MIRROR")
    return mirrors[0]


def _bind_libraries() -> None:
    """Patch the programs to load the unpacked libraries."""
    libraries = ROOT / "usr/lib/x86_64-linux-gnu"
    path = f"{libraries}:{ROOT / 'usr/lib'}:{ROOT / 'usr/lib/condor'}"
    programs = [p for d in ("usr/bin", "usr/sbin", "usr/libexec/condor") for p in (ROOT / d).glob("condor_*")]
    for program in programs:
        if program.is_symlink() or not program.read_bytes().startswith(b"\x7fELF"):
            continue
        loader = ["--set-interpreter", libraries / "ld-linux-x86-64.so.2"]
        daemons.run("patchelf", *loader, "--force-rpath", "--set-rpath", path, program)
    (FOLDER / "bin").mkdir(exist_ok=True)
    for program in (ROOT / "usr/bin").glob("condor_*"):  # leave out the other programs of that release
        (FOLDER / "bin" / program.name).symlink_to(program)


def test(*arguments: str) -> int:
    """Start HTCondor, run the backend suite on it, and return its exit code. Stop it unless it ran before."""
    found_running = running()
    environ = start()
    try:
        return user.run_suite("htcondor", *arguments, environ=environ)
    finally:
        if not found_running:
            stop()


def stop(*, purge: bool = False) -> None:
    """Remove all jobs and stop the daemons. With `purge`, remove the unpacked packages, too."""
    if daemons.alive(_MASTER):
        subprocess.run(["condor_rm", "-all"], env={**os.environ, **_ENVIRON}, capture_output=True, timeout=20)
        daemons.stop(_MASTER, timeout=30, number=signal.SIGQUIT)  # shut down without waiting for jobs
    if purge:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    action = sys.argv[1] if len(sys.argv) > 1 else "start"
    if action == "stop":
        stop(purge="--purge" in sys.argv)
    elif action == "test":
        sys.exit(test(*sys.argv[2:]))
    else:
        print("\n".join(f"export {k}={v}" for k, v in start().items()))
