"""Describe statements as a verb and its objects, for names of functions and first lines of docstrings.

1. A cell that writes a file is about writing it, and a cell that draws without a new value is about the drawing.
2. Other cells are about the last names that they assign, and the outermost call that computes them.
3. Literals, modules and private names describe a cell only if there is nothing else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Action", "find_action", "find_verbs"]

_VERBS = (
    (
        "load",
        r"read(_\w+)?|load(_\w+)?|open(_\w+)?|fetch(_\w+)?|download(_\w+)?|scan_\w+|urlopen|urlretrieve|get_dataset",
    ),
    ("query", r"sql|execute|query_df"),
    (
        "write",
        (
            r"to_(csv|parquet|sql|excel|json|pickle|feather|hdf|file|zarr|netcdf|html|gbq)"
            r"|write(_\w+)?|dump|save|save_(?!fig)\w+|savetxt|savez\w*|tofile|savemat"
        ),
    ),
    (
        "plot",
        (
            r"plot|hist|hist2d|scatter|bar|barh|boxplot|\w*plot|imshow|heatmap|savefig|save_?fig\w*|pie|contourf?"
            r"|subplots|plot_\w+|\w+_plot|figure|histogram|line|choropleth"
        ),
    ),
    ("fit", r"fit|train|fit_transform|minimize|curve_fit"),
    ("predict", r"predict\w*"),
    ("evaluate", r"score|evaluate|\w+_score|cross_val_score|classification_report|\w+_squared_error"),
    ("clean", r"dropna|fillna|drop_duplicates|clean\w*|interpolate"),
    ("merge", r"merge|join|concat|sjoin|union"),
    ("simulate", r"simulate\w*|odeint|solve_ivp"),
    ("split", r"train_test_split|random_split"),
    ("filter", r"filter"),
    ("get", r"get_\w+"),
)
_SHOWS = re.compile(r"print|pprint|display|show|head|tail|sample|describe|info")
_PLOT_MODULES = frozenset(["ax", "axes", "axs", "fig", "plt", "sns", "px", "go", "pyplot", "p", "figure", "chart"])
_DETAILS = frozenset([
    "astype", "collect", "compute", "copy", "head", "rename", "reset_index", "round", "set_index", "sort", "sort_index",
    "sort_values", "to_frame", "to_list", "to_numpy", "tolist",
])  # fmt: skip
_DRAWN_KEYWORDS = frozenset(["data", "data_frame", "x", "y", "df"])
_MODULES = {
    "np": "numpy",
    "os": "os",
    "pd": "pandas",
    "pl": "polars",
    "plt": "matplotlib",
    "random": "random",
    "sns": "seaborn",
    "sys": "sys",
    "torch": "torch",
    "tf": "tensorflow",
    "warnings": "warnings",
}
"""Usual names of modules."""
_SETTINGS = re.compile(r"set|set_\w+|use|filterwarnings|simplefilter|basicConfig|config|rc|reset_\w+|enable_\w+")
_MINOR = {
    "add": "extend",
    "append": "extend",
    "close": "close",
    "commit": "commit",
    "extend": "extend",
    "insert": "extend",
    "makedirs": "create",
    "mkdir": "create",
    "seed": "seed",
    "update": "update",
}
"""Verbs of methods that describe a cell only if there is nothing else."""


@dataclass(frozen=True, slots=True)
class Action:
    """A verb, its objects and the file that is written."""

    verb: str = ""
    """Empty if nothing in the statements suggests one."""
    objects: tuple[str, ...] = ()
    target: str = ""
    """Path of the written file, if it is a literal."""

    @property
    def name(self) -> str:
        """The action as the name of a function; empty if there is none."""
        return f"{self.verb} {self.objects[-1].lstrip('_')}" if self.objects else ""

    @property
    def sentence(self) -> str:
        """The action as a sentence with names in backquotes; empty if there is none."""
        names = [f"`{one}`" for one in self.objects]
        shown = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
        if not shown:
            return ""
        return f"{self.verb.capitalize()} {shown}{f' to `{self.target}`' if self.target else ''}."


def find_action(body: Sequence[ast.stmt], imported: Collection[str] = ()) -> Action:
    """Return the verb and the objects of statements; empty if nothing suggests them.

    Parameters
    ----------
    body : sequence of ast.stmt
        The statements.
    imported : collection of str
        Names of modules that other cells import.

    Examples
    --------
    >>> find_action(ast.parse("table = read_csv('a.csv')").body).sentence
    'Load `table`.'
    >>> find_action(ast.parse("total = sum(table.x); table.to_csv('b.csv')").body).sentence
    'Write `table` to `b.csv`.'
    """
    modules = {a.asname or a.name.partition(".")[0] for n in body if isinstance(n, ast.Import) for a in n.names}
    modules |= {*_MODULES, *imported}
    assigned: dict[str, str] = {}
    literals: dict[str, str] = {}
    done: list[Action] = []
    for node in _flatten(body):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [n for t in targets for n in _target_names(t) if not n.startswith("_") and n not in modules]
            is_literal = isinstance(node.value, ast.Constant)
            verb = _verb_of(node.value) if not isinstance(node, ast.AugAssign) else "compute"
            for name in names:
                (literals if is_literal else assigned).pop(name, None)
                (literals if is_literal else assigned)[name] = verb
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            action = _describe_call(node.value, modules)
            if action.objects:
                done.append(action)
    written = [a for a in done if a.verb == "write"]
    if written:
        objects = dict.fromkeys(name for a in written for name in a.objects)
        target = written[0].target if len(written) == 1 else ""
        return Action("write", tuple(objects)[-3:], target)
    plots = [a for a in done if a.verb == "plot"]
    drawn = {n for n, verb in assigned.items() if verb == "plot" or n in _PLOT_MODULES}
    values = [n for n in assigned if len(n) > 1 and n not in drawn] or [n for n in assigned if n not in drawn]
    if plots or drawn:
        plotted = [name for a in plots for name in a.objects if name not in _PLOT_MODULES and name not in modules]
        calls = [n.value for n in _flatten(body) if isinstance(n, ast.Expr) and _verb_of(n.value) == "plot"]
        used = {n.id for node in calls for n in ast.walk(node) if isinstance(n, ast.Name)}
        computed = [n for n in values if n in used]
        clear = [n for n in plotted if len(n) > 1] or computed[-1:] or plotted or values[-1:]
        return Action("plot", tuple(clear[-1:]))
    last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if isinstance(last, ast.Name) and last.id in values:
        return Action(assigned[last.id], (last.id,))
    if values:
        changed = next((a.verb for a in reversed(done) if a.objects[-1] == values[-1] and a.verb != "show"), "")
        return Action(changed or assigned[values[-1]], tuple(values[-1:]))
    others = [a for a in done if a.objects[0] not in modules]
    if others:
        return others[-1]
    if literals:
        return Action("set", tuple(n for n in literals if len(n) > 1)[-3:] or tuple(literals)[-3:])
    defined = [n.name for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    return Action("define", tuple(defined[-3:])) if defined else _describe_minor_calls(body)


def find_verbs(body: Sequence[ast.stmt]) -> set[str]:
    """Return the verbs of the calls in statements, outside of functions: ``load``, ``plot``, ``fit`` and so on."""
    found: set[str] = set()
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and (verb := _verb_of_call(node)):
            found.add(verb)
        pending += ast.iter_child_nodes(node)
    return found


def _describe_minor_calls(body: Sequence[ast.stmt]) -> Action:
    """Return the action of settings, and of calls that change an object."""
    for node in reversed([*_flatten(body)]):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            continue
        called, root = _called(node.value), _root_of(node.value.func)
        if called in _MINOR and root and root != called:
            return Action(_MINOR[called], (_MODULES.get(root, root),))
        if _SETTINGS.fullmatch(called) and root in _MODULES:
            return Action("configure", (_MODULES[root],))
    return Action()


def _flatten(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements, and those inside of ``with``, ``for``, ``if`` and ``try``."""
    for node in body:
        yield node
        if isinstance(node, ast.With | ast.For | ast.If | ast.Try | ast.While):
            yield from _flatten(node.body)


