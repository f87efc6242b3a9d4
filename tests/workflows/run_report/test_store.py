from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from jupyter_pipeline import environment_variables
from jupyter_pipeline.paths import reports_dir
from jupyter_pipeline.workflows.run_report import store
from jupyter_pipeline.workflows.run_report.store import Retention

DAY = 86400.0


def add(run: str, age: float, size: int = 10, deployment: str = "d1") -> Path:
    folder = reports_dir() / deployment / run
    folder.mkdir(parents=True)
    path = folder / "journal.jsonl"
    path.write_bytes(b"x" * size)
    os.utime(path, (time.time() - age,) * 2)
    return folder


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment_variables.STATE, str(tmp_path / "state"))


@pytest.mark.parametrize(
    ("kept", "removed"),
    [
        (Retention(), {"aaaaaaa4"}),
        (Retention(runs=2, days=1000), {"aaaaaaa3", "aaaaaaa4"}),
        (Retention(runs=1, days=1000), {"aaaaaaa2", "aaaaaaa3", "aaaaaaa4"}),
        (Retention(days=1000, size=45), {"aaaaaaa4", "bbbbbbb1"}),
        (Retention(days=1000, size=1), {"aaaaaaa2", "aaaaaaa3", "aaaaaaa4", "bbbbbbb1"}),
    ],
)
def test_old_reports_are_removed(kept: Retention, removed: set[str]) -> None:
    for number, age in enumerate((0.0, DAY, 2 * DAY, 91 * DAY), 1):
        add(f"aaaaaaa{number}", age)
    add("bbbbbbb1", 80 * DAY, size=20, deployment="d2")
    assert set(store.prune(kept)) == removed
    assert store.find_report("aaaaaaa1") is not None, "a run of the last hour may go on"
    assert store.find_report("aaaaaaa4") is None


def test_a_report_is_found_by_the_id_of_its_run_only() -> None:
    folder = add("aaaaaaa1", 0)
    assert store.find_report("aaaaaaa1") == folder
    assert store.find_report("*") is None
    assert store.find_report("../d1/aaaaaaa1") is None


@pytest.mark.parametrize(
    ("settings", "mode"),
    [
        ({}, "full"),
        ({"report": {"mode": "none"}}, "none"),
        ({"report": {"mode": "odd"}}, "full"),
        ({"report": 3}, "full"),
    ],
)
def test_the_options_of_a_run_come_from_its_deployment(
    settings: object, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment_variables.SETTINGS, json.dumps(settings))
    assert store.read_options().mode == mode


def test_service_yaml_sets_the_reports_that_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "config" / "jupyter_pipeline"
    folder.mkdir(parents=True)
    (folder / "service.yaml").write_text("report_runs: 1\nreport_size: 0.5\n", "utf-8")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    assert store.read_retention() == Retention(runs=1, days=90.0, size=2.0**29)
    add("aaaaaaa1", DAY)
    add("aaaaaaa2", 2 * DAY)
    store.prune_if_due()
    store.prune_if_due()
    assert [path.name for path in (reports_dir() / "d1").iterdir()] == ["aaaaaaa1"]
