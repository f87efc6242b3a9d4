"""A real Slurm on this machine: ``python tests/testbed/slurm.py start|stop|env``.

Several ``slurmd -N`` make nodes of one host. There is no systemd, no cgroups and no accounting database;
``jobcomp.log`` says how jobs ended. Clients find it by ``SLURM_CONF``.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import daemons

FOLDER = daemons.state_dir("slurm")
CONF = FOLDER / "slurm.conf"
PORT = int(os.environ.get("TESTBED_SLURM_PORT", "16917"))
ENVIRON = {"SLURM_CONF": str(CONF)}
PACKAGES = ["slurmctld", "slurmd", "slurm-client", "munge"]

_CONF = """\
ClusterName=testbed
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.socket
StateSaveLocation={folder}/ctld
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd-%n.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/log/jobcomp.log
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory,CR_LLN
DefMemPerCPU=256
SchedulerParameters=batch_sched_delay=0,sched_interval=5,sched_min_interval=0
KillWait=5
MinJobAge=60
SlurmdTimeout=60
{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Return why Slurm cannot run here, or an empty string."""
    if os.getuid() != 0:
        return "Slurm's daemons need root here"
    return daemons.install(PACKAGES, ["slurmctld", "slurmd", "sbatch", "munged"])


def running() -> bool:
    """Return whether it runs already."""
    return daemons.alive(FOLDER / "run" / "slurmctld.pid") is not None


def start(nodes: int = 2) -> dict[str, str]:
    """Start what does not run yet and return the variables that a client needs."""
    reason = missing()
    if reason:
        raise RuntimeError(reason)
    for name in ("ctld", "log", "run", "munge", *(f"spool-n{i}" for i in range(1, nodes + 1))):
        (FOLDER / name).mkdir(exist_ok=True)
    (FOLDER / "munge").chmod(0o700)
    key = FOLDER / "munge" / "key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(1024))
    host = socket.gethostname().partition(".")[0]
    lines = "\n".join(
        f"NodeName=n{i} NodeHostname={host} NodeAddr=127.0.0.1 Port={PORT + i} CPUs=8 RealMemory=32000 State=UNKNOWN"
        for i in range(1, nodes + 1)
    )
    CONF.write_text(_CONF.format(host=host, port=PORT, folder=FOLDER, nodes=lines))
    environ = {**os.environ, **ENVIRON}
    run = FOLDER / "run"
    if not daemons.alive(run / "munged.pid"):
        daemons.run(
            _sbin("munged"), "--force", f"--key-file={key}", f"--socket={run}/munge.socket",
            f"--pid-file={run}/munged.pid", f"--seed-file={FOLDER}/munge/seed", f"--log-file={FOLDER}/log/munged.log",
        )  # fmt: skip
    if not daemons.alive(run / "slurmctld.pid"):
        daemons.run(_sbin("slurmctld"), "-i", env=environ)
    for i in range(1, nodes + 1):
        if not daemons.alive(run / f"slurmd-n{i}.pid"):
            daemons.run(_sbin("slurmd"), "-N", f"n{i}", env=environ)
    daemons.wait_for(lambda: up(nodes), "Slurm")
    return ENVIRON


def up(nodes: int = 2) -> bool:
    """Return whether all nodes are ready."""
    states = daemons.run("sinfo", "-h", "-N", "-o", "%T", timeout=5, env={**os.environ, **ENVIRON}).split()
    return len(states) == nodes and set(states) <= {"idle", "mixed", "allocated"}


def stop(*, purge: bool = False) -> None:
    """Cancel all jobs and stop the daemons; with `purge`, remove their state."""
    run = FOLDER / "run"
    environ = {**os.environ, **ENVIRON}
    if daemons.alive(run / "slurmctld.pid"):
        subprocess.run(["scancel", "--user=root"], env=environ, timeout=10, capture_output=True)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if not subprocess.run(["squeue", "-h"], env=environ, timeout=10, capture_output=True).stdout.strip():
                break
            time.sleep(0.1)
    daemons.stop(*sorted(run.glob("slurmd-*.pid")), run / "slurmctld.pid", run / "munged.pid")
    if purge:
        shutil.rmtree(FOLDER, ignore_errors=True)


def _sbin(name: str) -> str:
    return shutil.which(name) or f"/usr/sbin/{name}"


if __name__ == "__main__":
    action = sys.argv[1] if len(sys.argv) > 1 else "start"
    if action == "stop":
        stop(purge="--purge" in sys.argv)
    else:
        print("\n".join(f"export {k}={v}" for k, v in start().items()))
