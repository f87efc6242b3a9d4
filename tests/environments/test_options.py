from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.environments.options import Options, parse_options
from jupyter_pipeline.exceptions import ConfigurationError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, Options()),
        ({"pip_install": ["a", "b<2"]}, Options(pip_install=("a", "b<2"))),
        ({"pip_install": "a"}, Options(pip_install=("a",))),
        (
            {"pip_install": {"packages": ["a"], "pip_options": ["--upgrade"], "restart_workers": True}},
            Options(pip_install=("a",), pip_options=("--upgrade",), restart_workers=True),
        ),
        ({"upload_directory": "src"}, Options(upload_directory=(Path("src"),))),
        (
            {"upload_directory": {"path": "src", "skip_words": ["big"]}, "exclude": ["*.csv"]},
            Options(upload_directory=(Path("src"),), upload_options={"skip_words": ["big"]}, exclude=("*.csv", "big")),
        ),
        ({"method": "image", "policy": "refuse"}, Options(method="image", policy="refuse")),
        ({"include": None, "max_size": None, "pip_install": None}, Options()),
        ({"max_file_size": "200 MB", "max_size": "2 GiB"}, Options(max_file_size=200_000_000, max_size=2**31)),
    ],
)
def test_a_profiles_environment_is_read(given: dict[str, Any] | None, expected: Options) -> None:
    assert parse_options(given) == expected


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"pipinstall": []}, "pipinstall"),
        ({"method": "magic"}, "method"),
        ({"policy": True}, "policy"),
        ({"pip_install": {"pkgs": []}}, "pip_install.pkgs"),
        ({"pip_install": 3}, "pip_install"),
        ({"upload_directory": {"mode": "all"}}, "upload_directory"),
        ({"max_size": "-1"}, "max_size"),
        ({"max_size": True}, "max_size"),
        ({"max_size": "ten"}, "max_size"),
    ],
)
def test_an_invalid_option_is_refused_with_its_key(given: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_options(given)
    assert caught.value.key == key
