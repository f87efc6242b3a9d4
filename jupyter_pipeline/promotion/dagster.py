"""The same steps as Dagster's definitions."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.promotion.options import PromotionOptions
from jupyter_pipeline.promotion.parameters import Parameter
from jupyter_pipeline.promotion.steps import Step

__all__ = ["render_definitions", "unsupported"]


def render_definitions(
    function: str, steps: Sequence[Step], parameters: Sequence[Parameter], options: PromotionOptions, made_from: str
) -> str:
    """Return the text of ``definitions.py``."""
    raise UsageError("Dagster is not rendered yet.")


def unsupported(steps: Sequence[Step], options: PromotionOptions) -> list[str]:
    """Return a note for each setting that Dagster has no word for."""
    return []
