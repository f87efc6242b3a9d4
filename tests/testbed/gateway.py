"""A dask-gateway server with its proxy on loopback: ``python tests/testbed/gateway.py start|stop``.

Users are isolated from one another. Every user name has the password ``pw``.
"""

from __future__ import annotations

import os
import shutil
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import daemons

FOLDER = daemons.state_dir("gateway")
PORT = int(os.environ.get("TESTBED_GATEWAY_PORT", "18900"))
ADDRESS = f"http://127.0.0.1:{PORT}"
PROXY_ADDRESS = f"gateway://127.0.0.1:{PORT + 2}"
PASSWORD = "pw"

_CONF = """\
import sys

c.DaskGateway.backend_class = "dask_gateway_server.backends.local.UnsafeLocalBackend"
c.DaskGateway.authenticator_class = "dask_gateway_server.auth.SimpleAuthenticator"
c.SimpleAuthenticator.password = {password!r}
c.DaskGateway.address = "127.0.0.1:{api}"
c.Proxy.address = "127.0.0.1:{port}"
c.Proxy.tcp_address = "127.0.0.1:{tcp}"
c.Proxy.gateway_url = "http://127.0.0.1:{api}"
c.Backend.api_url = "http://127.0.0.1:{api}/api"
c.UnsafeLocalBackend.clusters_directory = {folder!r}
c.UnsafeLocalBackend.inherited_environment = ["PATH", "PYTHONPATH"]
c.UnsafeLocalBackend.sigterm_timeout = 2
c.UnsafeLocalBackend.sigkill_timeout = 2
c.ClusterConfig.worker_cores = 1
c.ClusterConfig.worker_memory = "500 M"
c.ClusterConfig.scheduler_cmd = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
c.ClusterConfig.worker_cmd = [sys.executable, "-m", "distributed.cli.dask_worker"]
c.ClusterConfig.adaptive_period = 1
c.ClusterConfig.idle_timeout = 60
"""


def missing() -> str:
    """Return the reason why the gateway cannot run here, or an empty string."""
    return "" if Path(sys.executable).with_name("dask-gateway-server").exists() else "needs dask-gateway-server[local]"


def running() -> bool:
    """Return True if it is running."""
    return daemons.alive(FOLDER / "server.pid") is not None


def start() -> dict[str, str]:
    """Start the server unless it runs, and return its addresses."""
    reason = missing()
    if reason:
        raise RuntimeError(reason)
    (FOLDER / "clusters").mkdir(exist_ok=True)
    conf = FOLDER / "dask_gateway_config.py"
    values = {"port": PORT, "api": PORT + 1, "tcp": PORT + 2}
    conf.write_text(_CONF.format(**values, password=PASSWORD, folder=str(FOLDER / "clusters")))
    pid_file = FOLDER / "server.pid"
    if not daemons.alive(pid_file):
        bin_dir = Path(sys.executable).parent
        daemons.spawn(
            bin_dir / "dask-gateway-server",
            "-f",
            conf,
            log=FOLDER / "server.log",
            pid_file=pid_file,
            cwd=FOLDER,
            env={**os.environ, "PATH": f"{bin_dir}:{os.environ['PATH']}"},
        )
    daemons.wait_for(lambda: urllib.request.urlopen(f"{ADDRESS}/api/version", timeout=2), "dask-gateway")
    return {"address": ADDRESS, "proxy_address": PROXY_ADDRESS}


def stop(*, purge: bool = False) -> None:
    """Stop the server and its clusters. With `purge`, remove its state."""
    daemons.stop(FOLDER / "server.pid", timeout=15)
    if purge:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["stop"]:
        stop(purge="--purge" in sys.argv)
    else:
        print(start())
