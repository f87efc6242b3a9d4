from __future__ import annotations

import datetime as dt
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import schedule_body

SUMMER = dt.datetime(2027, 7, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (Schedule(cron="0 9 * * 1"), "2027-07-01T12:00+00:00", ["2027-07-05T09:00+00:00", "2027-07-12T09:00+00:00"]),
        (Schedule(cron="0 0 29 2 *"), "2027-07-01T12:00+00:00", ["2028-02-29T00:00+00:00", "2032-02-29T00:00+00:00"]),
        (  # the wall clock stays when it is changed
            Schedule(cron="0 9 * * *", timezone="Europe/Berlin"),
            "2027-03-27T12:00+00:00",
            ["2027-03-28T09:00+02:00", "2027-03-29T09:00+02:00"],
        ),
        (  # an hour that comes twice counts once
            Schedule(cron="30 2 * * *", timezone="Europe/Berlin"),
            "2027-10-30T12:00+00:00",
            ["2027-10-31T02:30+02:00", "2027-11-01T02:30+01:00"],
        ),
        (Schedule(every=900.0), "2027-07-01T12:07+00:00", ["2027-07-01T12:15+00:00", "2027-07-01T12:30+00:00"]),
        (
            Schedule(every=3600.0, start=dt.datetime(2027, 8, 1, 0, 10, tzinfo=dt.UTC).timestamp()),
            "2027-07-01T12:00+00:00",
            ["2027-08-01T00:10+00:00", "2027-08-01T01:10+00:00"],
        ),
        (
            Schedule(rrule="RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=6"),
            "2027-07-01T12:00+00:00",
            ["2027-07-30T06:00+00:00", "2027-08-27T06:00+00:00"],
        ),
    ],
)
def test_the_next_runs_are_computed(schedule: Schedule, after: str, expected: list[str]) -> None:
    found = schedules.next_runs(schedule, 2, after=dt.datetime.fromisoformat(after))
    assert [time.isoformat(timespec="minutes") for time in found] == expected


def test_a_schedule_that_ends_has_no_more_runs() -> None:
    ended = Schedule(rrule="DTSTART:20260101T000000\nRRULE:FREQ=DAILY;COUNT=3")
    assert schedules.next_runs(ended, after=SUMMER) == []


def test_all_runs_are_later_than_the_start_time() -> None:
    for after in (SUMMER, SUMMER + dt.timedelta(microseconds=1)):
        first = schedules.next_runs(Schedule(cron="0 * * * *"), 1, after=after)[0]
        assert first == dt.datetime(2027, 7, 1, 13, tzinfo=dt.UTC)


_THEIRS = """
import asyncio, datetime as dt, json, sys
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule
answers = []
for body, after in json.load(sys.stdin):
    kind = CronSchedule if "cron" in body else IntervalSchedule if "interval" in body else RRuleSchedule
    start = dt.datetime.fromtimestamp(after, dt.UTC) + dt.timedelta(seconds=1)
    answers.append([time.timestamp() for time in asyncio.run(kind(**body).get_dates(n=30, start=start))])
print(json.dumps(answers))
"""


@pytest.mark.slow
def test_the_times_shown_are_those_that_prefect_will_use(tmp_path: Path) -> None:
    kinds = [
        *({"cron": text} for text in ("0 6 * * 1-5", "30 2 * * *", "*/20 * * * *", "0 0 1 */3 *", "0 0 */2 * 1")),
        *({"cron": text} for text in ("0 0 13 * 5", "0 12 * * MON#2", "0 12 L * *", "15 1,2,3 * * *", "0 12 * * 7")),
        *({"every": text} for text in ("15m", "7m", "1w", "36h", "2d3h")),
        *({"rrule": text} for text in ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9")),
        *(
            {"rrule": text}
            for text in ("FREQ=MONTHLY;BYDAY=-1FR", "FREQ=HOURLY;INTERVAL=5", "FREQ=DAILY;UNTIL=20990101T000000Z")
        ),
    ]
    cases = [
        (schedules.parse_schedule(timezone=zone, **kind), after)  # type: ignore[arg-type]
        for zone in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
        for kind in kinds
        # Around both changes of the clocks, in Europe and in America, and far from any.
        for after in (
            dt.datetime(2027, 3, 26, 12, tzinfo=dt.UTC),
            dt.datetime(2027, 10, 30, 0, 30, tzinfo=dt.UTC),
            dt.datetime(2027, 3, 13, 12, 5, 1, tzinfo=dt.UTC),
            dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
        )
    ]
    ninth = {"start": "2027-03-09T03:20", "end": "2027-11-09T18:00"}
    edged = [
        schedules.schedule_from_mapping({**kind, **edges, "timezone": zone})
        for zone in ("Europe/Berlin",)
        for kind in (
            *({"cron": text} for text in ("0 6 * * 1-5", "*/20 8-17 * * *", "0 0 1 */3 *", "0 0 13 * 5", "5 4 L * *")),
            *(
                {"cron": "0 12 * * MON#2"},
                {"cron": "0 12 * * 7"},
                {"cron": "0 12 * * L5"},
                {"cron": "0 9-17/2 * * mon-fri 30"},
                {"every": "15m"},
            ),
            *({"every": "2d"}, {"every": "5h"}, {"rrule": "FREQ=MONTHLY;BYDAY=-1FR"}),
        )
        for edges in (ninth, {"start": ninth["start"]}, {"end": ninth["end"]})
    ]
    cases += [
        (schedule, dt.datetime(2027, month, 30 if month != 2 else 28, 12, tzinfo=dt.UTC))
        for schedule in edged
        for month in (1, 3, 10, 11)
    ]
    asked = json.dumps([(schedule_body(schedule), after.timestamp()) for schedule, after in cases])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _THEIRS],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    for (schedule, after), theirs in zip(cases, json.loads(done.stdout), strict=True):
        ours = [time.timestamp() for time in schedules.next_runs(schedule, 30, after=after)]
        assert ours == theirs, (schedule, after)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MINUTELY;INTERVAL=7",
        "FREQ=HOURLY;INTERVAL=5;BYMINUTE=10,40",
        "DTSTART:20200301T101500\nRRULE:FREQ=HOURLY;INTERVAL=3;BYDAY=MO,TH",
        "FREQ=MINUTELY;INTERVAL=45;BYHOUR=6,7,8",
    ],
)
def test_a_rule_of_minutes_or_hours_has_the_times_of_its_whole_history(rule: str) -> None:
    from dateutil.rrule import rrulestr

    schedule = schedules.parse_schedule(rrule=rule)
    after = dt.datetime(2020, 7, 15, 9, 30)
    whole = rrulestr(schedule.rrule, dtstart=schedules.ANCHOR).xafter(after, count=20)
    found = schedules.next_runs(schedule, 20, after=after.replace(tzinfo=dt.UTC))
    assert [time.replace(tzinfo=None) for time in found] == list(whole)


