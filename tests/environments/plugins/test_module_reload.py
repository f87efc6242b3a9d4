from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jupyter_pipeline.environments.plugins.module_reload import forget_modules, set_search_path

CODE = "/scratch/code"
Load = Callable[..., types.ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """Return a function that puts a module into ``sys.modules`` as if it had been imported from a file."""

    def load(name: str, file: str | None = None, **values: Any) -> types.ModuleType:
        module = types.ModuleType(name)
        if file:
            module.__file__ = file
        vars(module).update(values)
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return load


@pytest.fixture(autouse=True)
def path() -> Iterator[None]:
    before = list(sys.path)
    yield
    sys.path[:] = before


def test_a_changed_module_goes_with_its_package_and_with_what_holds_something_of_it(load: Load) -> None:
    base = load("zz_base", f"{CODE}/k/p/zz_base.py", value=1)
    load("zz_user", f"{CODE}/k/p/zz_user.py", held=base)
    load("zz_third", f"{CODE}/k/p/zz_third.py", held=sys.modules["zz_user"])
    load("zz_package", f"{CODE}/k/p/zz_package/__init__.py")
    load("zz_package.part", f"{CODE}/k/p/zz_package/part.py")
    load("zz_other", f"{CODE}/k/p/zz_other.py")
    changed = [f"{CODE}/k/p/zz_base.py", f"{CODE}/k/p/zz_package/part.py"]
    assert forget_modules(changed, CODE, ["zz_base", "zz_user", "zz_third", "zz_package", "zz_other"]) == []
    assert [name for name in sys.modules if name.startswith("zz_")] == ["zz_other"]


def test_a_module_from_elsewhere_goes_when_its_name_is_synced(load: Load) -> None:
    load("zz_elsewhere", "/usr/lib/zz_elsewhere.py")
    forget_modules([], CODE, ["zz_elsewhere"])
    assert "zz_elsewhere" not in sys.modules


def test_an_extension_module_is_reported_since_only_a_restart_loads_it_again(load: Load) -> None:
    load("zz_fast", f"{CODE}/k/p/zz_fast.so")
    assert forget_modules([f"{CODE}/k/p/zz_fast.so"], CODE, ["zz_fast"]) == ["zz_fast"]


def test_modules_that_the_process_needs_stay_loaded(load: Load) -> None:
    load("zz_dask", f"{CODE}/k/p/zz_dask.py")
    forget_modules([f"{CODE}/k/p/zz_dask.py"], CODE, ["zz_dask"], protect=["zz_dask"])
    assert "zz_dask" in sys.modules


def test_modules_and_values_that_raise_at_a_look_do_no_harm(load: Load) -> None:
    class Proxy:
        @property
        def __class__(self) -> Any:
            raise RuntimeError("outside of a request")

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("outside of a request")

    class Lazy(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            raise ImportError("not installed")

    load("zz_web", f"{CODE}/k/p/zz_web.py", request=Proxy())
    load("zz_base", f"{CODE}/k/p/zz_base.py")
    sys.modules["zz_lazy"] = Lazy("zz_lazy")
    try:
        forget_modules([f"{CODE}/k/p/zz_base.py"], CODE, ["zz_base", "zz_web"])
    finally:
        del sys.modules["zz_lazy"]
    assert "zz_base" not in sys.modules
    assert "zz_web" in sys.modules


@pytest.mark.parametrize("front", [True, False])
def test_the_search_path_has_the_synced_folders_once(front: bool) -> None:
    set_search_path([f"{CODE}/a", f"{CODE}/b"], CODE, front=front)
    set_search_path([f"{CODE}/b"], CODE, front=front)
    assert [p for p in sys.path if p.startswith(CODE)] == [f"{CODE}/b"]
    assert sys.path[0 if front else -1] == f"{CODE}/b"
