"""Sample objects of libraries and the arguments of their functions."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from library_facts.observation import Facts, observe

__all__ = ["Sample", "discover", "load_samples"]


@dataclass(frozen=True)
class Sample:
    """An object of a library, or a module, whose functions are called."""

    name: str
    """Name of the class or module in the models, such as ``pandas.DataFrame``."""
    receiver: str
    """Expression of the object."""
    setup: str
    """Statements that create the object and the arguments; they run before every call."""
    files: str = ""
    """Statements that write sample files into an empty working directory."""
    calls: str = ""
    """Arguments of functions: a line for each one, ``name: arguments``, with ``;;`` between alternatives.

    ``-`` reads an attribute, and an alternative that starts with ``=`` is a whole expression.
    """
    attempts: Sequence[str] = ("", "1", "'a'")
    """Arguments to try for the functions that `calls` does not list."""
    skipped: str = ""
    """Functions that are not called: they end the process, wait, or need a service."""
    requires: Sequence[str] = ()
    """Modules that must be installed."""
    _folders: list[Path] = field(default_factory=list, repr=False)

    @cached_property
    def arguments(self) -> dict[str, list[str]]:
        """Listed arguments by function."""
        found = {}
        for line in self.calls.strip().splitlines():
            name, _, text = line.strip().partition(":")
            if name:
                found[name] = [alternative.strip() for alternative in text.split(";;")]
        return found

    @cached_property
    def _setup_code(self) -> Any:
        return compile(self.setup, f"<{self.name}>", "exec")

    @cached_property
    def skipped_names(self) -> frozenset[str]:
        """Functions that are not called."""
        return frozenset(self.skipped.split())

    def find_object(self) -> Any:
        """Return the object."""
        namespace: dict[str, Any] = {}
        with contextlib.chdir(self._prepare_folder()):
            exec(self._setup_code, namespace)
            return eval(self.receiver, namespace)

    def public_names(self) -> list[str]:
        """Return the public attributes of the object."""
        found = self.find_object()
        names = [name for name in dir(found) if not name.startswith("_")]
        if inspect.ismodule(found):
            public = getattr(found, "__all__", None)
            names = [n for n in (public or names) if not inspect.ismodule(inspect.getattr_static(found, n, None))]
        return sorted(names)

    def run(self, name: str, *, one: bool = False) -> list[Facts]:
        """Return the facts of the calls of one function that have a value, or of one failed call.

        Parameters
        ----------
        name : str
            Name of the function.
        one : bool, default False
            Stop after the first attempt that has a value, for a function whose arguments are not listed.
        """
        if name in self.skipped_names:
            return []
        listed = self.arguments.get(name)
        found: list[Facts] = []
        failed: Facts | None = None
        for arguments in listed if listed is not None else self.attempts:
            target = f"{self.receiver}.{name}" if self.receiver else name
            if arguments.startswith("="):
                expression = arguments[1:].strip()
            else:
                expression = target if arguments == "-" else f"{target}({arguments})"
            facts = self.observe(expression)
            if facts.error:
                failed = facts if failed is None or listed is not None else failed
                if "object is not callable" in facts.error and not arguments:
                    facts = self.observe(target)
                    if not facts.error:
                        return [facts]
            else:
                found.append(facts)
                if one and listed is None:
                    break
        return found or ([failed] if failed else [])

    def observe(self, expression: str) -> Facts:
        """Run one expression in a folder with the sample files."""
        facts = observe(expression, self._setup_code, self._prepare_folder())
        if facts.writes:
            self._remove_folder()
        return facts

    def _prepare_folder(self) -> Path:
        if not self._folders:
            folder = Path(tempfile.mkdtemp(prefix="library-facts-")).resolve()
            if self.files:
                with contextlib.chdir(folder):
                    exec(compile(self.files, "<files>", "exec"), {})
            self._folders.append(folder)
        return self._folders[0]

    def _remove_folder(self) -> None:
        while self._folders:
            shutil.rmtree(self._folders.pop(), ignore_errors=True)


def discover(sample: Sample, names: Sequence[str] = ()) -> Iterator[tuple[str, list[Facts]]]:
    """Yield the facts of all public functions of a sample, or of `names`."""
    for name in names or sample.public_names():
        yield name, sample.run(name)


def load_samples() -> dict[str, Sample]:
    """Return all samples by name."""
    from library_facts import samples

    found: dict[str, Sample] = {}
    for module in pkgutil.iter_modules(samples.__path__):
        for sample in importlib.import_module(f"{samples.__name__}.{module.name}").SAMPLES:
            found[sample.name] = sample
    return found
