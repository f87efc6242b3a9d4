from __future__ import annotations

import io

from jupyter_pipeline.progress import StatusLine


def test_a_line_is_written_over_and_ended_once() -> None:
    stream = io.StringIO()
    with StatusLine(stream, rewrite=True) as tell:
        tell("Sent 10 of 20 MiB")
        tell("Done")
    assert stream.getvalue() == "\rSent 10 of 20 MiB\r" + "Done".ljust(17) + "\n"


def test_each_text_has_a_line_where_nothing_can_be_written_over() -> None:
    stream = io.StringIO()
    with StatusLine(stream) as tell:
        tell("one")
        tell("two")
    assert stream.getvalue() == "one\ntwo\n"


def test_no_progress_writes_no_output() -> None:
    stream = io.StringIO()
    with StatusLine(stream, rewrite=True):
        pass
    assert stream.getvalue() == ""
