"""Split a slice into module-level statements and statements of steps.

1. Imports go to the top of the module, unless a name has several meanings or a step changes the process above them.
2. Functions, classes and constants stay at module level if they are cheap and unchanged. A statement that uses a name
   which a step assigns belongs to a step.
3. All other statements belong to steps.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from jupyter_pipeline.compiler.analysis.dynamic_names import binds_unseen_names
from jupyter_pipeline.compiler.analysis.library_models.registry import METHODS
from jupyter_pipeline.compiler.analysis.locations import ANY_FILE
from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.analysis.values import OBJECT, TABLE
from jupyter_pipeline.compiler.frontend.directives import StepSettings
from jupyter_pipeline.compiler.frontend.helpers import SHELL_FUNCTIONS
from jupyter_pipeline.compiler.frontend.plain import PlainCell
from jupyter_pipeline.compiler.graph.imports import find_late_star_imports, find_ordered_imports
from jupyter_pipeline.compiler.graph.mapping import ElementMapping
from jupyter_pipeline.compiler.graph.parameters import Parameter

__all__ = [
    "Step",
    "awaits",
    "find_ancestors",
    "find_assigned_names",
    "find_libraries",
    "find_mutated_names",
    "find_names_read",
    "find_returned_value",
    "has_last_value",
    "is_import",
    "is_look",
    "is_plot",
    "is_plot_assignment",
    "is_writer",
    "pass_parameters",
    "split_module_level",
]

_CHEAP_CALLS = {
    "Path",
    "timedelta",
    "date",
    "datetime",
    "Decimal",
    "Fraction",
    "frozenset",
    "tuple",
    "compile",
    "namedtuple",
    "TypeVar",
    "NewType",
    "Enum",
    "getLogger",
}
_SILENT = {
    "print",
    "display",
    "show",
    "clear_output",
    "plot",
    "savefig",
    "append",
    "close",
    "commit",
    "sort",
    "extend",
    "update",
    "add",
    *SHELL_FUNCTIONS,
}

_WRITERS = frozenset([
    "info", "makedirs", "mkdir", "save", "savetxt", "savez", "seed", "to_csv", "to_excel", "to_feather", "to_file",
    "to_hdf", "to_html", "to_json", "to_latex", "to_markdown", "to_netcdf", "to_parquet", "to_pickle", "to_sql",
    "to_string", "to_xml", "tofile", "write_csv", "write_html", "write_image", "write_json", "write_parquet",
])  # fmt: skip
"""Functions and methods that return nothing useful if they have a target."""
_TARGETS = frozenset(["con", "excel_writer", "fname", "file", "filename", "name", "path", "path_or_buf", "seed"])


@dataclass(slots=True, eq=False)
class Step:
    """One function of the module."""

    name: str
    """Name of the function in ``steps.py``."""
    cell: int
    """Zero-based index of its cell, or of the first of `cells`; negative for statements of other cells."""
    statements: list[Statement]
    """Statements of the step, in order."""
    cells: tuple[int, ...] = ()
    """Cells of a section or of a step of several cells, in order; empty for a step that is one cell."""
    kind: str = "step"
    """``step`` or ``check``."""
    parameters: list[Parameter] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    """Names of arguments that are results of earlier steps."""
    outputs: list[str] = field(default_factory=list)
    """Names of the returned values."""
    returns_last: bool = False
    """True if the value of the last expression is returned, after the names."""
    shows_last: bool = False
    """True if the value of the last expression is displayed."""
    decides: bool = False
    """True if a check asserts its last expression itself, because it returns names."""
    sources: dict[str, Step] = field(default_factory=dict)
    """Step of each input, by name."""
    after: list[Step] = field(default_factory=list)
    """Further steps that must finish first."""
    summary: str = ""
    """First line of the docstring."""
    summary_is_comment: bool = False
    """True if the summary is the first comment of the cell."""
    label: str = ""
    """Name of the step if it differs from the function's, because a local variable has it."""
    asynchronous: bool = False
    settings: StepSettings = field(default_factory=StepSettings)
    mapped: ElementMapping | None = None
    """Mapping of a step that runs once for each element of a list."""
    draws: frozenset[int] = frozenset()
    """Numbers of the statements before which the figures are drawn and closed, as Jupyter does."""
    draws_last: bool = False
    """True if the figures are drawn and closed at the end of the step."""
    closes: frozenset[int] = frozenset()
    """Numbers of the statements before which the figures are closed, as Jupyter does."""
    shares: bool = False
    """True if several steps on the run's cluster may read its Dask collections."""
    profile: str = ""
    """Profile of its own cluster; empty for the run's cluster, or for the flow's process without one."""
    function: bool = False
    """True if the step is a function of Coiled, on machines of its own."""
    region: str = ""
    """Region of these machines."""

    @property
    def task_name(self) -> str:
        """Name of the step in the orchestrator."""
        return self.label or self.name


