"""Steps as functions of Coiled, without machines."""

from __future__ import annotations

import threading
from pathlib import Path

import dask
import pytest
from waiting import wait_until

from jupyter_pipeline.clusters.backends import coiled_functions
from jupyter_pipeline.exceptions import ClusterStartError, MissingDependencyError, UsageError
from jupyter_pipeline.runtime import StepFunctions
from jupyter_pipeline.workflows import step_clusters

pytest.importorskip("coiled")


@pytest.fixture(autouse=True)
def without_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the configuration of this user."""
    monkeypatch.setattr(dask.config, "paths", [])
    monkeypatch.setattr(dask.config, "config", {"kept": 1})


def test_a_function_without_credentials_or_package_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def convert() -> None:
        raise AssertionError

    with (
        StepFunctions(str(tmp_path / "flow.py")) as functions,
        pytest.raises(UsageError, match="'convert' is a --function of Coiled, which has no credentials here"),
    ):
        functions(convert)()
    monkeypatch.setenv("DASK_COILED__TOKEN", "some-token")
    coiled_functions.check_credentials("convert")
    assert dask.config.config == {"kept": 1}
    monkeypatch.setattr(coiled_functions, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="coiled is not installed"):
        coiled_functions.check_credentials("convert")


def test_machines_that_do_not_start_name_the_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Broken:
        @property
        def client(self) -> None:
            raise OSError("no quota")

    monkeypatch.setenv("DASK_COILED__TOKEN", "some-token")
    monkeypatch.setattr(coiled_functions, "make_function", lambda *args, **options: Broken())
    with (
        StepFunctions(str(tmp_path / "flow.py")) as functions,
        pytest.raises(ClusterStartError, match="machines of the step 'sorted', --function, did not start: no quota"),
    ):
        functions(sorted)([1])


def test_no_step_on_a_cluster_runs_while_machines_start() -> None:
    lock = step_clusters._Configuration()
    order: list[str] = []
    waiting = threading.Event()

    def change() -> None:
        waiting.set()
        with lock.change():
            order.append("change")

    def use() -> None:
        with lock.use():
            order.append("use")

    with lock.use():
        thread = threading.Thread(target=change)
        thread.start()
        assert waiting.wait(10)
        wait_until(lambda: lock._changes, 10, "the change that waits")
        late = threading.Thread(target=use)
        late.start()
        order.append("first")
    thread.join(10)
    late.join(10)
    assert order == ["first", "change", "use"]
