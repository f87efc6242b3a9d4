"""Calls of functions on the workers of a real cluster."""

from __future__ import annotations

import ctypes
import logging
import os
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import pytest
from distributed import Client, LocalCluster

from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.workflows.worker_results import Result, fetch
from jupyter_pipeline.workflows.worker_tasks.calls import WorkerCalls

STEPS = """
import logging, os, sqlite3, sys, time, warnings

def load(n):
    print("loading", n, end="!\\n")
    print("slow", file=sys.stderr)
    logging.getLogger("mine").warning("%s rows", n)
    return list(range(n))

def add(values, more):
    return sum(values) + more["x"] + sum(more["y"])

def where(*_):
    return os.getpid()

def many(n):
    for i in range(n):
        print(i)

def fail(path):
    try:
        open(path)
    except OSError as error:
        raise Strange(1, 2) from error

class Strange(Exception):
    def __init__(self, a, b):
        super().__init__(f"strange {a} {b}")

def connect():
    rows, conn = [1], sqlite3.connect(":memory:")
    return rows, conn

def run_once(folder, seconds):
    with open(os.path.join(folder, "times"), "a") as file:
        file.write(f"{os.getpid()}\\n")
    begin = time.monotonic()
    try:
        while time.monotonic() - begin < seconds:
            time.sleep(0.05)
    except BaseException as error:
        with open(os.path.join(folder, "interrupted"), "a") as file:
            file.write(type(error).__name__)
        raise
    return os.getpid()

async def wait():
    return os.path.basename(os.getcwd())
"""


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def calls(client: Client) -> Iterator[WorkerCalls]:
    client.wait_for_workers(2, timeout=60)
    calls = WorkerCalls(client)
    calls.start()
    yield calls
    calls.stop()


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the functions of a module that workers cannot import."""
    file = tmp_path_factory.mktemp("pipeline") / "steps.py"
    file.write_text(STEPS)
    namespace: dict[str, Any] = {"__name__": "__main__", "__file__": str(file)}
    exec(compile(STEPS, str(file), "exec"), namespace)
    return namespace


def run(calls: WorkerCalls, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return calls.call(function, arguments, named)


def test_results_are_references_that_later_calls_may_contain(calls: WorkerCalls, steps: dict[str, Any]) -> None:
    rows = run(calls, steps["load"], 4)
    assert isinstance(rows, Result)
    total = run(calls, steps["add"], rows, more={"x": rows.part(3), "y": [rows.value()[1], 1]})
    assert (rows.value(), fetch(total), fetch(7)) == ([0, 1, 2, 3], 11, 7)
    assert calls.items(rows) == [0, 1, 2, 3]
    large = run(calls, lambda: [bytes(2**20), bytes(2**20)])
    assert [len(part.value()) for part in calls.items(large)] == [2**20, 2**20]
    assert fetch(run(calls, steps["where"], bytes(2**21))) != os.getpid()


def test_each_worker_calls_the_function_before_once(client: Client, steps: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "before"

    def before() -> None:
        with file.open("a") as output:
            output.write(f"{os.getpid()}\n")

    calls = WorkerCalls(client, before)
    calls.start()
    try:
        used = {fetch(run(calls, steps["where"], number)) for number in range(4)}
    finally:
        calls.stop()
    assert sorted(file.read_text().split()) == sorted(map(str, used))


def test_a_scheduler_in_the_configuration_leaves_the_work_on_the_cluster(client: Client) -> None:
    def before() -> None:
        dask.config.set(scheduler="sync")

    calls = WorkerCalls(client, before)
    calls.start()
    try:
        held = run(calls, lambda: da.ones(4, chunks=2).persist())
        total = fetch(run(calls, lambda array: float(array.sum().compute()), held))
        again = fetch(run(calls, lambda: dask.config.get("scheduler", None)))
    finally:
        calls.stop()
    assert total == 4.0
    assert again in (None, "dask.distributed")  # the client of a worker sets the latter


def test_output_belongs_to_the_waiting_thread_and_comes_before_the_result(
    calls: WorkerCalls, steps: dict[str, Any], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    run(calls, steps["load"], 2)
    assert capsys.readouterr() == ("loading 2!\n", "slow\n")
    assert [(r.name, r.levelname, r.getMessage()) for r in caplog.records] == [("mine", "WARNING", "2 rows")]
    run(calls, steps["many"], 2000)
    assert capsys.readouterr().out.split() == [str(i) for i in range(2000)]


def test_an_exception_has_its_class_its_cause_and_its_line(calls: WorkerCalls, steps: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="strange 1 2") as caught:
        run(calls, steps["fail"], "/missing")
    assert type(caught.value).__name__ == "Strange"
    text = "".join(traceback.format_exception(caught.value))
    assert "FileNotFoundError" in text
    assert (
        f'File "{steps["__file__"]}", line {STEPS[: STEPS.index("raise Strange")].count(chr(10)) + 1}, in fail' in text
    )
    assert "raise Strange(1, 2) from error" in text
    assert "remote.py" not in text


def test_a_value_that_cannot_leave_its_worker_is_named(calls: WorkerCalls, steps: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"connect returns conn, a Connection that cannot be sent .*Use it in the same"):
        run(calls, steps["connect"])
    with pytest.raises(TypeError, match="Connection"):
        run(calls, steps["where"], sqlite3.connect(":memory:"))


def test_coroutines_and_relative_paths_are_those_of_the_flow(
    calls: WorkerCalls, steps: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert fetch(run(calls, steps["wait"])) == tmp_path.name


def test_an_exception_in_the_waiting_thread_interrupts_the_function(
    calls: WorkerCalls, steps: dict[str, Any], tmp_path: Path
) -> None:
    caught: list[BaseException] = []

    def wait() -> None:
        try:
            run(calls, steps["run_once"], str(tmp_path), 60)
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    wait_for(tmp_path / "times")
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeoutError))
    thread.join(30)
    wait_for(tmp_path / "interrupted")
    assert [type(error) for error in caught] == [TimeoutError]
    assert (tmp_path / "interrupted").read_text() == "KeyboardInterrupt"
    assert fetch(run(calls, steps["where"])) != os.getpid()


def test_a_function_whose_worker_ends_does_not_begin_again(
    calls: WorkerCalls, steps: dict[str, Any], tmp_path: Path
) -> None:
    def kill() -> None:
        wait_for(tmp_path / "times")
        os.kill(int((tmp_path / "times").read_text()), 9)

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(ClusterError, match=r"The worker tcp://127.0.0.1:\d+ ended while it ran run_once"):
        run(calls, steps["run_once"], str(tmp_path), 60)
    thread.join()
    calls.client.wait_for_workers(2, timeout=60)  # the scheduler has assigned the function again, if it ever does
    assert fetch(run(calls, steps["where"])) != os.getpid()
    assert len((tmp_path / "times").read_text().split()) == 1


def test_a_result_that_ended_with_its_worker_is_not_computed_again(
    calls: WorkerCalls, steps: dict[str, Any], tmp_path: Path
) -> None:
    first = run(calls, steps["run_once"], str(tmp_path), 0)
    os.kill(first.value(), 9)

    def use_until_lost() -> None:
        while True:  # the scheduler has not noticed it yet
            run(calls, steps["where"], first)
            time.sleep(0.1)

    with pytest.raises(ClusterError, match=r"The worker tcp://127.0.0.1:\d+ ended with the result of run_once"):
        use_until_lost()
    assert len((tmp_path / "times").read_text().split()) == 1


def wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists() and path.read_text():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path.name} was not written")


def test_large_collections_with_the_same_keys_stay_apart(calls: WorkerCalls) -> None:
    for letter in ("a", "b"):
        values: Any = ({"x": letter * 2**21, 1: [letter]}, [letter * 2**21, 3], (letter * 2**21,))
        for value in values:
            assert fetch(run(calls, lambda each: each, value)) == value
