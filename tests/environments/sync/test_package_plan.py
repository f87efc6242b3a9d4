from __future__ import annotations

import pytest

from jupyter_pipeline.environments.sync.package_plan import find_overruled
from jupyter_pipeline.models import Distribution, Environment

KERNEL = Environment(
    python="3.11.7",
    platform="",
    prefix="",
    distributions=(Distribution(name="numpy", version="2.1.0"), Distribution(name="my-lib", version="1.0rc1")),
)


@pytest.mark.parametrize(
    ("requirement", "names"),
    [
        ("numpy", set()),
        ("numpy>=2", set()),
        ("NumPy[extra] < 2", {"numpy"}),
        ("my_lib>=0.9", set()),
        ("my.lib @ git+https://example.org/my-lib@v2", {"my-lib"}),
        ("wheels/my_lib-2.0-py3-none-any.whl", {"my-lib"}),
        ("wheels/my_lib-1.0rc1-py3-none-any.whl", set()),
        ("wheels/odd.whl", set()),
        ("absent==1", set()),
        ("./a folder", set()),
    ],
)
def test_a_profiles_requirement_overrules_a_version_that_it_excludes(requirement: str, names: set[str]) -> None:
    assert find_overruled(KERNEL, [requirement]) == names
