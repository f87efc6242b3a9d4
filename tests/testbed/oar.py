"""A real OAR on this machine, with a separate PostgreSQL: ``python tests/testbed/oar.py start|stop|test``.

OAR refuses jobs of root: ``test`` starts OAR as root and runs the backend suite as a user.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import daemons
import user

FOLDER = daemons.state_dir("oar")
PG_PORT = int(os.environ.get("TESTBED_OAR_PG_PORT", "15932"))
CORES = 8
HOST = socket.gethostname().partition(".")[0]
CONF = Path("/etc/oar/oar.conf")
OVERRIDES: dict[str, object] = {}
PACKAGES = [
    "oar-server", "oar-server-pgsql", "oar-user", "oar-user-pgsql", "oar-node", "postgresql", "openssh-server",
    "iputils-ping", "libjson-perl", "python3-venv",
]  # fmt: skip
_SETTINGS = {
    "DB_PORT": str(PG_PORT),
    "DB_BASE_PASSWD": "oar",
    "DB_BASE_PASSWD_RO": "oar_ro",
    "SERVER_HOSTNAME": "127.0.0.1",
    "SCHEDULER_JOB_SECURITY_TIME": "1",
    "SCHEDULER_GANTT_HOLE_MINIMUM_TIME": "1",
    "SCHEDULER_MIN_TIME_BETWEEN_2_CALLS": "1",
}
_UNSET = ("JOB_RESOURCE_MANAGER_PROPERTY_DB_FIELD", "PINGCHECKER_SENTINELLE")


def missing() -> str:
    """Return the reason why OAR accepts no jobs of this user here, or an empty string."""
    if os.getuid() == 0:
        return "OAR refuses jobs of root; `python tests/testbed/oar.py test` runs the suite as a user"
    return "" if shutil.which("oarsub") and _oar("oarnodes", "-s") else "OAR does not run here"


def running() -> bool:
    """Return True if it is running."""
    return daemons.alive(FOLDER / "almighty.pid") is not None


def start() -> dict[str, str]:
    """Return the variables that a client needs. Root starts the daemons that are not running."""
    if os.getuid() != 0:
        return {}
    reason = daemons.install(PACKAGES, ["oarsub", "oar-database", "sshd", "ping"])
    if reason:
        raise RuntimeError(reason)
    _start_database()
    _configure()
    if subprocess.run(["oar-database", "--check"], capture_output=True).returncode != 0:
        daemons.run(
            "oar-database", "--create", "--db-admin-user=postgres", "--db-admin-pass=x", "--db-host=127.0.0.1",
            f"--db-port={PG_PORT}", "-y", timeout=60,
        )  # fmt: skip
    Path("/run/sshd").mkdir(exist_ok=True)
    if not daemons.alive(FOLDER / "sshd.pid"):
        options = ["-o", f"PidFile={FOLDER}/sshd.pid", "-o", "ListenAddress=127.0.0.1", "-E", f"{FOLDER}/sshd.log"]
        daemons.run("/usr/sbin/sshd", "-f", "/etc/oar/sshd_config", *options)
    if not daemons.alive(FOLDER / "almighty.pid"):
        _start_server()
    daemons.wait_for(lambda: socket.create_connection(("127.0.0.1", 6666), 1).close() is None, "OAR's server")
    if "Alive" not in _oar("oarnodes", "-s"):
        _add_cores()
    daemons.wait_for(lambda: "Alive" in _oar("oarnodes", "-s"), "OAR's node", timeout=30)
    return {}


def _start_database() -> None:
    (binaries,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    data = FOLDER / "pg"
    shutil.chown(FOLDER, "postgres")
    if not data.exists():
        daemons.run(
            "runuser", "-u", "postgres", "--", binaries / "initdb", "-D", data, "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", timeout=60,
        )  # fmt: skip
    if not daemons.alive(data / "postmaster.pid"):
        options = f"-p {PG_PORT} -c listen_addresses=127.0.0.1 -c unix_socket_directories={FOLDER} -c fsync=off"
        daemons.run(
            "runuser", "-u", "postgres", "--", binaries / "pg_ctl", "-D", data, "-l", FOLDER / "pg.log", "-w", "-s",
            "-o", options, "start",
        )  # fmt: skip


def _configure() -> None:
    kept = FOLDER / "oar.conf.orig"
    if not kept.exists():
        shutil.copy(CONF, kept)
    lines = []
    seen = set()
    for line in kept.read_text().splitlines():
        key = line.lstrip("#").partition("=")[0].strip()
        if key in _UNSET:
            continue
        if key in _SETTINGS and key not in seen:
            seen.add(key)
            line = f'{key}="{_SETTINGS[key]}"'
        lines.append(line)
    CONF.write_text("\n".join(lines) + "\n")


def _start_server() -> None:
    daemons.spawn(
        "/usr/sbin/Almighty",
        log=FOLDER / "almighty.log",
        pid_file=FOLDER / "almighty.pid",
        env={"PATH": "/usr/lib/oar:/usr/bin:/bin:/usr/sbin"},
        user="oar",
        group="oar",
        extra_groups=[],
    )


def _add_cores() -> None:
    for name in (["cpu"], ["core"], ["host", "-c"]):
        subprocess.run(["oarproperty", "-a", *name], capture_output=True)
    for i in range(1, CORES + 1):
        daemons.run(
            "oarnodesetting", "-a", "-h", HOST, "-p", f"host={HOST}", "-p", f"cpu={i}", "-p", f"core={i}",
            "-p", f"cpuset={i - 1}",
        )  # fmt: skip


def _oar(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=20).stdout


def test(*arguments: str) -> int:
    """Start OAR, run the backend suite on it as a user, and return its exit code. Stop it unless it ran before."""
    found_running = running()
    start()
    try:
        return user.run_suite("oar", *arguments)
    finally:
        if not found_running:
            stop()


def stop(*, purge: bool = False) -> None:
    """Delete all jobs, stop the daemons and restore OAR's configuration. With `purge`, remove their state."""
    for line in _oar("oarstat").splitlines() if shutil.which("oarstat") else []:
        if line.split(" ")[0].isdigit():
            subprocess.run(["oardel", line.split(" ")[0]], capture_output=True, timeout=20)
    time.sleep(1)
    server = daemons.alive(FOLDER / "almighty.pid")
    if server:
        os.killpg(server, signal.SIGTERM)
    daemons.stop(FOLDER / "almighty.pid", FOLDER / "sshd.pid")
    database = daemons.alive(FOLDER / "pg" / "postmaster.pid")
    if database:
        os.kill(database, signal.SIGINT)
    if (FOLDER / "oar.conf.orig").exists():
        shutil.copy(FOLDER / "oar.conf.orig", CONF)
    if purge:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    action = sys.argv[1] if len(sys.argv) > 1 else "start"
    if action == "stop":
        stop(purge="--purge" in sys.argv)
    elif action == "test":
        sys.exit(test(*sys.argv[2:]))
    else:
        start()
        print(f"OAR runs; submit as a user who is not {getpass.getuser()}")
