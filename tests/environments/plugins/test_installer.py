from __future__ import annotations

import pytest

from jupyter_pipeline.environments.plugins.installer import requirement_key


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
    assert requirement_key(one) == requirement_key(other)


def test_different_things_are_kept_apart() -> None:
    lines = [
        "lib",
        "lib2",
        "./lib",
        "git+https://example.org/lib",
        "git+https://example.org/lib2",
        "/x/lib3-1-a-b-c.whl",
    ]
    assert len({requirement_key(line) for line in lines}) == len(lines)
