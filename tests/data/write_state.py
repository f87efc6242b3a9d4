"""Write the state of this release into ``state-VERSION`` beside this file: ``python tests/data/write_state.py``.

Real clusters, the real service and real deploys write the files. Paths, names of hosts and users, and secrets are
replaced. Each release has a folder of its own; the folders of earlier releases stay.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from types import SimpleNamespace

import jupyter_pipeline
from jupyter_pipeline import environment_variables, processes

DATA = Path(__file__).parent
_OMITTED = {"dashboard", "tls", "logs", "prefect", "tmp", "hosts", "standby", "pages", "mailbox"}
_SUFFIXES = {".json", ".jsonl", ".py", ".txt", ".yaml", ".lock"}
_MOST_BYTES = 64 * 1024


def main() -> None:
    """Write the folder of this release."""
    from jupyter_pipeline.orchestration.runs import served_runs

    home = Path(tempfile.mkdtemp(prefix="state-"))
    project = home / "project"
    project.mkdir()
    # A deploy records the variables of the environment: leave few.
    for name in {*os.environ} - {"PATH", "PYTHONPATH"}:
        del os.environ[name]
    os.environ |= {"HOME": str(home), environment_variables.STATE: str(home / "state")}
    os.chdir(project)
    target = DATA / f"state-{jupyter_pipeline.__version__}"
    shutil.rmtree(target, ignore_errors=True)
    try:
        write_clusters()
        write_deployments(project)
        write_other_files(home / "state")
        # The service and a cluster are running, and this process seems to serve a deployment.
        with served_runs.record_serving("daily", "daily", "embedded"):
            copy(home / "state", target / "state", home)
        copy(project / "pipelines", target / "pipelines", home)
        update_hashes(target / "pipelines" / "daily")
    finally:
        for command in (["down"], ["cluster", "stop", "--all"]):
            run(*command)
        shutil.rmtree(home)


def run(*arguments: str, check: bool = False) -> None:
    """Run a command of this package."""
    subprocess.run([sys.executable, "-m", "jupyter_pipeline", *arguments], check=check)


def write_clusters() -> None:
    """Start a cluster that goes on, one that is stopped, and one that cannot start."""
    from jupyter_pipeline import attach
    from jupyter_pipeline.clusters import registry
    from jupyter_pipeline.clusters.registry.submitted_jobs import JobFile, SubmittedJob
    from jupyter_pipeline.workflows import sync_cluster

    run("cluster", "start", "local", "--name", "running", "-n", "1", check=True)
    cluster = attach("running")
    sync_cluster(cluster, packages=False)
    cluster.detach()
    run("cluster", "start", "local", "--name", "stopped", "--adapt", "0:1", check=True)
    run("cluster", "stop", "stopped", check=True)
    run("cluster", "start", "local", "--name", "refused", "-o", "cluster_kwargs.interface=absent0")
    folder = registry.cluster_dir(registry.find_record("running").id)
    jobs = JobFile(folder, folder.name)
    jobs.update(jobs.add(SubmittedJob(label=f"{folder.name}.1", time=1.0, user="user")), id="4711")


def write_deployments(project: Path) -> None:
    """Deploy two versions of a cell that writes a file, and pause it."""
    import nbformat

    run("up", check=True)
    for rows in (2, 3):
        source = f"import csv\nwith open('rows.csv', 'w') as file:\n    csv.writer(file).writerows([[1]] * {rows})"
        cell = nbformat.v4.new_code_cell(source, id="rows")
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), project / "report.ipynb")
        options = ("--name", "daily", "--cell", "0", "--cron", "0 6 * * *", "--profile", "local")
        run("deploy", "report.ipynb", *options, check=True)
    run("deployments", "pause", "daily", check=True)


def write_other_files(state: Path) -> None:
    """Write the files that need other machines: an alert that was delivered, options, and a journal."""
    from jupyter_pipeline.orchestration.alerts import verification
    from jupyter_pipeline.orchestration.service import database, server_settings
    from jupyter_pipeline.paths import reports_dir
    from jupyter_pipeline.workflows.run_logs import store as logs
    from jupyter_pipeline.workflows.run_logs.log_file import LogFile, make_line
    from jupyter_pipeline.workflows.run_report.journal import Journal

    endpoint = SimpleNamespace(key="embedded")
    verification._note_verified(SimpleNamespace(endpoint=endpoint), {"id": "1", "updated": "2026"})  # type: ignore[arg-type]
    server_settings.write_options(state / "service", workers=2, broker="")
    database.write_choice(state / "service", "local")
    journal = Journal(reports_dir() / "deployment" / "run")
    journal.write("begin", name="run")
    journal.close()
    folder = logs.create_folder("aaaaaaaa-0000")
    logs.write_run(folder, {"name": "otter", "started": 1.0, "clusters": []})
    file = LogFile(folder, "run")
    file.write([make_line("printed", source="stdout")])
    file.close()


def copy(source: Path, target: Path, home: Path) -> None:
    """Copy the small text files and links in `source` without private details."""
    for path in walk(source):
        copied = target / path.relative_to(source)
        if path.is_symlink():
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.symlink_to(path.readlink())
        elif path.suffix in _SUFFIXES and 0 < path.stat().st_size < _MOST_BYTES:
            copied = copied.with_name(anonymize(copied.name, home))
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_text(anonymize(path.read_text("utf-8"), home), "utf-8")


def update_hashes(folder: Path) -> None:
    """Record the hashes of the changed files of a pipeline."""
    from jupyter_pipeline.compiler import output

    record = json.loads((folder / output.RECORD).read_text("utf-8"))
    record["files"] = {name: output._hash((folder / name).read_text("utf-8")) for name in record["files"]}
    (folder / output.RECORD).write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files and links below `folder`, without folders that are not copied."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.is_file():
            yield path
        elif path.name not in _OMITTED:
            yield from walk(path)


def anonymize(text: str, home: Path) -> str:
    """Return `text` with other names of user, host and paths, and without secrets."""
    source = Path(jupyter_pipeline.__file__).parent.parent
    for old, new in (
        (os.environ["PATH"], "/usr/bin"),
        (str(home), "/home/user"),
        (str(source), "/opt/source"),
        (sys.prefix, "/opt/python"),
        *((path, "/opt/source") for path in find_source_folders()),
        (sys.base_prefix + "/", "/usr/"),
        (processes.boot_id(), "00000000-0000-0000-0000-000000000001"),
    ):
        text = text.replace(old, new)
    text = re.sub(rf'"{re.escape(processes.hostname())}"', '"host.example.org"', text)
    text = re.sub(rf"^{re.escape(processes.hostname())}\.jsonl$", "host.jsonl", text)
    text = re.sub(rf"-{re.escape(processes.hostname())}-", "-host.example.org-", text)
    text = re.sub(rf"@{re.escape(processes.hostname())}\b", "@host.example.org", text)
    text = re.sub(r'"who": "[^"]*"', '"who": "user on host.example.org, process 1"', text)
    text = re.sub(r'("(?:user|by)": ")root', r"\1user", text)
    text = re.sub(r"jupyter-pipeline:[\w-]{43}", "jupyter-pipeline:" + "0" * 43, text)
    if '"encryption_key"' in text:
        content = json.loads(text)
        text = json.dumps({**content, "encryption_key": "0" * 43 + "="})
    return re.sub(r"/tmp/[\w./-]+", "/tmp/runtime", text)


def find_source_folders() -> list[str]:
    """Return the folder from which this package is installed, if it is editable."""
    origin = distribution("jupyter_pipeline").read_text("direct_url.json")
    return [str(json.loads(origin)["url"]).removeprefix("file://")] if origin else []


if __name__ == "__main__":
    main()
