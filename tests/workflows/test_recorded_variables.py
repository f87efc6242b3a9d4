from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from waiting import wait_until

from jupyter_pipeline.compiler import read_notebook
from jupyter_pipeline.exceptions import RehearsalError
from jupyter_pipeline.models import DeploymentRecord
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.service.run_environment import service_variables
from jupyter_pipeline.orchestration.versions import history
from jupyter_pipeline.workflows import deploy, deploy_options, deploy_plan
from jupyter_pipeline.workflows.recorded_variables import (
    RecordedVariables,
    choose_variables,
    find_names,
    readable_variables,
    with_rehearsal,
)


def planned(folder: Path, source: str, name: str, **given: Any) -> deploy_plan.Plan:
    cell = {"cell_type": "code", "id": "c0", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    cells = read_notebook({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    settings = deploy_options.parse_options(given, name=name, notebook="n.ipynb")
    return deploy_plan.plan(cells, 0, settings, folder=folder)


KERNEL = {
    "PATH": "/opt/module/bin:/usr/bin",
    "SLURM_CONF": "/etc/slurm/site.conf",
    "SLURM_JOB_ID": "17",
    "https_proxy": "http://me:hidden@proxy:3128",
    "http_proxy": "http://proxy:3128",
    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "debug",
    "DASK_COILED__TOKEN": "hidden",
    "TERM": "xterm",
    "STAGE": "test",
    "REGION": "eu",
    "ROOT": "/data",
    "DB_PASSWORD": "hidden",
    "LINK": "ghp_" + "a1B2" * 9,
    "PATTERN": "{{ window.start }}",
    "PYTHONUNBUFFERED": "1",
    "BASH_FUNC_module%%": "() { :; }",
}
CODE = {
    "steps.py": "import os\n"
    "from os import environ, getenv\n"
    "a = os.environ['REGION']; b = os.getenv('DB_PASSWORD'); c = environ.get('SLURM_JOB_ID')\n"
    "d = 'LINK' in os.environ; e = getenv('PATTERN'); os.environ['STAGE'] = 'x'\n",
    "flow.py": "import os\nos.getenv('ABSENT')\n",
    "requirements.lock": "os.environ['STAGE']",
    "broken.py": "os.environ['STAGE",
}


def test_names_are_found_where_code_reads_them() -> None:
    assert find_names(CODE) == {"REGION", "DB_PASSWORD", "SLURM_JOB_ID", "LINK", "PATTERN", "ABSENT"}


def test_site_profile_and_code_choose_variables_and_secrets_stay() -> None:
    found = choose_variables(CODE, patterns=["ROO*", "PYTHONUNBUFFERED", "DB_*"], environ=KERNEL)
    assert found.origins == {
        "PATH": "site",
        "SLURM_CONF": "site",
        "http_proxy": "site",
        "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "site",
        "ROOT": "profile",
        "PYTHONUNBUFFERED": "profile",
        "REGION": "code",
    }
    assert found.values == {name: KERNEL[name] for name in found.origins}
    assert found.secrets == ("DASK_COILED__TOKEN", "DB_PASSWORD", "LINK", "https_proxy")
    assert found.expected == found.secrets
    assert found.templates == ("PATTERN",)
    assert found.session == ("SLURM_JOB_ID",)
    notes = list(found.notes({"DB_PASSWORD": "x"}))
    assert "hidden" not in "".join(notes)
    assert any(note.startswith("DB_PASSWORD") and "Runs take it from" in note for note in notes)
    assert any(note.startswith("LINK") and "targets.yaml" in note for note in notes)
    assert any(note.startswith("SLURM_JOB_ID is valid in this session only") for note in notes)


def test_the_target_and_the_last_version_count() -> None:
    found = choose_variables({}, provided=["PATH"], last=["STAGE", "GONE", "LANG"], expected=["HOST"], environ=KERNEL)
    assert found.origins["STAGE"] == "last version"
    assert "PATH" not in found.values
    assert found.absent == ("GONE",)
    assert found.expected == ("DASK_COILED__TOKEN", "HOST", "https_proxy")


def test_a_rehearsal_adds_the_variables_that_it_read() -> None:
    recorded = choose_variables({}, environ=KERNEL)
    offered = readable_variables(recorded, {"STAGE": "test"}, provided=["ROOT"], environ=KERNEL)
    assert offered.values == {"REGION": "eu"}
    assert offered.secrets == ("DASK_COILED__TOKEN", "DB_PASSWORD", "LINK", "https_proxy")
    assert offered.templates == ("PATTERN",)
    read = ["REGION", "DB_PASSWORD", "PATTERN"]
    found = with_rehearsal(recorded, offered=offered, read=read, present=["STAGE", "TERM", "PATH"])
    assert (found.values["REGION"], found.origins["REGION"]) == ("eu", "rehearsal")
    assert found.expected == ("DASK_COILED__TOKEN", "DB_PASSWORD", "PATTERN", "STAGE", "https_proxy")
    assert any(note.startswith("PATTERN contains {{ and is not recorded") for note in found.notes(None))
    unread = with_rehearsal(recorded, offered=offered, read=[])
    assert (unread.secrets, unread.templates) == (("DASK_COILED__TOKEN", "https_proxy"), ())


def test_runs_expect_the_variables_of_the_last_version_that_are_still_read() -> None:
    recorded = choose_variables({}, expected=["OLD", "NAMED", "READ"], environ={})
    assert recorded.expected == ("NAMED", "OLD", "READ")
    code = {"steps.py": "import os\nif late:\n    os.environ['NAMED']\n"}
    found = with_rehearsal(recorded, offered=RecordedVariables(), read=[], present=["READ"], code=code)
    assert found.expected == ("NAMED", "READ")


def test_reads_are_observed_and_copies_of_the_environment_are_not() -> None:
    program = """
import os, subprocess, sys
sys.path.insert(0, sys.argv[1])
from rehearsal_variables import observe
reads = observe({"READ": "1", "ASKED": "2", "TESTED": "3", "COPIED": "4", "OWN": "5"}, ["PASSWORD", "HAD_SECRET"])
os.environ["OWN"] = "mine"
assert (os.environ["READ"], os.getenv("ASKED"), "TESTED" in os.environ, os.environ["OWN"]) == ("1", "2", True, "mine")
assert os.getenv("PASSWORD") is None
assert "COPIED" not in {**os.environ} and "COPIED" not in dict(os.environ) and "COPIED" not in os.environ.copy()
assert subprocess.check_output(["sh", "-c", "echo $READ$COPIED"], env=dict(os.environ.items())) == b"1\\n"
assert os.environ["HAD"] == "x" and os.environ["HAD_SECRET"] == "y"
print(reads.result())
"""
    folder = Path(deploy.__file__).parent
    environment = {"PATH": os.environ["PATH"], "HAD": "x", "HAD_SECRET": "y", "UNREAD": "z"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, str(folder)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    found = eval(done.stdout)
    assert found["read"] == ["ASKED", "READ", "TESTED"]
    assert found["hidden"] == ["PASSWORD"]
    assert {"HAD", "HAD_SECRET"} <= {*found["present"]}
    assert "UNREAD" not in found["present"]


SOURCE = """
import os, subprocess, sys
name = "REG" + "ION_OF_TEST"
with open(sys.argv[0] and "seen.txt", "a") as file:
    file.write(f"{os.environ[name]} {os.environ['STAGE_OF_TEST']} {subprocess.getoutput('echo $SLURM_CONF')}\\n")
"""


def test_a_run_gets_the_variables_that_the_rehearsal_had(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service was started without them; a redeploy without a rehearsal keeps them with their current values."""
    for name, value in (("REGION_OF_TEST", "eu"), ("STAGE_OF_TEST", "a"), ("SLURM_CONF", "/site.conf")):
        monkeypatch.setenv(name, value)
        assert name not in (service_variables() or {})
    done = deploy.deploy(planned(tmp_path, SOURCE, name="varied"))
    assert done.variables["REGION_OF_TEST"] == "rehearsal"
    assert done.variables["STAGE_OF_TEST"] == "code"
    assert done.variables["SLURM_CONF"] == "site"
    run = runs.wait(deployments.run_now("varied").id, timeout=120)
    assert run.state == "Completed", run.message
    assert (tmp_path / "seen.txt").read_text() == "eu a /site.conf\n" * 2
    monkeypatch.setenv("REGION_OF_TEST", "us")
    plan = planned(tmp_path, SOURCE, name="varied")
    assert not plan.rehearses
    assert plan.preview().variables["REGION_OF_TEST"] == "last version"
    deploy.deploy(plan)
    assert "-  REGION_OF_TEST: eu\n+  REGION_OF_TEST: us" in deployments.compare_versions("varied")
    (path,) = (live / "versions" / "varied").glob("*1.json")
    assert path.stat().st_mode & 0o077 == 0
    monkeypatch.delenv("REGION_OF_TEST")
    notes = planned(tmp_path, SOURCE, name="varied").notes
    assert any(note.startswith("REGION_OF_TEST was recorded with the last version") for note in notes)


SECRET = "import os\nname = 'OWN_PATT' + 'ERN'\nos.environ.get(name)\nprint(len(os.environ['OWN_TOKEN']))\n"


def test_a_secret_is_not_recorded_and_fails_in_the_rehearsal_already(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWN_TOKEN", "hidden-7")
    monkeypatch.setenv("OWN_PATTERN", "{{ day }}")
    with pytest.raises(RehearsalError, match="OWN_TOKEN looks like a secret and is not recorded") as raised:
        deploy.deploy(planned(tmp_path, SECRET, name="hidden"))
    assert "OWN_PATTERN contains {{ and is not recorded" in str(raised.value)
    deploy.deploy(planned(tmp_path, SECRET, name="hidden", rehearse=False))
    assert "hidden-7" not in str(history.last_specification("hidden"))
    run = runs.wait(deployments.run_now("hidden").id, timeout=120)
    assert run.state == "Failed"
    reason = "OWN_TOKEN was set at the deploy, but not in the environment of this worker"
    wait_until(lambda: reason in runs.read_log(run.id), 30, "the log of the run")


def test_a_secret_comes_from_a_block_of_the_server(live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN_TOKEN", "of-the-kernel")
    from jupyter_pipeline.orchestration.prefect_api import endpoint

    save = "from prefect.blocks.system import Secret; Secret(value='of-the-block').save('own-token', overwrite=True)"
    subprocess.run([sys.executable, "-c", save], env={**os.environ, **endpoint.variables()}, check=True)
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "targets.yaml").write_text(
        'staging: {env: {OWN_TOKEN: "{{ prefect.blocks.secret.own-token }}"}}'
    )
    source = "import os\nopen('seen.txt', 'a').write(os.environ['OWN_TOKEN'] + ' ')\n"
    done = deploy.deploy(planned(tmp_path, source, name="blocked", target="staging"))
    assert isinstance(done.deployment, DeploymentRecord)
    run = runs.wait(deployments.run_now("blocked-staging").id, timeout=120)
    assert run.state == "Completed", run.message
    assert (tmp_path / "seen.txt").read_text() == "of-the-block of-the-block "


def test_the_environment_of_another_servers_worker_is_not_known(live: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = service_variables()
    assert known is not None
    assert "JUPYTER_PIPELINE_SERVICE" not in known
    monkeypatch.setenv("PREFECT_API_URL", known["PREFECT_API_URL"])
    assert service_variables() == known
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert service_variables() is None


def test_an_empty_record_has_no_notes() -> None:
    assert list(RecordedVariables().notes(None)) == []