def find_returned_value(step: Step) -> ast.expr | None:
    """Return the expression that a step returns in place of a local variable with the step's own name, or ``None``."""
    own = step.statements
    if own and step.returns_last and isinstance(own[-1].node, ast.Expr):
        shown = own[-1].node.value
        if not isinstance(shown, ast.Name) or shown.id != step.name or step.outputs:
            return None
        own = own[:-1]
    elif step.outputs != [step.name] or step.returns_last or step.shows_last:
        return None
    if not own or step.cells or step.shares or step.mapped is not None or step.cell < 0 or own[-1].cell != step.cell:
        return None
    if step.draws_last:
        return None
    node = own[-1].node
    if not isinstance(node, ast.Assign) or [ast.unparse(t) for t in node.targets] != [step.name]:
        return None
    others = {name for s in own[:-1] for name in s.bound | s.read | s.deferred} | own[-1].read | {*step.inputs}
    return None if step.name in others else node.value


def split_module_level(
    sliced: SlicedProgram, parameters: Sequence[Parameter], *, targets: Collection[int]
) -> tuple[list[Statement], list[Statement], list[Statement]]:
    """Return the imports, the other module-level statements, and the statements of steps.

    Parameters
    ----------
    sliced : SlicedProgram
        The slice.
    parameters : sequence of Parameter
        Parameters; the statements that assign them are removed.
    targets : collection of int
        Cells of which only the imports may be at module level.
    """
    removed = {p.statement for p in parameters}
    rest = [s for s in sliced.statements if s.number not in removed]
    binders: dict[str, set[str]] = {}
    for s in rest:
        for name in s.bound | s.assigned:
            binders.setdefault(name, set()).add(ast.dump(s.node) if is_import(s.node) else str(s.number))
    inner = {name for name, by in binders.items() if len(by) > 1} | {p.name for p in parameters}
    level: dict[int, Statement] = {}
    for s in rest:
        is_target = s.cell in targets
        if is_import(s.node) or (not s.changed and not is_target and _is_cheap(s.node)):
            level[s.number] = s
    for number, changes in find_ordered_imports(rest, level).items():
        level.pop(number).needs |= changes
    for number in find_late_star_imports(rest, level):
        del level[number]
    touched = True
    while touched:
        touched = False
        for s in rest:
            if s.number not in level:
                new = s.bound - inner
                inner |= new
                touched = touched or bool(new)
        writers = sum(1 << s.number for s in rest if s.number not in level and s.written)
        stepped = sum(1 << s.number for s in rest if s.number not in level and s.number not in removed)
        unseen = min(
            (s.number for s in rest if s.number not in level and binds_unseen_names(s)),
            default=rest[-1].number if rest else 0,
        )
        for s in list(level.values()):
            names = s.bound | s.read | s.deferred | s.assigned
            is_written = (
                is_import(s.node) and s.needs & writers and any(e.resource == ANY_FILE.resource for e in s.effects)
            )
            is_late = not is_import(s.node) and s.number > unseen
            if isinstance(s.node, ast.Assign | ast.AnnAssign) and s.needs & stepped:  # such as of a patched module
                is_late = True
            if names & inner or is_written or is_late:  # a step writes the imported module, or binds unseen names
                del level[s.number]
                touched = True
    imports = [s for s in level.values() if is_import(s.node)]
    helpers = [s for s in level.values() if not is_import(s.node)]
    return imports, helpers, [s for s in rest if s.number not in level]


def pass_parameters(step: Step, parameters: Sequence[Parameter]) -> None:
    """Set the parameters that a connected step reads, and whether it awaits."""
    read = {n for s in step.statements for n in s.read | s.deferred}
    names = {p.name for p in parameters}
    step.parameters = [p for p in parameters if p.name in read]
    step.inputs = [n for n in step.inputs if n not in names]
    step.asynchronous = any(awaits(s.node) for s in step.statements)


def find_ancestors(step: Step, steps: Sequence[Step]) -> list[Step]:
    """Return the transitive predecessors of `step`, in the order of `steps`."""
    found: set[int] = set()
    todo = [step]
    while todo:
        here = todo.pop()
        for before in (*here.sources.values(), *here.after):
            if id(before) not in found:
                found.add(id(before))
                todo.append(before)
    return [s for s in steps if id(s) in found]


def awaits(node: ast.AST) -> bool:
    """Return True if a statement awaits outside of functions."""
    pending = [node]  # not by recursion: a chain of `elif` is as deep as it is long
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Await | ast.AsyncFor | ast.AsyncWith) or getattr(one, "is_async", False):
            return True
        if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending += ast.iter_child_nodes(one)
    return False


