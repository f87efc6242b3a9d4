"""Replace ``__name__`` by its value in a notebook.

The code of a notebook is the module ``__main__``. The generated code is a module with another name, in which
``if __name__ == "__main__":`` would not run.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Sequence

__all__ = ["MAIN_NAME", "binds_main_name", "replace_main_name"]

MAIN_NAME = "__name__"
_VALUE = '"__main__"'
_LOOKUPS = ("modules", "import_module")
"""Names before ``[__name__]`` and ``(__name__)`` that find the module of the code itself."""
_BINDING = re.compile(r"^[ \t]*(?:global[ \t]+)?__name__[ \t]*(?:=(?!=)|:)", re.MULTILINE)

_Edit = tuple[tuple[int, int], tuple[int, int], str]
"""Start and end of a text, by line and column, and its replacement."""


def binds_main_name(source: str) -> bool:
    """Return True if a cell assigns ``__name__``."""
    return MAIN_NAME in source and bool(_BINDING.search(source))


def replace_main_name(source: str) -> str:
    r"""Return plain Python with the value of ``__name__`` in its place, in as many lines.

    Parameters
    ----------
    source : str
        A cell in plain Python that does not assign ``__name__``.

    Examples
    --------
    >>> replace_main_name('if __name__ == "__main__":\n    main()')
    'if True:\n    main()'
    >>> replace_main_name("log = logging.getLogger(__name__)")
    'log = logging.getLogger("__main__")'
    """
    if MAIN_NAME not in source:
        return source
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return source
    lines = source.split("\n")
    for (row, first), (_, last), text in sorted(_edits(tokens), reverse=True):
        line = lines[row - 1]
        lines[row - 1] = line[:first] + text + line[last:]
    return "\n".join(lines)


def _edits(tokens: Sequence[tokenize.TokenInfo]) -> Iterator[_Edit]:
    for i, token in enumerate(tokens):
        if token.type == tokenize.STRING and token.start[0] == token.end[0]:
            text = token.string
            if "f" in text.partition(text[-1])[0].lower() and f"{{{MAIN_NAME}}}" in text:
                yield token.start, token.end, text.replace(f"{{{MAIN_NAME}}}", "__main__")
        if token.type != tokenize.NAME or token.string != MAIN_NAME:
            continue
        before, after = tokens[i - 1].string if i else "", tokens[i + 1].string
        if before == "." or after == "=" or (i > 1 and tokens[i - 2].string in _LOOKUPS):
            continue
        if before == "{" and after == "}" and _is_in_string(tokens, i):
            yield tokens[i - 1].start, tokens[i + 1].end, "__main__"
        elif after == "==" and _is_value(tokens[i + 2]):
            yield token.start, tokens[i + 2].end, "True"
        elif before == "==" and i > 1 and _is_value(tokens[i - 2]):
            yield tokens[i - 2].start, token.end, "True"
        else:
            yield token.start, token.end, _VALUE


def _is_value(token: tokenize.TokenInfo) -> bool:
    return token.type == tokenize.STRING and token.string in (_VALUE, "'__main__'")


def _is_in_string(tokens: Sequence[tokenize.TokenInfo], position: int) -> bool:
    """Return True if a token is a field of an f-string, which Python 3.12 splits into tokens."""
    kinds = [tokenize.tok_name[token.type] for token in tokens[:position]]
    return kinds.count("FSTRING_START") > kinds.count("FSTRING_END")
