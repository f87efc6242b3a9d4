"""Backends on this machine, and one running cluster of each for the tests of a module."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import dask
import pytest
from waiting import wait_until

from jupyter_pipeline.clusters import attached, manager, profiles
from jupyter_pipeline.models import Profile

sys.path.insert(0, str(Path(__file__).parent.parent / "testbed"))

SMALL = {"cluster_kwargs.interface": "lo", "cluster_kwargs.memory": "500 MB"}
QUICK = ("local", "slurm", "lsf", "ssh", "vm", "gateway", "coiled")
HEAVY = ("moab", "sge", "pbs", "oar", "htcondor", "kubernetes", "cloud", "saturn")


@dataclass
class Bed:
    """A backend that runs here."""

    kind: str
    """Name of the built-in profile."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)

    def profile(self, **overrides: Any) -> Profile:
        """Return the profile for this machine, with further overrides (``__`` stands for a dot)."""
        more = {key.replace("__", "."): value for key, value in overrides.items()}
        return profiles.get_profile(self.kind, overrides={**self.overrides, **more})


def _local() -> Bed:
    return Bed("local")


def _slurm() -> Bed:
    import slurm

    return Bed("slurm", SMALL, slurm.start())


def _standin(system: str) -> Bed:
    import standin

    return Bed(system, SMALL, standin.start(system))


def _ssh() -> Bed:
    import ssh

    options = {"connect_options": ssh.start(), "worker_options": {"nthreads": 1}, "hosts": ["127.0.0.1"] * 3}
    return Bed("ssh", {f"cluster_kwargs.{key}": value for key, value in options.items()})


def _vm() -> Bed:
    import ssh

    options = {"connect_options": ssh.start(), "worker_options": {"nthreads": 1}, "host": "127.0.0.1"}
    return Bed("vm", {f"cluster_kwargs.{key}": value for key, value in options.items()})


def _gateway() -> Bed:
    import gateway

    auth = {"class": "basic", "username": "alice", "password": "${GATEWAY_PASSWORD}"}
    options = {**gateway.start(), "auth": auth}
    environ = {"GATEWAY_PASSWORD": gateway.PASSWORD}
    return Bed("gateway", {f"cluster_kwargs.{key}": value for key, value in options.items()}, environ)


def _coiled() -> Bed:
    import coiled_api

    # A software environment that exists: the client does not inspect each package of this host.
    return Bed("coiled", {"cluster_kwargs.software": "testbed"}, coiled_api.start())


def _kubernetes() -> Bed:
    import kubernetes_api

    options = {"security": {"tls": False, "insecure": True}, "cluster_kwargs.scheduler_service_type": "LoadBalancer"}
    return Bed("kubernetes", options, kubernetes_api.start())