def is_import(node: ast.stmt) -> bool:
    """Return True if the statement is an import."""
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_cheap(node: ast.stmt) -> bool:
    pending = [node]  # not by recursion: a chain of `elif` is as deep as it is long
    while pending:
        one = pending.pop()
        if is_import(one) or isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Pass):
            continue
        match one:
            case ast.Try():
                pending += [*one.body, *(s for h in one.handlers for s in h.body), *one.orelse]
                cheap = True
            case ast.If():
                pending += [*one.body, *one.orelse]
                cheap = _cheap_value(one.test)
            case ast.Assign():
                cheap = all(isinstance(t, ast.Name) for t in one.targets) and _cheap_value(one.value)
            case ast.AnnAssign():
                cheap = isinstance(one.target, ast.Name) and (one.value is None or _cheap_value(one.value))
            case _:
                cheap = type(one).__name__ == "TypeAlias"
        if not cheap:
            return False
    return True


def _cheap_value(node: ast.expr) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            name = part.func.attr if isinstance(part.func, ast.Attribute) else getattr(part.func, "id", "")
            if name not in _CHEAP_CALLS:
                return False
        elif isinstance(
            part, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr | ast.comprehension | ast.Subscript
        ):
            return False
    return True


def has_last_value(step_statements: Sequence[Statement], plain: PlainCell) -> bool:
    """Return True if the last statement is an expression with a useful value."""
    if not step_statements or not isinstance(step_statements[-1].node, ast.Expr):
        return False
    node = step_statements[-1].node
    after = plain.source.split("\n")[(node.end_lineno or 1) - 1].encode()[node.end_col_offset or 0 :].decode()
    if after.lstrip().startswith(";") or node.lineno in plain.commands:
        return False
    value = node.value
    if isinstance(value, ast.Constant):
        return False
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return name not in _SILENT and not is_writer(value)
    return True


def is_writer(call: ast.Call) -> bool:
    """Return True if a call only writes to its target, as ``table.to_csv(path)`` does."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _WRITERS and (bool(call.args) or any(k.arg in _TARGETS for k in call.keywords))


_LOOKS = frozenset(["head", "tail", "sample", "describe"])
_LOOKED_AT = frozenset(["shape", "dtypes", "dtype", "columns", "index", "size", "style", "ndim"])


def is_look(node: ast.stmt) -> bool:
    """Return True if a statement only shows a part of a value, such as ``table.head()`` or ``table.shape``."""
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    if isinstance(value, ast.Attribute):
        return value.attr in _LOOKED_AT and isinstance(value.value, ast.Name)
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _LOOKS


def is_plot(node: ast.stmt, modules: Mapping[str, str]) -> bool:
    """Return True if a statement draws on a figure, and its value only describes the drawing.

    Parameters
    ----------
    node : ast.stmt
        The statement.
    modules : mapping of str to str
        Import path of each imported name.
    """
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    names: list[str] = []
    part: ast.expr = node.value
    while isinstance(part, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(part, ast.Attribute):
            names.append(part.attr)
        part = part.func if isinstance(part, ast.Call) else part.value
    root = modules.get(part.id, "") if isinstance(part, ast.Name) else ""
    if root.startswith(("matplotlib.", "seaborn")):
        return True
    drawn = {"plot", "hist", "boxplot"} if "plotly" not in root and "altair" not in root else set()
    return bool(drawn & {*names[:2]}) and not root


def is_plot_assignment(node: ast.stmt, modules: Mapping[str, str]) -> bool:
    """Return True if a statement assigns axes or a figure of a drawing, as ``ax = table.plot()`` does."""
    return isinstance(node, ast.Assign) and is_plot(ast.Expr(node.value), modules)


def find_assigned_names(statements: Sequence[Statement]) -> list[str]:
    """Return the names that the last assignment binds or mutates."""
    for s in reversed(statements):
        node = s.node
        while isinstance(node, ast.With | ast.AsyncWith):
            node = node.body[-1]
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)} & s.bound
            return sorted({n for n in names if not n.startswith("_")} | find_mutated_names(node))
    return []


def find_mutated_names(node: ast.stmt) -> set[str]:
    """Return the names whose objects the statement mutates: by item, by attribute, by a discarded call."""
    found: set[str] = set()
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        targets = node.targets
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        if node.value.func.attr not in METHODS[TABLE].pure | METHODS[OBJECT].pure or any(
            k.arg == "inplace" for k in node.value.keywords
        ):
            targets = [node.value.func]
    elif isinstance(node, ast.For | ast.While | ast.If | ast.With):
        for child in [*node.body, *getattr(node, "orelse", ())]:
            found |= find_mutated_names(child)
    for target in targets:
        root: ast.expr = target
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if root is not target and isinstance(root, ast.Name):
            found.add(root.id)
    return found


def find_names_read(sources: Collection[str]) -> set[str]:
    """Return the names in `sources`; sources with syntax errors are ignored."""
    found: set[str] = set()
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        found |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return found


def find_libraries(sliced: SlicedProgram) -> frozenset[str]:
    """Return the top-level names of imported modules, imports inside functions included."""
    found = set()
    for s in sliced.statements:
        if "import" not in sliced.program.plain[s.cell].source:
            continue
        for node in ast.walk(s.node):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return frozenset(found)
