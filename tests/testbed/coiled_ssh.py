"""The SSH access of a machine of the substitute for Coiled: it stores uploaded files, and runs no command.

Files go below ``machine/`` in the state folder of the substitute, and commands to ``machine/commands.txt``.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import asyncssh

__all__ = ["MachineAccess"]


class MachineAccess:
    """SSH server on a free port of loopback.

    Parameters
    ----------
    folder : Path
        Folder of the files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self._server: Any = None

    async def describe(self) -> dict[str, str]:
        """Return address and key, as Coiled's API does."""
        if self._server is None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self._server = await asyncssh.listen(
                "127.0.0.1",
                0,
                server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
                authorized_client_keys=asyncssh.import_authorized_keys(self.key.export_public_key().decode()),
                process_factory=self._answer,
                sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(self.folder).encode()),
            )
        return {
            "private_key": self.key.export_private_key().decode(),
            "scheduler_address_to_use": f"127.0.0.1:{self._server.get_port()}",
        }

    def _answer(self, process: Any) -> None:
        command = process.command or ""
        with (self.folder / "commands.txt").open("a") as file:
            file.write(command.replace("\n", " ") + "\n")
        if command.startswith("mkdir -p "):
            (self.folder / command.split()[2].lstrip("/")).mkdir(parents=True, exist_ok=True)
        if command.startswith("docker inspect"):
            process.stdout.write('["/usr/bin/prepare.sh"]\n')
        process.exit(0)
