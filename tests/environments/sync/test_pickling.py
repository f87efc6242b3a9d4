from __future__ import annotations

import pickle
import sys

import pytest
from distributed import WorkerPlugin

from jupyter_pipeline.environments.plugins.scheduler_plugin import EnvironmentSchedulerPlugin
from jupyter_pipeline.environments.sync.pickling import pickle_scheduler_plugin


def test_the_plugins_travel_by_value_and_come_back() -> None:
    plugin = pickle.loads(pickle_scheduler_plugin("Scheduler-1", ["host", 1]))
    assert isinstance(plugin, EnvironmentSchedulerPlugin) or type(plugin).__name__ == "EnvironmentSchedulerPlugin"
    assert type(pickle.loads(plugin.worker_plugin)).__name__ == "EnvironmentWorkerPlugin"


def test_another_python_gets_a_plugin_that_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = pickle.loads(pickle_scheduler_plugin("Scheduler-1", ["host", 1]))
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert type(pickle.loads(plugin.worker_plugin)) is WorkerPlugin
