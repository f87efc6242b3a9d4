from __future__ import annotations

import pytest

from jupyter_pipeline.exceptions import NotFoundError, UsageError
from jupyter_pipeline.magics.arguments import Parser, split


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("start local", ["start", "local"]),
        ("start local --workers 4   # or slurm, don't know", ["start", "local", "--workers", "4"]),
        ("x --cron '0 6 * * *'", ["x", "--cron", "0 6 * * *"]),
        ('x -o "a=b c"', ["x", "-o", "a=b c"]),
        ("x -o colour=a#b", ["x", "-o", "colour=a#b"]),
    ],
)
def test_a_line_is_split_as_a_shell_does(line: str, words: list[str]) -> None:
    assert split(line) == words


def test_an_open_quotation_is_named() -> None:
    with pytest.raises(UsageError, match="Close the quotation"):
        split("start 'local")


def test_an_unknown_option_offers_the_nearest() -> None:
    parser = Parser("%thing", "a thing")
    parser.add_argument("--name")
    with pytest.raises(NotFoundError, match="Did you mean --name"):
        parser.parse_args(["--nmae", "x"])


def test_the_usage_is_printed_in_a_line() -> None:
    parser = Parser("%thing", "a thing")
    parser.add_argument("name")
    with pytest.raises(UsageError) as few:
        parser.parse_args([])
    assert str(few.value).endswith("Usage: %thing [-h] name")
    for letter in "abcdefghijklmnopq":
        parser.add_argument(f"--{letter}", metavar="VALUE")
    with pytest.raises(UsageError) as many:
        parser.parse_args([])
    assert str(many.value).endswith("Usage: %thing NAME [OPTIONS]; %thing --help lists them")
