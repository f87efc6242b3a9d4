"""Compare the outputs of one cell: text, value, displays.

Outputs have the form of nbformat: ``output_type``, and ``text`` or ``data`` by MIME type. The outputs of a notebook
come from a file that anyone may have written, so each part is checked before use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_pipeline.models import ComparisonStatus, ItemComparison
from jupyter_pipeline.workflows.comparison import pictures, tables, text
from jupyter_pipeline.workflows.comparison.confirmations import Confirmation, remove_confirmations
from jupyter_pipeline.workflows.comparison.pictures import PictureError
from jupyter_pipeline.workflows.comparison.tables import UnreadableHtmlError

__all__ = ["TOO_LONG", "Expectation", "compare_displays", "compare_text", "count_skipped_pictures", "has_widgets"]

_MOST_TEXT = 4_000_000
_WIDGETS = "application/vnd.jupyter.widget-view+json"
_TRUNCATED = (
    "IOPub data rate exceeded",
    "IOPub message rate exceeded",
    "Output is truncated. View as",
    "Streaming output truncated to the last",
    "max output size exceeded, skipping output",
)
"""Sentences of Jupyter, VS Code, Colab and Databricks in an output that they have cut."""
_RASTER = ("image/png", "image/jpeg", "image/gif")
_SVG = "image/svg+xml"
TOO_LONG = "it would have taken too long"
"""Reason of pictures and displays that the recorder has left out to save time."""
_MISSING = {
    "time": TOO_LONG,
    "size": "the picture of the run is too large",
    "error": "the figure of the run cannot be drawn",
}
_UNSTABLE_JSON = ("uid", "id", "uuid", "div_id", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Facts about a cell that decide how a difference is judged."""

    noise: text.Noise
    """Parts of its texts that may change from run to run."""
    partial: bool = False
    """True if lines of the cell that may show something are not in the pipeline."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Reason why a difference proves nothing, by ``text``, ``value`` and ``picture``."""
    confirmations: Sequence[Confirmation] = ()
    """Text of IPython for lines of the cell that the pipeline runs without a text."""
    unordered: bool = False
    """True if processes wrote lines, whose order may change."""
    has_sets: bool = False
    """True if the order of a set, which changes with the hash seed, may be in an output."""
    has_widgets: bool = False
    """True if the notebook shows a widget, which may contain text and displays."""


def has_widgets(outputs: Sequence[Mapping[str, Any]]) -> bool:
    """Return True if the outputs of a cell contain a widget."""
    return any(_WIDGETS in _data(output) for output in outputs)


def count_skipped_pictures(outputs: Sequence[Mapping[str, Any]]) -> int:
    """Return the number of pictures of a run that the recorder has left out to save time."""
    return sum(_data(output).get("image/png") == {"reason": "time"} for output in outputs)


def compare_text(
    stream: str, notebook: str, run: str, expected: Expectation, *, truncated: bool
) -> tuple[ItemComparison | None, list[str]]:
    """Compare the text of a stream; return the result, ``None`` if neither side has text, and the ignored kinds."""
    kind = "text" if stream == "stdout" else "error text"
    if any(mark in notebook for mark in _TRUNCATED):
        return _not_compared(kind, "the notebook's output is truncated"), []
    if len(notebook) > _MOST_TEXT or (truncated and run):
        if notebook[:1_000_000] == run[:1_000_000]:
            return _not_compared(kind, "the output is too large; its first million characters are the same"), []
        return _not_compared(kind, "the output is too large"), []
    noise = expected.noise
    ignored: list[str] = []
    if stream == "stderr":
        # Tracebacks, warnings and records of logs: their texts are no data.
        noise = replace(noise, moments=True, identifiers=True, paths=True)
        both = [text.normalize(each)[0] for each in (notebook, run)]
        shorter = [text.without_records(each) for each in both]
        if shorter != both and text.find_noise(notebook, run, noise) is None:
            ignored = ["warnings and log records"]
        notebook, run = shorter
    elif expected.confirmations and text.find_noise(notebook, run, noise) is None:
        rest = remove_confirmations(notebook, expected.confirmations)
        ignored = ["confirmations of magics"] if rest != notebook else []
        notebook = rest
    first, second = text.normalize(notebook, noise.rules)[0], text.normalize(run, noise.rules)[0]
    same = ItemComparison(kind=kind, status=ComparisonStatus.SAME)
    if (kinds := text.find_noise(notebook, run, noise)) is not None:
        return same if first or second else None, [*ignored, *kinds]
    if expected.partial and _is_part(second, first):
        return same if second else None, [*ignored, "text of lines that were left out"]
    if expected.unordered and text.find_noise(_sorted(first), _sorted(second), noise) is not None:
        return same, [*ignored, "order of lines"]
    if expected.unordered and _is_part(_sorted(first), _sorted(second)):
        return _not_compared(kind, "the notebook may have lost text of child processes"), ignored
    reason = expected.reasons.get("text", "") or _find_excuse(first, second, expected)
    sides = {"notebook": text.excerpt(first, second), "run": text.excerpt(second, first)}
    if reason:
        return _not_compared(kind, reason, **sides), ignored
    why = "the run shows no text" if not second else "the notebook shows no text" if not first else "the text differs"
    return ItemComparison(kind=kind, status=ComparisonStatus.DIFFERS, reason=why, **sides), ignored


