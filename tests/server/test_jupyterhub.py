"""A real hub with two users: the routes and dashboards of a user's server are for this user alone.

Each server is called at its own port with a token of the hub, which it checks with the hub, as behind a proxy.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tornado.testing import bind_unused_port
from waiting import wait_until

CONFIGURATION = """
import json
import os
import sys
from pathlib import Path

from jupyterhub.proxy import Proxy

folder = Path(os.environ["HUB_FOLDER"])


class AddressBook(Proxy):
    \"\"\"Writes the address of each server to a file, instead of passing requests on.\"\"\"

    should_start = False
    routes = {}

    async def add_route(self, routespec, target, data):
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}
        (folder / "routes.json").write_text(json.dumps({key: route["target"] for key, route in self.routes.items()}))

    async def delete_route(self, routespec):
        self.routes.pop(routespec, None)

    async def get_all_routes(self):
        return self.routes


def prepare(spawner):
    home = folder / spawner.user.name
    home.mkdir(mode=0o700, exist_ok=True)
    spawner.environment = {"JUPYTER_PIPELINE_STATE": str(home / "state"), "JUPYTER_PIPELINE_STANDBY": "0"}


c.JupyterHub.proxy_class = AddressBook
c.JupyterHub.base_url = "/team/"
c.JupyterHub.bind_url = f"http://127.0.0.1:{os.environ['HUB_PORT']}/team/"
c.JupyterHub.hub_port = int(os.environ["HUB_API_PORT"])
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = str(folder / "cookie-secret")
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["HUB_PASSWORD"]
c.Authenticator.allowed_users = {"ada", "ben"}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(folder / "{username}")
c.Spawner.env_keep.append("TEST_SESSION")
c.Spawner.pre_spawn_hook = prepare
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--ServerApp.jpserver_extensions={'jupyter_pipeline': True}"]
c.JupyterHub.services = [{"name": "test", "api_token": os.environ["HUB_TOKEN"]}]
c.JupyterHub.load_roles = [{"name": "test", "services": ["test"], "scopes": ["admin:users", "admin:servers", "tokens"]}]
"""

PROFILES = """
profiles:
  free: {extends: local, workers: 1}
  tied: {extends: local, workers: 1, owner: server}
"""


class Hub:
    """A hub, and the users' servers that it starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.token = secrets.token_hex(16)
        ports = []
        for name in ("HUB_PORT", "HUB_API_PORT"):
            listener, port = bind_unused_port()
            listener.close()
            ports.append((name, str(port)))
        (folder / "hub.py").write_text(CONFIGURATION)
        (folder / "ada").mkdir(mode=0o700)
        (folder / "ada" / "jupyter-pipeline.yaml").write_text(PROFILES)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
            **dict(ports),
            "HUB_FOLDER": str(folder),
            "HUB_PASSWORD": secrets.token_hex(16),
            "HUB_TOKEN": self.token,
        }
        self.log = folder / "hub.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(folder / "hub.py")],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.api = httpx.Client(
            base_url=f"http://127.0.0.1:{dict(ports)['HUB_API_PORT']}/team/hub/api",
            headers={"Authorization": f"token {self.token}"},
            timeout=60,
        )
        self.tokens: dict[str, str] = {}

    def wait(self) -> None:
        """Wait for the hub, and create a token of each user."""
        wait_until(self.answers, 60, f"the hub answers; see {self.log}")
        self.tokens = {user: self.create_token(user) for user in ("ada", "ben")}

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.api.get("/").status_code == 200
        except httpx.TransportError:
            return False

    def create_token(self, user: str) -> str:
        return str(self.api.post(f"/users/{user}/tokens", json={}).raise_for_status().json()["token"])

    def start(self, *users: str) -> None:
        """Start the servers of users together."""
        for user in users:
            self.api.post(f"/users/{user}/server", json={}).raise_for_status()
        for user in users:
            wait_until(lambda user=user: self.api.get(f"/users/{user}").json()["server"], 60, f"the server of {user}")

    def stop(self, user: str) -> None:
        self.api.delete(f"/users/{user}/server").raise_for_status()
        wait_until(lambda: not self.api.get(f"/users/{user}").json()["servers"], 60, f"the server of {user} ends")

    def call(self, owner: str, path: str, user: str = "", method: str = "GET", **options: Any) -> httpx.Response:
        """Call a route of the server of `owner` with the token of `user`."""
        address = json.loads((self.folder / "routes.json").read_text())[f"/team/user/{owner}/"]
        headers = {"Authorization": f"token {self.tokens[user]}"} if user else {}
        return httpx.request(
            method, f"{address}/team/user/{owner}/jupyter-pipeline/{path}", headers=headers, timeout=60, **options
        )

    def close(self) -> None:
        self.api.close()
        parts = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        for part in parts:
            if part.is_running():
                part.kill()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    pytest.importorskip("jupyterhub")
    hub = Hub(tmp_path_factory.mktemp("hub"))
    try:
        hub.wait()
        hub.start("ada", "ben")
        yield hub
    finally:
        hub.close()


@pytest.mark.parametrize("path", ["clusters", "profiles", "deployments", "options", "service", "clusters/one/logs"])
def test_routes_are_for_the_owner_of_the_server(hub: Hub, path: str) -> None:
    assert hub.call("ada", path, "ada").status_code in (200, 404, 503)
    assert hub.call("ada", path, "ben").status_code == 403
    assert hub.call("ada", path).status_code == 403


def test_clusters_and_dashboards_belong_to_one_user_and_a_detached_one_outlives_the_server(hub: Hub) -> None:
    def clusters() -> dict[str, str]:
        answer = hub.call("ada", "clusters", "ada").raise_for_status().json()
        return {cluster["name"]: cluster["state"] for cluster in answer}

    for profile in ("free", "tied"):
        body = {"profile": profile, "name": profile}
        hub.call("ada", "clusters", "ada", "POST", json=body).raise_for_status()
    wait_until(lambda: clusters() == dict.fromkeys(("free", "tied"), "running"), 60, "both clusters run")
    page = "clusters/free/dashboard/status"
    wait_until(lambda: hub.call("ada", page, "ada").status_code == 200, 60, "the dashboard is added")
    assert "bokeh" in hub.call("ada", page, "ada").text.lower()
    assert hub.call("ada", page, "ben").status_code == 403
    assert "/hub/api/oauth2/authorize" in hub.call("ada", page).headers["Location"]
    assert hub.call("ben", "clusters", "ben").json() == []
    hub.stop("ada")
    hub.start("ada")
    wait_until(lambda: clusters() == {"free": "running"}, 60, "the cluster of the server ends with it")
    assert hub.call("ada", page, "ada").status_code == 200
    hub.call("ada", "clusters/free", "ada", "DELETE").raise_for_status()
    wait_until(lambda: not clusters(), 60, "the cluster ends")
