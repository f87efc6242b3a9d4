"""Read the options in the directives of a job script (pure)."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

__all__ = ["find_option", "parse_options", "read_directives"]

_SHORTEST_ABBREVIATION = 4


def read_directives(script: str, prefix: str, *, long_names: bool = False) -> list[tuple[str, str]]:
    r"""Return the options of a job script in order, each with its value.

    Parameters
    ----------
    script : str
        The script.
    prefix : str
        Beginning of a directive, such as ``#SBATCH``.
    long_names : bool
        True if a single hyphen introduces names of several letters, as in Grid Engine.

    Examples
    --------
    >>> read_directives("#SBATCH -J 'my job'\n#SBATCH --mem=4G -n1\n", "#SBATCH")
    [('-J', 'my job'), ('--mem', '4G'), ('-n', '1')]
    """
    options: list[tuple[str, str]] = []
    for line in script.splitlines():
        if line.startswith(prefix) and line[len(prefix) :][:1] in (" ", "\t", "-"):
            try:
                words = shlex.split(line[len(prefix) :], comments=True)
            except ValueError:  # an unpaired quote
                words = line[len(prefix) :].split()
            options += parse_options(words, long_names=long_names)
    return options


def parse_options(words: Sequence[str], *, long_names: bool = False) -> list[tuple[str, str]]:
    """Return the options in the words of a command line, each with its value.

    Parameters
    ----------
    words : sequence of str
        The words.
    long_names : bool
        True if a single hyphen introduces names of several letters.
    """
    options: list[tuple[str, str]] = []
    for word in words:
        if word.startswith("--"):
            name, _, value = word.partition("=")
            options.append((name, value))
        elif word.startswith("-") and len(word) > 1:
            options.append((word, "") if long_names or len(word) == 2 else (word[:2], word[2:]))
        elif options and not options[-1][1]:
            options[-1] = options[-1][0], word
    return options


def find_option(options: Iterable[tuple[str, str]], *names: str) -> str | None:
    """Return the last value of an option, ``None`` without it. Long names may be abbreviated.

    Parameters
    ----------
    options : iterable
        Options as `parse_options` returns them.
    *names : str
        Spellings of the option.
    """
    return next((value for name, value in reversed(list(options)) if any(_is_name(name, n) for n in names)), None)


def _is_name(word: str, name: str) -> bool:
    if word == name:
        return True
    return name.startswith("--") and len(word) > _SHORTEST_ABBREVIATION and name.startswith(word)
