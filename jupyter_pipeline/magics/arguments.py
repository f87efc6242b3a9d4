"""The line of a magic, parsed: subcommand, options, errors in one line."""

from __future__ import annotations

import argparse
import itertools
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from jupyter_pipeline.exceptions import NotFoundError, PipelineError, UsageError

if TYPE_CHECKING:
    from jupyter_pipeline.workflows.deploy_options import Option

__all__ = ["HelpShown", "Parser", "interruptible", "split", "subcommand"]

_LINE = 160


class HelpShown(Exception):  # noqa: N818 - it ends the parsing, it is no error
    """The help was asked for and printed."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `UsageError` instead of ending the process."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)

    def add_options(self, options: Iterable[Option]) -> None:
        """Take the options of a table; what is not given is empty, or ``None`` where it can be denied."""
        for option in options:
            flag, told = f"--{option.name}", option.help.replace("%", "%%")
            if option.negatable:
                self.add_argument(flag, action=argparse.BooleanOptionalAction, help=told)
            elif not option.metavar:
                self.add_argument(flag, action="store_true", help=told)
            elif option.repeat:
                again = f"{told}; may be repeated"
                self.add_argument(flag, action="append", default=[], metavar=option.metavar, help=again)
            else:
                self.add_argument(flag, default="", metavar=option.metavar, help=told)

    def options(self) -> list[str]:
        """Return the options that it takes, but for the help."""
        return [text for text in self._option_string_actions if text not in ("-h", "--help")]

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print; for an unknown option, the nearest ones."""
        unknown = message.removeprefix("unrecognized arguments: ").split(" ")[0]
        if unknown != message and unknown[:1] == "-" and unknown[1:2].isdigit():
            raise UsageError(f"{self.prog} takes no negative number, and was given {unknown}.")
        if unknown != message and unknown.startswith("-"):
            raise NotFoundError(f"option of {self.prog}", unknown, self._option_string_actions)
        raise UsageError(f"{self.prog}: {message}. Its form: {self._form()}")

    def _form(self) -> str:
        """Return the form in a line: of many options, where they are listed."""
        form = " ".join(self.format_usage().removeprefix("usage: ").split())
        if len(form) <= _LINE:
            return form
        names = [action.dest.upper() for action in self._get_positional_actions()]
        # A cell magic without a cell below it is refused by IPython, its help too.
        asked = "%deploy notebook --help" if self.prog.startswith("%%") else f"{self.prog} --help"
        return " ".join([self.prog, *names, f"[OPTIONS]; {asked} lists them"])

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the parsing after ``--help``."""
        raise HelpShown


def split(line: str) -> list[str]:
    """Return the words of `line`, quotes and a comment at its end understood as a shell does.

    Raises
    ------
    UsageError
        If a quotation is not closed.
    """
    try:
        words = shlex.shlex(line, posix=True, punctuation_chars=False)
        words.whitespace_split = True
        words.commenters = ""  # it would also end a word at a "#" inside
        return list(itertools.takewhile(lambda word: not word.startswith("#"), words))
    except ValueError as error:
        raise UsageError(f"{line!r} cannot be read: {error}. Close the quotation.") from error


def subcommand(magic: str, word: str, commands: Mapping[str, Any]) -> Any:
    """Return what `commands` has for `word`.

    Raises
    ------
    NotFoundError
        If it has nothing; the nearest subcommands are offered.
    """
    if word not in commands:
        raise NotFoundError(f"subcommand of {magic}", word, commands, hint=f"See {magic} --help.")
    return commands[word]


@contextmanager
def interruptible(what: str, outcome: str = "what it had begun is undone") -> Iterator[None]:
    """Turn an interrupt into one line.

    Parameters
    ----------
    what : str
        The magic, as it is typed.
    outcome : str
        What is true then of what is called here.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise PipelineError(f"{what} was interrupted, and {outcome}.") from None
