"""One kernel's talk with one cluster: installs the plugins there once, and sends only what changed."""

from __future__ import annotations

import asyncio
import concurrent.futures
import sys
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.capture.folder import Folder
from jupyter_pipeline.environments.plugins.content import Entry, pack
from jupyter_pipeline.environments.plugins.process import PLUGIN, PROTOCOL, identity
from jupyter_pipeline.exceptions import SyncError, UsageError

if TYPE_CHECKING:
    import distributed

__all__ = ["Session", "session"]

Say = Callable[[str], None]

_CHUNK, _INLINE = 8 * 2**20, 2**20
_POLL = 0.5  # seconds between questions for progress
_SESSIONS: weakref.WeakKeyDictionary[Any, Session] = weakref.WeakKeyDictionary()


def session(client: distributed.Client) -> Session:
    """Return the session of `client`.

    Raises
    ------
    UsageError
        If the client is asynchronous or closed.
    """
    if client.asynchronous:
        raise UsageError("Sync works on a synchronous client: make it without asynchronous=True.")
    if client.status != "running":
        raise UsageError(f"The client is {client.status}; attach to a running cluster.")
    if client not in _SESSIONS:
        _SESSIONS[client] = Session(client)
    return _SESSIONS[client]


class Session:
    """What this kernel knows of a cluster's state.

    Parameters
    ----------
    client : distributed.Client
        Connected and synchronous.
    """

    def __init__(self, client: distributed.Client) -> None:
        self._client = weakref.ref(client)
        self._sent: dict[str, tuple[str, dict[str, Entry]]] = {}
        self._registered = False
        self.folders: dict[Any, Folder] = {}
        self.lock = threading.Lock()
        self.rows: dict[str, list[list[str]]] = {}
        self.done: set[str] = set()
        self.told: object = None
        self.variables: dict[str, str] = {}
        self.kernel: object = None
        self.here = ""

    @property
    def client(self) -> distributed.Client:
        """The client."""
        client = self._client()
        assert client is not None
        return client

    @property
    def cluster(self) -> str:
        """Id of the scheduler."""
        return str(self.client._scheduler_identity["id"])

    def call(self, operation: str, say: Say | None = None, **arguments: Any) -> Any:
        """Call an operation of the scheduler's plugin.

        Parameters
        ----------
        operation : str
            Its name.
        say : callable, optional
            Told while it takes long what hosts and prefixes are doing.
        **arguments
            What it takes.

        Raises
        ------
        SyncError
            With the reason why it failed there.
        """
        self._register()
        try:
            return self._wait(getattr(self.client.scheduler, operation)(**arguments), say)
        except (OSError, ValueError, RuntimeError, TimeoutError) as error:
            text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise SyncError(
                f"The cluster could not apply the change: {text}. What was there before is intact."
            ) from error

    def _wait(self, answer: Coroutine[Any, Any, Any], say: Say | None) -> Any:
        """Return what `answer` returns; an interrupt ends the wait at once."""
        loop = self.client.loop.asyncio_loop
        waiting = asyncio.run_coroutine_threadsafe(answer, loop)
        told: dict[str, str] = {}
        try:
            while not concurrent.futures.wait([waiting], timeout=_POLL).done:
                if self.client.status != "running":
                    raise ConnectionError("the client was closed")
                asking = asyncio.run_coroutine_threadsafe(self.client.scheduler.environment_progress(), loop)
                concurrent.futures.wait([waiting, asking], return_when=concurrent.futures.FIRST_COMPLETED)
                doing = asking.result() if asking.done() else {}
                if say is not None and doing and doing != told:
                    say("; ".join(f"{where}: {what}" for where, what in sorted(doing.items())))
                    told = doing
            return waiting.result()
        finally:
            waiting.cancel()

    def pythons(self) -> dict[str, str]:
        """Return the Python version of the scheduler and of each worker, without any plugin."""
        versions = self.client.get_versions()
        found = {"scheduler": versions["scheduler"], **versions["workers"]}
        return {w: ".".join(v["host"]["python"].split(".")[:3]) for w, v in found.items() if v}

    def _register(self) -> None:
        if self._registered:
            return
        here = sys.version_info[:2]
        for where, version in self.pythons().items():
            if tuple(int(n) for n in version.split(".")[:2]) != here:
                raise SyncError(
                    f"{where} runs Python {version}, this kernel {here[0]}.{here[1]}. Python cannot be synced: "
                    "start the cluster with the kernel's Python, or choose a kernel with the cluster's."
                )
        from jupyter_pipeline.environments.sync.by_value import hub_pickle

        data = hub_pickle(self.cluster, identity())
        scheduler = self.client.scheduler
        self.client.sync(scheduler.register_scheduler_plugin, plugin=data, name=PLUGIN, idempotent=True)
        check_protocol(self.client.sync(scheduler.environment_state, rows=None))
        self._registered = True

    # Files

    def request(self, folders: Sequence[Folder]) -> dict[str, Any]:
        """Return the arguments of the operation ``apply``: what changed since the last time, small content with it."""
        roots: dict[str, Any] = {}
        blobs: list[list[Any]] = []
        size = 0  # beyond a little, the cluster is asked first what it lacks
        for folder in folders:
            base, before = self._sent.get(folder.key, ("", {}))
            root: dict[str, Any] = {"digest": folder.digest, "paths": folder.search_path, "names": folder.modules}
            root |= {"only": folder.only, "beside": folder.beside}
            if base != folder.digest:
                changed = {p: e for p, e in folder.files.items() if before.get(p) != e} if base else {}
                root |= {"base": base, "put": changed, "delete": [p for p in before if p not in folder.files]}
                for path, entry in changed.items():
                    size += entry[2]
                    if entry[0] != "l" and size < _INLINE:
                        blobs.append(pack(folder.read(path)))
            else:
                root |= {"base": base, "put": {}, "delete": []}
            roots[folder.key] = root
        return {"roots": roots, "blobs": blobs}

    def finish(
        self, folders: Sequence[Folder], reply: dict[str, Any], sent: int, say: Say
    ) -> tuple[dict[str, Any], int]:
        """Tell everything about folders of which the cluster has another state, and send the content that it lacks.

        Returns
        -------
        tuple
            The cluster's last answer, and the bytes sent in all.
        """
        stale: set[str] = set()
        while reply.get("stale") or reply.get("missing"):
            stale |= set(reply.get("stale", ()))
            if reply.get("missing"):
                sent += self._send(folders, reply["missing"], say)
            roots = {}
            for key, root in self.request(folders)["roots"].items():
                folder = next(f for f in folders if f.key == key)
                roots[key] = {**root, "files": folder.files} if key in stale else root
            reply = self.call("environment_apply", say, roots=roots, blobs=[])
        for folder in folders:
            self._sent[folder.key] = (folder.digest, folder.files)
        return reply, sent

    def _send(self, folders: Sequence[Folder], missing: Sequence[str], say: Say) -> int:
        wanted = set(missing)
        places = [(f, p, e) for f in folders for p, e in f.files.items() if e[0] != "l" and e[1] in wanted]
        places = list({e[1]: (f, p, e) for f, p, e in places}.values())
        total = sum(e[2] for *_, e in places)
        done = sent = 0
        for chunk in _chunks(places):
            blobs = [_packed(folder, path, entry) for folder, path, entry in chunk]
            self.call("environment_stage", blobs=blobs)
            sent += sum(len(blob[3]) for blob in blobs)
            done += sum(e[2] for *_, e in chunk)
            if total > _INLINE:  # what takes no time needs no progress
                say(f"Sent {done / 2**20:.1f} of {total / 2**20:.1f} MiB")
        return sent


def _packed(folder: Folder, path: str, entry: Entry) -> list[Any]:
    blob = pack(folder.read(path), 1)
    if blob[0] != entry[1]:
        raise SyncError(f"{folder.source / path} changed while it was sent. Nothing was changed; sync again.")
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


def known_rows(state: Mapping[str, Any], kept: dict[str, list[list[str]]]) -> dict[str, list[list[str]]]:
    """Add the distributions that `state` tells to `kept`, by digest."""
    for report in (state["scheduler"], *state["workers"].values()):
        if "rows" in report:
            kept[report["digest"]] = report["rows"]
    return kept


def check_protocol(state: Mapping[str, Any]) -> None:
    """Refuse a cluster that another version of this package has prepared.

    Raises
    ------
    SyncError
        With what to do.
    """
    if state["protocol"] != PROTOCOL:
        raise SyncError("Another version of Jupyter Pipeline has synced this cluster. Stop it and start it again.")
