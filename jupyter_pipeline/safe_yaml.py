"""Read YAML strictly and write it: the one YAML loader of the package.

PyYAML's ``safe_load`` accepts duplicate keys (the last one wins) and aliases that expand to millions of nodes.
This loader refuses both. It also refuses files that other users can write to.
``1:30:00`` stays text, as in YAML 1.2; YAML 1.1 reads it as the number 5400.
"""

from __future__ import annotations

import math
import os
import re
import shlex
import stat
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import yaml

from jupyter_pipeline.exceptions import ConfigurationError

__all__ = ["NotJsonError", "check_ownership", "dump", "parse", "read_file", "read_text"]

_MAX_BYTES = 256 * 1024
_MAX_NODES = 20_000
_MAX_DEPTH = 40
_WITH_COLONS = re.compile(r"\d+(?::\d+)+$")
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotJsonError(yaml.MarkedYAMLError):
    """Raised for a YAML value that JSON cannot represent, such as ``.nan`` or a set."""


class _Loader(_Base):  # type: ignore[misc]
    """Safe loader that refuses duplicate keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a plain value", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} occurs twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


_Loader.yaml_implicit_resolvers = {
    first: [("tag:yaml.org,2002:str", _WITH_COLONS), *resolvers]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}


class _DaskLoader(_Base):  # type: ignore[misc]
    """Loader of Dask's configuration: ``1:30:00`` is the number 5400, and the last of duplicate keys counts."""


class _JsonLoader(_Loader):
    """Loader that keeps dates as text and refuses values that JSON cannot represent."""


def _json_float(loader: Any, node: yaml.ScalarNode) -> float:
    number = float(loader.construct_yaml_float(node))
    if not math.isfinite(number):
        raise NotJsonError(problem=f"JSON cannot represent the number {node.value}", problem_mark=node.start_mark)
    return number


def _refuse_tag(loader: Any, node: yaml.Node) -> None:
    kind = node.tag.rpartition(":")[2]
    raise NotJsonError(problem=f"JSON cannot represent a value of type {kind}", problem_mark=node.start_mark)


_JsonLoader.add_constructor("tag:yaml.org,2002:float", _json_float)
for _kind in ("binary", "omap", "pairs", "set", "timestamp"):
    _JsonLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", _refuse_tag)
_JsonLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


class _TextLoader(_JsonLoader):
    """Loader that keeps every scalar as text."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


def _refusal(problem: str, where: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)


def _check_depth(text: str) -> None:
    """Count levels from parser events: composing a deeply nested document would exhaust the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                raise _refusal(f"more than {_MAX_DEPTH} levels deep", event)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _expanded_size(node: yaml.Node, known: dict[int, int]) -> int:
    """Return the number of nodes in `node` after expansion of every alias."""
    if id(node) in known:
        if known[id(node)] < 0:
            raise _refusal("an alias contains itself", node)
        return known[id(node)]
    known[id(node)] = -1
    if isinstance(node, yaml.MappingNode):
        children = [child for pair in node.value for child in pair]
    else:
        children = node.value if isinstance(node, yaml.SequenceNode) else []
    size = 1 + sum(_expanded_size(child, known) for child in children)
    if size > _MAX_NODES:
        raise _refusal(f"aliases grow to more than {_MAX_NODES} values", node)
    known[id(node)] = size
    return size


def parse(text: str, *, json: bool = False, scalars: bool = False, as_dask: bool = False) -> Any:
    """Return the YAML document in `text` as plain values.

    Parameters
    ----------
    text : str
        One document, at most 256 KiB, at most 40 levels deep, at most 20,000 nodes after alias expansion.
    json : bool
        Accept only values that JSON can represent. Dates stay text.
    scalars : bool
        Return the text of each number, boolean and null.
    as_dask : bool
        Read scalars and duplicate keys as Dask reads its configuration.

    Raises
    ------
    yaml.YAMLError
        If the text is malformed, exceeds a limit, repeats a key or contains a Python object.
    NotJsonError
        If `json` is true and a value has no JSON equivalent.

    Examples
    --------
    >>> parse("{day: 2026-01-31, rows: 100}", json=True)
    {'day': '2026-01-31', 'rows': 100}
    """
    if len(text.encode(errors="surrogatepass")) > _MAX_BYTES:
        raise yaml.YAMLError(f"larger than {_MAX_BYTES // 1024} KiB")
    _check_depth(text)
    loader = (_DaskLoader if as_dask else _TextLoader if scalars else _JsonLoader if json else _Loader)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _expanded_size(node, {})
        return loader.construct_document(node)
    finally:
        loader.dispose()


