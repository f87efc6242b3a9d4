"""Connect one kernel with one cluster: register the plugins once, and send only changes."""

from __future__ import annotations

import asyncio
import concurrent.futures
import sys
import threading
import weakref
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.capture.folder import Folder
from jupyter_pipeline.environments.plugins.content import Entry, pack_blob
from jupyter_pipeline.environments.plugins.process import PLUGIN, PROTOCOL, process_identity
from jupyter_pipeline.exceptions import SyncError, UsageError
from jupyter_pipeline.progress import Progress
from jupyter_pipeline.units import format_bytes

if TYPE_CHECKING:
    import distributed

__all__ = ["Session", "get_session"]


_CHUNK, _INLINE = 8 * 2**20, 2**20
_POLL = 0.5  # seconds between questions for progress
_SESSIONS: weakref.WeakKeyDictionary[Any, Session] = weakref.WeakKeyDictionary()


def get_session(client: distributed.Client) -> Session:
    """Return the session of `client`.

    Raises
    ------
    UsageError
        The client is asynchronous or closed.
    """
    if client.asynchronous:
        raise UsageError("Sync needs a synchronous client. Create it without asynchronous=True.")
    if client.status != "running":
        raise UsageError(f"The client is {client.status}; attach to a running cluster.")
    if client not in _SESSIONS:
        _SESSIONS[client] = Session(client)
    return _SESSIONS[client]


