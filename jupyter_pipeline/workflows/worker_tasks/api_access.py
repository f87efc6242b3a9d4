"""Let steps on workers use the Prefect API of their run, without its credentials in an environment.

The credentials come with each call, over the encrypted connections of the cluster. They are environment variables only
while Prefect reads its settings. So neither ``/proc/PID/environ`` of a worker nor the programs that a step starts have
them.

The module is pickled by value, so that the cluster does not need this package. It imports the standard library.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["read_boot_id", "use_api"]

_SETTINGS = "prefect.context"
"""Module of Prefect that reads the settings of the process when it is imported."""
_PEER_CHECK = "jupyter_pipeline.orchestration.prefect_api.peer_check"


def read_boot_id() -> str:
    """Return an identifier of this host since its boot; empty where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def use_api(variables: Mapping[str, str], boot_id: str | None) -> None:
    """Let Prefect in this process use an API. Without the safe way to it, nothing changes.

    Parameters
    ----------
    variables : mapping
        Settings of Prefect, with the credentials.
    boot_id : str or None
        `read_boot_id` of the only host that reaches the API, if it listens on the loopback. Another user of another
        host may listen on the same port there.
    """
    if boot_id is not None:
        if boot_id != read_boot_id():
            return
        try:
            peer_check = importlib.import_module(_PEER_CHECK)
        except ImportError:
            return
        peer_check.install(variables)
    context = sys.modules.get(_SETTINGS)
    if context is None:
        sys.meta_path.insert(0, _SettingsFinder(variables))
    else:
        with _set_variables(variables):
            context.refresh_global_settings_context()


class _SettingsFinder(importlib.abc.MetaPathFinder):
    """Finder that sets variables while the module with Prefect's settings is imported."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the specification of the one module."""
        if fullname != _SETTINGS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            execute = loader.exec_module

            def execute_with_variables(module: ModuleType) -> None:
                with _set_variables(self.variables):
                    execute(module)

            loader.exec_module = execute_with_variables
        return spec


@contextlib.contextmanager
def _set_variables(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
