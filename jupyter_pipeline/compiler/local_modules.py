"""Find modules beside the notebook that a pipeline imports. They are deployed with it."""

from __future__ import annotations

import ast
import importlib.machinery
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from jupyter_pipeline.exceptions import CompileError

__all__ = ["find_imports", "find_local_modules", "find_missing_data"]

_LARGEST = 1_000_000
"""Largest size in bytes of a data file that is deployed with its package."""


def find_local_modules(files: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the modules in `folder` that `files` import, directly or through each other.

    Parameters
    ----------
    files : mapping of str to str
        Text of the generated files by path.
    folder : Path
        Folder of the notebook, the first entry of its kernel's ``sys.path``.

    Returns
    -------
    dict of str to str
        Text by path relative to `folder`: ``NAME.py``, or the modules and text files of the package ``NAME``.

    Raises
    ------
    CompileError
        If a module has the name of a generated file, is not UTF-8, or cannot be read.
    """
    found: dict[str, str] = {}
    imported = {name: set(find_imports(text)) for name, text in files.items() if name.endswith(".py")}
    for name in imported.get("steps.py", ()):  # it cannot import itself, nor a generated file that imports it
        if name == "steps" or "steps" in imported.get(f"{name}.py", ()):
            _refuse_taken(f"{name}.py", name, folder)
    waiting = set().union(*imported.values()) - {PurePosixPath(f).parts[0].removesuffix(".py") for f in files}
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for path in _files_of(name, folder):
            relative = path.relative_to(folder).as_posix()
            if relative in files:
                _refuse_taken(relative, name, folder)
            if path.suffix == ".py":
                found[relative] = _read(path)
                waiting |= set(find_imports(found[relative])) - seen
            elif (text := _read_data(path)) is not None:
                found[relative] = text
    return found


def find_missing_data(modules: Mapping[str, str], folder: Path) -> list[str]:
    """Return the files of local packages that are not deployed with them, because they are large or not text."""
    packages = {PurePosixPath(name).parts[0] for name in modules if "/" in name}
    files = (path.relative_to(folder).as_posix() for name in packages for path in _files_of(name, folder))
    return sorted(set(files) - set(modules))


def find_imports(text: str, *, required: bool = False) -> Iterator[str]:
    """Yield the top-level package of each import in a file, imports inside functions included.

    Parameters
    ----------
    text : str
        Text of a Python file.
    required : bool, default False
        Omit imports inside ``try`` and ``if`` statements, which may be optional.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:  # it fails where it is imported, with its own message
        return
    optional = {
        id(inner)
        for node in (ast.walk(tree) if required else ())
        if isinstance(node, ast.Try | ast.If)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in optional:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _refuse_taken(relative: str, name: str, folder: Path) -> None:
    if any(_files_of(name, folder)):
        raise CompileError(f"{folder / relative} has the name of a generated file. Rename the module.")


def _files_of(name: str, folder: Path) -> list[Path]:
    package, module = folder / name, folder / f"{name}.py"
    if (package / "__init__.py").is_file() or (not module.is_file() and _is_namespace(name, folder)):
        return sorted(p for p in package.rglob("*") if p.is_file() and not _is_hidden(p.relative_to(package)))
    return [module] if module.is_file() else []


def _is_hidden(path: Path) -> bool:
    """Return True if a file, or a folder above it, is hidden or holds compiled modules."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _is_namespace(name: str, folder: Path) -> bool:
    """Return True if a folder without ``__init__.py`` is the package that an import of `name` finds.

    A package of another place that has an ``__init__.py`` comes before it.
    """
    if name in sys.stdlib_module_names or not any((folder / name).glob("**/*.py")):
        return False
    elsewhere = [path for path in sys.path if path and Path(path).absolute() != folder]
    spec = importlib.machinery.PathFinder.find_spec(name, elsewhere)
    return spec is None or spec.origin is None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CompileError(f"{path}, which the cell needs, cannot be read ({error}). Fix it, then deploy.") from error


def _read_data(path: Path) -> str | None:
    """Return the text of a data file of a package, or ``None`` if it is large or not text."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return text if "\0" not in text else None
