"""Steps on clusters of their own, and results that move between the clusters."""

from __future__ import annotations

import asyncio
import concurrent.futures
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import dask.array as da
import dask.dataframe as dd
import distributed
import numpy as np
import pandas as pd
import pytest
from distributed import get_worker

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError
from jupyter_pipeline.runtime import StepCluster, receive_results
from jupyter_pipeline.workflows import step_clusters
from jupyter_pipeline.workflows.worker_results import Result

PROFILE = (
    "profiles:\n  {name}:\n    extends: local\n    workers: 1\n    cluster_kwargs: {{threads_per_worker: {threads}}}\n"
)


class Near(StepCluster):
    """A cluster in threads of this process, which starts at once."""

    def connect(self, step: str) -> distributed.Client:
        if self._client is None:
            cluster = distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=":0", name=self.profile)
            self._client = distributed.Client(cluster, set_as_default=False)
        return self._client

    def close(self) -> None:
        if self._client is not None:
            cluster = self._client.cluster
            self._client.close()
            cluster.close()


@pytest.fixture
def two() -> Iterator[tuple[Near, Near]]:
    with Near("one", __file__) as one, Near("two", __file__) as two:
        yield one, two


def current() -> distributed.Client:
    return distributed.get_client()


def test_a_step_has_the_client_of_its_cluster_and_another_thread_has_none(two: tuple[Near, Near]) -> None:
    one, other = two
    assert one(current)() is one.connect("")
    assert other(current)() is other.connect("")
    inside, outside = threading.Event(), threading.Event()

    def compute() -> str:
        inside.set()
        assert outside.wait(10)
        return str(dask.delayed(lambda: distributed.get_worker().name)().compute())

    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = pool.submit(one(compute))
        assert inside.wait(10)
        assert dask.delayed(threading.current_thread)().compute() is not None  # in threads of this process
        with pytest.raises(ValueError, match="No global client"):
            receive_results(current)()
        outside.set()
        assert running.result(10) == "0"


def test_a_scheduler_in_the_configuration_leaves_the_work_on_the_cluster() -> None:
    def find_worker() -> str:
        return str(dask.delayed(lambda: distributed.get_worker().name)().compute())

    with dask.config.set(scheduler="sync"):
        with Near("one", __file__) as one:
            assert one(find_worker)() == "0"
        assert dask.config.get("scheduler") == "sync"


@pytest.mark.parametrize("kind", ["array", "frame", "list"])
def test_a_result_is_computed_once_and_moves_by_value(two: tuple[Near, Near], kind: str, tmp_path: Path) -> None:
    one, other = two

    def count(part: Any) -> Any:
        with (tmp_path / "computed").open("a") as file:
            file.write("x\n")
        return part

    def produce() -> Any:
        if kind == "frame":
            table = pd.DataFrame({"k": list("aabb"), "v": range(4)})
            return dd.from_pandas(table, npartitions=2).map_partitions(count, meta=table)
        array = da.from_delayed(dask.delayed(count)(np.ones(4)), (4,), float)
        return [array, "text"] if kind == "list" else array

    def reduce(made: Any) -> float:
        value = made[0] if kind == "list" else made.v if kind == "frame" else made
        assert dask.is_dask_collection(value)
        return float(value.sum().compute())

    made = one.persist(produce)()
    computed = (tmp_path / "computed").read_text()
    for reader in (one(reduce), other(reduce), receive_results(reduce)):
        assert reader(made) == (6 if kind == "frame" else 4)
    assert (tmp_path / "computed").read_text() == computed


def test_a_cluster_passes_its_results_by_reference(two: tuple[Near, Near]) -> None:
    one, _ = two
    made = one.persist(lambda: da.ones(4, chunks=2))()
    assert one(lambda made: made)(made) is made
    future = one.connect("").submit(sum, [1, 2])
    assert one(lambda future: future.result())(future) == 3


