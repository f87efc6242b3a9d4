"""Base of the REST handlers: authentication, authorization, JSON, and status codes of errors."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, ParamSpec, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import to_os_path
from tornado.web import authenticated

from jupyter_pipeline import audit, exceptions
from jupyter_pipeline.disk_space import name_full_disk
from jupyter_pipeline.exceptions import PipelineError, UsageError
from jupyter_pipeline.models import to_plain
from jupyter_pipeline.server.kernel_cli import Interpreter, RemoteError, find_interpreter
from jupyter_pipeline.server.shared_answers import SharedAnswers

__all__ = ["AUTH_RESOURCE", "STATUS", "Document", "PipelineHandler", "endpoint", "status_of"]

AUTH_RESOURCE = "jupyter-pipeline"
"""Resource name for Jupyter Server's authorizer."""

STATUS: Mapping[type[PipelineError], int] = {
    exceptions.NotFoundError: 404,
    exceptions.UsageError: 400,
    exceptions.ConfigurationError: 422,
    exceptions.MissingDependencyError: 501,
    exceptions.PolicyError: 403,
    exceptions.DiskFullError: 507,
    exceptions.PreflightError: 422,
    exceptions.ClusterConflictError: 409,
    exceptions.KeeperUnreachableError: 502,
    exceptions.DriftError: 409,
    exceptions.CompileError: 422,
    exceptions.EditedByHandError: 409,
    exceptions.ApiUnreachableError: 503,
    exceptions.PipelineError: 500,
}
"""Status code of each error class. Another class has the code of its nearest base."""

_DEEPEST = 50
"""Levels of a JSON request."""
_TOO_DEEP = f"The request is nested more than {_DEEPEST} levels deep."

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Document:
    """Answer that is no JSON."""

    content: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def status_of(kind: type[BaseException]) -> int:
    """Return the status code of an error class, by `STATUS`."""
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), 500)


def endpoint(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[None]]:
    """Decorate a coroutine that returns records or plain data, as the handler of one HTTP method.

    The decorator requires authentication and authorization. It sends the result as JSON, ``None`` as status 204, a
    `Document` as it is, and a `PipelineError` with its status code and ``to_dict()``.
    """

    @authenticated
    @authorized
    @functools.wraps(method)
    async def call(self: PipelineHandler, *arguments: str) -> None:
        with audit.enter_front_door("panel"):  # the task copies the context
            self._work = asyncio.ensure_future(method(self, *arguments))
        try:
            with name_full_disk():
                answer = await self._work
        except asyncio.CancelledError:
            if self._work.cancelled():
                return  # the client has disconnected
            raise
        except PipelineError as error:
            self.set_status(status_of(error.kind if isinstance(error, RemoteError) else type(error)))
            answer = {"error": type(error).__name__, "message": str(error), **error.to_dict()}
        finally:
            if self.request.method != "GET":
                self.answers.forget()
        if answer is None:
            self.set_status(204)
            self.finish()
        elif isinstance(answer, Document):
            for name, value in answer.headers.items():
                self.set_header(name, value)
            self.finish(answer.content, set_content_type=answer.content_type)
        else:
            self.finish(json.dumps(to_plain(answer)))

    return cast(Callable[..., Awaitable[None]], call)


class PipelineHandler(APIHandler):
    """Base of the REST handlers.

    Subclasses define ``get``, ``post``, ``patch`` or ``delete`` as coroutines with the decorator `endpoint`. Their
    arguments are the groups in the pattern of the route.
    """

    auth_resource: ClassVar[str] = AUTH_RESOURCE
    interruptible: ClassVar[bool] = False
    """True if a disconnect of the client cancels the request."""
    _work: asyncio.Future[Any] | None = None

    def on_connection_close(self) -> None:
        """Cancel the request if the handler is interruptible."""
        super().on_connection_close()
        if self.interruptible and self._work is not None:
            self._work.cancel()

    def body(self, allowed: Mapping[str, type | tuple[type, ...]], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return the JSON object in the request.

        Parameters
        ----------
        allowed : mapping of str to type
            Types of the values by accepted key. A value of ``null`` counts as absent.
        required : tuple of str
            Keys that the object must have.

        Raises
        ------
        UsageError
            If the body is not such an object.
        """
        try:
            content = json.loads(self.request.body or b"{}")
        except ValueError as error:
            raise UsageError(f"The request is not JSON ({error}).") from error
        except RecursionError:
            raise UsageError(_TOO_DEEP) from None
        if not isinstance(content, dict):
            raise UsageError("The request must be a JSON object.")
        if _is_deep(content):
            raise UsageError(_TOO_DEEP)
        content = {key: value for key, value in content.items() if value is not None}
        for key, value in content.items():
            if key not in allowed:
                raise UsageError(f"The request has an unknown key {key!r}. It may have: {', '.join(sorted(allowed))}.")
            kinds = allowed[key]
            if not isinstance(value, kinds) or (isinstance(value, bool) and not _takes_bool(kinds)):
                raise UsageError(f"The request's {key!r} has a wrong type ({type(value).__name__}).")
        for key in required:
            if key not in content:
                raise UsageError(f"The request has no {key!r}.")
        return content

    def find_interpreter(self, kernel: str = "") -> Interpreter:
        """Return the interpreter of a kernel, by default of the server's default kernel."""
        name = kernel or str(self.settings["kernel_manager"].default_kernel_name)
        return find_interpreter(self.kernel_spec_manager, name)

    @property
    def answers(self) -> SharedAnswers:
        """Answers that the requests of many panels share."""
        found: SharedAnswers = self.settings.setdefault("jupyter_pipeline_answers", SharedAnswers())
        return found

    async def share(self, function: Callable[[], Any], *, max_age: float = 0.0, stamp: Any = None) -> Document:
        """Run a function in a thread, and share its result with requests of the same address, see `SharedAnswers`."""
        content = await self.answers.get(self.request.uri or "", function, max_age=max_age, stamp=stamp)
        return Document(content, "application/json")

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that waits for files or the network in a thread."""
        return await asyncio.to_thread(function, *args, **kwargs)

    def notebook_file(self, path: str) -> Path:
        """Return the file of a notebook by its path in the contents manager.

        Raises
        ------
        UsageError
            If the server does not store notebooks as files, or `path` leads out of its folder.
        """
        root = getattr(self.contents_manager, "root_dir", "")
        if not root:
            raise UsageError("This Jupyter server does not store notebooks as files. Use jupyter pipeline deploy.")
        folder = Path(root).resolve()
        file = Path(to_os_path(path, str(folder)))
        if not file.resolve().is_relative_to(folder):
            raise UsageError(f"{path!r} is not below the folder of this Jupyter server.")
        return file


def _is_deep(content: Any) -> bool:
    """Return True if a JSON value is nested so deeply that code after this one may fail."""
    level = [content]
    for _ in range(_DEEPEST):
        level = [
            value
            for each in level
            if isinstance(each, dict | list)
            for value in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def _takes_bool(kinds: type | tuple[type, ...]) -> bool:
    return bool in (kinds if isinstance(kinds, tuple) else (kinds,))
