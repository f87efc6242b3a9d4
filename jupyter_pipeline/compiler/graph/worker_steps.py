"""Check that steps can run in different processes (``--tasks-on workers``, ``%%step NAME --function``).

1. A step gets values from earlier steps as copies. A step that needs another change of an earlier step, such as of a
   setting, the random state or a shared object, is refused. Files are assumed to be on a shared file system.
2. A value that cannot be pickled cannot leave its process.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from jupyter_pipeline.compiler.analysis.locations import ANY_FILE, FIGURE, PROCESS, RANDOM_STATE, SETTINGS, Access
from jupyter_pipeline.compiler.analysis.paths import overlap
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.frontend.notebook import CellNote
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.models import Refusal

__all__ = ["check_function_steps", "check_worker_steps", "note_shared_files"]

_WORKERS, _FUNCTION = "--tasks-on workers", "--function"

_OPEN_FILE, _CONNECTION, _LOCK = "an open file", "a connection", "a lock or a thread"
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
         "paramiko.SSHClient", "pymongo.MongoClient", "redis.Redis", "boto3.client", "boto3.resource",
         "distributed.Client", "dask.distributed.Client", "distributed.LocalCluster", "dask.distributed.LocalCluster"],
        _CONNECTION,
    ),
    **dict.fromkeys(
        ["threading.Lock", "threading.RLock", "threading.Event", "threading.Condition", "threading.Semaphore",
         "threading.Thread", "queue.Queue", "multiprocessing.Pool", "multiprocessing.Process", "weakref.ref",
         "concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor"],
        _LOCK,
    ),
    "memoryview": "a view of memory",
}  # fmt: skip
"""Kind of the value that a function returns, by its import path. A run checks all other values."""

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
    paths, generators = _find_names(module)
    return [*_steps_elsewhere(steps), *_find_needs(steps, steps, paths, generators, _WORKERS)]


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
    return _find_needs(steps, functions, *_find_names(module), _FUNCTION) if functions else []


def _find_needs(
    steps: Sequence[Step], moved: Sequence[Step], paths: dict[str, str], generators: dict[str, str], option: str
) -> list[Refusal]:
    """Return a refusal for each need between a step of `moved`, which run in other processes, and another step."""
    found = list(_prefect_steps(moved, paths, option))
    for step in steps:
        readers = [later for later in steps if step in moved or later in moved]
        needed = {name for later in readers for name, source in later.sources.items() if source is step}
        found += _unpicklable_values(step, needed, paths, generators, option)
    for position, step in enumerate(steps):
        for earlier in steps[:position]:
            if step in moved or earlier in moved:
                found += _shared_state(step, earlier, steps, option)
    return found


def note_shared_files(steps: Sequence[Step]) -> list[CellNote]:
    """Return a note for each step that needs a file of an earlier step, which the workers must share."""
    notes = []
    for position, step in enumerate(steps):
        writers = [
            earlier.task_name
            for earlier in steps[:position]
            if any(_share_files(a, b) for a, b in _needs(step, earlier))
        ]
        if writers:
            text = f"{step.task_name} uses files of {', '.join(writers)}: the workers need a shared file system"
            notes.append(CellNote(step.statements[0].cell, text))
    return notes


def _find_names(module: Sequence[Statement]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the import paths of the names at module level, and the kinds of values that its generators return."""
    generators = {
        s.node.name: "a generator"
        for s in module
        if isinstance(s.node, ast.FunctionDef)
        and any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(s.node))
    }
    return find_imported_paths(s.node for s in module), generators


def _steps_elsewhere(steps: Sequence[Step]) -> Iterator[Refusal]:
    """Yield refusals of steps with compute of their own."""
    for step in steps:
        for rule, is_elsewhere in (
            ("workers-profile", step.profile),
            ("workers-function", step.function),
        ):
            if is_elsewhere:
                first = step.statements[0]
                yield refusal(rule, cell=first.cell, line=first.node.lineno, name=step.task_name)


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
    for s in step.statements:
        targets = [t for t in s.node.targets if isinstance(t, ast.Name)] if isinstance(s.node, ast.Assign) else []
        for name in sorted({t.id for t in targets} & needed):
            assert isinstance(s.node, ast.Assign)
            kind = _find_kind(s.node.value, local, generators)
            if kind:
                place = {"cell": s.cell, "line": s.node.lineno}
                yield refusal("workers-value", **place, name=name, kind=kind, option=option)


