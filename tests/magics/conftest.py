from __future__ import annotations

from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_pipeline.clusters import manager


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """A shell with the magics; clusters that a test leaves are stopped."""
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.run_line_magic("load_ext", "jupyter_pipeline")
    yield made
    client = made.user_ns.get("client")
    if client is not None:
        client.close()
    manager.stop_all()
    InteractiveShell.clear_instance()
