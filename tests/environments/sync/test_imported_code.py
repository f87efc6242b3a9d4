"""A worker imports what the kernel imports: another folder, no search path of the kernel, real processes."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from jupyter_pipeline.environments.sync import import_check, synchronize
from jupyter_pipeline.environments.sync.synchronize import diff_environment, sync_environment
from jupyter_pipeline.models import SyncReport

Write = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a client of a cluster whose worker shares neither search path nor folder with this process."""
    folder = tmp_path_factory.mktemp("worker")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with LocalCluster(n_workers=0, dashboard_address=":0") as cluster, Client(cluster) as client:
        command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address]
        options = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory", str(folder)]
        worker = subprocess.Popen([*command, *options], cwd=folder, env=environment)
        try:
            client.wait_for_workers(1, timeout=60)
            yield client
        finally:
            worker.terminate()
            worker.wait(20)


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty folder of a kernel whose search path has nothing but installed packages."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p.startswith((sys.prefix, sys.base_prefix))])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    loaded = set(sys.modules)
    yield folder
    for name in set(sys.modules) - loaded:
        del sys.modules[name]
    importlib.invalidate_caches()


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    importlib.invalidate_caches()
    return folder


def sync(client: Client) -> SyncReport:
    """Sync, and check that the worker would import all that this process has imported."""
    report = sync_environment(client, packages=False)
    assert report.remaining == ()
    return report


def evaluate(client: Client, dotted: str) -> object:
    """Return ``MODULE.NAME`` of the worker, or its error."""

    def evaluate() -> object:
        name, _, attribute = dotted.rpartition(".")
        try:
            return getattr(importlib.import_module(name), attribute)
        except Exception as error:
            return repr(error)

    [value] = client.run(evaluate).values()
    return value


def build_extension(folder: Path) -> str:
    """Put an extension module into `folder` and return its name."""
    compiled = Path(sysconfig.get_path("stdlib")) / "lib-dynload"
    found = [file for name in ("_heapq", "_bisect", "_json", "xxlimited") for file in compiled.glob(f"{name}.cpython*")]
    if not found:
        pytest.skip("This Python has no shared extension modules.")
    shutil.copy(found[0], folder)
    return found[0].name.partition(".")[0]


def test_an_extension_module_that_git_ignores_is_sent(kernel: Path, remote: Client, module: str) -> None:
    write(kernel, {".gitignore": "*.so\nbuild/\n", f"{module}/__init__.py": "x = 1"})
    name = build_extension(kernel / module)
    (kernel / module / f"{name}.cpython-26-x86_64-linux-gnu.so").write_text("of another Python")
    sys.path.insert(0, str(kernel))
    importlib.import_module(f"{module}.{name}")
    sync(remote)
    assert evaluate(remote, f"{module}.{name}.__name__") == f"{module}.{name}"
    sent = next(f for f in list_sent(remote, module) if f.endswith(".so"))
    assert "cpython-26" not in sent


def list_sent(client: Client, module: str) -> list[str]:
    def look() -> list[str]:
        [place] = importlib.import_module(module).__path__
        return sorted(os.listdir(place))  # noqa: PTH208

    [names] = client.run(look).values()
    return list(names)


@pytest.mark.parametrize("layout", ["", "src/"])
def test_a_generated_module_that_git_ignores_is_sent(layout: str, kernel: Path, remote: Client, module: str) -> None:
    code = {"__init__.py": "from ._version import x", "_version.py": "x = 5", "_unused.py": "x = 6"}
    write(kernel, {".gitignore": f"_version.py\n_unused.py\n{module}/data.csv\n", f"{layout}{module}/data.csv": "1"})
    write(kernel / layout / module, code)
    sys.path.insert(0, str(kernel / layout))
    importlib.import_module(module)
    report = sync(remote)
    assert evaluate(remote, f"{module}.x") == 5
    if not layout:  # an ignore file above the folder of the code is not read
        notes = "\n".join(report.notes)
        assert "_unused.py was left out: it is excluded by an ignore file" in notes
        assert "data.csv was left out" in notes


def test_a_package_that_git_ignores_as_a_whole_is_sent_with_its_data(kernel: Path, remote: Client, module: str) -> None:
    write(
        kernel,
        {".gitignore": "generated_*/\n", f"generated_{module}/a.py": "x = 1", f"generated_{module}/b.py": "x = 2"},
    )
    sys.path.insert(0, str(kernel))
    importlib.import_module(f"generated_{module}.a")
    sync(remote)
    assert evaluate(remote, f"generated_{module}.b.x") == 2


def test_a_versioned_file_that_matches_an_ignore_file_is_sent(kernel: Path, remote: Client, module: str) -> None:
    write(
        kernel,
        {".gitignore": "*.dat\n", f"{module}/__init__.py": "", f"{module}/kept.dat": "1", f"{module}/new.dat": ""},
    )
    subprocess.run(["git", "init", "-q", "."], cwd=kernel, check=True)
    subprocess.run(["git", "add", "-f", f"{module}/kept.dat"], cwd=kernel, check=True)
    sys.path.insert(0, str(kernel))
    importlib.import_module(module)
    sync(remote)
    assert [name for name in list_sent(remote, module) if name.endswith(".dat")] == ["kept.dat"]


