from __future__ import annotations

import pytest

from jupyter_pipeline.environments.plugins.installer import named
from jupyter_pipeline.environments.sync.package_plan import overruled
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
    assert overruled(KERNEL, [requirement]) == names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My_Lib==1.0", "my-lib[extra]>=2; python_version > '3'"),
        ("/a/my_lib-1.0-py3-none-any.whl", "my.lib @ https://example.org/x.zip"),
        ("git+https://${TOKEN}@example.org/lib@v1#egg=a", "git+https://${TOKEN}@example.org/lib"),
        ("git+ssh://git@example.org/lib.git@v1", "git+ssh://git@example.org/lib.git@v2"),
    ],
)
def test_versions_of_one_thing_are_known_as_such(one: str, other: str) -> None:
    assert named(one) == named(other)


def test_different_things_are_kept_apart() -> None:
    lines = [
        "lib",
        "lib2",
        "./lib",
        "git+https://example.org/lib",
        "git+https://example.org/lib2",
        "/x/lib3-1-a-b-c.whl",
    ]
    assert len({named(line) for line in lines}) == len(lines)
