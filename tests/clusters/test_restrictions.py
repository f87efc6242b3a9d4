"""The administrator's policy at the start and in a running keeper."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from other_user import needs_root

from jupyter_pipeline.clusters import manager, registry, restrictions
from jupyter_pipeline.exceptions import ConfigurationError, PolicyError
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile
from jupyter_pipeline.site_policy import files
from jupyter_pipeline.workflows.estimates import estimate_cluster


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The administrator's folder of this process; keepers have no policy."""
    found = tmp_path / "etc"
    found.mkdir(mode=0o755)
    for module in (files, restrictions):
        monkeypatch.setattr(module, "find_administrator_folders", lambda: [found])
    return found


def test_a_refused_start_writes_nothing(folder: Path, make_profile: Callable[..., Profile]) -> None:
    (folder / "policy.yaml").write_text("max_workers: 2\nmessage: Write to hpc@example.org.")
    for sizes in ({"workers": 3}, {"adapt": (0, 3)}):
        with pytest.raises(PolicyError, match=r"At most 2 workers are allowed, not 3\.\nWrite to hpc@example\.org\."):
            manager.start(make_profile(), **sizes)  # type: ignore[arg-type]
    (folder / "policy.yaml").write_text("max_workers: two")
    with pytest.raises(ConfigurationError, match=r"policy\.yaml: max_workers: 'two' is not a whole number"):
        manager.start(make_profile())
    assert registry.list_records(include_ended=True) == []


def test_an_estimate_has_the_price_and_the_sizes_of_the_policy(
    folder: Path, make_profile: Callable[..., Profile]
) -> None:
    (folder / "policy.yaml").write_text("max_workers: 2\ncurrency: EUR\nprices: {'*': {per_worker_hour: 3}}")
    assert estimate_cluster(make_profile(), workers=2).cost_per_hour == 6.0
    for sizes in ({"workers": 3}, {"adapt": (0, 3)}):
        with pytest.raises(PolicyError, match="At most 2 workers are allowed, not 3"):
            estimate_cluster(make_profile(), **sizes)  # type: ignore[arg-type]


def test_a_profile_of_the_administrator_keeps_its_class(folder: Path, make_profile: Callable[..., Profile]) -> None:
    (folder / "policy.yaml").write_text("profiles: [thin]")
    with pytest.raises(PolicyError, match="'thin' is not the administrator's"):
        restrictions.restrict(make_profile())
    (folder / "profiles.yaml").write_text("profiles: {thin: {extends: local, workers: 1}}")
    assert restrictions.restrict(make_profile()) == make_profile()
    with pytest.raises(PolicyError, match="is not the class of the administrator's profile"):
        restrictions.restrict(make_profile(cluster_class="distributed.SpecCluster"))
    (folder / "profiles.yaml").chmod(0o664)
    with pytest.raises(ConfigurationError, match=r"profiles\.yaml is writable for its group"):
        restrictions.restrict(make_profile())


@pytest.mark.parametrize(
    ("price", "kwargs", "running", "refused"),
    [
        ({"per_worker_hour": 0.5}, {}, (0, 0), 5),
        ({"per_core_hour": 0.5}, {"threads_per_worker": 2}, (0, 0), 3),
        ({"per_core_hour": 0.5}, {"threads_per_worker": None, "cores": 8, "processes": 4}, (0, 0), 3),
        ({"per_core_hour": 0.5}, {"threads_per_worker": None}, (3, 6), 3),
        ({"per_core_hour": 0.5}, {"threads_per_worker": None}, (0, 0), 10**5),
    ],
)
def test_the_cost_per_hour_bounds_the_size(
    folder: Path,
    make_profile: Callable[..., Profile],
    price: dict[str, float],
    kwargs: dict[str, int],
    running: tuple[int, int],
    refused: int,
) -> None:
    (folder / "policy.yaml").write_text("cost_per_hour: 2\ncurrency: EUR\nmessage: Ask.")
    profile = restrictions.restrict(make_profile(price=price, cluster_kwargs=kwargs))
    state = ClusterState.RUNNING
    record = ClusterRecord(id="a", name="a", profile="a", state=state, workers=running[0], threads=running[1])
    restrictions.check_size(profile, record, refused - 1)
    if refused < 10**5:
        with pytest.raises(PolicyError, match=r"and limits\.cost_per_hour allows 2\.00 EUR\. .*\nAsk\."):
            restrictions.check_size(profile, record, refused)


def test_machines_without_limits_are_refused(folder: Path) -> None:
    (folder / "policy.yaml").write_text("profiles: [coiled]\nmax_workers: 3")
    restrictions.check_unlimited("a step with --function")
    (folder / "policy.yaml").write_text("profiles: [slurm]\ncore_hours: 3")
    with pytest.raises(PolicyError, match="refuses a step with --function:") as caught:
        restrictions.check_unlimited("a step with --function")
    assert "'coiled' is not allowed" in str(caught.value)
    assert "without limits" in str(caught.value)


_SCRIPT = """
from pathlib import Path
from jupyter_pipeline.clusters import manager, profiles
from jupyter_pipeline.exceptions import PipelineError

def attempt(function, *arguments, **keywords):
    try:
        found = function(*arguments, **keywords)
        print(found.state, found.workers_wanted, found.limits.lifetime, found.reason)
    except PipelineError as error:
        print(type(error).__name__, " ".join(str(error).split()))

attempt(lambda: manager.start(profiles.get_profile("address")))
attempt(lambda: manager.start(profiles.get_profile("local"), name="one"))
attempt(manager.scale, "one", 3)
attempt(manager.adapt, "one", 0, 9)
attempt(manager.extend, "one", 3600.0)
Path("/usr/local/etc/jupyter/jupyter_pipeline/policy.yaml").write_text("max_workers: [")
attempt(manager.scale, "one", 1)
attempt(manager.stop, "one")
"""


@needs_root
@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_the_keeper_refuses_changes_beyond_the_policy_of_the_system(tmp_path: Path) -> None:
    policy = tmp_path / "etc" / "jupyter" / "jupyter_pipeline" / "policy.yaml"
    policy.parent.mkdir(parents=True)
    policy.write_text("profiles: [local]\nmax_workers: 1\nlifetime: 2h\nmessage: Ask us.")
    run = 'mount --bind "$1" /usr/local/etc && exec "$2" -c "$3"'
    command = ["unshare", "-m", "bash", "-c", run, "-", str(policy.parents[2]), sys.executable, _SCRIPT]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    refusal = "PolicyError The administrator's policy (/usr/local/etc/jupyter/jupyter_pipeline/policy.yaml) refuses"
    damaged = "/usr/local/etc/jupyter/jupyter_pipeline/policy.yaml: line 2: is not a usable YAML file"
    expected = [
        f"{refusal} the profile 'address': - The profile 'address' is not allowed. Allowed profiles: local. Ask us.",
        "running 1 7200.0",  # the class would start a worker for each core
        f"{refusal} the number of workers: - At most 1 worker is allowed, not 3. Ask us.",
        f"{refusal} the number of workers: - At most 1 worker is allowed, not 9. Ask us.",
        f"{refusal} the extension: - A lifetime of at most 2 h is allowed, extensions included, not 3 h. Ask us.",
        f"ClusterError {damaged}",
        "stopped 1 7200.0 Stopped by request",
    ]
    lines = done.stdout.splitlines()
    assert [line[: len(text)] for line, text in zip(lines, expected, strict=True)] == expected
