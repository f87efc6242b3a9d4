"""The generated TypeScript sources are up to date."""

from __future__ import annotations

import importlib.util
from pathlib import Path

LABEXTENSION = Path(__file__).parent.parent / "labextension"


def test_the_types_of_the_records_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("generate_types", LABEXTENSION / "generate_types.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.OUTPUT.read_text("utf-8") == module.generate(), "Run make types."
