"""PBS's command line over a real Slurm: ``python tests/testbed/pbs.py start|stop``.

Debian has no PBS server. Its ``slurm-wlm-torque`` has Torque's ``qsub``, ``qstat`` and ``qdel`` for Slurm. It is
unpacked and not installed, because it conflicts with Grid Engine's client. Name, cores, memory and walltime work.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import daemons
import slurm

FOLDER = daemons.state_dir("pbs")
PERL = ["libslurm-perl", "libslurmdb-perl", "libswitch-perl"]
OVERRIDES: dict[str, object] = {"cluster_kwargs.resource_spec": "nodes=1:ppn=1,mem=500mb"}


def missing() -> str:
    """Return the reason why PBS's commands cannot run here, or an empty string."""
    return slurm.missing() or _unpack()


def _unpack() -> str:
    root = FOLDER / "root"
    if (root / "usr/bin/qsub").exists():
        return ""
    if not shutil.which("apt-get"):
        return "needs slurm-wlm-torque: only Debian has it"
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PERL],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        done = subprocess.run(
            ["apt-get", "download", "-qq", "slurm-wlm-torque"], cwd=FOLDER, capture_output=True, text=True
        )
    if done.returncode != 0:
        return f"needs slurm-wlm-torque and {', '.join(PERL)}: {done.stderr.strip()[-200:]}"
    (package,) = FOLDER.glob("slurm-wlm-torque_*.deb")
    daemons.run("dpkg", "-x", package, root)
    for command in ("sbatch", "scancel", "salloc", "srun"):  # searched for next to the commands
        (root / "usr/bin" / command).symlink_to(shutil.which(command) or f"/usr/bin/{command}")
    return ""


def running() -> bool:
    """Return True if it is running."""
    return slurm.running()


def start() -> dict[str, str]:
    """Start Slurm and return the variables that put PBS's commands first on the ``PATH``."""
    reason = missing()
    if reason:
        raise RuntimeError(reason)
    return {**slurm.start(), "PATH": f"{FOLDER / 'root/usr/bin'}{os.pathsep}{os.environ['PATH']}", "SGE_ROOT": ""}


def stop(*, purge: bool = False) -> None:
    """Stop Slurm. With `purge`, remove the commands, too."""
    slurm.stop(purge=purge)
    if purge:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["stop"]:
        stop(purge="--purge" in sys.argv)
    else:
        print("\n".join(f"export {k}={v}" for k, v in start().items()))
