"""A real cluster of two worker processes for all tests of a module, and folders with code in them."""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib
import itertools
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
import uuid
import venv
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import waiting
from distributed import Client, LocalCluster
from waiting import wait_until

_NUMBERS = itertools.count()


@pytest.fixture(scope="session", autouse=True)
def _support_on_path() -> Iterator[None]:
    """Let workers in other processes import the helpers of the tests, whose functions they unpickle."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(waiting.__file__).parent), prepend=os.pathsep)
        yield


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as running:
        yield running


@pytest.fixture
def client(cluster: LocalCluster) -> Iterator[Client]:
    with Client(cluster) as connected:
        yield connected


@pytest.fixture
def module() -> str:
    """Return a module name that no other test uses: workers keep what they imported."""
    return f"module_{next(_NUMBERS)}_{uuid.uuid4().hex[:6]}"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Return a function that writes a file below a project folder, and returns that folder."""
    project = tmp_path / "project"
    path = list(sys.path)

    def write(name: str, text: str) -> Path:
        file = project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return project

    yield write
    sys.path[:] = path


@pytest.fixture
def value(client: Client) -> Callable[[str], list[object]]:
    """Return a function that evaluates ``MODULE.NAME`` in every worker, importing afresh what must be."""

    def value(dotted: str) -> list[object]:
        return list(client.run(_evaluate, dotted).values())

    return value


def _evaluate(dotted: str) -> object:
    import importlib

    name, _, attribute = dotted.rpartition(".")
    try:
        return getattr(importlib.import_module(name), attribute)
    except ImportError:
        return "absent"


@pytest.fixture(scope="session")
def make_wheel() -> Callable[..., Path]:
    """Return a function that writes a small wheel."""

    def make(folder: Path, version: str, *, name: str = "jpsample", tag: str = "py3-none-any", needs: str = "") -> Path:
        info = f"{name}-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        files = {
            f"{name}/__init__.py": f"version = {version!r}\n",
            f"{info}/METADATA": metadata + (f"Requires-Dist: {needs}\n" if needs else ""),
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
        }
        record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
        wheel = folder / f"{name}-{version}-{tag}.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, text in {**files, f"{info}/RECORD": record}.items():
                archive.writestr(path, text)
        return wheel

    return make


@pytest.fixture(scope="session")
def slow_source() -> Callable[..., str]:
    """Return a function that writes a project whose build takes a while and needs no index; it returns the URL."""

    def write(folder: Path, seconds: float) -> str:
        folder.mkdir()
        (folder / "pyproject.toml").write_text(
            '[project]\nname = "jpslow"\nversion = "1.0"\n'
            '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        )
        (folder / "backend.py").write_text(f"""
import time, zipfile
from pathlib import Path
def build_wheel(target, *_):
    with (Path(__file__).parent / "builds.log").open("a") as log:
        log.write("built\\n")
    time.sleep({seconds})
    files = {{
        "jpslow.py": "version = '1.0'",
        "jpslow-1.0.dist-info/METADATA": "Metadata-Version: 2.1\\nName: jpslow\\nVersion: 1.0\\n",
        "jpslow-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }}
    with zipfile.ZipFile(Path(target) / "jpslow-1.0-py3-none-any.whl", "w") as archive:
        for path, text in {{**files, "jpslow-1.0.dist-info/RECORD": ""}}.items():
            archive.writestr(path, text)
    return "jpslow-1.0-py3-none-any.whl"
""")
        return folder.as_uri()

    return write


@dataclass
class Index:
    """A package index on this host, and what it was asked."""

    folder: Path
    """Wheels in it are served below ``simple``; any other file as it is."""
    password: str
    address: str = ""
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Of the index, without credentials."""
        return f"http://{self.address}/simple"

    def private(self, reference: str) -> str:
        """Return the URL with what stands for user and password."""
        return f"http://{reference}@{self.address}/simple"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """A real index over HTTP; when it has a password, only the user ``me`` with it is served."""
    served = Index(folder=tmp_path / "index", password="")
    served.folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            wanted = base64.b64encode(f"me:{served.password}".encode()).decode()
            if served.password and self.headers.get("Authorization") != f"Basic {wanted}":
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="index"')
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif self.path.startswith("/simple/"):
                self.list_wheels(self.path.split("/")[2])
            else:
                time.sleep(served.delay)
                super().do_GET()

        def list_wheels(self, name: str) -> None:
            wheels = sorted(served.folder.glob(f"{name}-*.whl"))
            links = [
                f'<a href="/{w.name}#sha256={hashlib.sha256(w.read_bytes()).hexdigest()}">{w.name}</a>' for w in wheels
            ]
            body = f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()
            self.send_response(200 if wheels else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=served.folder)) as server:
        served.address = f"127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


@pytest.fixture
def kernel_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that installs a wheel where this process, the kernel of the test, imports from."""
    site = tmp_path / "kernel-site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    # The workers of a test share this host, but not the folders of the kernel's packages.
    monkeypatch.setattr("jupyter_pipeline.environments.sync.synchronize.find_further_sites", dict)

    def install(wheel: Path, *, from_index: bool = False) -> Path:
        shutil.rmtree(site)
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "pip", "install", "-q", "--target", site, "--no-deps", wheel], check=True)
        if from_index:
            for record in site.glob("*/direct_url.json"):
                record.unlink()
        importlib.invalidate_caches()
        return site

    return install


@pytest.fixture
def prefix(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that makes a virtual environment which has everything of this one and installs for itself."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        venv.create(folder, with_pip=False, symlinks=True)
        [site] = folder.glob("lib/python*/site-packages")
        (site / "all.pth").write_text(sysconfig.get_path("purelib"))
        return folder

    return make


@pytest.fixture
def start_worker() -> Iterator[Callable[..., None]]:
    """Return a function that starts a worker with the interpreter of a prefix, and waits for it."""
    started: list[subprocess.Popen[bytes]] = []

    def start(client: Client, prefix: Path, *, name: str, uv: bool = True, nanny: bool = True) -> None:
        path = os.pathsep.join([*([str(Path(sys.executable).parent)] if uv else []), "/usr/bin", "/bin"])
        command = [prefix / "bin" / "python", "-m", "distributed.cli.dask_worker", client.scheduler.address]
        options = ["--nthreads", "1", "--no-dashboard", "--name", name, "--nanny" if nanny else "--no-nanny"]
        scratch = ["--local-directory", str(prefix / "scratch")]
        started.append(subprocess.Popen([*command, *options, *scratch], env={**os.environ, "PATH": path}))
        wait_until(lambda: name in _worker_names(client), timeout=60, message=f"worker {name} joins")

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(20)


def _worker_names(client: Client) -> set[str]:
    return {worker["name"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("needs the right to mount")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)
