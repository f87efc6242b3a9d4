"""Protect the schedulers and workers of this process from other users of the host.

1. HTTP requests need the token of their cluster.
2. Folders for temporary files belong to this user.

Dask's HTTP servers have no authentication: every user of the host can read dashboards and metrics. Importing this
module changes ``start_http_server`` of Dask, so that each later server requires the token. A client sends it as a
bearer token, or as the password of HTTP basic authentication. ``/health`` is open. Requests from pages of other origins
are refused.

Dask accepts a scratch folder that another user has created, if it is writable. It imports modules from this folder and
loads spilled data from it. The scratch folders here are created with mode 0700, or belong to this user already.

Dask imports the module in each process whose configuration names it among the HTTP routes; see `configure`.

The cluster's folder has a copy of this file, for hosts whose environment may lack this package. So the module imports
the standard library, Dask and Tornado only. Run as a program, ``FILE -m MODULE ARGUMENTS…`` runs a module of Dask. The
guard is then in that process from the start, and in the workers that its nannies start.
"""

from __future__ import annotations

import base64
import functools
import hmac
import importlib
import logging
import os
import runpy
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dask.config
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

__all__ = ["configure", "find_scratch_folder", "install", "main", "refusal", "routes"]

routes: list[Any] = []
"""Dask adds the routes of each configured module. This one has none."""

_TOKEN_FILE = "jupyter-pipeline.dashboard-token-file"  # noqa: S105 - a key of Dask's configuration
_TOKEN_NAME = "token"  # noqa: S105 - the name of a file
_SCRATCH = "dask-scratch-space"
_OPEN_MODULES = ("distributed.http.health", "distributed.comm.ws")
"""Modules of Dask whose handlers need no token: a health check without data, and connections with TLS of their own."""

logger = logging.getLogger("distributed.http")


def configure(token_file: Path, *, module: str = __name__, kinds: tuple[str, ...] = ("scheduler", "worker")) -> None:
    """Set Dask's configuration in this process, which its nannies pass to their workers.

    Parameters
    ----------
    token_file : Path
        File with the token of the cluster.
    module : str
        Name by which the processes can import this module.
    kinds : tuple of str
        ``scheduler`` and ``worker``: the processes that import the module.
    """
    import distributed.config

    assert distributed.config  # it has added Dask's own routes
    dask.config.set({_TOKEN_FILE: str(token_file)})
    for kind in kinds:
        key = f"distributed.{kind}.http.routes"
        modules = dask.config.get(key)
        if module not in modules:
            dask.config.set({key: [*modules, module]})


def install() -> None:
    """Require the token in each HTTP server, and use private folders, from now on in this process."""
    from distributed.core import Server
    from distributed.node import ServerNode

    initialize = Server.__init__

    @functools.wraps(initialize)
    def initialize_guarded(self: Any, *arguments: Any, **options: Any) -> None:
        # Nannies pass this folder to their workers.
        options["local_directory"] = find_scratch_folder(options.get("local_directory"))
        initialize(self, *arguments, **options)

    Server.__init__ = initialize_guarded

    start = ServerNode.start_http_server

    @functools.wraps(start)
    def start_guarded(self: Any, *arguments: Any, **options: Any) -> None:
        start(self, *arguments, **options)
        token_file = dask.config.get(_TOKEN_FILE, None)
        if token_file:  # otherwise the server belongs to no cluster of this package
            _guard(self.http_application, _read_token(Path(token_file)))  # no request has been handled yet

    ServerNode.start_http_server = start_guarded


def find_scratch_folder(parent: str | os.PathLike[str] | None) -> str:
    """Return a scratch folder that belongs to this user, and create it.

    Parameters
    ----------
    parent : path or None
        ``local_directory`` of a server of Dask; by default ``temporary-directory`` of Dask's configuration.

    Notes
    -----
    Dask's `WorkSpace <https://github.com/dask/distributed/blob/main/distributed/diskutils.py>`_ uses the same names.
    """
    folder = Path(parent or dask.config.get("temporary-directory", None) or tempfile.gettempdir()).absolute()
    if _SCRATCH not in str(folder):
        folder /= _SCRATCH
    for candidate in (folder, folder.with_name(f"{folder.name}-{os.getuid()}")):
        if _make_private(candidate):
            return str(candidate)
    return tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent)


def _make_private(folder: Path) -> bool:
    """Create `folder` with mode 0700, and return True if it belongs to this user."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            info = folder.lstat()
            if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid():
                return False
            folder.chmod(0o700)
    except PermissionError:
        return False
    return True


def refusal(request: HTTPServerRequest, token: str) -> int:
    """Return the status code with which a request is refused, 0 if it is allowed.

    Parameters
    ----------
    request : HTTPServerRequest
        The request.
    token : str
        Token of the cluster. An empty one allows no request.
    """
    if not token or not hmac.compare_digest(_read_credentials(request).encode(), token.encode()):
        return 401
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("Host", "").lower():
        return 403
    return 0


def _read_credentials(request: HTTPServerRequest) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return str(value).strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return ""


def _read_token(file: Path) -> str:
    """Return the token of the cluster, empty if its file cannot be read: then all requests are refused."""
    try:
        return file.read_text().strip()
    except OSError as error:
        logger.warning("The HTTP server refuses all requests, because its token cannot be read: %s", error)
        return ""


def _guard(application: Any, token: str) -> None:
    find_handler: Callable[..., Any] = application.find_handler

    def find_allowed_handler(request: HTTPServerRequest, **options: Any) -> Any:
        handler = find_handler(request, **options)
        status = refusal(request, token)
        if not status or getattr(handler, "handler_class", RequestHandler).__module__ in _OPEN_MODULES:
            return handler
        return application.get_handler_delegate(request, _RefusalHandler, {"status": status})

    application.find_handler = find_allowed_handler


class _RefusalHandler(RequestHandler):  # type: ignore[misc]
    """Answer of a refused request."""

    def initialize(self, status: int) -> None:
        self._status = status

    def prepare(self) -> None:
        self.set_status(self._status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        if self._status == 401:
            self.set_header("WWW-Authenticate", 'Basic realm="Dask cluster", charset="UTF-8"')
            self.finish(
                "This server of a Dask cluster requires a token. Open the dashboard in JupyterLab, or run: "
                "jupyter pipeline cluster dashboard NAME\n"
            )
        else:
            self.finish("This server of a Dask cluster refuses requests from pages of other origins.\n")


def main() -> None:
    """Run ``-m MODULE ARGUMENTS…`` as Python would, with the guard and with the token file beside this file."""
    file = Path(__file__).absolute()
    if sys.path and sys.path[0] == str(file.parent):
        sys.path[0] = os.getcwd()  # noqa: PTH109 - as `python -m` does
    sys.path.append(str(file.parent))
    configure(file.with_name(_TOKEN_NAME), module=file.stem)
    importlib.import_module(file.stem)  # a nanny chooses the folder of its workers, but has no HTTP server
    name = sys.argv[2]
    sys.argv = [name, *sys.argv[3:]]
    runpy.run_module(name, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
else:
    install()