def test_a_large_result_is_refused_with_its_size(two: tuple[Near, Near], monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = two
    monkeypatch.setattr(step_clusters, "LARGEST", 1000)
    made = one.persist(lambda: da.arange(1000, chunks=500))()
    with pytest.raises(ClusterError, match=r"'made', Array, 7\.8 KiB on the cluster of the profile 'one'"):
        other(lambda made: made)(made)


class Model:
    def __init__(self, weights: Any) -> None:
        self.weights = weights


@pytest.mark.parametrize("inside", [lambda f: f, lambda f: [f], lambda f: Model(f), lambda f: {"m": Model([f])}])
def test_a_future_of_another_cluster_is_refused(two: tuple[Near, Near], inside: Any) -> None:
    one, other = two
    made = inside(one.connect("").submit(sum, [1, 2]))
    with pytest.raises(ClusterError, match="a Future of another cluster"):
        other(lambda made: made)(made)


@pytest.mark.parametrize(
    "make",
    [
        lambda: pd.DataFrame({"a": range(4)}),
        lambda: [dd.from_pandas(pd.DataFrame({"a": range(4)}), npartitions=2), {"n": da.ones(4)}],
        lambda: da.ones(4, chunks=2).persist(),
    ],
)
def test_a_result_on_workers_moves_by_value(two: tuple[Near, Near], make: Any) -> None:
    class Sent(Result):
        """A result that another process has."""

        def value(self) -> Any:
            return pickle.loads(pickle.dumps(super().value()))

    one, other = (each.connect("") for each in two)
    result = Sent(one.submit(make, pure=False), one, frozenset())
    moved = step_clusters.bring_result(result, other, "train", "table")
    in_flow = step_clusters.bring_result(result, None, "train", "table")
    one.close()
    flat = moved if isinstance(moved, list) else [moved]
    assert len(in_flow) == len(moved)
    assert other.submit(len, flat[0]).result() == 4 if isinstance(moved, pd.DataFrame) else len(flat[0]) == 4
    assert len(flat) == 1 or float(flat[1]["n"].sum().compute()) == 4


def test_a_result_whose_persisted_data_is_gone_is_refused(
    two: tuple[Near, Near], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_clusters, "_PATIENCE", 0.1)
    client = two[0].connect("")
    keys = da.ones(4, chunks=2).__dask_keys__()
    absent = da.Array({key: distributed.Future(key) for key in keys}, keys[0][0], ((2, 2),), float)
    result = Result(client.scatter(pickle.dumps(absent)), client, frozenset())
    monkeypatch.setattr(Result, "value", lambda result: pickle.loads(result.future.result()))
    with pytest.raises(ClusterError, match=r"'table', Array, whose persisted data the cluster of the profile 'one'"):
        step_clusters.bring_result(result, None, "train", "table")


def test_a_large_or_a_bound_result_on_workers_is_refused(
    two: tuple[Near, Near], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = two[0].connect("")
    bound = Result(client.submit(lambda: [get_worker().client.submit(sum, [1])], pure=False), client, frozenset())
    with pytest.raises(ClusterError, match="'train' reads 'total', a Future with a Future of another cluster"):
        step_clusters.bring_result(bound, None, "train", "total")
    monkeypatch.setattr(step_clusters, "LARGEST", 10)
    large = Result(client.submit(bytes, 100, pure=False), client, frozenset())
    with pytest.raises(ClusterError, match=r"reads 'data', a result, 100 B on the cluster of the profile 'one'"):
        step_clusters.bring_result(large, None, "train", "data")


def test_a_client_becomes_the_one_of_the_step(two: tuple[Near, Near]) -> None:
    one, other = two
    assert other(lambda client: client)(one.connect("")) is other.connect("")
    with pytest.raises(ClusterError, match="has no cluster"):
        receive_results(lambda client: client)(one.connect(""))


def test_an_error_in_lazy_work_belongs_to_its_step(two: tuple[Near, Near]) -> None:
    one, _ = two
    with pytest.raises(ZeroDivisionError):
        one.persist(lambda: dask.delayed(lambda: 1 / 0)())()


def test_a_step_that_awaits_has_its_client(two: tuple[Near, Near]) -> None:
    one, _ = two

    async def step(made: Any) -> float:
        await asyncio.sleep(0)
        return float(made.sum().compute())

    made = one.persist(lambda: da.ones(4))()
    assert asyncio.run(one(step)(made)) == 4


def test_a_cluster_closes_after_the_last_of_its_steps() -> None:
    closed = threading.Event()

    class Counted(StepCluster):
        def close(self) -> None:
            closed.set()

    futures = [concurrent.futures.Future[None]() for _ in range(3)]
    with Counted("p", __file__) as cluster:
        cluster.close_after(futures[0], futures[1:])  # a mapped step has a list of futures
        futures[0].set_result(None)
        futures[2].set_exception(ValueError())
        assert not closed.is_set()
        futures[1].set_result(None)
        assert closed.wait(10)


def test_clusters_of_profiles_start_side_by_side_with_the_size_of_their_steps(
    tmp_path: Path, isolated_state: Path
) -> None:
    (tmp_path / "profiles").mkdir()
    for name in ("one", "two"):
        (tmp_path / "profiles" / f"{name}.yaml").write_text(PROFILE.format(name=name, threads=1))
    flow = str(tmp_path / "flow.py")

    def threads() -> list[int]:
        return [worker["nthreads"] for worker in distributed.get_client().scheduler_info()["workers"].values()]

    with (
        StepCluster("one", flow) as one,
        StepCluster("two", flow, cpus=3) as two,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        results = [pool.submit(cluster(threads)) for cluster in (one, two, one)]
        assert [result.result(60) for result in results] == [[1], [3], [1]]
        assert sorted(record.profile for record in registry.list_records()) == ["one", "two"]
        one.close()
        assert [record.profile for record in registry.list_records()] == ["two"]
    assert registry.list_records() == []


def test_a_failed_start_names_the_step_and_the_profile(tmp_path: Path) -> None:
    def train() -> None:
        raise AssertionError

    with (
        StepCluster("absent", str(tmp_path / "flow.py")) as cluster,
        pytest.raises(ClusterStartError, match=r"step 'train', of its profile 'absent', did not start: No profile"),
    ):
        cluster(train)()


def test_messages_name_the_task_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.context import TaskRunContext

    monkeypatch.setattr(TaskRunContext, "get", lambda: SimpleNamespace(task=SimpleNamespace(name="features")))
    with Near("one", __file__) as one, pytest.raises(ClusterError, match="step 'features'"):
        receive_results(lambda client: client)(one.connect(""))


def test_a_thread_that_does_not_start_is_not_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    future: concurrent.futures.Future[int] = concurrent.futures.Future()
    with Near("one", __file__) as cluster:
        cluster.close_after(future)
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", fail)
            future.set_result(1)
