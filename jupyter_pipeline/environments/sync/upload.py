"""Upload local data to an fsspec URL, or to the local disk of every host of a cluster."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.capture.folder import Folder
from jupyter_pipeline.environments.capture.ignore import IgnoreRules, has_private_key
from jupyter_pipeline.environments.capture.local_code import forbidden_reason
from jupyter_pipeline.environments.capture.size_limits import SizeLimits
from jupyter_pipeline.environments.sync.session import Session, get_session
from jupyter_pipeline.exceptions import NotFoundError, SyncError, UsageError
from jupyter_pipeline.progress import Progress, silent
from jupyter_pipeline.units import format_bytes

if TYPE_CHECKING:
    import distributed

__all__ = ["upload"]


_HEAD = 8192  # bytes that are searched for a private key
_LIMIT = 2 * 2**30  # a file passes through the scheduler's memory


def upload(
    client: distributed.Client | None,
    path: Path | str,
    *,
    to: str | None = None,
    progress: Progress | None = None,
    note: Progress | None = None,
) -> str:
    """Upload a file or a folder to a place that the workers can read.

    Parameters
    ----------
    client : distributed.Client or None
        Client of the cluster; not needed with `to`.
    path : Path or str
        A local file or folder.
    to : str, optional
        URL of a folder that fsspec can write to, such as ``s3://bucket/data``. By default the data is stored on the
        local disk of every host. Only changes are sent, and workers that join later receive the data too.
    progress : callable, optional
        Called with one line for each stage.
    note : callable, optional
        Called with one line for each file that was left out; by default `progress`.

    Returns
    -------
    str
        Path or URL for tasks to open.

    Raises
    ------
    UsageError
        `path` is never sent, such as a home folder, or neither `client` nor `to` was passed.
    NotFoundError
        `path` does not exist.
    SyncError
        The data is too large or cannot be written, or the workers have no common path. Nothing was changed.
    """
    source = Path(os.path.normpath(Path(path).expanduser().absolute()))  # a link keeps its name
    if not source.exists():
        known = [p.name for p in source.parent.iterdir()] if source.parent.is_dir() else []
        raise NotFoundError("file or folder", str(path), known)
    reason = forbidden_reason(source.resolve())
    if reason:
        raise UsageError(f"{path} is {reason}, which is never sent. Pass the folder of the data.")
    say = progress or silent
    report = note or say
    if to is not None:
        return _to_url(source, to, say, report)
    if client is None:
        raise UsageError("Name a cluster, or a URL with --to.")
    session = get_session(client)
    with session.lock:
        return _to_hosts(session, source, say, report)


def _to_hosts(session: Session, source: Path, say: Progress, report: Progress) -> str:
    folder = session.folders.setdefault(("data", source), _folder(source))
    folder.refresh()
    for path, why in sorted(folder.left_out.items()):
        report(f"{folder.source / path} was left out: it {why}")
    homes = {report["code"] for report in session.call("environment_state", rows=[])["workers"].values()}
    if not homes:
        raise SyncError(
            "The cluster has no worker yet, so the path on the workers is unknown. "
            "Wait for one: client.wait_for_workers(1)."
        )
    if len(homes) > 1:
        raise SyncError(
            "The workers keep temporary files in different folders, so they have no common path. "
            "Start them with the same --local-directory, or upload to a URL with --to."
        )
    session.complete_upload([folder], session.call("environment_apply", say, **session.build_request([folder])), 0, say)
    return "/".join([homes.pop(), folder.key, *([source.name] if source.is_file() else [])])


def _folder(source: Path) -> Folder:
    """Return the folder to send for `source`. A named file is always sent; ignore files apply only to code."""
    file = source.is_file()
    return Folder(
        source=source.parent if file else source,
        paths=(),
        only=(source.name,) if file else (),
        rules=IgnoreRules(include=[f"/{source.name}"] if file else []),
        sizes=SizeLimits(file=_LIMIT, total=_LIMIT),
        use=f"data:{source.name}" if file else "data",
    )


def _to_url(source: Path, to: str, say: Progress, report: Progress) -> str:
    import fsspec

    target = f"{to.rstrip('/')}/{source.name}"
    try:
        system, place = fsspec.core.url_to_fs(target)
        for file in _select_files(source, report):
            there = place if file == source else f"{place}/{file.relative_to(source).as_posix()}"
            if not _is_uploaded(system, there, file):
                say(f"Sending {file.name}, {format_bytes(file.stat().st_size)}")
                system.makedirs(there.rpartition("/")[0], exist_ok=True)
                system.put_file(str(file), there)
    except ImportError as error:
        raise UsageError(f"{to} needs a package: {error}") from error
    except (OSError, ValueError) as error:
        raise SyncError(f"{source} could not be written to {to}: {error}") from error
    return target


def _select_files(source: Path, report: Progress) -> list[Path]:
    """Return the files of `source`, without caches and files that look like secrets."""
    if source.is_file():
        return [source]
    rules = IgnoreRules()
    chosen = []
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        verdict = rules.classify(path.relative_to(source).as_posix())
        if verdict == "send":
            with path.open("rb") as file:
                verdict = "secret" if has_private_key(file.read(_HEAD)) else verdict
        if verdict == "send":
            chosen.append(path)
        elif verdict == "secret":
            report(f"{path} was left out: it looks like a secret")
    return chosen


def _is_uploaded(system: Any, there: str, file: Path) -> bool:
    """Return True if the target has the same file, by its size and the MD5 that the file system reports."""
    try:
        info = system.info(there)
    except FileNotFoundError:
        return False
    if info.get("size") != file.stat().st_size:
        return False
    checksum = str(info.get("ETag") or info.get("md5Hash") or "").strip('"')
    if len(checksum) != 32:
        return False
    with file.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == checksum