def _target_names(target: ast.expr) -> list[str]:
    """Return the names that a target binds, or whose element or attribute it sets."""
    if isinstance(target, ast.Tuple | ast.List):
        return [name for element in target.elts for name in _target_names(element)]
    root = _root_of(target)
    return [root] if root else []


def _describe_call(call: ast.Call, modules: set[str]) -> Action:
    """Return the action of a call whose result is discarded."""
    called = _called(call)
    if called in _MINOR:
        return Action()
    verb = _verb_of(call)
    root = "" if isinstance(call.func, ast.Name) else _root_of(call.func)
    is_function = not root or root in modules
    values = [_unwrap(a, modules) for a in (*call.args, *(k.value for k in call.keywords))]
    arguments = [name for a in values if (name := _root_of(a))]
    data = [*call.args, *(k.value for k in call.keywords if k.arg in _DRAWN_KEYWORDS)]
    if verb == "write":
        objects = [a for a in arguments if a not in modules] if is_function or root in _PLOT_MODULES else [root]
        paths = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if called in ("write_text", "write_bytes"):  # methods of the path
            objects = [a for a in arguments if a not in modules]
            paths = [text] if (text := _find_file_name(call.func)) else []
        return Action("write", (objects[0],) if objects else (), paths[0] if paths else "")
    if verb == "plot":
        plain = [
            n for a in data if not isinstance(a, ast.Call) or isinstance(a.func, ast.Attribute) if (n := _root_of(a))
        ]
        objects = [n for n in plain if n not in modules and n not in _PLOT_MODULES]
        own = [root] if root and root not in modules and root not in _PLOT_MODULES else []
        return Action("plot", tuple((own or objects or [root or called])[-1:]))
    if _SHOWS.fullmatch(called):
        inner = next((a for a in call.args if isinstance(a, ast.Call)), None)
        found = (
            _describe_call(inner, modules) if inner is not None and not _SHOWS.fullmatch(_called(inner)) else Action()
        )
        if found.objects and found.verb != "compute":
            return found
        names = ([root] if not is_function else []) + [a for a in arguments if a not in modules]
        return Action("show", tuple(names)) if len(set(names)) == 1 else Action()
    if verb != "compute":
        objects = arguments if is_function else [root]
        return Action(verb, tuple(objects[-1:]))
    return Action()


