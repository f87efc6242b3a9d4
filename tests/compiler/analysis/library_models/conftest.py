"""State of the process around the samples, whose setups change settings of libraries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from library_facts.fingerprints import is_changed
from library_facts.process_state import read_state, restore_state


@pytest.fixture(scope="module", autouse=True)
def restored_settings() -> Iterator[None]:
    """Put settings, such as the scheduler of Dask, back for the tests that follow in this process."""
    before = read_state()
    yield
    after = read_state()
    restore_state(before, {name for name in after if name not in before or is_changed(before[name], after[name])})
