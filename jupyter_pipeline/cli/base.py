"""Base classes of the commands: options, ``--json``, short errors and exit codes.

To add a command, subclass `Command`. Set `description`, name the `positional` arguments, and declare options as traits
with an alias. Implement `work`, which returns the records for ``--json``, and `show`, which returns text for people.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import textwrap
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, ClassVar

from jupyter_core.application import JupyterApp, base_aliases, base_flags
from traitlets import Bool
from traitlets.config.loader import KVArgParseConfigLoader

from jupyter_pipeline import __version__
from jupyter_pipeline.clusters.profiles import traitlets_config
from jupyter_pipeline.command_forms import write_arguments, write_options, write_quotes
from jupyter_pipeline.exceptions import NotFoundError, UsageError, suggest
from jupyter_pipeline.models import to_plain

__all__ = ["Command", "Group", "emit", "note"]

_UNKNOWN = "unrecognized arguments: "
"""Begin of argparse's message on words that belong to no option."""
_MOST_WORDS = 5
_HIDDEN = ("-h", "--help", "--help-all", "--version", "--debug", "--show-config", "--show-config-json")


def emit(text: str) -> None:
    """Write the result of a command to standard output."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Write progress to standard error; standard output carries the result only."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _suggest_quotes(options: Collection[str], words: list[str], unknown: list[str]) -> str:
    """Return how to write the value of several words to which the unknown words of a command line belong."""
    quoted = write_quotes(options, words, unknown)
    is_cron = quoted.startswith("--cron ")
    if is_cron and any(Path(word).exists() for word in quoted.removeprefix("--cron ").strip('"').split(" ")):
        return 'The shell replaced * by names of files. Put the expression in quotes, such as --cron "0 6 * * *".'
    if not quoted or (is_cron and not quoted.removeprefix('--cron "')[:1].isalpha() and "*" not in unknown):
        return 'Put a value of several words in quotes, such as --cron "0 6 * * *".'
    return f"Put a value of several words in quotes: {quoted}."


class _Loader(KVArgParseConfigLoader):
    """Command line parser that completes the first argument, and no options of classes."""

    values = ""

    def _argcomplete(self, classes: list[Any], subcommands: Any) -> None:
        if "_ARGCOMPLETE" not in os.environ:
            return
        for action in self.parser._actions:
            if action.dest == "extra_args":
                action.completer = self._complete
        # traitlets adds a long spelling to each option of one letter.
        names = [name for action in self.parser._actions for name in action.option_strings]
        self._argcomplete_kwargs = {"exclude": [name for name in names if len(name) == 3]}
        super()._argcomplete([], subcommands)

    def _complete(self, prefix: str, parsed_args: Any = None, **details: object) -> list[str]:
        from jupyter_pipeline.workflows.name_completion import list_values

        return [] if getattr(parsed_args, "extra_args", None) else list_values(self.values)


class _App(JupyterApp):
    version = __version__
    classes: ClassVar[list[Any]] = [traitlets_config.JupyterPipeline]
    config_file_name = "jupyter_pipeline_config"
    # JupyterApp would migrate settings of IPython 3, which writes into the user's home directory.
    migrate_config = staticmethod(lambda: None)

    def _create_loader(self, argv: list[str] | None, aliases: Any, flags: Any, classes: Any) -> _Loader:
        loader = _Loader(argv, aliases, flags, classes=classes, log=self.log, subcommands=self.subcommands)
        loader.values = getattr(self, "values", "")
        return loader

    def emit_options_help(self) -> Iterator[str]:
        """Yield the options with the names of their values, descriptions and defaults.

        The classes and traits behind them stay in ``--help-all``.
        """
        yield "Options"
        yield "======="
        for names, (_, text) in self.flags.items():
            if names in self.aliases:  # an option whose value may be left out
                continue
            yield from _describe(_each(names), "", str(text))
        for names, target in self.aliases.items():
            path, text = target if isinstance(target, tuple) else (target, "")
            name = path.split(".")[-1]
            trait = self.traits()[name]
            text = text or trait.help
            default = self.trait_defaults(name)
            if isinstance(default, str | int) and default != "" and "by default" not in text:
                text = f"{text.rstrip('.')}; by default {default}."
            value = trait.metadata.get("metavar") or _each(names)[-1].upper()
            yield from _describe(_each(names), f" {value}", text)
        yield ""

    def emit_examples(self) -> Iterator[str]:
        """Yield the examples with one indentation."""
        if self.examples:
            yield from ("Examples", "--------", "", textwrap.indent(textwrap.dedent(self.examples).strip(), "    "), "")


class Group(_App):
    """A command that only has subcommands."""

    def start(self) -> None:
        """Run the subcommand, or print the list of subcommands."""
        super().start()
        if self.extra_args:
            raise NotFoundError("subcommand", self.extra_args[0], self.subcommands)
        self.print_help()


class Command(_App):
    """One command of the command line."""

    as_json = Bool(False, help="Print the result as JSON.").tag(config=True)
    is_stream: ClassVar[bool] = False
    """True if `work` writes its results itself, as they come."""
    exit_code = 0
    """Exit code of the process after a result was printed."""
    positional: ClassVar[tuple[str, ...]] = ()
    """Names of the arguments; optional ones in brackets."""
    values: ClassVar[str] = ""
    """Source of the completions of the first argument, see `workflows.name_completion.list_values`."""
    private: ClassVar[str] = ""
    """Clause with the right place for a further argument, which may be private and is not printed."""

    flags: ClassVar[dict[str, Any]] = {
        **{k: v for k, v in base_flags.items() if k == "debug"},
        "json": ({"Command": {"as_json": True}}, "Print the result as JSON."),
    }
    aliases: ClassVar[dict[str, Any]] = {"config": base_aliases["config"], "log-level": base_aliases["log-level"]}

    @property
    def words(self) -> str:
        """Words of the command after ``jupyter pipeline``, which starts each message."""
        return str(self.name).removeprefix("jupyter-pipeline ")

    @property
    def command(self) -> str:
        """The command as users type it."""
        return str(self.name).replace("jupyter-pipeline", "jupyter pipeline", 1)

    def _list_options(self) -> dict[str, str]:
        """Return the options, each with the name of its value; empty for none."""
        found = {f"--{name}": "" for names in self.flags for name in _each(names)}
        for names, target in self.aliases.items():
            name = next(name for name in _each(names) if len(name) > 1)
            trait = (target[0] if isinstance(target, tuple) else target).split(".")[-1]
            found[f"--{name}"] = str(self.traits()[trait].metadata.get("metavar") or name.upper())
        return found

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Parse the command line; for an unknown option, suggest the nearest ones."""
        if "_ARGCOMPLETE" in os.environ:  # the words are not complete
            super().parse_command_line(argv)
            return
        words = sys.argv[1:] if argv is None else argv
        known = {f"-{k}" if len(k) == 1 else f"--{k}" for names in (*self.flags, *self.aliases) for k in _each(names)}
        for word in words:
            if word == "--":
                break
            option = word.partition("=")[0]
            if option[:1] == "-" and option[1:2].isdigit():
                raise UsageError(f"{self.words} takes no negative number, but got {word}.")
            if option.startswith("-") and len(option) > 1 and "." not in option and option not in {*known, *_HIDDEN}:
                if written := write_arguments(self.positional, words):
                    raise UsageError(f"{self.words} has no option {option}. Write {self.command} {written}")
                near = suggest(option, {*known, "--help"}, cutoff=0.5)
                usage = f"Usage: {' '.join([self.command, *self.positional, '[OPTIONS]'])}"
                offer = f"Did you mean {' or '.join(near)}?" if near else usage
                raise UsageError(f"{self.words} has no option {option}. {offer}")
        errors = io.StringIO()
        try:
            with contextlib.redirect_stderr(errors):
                super().parse_command_line(argv)
        except SystemExit as error:  # argparse prints its usage, with the names of traits, and exits
            reason = errors.getvalue().rpartition("error: ")[2].strip()
            if not error.code or not reason:
                raise
            unknown = reason.removeprefix(_UNKNOWN).split(" ")
            options = self._list_options()
            written = write_options(self.positional, options, words, unknown)
            hint = f" Write {written}." if written else ""
            if reason.startswith(_UNKNOWN) and not written:
                hint = f" {_suggest_quotes([*filter(options.get, options)], words, unknown)}"
            if reason.startswith(_UNKNOWN) and len(unknown) > _MOST_WORDS:
                reason = f"{_UNKNOWN}{' '.join(unknown[:_MOST_WORDS])} and {len(unknown) - _MOST_WORDS} more"
            raise UsageError(f"{self.words}: {_TRAIT.sub('--', reason)}.{hint} See --help.") from error

    def emit_description(self) -> Iterator[str]:
        """Yield the usage and the description."""
        yield " ".join(["Usage:", self.command, *self.positional, "[OPTIONS]"])
        yield ""
        yield from super().emit_description()

    def start(self) -> None:
        """Check the arguments, call `work`, and print its result."""
        super().start()
        needed = [p for p in self.positional if not p.startswith("[")]
        if len(self.extra_args) < len(needed):
            raise UsageError(f"{self.words} needs {' '.join(self.positional)}. See --help.")
        if len(self.extra_args) > len(self.positional):
            unknown = self.extra_args[len(self.positional) :]
            extra = self.private or f"{unknown[0]!r} is one too many."
            if not self.private and (
                written := write_options(self.positional, self._list_options(), self.extra_args, unknown)
            ):
                extra += f" Write {written}"
            raise UsageError(f"{self.words} takes {' '.join(self.positional) or 'no argument'}; {extra}")
        traitlets_config.set_config(self.config)
        answer = self.work(*self.extra_args)
        if self.is_stream:
            pass
        elif self.as_json:
            emit(json.dumps(to_plain(answer), indent=2))
        else:
            emit(self.show(answer))
        if self.exit_code:
            self.exit(self.exit_code)

    def work(self, *arguments: Any, **options: Any) -> Any:
        """Run the command and return records or plain data."""
        raise NotImplementedError

    def show(self, answer: Any) -> str:
        """Return the result of `work` as text for people."""
        return str(answer)


_TRAIT = re.compile(r"--\w+\.(option_)?")
"""Class and prefix of a trait in argparse's name of an option."""


def _describe(names: tuple[str, ...], value: str, text: str) -> Iterator[str]:
    yield ", ".join(f"-{name}" if len(name) == 1 else f"--{name}" for name in sorted(names, key=len)) + value
    yield textwrap.indent(textwrap.fill(" ".join(text.split()), 76), "    ")


def _each(names: Any) -> tuple[str, ...]:
    return names if isinstance(names, tuple) else (names,)