def test_a_linked_module_keeps_its_name(kernel: Path, remote: Client, module: str) -> None:
    write(
        kernel.parent,
        {"shared/impl.py": "x = 7", "shared/folder/__init__.py": "x = 8", "shared/folder/sub.py": "x = 9"},
    )
    (kernel / f"{module}.py").symlink_to("../shared/impl.py")
    (kernel / f"{module}_package").symlink_to("../shared/folder")
    (kernel / f"{module}_self").symlink_to(f"{module}_self")
    (kernel / "up").symlink_to("..")
    sys.path.insert(0, str(kernel))
    importlib.import_module(module)
    importlib.import_module(f"{module}_package.sub")
    sync(remote)
    assert evaluate(remote, f"{module}.x") == 7
    assert evaluate(remote, f"{module}_package.sub.x") == 9


def test_modules_in_an_archive_are_sent(kernel: Path, remote: Client, module: str) -> None:
    for name, inside in (("used.zip", ""), ("unused.egg", "src/")):
        with zipfile.ZipFile(kernel.parent / name, "w") as archive:
            archive.writestr(f"{inside}{module}_{name[:-4]}.py", "x = 1")
    sys.path[:0] = [f"{kernel.parent}/used.zip", f"{kernel.parent}/unused.egg/src"]
    importlib.import_module(f"{module}_used")
    sync(remote)
    assert evaluate(remote, f"{module}_used.x") == 1
    assert evaluate(remote, f"{module}_unused.x") == 1
    with zipfile.ZipFile(kernel.parent / "used.zip", "w") as archive:
        archive.writestr(f"{module}_used.py", "x = 22")
    sync(remote)
    assert evaluate(remote, f"{module}_used.x") == 22


def test_modules_that_only_a_task_imports_are_sent(kernel: Path, remote: Client, module: str) -> None:
    write(kernel.parent / "library", {f"{module}/__init__.py": "x = 1", f"{module}_names/part.py": "x = 2"})
    write(kernel.parent / "library", {"json.py": "raise ImportError"})
    sys.path += ["/nowhere", str(kernel.parent / "library")]
    sync(remote)
    assert evaluate(remote, f"{module}.x") == 1
    assert evaluate(remote, f"{module}_names.part.x") == 2
    assert evaluate(remote, "json.__name__") == "json"


def test_a_large_folder_from_which_nothing_was_imported_is_named(kernel: Path, remote: Client, module: str) -> None:
    write(kernel.parent / "library", {f"{module}/__init__.py": ""})
    with (kernel.parent / "library" / module / "model.bin").open("wb") as file:
        file.truncate(60 * 2**20)
    sys.path.append(str(kernel.parent / "library"))
    [item] = [item for item in diff_environment(remote) if item.kernel == "not imported"]
    assert item.package == str(kernel.parent / "library" / module)
    report = sync(remote)
    assert any(module in note and "nothing was imported from it" in note for note in report.notes)


def test_a_plain_folder_that_only_a_function_imports_is_sent(kernel: Path, remote: Client, module: str) -> None:
    write(kernel, {f"{module}.py": f"def work():\n    from {module}_plain.part import x\n    return x\n"})
    write(kernel, {f"{module}_plain/part.py": "x = 3", f"{module}_docs/conf.py": "x = 1"})
    sys.path.insert(0, str(kernel))
    importlib.import_module(module)
    sync(remote)
    assert evaluate(remote, f"{module}_plain.part.x") == 3
    assert "ModuleNotFoundError" in str(evaluate(remote, f"{module}_docs.conf.x"))
    write(kernel, {f"{module}_loader.py": "def load(name):\n    return __import__(name)\n"})
    [item] = [item for item in diff_environment(remote) if item.kernel == "not imported"]
    assert item.package == str(kernel / f"{module}_docs")
    assert "no code imports it by name" in item.reason


