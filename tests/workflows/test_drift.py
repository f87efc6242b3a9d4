from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from jupyter_pipeline.environments.capture.environment import capture_environment
from jupyter_pipeline.environments.lock.pinning import lock_environment
from jupyter_pipeline.exceptions import DriftError
from jupyter_pipeline.workflows import drift


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A lock of what is installed here, but for one package that it has in another version."""
    path = tmp_path / "requirements.lock"
    text = lock_environment(capture_environment(), modules=["yaml"])
    path.write_text("".join("pyyaml==1.0\n" if "pyyaml==" in line else line for line in text.splitlines(True)))
    return path


def test_changed_packages_warn_with_name_and_version(locked: Path) -> None:
    with pytest.warns(UserWarning, match=r"pyyaml .* \(deployed with 1.0\).*--environment locked"):
        drift.check_packages(str(locked))


def test_the_policy_decides(locked: Path) -> None:
    with pytest.raises(DriftError, match="pyyaml"):
        drift.check_packages(str(locked), "refuse")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drift.check_packages(str(locked), "ignore")


def test_the_same_packages_raise_no_warning(tmp_path: Path) -> None:
    path = tmp_path / "requirements.lock"
    path.write_text(lock_environment(capture_environment(), modules=["yaml"]))
    drift.check_packages(str(path), "refuse")
    drift.check_packages(str(tmp_path / "absent.lock"), "refuse")