class Session:
    """State of a cluster as far as this kernel knows it.

    Parameters
    ----------
    client : distributed.Client
        Synchronous client of the cluster.

    Attributes
    ----------
    folders : dict
        Folders that were sent, by source and rules.
    lock : threading.Lock
        Held during a sync.
    rows : dict
        Distributions of an environment, by its digest.
    done : set of str
        Requirements that were installed, as ``digest:requirement``.
    last_request : tuple or None
        Last request for an install.
    variables : dict
        Environment variables that were set on the cluster.
    kernel : tuple of Distribution
        Distributions of the kernel in the last sync.
    kernel_digest : str
        Digest of the kernel's environment in the last sync.
    sites : dict
        Folders of packages that were named to the cluster.
    last_check : object
        Last check of the imports; see `import_check`.
    """

    def __init__(self, client: distributed.Client) -> None:
        self._client = weakref.ref(client)
        self._sent: dict[str, tuple[str, dict[str, Entry]]] = {}
        self._registered = False
        self.folders: dict[Any, Folder] = {}
        self.lock = threading.Lock()
        self.rows: dict[str, list[list[str]]] = {}
        self.done: set[str] = set()
        self.last_request: object = None
        self.variables: dict[str, str] = {}
        self.kernel: object = None
        self.kernel_digest = ""
        self.last_check: Any = None
        self.sites: dict[str, tuple[str, bool]] = {}

    @property
    def client(self) -> distributed.Client:
        """The client."""
        client = self._client()
        assert client is not None
        return client

    @property
    def cluster(self) -> str:
        """ID of the scheduler."""
        return str(self.client._scheduler_identity["id"])

    def call(self, operation: str, say: Progress | None = None, **arguments: Any) -> Any:
        """Call an operation of the scheduler's plugin.

        Parameters
        ----------
        operation : str
            Name of the operation.
        say : callable, optional
            Called with the progress of hosts and prefixes during a long operation.
        **arguments
            Arguments of the operation.

        Raises
        ------
        SyncError
            The operation failed on the cluster.
        """
        self._register()
        try:
            return self._wait(getattr(self.client.scheduler, operation)(**arguments), say)
        except (OSError, ValueError, RuntimeError, TimeoutError) as error:
            text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise SyncError(f"The cluster could not apply the change: {text}. The previous state is intact.") from error

    def _wait(self, answer: Coroutine[Any, Any, Any], say: Progress | None) -> Any:
        """Wait for `answer` and return its result; an interrupt ends the wait at once."""
        loop = self.client.loop.asyncio_loop
        waiting = asyncio.run_coroutine_threadsafe(answer, loop)
        reported: dict[str, str] = {}
        try:
            while not concurrent.futures.wait([waiting], timeout=_POLL).done:
                if self.client.status != "running":
                    raise ConnectionError("the client was closed")
                asking = asyncio.run_coroutine_threadsafe(self.client.scheduler.environment_progress(), loop)
                concurrent.futures.wait([waiting, asking], return_when=concurrent.futures.FIRST_COMPLETED)
                doing = asking.result() if asking.done() else {}
                if say is not None and doing and doing != reported:
                    say("; ".join(f"{where}: {what}" for where, what in sorted(doing.items())))
                    reported = doing
            return waiting.result()
        finally:
            waiting.cancel()

    def python_versions(self) -> dict[str, str]:
        """Return the Python version of the scheduler and of each worker; needs no plugin."""
        versions = self.client.get_versions()
        found = {"scheduler": versions["scheduler"], **versions["workers"]}
        return {w: ".".join(v["host"]["python"].split(".")[:3]) for w, v in found.items() if v}

    def _register(self) -> None:
        if self._registered:
            return
        here = sys.version_info[:2]
        for where, version in self.python_versions().items():
            if tuple(int(n) for n in version.split(".")[:2]) != here:
                raise SyncError(
                    f"{where} runs Python {version}, this kernel {here[0]}.{here[1]}. Python cannot be synced: "
                    "start the cluster with the kernel's Python, or choose a kernel with the cluster's."
                )
        from jupyter_pipeline.environments.sync.pickling import pickle_scheduler_plugin

        data = pickle_scheduler_plugin(self.cluster, process_identity())
        scheduler = self.client.scheduler
        self.client.sync(scheduler.register_scheduler_plugin, plugin=data, name=PLUGIN, idempotent=True)
        check_protocol(self.client.sync(scheduler.environment_state, rows=None))
        self._registered = True

    # Files

    def build_request(self, folders: Sequence[Folder]) -> dict[str, Any]:
        """Return the arguments of ``environment_apply``: recent changes, with the content of small files."""
        updates: dict[str, Any] = {}
        blobs: list[list[Any]] = []
        size = 0  # larger content is sent only if the cluster requests it
        for folder in folders:
            base, before = self._sent.get(folder.key, ("", {}))
            update: dict[str, Any] = {"digest": folder.digest, "paths": folder.search_path, "names": folder.modules}
            update |= {"only": folder.only, "beside": folder.beside}
            if base != folder.digest:
                changed = {p: e for p, e in folder.files.items() if before.get(p) != e} if base else {}
                update |= {"base": base, "put": changed, "delete": [p for p in before if p not in folder.files]}
                for path, entry in changed.items():
                    size += entry[2]
                    if entry[0] != "l" and size < _INLINE:
                        blobs.append(pack_blob(folder.read(path)))
            else:
                update |= {"base": base, "put": {}, "delete": []}
            updates[folder.key] = update
        return {"updates": updates, "blobs": blobs}

    def complete_upload(
        self, folders: Sequence[Folder], reply: dict[str, Any], sent: int, say: Progress
    ) -> tuple[dict[str, Any], int]:
        """Send the missing content, and the full list of files of folders whose state on the cluster differs.

        Returns
        -------
        tuple
            Last reply of the cluster, and the total number of bytes sent.
        """
        stale: set[str] = set()
        while reply.get("stale") or reply.get("missing"):
            stale |= set(reply.get("stale", ()))
            if reply.get("missing"):
                sent += self._send(folders, reply["missing"], say)
            updates = {}
            for key, update in self.build_request(folders)["updates"].items():
                folder = next(f for f in folders if f.key == key)
                updates[key] = {**update, "files": folder.files} if key in stale else update
            reply = self.call("environment_apply", say, updates=updates, blobs=[])
        for folder in folders:
            self._sent[folder.key] = (folder.digest, folder.files)
        return reply, sent

    def _list_unreachable(self, contents: Mapping[str, tuple[Folder, str, Entry]], say: Progress) -> list[str]:
        """Return the hashes of contents that the cluster cannot read from the kernel's paths.

        On a shared file system the cluster copies them from there, after a comparison of the content.
        """
        places = {digest: (folder.locate(path), entry[2]) for digest, (folder, path, entry) in contents.items()}
        missing: list[str] = self.call("environment_take", say, places=places)
        return missing

    def _send(self, folders: Sequence[Folder], missing: Sequence[str], say: Progress) -> int:
        wanted = set(missing)
        places = [(f, p, e) for f in folders for p, e in f.files.items() if e[0] != "l" and e[1] in wanted]
        unique = {e[1]: (f, p, e) for f, p, e in places}
        places = [unique[digest] for digest in self._list_unreachable(unique, say)]
        total = sum(e[2] for *_, e in places)
        done = sent = 0
        for chunk in _chunks(places):
            blobs = [_packed(folder, path, entry) for folder, path, entry in chunk]
            self.call("environment_stage", blobs=blobs)
            sent += sum(len(blob[3]) for blob in blobs)
            done += sum(e[2] for *_, e in chunk)
            if total > _INLINE:  # small uploads need no progress
                say(f"Sent {format_bytes(done)} of {format_bytes(total)}")
        return sent


def _packed(folder: Folder, path: str, entry: Entry) -> list[Any]:
    blob = pack_blob(folder.read(path), 1)
    if blob[0] != entry[1]:
        raise SyncError(f"{folder.source / path} changed while it was sent. The cluster was not changed. Sync again.")
    return blob


def _chunks(places: Sequence[tuple[Folder, str, Entry]]) -> Iterator[list[tuple[Folder, str, Entry]]]:
    chunk: list[tuple[Folder, str, Entry]] = []
    size = 0
    for place in places:
        chunk.append(place)
        size += place[2][2]
        if size > _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def collect_rows(state: Mapping[str, Any], known: dict[str, list[list[str]]]) -> dict[str, list[list[str]]]:
    """Add the distributions that are in `state` to `known`, by digest."""
    for report in (state["scheduler"], *state["workers"].values()):
        if "rows" in report:
            known[report["digest"]] = report["rows"]
    return known


def check_protocol(state: Mapping[str, Any]) -> None:
    """Raise if another version of this package has registered its plugins on the cluster.

    Raises
    ------
    SyncError
        The versions differ.
    """
    if state["protocol"] != PROTOCOL:
        raise SyncError("Another version of Jupyter Pipeline has synced this cluster. Stop it and start it again.")
