from __future__ import annotations

import datetime as dt

import pytest

from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration.schedules import occurrences

NOVEMBER, JUNE = dt.datetime(2026, 11, 21, 3, 35, tzinfo=dt.UTC), dt.datetime(2027, 6, 1, 3, 35, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "second"),
        (30, "30 seconds"),
        (900, "15 minutes"),
        (5400, "1 hour 30 minutes"),
        (604800, "week"),
        (2.5, "2.5 seconds"),
    ],
)
def test_an_interval_is_described_in_words(seconds: float, text: str) -> None:
    assert schedules.describe_schedule(Schedule(every=float(seconds))).partition(" (")[0] == f"Every {text}"


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (Schedule(cron="0 6 * * 1-5", timezone="Europe/Berlin"), "At 06:00, Monday through Friday (Europe/Berlin)"),
        (Schedule(cron="*/15 * * * *"), "Every 15 minutes (UTC)"),
        (Schedule(cron="0 6 * * L5"), "At 06:00, on the last Friday of the month (UTC)"),
        (Schedule(cron="0 22-2 * * *"), "At 00:00, 01:00, 02:00, 22:00 and 23:00 (UTC)"),
        (Schedule(cron="0 6 1 * * 30"), "At 06:00:30, on day 1 of the month (UTC)"),
        (Schedule(cron="*/61 * * * *"), "Every hour (UTC)"),
        (Schedule(cron="0 6 * * fri-mon"), "At 06:00, only on Sunday, Monday, Friday, and Saturday (UTC)"),
        (
            Schedule(cron="0 6 13 * 1-5"),
            "At 06:00, on day 13 of the month, Monday through Friday: a day that matches either (UTC)",
        ),
        (Schedule(every=900.0), "Every 15 minutes"),
        (Schedule(every=86400.0, timezone="Asia/Tokyo"), "Every day (Asia/Tokyo)"),
        (Schedule(rrule="RRULE:FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=6"), "Every week, on MO, FR, at hour 6 (UTC)"),
        (Schedule(rrule="RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3"), "Every 2 days, 3 times (UTC)"),
    ],
)
def test_a_schedule_is_described_in_words(schedule: Schedule, text: str) -> None:
    assert schedules.describe_schedule(schedule) == text


def test_start_and_end_are_described_in_words() -> None:
    schedule = schedules.schedule_from_mapping(
        {"cron": "0 6 * * *", "start": "2099-01-01", "end": "2099-03-01T18:30", "timezone": "Asia/Tokyo"}
    )
    assert schedules.describe_schedule(schedule) == "At 06:00, from 2099-01-01, until 2099-03-01 18:30 (Asia/Tokyo)"


def test_a_time_is_formatted_in_its_time_zone() -> None:
    berlin = schedules.parse_schedule(cron="0 6 * * *", timezone="Europe/Berlin")
    assert schedules.format_time(schedules.next_runs(berlin, 1, after=NOVEMBER)[0]) == "Sat 21 Nov 2026 06:00 CET"
    assert schedules.format_time(dt.datetime(2027, 6, 1, 0, 0, 5, tzinfo=dt.UTC)) == "Tue 01 Jun 2027 00:00:05 UTC"


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        pytest.param(
            {"cron": "0 6 * * *"},
            NOVEMBER,
            "The clocks change on Sun 28 Mar 2027: Sat 27 Mar 2027 06:00 CET, then Sun 28 Mar 2027 06:00 CEST, "
            "then Mon 29 Mar 2027 06:00 CEST",
            id="the clock is followed",
        ),
        pytest.param(
            {"cron": "30 3 * * *"},
            NOVEMBER,
            "The clocks change on Sun 28 Mar 2027: Sat 27 Mar 2027 03:30 CET, then Sun 28 Mar 2027 03:30 CEST, "
            "then Mon 29 Mar 2027 03:30 CEST",
            id="soon after the change",
        ),
        pytest.param(
            {"cron": "30 2 * * *"},
            JUNE,
            "The clocks change on Sun 31 Oct 2027: Sun 31 Oct 2027 02:30 CEST, then Mon 01 Nov 2027 02:30 CET, "
            "then Tue 02 Nov 2027 02:30 CET",
            id="an hour that comes twice counts once",
        ),
        pytest.param({"every": "15m"}, NOVEMBER, "", id="often"),
        pytest.param({"cron": "0 6 * * *", "timezone": "Asia/Tokyo"}, NOVEMBER, "", id="no change there"),
        pytest.param({"cron": "0 6 * * *", "end": 1800000000.0}, NOVEMBER, "", id="ends before"),
    ],
)
def test_the_effect_of_a_change_of_the_clocks_is_described(
    schedule: dict[str, object], now: dt.datetime, expected: str
) -> None:
    parsed = schedules.parse_schedule(**{"timezone": "Europe/Berlin", **schedule})  # type: ignore[arg-type]
    assert schedules.describe_clock_change(parsed, now) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (
            (3, 8),
            (
                "The clocks change on Sun 31 Oct 2027: Sun 31 Oct 2027 01:00 CEST, then Mon 01 Nov 2027 01:00 CET, "
                "then Tue 02 Nov 2027 00:00 CET"
            ),
        ),
        (
            (3, 9),
            (
                "The clocks change on Sun 31 Oct 2027: Sun 31 Oct 2027 00:00 CEST, then Mon 01 Nov 2027 00:00 CET, "
                "then Tue 02 Nov 2027 00:00 CET"
            ),
        ),
    ],
)
def test_an_interval_of_a_day_shifts_by_an_hour_before_prefect_3_9(
    version: tuple[int, int], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(occurrences, "_prefect_version", lambda: version)
    daily = schedules.parse_schedule(every="24h", timezone="Europe/Berlin")
    assert schedules.describe_clock_change(daily, JUNE) == expected
