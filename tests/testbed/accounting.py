"""Slurm's accounting: a slurmdbd with a separate MariaDB, for a real ``sacct``."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import daemons

__all__ = ["missing", "settings", "start", "stop"]

_CONF = """\
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.socket
DbdHost={host}
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser=root
PidFile={folder}/run/slurmdbd.pid
LogFile={folder}/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database_port}
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct
"""
_GRANT = (
    "CREATE USER IF NOT EXISTS slurm@'localhost' IDENTIFIED BY 'slurm'; GRANT ALL ON slurm_acct.* TO slurm@'localhost'"
)


def missing() -> str:
    """Return the reason why accounting cannot run here, or an empty string."""
    return daemons.install(["slurmdbd", "mariadb-server"], ["slurmdbd", "mariadbd"])


def settings(folder: Path, port: int) -> str:
    """Return the lines of ``slurm.conf`` for a slurmdbd at `port`."""
    return (
        "AccountingStorageType=accounting_storage/slurmdbd\nAccountingStorageHost=127.0.0.1\n"
        f"AccountingStoragePort={port}\nAccountingStoragePass={folder}/run/munge.socket\n"
    )


def start(folder: Path, port: int, environ: dict[str, str]) -> None:
    """Start the daemons that are not running, for the Slurm in `folder`. MariaDB listens on the port after `port`."""
    data, run, socket_file = folder / "db", folder / "run", folder / "run" / "mysql.sock"
    if not (data / "mysql").exists():
        daemons.run(
            "mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}",
            "--auth-root-authentication-method=normal", "--skip-test-db", timeout=60,
        )  # fmt: skip
    if not daemons.alive(run / "mariadbd.pid"):
        daemons.spawn(
            _sbin("mariadbd"), "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={socket_file}",
            f"--pid-file={run}/mariadbd.pid", "--bind-address=127.0.0.1", f"--port={port + 1}",
            "--innodb-buffer-pool-size=64M", log=folder / "log" / "mariadbd.log",
        )  # fmt: skip
    granted = ["mariadb", "--no-defaults", "-uroot", "-S", str(socket_file), "-e", _GRANT]
    daemons.wait_for(lambda: daemons.run(*granted) == "", "MariaDB")
    conf = folder / "slurmdbd.conf"
    host = socket.gethostname().partition(".")[0]
    conf.write_text(_CONF.format(folder=folder, host=host, port=port, database_port=port + 1))
    conf.chmod(0o600)  # slurmdbd refuses anything wider
    if not daemons.alive(run / "slurmdbd.pid"):
        daemons.run(_sbin("slurmdbd"), env={**os.environ, **environ})
    listing = ["sacctmgr", "--noheader", "show", "cluster", "testbed"]
    daemons.wait_for(lambda: daemons.run(*listing, env={**os.environ, **environ}) is not None, "slurmdbd")
    if not daemons.run(*listing, env={**os.environ, **environ}).strip():
        daemons.run("sacctmgr", "-i", "-Q", "add", "cluster", "testbed", env={**os.environ, **environ})


def stop(folder: Path) -> None:
    """Stop slurmdbd and MariaDB."""
    daemons.stop(folder / "run" / "slurmdbd.pid", folder / "run" / "mariadbd.pid", timeout=15)


def _sbin(name: str) -> str:
    return shutil.which(name) or f"/usr/sbin/{name}"
