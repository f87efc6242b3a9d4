from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from jupyter_pipeline import safe_yaml
from jupyter_pipeline.exceptions import ConfigurationError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{day: 2026-01-31, rows: 100}", {"day": "2026-01-31", "rows": 100}),
        ("[1.5, null, true]", [1.5, None, True]),
        ("wall: 1:30:00", {"wall": "1:30:00"}),
        ("", None),
    ],
)
def test_json_values(text: str, value: object) -> None:
    assert safe_yaml.parse(text, json=True) == value


@pytest.mark.parametrize(
    "text", ["x: .nan", "x: -.inf", "x: !!binary aGk=", "x: !!set {a}", "x: !!timestamp 2026-01-31"]
)
def test_values_without_a_json_equivalent_are_refused(text: str) -> None:
    with pytest.raises(safe_yaml.NotJsonError, match=r"JSON cannot represent"):
        safe_yaml.parse(text, json=True)


@pytest.mark.parametrize("json", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "{a: 1, a: 2}",
        "a: !!python/object/apply:os.system [id]",
        "&a [*a]",
        "[" * 50 + "]" * 50,
        "a: &a [x, x]\nb: &b [*a, *a]\n"
        + "".join(f"{c}: &{c} [{', '.join(['*' + p] * 9)}]\n" for p, c in zip("bcdefg", "cdefgh", strict=True)),
        "x: [",
        "x" * 300_000,
    ],
)
def test_unsafe_text_is_refused(text: str, json: bool) -> None:
    with pytest.raises(yaml.YAMLError):
        safe_yaml.parse(text, json=json)
    with pytest.raises(ConfigurationError):
        safe_yaml.read_text(text, "f.yaml", json=json)


def test_a_world_writable_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text("a: 1")
    assert safe_yaml.read_file(file) == {"a": 1}
    file.chmod(0o666)
    with pytest.raises(ConfigurationError, match="world-writable"):
        safe_yaml.read_file(file)
