"""A substitute for the part of Amazon's EC2 that dask-cloudprovider uses.

Start it by ``python tests/testbed/ec2_api.py start|stop``.

A machine is a process of this host. It runs the Docker command of its user data without Docker. So the real
``dask_cloudprovider.aws.EC2Cluster`` starts, computes, scales and stops. This does not test images, networks or
prices.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import daemons
import service

PORT = int(os.environ.get("TESTBED_EC2_PORT", "18960"))
_ADDRESS = f"http://127.0.0.1:{PORT}"
_ENVIRON = {
    "AWS_ENDPOINT_URL_EC2": _ADDRESS,
    "AWS_ACCESS_KEY_ID": "testbed",
    "AWS_SECRET_ACCESS_KEY": "no-secret",
    "AWS_EC2_METADATA_DISABLED": "true",
}
DAEMON = service.Daemon(
    daemons.state_dir("ec2"), __file__, f"{_ADDRESS}/health", _ENVIRON, "dask_cloudprovider", "aiobotocore"
)
missing, running, start, stop = DAEMON.missing, DAEMON.running, DAEMON.start, DAEMON.stop
OVERRIDES: dict[str, object] = {
    "cluster_kwargs.region": "eu-central-1",
    "cluster_kwargs.instance_type": "m6i.large",
    "cluster_kwargs.ami": "ami-1",
    "cluster_kwargs.vpc": "vpc-1",
    "cluster_kwargs.subnet_id": "subnet-1",
    "cluster_kwargs.security_groups": ["sg-1"],
    "cluster_kwargs.bootstrap": False,
    "cluster_kwargs.worker_options": {"nthreads": 1, "host": "127.0.0.1", "dashboard_address": None},
}
_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


class Region:
    """The machines of one region."""

    def __init__(self) -> None:
        self.machines: dict[str, subprocess.Popen[bytes]] = {}
        self._numbers = itertools.count(1)

    async def answer(self, method: str, path: str, query: Any, body: Any) -> tuple[int, Any]:
        """Return status code and content."""
        action = (body or {}).get("Action", "")
        if path == "/health":
            return 200, {}
        if action == "RunInstances":
            name = f"i-{next(self._numbers):08x}"
            self.machines[name] = _launch(name, base64.b64decode(body["UserData"]).decode())
            return 200, _xml(action, f"<instancesSet>{_machine(name)}</instancesSet>")
        if action == "TerminateInstances":
            process = self.machines.pop(body["InstanceId.1"], None)
            if process:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                process.wait()
            return 200, _xml(action, "<instancesSet/>")
        if action == "CreateTags":
            return 200, _xml(action, "<return>true</return>")
        return 400, _xml(
            "Error", f"<Errors><Error><Code>InvalidAction</Code><Message>{action}</Message></Error></Errors>"
        )


def _launch(name: str, user_data: str) -> subprocess.Popen[bytes]:
    """Run the command of the container that `user_data` starts."""
    import yaml

    run = next(line for line in yaml.safe_load(user_data)["runcmd"] if line.startswith("docker run"))
    command = "exec env " + run.partition(" env ")[2]
    with (DAEMON.folder / f"{name}.log").open("w") as log:
        return subprocess.Popen(
            ["bash", "-c", command],
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _machine(name: str) -> str:
    address = "<ipAddress>127.0.0.1</ipAddress><privateIpAddress>127.0.0.1</privateIpAddress>"
    return f"<item><instanceId>{name}</instanceId>{address}</item>"


def _xml(action: str, content: str) -> str:
    return f'<{action}Response xmlns="{_NAMESPACE}"><requestId>1</requestId>{content}</{action}Response>'


if __name__ == "__main__":
    DAEMON.main(Region().answer)
