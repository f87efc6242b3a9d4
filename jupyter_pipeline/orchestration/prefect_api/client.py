"""Send requests to Prefect's REST API: credentials, CSRF token, retries, pages and errors."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from jupyter_pipeline.exceptions import ApiRefusedError, ApiUnreachableError, OrchestrationError, UsageError
from jupyter_pipeline.orchestration.prefect_api import peer_check
from jupyter_pipeline.orchestration.prefect_api.endpoint import Endpoint, embedded, resolve
from jupyter_pipeline.orchestration.prefect_api.refusals import describe_refusal
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.service_state import note_change, read_state

__all__ = ["PAGE", "PrefectApi", "check", "connect"]

PAGE = 200
"""Maximum number of records that the API returns for one request."""

OLDEST = (3, 4)
"""Oldest supported version of Prefect."""

_UNKNOWN = (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.UNPROCESSABLE_ENTITY)
"""Status codes of a server that does not know a route or a field."""

_QUERIES = ("/filter", "/count", "/paginate", "/next", "/validate")
"""Ends of routes that take a body and change nothing."""

_ATTEMPTS = 6
_TIMEOUT = 15.0
_PATIENCE = 75.0
"""Seconds within which the supervisor of the embedded service detects a hanging server and restarts it."""

_csrf: dict[str, dict[str, str]] = {}
"""CSRF headers by address. A token is valid for an hour and shared by all connections."""


class PrefectApi:
    """Connection to a Prefect API; an asynchronous context manager.

    Parameters
    ----------
    endpoint : Endpoint
        The API.
    timeout : float
        Timeout of one request in seconds.
    patience : float
        Seconds to wait for the embedded service while it restarts its server.
    """

    def __init__(self, endpoint: Endpoint, *, timeout: float = _TIMEOUT, patience: float = _PATIENCE) -> None:
        self.endpoint = endpoint
        self.patience = patience
        local = endpoint.url.startswith(("http://127.0.0.1:", "http://localhost:"))
        self._http = httpx.AsyncClient(
            base_url=endpoint.url,
            headers={"Authorization": endpoint.authorization} if endpoint.authorization else {},
            timeout=timeout,
            # No proxy serves the loopback, and loading certificates would take 30 ms.
            trust_env=not local,
            verify=not endpoint.url.startswith("http://"),
        )
        # Only a process of this user may receive the password of the embedded service.
        is_service = endpoint.embedded or peer_check.is_address_of_service(endpoint.url)
        self._extensions = {"trace": peer_check.check_new_connection} if is_service else {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(self, path: str) -> Any:
        """Return the object at `path`."""
        return await self._request("GET", path)

    async def post(self, path: str, body: Mapping[str, Any] | list[Any]) -> Any:
        """Post `body` and return the answer."""
        return await self._request("POST", path, body)

    async def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Update the object at `path`."""
        return await self._request("PATCH", path, body)

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Replace the object at `path`."""
        return await self._request("PUT", path, body)

    async def delete(self, path: str) -> None:
        """Delete the object at `path`."""
        await self._request("DELETE", path)

    async def find(self, path: str) -> Any | None:
        """Return the object at `path`, or ``None`` if there is none."""
        try:
            return await self.get(path)
        except ApiRefusedError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise

    async def pages(self, path: str, body: Mapping[str, Any], limit: int | None = None) -> AsyncIterator[Any]:
        """Yield all records of a ``…/filter`` route, or the first `limit`."""
        offset = 0
        while limit is None or offset < limit:
            size = PAGE if limit is None else min(PAGE, limit - offset)
            page = await self.post(path, {**body, "limit": size, "offset": offset})
            for record in page:
                yield record
            if len(page) < size:
                return
            offset += size

    async def _request(self, method: str, path: str, body: Any = None) -> Any:
        writes = method != "GET"
        if writes and self.endpoint.embedded and self.endpoint.url not in _csrf:
            await self._renew_token()
        for attempt in range(1, _ATTEMPTS + 1):
            response = await self._send_patiently(method, path, body)
            if response.status_code == httpx.codes.SERVICE_UNAVAILABLE and attempt < _ATTEMPTS:
                # SQLite answers so when another process holds its lock.
                await asyncio.sleep(0.05 * 2**attempt)
            elif (
                writes
                and response.status_code == httpx.codes.FORBIDDEN
                and "CSRF" in response.text
                and attempt < _ATTEMPTS
            ):
                await self._renew_token()
            else:
                break
        if response.is_success:
            if writes and not path.endswith(_QUERIES):
                note_change()
            try:
                return response.json() if response.content else None
            except ValueError as error:
                what = f"(the server there is not a Prefect API, whose address ends in /api) {self.endpoint.hint}"
                raise ApiUnreachableError(self.endpoint.url, what) from error
        age = await self._too_old() if writes and response.status_code in _UNKNOWN else ""
        raise _refusal(response, method, path, self.endpoint, age)

    async def _too_old(self) -> str:
        """Return a message if the server is older than the oldest supported version; empty if it is not."""
        answer = await self._send("GET", "/admin/version")
        with contextlib.suppress(ValueError):
            return _age(str(answer.json()), self.endpoint)
        return ""

    async def _send_patiently(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Send a request, and repeat it while the supervisor of the embedded service restarts its server.

        All requests of this package are safe to repeat.
        """
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return await self._send(method, path, body, **options)
            except ApiUnreachableError:
                if time.monotonic() > deadline or not self.endpoint.supervised:
                    raise
                await asyncio.sleep(1.0)
                self._follow_service()

    def _follow_service(self) -> None:
        """Use the address and the password with which the supervisor has restarted the server."""
        state = read_state()
        if state is not None and state.port and self.endpoint.embedded:
            self.endpoint = embedded(state)
            self._http.base_url = self.endpoint.url
            self._http.headers["Authorization"] = self.endpoint.authorization

    async def _send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        headers = _csrf.get(self.endpoint.url, {})
        try:
            return await self._http.request(
                method, path, json=body, headers=headers, extensions=self._extensions, **options
            )
        except (httpx.HTTPError, ConnectionError) as error:
            reason = str(error) or type(error).__name__
            raise ApiUnreachableError(self.endpoint.url, f"({reason}) {self.endpoint.hint}") from error
        except (TypeError, ValueError) as error:  # the body is not JSON, such as a parameter NaN
            raise UsageError(
                f"The Prefect server cannot receive these values: {error}. Use values that JSON can represent."
            ) from error

    async def _renew_token(self) -> None:
        client = secrets.token_hex(16)
        response = await self._send_patiently("GET", "/csrf-token", params={"client": client})
        with contextlib.suppress(ValueError, KeyError):
            _csrf[self.endpoint.url] = {
                "Prefect-Csrf-Token": response.json()["token"],
                "Prefect-Csrf-Client": client,
            }


