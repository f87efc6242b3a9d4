"""Steps as functions of Coiled, without machines."""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
from distributed import KilledWorker
from distributed.client import CancelledError
from waiting import wait_until

from jupyter_pipeline.clusters.backends import coiled_functions
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError, MissingDependencyError, UsageError
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
        def cluster(self) -> None:
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


def test_machines_stop_without_a_client_and_after_an_error_of_the_client(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed: list[str] = []

    class Machines:
        def close(self) -> None:
            closed.append("machines")

    class Client:
        status = "running"

        def close(self) -> None:
            raise OSError("connection lost")

    class Remote:
        cluster = Machines()
        connects = False

        @property
        def client(self) -> Client:
            if not self.connects:
                raise OSError("no connection")
            return Client()

        def submit(self, *, pure: bool) -> concurrent.futures.Future[int]:
            assert not pure
            done = concurrent.futures.Future[int]()
            done.set_result(1)
            return done

    remote = Remote()
    monkeypatch.setenv("DASK_COILED__TOKEN", "some-token")
    monkeypatch.setattr(coiled_functions, "make_function", lambda *args, **options: remote)
    with (
        pytest.raises(ClusterStartError, match="did not start: no connection"),
        StepFunctions(str(tmp_path / "flow.py")) as functions,
    ):
        functions(sorted)([1])
    assert closed == ["machines"]
    remote.connects = True
    with pytest.raises(OSError, match="connection lost"), StepFunctions(str(tmp_path / "flow.py")) as functions:
        assert functions(sorted)([1]) == 1
    assert closed == ["machines"] * 2


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (KilledWorker("call-1", object(), 4), "'sorted', a --function, ended the process of its machine each time"),
        (CancelledError("call-1"), "machines of the step 'sorted', a --function, ended while it ran"),
    ],
)
def test_lost_machines_name_the_step(
    error: Exception, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Remote:
        def map(self, items: list[int]) -> Iterator[int]:
            raise error

    monkeypatch.setattr(StepFunctions, "_start", lambda self, remote, step: None)
    monkeypatch.setattr(coiled_functions, "make_function", lambda *args, **options: Remote())
    with StepFunctions(str(tmp_path / "flow.py")) as functions, pytest.raises(ClusterError, match=message):
        functions.map(sorted, over="iterable")([1])


def test_an_interrupted_wait_for_the_configuration_leaves_it_usable() -> None:
    lock = step_clusters._Configuration()

    def interrupt(*_: object) -> None:
        raise TimeoutError

    lock._condition.wait_for = interrupt  # type: ignore[method-assign,assignment]
    with pytest.raises(TimeoutError), lock.change():
        pass
    del lock._condition.wait_for  # type: ignore[attr-defined]
    assert lock._changes == 0
    with lock.use():
        assert lock._users == 1
