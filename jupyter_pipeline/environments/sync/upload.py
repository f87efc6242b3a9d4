"""Puts local data where workers can read it: any fsspec URL, or the local disk of every host of the cluster."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.capture.folder import Folder
from jupyter_pipeline.environments.capture.ignore import Rules, holds_private_key
from jupyter_pipeline.environments.capture.local_code import never_sent
from jupyter_pipeline.environments.capture.size_limits import Sizes
from jupyter_pipeline.environments.sync.session import Session, session
from jupyter_pipeline.exceptions import NotFoundError, SyncError, UsageError

if TYPE_CHECKING:
    import distributed

__all__ = ["upload"]

Say = Callable[[str], None]

_HEAD = 8192  # bytes that tell a private key
_LIMIT = 2 * 2**30  # a file travels through the scheduler's memory


def upload(
    client: distributed.Client | None,
    path: Path | str,
    *,
    to: str | None = None,
    progress: Say | None = None,
    note: Say | None = None,
) -> str:
    """Put a file or a folder where workers can read it.

    Parameters
    ----------
    client : distributed.Client or None
        Connected to the cluster; not needed with `to`.
    path : Path or str
        A local file or folder.
    to : str, optional
        URL of a folder that fsspec can write to, such as ``s3://bucket/data``. By default the data goes to the disk of
        every host: only what changed is sent, and workers that come later fetch it.
    progress : callable, optional
        Called with a line for each stage.
    note : callable, optional
        Called with a line for each file that was left out; by default `progress`.

    Returns
    -------
    str
        What tasks open.

    Raises
    ------
    UsageError
        If there is no such file or folder, or it is one that is never sent.
    SyncError
        If it is too large for the workers' disks or cannot be written, or no one path serves all; nothing was changed.
    """
    source = Path(os.path.normpath(Path(path).expanduser().absolute()))  # by its own name, also if that is a link
    if not source.exists():
        known = [p.name for p in source.parent.iterdir()] if source.parent.is_dir() else []
        raise NotFoundError("file or folder", str(path), known)
    reason = never_sent(source.resolve())
    if reason:
        raise UsageError(f"{path} is {reason}: it is never sent. Name the folder of the data.")
    say = progress or (lambda text: None)
    told = note or say
    if to is not None:
        return _to_url(source, to, say, told)
    if client is None:
        raise UsageError("Name a cluster, or a URL with --to.")
    talk = session(client)
    with talk.lock:
        return _to_hosts(talk, source, say, told)


def _to_hosts(talk: Session, source: Path, say: Say, told: Say) -> str:
    folder = talk.folders.setdefault(("data", source), _folder(source))
    folder.refresh()
    for path, why in sorted(folder.left_out.items()):
        told(f"{folder.source / path} was left out: it {why}")
    homes = {report["code"] for report in talk.call("environment_state", rows=[])["workers"].values()}
    if not homes:
        raise SyncError(
            "The cluster has no worker yet, which would tell the path. Wait for one: client.wait_for_workers(1)."
        )
    if len(homes) > 1:
        raise SyncError(
            "The workers keep temporary files in different folders, so no one path serves all. "
            "Start them with one --local-directory, or upload to a URL with --to."
        )
    talk.finish([folder], talk.call("environment_apply", say, **talk.request([folder])), 0, say)
    return "/".join([homes.pop(), folder.key, *([source.name] if source.is_file() else [])])


def _folder(source: Path) -> Folder:
    """Return what is sent of `source`: a file that is named goes whatever it is called; ignore files are for code."""
    file = source.is_file()
    return Folder(
        source=source.parent if file else source,
        paths=(),
        only=(source.name,) if file else (),
        rules=Rules(include=[f"/{source.name}"] if file else []),
        sizes=Sizes(file=_LIMIT, total=_LIMIT),
        use=f"data:{source.name}" if file else "data",
    )


def _to_url(source: Path, to: str, say: Say, told: Say) -> str:
    import fsspec

    target = f"{to.rstrip('/')}/{source.name}"
    try:
        system, place = fsspec.core.url_to_fs(target)
        for file in _chosen(source, told):
            there = place if file == source else f"{place}/{file.relative_to(source).as_posix()}"
            if not _same(system, there, file):
                say(f"Sending {file.name}, {file.stat().st_size / 1e6:.1f} MB")
                system.makedirs(there.rpartition("/")[0], exist_ok=True)
                system.put_file(str(file), there)
    except ImportError as error:
        raise UsageError(f"{to} needs a package: {error}") from error
    except (OSError, ValueError) as error:
        raise SyncError(f"{source} could not be written to {to}: {error}") from error
    return target


def _chosen(source: Path, told: Say) -> list[Path]:
    """Return the files of `source` without caches, and without what looks like a secret."""
    if source.is_file():
        return [source]
    rules = Rules()
    chosen = []
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        verdict = rules.verdict(path.relative_to(source).as_posix())
        if verdict == "send":
            with path.open("rb") as file:
                verdict = "secret" if holds_private_key(file.read(_HEAD)) else verdict
        if verdict == "send":
            chosen.append(path)
        elif verdict == "secret":
            told(f"{path} was left out: it looks like a secret")
    return chosen


def _same(system: Any, there: str, file: Path) -> bool:
    """Return whether the target has the file already; content is compared where the system tells an MD5."""
    try:
        info = system.info(there)
    except FileNotFoundError:
        return False
    if info.get("size") != file.stat().st_size:
        return False
    told = str(info.get("ETag") or info.get("md5Hash") or "").strip('"')
    if len(told) != 32:
        return False
    with file.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == told
