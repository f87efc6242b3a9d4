"""Parse the lines of magics: words, subcommands and options."""

from __future__ import annotations

import argparse
import functools
import itertools
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from jupyter_pipeline import audit
from jupyter_pipeline.command_forms import write_arguments, write_options, write_quotes
from jupyter_pipeline.disk_space import name_full_disk
from jupyter_pipeline.exceptions import NotFoundError, PipelineError, UsageError, suggest

if TYPE_CHECKING:
    from jupyter_pipeline.workflows.deploy_options import Option

__all__ = [
    "Argument",
    "HelpShown",
    "Parser",
    "Subcommand",
    "argument",
    "documents",
    "interruptible",
    "parse_subcommand",
    "split",
]

_LINE = 160
_Method = TypeVar("_Method", bound=Callable[..., Any])


class HelpShown(Exception):  # noqa: N818 - it ends the parsing, it is no error
    """The help was requested and printed."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `UsageError` instead of exiting the process.

    Parameters
    ----------
    prog : str
        The magic with its percent sign.
    description : str
        Line of the help.
    elsewhere : mapping, optional
        Next step by option of another command that does what the user probably wants.
    """

    def __init__(self, prog: str, description: str, *, elsewhere: Mapping[str, str] | None = None) -> None:
        self._elsewhere = elsewhere or {}
        self._words: list[str] = []
        self._values: dict[str, str | Sequence[str]] = {}
        super().__init__(prog=prog, description=description, allow_abbrev=False)

    def add_argument(self, *names: Any, values: str | Sequence[str] = "", **settings: Any) -> argparse.Action:
        """Add an argument; the usage shows a positional one in capitals.

        Parameters
        ----------
        *names : str
            Name of a positional argument, or spellings of an option.
        values : str or sequence of str
            Completions of the value, or their source for `list_values`.
        **settings : object
            Other parameters of ``ArgumentParser.add_argument``.
        """
        if names and not names[0].startswith("-"):
            settings.setdefault("metavar", names[0].upper())
        action = super().add_argument(*names, **settings)
        self._values[action.dest] = values
        return action

    def complete(self, previous: Sequence[str], word: str) -> list[str]:
        """Return the options and values that may replace `word`, in the order of their declaration.

        Parameters
        ----------
        previous : sequence of str
            Words before it.
        word : str
            Word to complete; empty for the next one.
        """
        options = self._option_string_actions
        before = options.get(previous[-1]) if previous else None
        names = [name for name in options if name not in ("-h", "--help")]
        if before is not None and before.nargs is None:
            found = self._list_completions(word, before)
        elif word.startswith("-"):
            found = names
        else:
            takes_value = {name for name, action in options.items() if action.nargs is None}
            typed = [w for i, w in enumerate(previous) if w[:1] != "-" and not (i and previous[i - 1] in takes_value)]
            found = self._list_completions(word, *self._get_positional_actions()[len(typed) : len(typed) + 1])
            found = found or ([] if word else names)
        return [text for text in found if text.startswith(word)]

    def _list_completions(self, word: str, *actions: argparse.Action) -> list[str]:
        from jupyter_pipeline.workflows.name_completion import list_values

        values = [self._values.get(action.dest, "") for action in actions]
        return [name for each in values for name in (list_values(each, word) if isinstance(each, str) else each)]

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse the words of a line, and keep them for messages."""
        self._words = list(args or ())
        return super().parse_known_args(args, namespace)

    def add_options(self, options: Iterable[Option]) -> None:
        """Add the options of a table; an absent option is empty, or ``None`` if it is negatable."""
        for option in options:
            flag, text = f"--{option.name}", option.help.replace("%", "%%")
            if option.negatable:
                self.add_argument(flag, action=argparse.BooleanOptionalAction, help=text)
            elif not option.metavar:
                self.add_argument(flag, action="store_true", help=text)
            elif option.repeat:
                self.add_argument(flag, action="append", default=[], metavar=option.metavar, help=f"{text}; repeatable")
            else:
                values = [choice for choice in option.choices if choice] or option.values
                self.add_argument(flag, default="", metavar=option.metavar, help=text, values=values)

    def options(self) -> list[str]:
        """Return the options of this parser, without the help."""
        return [text for text in self._option_string_actions if text not in ("-h", "--help")]

    def positionals(self) -> tuple[str, ...]:
        """Return the positional arguments in order; optional ones in brackets."""
        names = ((str(a.metavar or a.dest).upper(), a.nargs) for a in self._get_positional_actions())
        return tuple(f"[{name}]" if nargs == "?" else name for name, nargs in names)

    def error(self, message: str) -> NoReturn:
        """Raise the error that argparse would print, with the nearest options for an unknown one."""
        words = (word.partition("=")[0] for word in self._words)
        if word := next((word for word in words if word in self._elsewhere), ""):
            raise UsageError(f"{self.prog} has no option {word}. {self._elsewhere[word]}")
        unknown = message.removeprefix("unrecognized arguments: ").split(" ")[0]
        if unknown != message and unknown[:1] == "-" and unknown[1:2].isdigit():
            raise UsageError(f"{self.prog} takes no negative number, but got {unknown}.")
        if unknown != message and unknown.startswith("-"):
            if written := write_arguments(self.positionals(), self._words):
                raise UsageError(f"{self.prog} has no option {unknown}. Write {self.prog} {written}")
            hint = "" if suggest(unknown, self._option_string_actions) else f"Usage: {self._usage()}"
            raise NotFoundError(f"option of {self.prog}", unknown, self._option_string_actions, hint=hint)
        hint = "" if unknown == message else self._hint(message.removeprefix("unrecognized arguments: ").split(" "))
        raise UsageError(f"{self.prog}: {message}. {hint or f'Usage: {self._usage()}'}")

    def _hint(self, unknown: list[str]) -> str:
        """Return how to write words that no argument takes; empty if that is unclear."""
        words = list(itertools.takewhile(lambda word: not word.startswith("--"), unknown))
        values = {
            next(name for name in action.option_strings if name.startswith("--")): str(action.metavar or "")
            for action in self._actions
            if action.option_strings
        }
        if written := write_options(self.positionals(), values, self._words, words):
            return f"Write {written}"
        single = [name for name, action in self._option_string_actions.items() if action.nargs is None]
        quoted = write_quotes(single, self._words, words)
        return f"Put a value of several words in quotes: {quoted}" if quoted else ""

    def _usage(self) -> str:
        """Return the usage in one line; with many options, the command that lists them."""
        usage = " ".join(self.format_usage().removeprefix("usage: ").split())
        if len(usage) <= _LINE:
            return usage
        return " ".join([self.prog, *self.positionals(), f"[OPTIONS]; {self.prog} --help lists them"])

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Stop parsing after ``--help``."""
        raise HelpShown


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a subcommand, as ``argparse`` declares it."""

    names: tuple[str, ...]
    settings: Mapping[str, Any]
    values: str = ""
    """Source of the completions of the value, see `workflows.name_completion.list_values`."""


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One subcommand of a line magic."""

    help: str
    arguments: tuple[Argument, ...] = ()

    def parser(self, prog: str) -> Parser:
        """Return a parser of the arguments; `prog` is shown in its messages."""
        parser = Parser(prog, self.help)
        for each in self.arguments:
            parser.add_argument(*each.names, values=each.values, **each.settings)
        return parser

    @property
    def usage(self) -> str:
        """Positional arguments; optional ones in brackets."""
        words = []
        for each in self.arguments:
            if not each.names[0].startswith("-"):
                name = each.settings.get("metavar", each.names[0].upper())
                words.append(f"[{name}]" if each.settings.get("nargs") == "?" else name)
        return " ".join([*words, *(["[OPTIONS]"] if len(words) < len(self.arguments) else [])])


