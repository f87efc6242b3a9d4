from __future__ import annotations

import io

import pytest

from jupyter_pipeline.workflows.run_logs.lines import Allowance, CapturedStream, LineBuffer


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        (["one\ntwo\n"], ["one", "two"]),
        (["on", "e\n\n  \ntwo"], ["one", "two"]),
        (["\r 10%", "\r 50%", "\r100%\n"], ["100%"]),
        (["\r 10%|#   ", "\r100%|####", "\r"], ["100%|####"]),
        (["windows\r\n"], ["windows"]),
    ],
)
def test_lines_of_a_stream(parts: list[str], lines: list[str]) -> None:
    found: list[str] = []
    buffer = LineBuffer(found.append)
    for part in parts:
        buffer.add(part)
    buffer.flush()
    assert found == lines


def test_a_line_without_end_takes_little_memory() -> None:
    found: list[str] = []
    buffer = LineBuffer(found.append)
    for _ in range(100):
        buffer.add("x" * 100_000)
    buffer.add("\nnext\n")
    assert found[0] == "x" * 65_536 + "… [9,934,464 more characters]"
    assert found[1] == "next"


def test_a_stream_logs_lines_and_passes_text_on() -> None:
    target, found = io.StringIO(), list[str]()
    stream = CapturedStream(target, 1, found.append)
    print("one", "two", file=stream)
    stream.is_paused.now = True
    print("three", file=stream)
    assert (found, target.getvalue()) == (["one two"], "one two\nthree\n")
    assert stream.fileno() == 1
    target.close()
    assert stream.write("no reader") == 9
    with pytest.raises(TypeError, match="must be str"):
        stream.write(b"bytes")  # type: ignore[arg-type]


def test_a_flood_has_one_note() -> None:
    allowance = Allowance(reserve=1000, rate=0)
    assert [allowance.allows(400) for _ in range(4)] == [True, True, False, False]
    assert allowance.take_note() == "[800 characters are not logged here: the output is too fast]"
    assert allowance.take_note() == ""
