"""A temporary sshd on loopback: ``python tests/testbed/ssh.py start|stop``. ``~/.ssh`` is not touched."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import daemons

FOLDER = daemons.state_dir("ssh")
PORT = int(os.environ.get("TESTBED_SSH_PORT", "12922"))

_CONF = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
MaxStartups 100:30:200
MaxSessions 100
"""


def missing() -> str:
    """Return the reason why sshd cannot run here, or an empty string."""
    return daemons.install(["openssh-server", "openssh-client"], ["sshd", "ssh-keygen"])


def running() -> bool:
    """Return True if it is running."""
    return daemons.alive(FOLDER / "sshd.pid") is not None


def start() -> dict[str, object]:
    """Start sshd unless it is running, and return the arguments of `asyncssh.connect`."""
    reason = missing()
    if reason:
        raise RuntimeError(reason)
    FOLDER.chmod(0o700)
    for name in ("host", "id"):
        if not (FOLDER / name).exists():
            daemons.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", FOLDER / name)
    keys = FOLDER / "authorized_keys"
    shutil.copy(FOLDER / "id.pub", keys)
    keys.chmod(0o600)
    host_key = " ".join((FOLDER / "host.pub").read_text().split()[:2])
    (FOLDER / "known_hosts").write_text(f"[127.0.0.1]:{PORT} {host_key}\n")
    (FOLDER / "sshd_config").write_text(_CONF.format(port=PORT, folder=FOLDER))
    if not daemons.alive(FOLDER / "sshd.pid"):
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        sshd = shutil.which("sshd") or "/usr/sbin/sshd"
        daemons.run(sshd, "-f", FOLDER / "sshd_config", "-E", FOLDER / "sshd.log")
        daemons.wait_for(lambda: daemons.alive(FOLDER / "sshd.pid"), "sshd")
        daemons.end_with_session(FOLDER / "sshd.pid")
    daemons.wait_for(lambda: socket.create_connection(("127.0.0.1", PORT), 1).close() is None, "sshd")
    return {"port": PORT, "client_keys": [str(FOLDER / "id")], "known_hosts": str(FOLDER / "known_hosts")}


def stop(*, purge: bool = False) -> None:
    """Stop sshd. With `purge`, remove its keys."""
    daemons.stop(FOLDER / "sshd.pid")
    if purge:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["stop"]:
        stop(purge="--purge" in sys.argv)
    else:
        print(start())