def connect(server: str = "", *, timeout: float = _TIMEOUT) -> PrefectApi:
    """Return a connection to the configured API, or to a named server.

    Parameters
    ----------
    server : str
        Another server, as in `Target`; empty for the configured one.
    timeout : float
        Timeout of one request in seconds.

    Raises
    ------
    ApiUnreachableError
        If no API is configured and the embedded service is not running.
    """
    return PrefectApi(resolve(server=server), timeout=timeout)


async def check_async(server: str = "") -> str:
    """Return the version of a Prefect server after checking that it answers and accepts the credentials.

    Raises
    ------
    ApiUnreachableError
        If it does not answer, or no server is configured.
    ApiRefusedError
        If it refuses the credentials.
    OrchestrationError
        If it is too old.
    """
    async with connect(server, timeout=10.0) as api:
        version = str(await api.get("/admin/version"))
        if age := _age(version, api.endpoint):
            raise OrchestrationError(age)
        return version


check = run_sync(check_async)


def _age(version: str, endpoint: Endpoint) -> str:
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if len(numbers) < 2 or numbers >= OLDEST:
        return ""
    return (
        f"The server at {endpoint.url} runs Prefect {version}; {OLDEST[0]}.{OLDEST[1]} or later is needed. Update it, "
        "or use the embedded service: unset PREFECT_API_URL and run: jupyter pipeline up"
    )


def _refusal(response: httpx.Response, method: str, path: str, endpoint: Endpoint, age: str) -> ApiRefusedError:
    try:
        content = response.json()
    except ValueError:
        content = {}
    reason = response.reason_phrase
    if isinstance(content, dict):
        detail = content.get("exception_detail") or content.get("detail") or content.get("exception_message")
        if isinstance(detail, list):
            detail = describe_refusal(detail)
        reason = str(detail or reason)
    hint = age
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        hint = f"Check the credentials (PREFECT_API_KEY or PREFECT_API_AUTH_STRING) for {endpoint.source}."
    return ApiRefusedError(response.status_code, f"{method} {path}", reason[:500], hint)
