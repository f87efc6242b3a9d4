"""Check that steps can run in different processes (``--tasks-on workers``, ``%%step NAME --function``).

1. A step gets values from earlier steps as copies. A step that needs another change of an earlier step, such as of a
   setting, the random state or a shared object, is refused.
2. A value that cannot be pickled cannot leave its process.
3. Workers are assumed to share a file system with the flow. The machines of functions do not: a local file that a
   function shares with another step is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from jupyter_pipeline.compiler.analysis.locations import ANY_FILE, FIGURE, PROCESS, RANDOM_STATE, SETTINGS, Access
from jupyter_pipeline.compiler.analysis.paths import SERVICE, overlap
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.analysis.syntax import shorten_statement
from jupyter_pipeline.compiler.frontend.notebook import CellNote
from jupyter_pipeline.compiler.graph.functions import is_client_maker
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.graph.value_types import find_bindings, find_imported_paths
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.models import Refusal

__all__ = ["check_function_steps", "check_worker_steps", "note_function_files", "note_shared_files"]

_WORKERS, _FUNCTION = "--tasks-on workers", "--function"

_OPEN_FILE, _CONNECTION, _LOCK = "an open file", "a connection", "a lock or a thread"
_CACHE = "a function with a cache"
_UNPICKLABLE = {
    **dict.fromkeys(
        ["open", "io.open", "gzip.open", "bz2.open", "lzma.open", "codecs.open", "tarfile.open", "zipfile.ZipFile",
         "h5py.File", "netCDF4.Dataset", "pandas.ExcelWriter", "pandas.HDFStore", "tempfile.TemporaryFile",
         "tempfile.NamedTemporaryFile", "csv.reader", "csv.writer", "csv.DictReader", "csv.DictWriter", "os.scandir",
         "pyarrow.parquet.ParquetWriter", "rasterio.open", "fiona.open"],
        _OPEN_FILE,
    ),
    **dict.fromkeys(
        ["sqlite3.connect", "duckdb.connect", "psycopg.connect", "psycopg2.connect", "pymysql.connect",
         "mysql.connector.connect", "pyodbc.connect", "oracledb.connect", "sqlalchemy.create_engine", "socket.socket",
         "sqlalchemy.orm.Session", "socket.create_connection", "subprocess.Popen", "ftplib.FTP", "smtplib.SMTP",
         "paramiko.SSHClient", "pymongo.MongoClient", "redis.Redis", "boto3.client", "boto3.resource"],
        _CONNECTION,
    ),
    **dict.fromkeys(
        ["threading.Lock", "threading.RLock", "threading.Event", "threading.Condition", "threading.Semaphore",
         "threading.Thread", "queue.Queue", "multiprocessing.Pool", "multiprocessing.Process", "weakref.ref",
         "concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor"],
        _LOCK,
    ),
    "memoryview": "a view of memory",
    "functools.cache": _CACHE,
    "functools.lru_cache": _CACHE,
}  # fmt: skip
"""Kind of the value that a function returns, by its import path. A run checks all other values."""

_LOCAL_SCHEMES = ("duckdb", "file", "local", "memory", "sqlite")
"""Schemes of URLs that name a file or memory of one machine."""
_STATE = {PROCESS: "the state of the process", SETTINGS: "settings of a library"}
"""State that the code of all later steps may depend on."""


def check_worker_steps(steps: Sequence[Step], module: Sequence[Statement]) -> list[Refusal]:
    """Return a refusal for each need of a step that another process cannot meet.

    Parameters
    ----------
    steps : sequence of Step
        Connected steps in document order.
    module : sequence of Statement
        Statements at module level.
    """
    return [*_find_needs(steps, steps, *_find_names(module), _WORKERS), *_local_files(_Order(steps))]


def check_function_steps(steps: Sequence[Step], module: Sequence[Statement]) -> list[Refusal]:
    """Return a refusal for each need of a step with ``--function`` that its machines cannot meet.

    Parameters
    ----------
    steps : sequence of Step
        Connected steps in document order.
    module : sequence of Statement
        Statements at module level.
    """
    functions = [step for step in steps if step.function]
    if not functions:
        return []
    return [*_find_needs(steps, functions, *_find_names(module), _FUNCTION), *_local_files(_Order(steps))]


def note_shared_files(steps: Sequence[Step]) -> list[CellNote]:
    """Return a note for each step that needs a file of an earlier step, which the workers must share."""
    order = _Order(steps)
    return [
        CellNote(
            step.statements[0].cell,
            f"{step.task_name} uses files of {', '.join(writers)}: the workers need a shared file system",
        )
        for step in steps
        if (writers := [one.task_name for one, _ in order.shared_files(step) if not (one.function or step.function)])
    ]


def note_function_files(steps: Sequence[Step]) -> list[CellNote]:
    """Return a note for each step that may need a file of an earlier step, where one of them has ``--function``."""
    order = _Order(steps)
    notes = []
    for step in steps:
        shared = [one for one, _ in order.shared_files(step) if one.function or step.function]
        if shared:
            text = (
                f"{step.task_name} may use files of {', '.join(one.task_name for one in shared)}: the machines of "
                "--function have no local files of other steps, only object storage such as s3://"
            )
            notes.append(CellNote(step.statements[0].cell, text))
    return notes


class _Order:
    """Places of the statements of steps.

    Parameters
    ----------
    steps : sequence of Step
        Connected steps in document order.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.place = {id(each): number for number, each in enumerate(steps)}
        """Position of each step, by its ``id``."""
        self.homes = {s.number: home for home in steps for s in home.statements}
        """Step of each statement, by its number."""
        self.numbers = {id(each): {s.number for s in each.statements} for each in steps}
        """Numbers of the statements of each step, by its ``id``."""

    def needs(self, step: Step, earlier: Step) -> Iterator[tuple[Statement, Statement]]:
        """Yield each pair of a statement of an earlier step, and a statement of the step that depends on it."""
        own = self.numbers[id(step)]
        for s in step.statements:
            for before in earlier.statements:
                if before.number not in own and s.needs >> before.number & 1:
                    yield before, s

    def shared_files(self, step: Step) -> Iterator[tuple[Step, list[tuple[Statement, Statement]]]]:
        """Yield each earlier step that shares files with a step, with the pairs of their statements."""
        for earlier in self.steps[: self.place[id(step)]]:
            if pairs := [(a, b) for a, b in self.needs(step, earlier) if any(_find_shared_files(a, b))]:
                yield earlier, pairs


