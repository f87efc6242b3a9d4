from __future__ import annotations

import pytest

from jupyter_pipeline.environments.diff import compare_environments, needs_restart
from jupyter_pipeline.models import Distribution, Environment, Severity


def environment(python: str = "3.11.7", **versions: str) -> Environment:
    found = tuple(Distribution(name=n.replace("_", "-"), version=v) for n, v in sorted(versions.items()))
    return Environment(python=python, platform="linux-x86_64", prefix="/p", distributions=found)


@pytest.mark.parametrize(
    ("name", "kernel", "cluster", "imported", "severity", "says"),
    [
        ("dask", "2026.8.0", "2026.7.0", False, Severity.BLOCKS, "start the cluster again"),
        ("dask", "2026.8.0", "2026.8.1", False, Severity.WARNS, "start the cluster again"),
        ("tornado", "6.4", "6.5", False, Severity.WARNS, "start the cluster again"),
        ("numpy", "2.1", "1.26", True, Severity.BLOCKS, "another major version"),
        ("numpy", "2.1", "2.0", True, Severity.WARNS, "another build"),
        ("numpy", "2.1", "1.26", False, Severity.NOTES, "another build"),
        ("polars", "0.20", "0.19", True, Severity.BLOCKS, "another major version"),
        ("polars", "1!2.0", "1!2.1", True, Severity.WARNS, "another build"),
        ("numpy", "2.1", "", True, Severity.WARNS, "absent"),
        ("numpy", "2.1", "", False, Severity.NOTES, "absent"),
        ("numpy", "", "2.1", False, Severity.NOTES, "only on the cluster"),
    ],
)
def test_a_difference_has_its_severity_and_reason(
    name: str, kernel: str, cluster: str, imported: bool, severity: Severity, says: str
) -> None:
    here = environment(**{name: kernel} if kernel else {})
    there = environment(**{name: cluster} if cluster else {})
    [item] = compare_environments(here, there, [there], imported=[name] if imported else [])
    assert item.severity is severity
    assert says in item.reason
    assert (item.kernel, item.scheduler, item.workers) == (kernel, cluster, (cluster,))


def test_packages_that_the_cluster_runs_on_need_a_restart() -> None:
    here = environment("3.11.7", dask="2026.8.0", msgpack="1.1", numpy="2.1")
    there = environment("3.12.1", dask="2026.7.0", msgpack="1.0", numpy="1.26")
    items = compare_environments(here, there, [there], imported=["numpy"])
    assert {item.package: needs_restart(item) for item in items} == {
        "python": True,
        "dask": True,
        "msgpack": True,
        "numpy": False,
    }


def test_equal_environments_differ_in_nothing() -> None:
    assert compare_environments(environment(a="1"), environment(a="1"), [environment(a="1")] * 3) == []


def test_another_python_blocks_and_comes_first_while_a_patch_release_does_not_matter() -> None:
    here, there = environment("3.11.7", a="1"), environment("3.12.1", a="2")
    items = compare_environments(here, there, [there])
    assert [i.package for i in items] == ["python", "a"]
    assert "cannot be synced" in items[0].reason
    assert items[0].severity is Severity.BLOCKS
    assert compare_environments(environment("3.11.7"), environment("3.11.9"), []) == []


def test_worker_groups_are_reported_by_their_distinct_versions() -> None:
    here = environment(a="2")
    [item] = compare_environments(here, here, [environment(a="1"), here, environment()])
    assert item.workers == ("", "1", "2")


@pytest.mark.parametrize(
    ("kernel", "worker", "differs"),
    [
        (("vcs", "git+https://h/a@1"), ("vcs", "git+https://h/a@2"), True),
        (("vcs", "git+https://h/a@1"), ("index", ""), True),
        (("editable", "file:///a"), ("index", ""), False),
        (("path", "file:///a"), ("path", "file:///a"), False),
    ],
)
def test_one_version_from_two_sources_is_two_builds(
    kernel: tuple[str, str], worker: tuple[str, str], differs: bool
) -> None:
    def built(source: tuple[str, str]) -> Environment:
        one = Distribution(name="a", version="1", source=source[0], url=source[1])
        return Environment(python="3.11.7", platform="", prefix="", distributions=(one,))

    assert bool(compare_environments(built(kernel), built(kernel), [built(worker)])) is differs
