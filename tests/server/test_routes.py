"""No route of ours answers anybody who is not authenticated and authorised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError
from tornado.web import Application, RequestHandler

from jupyter_pipeline.server.routes import ROUTES


class DenyAll(Authorizer):
    """Knows everybody, allows nothing of ours."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return False


def routes_of_ours(app: Application) -> Iterator[tuple[str, type[RequestHandler]]]:
    """Yield address and handler of every route whose handler is ours, wherever it was added."""
    for router in (app.default_router, app.wildcard_router):
        pending = list(router.rules)
        while pending:
            rule = pending.pop()
            if hasattr(rule.target, "rules"):
                pending.extend(rule.target.rules)
            elif getattr(rule.target, "__module__", "").startswith("jupyter_pipeline"):
                pattern = rule.matcher.regex.pattern.rstrip("$")
                yield re.sub(r"\([^)]*\)", "x", pattern), rule.target


def methods_of(handler: type[RequestHandler]) -> list[str]:
    """Return the HTTP methods that a handler answers; OPTIONS returns no data."""
    return [
        method
        for method in handler.SUPPORTED_METHODS
        if getattr(handler, method.lower()) is not RequestHandler._unimplemented_method and method != "OPTIONS"
    ]


def cases(app: Application) -> list[tuple[str, str]]:
    return [(method, path) for path, handler in routes_of_ours(app) for method in methods_of(handler)]


async def status(client: Any, method: str, path: str, headers: dict[str, str]) -> int:
    body = b"{}" if method in ("POST", "PUT", "PATCH") else None
    try:
        response = await client.fetch(path, method=method, headers=headers, body=body, follow_redirects=False)
    except HTTPClientError as error:
        return error.code
    return response.code


def test_the_enumeration_sees_every_route(jp_web_app: Application) -> None:
    found = {handler for _, handler in routes_of_ours(jp_web_app)}
    assert found == {handler for _, handler in ROUTES}
    assert len(cases(jp_web_app)) >= 20


async def test_without_a_token_every_route_refuses(jp_web_app: Application, http_server_client: Any) -> None:
    for method, path in cases(jp_web_app):
        code = await status(http_server_client, method, path, {})
        # A page, unlike an API, sends to the log-in.
        assert code == (302 if "/dashboard/" in path else 403), f"{method} {path} answered {code}"


async def test_with_a_wrong_token_every_route_refuses(jp_web_app: Application, http_server_client: Any) -> None:
    for method, path in cases(jp_web_app):
        code = await status(http_server_client, method, path, {"Authorization": "token wrong"})
        assert code in (302, 403), f"{method} {path} answered {code}"


class TestDenied:
    @pytest.fixture
    def jp_server_config(self) -> dict[str, Any]:
        return {"ServerApp": {"jpserver_extensions": {"jupyter_pipeline": True}, "authorizer_class": DenyAll}}

    async def test_an_authorizer_that_denies_is_obeyed_on_every_route(
        self, jp_web_app: Application, http_server_client: Any, jp_auth_header: dict[str, str]
    ) -> None:
        for method, path in cases(jp_web_app):
            DenyAll.asked.clear()
            code = await status(http_server_client, method, path, jp_auth_header)
            assert code == 403, f"{method} {path} answered {code}"
            action = "read" if method in ("GET", "HEAD") else "write"
            assert DenyAll.asked == [(action, "jupyter-pipeline")], f"{method} {path} asked {DenyAll.asked}"

    async def test_and_on_websockets(self, jp_ws_fetch: Any) -> None:
        with pytest.raises(HTTPClientError) as refused:
            await jp_ws_fetch("jupyter-pipeline", "clusters", "x", "dashboard", "ws")
        assert refused.value.code == 403


async def test_without_a_token_websockets_are_refused(jp_ws_fetch: Any) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_ws_fetch("jupyter-pipeline", "clusters", "x", "dashboard", "ws", headers={"Authorization": ""})
    assert refused.value.code == 403


async def test_a_cookie_alone_cannot_change_anything(
    jp_web_app: Application, jp_serverapp: Any, http_server_client: Any, jp_base_url: str
) -> None:
    token = jp_serverapp.identity_provider.token
    page = await http_server_client.fetch(f"{jp_base_url}api?token={token}")
    cookies = "; ".join(value.split(";")[0] for value in page.headers.get_list("Set-Cookie"))
    assert "username" in cookies
    assert (
        await status(http_server_client, "GET", f"{jp_base_url}jupyter-pipeline/profiles", {"Cookie": cookies}) == 200
    )
    for method, path in cases(jp_web_app):
        if method not in ("GET", "HEAD"):
            code = await status(http_server_client, method, path, {"Cookie": cookies})
            assert code == 403, f"{method} {path} answered {code}"