def _find_needs(
    steps: Sequence[Step], moved: Sequence[Step], paths: dict[str, str], generators: dict[str, str], option: str
) -> list[Refusal]:
    """Return a refusal for each need between a step of `moved`, which run in other processes, and another step."""
    found = list(_prefect_steps(moved, paths, option))
    for step in steps:
        readers = [later for later in steps if step in moved or later in moved]
        needed = {name for later in readers for name, source in later.sources.items() if source is step}
        found += _unpicklable_values(step, needed, paths, generators, option)
    order = _Order(steps)
    for position, step in enumerate(steps):
        for earlier in steps[:position]:
            if step in moved or earlier in moved:
                found += _shared_state(step, earlier, order, option)
    return found


def _find_names(module: Sequence[Statement]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the import paths of the names at module level, and the kinds of values that its generators return."""
    generators = {
        s.node.name: "a generator"
        for s in module
        if isinstance(s.node, ast.FunctionDef)
        and not s.node.decorator_list  # such as contextmanager
        and any(_find_yields(s.node.body))
    }
    return find_imported_paths(s.node for s in module), generators


def _find_yields(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Yield each ``yield`` of a function, except in nested functions."""
    for node in nodes:
        if isinstance(node, ast.Yield | ast.YieldFrom):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield from _find_yields(list(ast.iter_child_nodes(node)))


def _prefect_steps(steps: Sequence[Step], paths: dict[str, str], option: str) -> Iterator[Refusal]:
    """Yield refusals of statements that use Prefect, whose context is in the process of the flow."""
    for step in steps:
        local = paths | find_imported_paths(s.node for s in step.statements)
        for s in step.statements:
            names = [name for name in sorted(s.read | s.deferred) if local.get(name, "").split(".")[0] == "prefect"]
            if names:
                yield refusal("workers-prefect", cell=s.cell, line=s.node.lineno, name=names[0], option=option)
                break


def _unpicklable_values(
    step: Step, needed: set[str], paths: dict[str, str], generators: dict[str, str], option: str
) -> Iterator[Refusal]:
    local = paths | find_imported_paths(s.node for s in step.statements)
    found: dict[str, Refusal] = {}
    for s in step.statements:
        if isinstance(s.node, ast.FunctionDef) and s.node.name in needed:
            kinds = [_UNPICKLABLE.get(_find_path(each, local), "") for each in s.node.decorator_list]
            if kind := next(filter(None, kinds), ""):
                place = {"cell": s.cell, "line": s.node.lineno}
                found[s.node.name] = refusal("workers-value", **place, name=s.node.name, kind=kind, option=option)
        for target, value in find_bindings(s.node):
            if not isinstance(target, ast.Name) or target.id not in needed:
                continue
            if kind := _find_kind(value, local, generators):
                place = {"cell": s.cell, "line": s.node.lineno}
                found[target.id] = refusal("workers-value", **place, name=target.id, kind=kind, option=option)
            elif isinstance(s.node, ast.Assign | ast.AnnAssign):  # it replaces the value
                found.pop(target.id, None)
    yield from found.values()


def _find_kind(value: ast.expr, paths: dict[str, str], generators: dict[str, str]) -> str:
    """Return the kind of a value that cannot be pickled; empty if it may be."""
    if isinstance(value, ast.GeneratorExp):
        return "a generator"
    if not isinstance(value, ast.Call):
        return ""
    if isinstance(value.func, ast.Name) and value.func.id in generators:
        return generators[value.func.id]
    path = _find_path(value, paths)
    return _CONNECTION if is_client_maker(path) else _UNPICKLABLE.get(path, "")


def _find_path(node: ast.expr, paths: dict[str, str]) -> str:
    """Return the import path of a function that is named, or called with arguments."""
    while isinstance(node, ast.Call):
        node = node.func
    first, *rest = ast.unparse(node).split(".")
    return ".".join([paths.get(first, first), *rest])


def _shared_state(step: Step, earlier: Step, order: _Order, option: str) -> Iterator[Refusal]:
    """Yield a refusal for the first need of a step that no value and no file of an earlier step explains."""
    own = order.numbers[id(step)]
    for before in earlier.statements:  # no edge leads from such a change to all code that it affects
        for location, what in _STATE.items():
            if before.effects.get(location, Access.READ) & Access.WRITE and before.number not in own:
                yield _refuse_state(step, step.statements[0], earlier, before, what, option)
                return
    for before, s in order.needs(step, earlier):
        if not _is_in_values(before, s, step, earlier, order) and not any(_find_shared_files(before, s)):
            yield _refuse_state(step, s, earlier, before, _describe_state(before, s), option)
            return


def _is_in_values(before: Statement, s: Statement, step: Step, earlier: Step, order: _Order) -> bool:
    """Return True if the values that a statement reads contain the effect of an earlier statement.

    Parameters
    ----------
    before : Statement
        Statement of an earlier step.
    s : Statement
        Statement of `step`.
    step, earlier : Step
        The steps of both.
    order : _Order
        Places of all statements.
    """
    names = [name for name, bits in s.sources.items() if bits >> before.number & 1]
    for name in names:
        makers = [step.sources[name]] if name in step.sources else []
        for (captured, definer), bits in s.deferred_versions.items():
            home = order.homes.get(definer, step)
            if captured == name and bits and home is not step:  # a function of another step has the value
                makers.append(home.sources.get(name, home))
        if any(order.place[id(maker)] < order.place[id(earlier)] for maker in makers):
            return False
    return bool(names)


def _refuse_state(step: Step, s: Statement, earlier: Step, before: Statement, what: str, option: str) -> Refusal:
    return refusal(
        "workers-state",
        cell=s.cell,
        line=s.node.lineno,
        name=shorten_statement(s.node),
        step=step.task_name,
        other=earlier.task_name,
        change=shorten_statement(before.node),
        what=what,
        option=option,
    )


def _local_files(order: _Order) -> Iterator[Refusal]:
    """Yield a refusal for the first local file that a step shares with an earlier one, if one has ``--function``."""
    for step in order.steps:
        for earlier, pairs in order.shared_files(step):
            for before, s in pairs if step.function or earlier.function else ():
                if path := _find_local_file(before, s):
                    yield refusal(
                        "function-files",
                        cell=s.cell,
                        line=s.node.lineno,
                        name=shorten_statement(s.node),
                        step=step.task_name,
                        other=earlier.task_name,
                        path=path,
                    )
                    break


def _find_local_file(before: Statement, later: Statement) -> str:
    """Return the local file that both statements certainly use; empty if the paths are patterns, guesses or URLs."""
    if before.unknown_calls or later.unknown_calls:  # any text in their arguments may be a path
        return ""
    for one, other in _find_shared_files(before, later):
        if _is_local(one) and _is_local(other):
            return other
    return ""


def _is_local(path: str) -> bool:
    scheme = path.partition(":/")[0] if ":/" in path else ""
    is_pattern = any(character in path for character in "*?[\x01")
    return not is_pattern and not path.startswith(SERVICE) and (len(scheme) < 2 or scheme in _LOCAL_SCHEMES)


def _find_shared_files(before: Statement, later: Statement) -> Iterator[tuple[str, str]]:
    """Yield the paths of each file that a statement writes and that a later one uses, in both statements."""
    for one, access in before.effects.items():
        for other in later.effects:
            is_written = one.resource == other.resource == ANY_FILE.resource and access & Access.WRITE
            if is_written and overlap(one.name, other.name):
                yield one.name, other.name


def _describe_state(before: Statement, later: Statement) -> str:
    for location, text in ((RANDOM_STATE, "the random state"), (FIGURE, "a figure")):
        if location in before.effects and location in later.effects:
            return text
    return "an object in memory"
