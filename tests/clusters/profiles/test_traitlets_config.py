"""Profiles in traitlets' configuration, through the command line and the magics; the server's are in `tests/server`."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_pipeline.clusters import profiles
from jupyter_pipeline.clusters.profiles import traitlets_config
from jupyter_pipeline.exceptions import ConfigurationError, UsageError

NIGHT = {"night": {"extends": "local", "workers": 3}}


@pytest.fixture(autouse=True)
def no_other_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traitlets_config, "_application_configs", [])


@pytest.fixture
def config_file() -> Path:
    """Return the file that counts everywhere, not yet written."""
    return Path(os.environ["JUPYTER_CONFIG_DIR"], "jupyter_pipeline_config.py")


def shown(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jupyter_pipeline", "profiles", "show", "night", "--json", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_common_file_applies_on_the_command_line(config_file: Path) -> None:
    config_file.write_text(f"c.JupyterPipeline.profiles = {NIGHT!r}\n")
    answer = shown()
    assert json.loads(answer.stdout)["workers"] == 3, answer.stderr


def test_a_file_named_on_the_command_line_applies(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(f"c.JupyterPipeline.profiles = {NIGHT!r}\n")
    assert json.loads(shown(f"--config={tmp_path / 'mine.py'}").stdout)["workers"] == 3
    assert json.loads(shown().stdout)["error"] == "NotFoundError"


def test_the_ipython_configuration_overrides_the_common_file(config_file: Path) -> None:
    config_file.write_text("c.JupyterPipeline.profiles = {'night': {'extends': 'local', 'workers': 1}, 'day': {}}\n")
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"JupyterPipeline": {"profiles": NIGHT}}))
    try:
        shell.run_line_magic("load_ext", "jupyter_pipeline")
        table = str(shell.run_line_magic("profiles", "list"))
    finally:
        InteractiveShell.clear_instance()
    assert "night" in table
    found = profiles.get_profile("night")
    assert (found.workers, found.source) == (3, "c.JupyterPipeline.profiles")
    assert "day" in profiles.list_names()


def test_it_overrides_the_projects_file_key_by_key(config_file: Path, tmp_path: Path) -> None:
    (tmp_path / "jupyter-pipeline.yaml").write_text("profiles: {night: {extends: local, workers: 1, description: x}}")
    config_file.write_text("c.JupyterPipeline.profiles = {'night': {'workers': 2}}\n")
    found = profiles.get_profile("night", cwd=tmp_path)
    assert (found.workers, found.description) == (2, "x")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("c.JupyterPipeline.profiles = 5\n", "is not a set of names and profiles"),
        ("c.JupyterPipeline.profiles = {'night': 5}\n", "contains a number"),
        ("c.JupyterPipeline.profiles = {\n", "cannot be read (SyntaxError"),
        ("raise OSError('no disk')\n", "cannot be read (OSError: no disk)"),
    ],
)
def test_an_unusable_configuration_is_reported(text: str, reason: str, config_file: Path) -> None:
    config_file.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        profiles.get_profile("local")
    assert reason in caught.value.reason
    assert caught.value.source
    assert caught.value.fix


def test_a_child_process_inherits_the_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    assert traitlets_config.build_environment() == {}
    traitlets_config.set_config(Config({"JupyterPipeline": {"profiles": NIGHT}}))
    for name, value in traitlets_config.build_environment().items():
        monkeypatch.setenv(name, value)
    assert json.loads(shown().stdout)["workers"] == 3


def test_reading_the_files_does_not_configure_logging(config_file: Path) -> None:
    flushed: list[str] = []

    class Handler(logging.Handler):
        def flush(self) -> None:
            flushed.append("flushed")

    handler = Handler()
    try:
        config_file.write_text(f"c.JupyterPipeline.profiles = {NIGHT!r}\n")
        traitlets_config._file_config.cache_clear()
        assert profiles.get_profile("night").workers == 3
        assert flushed == []
    finally:
        handler.close()


def test_a_file_in_the_working_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jupyter_pipeline_config.py").write_text("raise SystemExit('somebody else wrote this')")
    traitlets_config._file_config.cache_clear()
    assert traitlets_config.read_profiles() == {}


def test_the_default_profile_of_the_server_overrides_the_one_of_the_application_and_the_common_one(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_file.write_text("c.JupyterPipeline.default_profile = 'common'\n")
    assert profiles.get_default_name() == "common"
    traitlets_config.set_config(Config({"JupyterPipeline": {"default_profile": "mine"}}))
    assert profiles.get_default_name() == "mine"
    for name, value in traitlets_config.build_environment().items():
        monkeypatch.setenv(name, value)
    traitlets_config.set_config(Config({"JupyterPipeline": {"default_profile": "other"}}))
    assert profiles.get_default_name() == "mine"


def test_a_default_profile_that_is_no_name_is_refused() -> None:
    traitlets_config.set_config(Config({"JupyterPipeline": {"default_profile": {"local": {}}}}))
    with pytest.raises(ConfigurationError, match=r"default_profile: is not the name of a profile\. Assign a string"):
        profiles.get_default_name()


def test_without_a_default_the_profiles_are_listed() -> None:
    with pytest.raises(
        UsageError, match=r"Name the profile of the cluster\. There are:\n(.*\n)* +slurm +Workers as jobs"
    ):
        profiles.get_default_name()
