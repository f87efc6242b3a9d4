from __future__ import annotations

import pytest

from jupyter_pipeline.exceptions import NotFoundError, UsageError
from jupyter_pipeline.magics.parsing import Parser, split


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
