from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.environments.plugins.package_indexes import missing_variables, split_options, uv_settings


def test_addresses_go_into_the_file_and_the_rest_into_the_command() -> None:
    options = ["--index-url", "https://${T}@h/s", "--upgrade", "--find-links=/w", "--extra-index-url https://e/s"]
    assert split_options(options) == (
        ["--upgrade"],
        ["--index-url https://${T}@h/s", "--find-links /w", "--extra-index-url https://e/s"],
    )
    assert missing_variables(["https://${T}@h", "${OTHER}"], {"OTHER": "1"}) == ["T"]


@pytest.mark.parametrize(
    ("environ", "files", "expected"),
    [
        ({}, {}, {}),
        ({"PIP_INDEX_URL": "https://h/s"}, {}, {"UV_DEFAULT_INDEX": "https://h/s"}),
        (
            {},
            {".config/pip/pip.conf": "[global]\nextra-index-url =\n  https://a/s\n  https://b/s\nfind_links = /w\n"},
            {
                "UV_INDEX": "https://a/s https://b/s",
                "UV_FIND_LINKS": "/w",
                "UV_INDEX_STRATEGY": "unsafe-best-match",
            },
        ),
        (
            {"PIP_INDEX_URL": "https://newer/s"},
            {"prefix/pip.conf": "[install]\nindex-url = https://h/s\n[global]\ncert = /c.pem\n"},
            {"UV_DEFAULT_INDEX": "https://newer/s", "SSL_CERT_FILE": "/c.pem"},
        ),
        ({"PIP_INDEX_URL": "https://h/s", "UV_INDEX_URL": "https://own/s"}, {}, {}),
        ({"PIP_INDEX_URL": "https://h/s"}, {".config/uv/uv.toml": ""}, {}),
        ({}, {".config/pip/pip.conf": "not a configuration"}, {}),
    ],
)
def test_pips_settings_become_uvs(
    environ: dict[str, str], files: dict[str, str], expected: dict[str, str], tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    given = {"HOME": str(tmp_path), **environ}
    assert uv_settings(given, str(tmp_path / "prefix"), system=tmp_path / "etc") == expected
