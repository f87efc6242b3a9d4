"""Suggest the right form of a command with words in the wrong place (pure).

Magics and command line share these functions, so that both suggest the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

__all__ = ["write_arguments", "write_options", "write_quotes"]

_RANGE = "MIN:MAX"
_PAIR = re.compile(r"[A-Za-z][\w.-]*=.*", re.DOTALL)
_FORMS = {
    "N": re.compile(r"\d+"),
    _RANGE: re.compile(r"\d+:\d+"),
    "KEY=VALUE": _PAIR,
    "NAME=VALUE": _PAIR,
}
"""Form of a value by the name that the usage shows."""


def write_arguments(positionals: Sequence[str], words: Sequence[str]) -> str:
    """Return the words of a command with arguments in place of unknown options that have their names.

    Parameters
    ----------
    positionals : sequence of str
        Names of the arguments; optional ones in brackets.
    words : sequence of str
        Words after the command.

    Returns
    -------
    str
        The words in their right form, empty if no option has the name of an argument.

    Examples
    --------
    >>> write_arguments(["[PROFILE]"], ["--profile", "local", "--wait"])
    'local --wait'
    >>> write_arguments(["[NAME]", "N"], ["-n", "4", "mine"])
    'mine 4'
    """
    names = [name.strip("[]") for name in positionals]
    found: dict[str, str] = {}
    rest: list[str] = []
    remaining = iter(words)
    for word in remaining:
        option, _, value = word.partition("=")
        name = option.lstrip("-").upper()
        if word.startswith("-") and name in names:
            found[name] = value or next(remaining, "")
        else:
            rest.append(word)
    if not any(found.values()):
        return ""
    ordered = []
    for name in names:
        if name in found:
            ordered.append(found[name])
        elif rest and not rest[0].startswith("-"):
            ordered.append(rest.pop(0))
    return " ".join([*ordered, *rest])


def write_options(
    positionals: Sequence[str], options: Mapping[str, str], words: Sequence[str], unknown: Sequence[str]
) -> str:
    """Return words that no argument takes with the options that take such values.

    Parameters
    ----------
    positionals : sequence of str
        Names of the arguments; optional ones in brackets.
    options : mapping of str to str
        Options, each with the name of its value; empty for none.
    words : sequence of str
        Words after the command.
    unknown : sequence of str
        Words that no argument takes.

    Returns
    -------
    str
        The words in their right form, empty if that is unclear.

    Examples
    --------
    >>> write_options(["[PROFILE]"], {"--workers": "N", "--adapt": "MIN:MAX"}, ["local", "4"], ["4"])
    '--workers 4'
    >>> write_options(["[NAME]", "MIN:MAX"], {}, ["mine", "1", "2"], ["2"])
    '1:2'
    """
    before = _find_words_before(words, unknown)
    if len(unknown) == 1 and before and _fits(_RANGE, f"{before[-1]}:{unknown[0]}"):
        option = before[-2] if len(before) > 1 else ""
        if options.get(option) == _RANGE:
            return f"{option} {before[-1]}:{unknown[0]}"
        if _RANGE in positionals:
            return f"{before[-1]}:{unknown[0]}"
    found = [_find_option(options, word) for word in unknown]
    return " ".join(found) if all(found) else ""


def write_quotes(options: Collection[str], words: Sequence[str], unknown: Sequence[str]) -> str:
    """Return an option with quotes around its value and the words after it.

    Parameters
    ----------
    options : collection of str
        Options that take one value.
    words : sequence of str
        Words after the command.
    unknown : sequence of str
        Words that no argument takes.

    Returns
    -------
    str
        The option and its value, empty if no option is before the words.

    Examples
    --------
    >>> write_quotes(["--cron"], ["daily", "--cron", "every", "day"], ["day"])
    '--cron "every day"'
    """
    before = _find_words_before(words, unknown)
    option, equals, value = before[-1].partition("=") if before else ("", "", "")
    if not equals and len(before) > 1:
        option, value = before[-2:]
    return f'{option} "{" ".join([value, *unknown])}"' if option in options and value else ""


def _find_words_before(words: Sequence[str], unknown: Sequence[str]) -> list[str]:
    start = next((i for i in range(len(words)) if list(words[i : i + len(unknown)]) == list(unknown)), 0)
    return list(words[:start])


def _find_option(options: Mapping[str, str], word: str) -> str:
    """Return a word after the only option that takes it, empty if none or several take it."""
    key, equals, value = word.partition("=")
    named = f"--{key.replace('_', '-')}"
    if named in options and bool(equals) == bool(options[named]):
        return f"{named} {value}".rstrip()
    if "--param" in options and _fits("NAME=VALUE", word):
        return f"--param {word}"
    fitting = [option for option, name in options.items() if _fits(name, word)]
    return f"{fitting[0]} {word}" if len(fitting) == 1 else ""


def _fits(name: str, word: str) -> bool:
    form = _FORMS.get(name)
    return form is not None and form.fullmatch(word) is not None