def _find_kind(value: ast.expr, paths: dict[str, str], generators: dict[str, str]) -> str:
    """Return the kind of a value that cannot be pickled; empty if it may be."""
    if isinstance(value, ast.GeneratorExp):
        return "a generator"
    if not isinstance(value, ast.Call):
        return ""
    first, *rest = ast.unparse(value.func).split(".")
    return (
        generators.get(first, "")
        if not rest and first in generators
        else _UNPICKLABLE.get(".".join([paths.get(first, first), *rest]), "")
    )


def _shared_state(step: Step, earlier: Step, steps: Sequence[Step], option: str) -> Iterator[Refusal]:
    """Yield a refusal for the first need of a step that no value and no file of an earlier step explains."""
    place = {id(each): number for number, each in enumerate(steps)}
    own = {s.number for s in step.statements}
    for before in earlier.statements:  # no edge leads from such a change to all code that it affects
        for location, what in _STATE.items():
            if before.effects.get(location, Access.READ) & Access.WRITE and before.number not in own:
                yield _refuse_state(step, step.statements[0], earlier, before, what, option)
                return
    for before, s in _needs(step, earlier):
        if not _is_in_values(before, s, step, place[id(earlier)], steps) and not _share_files(before, s):
            yield _refuse_state(step, s, earlier, before, _describe_state(before, s), option)
            return


def _is_in_values(before: Statement, s: Statement, step: Step, position: int, steps: Sequence[Step]) -> bool:
    """Return True if the values that a statement reads contain the effect of an earlier statement.

    Parameters
    ----------
    before : Statement
        Statement of an earlier step.
    s : Statement
        Statement of `step`.
    step : Step
        The later step.
    position : int
        Position of the earlier step.
    steps : sequence of Step
        All steps in document order.
    """
    place = {id(each): number for number, each in enumerate(steps)}
    homes = {each.number: home for home in steps for each in home.statements}
    names = [name for name, bits in s.sources.items() if bits >> before.number & 1]
    for name in names:
        makers = [step.sources[name]] if name in step.sources else []
        for (captured, definer), bits in s.deferred_versions.items():
            home = homes.get(definer, step)
            if captured == name and bits and home is not step:  # a function of another step has the value
                makers.append(home.sources.get(name, home))
        if any(place[id(maker)] < position for maker in makers):
            return False
    return bool(names)


def _refuse_state(step: Step, s: Statement, earlier: Step, before: Statement, what: str, option: str) -> Refusal:
    return refusal(
        "workers-state",
        cell=s.cell,
        line=s.node.lineno,
        name=_first_line(s),
        step=step.task_name,
        other=earlier.task_name,
        change=_first_line(before),
        what=what,
        option=option,
    )


def _first_line(s: Statement) -> str:
    return ast.unparse(s.node).split("\n")[0][:60]


def _needs(step: Step, earlier: Step) -> Iterator[tuple[Statement, Statement]]:
    """Yield each pair of a statement of an earlier step, and a statement of the step that depends on it."""
    own = {s.number for s in step.statements}
    for s in step.statements:
        for before in earlier.statements:
            if before.number not in own and s.needs >> before.number & 1:
                yield before, s


def _share_files(before: Statement, later: Statement) -> bool:
    """Return True if a statement writes files that a later one uses."""
    return any(
        one.resource == other.resource == ANY_FILE.resource and access & Access.WRITE and overlap(one.name, other.name)
        for one, access in before.effects.items()
        for other in later.effects
    )


def _describe_state(before: Statement, later: Statement) -> str:
    for location, text in ((RANDOM_STATE, "the random state"), (FIGURE, "a figure")):
        if location in before.effects and location in later.effects:
            return text
    return "an object in memory"
