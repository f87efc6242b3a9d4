"""Resolve IPython's variable expansion in shell lines and magics at compile time.

IPython replaces ``{expression}`` and ``$name`` by values, and ``{{`` by ``{``. If one of them cannot be evaluated, it
leaves the whole line as it is; then ``$HOME`` and ``${HOME}`` reach the shell. The rules follow
``IPython.utils.text.DollarFormatter``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import Formatter

from jupyter_pipeline.compiler.frontend.names import NotebookNames, find_free_names

__all__ = ["Expansion", "Field", "Part", "expand", "quote", "render_formatted", "render_text"]

_DOLLAR = re.compile(r"(.*?)\$(\$?[\w\.]+)(?=([^']*'[^']*')*[^']*$)")


@dataclass(frozen=True, slots=True)
class Field:
    """An expression whose value replaces a part of a line."""

    expression: str
    conversion: str = ""
    """``r``, ``s`` or ``a``, or empty."""

    @property
    def text(self) -> str:
        """Source of an expression for its text."""
        return f"repr({self.expression})" if self.conversion == "r" else f"str({self.expression})"


Part = str | Field


@dataclass(frozen=True, slots=True)
class Expansion:
    """Parts of a line: literal text and expressions."""

    parts: tuple[Part, ...]
    unresolved: str = ""
    """The first field that IPython cannot evaluate, if another one of the line has a value."""

    @property
    def fields(self) -> list[Field]:
        """The expressions, in order."""
        return [part for part in self.parts if isinstance(part, Field)]

    @property
    def literal(self) -> str:
        """The line without the expressions."""
        return "".join(part for part in self.parts if isinstance(part, str))


def expand(line: str, names: NotebookNames) -> Expansion:
    """Return the parts of `line` as IPython would expand it.

    Parameters
    ----------
    line : str
        Arguments of a magic, or a shell command.
    names : NotebookNames
        Names that fields may read.

    Examples
    --------
    >>> expand("wget {url} -O $name", NotebookNames(["url = name = ''"])).fields
    [Field(expression='url', conversion=''), Field(expression='name', conversion='')]
    >>> expand("echo $HOME {url}", NotebookNames(["url = ''"]))
    Expansion(parts=('echo $HOME {url}',), unresolved='HOME')
    """
    if "{" not in line and "$" not in line and "}" not in line:
        return Expansion((line,))
    parts: list[Part] = []
    failed, resolved = "", False
    try:
        for literal, expression, conversion in _split(line):
            if literal:
                parts.append(literal)
            if expression is None:
                continue
            if _is_evaluable(expression, names):
                parts.append(Field(expression.strip(), conversion))
                resolved = True
            else:
                failed = failed or expression or "{}"
    except ValueError:  # braces that are not balanced
        return Expansion((line,))
    if failed:
        return Expansion((line,), failed if resolved else "")
    return Expansion(tuple(parts))


def _split(line: str) -> Iterator[tuple[str, str | None, str]]:
    """Yield literal text, the expression after it, and its conversion."""
    for literal, name, spec, conversion in Formatter().parse(line):
        begin, text = 0, ""
        for match in _DOLLAR.finditer(literal):
            before, dollar = match.group(1, 2)
            if dollar.startswith("$"):
                text += before + dollar
            else:
                yield text + before, dollar, ""
                text = ""
            begin = match.end()
        expression = f"{name}:{spec}" if name is not None and spec else name
        yield text + literal[begin:], expression, conversion or ""


def _is_evaluable(expression: str, names: NotebookNames) -> bool:
    try:
        node = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return False
    if not names.has_star_import() and not names.binds(*find_free_names(node)):
        return False
    for part in ast.walk(node):
        if (
            isinstance(part, ast.Attribute)
            and isinstance(part.value, ast.Name)
            and names.text_of(part.value.id) is not None
            and not hasattr(str, part.attr)
        ):
            return False  # `$name.csv`: IPython reads an attribute
    return True


def quote(text: str) -> str:
    r"""Return the source of a string literal, in double quotes if possible.

    Examples
    --------
    >>> print(quote("it's"), quote('say "x"'), quote("a"))
    "it's" 'say "x"' "a"
    """
    shown = repr(text)
    if shown[0] == "'" and '"' not in text:
        return f'"{shown[1:-1]}"'
    return shown


def render_text(parts: Sequence[Part], names: NotebookNames) -> str:
    """Return the source of an expression for the text of `parts`.

    Examples
    --------
    >>> render_text(["data/", Field("day"), ".csv"], NotebookNames([]))
    'f"data/{day}.csv"'
    """
    fields = [part for part in parts if isinstance(part, Field)]
    if not fields:
        return quote("".join(str(part) for part in parts))
    if len(parts) == 1:
        field = fields[0]
        if not field.conversion and names.text_of(field.expression) is not None:
            return field.expression
        return field.text
    return render_formatted([p if isinstance(p, str) else (p.expression, p.conversion) for p in parts])


def render_formatted(parts: Sequence[str | tuple[str, str]]) -> str:
    """Return an f-string of literal texts and of expressions with their conversions, or a sum of strings.

    Before Python 3.12, an expression in an f-string has no backslash and no quote of the string itself.
    """
    expressions = [part[0] for part in parts if isinstance(part, tuple)]
    mark = '"' if not any('"' in e for e in expressions) else "'"
    if any("\\" in e or mark in e or "\n" in e or e.startswith("{") for e in expressions):
        return " + ".join(
            quote(p) if isinstance(p, str) else (f"repr({p[0]})" if p[1] == "r" else f"str({p[0]})") for p in parts
        )
    shown = ""
    for part in parts:
        if isinstance(part, tuple):
            shown += f"{{{part[0]}!{part[1]}}}" if part[1] else f"{{{part[0]}}}"
        else:
            body = "".join(f"\\{c}" if c == mark else c if c in "'\"" else repr(c)[1:-1] for c in part)
            shown += body.replace("{", "{{").replace("}", "}}")
    return f"f{mark}{shown}{mark}"
