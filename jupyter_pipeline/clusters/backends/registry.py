"""Find backends: built-in ones, and ones from other packages.

Every module of ``backends`` and ``backends.batch`` is searched for subclasses of `Backend` with `cluster_classes`.

Other packages publish subclasses of `Backend` in the entry-point group ``jupyter_pipeline.backends``. No function here
imports Dask.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import warnings
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points

from jupyter_pipeline.clusters.backends import batch
from jupyter_pipeline.clusters.backends.base import Backend
from jupyter_pipeline.models import Profile

__all__ = ["GROUP", "find_backend", "get_backend", "get_backend_class", "job_backends", "list_backends"]

GROUP = "jupyter_pipeline.backends"
"""Entry-point group of backends in other packages."""
_PACKAGE = "jupyter_pipeline.clusters.backends"


def get_backend(profile: Profile) -> Backend:
    """Return the backend of `profile`."""
    return get_backend_class(profile.cluster_class)(profile)


@functools.cache
def get_backend_class(cluster_class: str) -> type[Backend]:
    """Return the backend class for the cluster class at an import path, or `Backend` if no backend matches.

    Built-in backends come first, then the ones from other packages. A built-in backend also runs classes of the same
    name in a package that no backend names, such as ``mysite.LocalCluster``.
    """
    for backend in _builtin():
        if backend.matches(cluster_class, any_package=False):
            return backend
    for backend in (*_plugins(), *_builtin()):
        if backend.matches(cluster_class):
            return backend
    return Backend


def find_backend(name: str) -> Backend:
    """Return the backend called `name`, without a profile.

    Raises
    ------
    KeyError
        If there is no such backend.
    """
    for backend in list_backends():
        if backend.name == name:
            return backend()
    raise KeyError(name)


def list_backends() -> Iterator[type[Backend]]:
    """Yield the classes of all backends, the built-in ones first."""
    yield from _builtin()
    yield from _plugins()


def job_backends() -> list[Backend]:
    """Return the backends that can list all jobs of this user and whose commands are on the ``PATH``."""
    return [backend() for backend in list_backends() if backend.finds_all_jobs and backend.available()]


@functools.cache
def _builtin() -> tuple[type[Backend], ...]:
    found: list[type[Backend]] = []
    for name in [
        f"{package.__name__}.{module.name}"
        for package in (importlib.import_module(_PACKAGE), batch)
        for module in pkgutil.iter_modules(package.__path__)
    ]:
        module = importlib.import_module(name)
        defined = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Backend))
        found += [cls for cls in defined if cls.cluster_classes and cls.__module__.startswith(module.__name__)]
    return tuple(found)


@functools.cache
def _plugins() -> tuple[type[Backend], ...]:
    return tuple(backend for entry in entry_points(group=GROUP) if (backend := _load(entry)) is not None)


def _load(entry: EntryPoint) -> type[Backend] | None:
    try:
        backend = entry.load()
        if isinstance(backend, type) and issubclass(backend, Backend):
            return backend
        problem = f"{entry.value} is not a subclass of {_PACKAGE}.Backend"
    except Exception as error:  # noqa: BLE001 - third-party code
        problem = f"{type(error).__name__}: {error}"
    package = entry.dist.name if entry.dist else entry.module
    warnings.warn(
        f"The backend {entry.name!r} of {package} is ignored ({problem}). Update or uninstall {package}.", stacklevel=2
    )
    return None
