"""Infer the types of names for annotations and docstrings.

A type is known if an annotation, a literal, a builtin function, or the model of a library names one class. All other
names have no type: an annotation is exact, or there is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from jupyter_pipeline.compiler.analysis.library_models.registry import find_attribute, find_function, find_method
from jupyter_pipeline.compiler.analysis.values import TABLE, LibraryInstance

__all__ = ["TypeInference", "find_bindings", "find_imported_paths", "find_path", "qualify"]

_CLASSES = {
    "pandas.DataFrame": "pandas.DataFrame",
    "pandas.Series": "pandas.Series",
    "numpy.ndarray": "numpy.ndarray",
    "polars.DataFrame": "polars.DataFrame",
    "polars.LazyFrame": "polars.LazyFrame",
    "polars.Series": "polars.Series",
    "xarray.Dataset": "xarray.Dataset",
    "xarray.DataArray": "xarray.DataArray",
    "geopandas.GeoDataFrame": "geopandas.GeoDataFrame",
    "geopandas.GeoSeries": "geopandas.GeoSeries",
    "pyarrow.Table": "pyarrow.Table",
    "dask.DataFrame": "dask.dataframe.DataFrame",
    "matplotlib.Figure": "matplotlib.figure.Figure",
    "matplotlib.Axes": "matplotlib.axes.Axes",
}
"""Import path of each class of a library model that has a public name."""
_BUILTINS = {
    "len": "int",
    "sorted": "list",
    "str": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "list": "list",
    "dict": "dict",
    "set": "set",
    "tuple": "tuple",
    "repr": "str",
    "isinstance": "bool",
    "all": "bool",
    "any": "bool",
}
_PATHS = {public: path for path, public in _CLASSES.items()}


class TypeInference:
    """Types of the names of a program, statement by statement.

    Examples
    --------
    >>> types = TypeInference()
    >>> types.visit(ast.parse("import pandas as pd; table = pd.DataFrame(); n = len(table)").body)
    >>> types.names
    {'table': 'pandas.DataFrame', 'n': 'int'}
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        """Builtin name or import path of the class, by name."""
        self.imports: dict[str, str] = {}
        """Import path of each imported name."""
        self.inputs: dict[str, str] = {}
        """Types of the arguments of a function."""
        self._untyped: set[str] = set()

    def visit(self, statements: Iterable[ast.stmt]) -> None:
        """Add the names that `statements` bind."""
        for node in statements:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.imports |= find_imported_paths([node])
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self._bind(node.targets[0].id, self.type_of(node.value))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self._bind(node.target.id, self._annotated(node.annotation))
            else:
                for name in _bound(node):
                    self._bind(name, "")

    def _bind(self, name: str, type_: str) -> None:
        self.names.pop(name, None)
        self.imports.pop(name, None)
        self._untyped.add(name)
        if type_:
            self.names[name] = type_

    def _annotated(self, annotation: ast.expr) -> str:
        text = ast.unparse(annotation)
        if isinstance(annotation, ast.Name) and text in ("int", "float", "str", "bool", "list", "dict", "set", "tuple"):
            return text
        path = find_path(annotation, self.imports)
        return path if path in _PATHS else ""

    def type_of(self, value: ast.expr) -> str:
        """Return the builtin name or the import path of the class of an expression; empty if it is not known."""
        match value:
            case ast.Constant():
                known = value.value is not None and value.value is not Ellipsis
                return type(value.value).__name__ if known else ""
            case ast.JoinedStr():
                return "str"
            case ast.List() | ast.ListComp():
                return "list"
            case ast.Dict() | ast.DictComp():
                return "dict"
            case ast.Set() | ast.SetComp():
                return "set"
            case ast.Tuple():
                return "tuple"
            case ast.Name():
                return self.names.get(value.id, "")
            case ast.UnaryOp(op=ast.Not()):
                return "bool"
            case ast.Call():
                return self._result(value)
            case ast.Subscript(slice=ast.List() | ast.Compare()) if self.type_of(value.value) == "pandas.DataFrame":
                return "pandas.DataFrame"
            case ast.Attribute():
                owner = self._instance(self.type_of(value.value))
                found = find_attribute(owner, value.attr) if owner is not None else None
                return _public(found.type) if found is not None and not found.returns_own_class else ""
        return ""

    def _result(self, call: ast.Call) -> str:
        function = call.func
        if isinstance(function, ast.Name) and function.id not in self.imports:
            return "" if function.id in self._untyped else _BUILTINS.get(function.id, "")
        path = find_path(function, self.imports)
        if path in _PATHS:
            return path
        if path:
            model = find_function(path)
            return _public(model.type) if model is not None else ""
        if not isinstance(function, ast.Attribute):
            return ""
        receiver = self.type_of(function.value)
        owner = self._instance(receiver)
        if owner is None or any(k.arg in ("inplace", None) for k in call.keywords):
            return ""
        model = find_method(owner, function.attr)
        if model is None:
            return ""
        return receiver if model.returns_own_class else _public(model.type)

    def _instance(self, type_: str) -> LibraryInstance | None:
        path = _PATHS.get(type_)
        return LibraryInstance(path, TABLE) if path is not None else None


