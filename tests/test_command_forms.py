"""Words in the wrong place are answered with the right form."""

from __future__ import annotations

import pytest

from jupyter_pipeline.command_forms import write_arguments, write_options, write_quotes

OPTIONS = {"--workers": "N", "--adapt": "MIN:MAX", "--override": "KEY=VALUE", "--name": "NAME", "--wait": ""}


@pytest.mark.parametrize(
    ("positionals", "line", "expected"),
    [
        (["[PROFILE]"], "--profile local", "local"),
        (["[PROFILE]"], "--profile=local --wait", "local --wait"),
        (["NAME", "N"], "--n 4 mine", "mine 4"),
        (["NAME", "N"], "mine -n 4", "mine 4"),
        (["NAME", "N"], "mine --workers 4", ""),
        (["[PROFILE]"], "--profile", ""),
    ],
)
def test_options_with_the_name_of_an_argument_become_arguments(
    positionals: list[str], line: str, expected: str
) -> None:
    assert write_arguments(positionals, line.split()) == expected


@pytest.mark.parametrize(
    ("line", "unknown", "expected"),
    [
        ("local 4", "4", "--workers 4"),
        ("local 0:4", "0:4", "--adapt 0:4"),
        ("local --adapt 0 4", "4", "--adapt 0:4"),
        ("local workers=4", "workers=4", "--workers 4"),
        ("local cluster_kwargs.cores=4", "cluster_kwargs.cores=4", "--override cluster_kwargs.cores=4"),
        ("local 4 wait", "4 wait", "--workers 4 --wait"),
        ("local mine", "mine", ""),
        ("local 4 mine", "4 mine", ""),
    ],
)
def test_words_get_the_option_that_takes_them(line: str, unknown: str, expected: str) -> None:
    assert write_options(["[PROFILE]"], OPTIONS, line.split(), unknown.split()) == expected


def test_words_that_two_options_take_get_none() -> None:
    assert write_options([], {"--port": "N", "--workers": "N"}, ["4200"], ["4200"]) == ""


def test_two_numbers_of_an_argument_become_a_range() -> None:
    assert write_options(["[NAME]", "MIN:MAX"], {}, ["mine", "1", "2"], ["2"]) == "1:2"
    assert write_options(["[NAME]", "N"], {}, ["mine", "1", "2"], ["2"]) == ""


@pytest.mark.parametrize(
    ("line", "unknown", "expected"),
    [
        ("x --name every day", "day", '--name "every day"'),
        ("x --name=0 6 * * *", "6 * * *", '--name "0 6 * * *"'),
        ("x --wait local 3", "local 3", ""),
        ("x y z", "z", ""),
        ("--name", "--name", ""),
    ],
)
def test_words_after_an_option_become_its_value(line: str, unknown: str, expected: str) -> None:
    assert write_quotes(["--name"], line.split(), unknown.split()) == expected
