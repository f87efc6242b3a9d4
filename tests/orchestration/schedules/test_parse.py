from __future__ import annotations

import datetime as dt

import pytest

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration import schedules


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("15m", 900),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("2d", 172800),
        ("2 days", 172800),
        ("1 week", 604800),
        ("90s", 90),
        (45, 45),
        (2.5, 2.5),
        ("1.5h", 5400),
        ("5 min", 300),
    ],
)
def test_an_interval_is_read(text: str | float, seconds: float) -> None:
    assert schedules.parse_interval(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "soon", "m15", "15x", "-5m", "0", "0.5s", "1h 30", "15m!", "1e9", "99999d", "inf", "nan", "1 fortnight"],
)
def test_an_invalid_interval_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="interval"):
        schedules.parse_interval(text)


@pytest.mark.parametrize(
    ("cron", "complaint"),
    [
        ("* * *", "has 3 fields instead of 5"),
        ("0 0 6 * * 1 2030 9", "has 8 fields instead of 5"),
        ("@reboot", "has 1 field instead of 5"),
        ("bad", "has 1 field instead of 5"),
        ("61 * * * *", "field 1, the minute: '61'"),
        ("* 24 * * *", "field 2, the hour: '24'"),
        ("* * 0 * *", "field 3, the day of the month: '0'"),
        ("* * * 13 *", "field 4, the month: '13'"),
        ("* * * * 8", "field 5, the day of the week: '8'"),
        ("0 0 * * 5L", "Write L5 for the last one of a month"),
        ("0 0 LW * *", "use an --rrule with BYDAY"),
        ("0 0 * * Monday", "Write mon."),
        ("? 0 * * *", "Write *."),
        ("H * * * *", "no hashed or random times"),
        ("0 R(0-5),7 * * *", "field 2, the hour: 'R(0-5),7' is not possible there. Prefect has no hashed or random"),
        ("\u0663 * * * *", "field 1, the minute"),
        ("0 0 * * mon,fri#2", "field 5, the day of the week: 'mon,fri#2'"),
        ("0 0 1 1 * 0 2040", "Leave the years out, and set --start and --end"),
        ("*/0 * * * *", "field 1, the minute: '*/0'"),
        ("0 0 31 2 *", "never fires"),
        ("0 0 30 FEB *", "never fires"),
        ("0 0 31 4,6,9,11 *", "never fires"),
    ],
)
def test_a_wrong_cron_is_refused_with_its_place(cron: str, complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        schedules.parse_schedule(cron=cron)
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({}, "none was given"),
        ({"cron": "@daily", "every": "1d"}, "cron and every were given"),
        ({"rrule": "FREQ=FORTNIGHTLY"}, "cannot be read"),
        ({"rrule": "gibberish"}, "cannot be read"),
        ({"rrule": "FREQ=DAILY;UNTIL=20200201T000000Z"}, "never fires"),
        ({"rrule": "DTSTART;TZID=Europe/Berlin:20240101T000000\nRRULE:FREQ=DAILY"}, "TZID"),
        ({"cron": "@daily", "timezone": "Europe/Berln"}, "Did you mean Europe/Berlin"),
        ({"cron": "@daily", "timezone": "berlin"}, "Europe/Berlin"),
        ({"cron": "@daily", "timezone": "../etc/passwd"}, "No time zone"),
        ({"cron": "@daily", "timezone": "Mars/Phobos-Base"}, "Use a name like"),
    ],
)
def test_an_invalid_schedule_is_refused(arguments: dict[str, str], complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        schedules.parse_schedule(**arguments)
    assert complaint in str(refused.value)


def test_an_end_in_utc_is_read_in_the_schedule_s_time_zone() -> None:
    schedule = schedules.parse_schedule(rrule="FREQ=DAILY;UNTIL=20990101T230000Z", timezone="Europe/Berlin")
    assert "UNTIL=20990102T000000" in schedule.rrule


def test_a_mapping_is_read() -> None:
    given = {
        "cron": "0 6 * * *",
        "timezone": "Europe/Berlin",
        "end": dt.date(2099, 1, 1),
        "parameters": {"region": "eu"},
    }
    schedule = schedules.schedule_from_mapping({**given, "slug": "eu", "active": False})
    end = dt.datetime(2098, 12, 31, 23, tzinfo=dt.UTC).timestamp()
    assert schedule == Schedule(
        cron="0 6 * * *", timezone="Europe/Berlin", end=end, parameters={"region": "eu"}, slug="eu", active=False
    )
    assert schedules.schedule_from_mapping({"every": "15m"}, timezone="Asia/Tokyo").timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"crn": "0 6 * * *"}, "Did you mean cron"),
        ({"cron": "0 6 * * *", "every": "1d"}, "cron and every were given"),
        ({"every": "1d", "parameters": ["x"]}, "are a mapping"),
        ({"every": "1d", "active": "sometimes"}, "active: true"),
        ({"every": "1d", "start": "soon"}, "'soon' is neither a date nor a time"),
        ({"every": "1d", "end": "2020-01-01"}, "no time left in the future"),
        ({"cron": "0 0 29 2 *", "end": "2027-06-01"}, "no time left in the future"),
        ({"every": "1d", "start": "2099-02-01", "end": "2099-01-01"}, "ends before it starts"),
        ({"every": "1d", "slug": "a b"}, "cannot be the name of a schedule"),
        ({"every": "10s", "end": "2099-01-01"}, "60 or more"),
        ({}, "none was given"),
    ],
)
def test_an_invalid_mapping_is_refused(given: dict[str, object], complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        schedules.schedule_from_mapping(given)
    assert complaint in str(refused.value)
