"""The audit log: one line of JSON for each action that starts, changes, runs or removes something.

Functions of the domains record their actions, so that notebooks, command line, panel and Python are covered. Each host
has its own file in ``audit/`` of the state folder: appends of several hosts to one file are not safe on a network home.
If the administrator's policy names a folder, the files are there, and its group may read them.

A line has names, and never the value of a secret or parameter. Writing never fails an action: the first problem of a
process is reported as a warning.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import inspect
import json
import logging
import os
import pwd
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from jupyter_pipeline import paths, processes
from jupyter_pipeline.exceptions import NewerStateError, PipelineError, PolicyError
from jupyter_pipeline.models import Record
from jupyter_pipeline.units import format_bytes

__all__ = ["Action", "AuditEntry", "enter_front_door", "read_entries", "record", "recorded"]

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger("jupyter_pipeline.audit")

_MAX_BYTES = 8 * 2**20
_MAX_OLD_FILES = 20
_MAX_TEXT = 300
_MAX_LINE = 64 * 2**10
_MOST_READ = 4 * _MAX_BYTES
"""Bytes of one file that are read; another user may have written it."""
_LAST_TIME = 253_402_300_799
"""End of the year 9999."""
_TYPES: dict[str, type | tuple[type, ...]] = {"time": (int, float), "uid": int, "pid": int, "details": dict}
"""Types of the values of an entry that are not texts."""
_NO_LOGIN = 2**32 - 1

_front_door: contextvars.ContextVar[str] = contextvars.ContextVar("front_door", default="python")
_is_nested: contextvars.ContextVar[bool] = contextvars.ContextVar("is_nested", default=False)
_problems: set[str] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry(Record):
    """One action of a user."""

    time: float
    uid: int
    user: str
    """Owner of the log file, as the operating system knows it."""
    login: str
    """User who logged in, if it is another one, as with ``su`` or a service account."""
    host: str
    pid: int
    front_door: str
    """``cli``, ``keeper``, ``magic``, ``panel``, ``python``, ``run`` or ``widget``."""
    action: str
    kind: str
    """Kind of the object, such as ``cluster`` or ``deployment``."""
    name: str
    """Name of the object."""
    result: str
    """``done``, ``refused`` by the policy, ``failed`` or ``interrupted``."""
    error: str = ""
    """Class of the error; the reasons of a refusal by the policy."""
    details: dict[str, Any] = field(default_factory=dict)


class Action:
    """An action that is being recorded.

    Parameters
    ----------
    name : str
        Name of the object.
    details : dict
        Further names and numbers, no secrets.
    """

    def __init__(self, name: str, details: dict[str, Any]) -> None:
        self.name = name
        self.details = details


@contextlib.contextmanager
def enter_front_door(name: str) -> Iterator[None]:
    """Name the front door of all actions in the body.

    Parameters
    ----------
    name : str
        See `AuditEntry.front_door`.
    """
    token = _front_door.set(name)
    try:
        yield
    finally:
        _front_door.reset(token)


@contextlib.contextmanager
def record(action: str, kind: str, name: str, *, only_refusals: bool = False, **details: Any) -> Iterator[Action]:
    """Record the body as one action, with its result. Actions inside it are parts of it and are not recorded.

    Parameters
    ----------
    action : str
        Verb, such as ``start``.
    kind : str
        Kind of the object.
    name : str
        Name of the object. The body may change it.
    only_refusals : bool
        Record nothing unless the administrator's policy refuses the action.
    **details
        Further names and numbers, no secrets. Empty values are left out.
    """
    current = Action(name, details)
    if _is_nested.get():
        yield current
        return
    token = _is_nested.set(True)
    result, error = "done", ""
    try:
        yield current
    except PolicyError as problem:
        result, error = "refused", " ".join(str(problem).split())[:_MAX_TEXT]
        raise
    except Exception as problem:
        result, error = "failed", type(problem).__name__
        raise
    except BaseException:
        result = "interrupted"
        raise
    finally:
        _is_nested.reset(token)
        if result == "refused" or not only_refusals:
            _write(action, kind, current, result, error)


def recorded(action: str, kind: str, *, details: Sequence[str] = ()) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that records each call; the first argument is the name of the object.

    Parameters
    ----------
    action : str
        Verb, such as ``pause``.
    kind : str
        Kind of the object.
    details : sequence of str
        Parameters whose values are recorded, no secrets. A record is represented by its name.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        parameters = tuple(inspect.signature(function).parameters)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            values = {**dict(zip(parameters, args, strict=False)), **kwargs}
            shown: dict[str, Any] = {key: getattr(values[key], "name", values[key]) for key in details if key in values}
            with record(action, kind, str(values.get(parameters[0], "")), **shown):
                return function(*args, **kwargs)

        return call

    return decorate


def _write(action: str, kind: str, current: Action, result: str, error: str) -> None:
    """Append one line. A failure is reported once per process and changes nothing else."""
    from jupyter_pipeline import site_policy  # reads YAML, which the magics load on first use

    try:
        uid = os.getuid()
        details = {key: _shorten(value) for key, value in current.details.items() if value not in (None, "", (), [])}
        entry = {
            "format": paths.FORMAT,
            "time": round(time.time(), 6),
            "uid": uid,
            "user": _name_user(uid),
            "login": _find_login(uid),
            "host": processes.hostname(),
            "pid": os.getpid(),
            "front_door": _front_door.get(),
            "action": action,
            "kind": kind,
            "name": _shorten(current.name),
            "result": result,
            "error": error,
            "details": details,
        }
        line = json.dumps(entry, ensure_ascii=True, default=str).encode() + b"\n"
        policy = None
        with contextlib.suppress(PipelineError):  # the action itself reports a damaged policy
            policy = site_policy.find_policy()
        if policy is not None and policy.audit_folder:
            path = Path(policy.audit_folder) / f"{_file_name(_name_user(uid))}.{_file_name(processes.hostname())}.jsonl"
            try:
                _append(path, line, policy.audit_group)
            except OSError as problem:
                _report(f"The audit log {path} cannot be written ({problem.strerror}); it is in the state folder.")
            else:
                return
        _append(_own_folder() / f"{_file_name(processes.hostname())}.jsonl", line, "")
    except (OSError, PipelineError, ValueError) as problem:
        _report(f"The audit log cannot be written: {problem}. Actions are not recorded.")


def _report(text: str) -> None:
    if text not in _problems:
        _problems.add(text)
        logger.warning("%s", text)


def _shorten(value: Any) -> Any:
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    return [_shorten(each) for each in value[:20]] if isinstance(value, list | tuple) else value


@functools.cache
def _name_user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container without an entry for the user
        return str(uid)


def _find_login(uid: int) -> str:
    """Return the user who logged in, or who called sudo, if it is known and not `uid`."""
    try:
        login = int(Path("/proc/self/loginuid").read_text())
    except (OSError, ValueError):
        login = _NO_LOGIN
    if login == _NO_LOGIN:  # containers, and hosts without pam_loginuid
        with contextlib.suppress(ValueError):
            login = int(os.environ.get("SUDO_UID", login))
    return "" if login in (uid, _NO_LOGIN) else _name_user(login)


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", text) or "unknown"


def _own_folder() -> Path:
    return paths.private_dir(paths.state_dir() / "audit")


def _append(path: Path, line: bytes, group: str) -> None:
    """Append a line by one write, and rotate a large file."""
    # Another user may have created a pipe or a link with this name.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        info = os.fstat(descriptor)
        if info.st_uid != os.getuid() or not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
            raise PermissionError(1, "another user has created it")
        mode = 0o640 if group and _is_group(info.st_gid, group) else 0o600
        if stat.S_IMODE(info.st_mode) != mode:
            os.fchmod(descriptor, mode)
        if os.write(descriptor, line) < len(line):  # the disk is full; the next line starts on its own
            os.write(descriptor, b"\n")
        if info.st_size + len(line) > _MAX_BYTES:
            _rotate(path, info)
    finally:
        os.close(descriptor)


def _is_group(gid: int, group: str) -> bool:
    import grp

    try:
        return grp.getgrgid(gid).gr_name == group
    except KeyError:
        return False


def _rotate(path: Path, written: os.stat_result) -> None:
    """Rename a full file, and remove the oldest ones. Writers that have it open complete their lines in it."""
    with contextlib.suppress(OSError):
        if path.stat().st_ino == written.st_ino:  # no other process has renamed it
            path.rename(path.with_name(f"{path.stem}.{time.time_ns()}-{os.getpid()}.jsonl"))  # a unique name
            for old in sorted(path.parent.glob(f"{path.stem}.*.jsonl"))[:-_MAX_OLD_FILES]:
                old.unlink()


def read_entries(*, since: float = 0.0, everyone: bool = False) -> list[AuditEntry]:
    """Return the entries of this user on all hosts, the oldest first.

    Parameters
    ----------
    since : float
        Time of the first entry, in seconds since the epoch.
    everyone : bool
        Include the entries of other users in the folder of the policy, as far as this user may read them.
    """
    from jupyter_pipeline import site_policy

    files = list(_own_folder().glob("*.jsonl"))
    policy = site_policy.find_policy()
    if policy is not None and policy.audit_folder:
        folder, own = Path(policy.audit_folder), _file_name(_name_user(os.getuid()))
        listed = {*folder.glob("*.jsonl" if everyone else f"{own}.*.jsonl")}
        present = folder / f"{own}.{_file_name(processes.hostname())}.jsonl"  # even if the folder cannot be listed
        files += {*listed, present} if os.access(present, os.F_OK) else listed
        if folder.is_dir() and not os.access(folder, os.R_OK):
            others = ", and entries of other users," if everyone else ""
            logger.warning(
                "%s cannot be listed. Entries on other hosts and in full files%s are not shown.", folder, others
            )
    found = [entry for file in files for entry in _read_file(file) if entry.time >= since]
    return sorted(found, key=lambda entry: entry.time)


def _read_file(path: Path) -> Iterator[AuditEntry]:
    """Yield the entries of a file. The owner of the file is the user: a line could name another."""
    newer = invalid = 0
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode):
                raise PermissionError(1, "it is no regular file")
            remaining = min(info.st_size, _MOST_READ)
            while remaining > 0 and (line := file.readline(_MAX_LINE)):
                remaining -= len(line)
                try:
                    yield _parse_line(line, info.st_uid)
                except NewerStateError:
                    newer += 1
                except ValueError:  # a line that a full disk cut, or that another program wrote
                    invalid += 1
            if info.st_size > _MOST_READ:
                logger.warning("%s is read up to %s only.", path, format_bytes(_MOST_READ))
    except OSError as problem:
        logger.warning("%s cannot be read: %s", path, problem.strerror)
    if newer:
        logger.warning("%s has %d lines of a newer release, which are not shown. Upgrade this package.", path, newer)
    if invalid:
        logger.warning("%s has %d invalid lines, which are not shown.", path, invalid)


def _parse_line(line: bytes, uid: int) -> AuditEntry:
    """Return the entry of a line of a file that belongs to `uid`.

    Raises
    ------
    ValueError
        If it is no entry.
    NewerStateError
        If a newer release wrote it.
    """
    values = paths.parse_object(line, "")
    values |= {"uid": uid, "user": _name_user(uid)}
    for each in fields(AuditEntry):
        value = values.get(each.name, {} if each.name == "details" else "")
        if not isinstance(value, _TYPES.get(each.name, str)) or isinstance(value, bool):
            raise ValueError(each.name)
    if not 0 <= values["time"] <= _LAST_TIME:
        raise ValueError("time")
    return AuditEntry.from_dict({key: _escape(value) for key, value in values.items()})


def _escape(value: Any) -> Any:
    """Return a value whose texts contain no control characters, which could change what a terminal shows."""
    if isinstance(value, str):
        return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in value)
    if isinstance(value, dict):
        return {_escape(key): _escape(each) for key, each in value.items()}
    return [_escape(each) for each in value] if isinstance(value, list) else value
