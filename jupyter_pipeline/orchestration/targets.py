"""Targets: where a pipeline is deployed, and what differs there; the code does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jupyter_pipeline.models import DeploymentSpec, Target

__all__ = ["PRODUCTION", "apply", "deployment_name", "load"]

PRODUCTION = "production"
"""The target whose deployments have the pipeline's own name."""


def load(folder: Path, pipeline: str = "") -> Mapping[str, Target]:
    """Return the targets by name that ``folder/targets.yaml`` describes, ``staging`` and ``production`` always.

    Parameters
    ----------
    folder : Path
        The folder ``pipelines`` beside the notebook.
    pipeline : str, optional
        With it, ``folder/PIPELINE/targets.yaml`` counts over the other file, key by key.

    Raises
    ------
    ConfigurationError
        If a file cannot be read; names file, key, reason and fix.
    """
    raise NotImplementedError


def deployment_name(pipeline: str, target: str) -> str:
    """Return the name of a pipeline's deployment at a target: ``NAME``, or ``NAME-TARGET`` unless it is production."""
    return pipeline if target in ("", PRODUCTION) else f"{pipeline}-{target}"


def apply(spec: DeploymentSpec, target: Target, *, profile_file: str = "") -> DeploymentSpec:
    """Return what is deployed at `target`: `spec` with the target's settings over it, and its name.

    Parameters
    ----------
    spec : DeploymentSpec
        The pipeline as its notebook says; its name is the pipeline's.
    target : Target
        The target.
    profile_file : str, optional
        The target's profile, frozen; by default that of `spec`, if the target has no profile of its own.
    """
    raise NotImplementedError
