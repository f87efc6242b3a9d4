"""Find statements whose results change from run to run: random numbers, time, network, process.

The search is for calls by name, and follows names through the cells. It decides only how a difference is judged: a
difference in a stable statement is never excused.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["PROCESS", "TIME", "UNSEEDED", "CellStability", "find_instability", "has_seed"]

_GLOBAL_DRAWS = frozenset(
    [
        "rand",
        "randn",
        "randint",
        "random",
        "random_sample",
        "choice",
        "choices",
        "shuffle",
        "sample",
        "normal",
        "uniform",
        "permutation",
        "standard_normal",
        "binomial",
        "poisson",
        "exponential",
        "beta",
        "gamma",
        "gauss",
        "normalvariate",
        "randrange",
        "triangular",
        "multivariate_normal",
        "lognormal",
        "rand_like",
        "randn_like",
        "randperm",
    ]
)
_TAKES_SEED = frozenset(
    [
        "sample",
        "train_test_split",
        "KFold",
        "StratifiedKFold",
        "ShuffleSplit",
        "RandomForestClassifier",
        "RandomForestRegressor",
        "KMeans",
        "MLPClassifier",
        "MLPRegressor",
        "GradientBoostingClassifier",
        "GradientBoostingRegressor",
        "TSNE",
        "ExtraTreesClassifier",
        "ExtraTreesRegressor",
        "make_classification",
        "make_regression",
        "make_blobs",
        "make_moons",
        "rvs",
        "fit",
        "fit_transform",
    ]
)
_OWN_GENERATORS = frozenset({"default_rng", "RandomState", "Random", "SystemRandom", "Generator"})
_ALWAYS_RANDOM = frozenset({"uuid1", "uuid4", "urandom", "token_hex", "token_bytes", "token_urlsafe", "randbelow"})
_CLOCKS = frozenset(
    [
        "now",
        "today",
        "utcnow",
        "time",
        "time_ns",
        "perf_counter",
        "perf_counter_ns",
        "monotonic",
        "process_time",
        "localtime",
        "gmtime",
        "ctime",
        "default_timer",
        "strftime",
        "timeit",
    ]
)
_CLOCK_OWNERS = frozenset({"datetime", "date", "time", "Timestamp", "pd", "pandas", "timeit", "dt", "timer", ""})
_NETWORK = frozenset({"urlopen", "urlretrieve", "download"})
_NETWORK_OWNERS = frozenset({"requests", "httpx", "urllib", "aiohttp", "yf", "yfinance"})
_PROCESS = frozenset(
    [
        "getpid",
        "gethostname",
        "getuser",
        "getnode",
        "virtual_memory",
        "cpu_percent",
        "memory_info",
        "disk_usage",
        "gettempdir",
        "mkdtemp",
        "mkstemp",
        "NamedTemporaryFile",
        "TemporaryDirectory",
    ]
)
_SETS = frozenset({"set", "frozenset", "union", "intersection", "difference", "symmetric_difference"})
_SEEDS = frozenset({"seed", "set_seed", "manual_seed", "manual_seed_all", "seed_everything", "set_random_seed"})
_SEED_ARGUMENTS = frozenset({"random_state", "seed", "rng", "generator"})

RANDOM, UNSEEDED, TIME, NETWORK, PROCESS, SET = "random", "unseeded", "time", "network", "process", "set"
_WORDS = {
    RANDOM: "it depends on random numbers without a seed",
    UNSEEDED: "it depends on random numbers without a seed",
    TIME: "it depends on the time",
    PROCESS: "it depends on the process or the machine",
    SET: "the order of a set changes from run to run",
}


@dataclass(slots=True)
class CellStability:
    """Kinds of results of a cell that change from run to run."""

    text: set[str] = field(default_factory=set)
    value: set[str] = field(default_factory=set)
    picture: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)
    """Kinds by name that the cell binds."""
    measures_time: bool = False
    calls: bool = False
    """True if the cell calls a function, so that it may draw random numbers."""
    has_sets: bool = False
    """True if the order of a set may be in an output. This excuses a different order only."""
    reads_network: bool = False
    """True if data of the cell may come from the network. This excuses no difference."""

    def reasons(self, *, seeded: bool) -> dict[str, str]:
        """Return the reason by ``text``, ``value`` and ``picture``; draws after a seed are no reason."""
        parts = {"text": self.text, "value": self.value, "picture": self.picture}
        return {part: words for part, kinds in parts.items() if (words := describe(kinds, seeded=seeded))}


def describe(kinds: set[str], *, seeded: bool, order: bool = False) -> str:
    """Return the first kind in words; draws from a global generator are none after a seed.

    Parameters
    ----------
    kinds : set of str
        Kinds of results that change.
    seeded : bool
        True if a global generator gets a seed.
    order : bool, default False
        True to count the order of sets.
    """
    found = [kind for kind in (RANDOM, UNSEEDED, TIME, PROCESS, SET) if kind in kinds and (order or kind != SET)]
    return next((_WORDS[kind] for kind in found if not (kind == RANDOM and seeded)), "")


def has_seed(sources: Sequence[str]) -> bool:
    """Return True if a global random generator gets a seed."""
    for source in sources:
        for node in ast.walk(_parse(source)):
            if isinstance(node, ast.Call) and _name(node.func) in _SEEDS and (node.args or node.keywords):
                return True
    return False


def find_instability(sources: Mapping[int, str]) -> dict[int, CellStability]:
    """Return the stability of each cell.

    Parameters
    ----------
    sources : mapping of int to str
        Plain Python of the compiled cells by index.
    """
    tainted: dict[str, set[str]] = {}
    modules = {
        (alias.asname or alias.name).partition(".")[0]
        for source in sources.values()
        for node in ast.walk(_parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    found: dict[int, CellStability] = {}
    for cell, source in sorted(sources.items()):
        tree = _parse(source)
        stability = found[cell] = CellStability(calls=any(isinstance(node, ast.Call) for node in ast.walk(tree)))
        for statement in tree.body:
            kinds = _kinds(statement, tainted)
            for name in _bound_names(statement) - modules:
                if kinds:
                    tainted[name] = tainted.get(name, set()) | kinds
                elif isinstance(statement, ast.Assign | ast.AnnAssign):
                    tainted.pop(name, None)
                stability.names[name] = set(tainted.get(name, ()))
            if not kinds or isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            stability.reads_network = stability.reads_network or NETWORK in kinds
            stability.has_sets = stability.has_sets or SET in kinds
            stability.measures_time = stability.measures_time or TIME in kinds
            stability.text |= kinds
            if not _only_prints(statement):
                stability.picture |= kinds
            if statement is tree.body[-1]:
                stability.value |= kinds
    return found


def _kinds(statement: ast.stmt, tainted: Mapping[str, set[str]]) -> set[str]:
    kinds: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            kinds |= tainted.get(node.id, set())
        elif isinstance(node, ast.Set | ast.SetComp):
            kinds.add(SET)
        elif isinstance(node, ast.Call):
            kinds |= _kind_of_call(node)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.startswith(("http://", "https://"))
        ):
            kinds.add(NETWORK)
    return kinds


def _kind_of_call(node: ast.Call) -> set[str]:
    name, owner = _name(node.func), _owner(node.func)
    seeded = any(k.arg in _SEED_ARGUMENTS and not _is_none(k.value) for k in node.keywords)
    if name in _ALWAYS_RANDOM:
        return {UNSEEDED}
    if name in _OWN_GENERATORS:
        return set() if node.args or node.keywords else {UNSEEDED}
    if "random" in owner and name in _GLOBAL_DRAWS:
        return {RANDOM}
    if name in _TAKES_SEED and not seeded and name not in ("fit", "fit_transform"):
        return {RANDOM}
    if owner.endswith("torch") and name in _GLOBAL_DRAWS:
        return {RANDOM}
    if (
        name in _CLOCKS
        and owner.rpartition(".")[2] in _CLOCK_OWNERS
        and not (name == "strftime" and len(node.args) > 1)
    ):
        return {TIME} if not (name in ("time", "timeit") and owner == "") or not node.args else set()
    if name in _NETWORK or owner.partition(".")[0] in _NETWORK_OWNERS:
        return {NETWORK}
    if name in _SETS:
        return {SET}
    if name in _PROCESS or (owner == "" and name in ("id", "hash")):
        return {PROCESS}
    return set()


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _owner(function: ast.expr) -> str:
    return ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _bound_names(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds, or whose objects it may change."""
    names = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    targets: list[ast.expr] = [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)
    ]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        targets += [statement.value.func]  # a call in its arguments gives a value to it
    for target in targets:
        while isinstance(target, ast.Attribute | ast.Subscript):
            target = target.value
        if isinstance(target, ast.Name):
            names.add(target.id)
    return names


def _only_prints(statement: ast.stmt) -> bool:
    """Return True for a statement that cannot change a picture: text, or a time that a name gets."""
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Expr):
        return isinstance(value, ast.Call) and _name(value.func) in ("print", "info", "debug", "warning")
    if not isinstance(statement, ast.Assign) or value is None:
        return False
    kinds = [_kind_of_call(node) for node in ast.walk(value) if isinstance(node, ast.Call)]
    return bool(kinds) and all(each == {TIME} for each in kinds)


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])
