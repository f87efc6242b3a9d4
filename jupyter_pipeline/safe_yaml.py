"""YAML from a file that someone else may have written, read without trusting it.

``safe_load`` alone still accepts a key that stands twice (the last wins in silence) and a few lines of aliases that
grow to millions of nodes. Both are refused here, as are files that others can write to. It also reads ``1:30:00``
as the number 5400, which a batch system takes for minutes: here, as in YAML 1.2, that is text.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from jupyter_pipeline.exceptions import ConfigurationError

__all__ = ["check_ownership", "read_file", "read_text"]

_MAX_BYTES = 256 * 1024
_MAX_NODES = 20_000
_MAX_DEPTH = 40
_WITH_COLONS = re.compile(r"\d+(?::\d+)+$")
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader, which refuses a key that stands twice in one mapping."""

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
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


_Loader.yaml_implicit_resolvers = {
    first: [("tag:yaml.org,2002:str", _WITH_COLONS), *resolvers]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}


def _refusal(problem: str, where: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)


def _check_depth(text: str) -> None:
    """Count levels from the events, since composing a deeply nested document exhausts the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                raise _refusal(f"more than {_MAX_DEPTH} levels deep", event)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _expanded_size(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many nodes `node` has once every alias is written out."""
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


def read_text(text: str, source: str) -> Any:
    """Return the one YAML document in `text` as plain values.

    Parameters
    ----------
    text : str
        At most 256 KiB.
    source : str
        Where it came from, for the message.

    Raises
    ------
    ConfigurationError
        If it is not YAML, is larger or deeper than a profile ever is, has a key twice, asks for a Python object, or
        has aliases that contain themselves or multiply.
    """
    if len(text.encode(errors="surrogatepass")) > _MAX_BYTES:
        raise ConfigurationError(
            source, "", f"is larger than {_MAX_BYTES // 1024} KiB", "Profiles are short: is it another file?"
        )
    if "\0" in text:
        raise ConfigurationError(source, "", "contains a NUL character", "Save it as plain UTF-8 text.")
    loader = None
    try:
        _check_depth(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _expanded_size(node, {})
        return loader.construct_document(node)
    except yaml.constructor.ConstructorError as error:
        problem = str(error.problem)
        fix = "Remove one of the two."
        if "tag:yaml.org,2002:python" in problem or "could not determine a constructor" in problem:
            problem = "asks for a Python object, which is never built from a file"
            fix = "Write plain values only."
        elif "stands twice" not in problem:
            fix = "Correct the line."
        raise ConfigurationError(source, _line(error.problem_mark), problem, fix) from error
    except yaml.MarkedYAMLError as error:
        raise ConfigurationError(
            source,
            _line(error.problem_mark),
            f"is not a YAML file that can be used ({error.problem})",
            "Correct the line.",
        ) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigurationError(source, "", f"is not YAML ({reason})", "Save it as plain UTF-8 text.") from error
    finally:
        if loader is not None:
            loader.dispose()


def _line(mark: Any) -> str:
    return f"line {mark.line + 1}" if mark is not None else ""


def check_ownership(path: Path, source: str) -> None:
    """Refuse a file through which someone else could run code as this user.

    Raises
    ------
    ConfigurationError
        If everyone may write to it, or it is another user's file in a folder that everyone may write to.
    """
    info = path.stat()
    if not stat.S_ISREG(info.st_mode):
        raise ConfigurationError(source, "", "is not a regular file", "Name a YAML file.")
    if info.st_mode & stat.S_IWOTH:
        raise ConfigurationError(
            source,
            "",
            "can be written by everyone, who could then run code as you",
            f"Run: chmod o-w {shlex.quote(str(path))}",
        )
    if info.st_uid not in (0, os.getuid()) and path.resolve().parent.stat().st_mode & stat.S_IWOTH:
        raise ConfigurationError(
            source,
            "",
            "belongs to another user and lies in a folder where everyone may write",
            "Copy it to a folder of yours if you trust it.",
        )


def read_file(path: Path) -> Any:
    """Return the YAML document in the file `path`; see `read_text` and `check_ownership`.

    Raises
    ------
    ConfigurationError
        Also if the file cannot be read.
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
    return read_text(text, source)