def _cloud() -> Bed:
    import ec2_api

    with socket.create_server(("127.0.0.1", 0)) as probe:  # machines share this host, and with it port 8786
        port = probe.getsockname()[1]
    scheduler = {"port": port, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    return Bed("cloud", {**ec2_api.OVERRIDES, "cluster_kwargs.scheduler_options": scheduler}, ec2_api.start())


def _saturn() -> Bed:
    import saturn_api

    return Bed("saturn", {"security": {"tls": False, "insecure": True}}, saturn_api.start())


def _heavy(name: str) -> Bed:
    import importlib

    module = importlib.import_module(name)
    return Bed(name, {**SMALL, **module.OVERRIDES}, module.start())


STARTERS: dict[str, Callable[[], Bed]] = {
    "local": _local, "slurm": _slurm, "lsf": lambda: _standin("lsf"), "moab": lambda: _standin("moab"), "ssh": _ssh,
    "vm": _vm, "gateway": _gateway, "sge": lambda: _heavy("sge"), "pbs": lambda: _heavy("pbs"),
    "oar": lambda: _heavy("oar"), "htcondor": lambda: _heavy("htcondor"), "coiled": _coiled,
    "kubernetes": _kubernetes, "cloud": _cloud, "saturn": _saturn,
}  # fmt: skip


MODULES = {
    "vm": "ssh", "lsf": "standin", "moab": "standin", "coiled": "coiled_api", "kubernetes": "kubernetes_api",
    "cloud": "ec2_api", "saturn": "saturn_api",
}  # fmt: skip
"""Modules of the test bed whose name differs from the backend's."""


def start_bed(name: str) -> Bed:
    """Start the backend `name`, or skip the test with the reason."""
    module = MODULES.get(name, name)
    if name != "local":
        import importlib

        reason = getattr(importlib.import_module(module), "missing", str)()
        if reason:
            pytest.skip(f"{name}: {reason}")
        _remember(importlib.import_module(module), name)
    return STARTERS[name]()


_TO_STOP: dict[str, Callable[[], None]] = {}


def _remember(module: ModuleType, name: str) -> None:
    """Stop this daemon at the end of the session, unless it ran before."""
    if module.__name__ == "standin":
        _TO_STOP[name] = lambda: module.stop(name)
    elif module.__name__ not in _TO_STOP and not module.running():
        _TO_STOP[module.__name__] = module.stop


@pytest.fixture(scope="session", autouse=True)
def beds_stop() -> Iterator[None]:
    """Stop the daemons that the session has started."""
    yield
    for stop in reversed(_TO_STOP.values()):
        stop()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Return a state folder that the tests of a module share, because a cluster outlives a test here."""
    folder = Path(tempfile.mkdtemp(prefix="backends-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def shared_state(home: Path, isolated_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the module's state folder instead of the test's."""
    monkeypatch.setenv("JUPYTER_PIPELINE_STATE", str(home))


@dataclass
class Running:
    """A bed with a cluster of two workers."""

    bed: Bed
    cluster: attached.AttachedCluster


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that selects backends. The heavy ones install a batch system and are not run by default."""
    parser.addoption("--backends", default="quick", help="quick (default), all, or names separated by commas")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the other backends."""
    asked = config.getoption("--backends", "quick")
    names = set(QUICK) if asked == "quick" else set(asked.split(","))
    chosen, others = [], []
    for item in items:
        marks = {mark.args[0] for mark in item.iter_markers("backend") if mark.args}
        (chosen if asked == "all" or not marks or marks & names else others).append(item)
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = chosen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the backends of the tests that ran."""
    ran = {
        backend
        for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
        for backend in (*QUICK, *HEAVY)
        if report.when == "call" and "tests/backends" in report.nodeid
        if f"[{backend}]" in report.nodeid or f"/test_{backend}.py" in report.nodeid
    }
    if ran:
        terminalreporter.write_line(f"Backends that ran: {', '.join(sorted(ran))}")


BACKENDS = [pytest.param(name, marks=[pytest.mark.backend(name)]) for name in (*QUICK, *HEAVY)]


@pytest.fixture(scope="module", params=BACKENDS)
def running(request: pytest.FixtureRequest, home: Path) -> Iterator[Running]:
    """Start two workers on each backend and stop them after the module's tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PIPELINE_STATE", str(home))
        patch.chdir(home)  # the substitute for PBS writes the output of jobs to the working folder
        bed = start_bed(request.param)
        for name, value in bed.environ.items():
            patch.setenv(name, value)
        dask.config.refresh()  # it was read before the variables were set
        record = manager.start(bed.profile(), name=request.param, workers=2)
        cluster = attached.attach(record.name)
        try:
            yield Running(bed, cluster)
        finally:
            cluster.close()


@pytest.fixture
def bed_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Bed]:
    """Return a function that starts a backend and sets its variables for one test."""

    def start(name: str) -> Bed:
        bed = start_bed(name)
        for variable, value in bed.environ.items():
            monkeypatch.setenv(variable, value)
        dask.config.refresh()
        return bed

    return start


def eventually(condition: Callable[[], Any], what: str, timeout: float = 40.0) -> Any:
    """Wait until `condition` returns something true, and return it."""
    return wait_until(condition, timeout, what, 0.2)


@pytest.fixture(name="eventually")
def _eventually() -> Callable[..., Any]:
    return eventually