def _find_excuse(first: str, second: str, expected: Expectation) -> str:
    """Return the reason why two texts of this cell may differ; empty for none."""
    if expected.has_sets and _pieces(first) == _pieces(second):
        return "the order of a set changes from run to run"
    if expected.has_widgets and _is_part(first, second):
        return "an interactive widget of the notebook may contain it"
    return ""


def _pieces(content: str) -> list[str]:
    return sorted(re.split(r"[\s,\[\](){}]+", content))


def _sorted(content: str) -> str:
    return "\n".join(sorted(content.split("\n")))


def _is_part(part: str, whole: str) -> bool:
    """Return True if the lines of `part` are lines of `whole` in order."""
    rest = iter(whole.split("\n"))
    return all(any(text.are_equal(line, other) for other in rest) for line in part.split("\n") if line.strip())


def compare_displays(
    notebook: Sequence[Mapping[str, Any]], run: Sequence[Mapping[str, Any]], expected: Expectation
) -> tuple[list[ItemComparison], list[str]]:
    """Compare values and displays in order; return the results and the ignored kinds."""
    items: list[ItemComparison] = []
    noise: list[str] = []
    pending = list(notebook)
    for output in run:
        position = _position(output, pending)
        if position is None:
            items.append(_one_sided(output, expected, in_run=True))
            continue
        if expected.partial:
            position = next(
                (i for i, other in enumerate(pending) if _compare(other, output, expected, [])[0] == ""), position
            )
        reason, sides = _compare(pending[position], output, expected, noise)
        items.append(_item(output, reason, sides, expected))
        del pending[0 if expected.partial else position : position + 1]
    if not expected.partial:
        items += [_one_sided(output, expected, in_run=False) for output in pending]
    return items, noise


