"""Locked environments, built by the real installers from small wheels in a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import wait_until

from jupyter_pipeline.environments import locked
from jupyter_pipeline.environments.capture.environment import capture_environment
from jupyter_pipeline.environments.lock.pinning import lock_environment
from jupyter_pipeline.exceptions import SoftwareEnvironmentError

OWN = "-e file:///nowhere/jupyter_pipeline  # jupyter-pipeline==0"
"""With it, what runs need besides is not added: these tests need no index."""


def offline(folder: Path, *lines: str) -> str:
    return "\n".join(["--no-index", f"--find-links {folder}", OWN, *lines])


def ask(python: Path, code: str) -> str:
    done = subprocess.run([python, "-I", "-c", code], cwd="/", capture_output=True, text=True, check=True)
    return done.stdout.strip()


VERSION = "import jpsample; print(jpsample.version)"


@pytest.fixture(params=["uv", "pip"])
def installer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "pip":
        monkeypatch.setattr(locked, "find_uv", lambda: None)
    return str(request.param)


def test_later_installs_of_the_notebook_change_nothing(
    installer: str, kernel_site: Callable[..., Path], make_wheel: Callable[..., Path], tmp_path: Path
) -> None:
    old, new = make_wheel(tmp_path, "1.0"), make_wheel(tmp_path, "2.0")
    site = kernel_site(old, from_index=True)
    text = offline(tmp_path, lock_environment(capture_environment(directories=[site])))
    python = locked.ensure_interpreter(text)
    kernel_site(new, from_index=True)
    assert [d.version for d in capture_environment(directories=[site]).distributions] == ["2.0"]
    assert ask(python, VERSION) == "1.0"
    assert locked.ensure_interpreter(text) == python
    assert ask(python, "import jupyter_pipeline; print(jupyter_pipeline.__file__)").startswith(str(python.parents[1]))


def test_another_lock_has_another_environment(make_wheel: Callable[..., Path], tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        make_wheel(tmp_path, version)
    pythons = [locked.ensure_interpreter(offline(tmp_path, f"jpsample=={version}")) for version in ("1.0", "2.0")]
    assert [ask(python, VERSION) for python in pythons] == ["1.0", "2.0"]


def test_an_unavailable_package_reports_the_resolvers_reason_and_leaves_no_files(
    installer: str, make_wheel: Callable[..., Path], tmp_path: Path, isolated_state: Path
) -> None:
    make_wheel(tmp_path, "1.0")
    with pytest.raises(SoftwareEnvironmentError, match=r"(?s)partial environment was removed.*jpsample==3"):
        locked.ensure_interpreter(offline(tmp_path, "jpsample==3"))
    assert [p for p in (isolated_state / "environments").iterdir() if p.is_dir()] == []


def test_a_lock_of_another_python_is_refused() -> None:
    with pytest.raises(SoftwareEnvironmentError, match=r"Python 3\.8\.1"):
        locked.ensure_interpreter("# Python 3.8.1, linux-x86_64\nnumpy==1.24\n")


CHILD = """
import sys
from pathlib import Path
from jupyter_pipeline.environments import locked
print(locked.ensure_interpreter(Path(sys.argv[1]).read_text(), progress=lambda text: print(text, flush=True)))
"""


def start(text: str, folder: Path) -> subprocess.Popen[str]:
    (folder / "lock.txt").write_text(text)
    command = [sys.executable, "-c", CHILD, str(folder / "lock.txt")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_processes_that_want_it_at_once_build_it_once(slow_source: Callable[..., str], tmp_path: Path) -> None:
    text = offline(tmp_path, f"-e {slow_source(tmp_path / 'source', 2.0)}  # jpslow==1.0")
    children = [start(text, tmp_path) for _ in range(3)]
    answers = [child.communicate(timeout=60)[0].splitlines() for child in children]
    assert len({answer[-1] for answer in answers}) == 1
    assert sum("Creating an environment for the lock" in answer for answer in answers) == 1
    assert ask(Path(answers[0][-1]), "import jpslow; print(jpslow.version)") == "1.0"


def test_a_build_that_was_killed_leaves_nothing_that_is_used(
    slow_source: Callable[..., str], tmp_path: Path, isolated_state: Path
) -> None:
    source = f"-e {slow_source(tmp_path / 'source', 3.0)}  # jpslow==1.0"
    child = start(offline(tmp_path, source), tmp_path)
    wait_until((tmp_path / "source" / "builds.log").exists, timeout=60)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert not any(p.is_symlink() for p in (isolated_state / "environments").iterdir())
    (tmp_path / "source" / "builds.log").unlink()
    python = locked.ensure_interpreter(offline(tmp_path, source))
    assert ask(python, "import jpslow; print(jpslow.version)") == "1.0"
    locked.prune_environments()  # the installer of the process that was killed may have gone on
    folders = [p for p in (isolated_state / "environments").iterdir() if p.is_dir() and not p.is_symlink()]
    assert folders == [python.parents[1].resolve()]


def test_an_edited_local_package_is_built_again_beside_the_old(slow_source: Callable[..., str], tmp_path: Path) -> None:
    text = offline(tmp_path, f"-e {slow_source(tmp_path / 'source', 0)}  # jpslow==1.0")
    first = locked.ensure_interpreter(text)
    backend = tmp_path / "source" / "backend.py"
    backend.write_text(backend.read_text().replace("version = '1.0'", "version = 'edited'"))
    second = locked.ensure_interpreter(text)
    assert [ask(p, "import jpslow; print(jpslow.version)") for p in (first, second)] == ["1.0", "edited"]


def test_prune_removes_what_is_old_and_neither_kept_nor_running(
    make_wheel: Callable[..., Path], tmp_path: Path, isolated_state: Path
) -> None:
    for version in ("1.0", "2.0", "3.0"):
        make_wheel(tmp_path, version)
    old, kept, running = (locked.ensure_interpreter(offline(tmp_path, f"jpsample=={v}.0")) for v in (1, 2, 3))
    assert locked.prune_environments() == []
    for python in (old, kept, running):
        os.utime(python.parents[1], (0, 0))
    process = subprocess.Popen([running, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert locked.prune_environments(keep=[kept]) == [old.parents[1].name]
    finally:
        process.communicate(b"\n")
    assert (old.exists(), kept.exists(), running.exists()) == (False, True, True)
    assert ask(kept, VERSION) == "2.0"


@pytest.mark.slow
def test_a_flow_runs_in_it(tmp_path: Path) -> None:
    """Prefect, Dask and Jupyter Pipeline are in it although the lock names one package alone."""
    text = lock_environment(capture_environment(), modules=["tabulate"])
    python = locked.ensure_interpreter(text)
    flow = tmp_path / "flow.py"
    flow.write_text(
        "from prefect import flow\nfrom tabulate import tabulate\nfrom jupyter_pipeline.runtime import run_on\n"
        "@flow\ndef main():\n    return tabulate([[1]])\n"
        "import jupyter_pipeline, sys\nassert jupyter_pipeline.__file__.startswith(sys.prefix)\nprint(main.fn())\n"
    )
    assert "1" in ask(python, f"import runpy; runpy.run_path({str(flow)!r})")
