"""Sync of folders and packages beside distributed's own plugins: interleaved in one run, medians of five.

Run ``python tests/benchmarks/bench_environments.py [--quick]``; the last column says whether the aim is reached.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import logging
import os
import queue
import random
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster
from distributed.diagnostics.plugin import PipInstall, UploadDirectory
from tabulate import tabulate

from jupyter_pipeline.environments.capture.local_code import find_local_code
from jupyter_pipeline.environments.sync import synchronize
from jupyter_pipeline.environments.sync.import_check import check_imports
from jupyter_pipeline.environments.sync.session import get_session
from jupyter_pipeline.environments.sync.synchronize import diff_environment, sync_environment
from jupyter_pipeline.environments.sync.watcher import Watcher

WORKERS = 4
ROUNDS = 5
Row = tuple[str, str, str, str, str, str]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller folders")
    parser.add_argument("--only-packages", action="store_true", help="leave the folders out")
    parser.add_argument("--install", choices=["uv", "pip"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, help=f"how often each is measured; {ROUNDS} by default")
    options = parser.parse_args()
    quick = options.quick
    rounds = options.rounds or (2 if quick else ROUNDS)
    logging.disable(logging.ERROR)
    if options.install:
        measure_installs(options.folder, options.install, options.rounds)
        return
    with tempfile.TemporaryDirectory() as name, _cluster() as client:
        root = Path(name)
        big, small = root / "big", root / "small"
        show([*unchanged_rows(client, rounds), drift_row(client, rounds)])
        if not options.only_packages:
            show(folder_rows(client, small, files=200, size=10_000, rounds=rounds, aim=30))
            show(folder_rows(client, big, files=500 if quick else 5000, size=10_000, rounds=rounds, aim=100))
        show([watch_row(client, big, rounds)])
        show([check_row(client, root / "imported", rounds)])
    with tempfile.TemporaryDirectory() as name:
        show([row for tool in ("uv", "pip") for row in install_rows(Path(name) / tool, tool, rounds)])


def show(rows: list[Row]) -> None:
    """Print a part of the table as soon as it is measured."""
    headers = ["case", "peer", "peer s", "ours s", "ratio", "aim"]
    print(tabulate(rows, headers=headers, disable_numparse=True), end="\n\n", flush=True)


@contextlib.contextmanager
def _cluster() -> Iterator[Client]:
    with LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster) as c:
        yield c


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def row(case: str, peer: str, theirs: list[float], ours: list[float], aim: float, *, at_most: bool = False) -> Row:
    """Return a row: how many times faster than the peer, or, with `at_most`, how many times its cost."""
    a, b = statistics.median(theirs), statistics.median(ours)
    ratio = b / a if at_most else a / b
    reached = ratio <= aim if at_most else ratio >= aim
    word = "at most" if at_most else "at least"
    message = f"{word} {aim:g}{'' if reached else '  MISSED'}"
    return (case, peer, f"{a:.4f}", f"{b:.4f}", f"{ratio:.1f}", message)


def make_folder(folder: Path, files: int, size: int) -> None:
    """Write Python-like text into `files` files of `size` bytes in folders of fifty."""
    chance = random.Random(1)
    words = [f"name_{n}" for n in range(500)]
    for number in range(files):
        file = folder / f"package_{number // 50}" / f"module_{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = f"# {number}\n" + "".join(f"{chance.choice(words)} = {chance.random()}\n" for _ in range(size // 28))
        file.write_text(text[:size])


def folder_rows(client: Client, folder: Path, *, files: int, size: int, rounds: int, aim: float) -> list[Row]:
    """Measure a folder: first time, unchanged, one file changed."""
    make_folder(folder, files, size)
    what = f"{files} files, {files * size / 1e6:g} MB"
    upload: dict[str, list[float]] = {"first": [], "same": [], "edit": []}
    ours: dict[str, list[float]] = {"first": [], "same": [], "edit": []}
    floor, sent = [], []

    def ship(source: Path) -> Any:
        return sync_environment(client, directories=[source], packages=False)

    for turn in range(rounds):
        fresh = folder.parent / f"{folder.name}-{turn}"
        shutil.copytree(folder, fresh)
        upload["first"].append(timed(lambda f=fresh: client.register_plugin(UploadDirectory(f))))
        ours["first"].append(timed(lambda f=fresh: ship(f)))
        shutil.rmtree(fresh)
    ship(folder)
    for turn in range(rounds):
        upload["same"].append(timed(lambda: client.register_plugin(UploadDirectory(folder))))
        ours["same"].append(timed(lambda: ship(folder)))
        floor.append(timed(lambda: (_walk(folder), client.run_on_scheduler(int))))
        file = folder / "package_0" / "module_0.py"
        text = f"x = {turn}\n" * 100
        file.write_text(text)
        upload["edit"].append(timed(lambda: client.register_plugin(UploadDirectory(folder))))
        reports: list[Any] = []
        ours["edit"].append(timed(lambda r=reports: r.append(ship(folder))))
        sent.append(reports[0].uploaded[0]["bytes"] / len(zlib.compress(text.encode())))
    rows = [
        row(f"{what}, first time", "UploadDirectory", upload["first"], ours["first"], 1.5),
        row(f"{what}, unchanged", "UploadDirectory again", upload["same"], ours["same"], aim),
        row(f"{what}, unchanged", "stat walk + one round trip", floor, ours["same"], 1.5, at_most=True),
        row(f"{what}, one changed", "UploadDirectory again", upload["edit"], ours["edit"], aim),
    ]
    share = statistics.median(sent)
    message = "at most 1.2" + ("" if share <= 1.2 else "  MISSED")
    return [*rows, (f"{what}, bytes sent", "compressed change", "", "", f"{share:.2f}", message)]


def _walk(folder: Path) -> int:
    return sum(os.stat(f"{here}/{f}").st_size for here, _, files in os.walk(folder) for f in files)  # noqa: PTH116 - as quick as can be


def watch_row(client: Client, folder: Path, rounds: int) -> Row:
    """Measure the time from saving a file in a watched folder until all workers have it."""
    arrived: queue.Queue[float] = queue.Queue()
    watcher = Watcher(client, directories=[folder], report=lambda message: arrived.put(time.perf_counter()))
    seconds = []
    for turn in range(rounds):
        time.sleep(1.1 + 0.37 * turn % 0.3)  # at another moment between two looks each time
        saved = time.perf_counter()
        (folder / "package_0" / "module_1.py").write_text(f"y = {turn}\n")
        seconds.append(arrived.get(timeout=30) - saved)
    watcher.stop()
    return row("a saved file, watched", "one second", [1.0], seconds, 1, at_most=True)


def check_row(client: Client, folder: Path, rounds: int) -> Row:
    """Measure the check that a worker would import 100 modules of 10 kB."""
    make_folder(folder, files=100, size=10_000)
    sys.path.insert(0, str(folder))
    for number in range(100):
        importlib.import_module(f"package_{number // 50}.module_{number}")
    sync_environment(client, packages=False)
    session, code = get_session(client), find_local_code()
    seconds = []
    for _ in range(rounds * 3):
        begin = time.perf_counter()
        items, _ = check_imports(session, code, workers=None, is_synced=True, again=True)
        seconds.append(time.perf_counter() - begin)
        assert not items
    return row("imports of 100 modules checked", "20 ms", [0.02], seconds, 1, at_most=True)


def unchanged_rows(client: Client, rounds: int) -> list[Row]:
    """Measure packages that are as they should be."""
    name = "tabulate"
    client.register_plugin(PipInstall([name]))
    pip, ours, empty = [], [], []
    sync_environment(client, directories=[])
    for _ in range(rounds):
        pip.append(timed(lambda: client.register_plugin(PipInstall([name]))))
        ours.append(timed(lambda: sync_environment(client, directories=[])))
        empty.append(timed(lambda: client.run(int)))
    return [
        row("packages unchanged", "PipInstall again", pip, ours, 100),
        row("packages unchanged", "empty client.run", empty, ours, 5, at_most=True),
    ]


def drift_row(client: Client, rounds: int) -> Row:
    """Measure the comparison of all packages."""
    theirs, ours = [], []
    for _ in range(rounds * 3):
        theirs.append(timed(lambda: client.get_versions(check=True)))
        ours.append(timed(lambda: diff_environment(client)))
    return row("drift of all packages", "get_versions of ten", theirs, ours, 2.5, at_most=True)


def install_rows(folder: Path, tool: str, rounds: int) -> list[Row]:
    """Measure one changed package in a prefix that all workers share, in a process of its own.

    Both put the same wheel there. ``PipInstall`` is called as its documentation shows: pip resolves what the wheel
    needs and checks the whole prefix. A sync finds out what differs, and installs that alone: the kernel's environment
    is complete, so there is nothing to resolve. The second row asks both to resolve.
    """
    folder.mkdir(parents=True)
    prefix = folder / "prefix"
    venv.create(prefix, with_pip=False, symlinks=True)
    [site] = prefix.glob("lib/python*/site-packages")
    (site / "all.pth").write_text(sysconfig.get_path("purelib"))
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = [prefix / "bin" / "python", __file__, "--install", tool, "--folder", folder, "--rounds", str(rounds)]
    message = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
    theirs, changed, asked = json.loads(message.splitlines()[-1])
    aim = 10 if tool == "uv" else 3
    return [
        row(f"one package changed, {tool}", "PipInstall", theirs, changed, aim),
        row(f"one requirement of a profile, {tool}", "PipInstall", theirs, asked, 1),
    ]


def measure_installs(folder: Path, tool: str, rounds: int) -> None:
    """Print the seconds of each as JSON; runs with the interpreter of the prefix."""
    wheels = [make_wheel(folder, f"{n}.0") for n in range(3 * rounds + 1)]
    kernel = folder / "kernel"
    theirs, changed, asked = [], [], []
    synchronize.find_further_sites = dict  # type: ignore[assignment] # as on another host
    with _cluster() as client:
        sys.path.insert(0, str(kernel))

        def sync_wheel(wheel: Path) -> float:
            shutil.rmtree(kernel, ignore_errors=True)
            zipfile.ZipFile(wheel).extractall(kernel)
            return timed(lambda: sync_environment(client, directories=[], options={"installer": tool}))

        def ask_for(wheel: Path) -> float:
            shutil.rmtree(kernel, ignore_errors=True)
            options = {"pip_install": [str(wheel)], "installer": tool, "skip_packages": ["jpbench"]}
            return timed(lambda: sync_environment(client, directories=[], options=options))

        sync_wheel(wheels[-1])
        for turn in range(rounds):
            first, second, third = wheels[3 * turn : 3 * turn + 3]
            theirs.append(timed(lambda w=first: client.register_plugin(PipInstall([str(w)]))))
            changed.append(sync_wheel(second))
            asked.append(ask_for(third))
            assert set(client.run(_version).values()) == {third.name.split("-")[1]}
    print(json.dumps([theirs, changed, asked]), flush=True)
    os._exit(0)  # threads of Dask that are left may abort an interpreter that ends


def _version() -> str:
    from importlib.metadata import version

    return version("jpbench")


def make_wheel(folder: Path, version: str) -> Path:
    """Write a wheel with one module."""
    info = f"jpbench-{version}.dist-info"
    files = {
        "jpbench.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: jpbench\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    wheel = folder / f"jpbench-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": "".join(f"{p},,\n" for p in [*files, f"{info}/RECORD"])}.items():
            archive.writestr(path, text)
    return wheel


if __name__ == "__main__":
    main()
