from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tornado.httpclient import HTTPClientError
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

from jupyter_pipeline.clusters import dashboards, registry
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import ClusterRecord, ClusterState
from jupyter_pipeline.server.dashboard import address, listener_is_mine

Call = Callable[..., Awaitable[tuple[int, Any]]]
Add = Callable[..., ClusterRecord]


class Page(RequestHandler):
    def get(self, path: str) -> None:
        self.application.settings["seen"].append(dict(self.request.headers))
        if path == "moved":
            self.redirect("/status")
        elif path == "absent":
            self.set_status(404)
        elif path == "refused":
            self.set_status(401)
            self.set_header("WWW-Authenticate", "Basic")
        else:
            self.finish(f"page {path}?{self.request.query}")


class Echo(WebSocketHandler):
    def open(self) -> None:
        self.application.settings["seen"].append(dict(self.request.headers))

    def on_message(self, message: str | bytes) -> None:
        self.write_message(message, binary=isinstance(message, bytes))


@pytest.fixture
def dashboard(jp_asyncio_loop: Any) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """Serve a page and an echo, and note which headers came."""
    seen: list[dict[str, str]] = []
    socket, port = bind_unused_port()

    async def start() -> HTTPServer:
        server = HTTPServer(Application([(r"/ws", Echo), (r"/(.*)", Page)], seen=seen))
        server.add_socket(socket)
        return server

    server = jp_asyncio_loop.run_until_complete(start())
    yield port, seen
    server.stop()
    jp_asyncio_loop.run_until_complete(server.close_all_connections())


async def test_pages_come_through(jp_fetch: Any, add_cluster: Add, dashboard: tuple[int, list[Any]]) -> None:
    add_cluster("here", dashboard_link=f"http://127.0.0.1:{dashboard[0]}/status")
    response = await jp_fetch("jupyter-pipeline", "clusters", "here", "dashboard", "individual", params={"theme": "x"})
    assert response.body == b"page individual?theme=x"


async def test_a_redirect_stays_below_the_proxy(
    jp_fetch: Any, add_cluster: Add, dashboard: tuple[int, list[Any]], jp_base_url: str
) -> None:
    add_cluster("here", dashboard_link=f"http://127.0.0.1:{dashboard[0]}/status")
    with pytest.raises(HTTPClientError) as moved:
        await jp_fetch("jupyter-pipeline", "clusters", "here", "dashboard", "moved", follow_redirects=False)
    assert moved.value.response is not None
    assert moved.value.response.headers["Location"] == f"{jp_base_url}jupyter-pipeline/clusters/here/dashboard/status"


@pytest.mark.parametrize(("age", "status"), [(1, 503), (100, 404)])
async def test_a_page_that_a_new_cluster_lacks_is_asked_for_again(
    jp_fetch: Any, add_cluster: Add, dashboard: tuple[int, list[Any]], age: float, status: int
) -> None:
    """A scheduler adds its dashboard after the cluster runs."""
    add_cluster("here", dashboard_link=f"http://127.0.0.1:{dashboard[0]}/status", started=time.time() - age)
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch("jupyter-pipeline", "clusters", "here", "dashboard", "absent")
    assert refused.value.code == status
    assert refused.value.response is not None
    assert refused.value.response.headers.get("Refresh") == ("1" if status == 503 else None)


async def test_websockets_come_through(jp_ws_fetch: Any, add_cluster: Add, dashboard: tuple[int, list[Any]]) -> None:
    add_cluster("here", dashboard_link=f"http://127.0.0.1:{dashboard[0]}/status")
    connection = await jp_ws_fetch("jupyter-pipeline", "clusters", "here", "dashboard", "ws")
    for message in ("text", b"\x00bytes"):
        await connection.write_message(message, binary=isinstance(message, bytes))
        assert await connection.read_message() == message
    connection.close()


async def test_credentials_of_the_user_stay_on_the_server(
    jp_fetch: Any, jp_ws_fetch: Any, add_cluster: Add, dashboard: tuple[int, list[dict[str, str]]]
) -> None:
    add_cluster("here", dashboard_link=f"http://127.0.0.1:{dashboard[0]}/status")
    route = ("jupyter-pipeline", "clusters", "here", "dashboard")
    await jp_fetch(*route, "status", headers={"Cookie": "username=me", "X-XSRFToken": "t"})
    connection = await jp_ws_fetch(*route, "ws", headers={"Cookie": "username=me"})
    await connection.write_message("hello")
    await connection.read_message()
    connection.close()
    assert len(dashboard[1]) == 2
    for headers in dashboard[1]:
        assert not {"Cookie", "Authorization", "X-Xsrftoken", "Origin"} & set(headers)


async def test_the_proxy_adds_the_token_of_the_cluster(
    jp_fetch: Any, jp_ws_fetch: Any, add_cluster: Add, dashboard: tuple[int, list[dict[str, str]]]
) -> None:
    record = add_cluster("here", dashboard_link=f"http://127.0.0.1:{dashboard[0]}/status")
    dashboards.prepare_guard(registry.cluster_dir(record.id))
    route = ("jupyter-pipeline", "clusters", "here", "dashboard")
    response = await jp_fetch(*route, "status")
    connection = await jp_ws_fetch(*route, "ws")
    await connection.write_message("hello")
    await connection.read_message()
    connection.close()
    token = dashboards.read_token(registry.cluster_dir(record.id))
    assert token
    assert [headers["Authorization"] for headers in dashboard[1]] == [f"Bearer {token}"] * 2
    assert token not in str(response.headers) + response.body.decode()


