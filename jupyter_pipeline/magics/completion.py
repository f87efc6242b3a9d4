"""Tab completion of the magics: subcommands, options, and names of profiles, clusters and deployments.

The parsers of the magics are the only table, so that each of their options is completed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from jupyter_pipeline.magics import cluster, deployments, profiles, runs, service
from jupyter_pipeline.magics.arguments import Parser
from jupyter_pipeline.magics.costs import cost_parser
from jupyter_pipeline.magics.deploy import deploy_parser, directive_parser
from jupyter_pipeline.magics.logs import logs_parser
from jupyter_pipeline.magics.on_workers import on_workers_parser

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["SUBCOMMANDS", "register_completion", "unregister_completion"]

_ASSIGNMENT = re.compile(r"[\w.]+\s*=\s*(?=%)")
SUBCOMMANDS = {
    "cluster": cluster.SUBCOMMANDS,
    "profiles": profiles.SUBCOMMANDS,
    "deployments": deployments.SUBCOMMANDS,
    "runs": runs.SUBCOMMANDS,
    "pipeline": service.SUBCOMMANDS,
}
"""Subcommands of each line magic by its name."""


def register_completion(shell: InteractiveShell) -> None:
    """Complete the magics in `shell`."""
    shell.Completer.custom_matchers.append(complete_magic)


def unregister_completion(shell: InteractiveShell) -> None:
    """Remove the completion of the magics from `shell`."""
    if complete_magic in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(complete_magic)


@context_matcher(identifier="jupyter_pipeline")
def complete_magic(context: CompletionContext) -> SimpleMatcherResult:
    """Return the completions of the line of a magic, in the order of the declarations.

    They exclude the names of Python and the files that IPython would add.
    """
    line, word = _ASSIGNMENT.sub("", context.text_until_cursor.lstrip()), context.token
    if not line.startswith("%") or not line.endswith(word):
        return SimpleMatcherResult(completions=[])
    words = line.removesuffix(word).split()
    # The word at the cursor may start in front of the token, which ends at characters such as "=".
    if not words or not line.removesuffix(word)[-1:].isspace():
        return SimpleMatcherResult(completions=[])
    if not _is_ours(words[0]):
        return SimpleMatcherResult(completions=[])
    found = _complete(words[0], words[1:], word) or [word]  # IPython fills an empty answer with names of Python
    return SimpleMatcherResult(
        completions=[SimpleCompletion(text, type="magic") for text in found], suppress=True, ordered=True
    )


def _is_ours(typed: str) -> bool:
    return typed.lstrip("%") in (*SUBCOMMANDS, "deploy", "steps", "step", "check", "on_workers", "cost", "logs")


def _complete(typed: str, previous: Sequence[str], word: str) -> list[str]:
    magic = typed.lstrip("%")
    if parser := _find_parser(typed, previous):
        skipped = 1 if magic in SUBCOMMANDS or parser.prog == "%deploy notebook" else 0
        whole = ["notebook"] if parser.prog == "%deploy" and not previous and "notebook".startswith(word) else []
        return [*whole, *parser.complete(previous[skipped:], word)]
    return [name for name in SUBCOMMANDS.get(magic, ()) if name.startswith(word)] if not previous else []


def _find_parser(typed: str, previous: Sequence[str]) -> Parser | None:
    magic = typed.lstrip("%")
    if typed in ("%deploy", "%%deploy"):
        return deploy_parser("%deploy notebook" if typed == "%deploy" and previous[:1] == ["notebook"] else typed)
    if magic == "on_workers":
        return on_workers_parser()
    if magic == "cost":
        return cost_parser()
    if magic == "logs":
        return logs_parser()
    if magic in ("step", "check"):
        return directive_parser(magic)
    subcommand = SUBCOMMANDS.get(magic, {}).get(previous[0]) if previous else None
    return subcommand.parser(f"%{magic} {previous[0]}") if subcommand else None
