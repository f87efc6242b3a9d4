"""Several hosts on one machine: network namespaces on a bridge, each with a host name.

They share files, processes and users, as hosts with a shared home do. They do not share sockets and ports. This
machine is on the bridge, too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import daemons

__all__ = ["Network", "missing"]


def missing() -> str:
    """Return the reason why such hosts cannot exist here, or an empty string."""
    if os.getuid() != 0:
        return "network namespaces need root"
    reason = daemons.install(["iproute2", "util-linux"], ["ip", "nsenter", "unshare"])
    if reason:
        return reason
    tried = subprocess.run(["unshare", "--net", "--uts", "true"], capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"network namespaces cannot be made here: {tried.stderr.strip()}"


@dataclass(frozen=True)
class Network:
    """Hosts on one bridge.

    Parameters
    ----------
    interface : str
        Name of the bridge, and of the interface of each host.
    prefix : str
        First three numbers of their addresses. This machine has ``.1``.
    """

    interface: str
    prefix: str

    def address(self, number: int) -> str:
        """Return the address of the host `number`. Number 1 is this machine."""
        return f"{self.prefix}.{number}"

    def up(self, hosts: Mapping[str, int]) -> None:
        """Create the bridge and `hosts`, names with their numbers, unless they exist."""
        if not Path("/sys/class/net", self.interface).exists():
            _ip("link", "add", self.interface, "type", "bridge")
            _ip("addr", "add", f"{self.address(1)}/24", "dev", self.interface)
            _ip("link", "set", self.interface, "up")
        for name, number in hosts.items():
            space = self._space(name)
            if Path("/run/netns", space).exists():
                continue
            _ip("netns", "add", space)
            wire = f"{self.interface}-{number}"
            _ip("link", "add", wire, "type", "veth", "peer", "name", self.interface, "netns", space)
            _ip("link", "set", wire, "master", self.interface, "up")
            for command in (["link", "set", "lo", "up"], ["link", "set", self.interface, "up"]):
                _ip("-n", space, *command)
            _ip("-n", space, "addr", "add", f"{self.address(number)}/24", "dev", self.interface)

    def down(self) -> None:
        """Remove bridge and hosts. A process on a host keeps its namespace until it exits."""
        for space in Path("/run/netns").glob(f"{self.interface}-*"):
            _ip("netns", "del", space.name)
        if Path("/sys/class/net", self.interface).exists():
            _ip("link", "del", self.interface)

    def on(self, host: str, command: Sequence[str | Path]) -> list[str]:
        """Return the command that runs `command` on `host`. (``ip netns exec`` would hide /sys/fs/cgroup.)"""
        inner = ["sh", "-c", f'hostname {host} && exec "$@"', "sh", *map(str, command)]
        return ["nsenter", f"--net=/run/netns/{self._space(host)}", "unshare", "--uts", *inner]

    def _space(self, host: str) -> str:
        return f"{self.interface}-{host}"


def _ip(*arguments: str) -> None:
    daemons.run(shutil.which("ip") or "/usr/sbin/ip", *arguments)
