"""Find modules beside the notebook that a pipeline imports. They are deployed with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from jupyter_pipeline.exceptions import CompileError

__all__ = ["find_imports", "find_local_modules"]


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
        Text by path relative to `folder`: ``NAME.py``, or every ``.py`` file of the package ``NAME``.

    Raises
    ------
    CompileError
        If a module has the name of a generated file, is not UTF-8, or cannot be read.
    """
    found: dict[str, str] = {}
    waiting = {name for text in files.values() for name in find_imports(text)} - {Path(f).stem for f in files}
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for path in _files_of(name, folder):
            relative = path.relative_to(folder).as_posix()
            if relative in files:
                raise CompileError(f"{path} has the name of a generated file. Rename the module.")
            found[relative] = _read(path)
            waiting |= set(find_imports(found[relative])) - seen
    return found


def find_imports(text: str) -> Iterator[str]:
    """Yield the top-level package of each import in a file, imports inside functions included."""
    try:
        tree = ast.parse(text)
    except SyntaxError:  # it fails where it is imported, with its own message
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _files_of(name: str, folder: Path) -> list[Path]:
    package, module = folder / name, folder / f"{name}.py"
    if (package / "__init__.py").is_file():
        return sorted(p for p in package.rglob("*.py") if "__pycache__" not in p.parts)
    return [module] if module.is_file() else []


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CompileError(f"{path}, which the cell needs, cannot be read ({error}). Fix it, then deploy.") from error