@pytest.mark.parametrize("given", [{"rrule": "FREQ=SECONDLY"}, {"rrule": "FREQ=MINUTELY;INTERVAL=5"}])
def test_a_frequent_rule_is_not_gone_through_from_its_beginning(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dateutil.rrule import rrule

    begun: list[dt.datetime] = []
    iterate = rrule.xafter
    monkeypatch.setattr(rrule, "xafter", lambda self, *a, **k: begun.append(self._dtstart) or iterate(self, *a, **k))
    after = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    assert len(schedules.next_runs(Schedule(**given), 3, after=after)) == 3
    assert after - begun[0].replace(tzinfo=dt.UTC) <= dt.timedelta(minutes=10)


def _at(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


DAILY = Schedule(cron="0 6 * * *", timezone="Europe/Berlin")
HOURLY = Schedule(every=3600.0)


@pytest.mark.parametrize(
    ("scheduled", "at", "expected"),
    [
        ([DAILY], "2027-07-01T06:00+02:00", ("2027-06-30T06:00+02:00", "2027-07-01T06:00+02:00")),
        ([DAILY], "2027-07-01T09:13+02:00", ("2027-06-30T06:00+02:00", "2027-07-01T06:00+02:00")),  # by hand
        ([DAILY], "2027-03-28T06:00+02:00", ("2027-03-27T06:00+01:00", "2027-03-28T06:00+02:00")),  # 23 hours
        ([HOURLY, DAILY], "2027-07-01T05:00+00:00", ("2027-07-01T04:00+00:00", "2027-07-01T05:00+00:00")),
        ([HOURLY, DAILY], "2027-07-01T04:00+00:00", ("2027-06-30T04:00+00:00", "2027-07-01T04:00+00:00")),
        ([Schedule(cron="0 0 1 1 *")], "2027-07-01T05:00+00:00", ("2026-01-01T00:00+00:00", "2027-01-01T00:00+00:00")),
        (
            [Schedule(every=86400.0, start=_at("2027-07-01T00:00+00:00"))],
            "2027-07-01T00:00+00:00",
            ("2027-07-01T00:00+00:00", "2027-07-01T00:00+00:00"),
        ),
    ],
)
def test_the_window_of_a_run_goes_from_tick_to_tick(
    scheduled: list[Schedule], at: str, expected: tuple[str, str]
) -> None:
    assert schedules.find_window(scheduled, _at(at)) == tuple(map(_at, expected))


def test_a_run_before_any_tick_has_no_window() -> None:
    with pytest.raises(UsageError, match="No schedule has fired until 2027-07-01"):
        schedules.find_window(
            [Schedule(every=60.0, start=_at("2028-01-01T00:00+00:00"))], _at("2027-07-01T00:00+00:00")
        )


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(cron="0 0 * * *"),
        Schedule(cron="0 0 * * *", start=_at("2027-02-10T00:00+00:00"), end=_at("2027-02-11T00:00+00:00")),
        Schedule(every=86400.0, start=_at("2028-01-01T00:00+00:00")),
    ],
)
def test_the_windows_of_a_backfill_touch_each_other(schedule: Schedule) -> None:
    found = schedules.list_windows(schedule, _at("2027-02-01T00:00+00:00"), _at("2027-03-01T00:00+00:00"))
    assert len(found) == 28
    assert found[0] == (_at("2027-02-01T00:00+00:00"), _at("2027-02-02T00:00+00:00"))
    assert found[-1][1] == _at("2027-03-01T00:00+00:00")
    assert all(earlier[1] == later[0] for earlier, later in itertools.pairwise(found))


def test_no_tick_no_window() -> None:
    assert schedules.list_windows(DAILY, _at("2027-07-01T07:00+02:00"), _at("2027-07-02T05:00+02:00")) == []
