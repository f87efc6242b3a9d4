"""Magics and command line have the same commands, with the same arguments and options."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator

import pytest

from jupyter_pipeline.cli import PipelineApp
from jupyter_pipeline.cli.base import Command, Group
from jupyter_pipeline.magics.completion import SUBCOMMANDS
from jupyter_pipeline.magics.deploy import deploy_parser

ONLY_MAGICS = {("cluster", "attach"), ("cluster", "upload")}
ONLY_COMMANDS = {("deployments", "status")}
ONLY_OPTIONS = {("cluster", "sync"): {"--watch"}}
"""Options of magics that last as long as the kernel."""


def commands(group: type[Group], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], type[Command]]]:
    for name, (found, _) in group.subcommands.items():
        if isinstance(found, str):
            module, _, attribute = found.rpartition(".")
            found = getattr(importlib.import_module(module), attribute)
        if issubclass(found, Group):
            yield from commands(found, (*path, name))
        else:
            yield (*path, name), found


COMMANDS = dict(commands(PipelineApp))
MAGICS = {
    ((name,) if group == "pipeline" else (group, name)): subcommand
    for group, subcommands in SUBCOMMANDS.items()
    for name, subcommand in subcommands.items()
}


def command_options(command: type[Command]) -> set[str]:
    keys = {*command.aliases, *command.flags} - {*Command.aliases, *Command.flags}
    names = {name for key in keys for name in (key if isinstance(key, tuple) else (key,))}
    return {f"-{name}" if len(name) == 1 else f"--{name}" for name in names}


def test_both_have_the_same_commands() -> None:
    groups = {path[0] for path in MAGICS}
    assert set(MAGICS) - ONLY_MAGICS == {path for path in COMMANDS if path[0] in groups} - ONLY_COMMANDS


@pytest.mark.parametrize("path", sorted(set(MAGICS) - ONLY_MAGICS), ids=" ".join)
def test_a_command_takes_the_same_arguments_and_options_in_both(path: tuple[str, ...]) -> None:
    parser, command = MAGICS[path].parser(" ".join(path)), COMMANDS[path]
    assert [name.strip("[]") for name in parser.positionals()] == [name.strip("[]") for name in command.positional]
    assert set(parser.options()) - ONLY_OPTIONS.get(path, set()) == command_options(command)


@pytest.mark.parametrize("magic", ["%%deploy", "%deploy", "%deploy notebook"])
def test_deploys_take_the_same_options_in_both(magic: str) -> None:
    differing = {"--cell", "--name", "--path", "--no-run", "--all"}
    differing |= set() if magic == "%deploy notebook" else {"--one-step"}
    assert set(deploy_parser(magic).options()) - differing == command_options(COMMANDS["deploy",]) - differing


@pytest.mark.parametrize("path", sorted(COMMANDS), ids=" ".join)
def test_examples_in_the_help_are_calls_of_the_command(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    lines = [line.partition("#")[0] for line in str(command.examples).splitlines() if line.strip()]
    assert lines
    for line in lines:
        words = shlex.split(re.split(r"[<>|]", line)[0])
        words = words[words.index("jupyter") :]  # an environment variable may come first
        assert words[: 2 + len(path)] == ["jupyter", "pipeline", *path]
        options = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert options <= command_options(command) | {"--json"}
        needed = [name for name in command.positional if not name.startswith("[")]
        assert len(words) - 2 - len(path) >= len(needed)
