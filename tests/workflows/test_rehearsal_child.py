from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.workflows import rehearsal_child


def test_variables_that_the_recorder_reads_are_not_those_of_the_flow(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text("import os\n\ndef main():\n    return os.environ['STAGE']\n")
    request = {
        "mark": "m",
        "folder": str(tmp_path),
        "working_directory": str(tmp_path),
        "entrypoint": "flow.py:main",
        "parameters": {},
        "offered": {"STAGE": "test"},
        "hidden_variables": [],
        "record": {"lines": [], "last": {}, "names": {}, "fingerprint": ""},
    }
    process = subprocess.Popen(
        [sys.executable, "-S", rehearsal_child.__file__, str(tmp_path / "answer.json")],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"HF_HOME": "/models", "HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    process.wait(60)
    _, errors = process.communicate()
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert answer["error"] is None, (answer, errors)
    assert answer["variables"]["read"] == ["STAGE"]
    assert not {"HF_HOME", "HOME"} & {*answer["variables"]["present"]}


def test_the_group_ends_even_if_files_cannot_be_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def restore(self) -> Any:
            raise OSError("disk full")

        def finish(self, *, keep_copies: bool) -> None:
            raise AssertionError

    ended: list[int] = []
    reader, writer = os.pipe()
    os.close(writer)
    monkeypatch.setattr(rehearsal_child, "_GRACE", 0)
    monkeypatch.setattr(signal, "pthread_kill", lambda *_: None)
    monkeypatch.setattr(os, "killpg", lambda _, number: ended.append(number))
    with pytest.raises(OSError, match="disk full"):
        rehearsal_child._end_with_parent(reader, threading.Event(), "m", Broken())
    os.close(reader)
    assert ended == [signal.SIGKILL]
