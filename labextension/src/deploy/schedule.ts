/**
 * The values of the fields of the schedule.
 */
export interface IScheduleForm {
  kind:
    'none' | 'hourly' | 'daily' | 'weekdays' | 'weekly' | 'cron' | 'every' | 'deployed';

  /** Time of day, as `HH:MM`; `hourly` uses the minute only. */
  time: string;

  /** Day of the week, 0 for Sunday. */
  day: number;

  /** A cron expression. */
  cron: string;

  /** An interval, such as `15m`. */
  every: string;

  /** An IANA time zone. */
  timezone: string;

  /** For `deployed`: schedules that the other fields cannot describe. */
  deployed?: ScheduleOptions;
}

/** The options that set schedules. */
export const SCHEDULE_OPTIONS = [
  'cron',
  'every',
  'rrule',
  'schedule',
  'timezone',
  'start',
  'end'
] as const;

/** The values of the options that set schedules. */
export type ScheduleOptions = {
  readonly [name in (typeof SCHEDULE_OPTIONS)[number]]?: string | ReadonlyArray<string>;
};

/**
 * A schedule as the server accepts it.
 */
export interface ISchedule {
  cron?: string;
  every?: string;
  timezone?: string;
}

export const DEFAULT_SCHEDULE: IScheduleForm = {
  kind: 'daily',
  time: '06:00',
  day: 1,
  cron: '0 6 * * *',
  every: '15m',
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
};

/**
 * The schedule that the form describes; null for none, or while the form is not complete.
 */
export function toSchedule(form: IScheduleForm): ISchedule | ScheduleOptions | null {
  const timezone = form.timezone.trim();
  const [hour, minute] = form.time.split(':').map(Number);
  const clock =
    Number.isInteger(hour) && Number.isInteger(minute) ? `${minute} ${hour}` : null;
  switch (form.kind) {
    case 'none':
      return null;
    case 'deployed':
      return form.deployed ?? null;
    case 'hourly':
      return clock ? { cron: `${minute} * * * *`, timezone } : null;
    case 'daily':
      return clock ? { cron: `${clock} * * *`, timezone } : null;
    case 'weekdays':
      return clock ? { cron: `${clock} * * 1-5`, timezone } : null;
    case 'weekly':
      return clock ? { cron: `${clock} * * ${form.day}`, timezone } : null;
    case 'cron':
      return form.cron.trim() ? { cron: form.cron.trim(), timezone } : null;
    case 'every':
      return form.every.trim() ? { every: form.every.trim(), timezone } : null;
  }
}

/**
 * The time zones that the browser knows.
 */
export function timezones(): string[] {
  const known = (Intl as any).supportedValuesOf?.('timeZone') as string[] | undefined;
  return known ? ['UTC', ...known.filter(zone => zone !== 'UTC')] : ['UTC'];
}
