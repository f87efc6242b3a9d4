"""Requests to Amazon's EC2, recorded by a substitute that runs the machines."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from jupyter_pipeline.clusters import attached, manager

pytestmark = pytest.mark.backend("cloud")

GOLDEN = Path(__file__).parent / "golden" / "ec2_run_instances.json"


def test_each_machine_is_tagged_and_ends_with_its_process(bed_of: Callable[[str], Any]) -> None:
    import ec2_api

    profile = bed_of("cloud").profile()
    before = len(ec2_api.DAEMON.asked("POST", ""))
    with attached.attach(manager.start(profile, workers=1).name) as cluster:
        assert cluster.get_client().submit(sum, [1, 2]).result() == 3
        record = cluster.record()
    asked = [one["body"] for one in ec2_api.DAEMON.asked("POST", "")[before:]]
    runs = [one for one in asked if one["Action"] == "RunInstances"]
    assert len(runs) == 2  # a scheduler and a worker
    for one in runs:
        commands = yaml.safe_load(base64.b64decode(one.pop("UserData")))["runcmd"]
        assert commands[-2].startswith("docker run --net=host")
        assert commands[-1] == "shutdown -h now"  # this terminates the machine
        del one["ClientToken"]
    golden = json.dumps(runs, indent=1, sort_keys=True).replace(record.id, "TAG") + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(golden)
    assert golden == GOLDEN.read_text()
    assert sum(one["Action"] == "TerminateInstances" for one in asked) == 2