def test_a_second_folder_of_packages_is_not_sent(
    kernel: Path,
    remote: Client,
    module: str,
    make_wheel: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stack = kernel.parent / "stack"
    with zipfile.ZipFile(make_wheel(kernel.parent, "1.0", name=module)) as wheel:
        wheel.extractall(stack)
    write(stack, {f"{module}_loose.py": "x = 1"})
    sys.path.insert(0, str(stack))
    importlib.import_module(module)
    importlib.import_module(f"{module}_loose")
    with monkeypatch.context() as other_host:
        other_host.setattr(synchronize, "find_further_sites", lambda: {str(stack): ("other content", True)})
        assert module not in str(sync(remote).uploaded)
        assert "ModuleNotFoundError" in str(evaluate(remote, f"{module}.version"))
        assert evaluate(remote, f"{module}_loose.x") == 1
    sync(remote)
    assert evaluate(remote, f"{module}.__file__") == str(stack / module / "__init__.py")


def test_content_that_the_worker_reads_from_the_same_path_is_not_sent(
    kernel: Path, remote: Client, module: str
) -> None:
    write(kernel, {f"{module}/__init__.py": "x = 1"})
    (kernel / module / "table.bin").write_bytes(os.urandom(3 * 2**20))
    sys.path.insert(0, str(kernel))
    importlib.import_module(module)
    assert sum(record["bytes"] for record in sync(remote).uploaded) < 2**20
    assert "table.bin" in list_sent(remote, module)


def test_a_namespace_package_over_two_folders_is_one_on_the_worker(kernel: Path, remote: Client, module: str) -> None:
    for part in ("a", "b"):
        write(kernel.parent / part, {f"{module}/{part}/__init__.py": f"x = {part!r}"})
        sys.path.append(str(kernel.parent / part))
    importlib.import_module(f"{module}.a")
    sync(remote)
    assert [evaluate(remote, f"{module}.{part}.x") for part in ("a", "b")] == ["a", "b"]


def test_modules_that_an_import_hook_finds_elsewhere_get_their_names(kernel: Path, remote: Client, module: str) -> None:
    """Editable installs map a package to a folder of another name, or an extension module to a build folder."""
    write(kernel.parent, {"project/source/__init__.py": "x = 1", "project/source/lazy.py": "x = 2"})
    build = write(kernel.parent / "project" / "build" / "cp311", {"README": ""})
    name = build_extension(build)
    places = {module: kernel.parent / "project/source/__init__.py", f"{module}.{name}": next(build.glob("*.so"))}

    class Finder:
        @staticmethod
        def find_spec(fullname: str, path: object = None, target: object = None) -> object:
            place = places.get(fullname)
            if place is None:
                return None
            folders = [str(place.parent)] if place.name == "__init__.py" else None
            return importlib.util.spec_from_file_location(fullname, place, submodule_search_locations=folders)

    sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]
    importlib.import_module(f"{module}.{name}")
    sync(remote)
    assert evaluate(remote, f"{module}.lazy.x") == 2
    assert evaluate(remote, f"{module}.{name}.__name__") == f"{module}.{name}"


def test_modules_that_a_worker_would_not_import_are_named(kernel: Path, remote: Client, module: str) -> None:
    write(kernel, {f"{module}/__init__.py": "", f"{module}/a.py": "x = 1", f"{module}/b.py": "x = 1", "secret.so": ""})
    (kernel / module / "broken.so").write_text("of another platform")
    broken = importlib.util.spec_from_loader(f"{module}.broken", None, origin=str(kernel / module / "broken.so"))
    assert broken is not None
    sys.path.insert(0, str(kernel))
    for name in ("a", "b"):
        importlib.import_module(f"{module}.{name}")
    sys.modules[broken.name] = importlib.util.module_from_spec(broken)
    sys.modules[broken.name].__file__ = broken.origin
    [item] = [item for item in diff_environment(remote) if item.kernel == "imported"]
    assert item.package == f"{module}, {module}.a, {module}.b and 1 more"
    assert (item.kernel, item.reason) == ("imported", "cannot be found; %cluster sync sends it")
    report = sync_environment(remote, packages=False, options={"exclude": ["b.py"]})
    found = {item.package: item.reason for item in report.remaining}
    assert found[f"{module}.b"] == "cannot be found: it is imported here, and the option exclude names it"
    assert found[f"{module}.broken"].startswith("cannot be loaded: ")
    assert len(found) == 2


def test_the_check_runs_no_module(kernel: Path, remote: Client, module: str) -> None:
    """A module whose import takes long or has side effects."""
    effect = "import time\nwith open('effect', 'a') as file:\n    file.write('x')\ntime.sleep(0.2)\n"
    write(kernel, {f"{module}/__init__.py": effect, f"{module}/a.py": effect})
    sys.path.insert(0, str(kernel))
    importlib.import_module(f"{module}.a")
    started = time.perf_counter()
    sync(remote)
    assert remote.run(lambda: module in sys.modules) == dict.fromkeys(remote.run(int), False)
    assert (kernel / "effect").read_text() == "xx"
    assert time.perf_counter() - started < 10


def test_a_module_that_changed_after_its_import_is_named(
    kernel: Path, remote: Client, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    write(kernel, {f"{module}.py": "x = 1"})
    sys.path.insert(0, str(kernel))
    loaded = importlib.import_module(module)
    sync(remote)
    write(kernel, {f"{module}.py": "x = 22"})
    [item] = sync_environment(remote, packages=False).remaining
    assert (item.package, item.workers) == (module, ("new file",))
    assert evaluate(remote, f"{module}.x") == 22
    importlib.reload(loaded)
    sync(remote)


def test_a_module_that_was_copied_into_a_folder_of_packages_is_named(
    kernel: Path, remote: Client, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = write(kernel.parent / "site-packages", {f"{module}.py": "x = 1"})
    monkeypatch.setattr(import_check, "describe_environment", lambda _: {"identity": "another prefix"})
    sys.path.append(str(site))
    importlib.import_module(module)
    [item] = [item for item in sync_environment(remote).remaining if item.kernel == "imported"]
    assert item.package == module
    assert f"{site / module}.py belongs to no distribution" in item.reason