def _unwrap(value: ast.expr, modules: set[str]) -> ast.expr:
    """Return the first argument of a function of a module, as in ``json.dumps(items)``."""
    while isinstance(value, ast.Call) and value.args and _root_of(value.func) in modules:
        value = value.args[0]
    return value


def _find_file_name(function: ast.expr) -> str:
    """Return the last literal part of the path whose method is called, as in ``(folder / "a.json").write_text``."""
    path = function.value if isinstance(function, ast.Attribute) else function
    if isinstance(path, ast.Call) and len(path.args) == 1:
        path = path.args[0]
    path = path.right if isinstance(path, ast.BinOp) else path
    return path.value if isinstance(path, ast.Constant) and isinstance(path.value, str) else ""


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _verb_of(value: ast.expr) -> str:
    """Return ``load`` if an expression loads something, else the verb of its last call that is no detail."""
    calls = [_called(node) for node in ast.walk(value) if isinstance(node, ast.Call)]
    load = _VERBS[0]
    if any(re.fullmatch(load[1], called) for called in calls):
        return load[0]
    node: ast.AST = value
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Call) and _called(node) not in _DETAILS:
            return _verb_of_call(node) or "compute"
        node = node.func if isinstance(node, ast.Call) else node.value
    return "compute"


def _verb_of_call(call: ast.Call) -> str:
    return next((verb for verb, pattern in _VERBS if re.fullmatch(pattern, _called(call))), "")


def _root_of(value: ast.expr) -> str:
    node: ast.AST = value
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
