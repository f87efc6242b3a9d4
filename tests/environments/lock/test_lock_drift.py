from __future__ import annotations

import re

import pytest

from jupyter_pipeline.environments.capture.environment import capture_environment
from jupyter_pipeline.environments.lock.lock_drift import compare_lock, find_drift
from jupyter_pipeline.environments.lock.lockfile import parse_lock
from jupyter_pipeline.environments.lock.pinning import lock_environment
from jupyter_pipeline.models import Distribution, Environment, Severity

LOCKED = parse_lock("""# Python 3.11.7, linux-x86_64
# Imported: numpy, other
numpy==2.1.0
other==1.0
deep==1.0
edited @ git+https://h/edited@abc  # edited==1.0
""")
HERE = (("numpy", "2.1.0"), ("other", "1.0"), ("deep", "1.0"), ("edited", "1.0"), ("more", "1.0"))


@pytest.mark.parametrize(
    ("changes", "python", "expected"),
    [
        ({}, "3.11.9", {}),
        ({}, "3.12.1", {"python": Severity.BLOCKS}),
        ({"numpy": "1.26.4"}, "3.11.7", {"numpy": Severity.BLOCKS}),
        ({"numpy": "2.2.0"}, "3.11.7", {"numpy": Severity.WARNS}),
        ({"numpy": None}, "3.11.7", {"numpy": Severity.BLOCKS}),
        ({"deep": "9.0"}, "3.11.7", {"deep": Severity.NOTES}),
        ({"deep": None, "other": "1.1"}, "3.11.7", {"deep": Severity.WARNS, "other": Severity.WARNS}),
        ({"more": "9.0"}, "3.11.7", {}),
    ],
)
def test_drift_from_a_lock_is_judged_by_what_the_code_imports(
    changes: dict[str, str | None], python: str, expected: dict[str, Severity]
) -> None:
    versions = {**dict(HERE), **changes}
    origin = {"edited": {"source": "vcs", "url": "git+https://h/edited@abc"}}
    found = tuple(Distribution(name=n, version=v, **origin.get(n, {})) for n, v in versions.items() if v)
    here = Environment(python=python, platform="", prefix="", distributions=found)
    assert {item.package: item.severity for item in compare_lock(LOCKED, here)} == expected


def test_this_process_has_no_drift_from_its_own_lock() -> None:
    text = lock_environment(capture_environment())
    assert find_drift(text) == []
    [item] = find_drift(re.sub(r"^pytest==.*$", "pytest==1.0", text, flags=re.MULTILINE))
    assert (item.package, item.kernel, item.severity) == ("pytest", "1.0", Severity.NOTES)
