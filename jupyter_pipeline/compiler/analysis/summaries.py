"""Match the arguments of a call to the parameters of a function summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jupyter_pipeline.compiler.analysis.texts import ANY_TEXT, Texts
from jupyter_pipeline.compiler.analysis.values import FunctionSummary

__all__ = ["match_parameters", "match_texts"]


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


def match_texts(
    summary: FunctionSummary, positional: Sequence[Texts], keywords: Mapping[str, Texts]
) -> dict[str, Texts]:
    """Return the texts of each parameter; a parameter without an argument of its own may hold any text.

    Parameters
    ----------
    summary : FunctionSummary
        Summary of the called function.
    positional : sequence of frozenset of str
        Texts of the positional arguments.
    keywords : mapping of str to frozenset of str
        Texts of the keyword arguments; ``**`` stands for an unpacked mapping.
    """
    found = dict.fromkeys((*summary.parameters, *summary.variadic), ANY_TEXT)
    if "**" not in keywords:
        found.update(zip(summary.parameters, positional, strict=False))
    found.update((name, texts) for name, texts in keywords.items() if name in summary.parameters)
    return found
