"""Preflight: find problems before anything is submitted or charged."""

from __future__ import annotations

from jupyter_pipeline.clusters.preflight.checks import check, find_doubts

__all__ = ["check", "find_doubts"]
