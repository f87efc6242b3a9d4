"""A real Grid Engine on this machine: ``python tests/testbed/sge.py start|stop``. Separate ``SGE_ROOT``, no systemd."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import daemons

ROOT = daemons.state_dir("sge")
PORT = int(os.environ.get("TESTBED_SGE_PORT", "16944"))
HOST = socket.gethostname().partition(".")[0]
SLOTS = 8
ENVIRON = {
    "SGE_ROOT": str(ROOT),
    "SGE_CELL": "default",
    "SGE_ARCH": "lx-amd64",
    "SGE_QMASTER_PORT": str(PORT),
    "SGE_EXECD_PORT": str(PORT + 1),
    "SGE_MASTER_PIDFILE": str(ROOT / "run" / "qmaster.pid"),
    "SGE_EXECD_PIDFILE": str(ROOT / "run" / "execd.pid"),
}
OVERRIDES: dict[str, object] = {}

_MASTER = ROOT / "spool" / "qmaster" / "qmaster.pid"
_EXECD = ROOT / "run" / "execd.pid"
_BOOTSTRAP = """\
admin_user              none
default_domain          none
ignore_fqdn             false
spooling_method         berkeleydb
spooling_lib            libspoolb
spooling_params         {root}/spool/db
binary_path             /usr/sbin
qmaster_spool_dir       {root}/spool/qmaster
security_mode           none
listener_threads        2
worker_threads          2
scheduler_threads       1
"""


def missing() -> str:
    """Return the reason why Grid Engine cannot run here, or an empty string."""
    if os.getuid() != 0:
        return "Grid Engine's daemons need root here"
    if shutil.which("debconf-set-selections") and not shutil.which("sge_qmaster"):
        answers = "\n".join(
            f"gridengine-{part} shared/gridengineconfig boolean false"
            for part in ("common", "client", "master", "exec")
        )
        subprocess.run(["debconf-set-selections"], input=answers, text=True, check=False)
    packages = ["gridengine-master", "gridengine-exec", "gridengine-client"]
    return daemons.install(packages, ["sge_qmaster", "sge_execd", "qconf"])


def running() -> bool:
    """Return True if it is running."""
    return daemons.alive(_MASTER) is not None


def start() -> dict[str, str]:
    """Start the daemons that are not running, and return the variables that a client needs."""
    reason = missing()
    if reason:
        raise RuntimeError(reason)
    for name in ("default/common", "spool/qmaster/job_scripts", "spool/execd", "spool/db", "run"):
        (ROOT / name).mkdir(parents=True, exist_ok=True)
    for name in ("bin", "lib", "utilbin", "util"):
        if not (ROOT / name).is_symlink():
            (ROOT / name).symlink_to(f"/var/lib/gridengine/{name}")
    environ = {**os.environ, **ENVIRON}
    if not (ROOT / "spool" / "db" / "sge").exists():
        _initialise(environ)
    if not daemons.alive(_MASTER):
        _daemon("sge_qmaster", environ)
    daemons.wait_for(lambda: _qconf("-sconf"), "Grid Engine's master")
    for option in ("-ah", "-as"):
        subprocess.run(["qconf", option, HOST], env=environ, capture_output=True, timeout=10)
    if not daemons.alive(_EXECD):
        _daemon("sge_execd", environ)
    if subprocess.run(["qconf", "-sq", "main.q"], env=environ, capture_output=True).returncode != 0:
        _make_queue(environ)
    daemons.wait_for(lambda: _ready(environ), "Grid Engine's queue", timeout=40)
    return ENVIRON


def _initialise(environ: dict[str, str]) -> None:
    common = ROOT / "default" / "common"
    (common / "bootstrap").write_text(_BOOTSTRAP.format(root=ROOT))
    (common / "act_qmaster").write_text(f"{HOST}\n")
    (common / "host_aliases").write_text(f"{HOST} localhost\n")  # 127.0.0.1 resolves to "localhost" first
    settings = {
        "execd_spool_dir": f"{ROOT}/spool/execd",
        "min_uid": "0",
        "min_gid": "0",
        "load_report_time": "00:00:02",
        "mailer": "/bin/true",
    }
    default = Path("/usr/share/gridengine/default-configuration").read_text()
    (ROOT / "conf").write_text(_changed(default, settings))
    resources = "/usr/share/gridengine/util/resources"
    for command in (
        ["spoolinit", "berkeleydb", "libspoolb", f"{ROOT}/spool/db", "init"],
        ["spooldefaults", "configuration", f"{ROOT}/conf"],
        ["spooldefaults", "complexes", f"{resources}/centry"],
        ["spooldefaults", "usersets", f"{resources}/usersets"],
        ["spooldefaults", "managers", "root"],
    ):
        daemons.run(f"/usr/lib/gridengine/{command[0]}", *command[1:], env=environ)


def _make_queue(environ: dict[str, str]) -> None:
    scheduler = _changed(
        _qconf("-ssconf"),
        {
            "schedule_interval": "0:0:1",
            "flush_submit_sec": "1",
            "flush_finish_sec": "1",
            "job_load_adjustments": "NONE",
        },
    )
    (ROOT / "sched").write_text(scheduler)
    daemons.run("qconf", "-Msconf", ROOT / "sched", env=environ)
    queue = _changed(
        _qconf("-sq"),
        {
            "qname": "main.q",
            "hostlist": HOST,
            "slots": str(SLOTS),
            "load_thresholds": "NONE",
            "shell": "/bin/bash",
            "shell_start_mode": "unix_behavior",
            "pe_list": "NONE",
        },
    )
    (ROOT / "queue").write_text(queue)
    daemons.run("qconf", "-Aq", ROOT / "queue", env=environ)


def _changed(text: str, settings: dict[str, str]) -> str:
    lines = []
    for line in text.splitlines():
        key = line.partition(" ")[0]
        lines.append(f"{key} {settings[key]}" if key in settings else line)
    return "\n".join(lines) + "\n"


def _qconf(*arguments: str) -> str:
    return daemons.run("qconf", *arguments, env={**os.environ, **ENVIRON}, timeout=5)


def _ready(environ: dict[str, str]) -> bool:
    lines = daemons.run("qstat", "-f", env=environ, timeout=5).splitlines()
    return any(line.startswith("main.q@") and line.split()[-1] == "lx-amd64" for line in lines)


def _daemon(name: str, environ: dict[str, str]) -> None:
    path = shutil.which(name) or f"/usr/sbin/{name}"
    # It closes every descriptor up to the limit, which can be a billion.
    daemons.run("sh", "-c", 'ulimit -n 1024; exec "$0"', path, env=environ)


def stop(*, purge: bool = False) -> None:
    """Delete all jobs and stop the daemons. With `purge`, remove their state."""
    environ = {**os.environ, **ENVIRON}
    if daemons.alive(_MASTER):
        for command in (["qdel", "-u", "*"], ["qconf", "-kej", HOST], ["qconf", "-km"]):
            subprocess.run(command, env=environ, capture_output=True, timeout=10)
    daemons.stop(_EXECD, _MASTER, timeout=10)
    if purge:
        shutil.rmtree(ROOT, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["stop"]:
        stop(purge="--purge" in sys.argv)
    else:
        print("\n".join(f"export {k}={v}" for k, v in start().items()))