def find_imported_paths(statements: Iterable[ast.stmt]) -> dict[str, str]:
    """Return the import path of each name that a statement imports.

    Examples
    --------
    >>> find_imported_paths(ast.parse("import numpy as np, os.path; from a import b").body)
    {'np': 'numpy', 'os': 'os', 'b': 'a.b'}
    """
    found: dict[str, str] = {}
    for node in statements:
        if isinstance(node, ast.Import):
            for alias in node.names:
                path = alias.name if alias.asname else alias.name.partition(".")[0]
                found[alias.asname or path] = path
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def find_path(node: ast.expr, paths: Mapping[str, str]) -> str:
    """Return the import path of an expression; empty if it is no attribute of an imported name.

    Examples
    --------
    >>> find_path(ast.parse("np.linalg.norm", mode="eval").body, {"np": "numpy"})
    'numpy.linalg.norm'
    """
    if isinstance(node, ast.Name):
        return paths.get(node.id, "")
    if isinstance(node, ast.Attribute):
        base = find_path(node.value, paths)
        return f"{base}.{node.attr}" if base else ""
    return ""


def find_bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield each target of a statement with the expression that it gets, outside of nested functions and classes.

    Examples
    --------
    >>> [(ast.unparse(t), ast.unparse(v)) for t, v in find_bindings(ast.parse("a, b = open(f), 1; c: int = 2"))]
    [('a', 'open(f)'), ('b', '1'), ('c', '2')]
    """
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pair(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, node.context_expr
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from find_bindings(child)


def _pair(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the elements of a target with their expressions, or both as they are if these are not known."""
    several = ast.Tuple | ast.List
    if isinstance(target, several) and isinstance(value, several):
        is_starred = any(isinstance(each, ast.Starred) for each in [*target.elts, *value.elts])
        if len(target.elts) == len(value.elts) and not is_starred:
            for one, other in zip(target.elts, value.elts, strict=True):
                yield from _pair(one, other)
            return
    yield target, value


def _public(type_: object) -> str:
    return _CLASSES.get(type_.path, "") if isinstance(type_, LibraryInstance) else ""


def _bound(node: ast.stmt) -> set[str]:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store | ast.Del)}
    names |= {n.name for n in ast.walk(node) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    return names


def qualify(type_: str, imports: Mapping[str, str]) -> str:
    """Return a type as code with the imported names of a module; empty if it has no name there.

    Examples
    --------
    >>> qualify("pandas.DataFrame", {"pd": "pandas"}), qualify("pandas.DataFrame", {}), qualify("int", {})
    ('pd.DataFrame', '', 'int')
    """
    if "." not in type_:
        return type_
    for name, path in imports.items():
        if path == type_:
            return name
        if type_.startswith(f"{path}."):
            return name + type_[len(path) :]
    return ""
