from __future__ import annotations

import pytest

from jupyter_pipeline.clusters.backends.batch.walltime import parse_walltime


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("01:30:00", 5400), ("90", 5400), ("90:30", 5430), ("1-0", 86400), ("1-1:30", 91800), ("1-00:00:10", 86410)],
)
def test_walltimes_are_spelled_as_sbatch_does(value: object, seconds: float) -> None:
    assert parse_walltime(value) == seconds


@pytest.mark.parametrize("value", ["", "0", "1:600", "1:2:3:4", True, None, "1h"])
def test_other_text_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_walltime(value)