def _position(output: Mapping[str, Any], pending: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the index of the first output of the notebook with the same kind."""
    kinds = [_kind(each) for each in pending]
    wanted = _kind(output)
    if wanted in kinds:
        return kinds.index(wanted)
    loose = {"value", "display"}
    return next((i for i, kind in enumerate(kinds) if wanted in loose and kind in loose), None)


def _kind(output: Mapping[str, Any]) -> str:
    data = output.get("data")
    data = data if isinstance(data, Mapping) else {}
    if any(name.startswith("image/") for name in data):
        return "picture"
    return "value" if output.get("output_type") == "execute_result" else "display"


def _one_sided(output: Mapping[str, Any], expected: Expectation, *, in_run: bool) -> ItemComparison:
    kind = _kind(output)
    words = {"value": "value of the last line", "display": "display", "picture": "picture"}[kind]
    sides = _sides(output, "run" if in_run else "notebook")
    if reason := expected.reasons.get(_judged(kind), ""):
        return _not_compared(kind, reason, **sides)
    if in_run and expected.has_widgets:
        return _not_compared(kind, "an interactive widget of the notebook may contain it", **sides)
    if _WIDGETS in _data(output):
        return _not_compared(kind, "an interactive widget", **sides)
    reason = f"the notebook has no such {words}" if in_run else f"the run shows no {words}"
    return ItemComparison(kind=kind, status=ComparisonStatus.DIFFERS, reason=reason, **sides)


def _judged(kind: str) -> str:
    return "picture" if kind == "picture" else "value"


def _item(
    output: Mapping[str, Any], reason: str | None, sides: dict[str, str], expected: Expectation
) -> ItemComparison:
    kind = _kind(output)
    if reason == "":
        return ItemComparison(kind=kind, status=ComparisonStatus.SAME)
    if reason is None:
        return _not_compared(kind, sides.pop("reason"), **sides)
    if excuse := expected.reasons.get(_judged(kind), ""):
        return _not_compared(kind, excuse, **sides)
    return ItemComparison(kind=kind, status=ComparisonStatus.DIFFERS, reason=reason, **sides)


def _compare(
    notebook: Mapping[str, Any], run: Mapping[str, Any], expected: Expectation, noise: list[str]
) -> tuple[str | None, dict[str, str]]:
    """Return the reason why two outputs differ, and their sides; ``None`` if they cannot be compared."""
    first, second = _data(notebook), _data(run)
    try:
        if _WIDGETS in first or _WIDGETS in second:
            return None, {"reason": "an interactive widget"}
        for name in _RASTER:
            if name in first and name in second:
                return _compare_pictures(first[name], second[name])
        if _SVG in first and _SVG in second:
            same = pictures.are_same_svg(_joined(first[_SVG]), _joined(second[_SVG]))
            return ("", {}) if same else (None, {"reason": "pictures in SVG are compared as text, and it differs"})
        if any(n.startswith("image/") for n in first) and any(n.startswith("image/") for n in second):
            return None, {"reason": "the notebook stores the picture in another format"}
        for name in sorted(set(first) & set(second)):
            if name.startswith("application/vnd.") and name.endswith("json"):
                same = _is_same_json(first[name], second[name])
                return ("" if same else f"the data of {name} differs"), {} if same else _texts(first, second)
        if "text/html" in first and "text/html" in second:
            return _compare_html(_joined(first["text/html"]), _joined(second["text/html"]), expected, noise)
    except (PictureError, UnreadableHtmlError) as error:
        return None, {"reason": str(error)}
    return _compare_plain(first, second, expected, noise)


def _compare_pictures(notebook: Any, run: Any) -> tuple[str | None, dict[str, str]]:
    if isinstance(run, Mapping):
        return None, {"reason": _MISSING.get(run.get("reason", ""), "the run has no picture")}
    one, other = pictures.open_picture(_joined(notebook)), pictures.open_picture(_joined(run))
    reason: str | None
    sides: dict[str, str] = {}
    try:
        reason = pictures.compare_pictures(one, other)
    except PictureError as error:
        reason, sides = None, {"reason": str(error)}
    if reason == "":
        return "", {}
    return reason, {
        "notebook": pictures.describe_picture(one),
        "run": pictures.describe_picture(other),
        "notebook_picture": pictures.thumbnail(one),
        "run_picture": pictures.thumbnail(other),
        **sides,
    }


def _compare_html(
    notebook: str, run: str, expected: Expectation, noise: list[str]
) -> tuple[str | None, dict[str, str]]:
    one, other = tables.read_html(notebook), tables.read_html(run)
    ignored: list[str] = []

    def is_same(first: str, second: str) -> bool:
        kinds = text.find_noise(first, second, expected.noise)
        ignored.extend(kinds or ())
        return kinds is not None

    reason = tables.compare_html(one, other, is_same)
    noise += ignored if not reason else []
    first, second = str(one), str(other)
    return reason, {"notebook": text.excerpt(first, second), "run": text.excerpt(second, first)} if reason else {}


def _compare_plain(
    first: Mapping[str, Any], second: Mapping[str, Any], expected: Expectation, noise: list[str]
) -> tuple[str | None, dict[str, str]]:
    names = [n for n in ("text/plain", "text/markdown", "text/latex", "text/html") if n in first and n in second]
    if not names:
        return None, {"reason": "the notebook stores the output in another format"}
    one, other = _joined(first[names[0]]), _joined(second[names[0]])
    if len(one) > _MOST_TEXT:
        return None, {"reason": "the output is too large"}
    kinds = text.find_noise(one, other, expected.noise)
    if kinds is None:  # IPython breaks the lines of long containers
        kinds = text.find_noise(" ".join(one.split()), " ".join(other.split()), expected.noise)
    if kinds is not None:
        noise += kinds
        return "", {}
    one, other = (text.normalize(each, expected.noise.rules)[0] for each in (one, other))
    sides = {"notebook": text.excerpt(one, other), "run": text.excerpt(other, one)}
    excuse = _find_excuse(one, other, expected) if expected.has_sets else ""
    return (None, {"reason": excuse, **sides}) if excuse else ("the value differs", sides)


def _is_same_json(first: Any, second: Any) -> bool:
    """Compare data of charts; numbers as text, and identifiers not at all."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        keys = {k for k in {*first, *second} if k not in _UNSTABLE_JSON}
        return all(k in first and k in second and _is_same_json(first[k], second[k]) for k in keys)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_is_same_json, first, second))
    return text.are_equal(json.dumps(first, default=str), json.dumps(second, default=str))


def _data(output: Mapping[str, Any]) -> Mapping[str, Any]:
    data = output.get("data")
    return data if isinstance(data, Mapping) else {}


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "".join(str(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _sides(output: Mapping[str, Any], side: str) -> dict[str, str]:
    data = _data(output)
    sides = {side: text.excerpt(text.normalize(_joined(data.get("text/plain", "")))[0], "")}
    for name in _RASTER:
        if data.get(name):
            try:
                image = pictures.open_picture(_joined(data[name]))
            except PictureError:
                continue
            return {side: pictures.describe_picture(image), f"{side}_picture": pictures.thumbnail(image)}
    return sides


def _texts(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, str]:
    one, other = (text.normalize(_joined(each.get("text/plain", "")))[0] for each in (first, second))
    return {"notebook": text.excerpt(one, other), "run": text.excerpt(other, one)}


def _not_compared(kind: str, reason: str, **sides: str) -> ItemComparison:
    return ItemComparison(kind=kind, status=ComparisonStatus.NOT_COMPARED, reason=reason, **sides)
