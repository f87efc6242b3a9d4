"""Match the arguments of a call to the parameters of a function summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jupyter_pipeline.compiler.analysis.values import FunctionSummary

__all__ = ["match_parameters"]


def match_parameters(
    summary: FunctionSummary, positional: Sequence[int], keywords: Mapping[str, int]
) -> tuple[dict[str, int], int]:
    """Return the objects of each parameter, and the objects whose parameter is unknown.

    Parameters
    ----------
    summary : FunctionSummary
        Summary of the called function.
    positional : sequence of int
        Points-to sets of the positional arguments.
    keywords : mapping of str to int
        Points-to sets of the keyword arguments; ``**`` stands for an unpacked mapping.
    """
    bound: dict[str, int] = {}
    unmatched = 0
    for position, objects in enumerate(positional):
        if position < len(summary.parameters) and "**" not in keywords:
            bound[summary.parameters[position]] = objects
        else:
            unmatched |= objects
    for name, objects in keywords.items():
        if name in summary.parameters:
            bound[name] = bound.get(name, 0) | objects
        else:
            unmatched |= objects
    if unmatched and summary.variadic:
        for name in summary.variadic:
            bound[name] = unmatched
    elif unmatched:
        for name in summary.parameters:
            bound[name] = bound.get(name, 0) | unmatched
    return bound, unmatched
