"""A real Slurm on this machine: ``python tests/testbed/slurm.py start|stop [--hosts]``.

Several ``slurmd -N`` are the nodes. With ``--hosts``, each node is a host with a network and a name (see `hosts`). Then
there is a second login node and accounting (see `accounting`), too. Slurm runs without systemd and cgroups. The file
``jobcomp.log`` shows how jobs ended. Clients find this Slurm by ``SLURM_CONF``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import accounting
import daemons
import hosts

PACKAGES = ["slurmctld", "slurmd", "slurm-client", "munge"]
LOGIN = "login2"
"""The second login node; this machine is the first."""

_CONF = """\
ClusterName=testbed
SlurmctldHost={host}({address})
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
JobAcctGatherType=jobacct_gather/{gatherer}
JobAcctGatherFrequency=task=1
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
{accounting}{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


@dataclass(frozen=True)
class Slurm:
    """One Slurm.

    Parameters
    ----------
    folder : Path
        Folder for configuration and state.
    port : int
        Port of its controller. The ports of nodes and accounting follow.
    network : Network or None
        Network of the nodes. With ``None``, all nodes are this host.
    """

    folder: Path
    port: int
    network: hosts.Network | None = None

    @property
    def environ(self) -> dict[str, str]:
        """Variables that a client needs."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def missing(self) -> str:
        """Return the reason why it cannot run here, or an empty string."""
        if os.getuid() != 0:
            return "Slurm's daemons need root here"
        reason = daemons.install(PACKAGES, ["slurmctld", "slurmd", "sbatch", "munged"])
        return reason or ((hosts.missing() or accounting.missing()) if self.network else "")

    def running(self) -> bool:
        """Return True if it is running."""
        return daemons.alive(self.folder / "run" / "slurmctld.pid") is not None

    @contextlib.contextmanager
    def borrowed(self) -> Iterator[Slurm]:
        """Run Slurm in a context. Stop it at the end unless it ran before."""
        ran = self.running()
        self.start()
        try:
            yield self
        finally:
            if not ran:
                self.stop()

    def start(self, nodes: int = 2) -> dict[str, str]:
        """Start the daemons that are not running, and return the variables that a client needs."""
        reason = self.missing()
        if reason:
            raise RuntimeError(reason)
        for name in ("ctld", "log", "run", "munge", *(f"spool-n{i}" for i in range(1, nodes + 1))):
            (self.folder / name).mkdir(exist_ok=True)
        if self.network:
            self.network.up({LOGIN: 2, **{f"n{i}": 10 + i for i in range(1, nodes + 1)}})
        self._write(nodes)
        environ = {**os.environ, **self.environ}
        run = self.folder / "run"
        self._start_munge()
        if self.network:
            accounting.start(self.folder, self.port + 50, self.environ)
        if not daemons.alive(run / "slurmctld.pid"):
            self.start_controller()
        for i in range(1, nodes + 1):
            if not daemons.alive(run / f"slurmd-n{i}.pid"):
                command: list[str | Path] = [_sbin("slurmd"), "-N", f"n{i}"]
                daemons.run(*(self.network.on(f"n{i}", command) if self.network else command), env=environ)
        daemons.wait_for(lambda: self.up(nodes), "Slurm", timeout=60)
        return self.environ

    def _write(self, nodes: int) -> None:
        host = socket.gethostname().partition(".")[0]
        lines = []
        for i in range(1, nodes + 1):
            where = (f"n{i}", self.network.address(10 + i)) if self.network else (host, "127.0.0.1")
            lines.append(
                f"NodeName=n{i} NodeHostname={where[0]} NodeAddr={where[1]} Port={self.port + i} "
                "CPUs=8 RealMemory=32000 State=UNKNOWN"
            )
        text = _CONF.format(
            host=host,
            address=self.network.address(1) if self.network else "127.0.0.1",
            port=self.port,
            folder=self.folder,
            accounting=accounting.settings(self.folder, self.port + 50) if self.network else "",
            gatherer="linux" if self.network else "none",
            nodes="\n".join(lines),
        )
        (self.folder / "slurm.conf").write_text(text)

    def _start_munge(self) -> None:
        folder, run, log = self.folder, self.folder / "run", self.folder / "log" / "munged.log"
        (folder / "munge").chmod(0o700)
        key = folder / "munge" / "key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_bytes(os.urandom(1024))
        if not daemons.alive(run / "munged.pid"):
            daemons.run(
                _sbin("munged"), "--force", f"--key-file={key}", f"--socket={run}/munge.socket",
                f"--pid-file={run}/munged.pid", f"--seed-file={folder}/munge/seed", f"--log-file={log}",
            )  # fmt: skip

    def start_controller(self) -> None:
        """Start slurmctld and wait until it answers. A node that connects earlier retries only much later."""
        environ = {**os.environ, **self.environ}
        daemons.run(_sbin("slurmctld"), "-i", env=environ)
        daemons.wait_for(lambda: "UP" in daemons.run("scontrol", "ping", timeout=5, env=environ), "slurmctld", 60)

    def stop_controller(self) -> None:
        """Stop slurmctld. Jobs continue."""
        daemons.stop(self.folder / "run" / "slurmctld.pid")

    def up(self, nodes: int = 2) -> bool:
        """Return True if all nodes are ready."""
        states = daemons.run("sinfo", "-h", "-N", "-o", "%T", timeout=5, env={**os.environ, **self.environ}).split()
        return len(states) == nodes and set(states) <= {"idle", "mixed", "allocated"}

    def stop(self, *, purge: bool = False) -> None:
        """Cancel all jobs and stop the daemons. With `purge`, remove their state."""
        run = self.folder / "run"
        environ = {**os.environ, **self.environ}
        if daemons.alive(run / "slurmctld.pid"):
            subprocess.run(["scancel", "--user=root"], env=environ, timeout=10, capture_output=True)
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                if not subprocess.run(["squeue", "-h"], env=environ, timeout=10, capture_output=True).stdout.strip():
                    break
                time.sleep(0.1)
        daemons.stop(*sorted(run.glob("slurmd-*.pid")), run / "slurmctld.pid")
        if self.network:
            accounting.stop(self.folder)
            self.network.down()
        daemons.stop(run / "munged.pid")
        if purge:
            shutil.rmtree(self.folder, ignore_errors=True)


def _sbin(name: str) -> str:
    return shutil.which(name) or f"/usr/sbin/{name}"


_PORT = int(os.environ.get("TESTBED_SLURM_PORT", "16917"))
PLAIN = Slurm(daemons.state_dir("slurm"), _PORT)
HOSTS = Slurm(daemons.state_dir("slurm-hosts"), _PORT + 100, hosts.Network("jpdask0", "10.79.16"))

FOLDER, ENVIRON = PLAIN.folder, PLAIN.environ
missing, running, start, stop = PLAIN.missing, PLAIN.running, PLAIN.start, PLAIN.stop


if __name__ == "__main__":
    bed = HOSTS if "--hosts" in sys.argv else PLAIN
    if "stop" in sys.argv[1:]:
        bed.stop(purge="--purge" in sys.argv)
    else:
        print("\n".join(f"export {k}={v}" for k, v in bed.start().items()))
