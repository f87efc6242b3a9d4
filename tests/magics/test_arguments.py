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
    assert str(few.value).endswith("Usage: %thing [-h] NAME")
    for letter in "abcdefghijklmnopq":
        parser.add_argument(f"--{letter}", metavar="VALUE")
    with pytest.raises(UsageError) as many:
        parser.parse_args([])
    assert str(many.value).endswith("Usage: %thing NAME [OPTIONS]; %thing --help lists them")


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("d --cron every day", 'in quotes: --cron "every day"'),
        ("d --cron 0 6 * * * --name x", 'in quotes: --cron "0 6 * * *"'),
        ("d --cron=0 6 * * *", 'in quotes: --cron "0 6 * * *"'),
        ("d seed=9", "Write --param seed=9"),
        ("d --param a=1 b=2 c=3", "Write --param b=2 --param c=3"),
        ("d --wait other", "Usage: %thing [-h] [--cron CRON] [--name NAME] [--param PARAM] [--wait] NAME"),
        ("d other", "Usage: %thing [-h] [--cron CRON] [--name NAME] [--param PARAM] [--wait] NAME"),
    ],
)
def test_unrecognized_words_are_put_where_they_belong(line: str, end: str) -> None:
    parser = Parser("%thing", "a thing")
    parser.add_argument("name")
    parser.add_argument("--cron")
    parser.add_argument("--name")
    parser.add_argument("--param", action="append")
    parser.add_argument("--wait", action="store_true")
    with pytest.raises(UsageError) as error:
        parser.parse_args(split(line))
    assert str(error.value).endswith(end)