def argument(*names: str, values: str = "", **settings: Any) -> Argument:
    """Return an argument with the parameters of ``ArgumentParser.add_argument``.

    Parameters
    ----------
    *names : str
        Name of a positional argument, or spellings of an option.
    values : str
        Source of the completions of the value.
    **settings : object
        Other parameters of ``add_argument``.
    """
    return Argument(names, settings, values)


def documents(subcommands: Mapping[str, Subcommand], magic: str) -> Callable[[_Method], _Method]:
    """Return a decorator that adds the help of all subcommands to a docstring, which ``%cluster?`` shows.

    Parameters
    ----------
    subcommands : mapping of str to Subcommand
        The subcommands by name.
    magic : str
        The magic with its percent sign.
    """

    def add_help(method: _Method) -> _Method:
        lines = [f"{magic} {name} {each.usage}".rstrip() for name, each in subcommands.items()]
        width = 4 + max(map(len, lines))
        rows = [f"  {line:{width}}{each.help}" for line, each in zip(lines, subcommands.values(), strict=True)]
        method.__doc__ = "\n".join(
            [str(method.__doc__), "", *rows, "", f"{magic} SUBCOMMAND --help lists its arguments."]
        )

        @functools.wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:
            with audit.enter_front_door("magic"):
                return method(*args, **kwargs)

        return cast("_Method", call)

    return add_help


def split(line: str) -> list[str]:
    """Split `line` as a shell does, without a comment at its end.

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
        raise UsageError(f"{line!r} cannot be parsed: {error}. Close the quotation.") from error


def parse_subcommand(
    magic: str, line: str, subcommands: Mapping[str, Subcommand], *, default: str = ""
) -> tuple[str, argparse.Namespace] | None:
    """Return the subcommand in `line` and its arguments, or ``None`` after printing the help.

    Parameters
    ----------
    magic : str
        The magic with its percent sign, such as ``"%runs"``.
    line : str
        Text after the magic.
    subcommands : mapping of str to Subcommand
        The subcommands by name.
    default : str
        Subcommand of an empty line; without it, an empty line prints the help.

    Raises
    ------
    NotFoundError
        If there is no such subcommand or option; the error suggests the nearest.
    UsageError
        If the arguments do not fit the subcommand.
    """
    name, *rest = split(line) or [default]
    if name == "help" and rest[:1] and rest[0] in subcommands:
        name, rest = rest[0], ["--help"]
    if name in ("", "-h", "--help", "help"):
        width = max(map(len, subcommands)) + 2
        lines = [f"  {name:{width}}{each.help}" for name, each in subcommands.items()]
        print("\n".join([f"{magic} SUBCOMMAND …; {magic} SUBCOMMAND --help lists its arguments", "", *lines]))
        return None
    if name not in subcommands:
        raise NotFoundError(f"subcommand of {magic}", name, subcommands, hint=f"See {magic} --help.")
    try:
        return name, subcommands[name].parser(f"{magic} {name}").parse_args(rest)
    except HelpShown:
        return None


@contextmanager
def interruptible(command: str, outcome: str = "everything it had started was undone") -> Iterator[None]:
    """Turn a ``KeyboardInterrupt`` into a `PipelineError` of one line, and name the front door for the audit log.

    Parameters
    ----------
    command : str
        The magic as the user typed it.
    outcome : str
        State of the system after the interrupt.
    """
    try:
        with audit.enter_front_door("magic"), name_full_disk():
            yield
    except KeyboardInterrupt:
        raise PipelineError(f"{command} was interrupted; {outcome}.") from None
