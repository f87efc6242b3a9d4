from __future__ import annotations

import pytest

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration.schedules.words import is_in_words


@pytest.mark.parametrize(
    ("words", "cron"),
    [
        ("every day at 6:00", "0 6 * * *"),
        ("Every Day at 06:05", "5 6 * * *"),
        ("day at 18", "0 18 * * *"),
        ("daily at 6am", "0 6 * * *"),
        ("daily at 12 am", "0 0 * * *"),
        ("each day at 12:30pm", "30 12 * * *"),
        ("every day at noon", "0 12 * * *"),
        ("every day at midnight and noon", "0 0,12 * * *"),
        ("every day at 6:30 and 18:30", "30 6,18 * * *"),
        ("every weekday at 7", "0 7 * * 1-5"),
        ("weekdays at 7:15", "15 7 * * 1-5"),
        ("every working day at 7", "0 7 * * 1-5"),
        ("every monday at 9:30", "30 9 * * 1"),
        ("on mondays at 9:30", "30 9 * * 1"),
        ("every mon, wed and fri at 8", "0 8 * * 1,3,5"),
        ("every saturday and sunday at 10", "0 10 * * 0,6"),
        ("every month on day 1 at 6:00", "0 6 1 * *"),
        ("monthly on the 15th at 6:00", "0 6 15 * *"),
        ("every month on the last day at 23:59", "59 23 L * *"),
        ("every first monday of the month at 9", "0 9 * * 1#1"),
        ("every last friday of the month at 18:00", "0 18 * * L5"),
        ("every hour", "0 * * * *"),
        ("hourly", "0 * * * *"),
        ("every minute", "* * * * *"),
    ],
)
def test_words_are_read_as_a_cron_expression(words: str, cron: str) -> None:
    assert schedules.parse_schedule(cron=words).cron == cron
    assert schedules.parse_schedule(every=words).cron == cron


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("every day", "no time of day"),
        ("weekly", "no time of day"),
        ("every monday", "no time of day"),
        ("every day at 25:00", "'25:00' is no time of day"),
        ("every day at 13pm", "'13pm' is no time of day"),
        ("every day at 6:00 and 18:30", "different minutes"),
        ("every month on day 31 at 6", "not every month has a day 31"),
        ("every other day at 6:00", "cannot be read. Write it like"),
        ("every 2 days at 6:00", "cannot be read. Write it like"),
        ("every 2 days at 6", "cannot be read. Write it like"),
        ("every 15", "no time of day"),
        ("every two hours", "Write an interval with digits"),
        ("every weekend at 6:00", "cannot be read. Write it like"),
        ("every day at 6:00 except monday", "cannot be read. Write it like"),
        ("every day at six", "cannot be read. Write it like"),
    ],
)
def test_words_without_one_meaning_are_refused(words: str, complaint: str) -> None:
    for option in ("cron", "every"):
        with pytest.raises(UsageError) as refused:
            schedules.parse_schedule(**{option: words})  # type: ignore[arg-type]
        assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("every 15 minutes", 900), ("Each 2 hours", 7200), (" every 1h30m ", 5400), ("every 2 days", 172800)],
)
def test_an_interval_in_words_is_an_interval(words: str, seconds: float) -> None:
    for schedule in (schedules.parse_schedule(every=words), schedules.parse_schedule(cron=words)):
        assert (schedule.every, schedule.cron) == (seconds, "")


@pytest.mark.parametrize("text", ["5", "0.5", "900"])
def test_an_interval_without_a_unit_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=f"The interval '{text}' has no unit: write {text}m"):
        schedules.parse_schedule(every=text)


@pytest.mark.parametrize("text", ["0 6 * * *", "@daily", "15m", "2 days", "H * * * *", "R/5 * * * *", "bad", ""])
def test_other_notations_are_not_words(text: str) -> None:
    assert not is_in_words(text)
