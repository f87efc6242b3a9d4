"""Run one expression and report what it changed."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import signal
import sys
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from library_facts.fingerprints import fingerprint, is_changed, is_mutable, poke, reachable
from library_facts.process_state import read_state, restore_state

__all__ = ["Facts", "observe"]

_SECONDS = 3
_WRITES = frozenset("wax+")
_WRITING_EVENTS = frozenset(
    [
        *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.truncate"),
        *("os.utime", "shutil.copyfile", "shutil.move", "shutil.rmtree", "shutil.unpack_archive", "sqlite3.connect"),
    ]
)
_READING_EVENTS = frozenset(["os.listdir", "os.scandir", "glob.glob"])
_OTHER_EVENTS = frozenset(["subprocess.Popen", "os.system", "os.fork", "socket.connect", "socket.getaddrinfo"])


@dataclass(frozen=True, slots=True)
class Facts:
    """Observed effects of one expression."""

    expression: str
    error: str = ""
    """Exception; empty if the expression has a value."""
    changed: frozenset[str] = frozenset()
    """Names whose objects it changed."""
    shared: frozenset[str] = frozenset()
    """Names whose objects the result is, holds, or shares memory with."""
    state: frozenset[str] = frozenset()
    """Parts of the process state and settings that it changed."""
    reads: frozenset[str] = frozenset()
    """Files that it read."""
    writes: frozenset[str] = frozenset()
    """Files and folders that it changed."""
    events: frozenset[str] = frozenset()
    """Processes and connections that it started."""
    result: str = ""
    """Class of the result."""
    names: frozenset[str] = field(default=frozenset(), repr=False)
    """Names that the expression uses and whose objects can change."""

    @property
    def is_pure(self) -> bool:
        """True if the call changed neither arguments nor state nor files."""
        return not (self.changed or self.state or self.writes or self.events)


class _Recorder:
    """Record audit events while it is active. Audit hooks cannot be removed, so there is one for the process."""

    def __init__(self) -> None:
        self.active = False
        self.events: list[tuple[str, tuple[Any, ...]]] = []
        self.installed = False

    def install(self) -> None:
        if not self.installed:
            sys.addaudithook(self._hook)
            self.installed = True

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self.active and (
            event == "open" or event in _WRITING_EVENTS or event in _READING_EVENTS or event in _OTHER_EVENTS
        ):
            self.events.append((event, args))


_RECORDER = _Recorder()


def observe(expression: str, setup: types.CodeType, folder: Path) -> Facts:
    """Run `setup` and then `expression`, and return what the expression changed.

    Parameters
    ----------
    expression : str
        Expression over the names that `setup` binds.
    setup : code
        Statements that create the sample objects.
    folder : Path
        Working directory of the call.
    """
    old_folder = Path.cwd()
    os.chdir(folder)
    try:
        return _observe(expression, setup, folder)
    finally:
        # The values of the call are gone: an open database writes its files by relative paths when it is deleted.
        os.chdir(old_folder)


def _observe(expression: str, setup: types.CodeType, folder: Path) -> Facts:
    _RECORDER.install()
    namespace: dict[str, Any] = {"__name__": "sample"}
    state: dict[str, Any] = {}
    files = _list_files(folder)
    changed_state: set[str] = set()
    try:
        with warnings.catch_warnings(), _quiet():
            warnings.simplefilter("ignore")
            exec(setup, namespace)
            code = compile(expression, "<sample>", "eval")
            names = sorted({n.id for n in ast.walk(ast.parse(expression)) if isinstance(n, ast.Name)} & set(namespace))
            values = {name: namespace[name] for name in names if is_mutable(namespace[name])}
            before = {name: fingerprint(value) for name, value in values.items()}
            state = read_state()
            _RECORDER.events.clear()
            _RECORDER.active = True
            try:
                with _limited():
                    result = eval(code, namespace)
                    result = _advance(result)
            finally:
                _RECORDER.active = False
            after = {name: fingerprint(value) for name, value in values.items()}
            new_state = read_state()
            changed_state = {part for part in state if part in new_state and is_changed(state[part], new_state[part])}
            changed = frozenset(name for name in values if is_changed(before[name], after[name]))
            reads, writes, events = _read_events(folder, files)
            returned = _name_class(result)
            shared = _find_shared(result, values, after)
            return Facts(
                expression,
                changed=changed,
                shared=shared,
                state=frozenset(changed_state),
                reads=reads,
                writes=writes,
                events=events,
                result=returned,
                names=frozenset(values),
            )
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        if state:
            now = read_state()
            changed_state = {part for part in state if part in now and is_changed(state[part], now[part])}
        _, writes, _ = _read_events(folder, files)
        return Facts(expression, error=f"{type(error).__name__}: {error}"[:200], writes=writes)
    finally:
        _RECORDER.active = False
        restore_state(state, changed_state)


class _Advanced(list[Any]):
    """An iterator and its first elements."""


def _advance(result: Any) -> Any:
    """Take the first elements of an iterator, because a lazy function does its work there."""
    if isinstance(result, Iterator) and not isinstance(result, io.IOBase):
        found = _Advanced([result])
        with contextlib.suppress(Exception):
            for _ in range(2):
                found.append(next(result))
        return found
    return result


def _find_shared(result: Any, values: dict[str, Any], after: dict[str, Any]) -> frozenset[str]:
    result_objects = reachable(result)
    shared = {name for name, value in values.items() if result_objects.keys() & reachable(value).keys()}
    if len(shared) < len(values) and poke(result):
        shared |= {name for name, value in values.items() if is_changed(after[name], fingerprint(value))}
    return frozenset(shared)


def _name_class(result: Any) -> str:
    if isinstance(result, _Advanced):
        element = f" of {_name_class(result[1])}" if len(result) > 1 else ""
        return f"{_name_class(result[0])}{element}"
    if isinstance(result, types.ModuleType):
        return f"module {result.__name__}"
    kind = type(result)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _read_events(
    folder: Path, before: dict[str, tuple[int, int]]
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    reads, writes, others = set(), set(), set()
    for event, args in _RECORDER.events:
        if event in _OTHER_EVENTS:
            others.add(event)
            continue
        path = _relative(args[0], folder) if args else None
        if path is None:
            continue
        if event == "open":
            mode, flags = args[1], args[2]
            by_flags = bool((flags or 0) & (os.O_WRONLY | os.O_RDWR))
            opened = writes if (bool(set(mode) & _WRITES) if isinstance(mode, str) else by_flags) else reads
            opened.add(path)
        elif event in _WRITING_EVENTS:
            writes.add(path)
            other = _relative(args[1], folder) if len(args) > 1 else None
            if other is not None:
                writes.add(other)
        else:
            reads.add(path)
    after = _list_files(folder)
    writes |= {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return frozenset(reads), frozenset(writes), frozenset(others)


def _relative(path: Any, folder: Path) -> str | None:
    """Return a path below `folder`, or ``None`` for files of the interpreter and of packages."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return None
    absolute = (Path.cwd() / os.fsdecode(path)).absolute()
    if absolute.is_relative_to(folder):
        return absolute.relative_to(folder).as_posix()
    text = str(absolute)
    home = (str(Path.home() / name) for name in (".cache", ".config"))
    private = (sys.prefix, sys.base_prefix, "/proc", "/sys", "/dev", "/etc", "/usr", *home)
    return None if text.startswith(private) or "site-packages" in text else text


def _list_files(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            status = path.lstat()
            found[path.relative_to(folder).as_posix()] = (status.st_mtime_ns if path.is_file() else 0, status.st_size)
    return found


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    stdin = sys.stdin
    sys.stdin = io.StringIO("")
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        sys.stdin = stdin


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Interrupt a call that hangs."""

    def stop(number: int, frame: object) -> None:
        raise TimeoutError(f"The call takes more than {_SECONDS} s.")

    old = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
