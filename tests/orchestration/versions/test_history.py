from __future__ import annotations

from dataclasses import replace

from jupyter_pipeline.models import DeploymentSpec
from jupyter_pipeline.orchestration.versions import history

SPEC = DeploymentSpec(
    name="daily", flow_name="daily", entrypoint="flow.py:daily", path="/s/1", commit="a" * 40, dirty=True
)


def test_code_that_is_committed_after_its_deploy_gets_the_commit_and_no_new_version() -> None:
    history.store_version(SPEC, "server")
    history.store_version(replace(SPEC, commit="b" * 40, dirty=False), "server")
    history.store_version(replace(SPEC, commit="c" * 40, dirty=False), "server")
    history.store_version(replace(SPEC, commit="d" * 40), "server")
    (version,) = history.list_versions("daily", "server")
    assert (version.spec["commit"], version.spec["dirty"]) == ("b" * 40, False)
    assert history.to_specification(version).commit == "b" * 40


def test_other_code_is_another_version_with_its_own_commit() -> None:
    history.store_version(SPEC, "server")
    history.store_version(replace(SPEC, path="/s/2", commit="b" * 40, dirty=False), "server")
    assert [v.spec["commit"][0] for v in history.list_versions("daily", "server")] == ["a", "b"]


def test_the_current_version_of_a_list_follows_its_files() -> None:
    assert history.read_current("daily", "server") == (None, {})
    for path, state in (("/s/1", {"id": "a"}), ("/s/2", {"id": "b"}), ("/s/3", {"id": "b"})):
        history.store_version(replace(SPEC, path=path), "server")
        history.store_state("daily", "server", state)
        version, found = history.read_current("daily", "server")
        assert version == history.current_version("daily", "server")
        assert found == history.read_state("daily", "server") == state
    history.unset_current("daily", "server")
    assert history.read_current("daily", "server") == (None, {})
    assert history.read_current("daily", "other") == (None, {})
