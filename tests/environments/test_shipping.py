from __future__ import annotations

import pickle
import sys

import pytest
from distributed import WorkerPlugin

from jupyter_pipeline.environments.plugins.scheduler_plugin import EnvironmentHub
from jupyter_pipeline.environments.sync import by_value


def test_the_plugins_travel_by_value_and_come_back() -> None:
    hub = pickle.loads(by_value.hub_pickle("Scheduler-1", ["host", 1]))
    assert isinstance(hub, EnvironmentHub) or type(hub).__name__ == "EnvironmentHub"
    assert type(pickle.loads(hub.member)).__name__ == "EnvironmentMember"


def test_another_python_gets_a_plugin_that_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pickle.loads(by_value.hub_pickle("Scheduler-1", ["host", 1]))
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert type(pickle.loads(hub.member)) is WorkerPlugin
