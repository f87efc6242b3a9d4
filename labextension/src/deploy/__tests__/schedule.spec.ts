import {
  DEFAULT_SCHEDULE,
  timezones,
  toSchedule,
  type IScheduleForm
} from '../schedule';

const form = (values: Partial<IScheduleForm>): IScheduleForm => ({
  ...DEFAULT_SCHEDULE,
  timezone: 'Europe/Berlin',
  ...values
});

test.each<[Partial<IScheduleForm>, string]>([
  [{ kind: 'hourly', time: '00:05' }, '5 * * * *'],
  [{ kind: 'daily', time: '06:00' }, '0 6 * * *'],
  [{ kind: 'weekdays', time: '18:30' }, '30 18 * * 1-5'],
  [{ kind: 'weekly', time: '00:00', day: 0 }, '0 0 * * 0'],
  [{ kind: 'cron', cron: ' @daily ' }, '@daily']
])('%j is the cron expression %s', (values, cron) => {
  expect(toSchedule(form(values))).toEqual({ cron, timezone: 'Europe/Berlin' });
});

test('an interval is passed on', () => {
  expect(toSchedule(form({ kind: 'every', every: '15m' }))).toEqual({
    every: '15m',
    timezone: 'Europe/Berlin'
  });
});

test.each<Partial<IScheduleForm>>([
  { kind: 'none' },
  { kind: 'daily', time: '' },
  { kind: 'cron', cron: '  ' },
  { kind: 'every', every: '' }
])('%j is no schedule', values => {
  expect(toSchedule(form(values))).toBeNull();
});

test('UTC is among the time zones, once', () => {
  expect(timezones().filter(zone => zone === 'UTC')).toEqual(['UTC']);
});
