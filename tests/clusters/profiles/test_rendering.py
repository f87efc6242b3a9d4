from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from jupyter_pipeline.clusters import profiles


@pytest.mark.parametrize("name", profiles.list_names())
def test_a_rendered_profile_loads_as_the_same_profile(name: str, tmp_path: Path) -> None:
    profile = profiles.get_profile(name)
    path = tmp_path / f"{name}.yaml"
    path.write_text(profiles.render_profile(profile))
    assert dataclasses.replace(profiles.get_profile(str(path)), source=profile.source) == profile
