"""Every test has state folders of its own and none of the user's Prefect or Jupyter settings."""

from __future__ import annotations

import functools
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType, ModuleType

import pytest
import session

ONE_FOR_THE_MACHINE = {
    "backends": ("tests/backends/",),
    # Each would take the other's port while it starts anew.
    "service": (
        "tests/orchestration/",
        "tests/workflows/",
        "tests/notebooks/",
        "tests/magics/test_deploy.py",
        "tests/browser/test_deploy.py",
    ),
}
SHARED_SERVICE = {"live", "running_service", "service_state"}
"""Fixtures of a service that several files share."""


# Tests in these folders and modules, or with these fixtures, start services, clusters, shells or installers:
# `make test-fast` leaves them out.
SERVICE_FOLDERS = ("tests/backends/", "tests/browser/", "tests/notebooks/")
SERVICE_MODULES = {
    "test_batch_job", "test_command_line", "test_drift", "test_environments", "test_locked", "test_pinning",
    "test_private_indexes", "test_run_context", "test_standby", "test_weight", "test_wheels",
}  # fmt: skip
SERVICE_FIXTURES = {
    "client", "cluster", "kill_keeper", "live", "nothing_left", "running_service", "service_state", "shell", "started",
    "tagged_processes",
}  # fmt: skip
WATCHER = pytest.StashKey[subprocess.Popen[bytes]]()
TESTS = Path(__file__).parent


def check_service_names() -> None:
    """Raise `UsageError` if a name listed above has no folder, module or fixture."""
    files = list(TESTS.rglob("*.py"))
    fixtures = {
        name
        for file in files
        for name in re.findall(r"^@pytest\.fixture\b[^\n]*\n(?:@[^\n]*\n)*(?:async )?def (\w+)", file.read_text(), re.M)
    }
    missing = [
        *(folder for folder in SERVICE_FOLDERS if not (TESTS.parent / folder).is_dir()),
        *sorted(SERVICE_MODULES - {file.stem for file in files}),
        *sorted(SERVICE_FIXTURES - fixtures),
        *(p for paths in ONE_FOR_THE_MACHINE.values() for p in paths if not (TESTS.parent / p).exists()),
    ]
    if missing:
        raise pytest.UsageError(f"No folder, module or fixture of the tests has the name {', '.join(missing)}.")


def pytest_configure(config: pytest.Config) -> None:
    """Let a termination finalize the fixtures as an interrupt does, and watch over the session's processes."""
    signal.signal(signal.SIGTERM, _interrupt)
    if not hasattr(config, "workerinput"):  # the first process, not one of xdist's
        config.stash[WATCHER] = session.begin()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start services."""
    check_service_names()
    for item in items:
        if SHARED_SERVICE.intersection(getattr(item, "fixturenames", ())) and find_scope(item.nodeid) != "service":
            raise pytest.UsageError(f"{item.nodeid} uses the shared service: add its file to ONE_FOR_THE_MACHINE.")
        fixtures = SERVICE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
        if item.nodeid.startswith(SERVICE_FOLDERS) or item.path.stem in SERVICE_MODULES or fixtures:
            item.add_marker("service")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the session left running, and name it."""
    if watcher := config.stash.get(WATCHER, None):
        for command in session.end(watcher):
            print(f"\nA test left a process running: {command[:200]}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def find_scope(nodeid: str) -> str:
    """Return the name of the tests that run on the same worker of xdist as this one."""
    file = nodeid.split("::")[0]
    scope = next((one for one, paths in ONE_FOR_THE_MACHINE.items() if file.startswith(paths)), file)
    # The service's tests are the longest part, so its worker gets no other file of the workflows.
    if file.startswith("tests/workflows/") and not _names_shared_service(TESTS.parent / file):
        return file
    return scope


@functools.cache
def _names_shared_service(file: Path) -> bool:
    return re.search(rf"\b({'|'.join(SHARED_SERVICE)})\b", file.read_text()) is not None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Share the tests by files, so that fixtures of a module are made once, but for what is one for the machine."""
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class OneMachine(LoadScopeScheduling):  # type: ignore[misc]  # without types
        def _split_scope(self, nodeid: str) -> str:
            return find_scope(nodeid)

    return OneMachine(config, log)


@pytest.fixture(autouse=True)
def isolated_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point every folder that the product writes to into a temporary one, and return the state folder."""
    root = tmp_path_factory.mktemp("home")
    for name in [n for n in os.environ if n.startswith(("PREFECT_", "DASK_", "JUPYTER_PIPELINE_"))]:
        monkeypatch.delenv(name)
    for name, folder in {
        "JUPYTER_PIPELINE_STATE": "state",
        "PREFECT_HOME": "prefect",
        "JUPYTER_CONFIG_DIR": "jupyter-config",
        "JUPYTER_DATA_DIR": "jupyter-data",
        "IPYTHONDIR": "ipython",
        "DASK_CONFIG": "dask",
    }.items():
        (root / folder).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(root / folder))
    # A test session starts no standby keeper, even if a test imports the package's extension.
    monkeypatch.setenv("JUPYTER_PIPELINE_STANDBY", "0")
    yield root / "state"
    for stored in root.glob("state/hosts/*/runtime"):
        shutil.rmtree(stored.read_text().strip(), ignore_errors=True)


@pytest.fixture(autouse=True)
def own_interrupt_handler() -> Iterator[None]:
    """Give each test Python's handler of interrupts: importing dask_jobqueue installs one that ends the process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module", autouse=True)
def same_scheduler() -> Iterator[None]:
    """Restore the scheduler of Dask after a file of tests, and forget its clients: later tests would use them."""
    before = _read_setting()
    yield
    config, client = (sys.modules.get(name) for name in ("dask.config", "distributed.client"))  # not imported for this
    if config is not None and _read_setting() != before:
        config.set(scheduler=before)
    if client is not None:
        client._global_clients.clear()


def _read_setting() -> object:
    config = sys.modules.get("dask.config")
    return config and config.get("scheduler", None)


@pytest.fixture(autouse=True)
def own_modules(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide modules of the tests, and of earlier tests, from the search for local code: a user's kernel has none.

    Modules that the test imports from temporary folders are removed at its end.
    """
    from jupyter_pipeline.environments.capture import local_code

    earlier = dict(sys.modules)

    def list_modules() -> dict[str, ModuleType]:
        return {name: m for name, m in list(sys.modules.items()) if _is_installed(m) or is_of_test(name, m)}

    def is_of_test(name: str, module: ModuleType) -> bool:
        return earlier.get(name) is not module and not _is_below(module, TESTS)

    class OwnSearch(local_code._Search):
        def __init__(self, path: Sequence[str], here: Path) -> None:
            super().__init__([p for p in path if not Path(p).is_relative_to(TESTS)], here)

    monkeypatch.setattr(local_code, "list_modules", list_modules)
    monkeypatch.setattr(local_code, "_Search", OwnSearch)
    yield
    for name in sys.modules.keys() - earlier.keys():
        if _is_below(sys.modules[name], tmp_path_factory.getbasetemp()):
            del sys.modules[name]


def _is_installed(module: ModuleType) -> bool:
    return _is_below(module, sys.prefix, sys.base_prefix)


def _is_below(module: ModuleType, *folders: Path | str) -> bool:
    """Return True if the file of `module`, or the folder of a namespace package, is below one of `folders`."""
    names = getattr(module, "__dict__", {})  # a lazy module would be imported by another look
    place = names.get("__file__") or next(iter(names.get("__path__") or ()), "")
    return str(place).startswith(tuple(f"{folder}{os.sep}" for folder in folders))