def dump(values: Mapping[str, Any], *, width: int = 80) -> str:
    """Return `values` as YAML, with the keys in their order and lines of about `width` characters."""
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=width))


def read_text(text: str, source: str, *, json: bool = False, as_dask: bool = False) -> Any:
    """Return the YAML document in `text`; errors name `source`.

    Parameters
    ----------
    text : str
        One document; see `parse` for the limits.
    source : str
        Name of the file or option, for error messages.
    json : bool
        Accept only values that JSON can represent.
    as_dask : bool
        See `parse`.

    Raises
    ------
    ConfigurationError
        If `parse` refuses the text.
    """
    if len(text.encode(errors="surrogatepass")) > _MAX_BYTES:
        raise ConfigurationError(
            source, "", f"is larger than {_MAX_BYTES // 1024} KiB", "Check that this is the right file."
        )
    if "\0" in text:
        raise ConfigurationError(source, "", "contains a NUL character", "Save it as plain UTF-8 text.")
    try:
        return parse(text, json=json, as_dask=as_dask)
    except yaml.constructor.ConstructorError as error:
        problem = str(error.problem)
        fix = "Remove one of the two."
        if "tag:yaml.org,2002:python" in problem or "could not determine a constructor" in problem:
            problem = "contains a Python object, which is never loaded from a file"
            fix = "Use plain values only."
        elif "occurs twice" not in problem:
            fix = "Correct the line."
        raise ConfigurationError(source, _line(error.problem_mark), problem, fix) from error
    except yaml.MarkedYAMLError as error:
        problem = f"is not a usable YAML file ({error.problem})"
        raise ConfigurationError(source, _line(error.problem_mark), problem, "Correct the line.") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigurationError(source, "", f"is not YAML ({reason})", "Save it as plain UTF-8 text.") from error


def _line(mark: Any) -> str:
    return f"line {mark.line + 1}" if mark is not None else ""


def check_ownership(path: Path, source: str) -> None:
    """Raise an error if another user could change the file.

    Raises
    ------
    ConfigurationError
        If the file is world-writable, or belongs to another user and its folder is world-writable.
    """
    info = path.stat()
    if not stat.S_ISREG(info.st_mode):
        raise ConfigurationError(source, "", "is not a regular file", "Name a YAML file.")
    if info.st_mode & stat.S_IWOTH:
        raise ConfigurationError(
            source,
            "",
            "is world-writable, so every user of this host could run code as you",
            f"Run: chmod o-w {shlex.quote(str(path))}",
        )
    if info.st_uid not in (0, os.getuid()) and path.resolve().parent.stat().st_mode & stat.S_IWOTH:
        raise ConfigurationError(
            source,
            "",
            "belongs to another user and its folder is world-writable",
            "If you trust the file, copy it to one of your own folders.",
        )


def read_file(path: Path, *, json: bool = False, as_dask: bool = False) -> Any:
    """Return the YAML document in the file `path`.

    Parameters
    ----------
    path : Path
        File to read.
    json : bool
        Accept only values that JSON can represent.
    as_dask : bool
        See `parse`.

    Raises
    ------
    ConfigurationError
        If the file cannot be read, `check_ownership` refuses it, or `parse` refuses its content.
    """
    source = str(path)
    try:
        check_ownership(path, source)
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        text = data.decode()
    except OSError as error:
        raise ConfigurationError(
            source, "", f"cannot be read ({error.strerror})", "Check the path and its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(source, "", "is not UTF-8 text", "Save it as plain UTF-8 text.") from error
    return read_text(text, source, json=json, as_dask=as_dask)