async def test_a_refused_token_does_not_make_the_browser_ask_for_a_password(
    jp_fetch: Any, add_cluster: Add, dashboard: tuple[int, list[Any]]
) -> None:
    add_cluster("here", dashboard_link=f"http://127.0.0.1:{dashboard[0]}/status")
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch("jupyter-pipeline", "clusters", "here", "dashboard", "refused")
    assert refused.value.code == 502
    assert refused.value.response is not None
    assert "WWW-Authenticate" not in refused.value.response.headers
    assert b"Stop the cluster and start it again" in refused.value.response.body


async def test_websockets_of_other_origins_are_refused(
    jp_fetch: Any, jp_ws_fetch: Any, add_cluster: Add, dashboard: tuple[int, list[Any]]
) -> None:
    add_cluster("here", dashboard_link=f"http://127.0.0.1:{dashboard[0]}/status")
    login = await jp_fetch("api", "me")
    cookies = "; ".join(cookie.partition(";")[0] for cookie in login.headers.get_list("Set-Cookie"))
    host = urlsplit(login.effective_url).netloc  # part of the cookie's name
    route = ("jupyter-pipeline", "clusters", "here", "dashboard", "ws")

    async def connect(origin: str) -> None:
        # As a browser does: with the cookie of the login. A request with a token comes from no page.
        headers = {"Authorization": "", "Cookie": cookies, "Host": host, "Origin": origin}
        connection = await jp_ws_fetch(*route, headers=headers)
        await connection.write_message("hello")
        await connection.read_message()
        connection.close()

    with pytest.raises(HTTPClientError) as refused:
        await connect("http://evil.example")
    assert refused.value.code == 403
    assert dashboard[1] == []
    await connect(f"http://{host}")
    assert len(dashboard[1]) == 1


async def test_an_unknown_cluster_is_404(jp_fetch: Any) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch("jupyter-pipeline", "clusters", "nobody", "dashboard", "status")
    assert refused.value.code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_dashboard_is_only_looked_at(jp_fetch: Any, add_cluster: Add, method: str) -> None:
    add_cluster("here", dashboard_link="http://127.0.0.1:1/status")
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch(
            "jupyter-pipeline", "clusters", "here", "dashboard", "x", method=method, allow_nonstandard_methods=True
        )
    assert refused.value.code == 405


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dashboard_link": ""}, "has no dashboard yet"),
        ({"dashboard_link": "http://10.0.0.7:8787/status"}, "not on this host: open http://10.0.0.7:8787/status"),
        ({"dashboard_link": "https://cluster.example.org/status"}, "not on this host"),
        ({"dashboard_link": "http://127.0.0.1.example.org:80/"}, "not on this host"),
        ({"dashboard_link": "http://127.0.0.1/status"}, "not on this host"),
        ({"dashboard_link": "http://127.0.0.1:8787/", "host": "elsewhere"}, "runs on elsewhere"),
        ({"dashboard_link": "http://127.0.0.1:8787/", "state": ClusterState.STOPPED}, "is stopped"),
    ],
)
def test_the_proxy_refuses_other_addresses(values: dict[str, Any], words: str) -> None:
    record = ClusterRecord(**{"id": "1", "name": "c", "profile": "p", "state": ClusterState.RUNNING, **values})
    with pytest.raises(ClusterError, match=words):
        address(record)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("http://127.0.0.1:8787/status", ("127.0.0.1", 8787)),
        ("http://localhost:9/status", ("localhost", 9)),
        ("http://127.3.2.1:8787", ("127.3.2.1", 8787)),
    ],
)
def test_the_proxy_forwards_to_the_dashboard(link: str, expected: tuple[str, int]) -> None:
    record = ClusterRecord(id="1", name="c", profile="p", state=ClusterState.RUNNING, dashboard_link=link)
    assert address(record) == expected


def table(*sockets: tuple[int, str, int]) -> str:
    """Return what ``/proc/net/tcp`` says of sockets with these ports, states and owners."""
    lines = ["  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"]
    for port, state, owner in sockets:
        lines.append(
            f"   0: 0100007F:{port:04X} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 {owner} 0 1"
        )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("sockets", "mine"),
    [
        ([(8787, "0A", os.getuid())], True),
        ([(8787, "0A", os.getuid() + 1)], False),
        ([(8787, "0A", os.getuid()), (8787, "0A", os.getuid() + 1)], False),
        ([(8787, "01", os.getuid() + 1), (8788, "0A", os.getuid() + 1)], True),
        ([], True),
    ],
)
def test_a_port_that_another_user_took_is_not_gone_to(
    tmp_path: Path, sockets: list[tuple[int, str, int]], mine: bool
) -> None:
    (tmp_path / "tcp").write_text(table(*sockets))
    assert listener_is_mine(8787, [tmp_path / "tcp", tmp_path / "absent"]) is mine


def test_the_systems_own_table_is_read() -> None:
    socket, port = bind_unused_port()
    with socket:
        assert listener_is_mine(port)
