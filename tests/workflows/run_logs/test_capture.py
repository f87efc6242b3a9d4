from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from waiting import wait_until

from jupyter_pipeline.workflows.run_logs.log_file import list_files

RUN = "11111111-2222"
SCRIPT = """
import logging, multiprocessing, os, subprocess, sys, time, warnings
from jupyter_pipeline.workflows.run_logs import capture

log = capture.install()
logging.basicConfig(level=logging.INFO)
logging.getLogger("app").info("record %s", os.environ["APP_TOKEN"])
logging.getLogger("app").debug("too low")
logging.getLogger("httpx").info("machinery")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("app").exception("failed")
warnings.warn("careful")
sys.stderr.write("direct\\n")
sys.stdout.buffer.write(b"binary \\xff\\x00\\n")
subprocess.run("echo out; echo err >&2", shell=True)
def work():
    print("forked")
process = multiprocessing.get_context("fork").Process(target=work)
process.start(); process.join()
print("password=" + "hunter22")
for part in range(3):
    sys.stderr.write(f"\\r{part}/2")
if sys.argv[1:] == ["crash"]:
    time.sleep(0.6)
    os.write(2, b"last words\\n")
    os.kill(os.getpid(), 9)
log.close()
print("after the end")
"""


def run_script(state: Path, *arguments: str, service: str = "") -> tuple[list[dict[str, Any]], str, str]:
    """Return the lines of the log of a script, and its output."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        env={
            **os.environ,
            "PREFECT__FLOW_RUN_ID": RUN,
            "JUPYTER_PIPELINE_STATE": str(state),
            "JUPYTER_PIPELINE_SERVICE": service,
            "APP_TOKEN": "sesame-street",
        },
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )
    files = list_files(state / "runs" / RUN)
    return [json.loads(line) for path in files for line in path.read_bytes().splitlines()], done.stdout, done.stderr


def test_everything_that_a_process_writes_is_logged_once(tmp_path: Path) -> None:
    lines, stdout, stderr = run_script(tmp_path)
    messages = [line["message"] for line in lines]
    found = {line["message"].partition("\n")[0]: (line["source"], line["level"]) for line in lines}
    assert found == {
        "record ********": ("log", 20),
        "failed": ("log", 40),
        "<string>:14: UserWarning: careful": ("warning", 30),
        "direct": ("stderr", 20),
        "binary �\\x00": ("stdout", 20),
        "out": ("stdout", 20),
        "err": ("stderr", 20),
        "forked": ("stdout", 20),
        "password=********": ("stdout", 20),
        "2/2": ("stderr", 20),
    }
    assert len(messages) == len(found)
    assert next(text for text in messages if text.startswith("failed")).endswith("ZeroDivisionError: division by zero")
    # The text is passed on, too.
    assert "after the end" in stdout
    assert "forked" in stdout
    assert "out\n" in stdout
    assert "err\n" in stderr
    assert "UserWarning: careful" in stderr


def test_the_last_words_of_a_process_that_was_killed_are_logged(tmp_path: Path) -> None:
    lines, _, stderr = run_script(tmp_path, "crash")
    assert "last words" in [line["message"] for line in lines]
    assert "direct" in [line["message"] for line in lines]
    assert "last words" in stderr


def test_a_run_of_the_service_does_not_depend_on_the_reader_of_its_output(tmp_path: Path) -> None:
    lines, stdout, stderr = run_script(tmp_path, service=str(tmp_path / "service"))
    messages = {line["message"].partition("\n")[0] for line in lines}
    assert messages >= {"record ********", "direct", "out", "err", "forked", "password=********"}
    wait_until(lambda: "after the end" in (tmp_path / "runs" / RUN / "output.000000.jsonl").read_text("utf-8"))
    assert (stdout, stderr) == ("", "")
