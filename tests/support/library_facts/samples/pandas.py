"""pandas."""

from __future__ import annotations

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

SAMPLES: tuple[Sample, ...] = ()
