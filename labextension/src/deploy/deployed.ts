import type { IDeployedOptions } from '../records';
import type { IForm } from './model';
import type { IOption, OptionValue } from './options';
import {
  DEFAULT_SCHEDULE,
  SCHEDULE_OPTIONS,
  type IScheduleForm,
  type ScheduleOptions
} from './schedule';

/** The values of options, by name. */
export type OptionValues = { readonly [name: string]: unknown };

/**
 * One difference between the deployment and the form.
 */
export interface IChange {
  readonly name: string;

  /** The deployed value; null for the default. */
  readonly before: string | null;

  /** The value of the form; null for the default. */
  readonly after: string | null;
}

/** Options with a field of their own in `IForm`. */
const FIELDS = new Set(['profile', 'retries', 'all', 'one_step']);

/**
 * The name of the deployment of a pipeline at a target.
 */
export function deploymentName(name: string, target: unknown): string {
  return target && target !== 'production' ? `${name}-${target}` : name;
}

/**
 * The values of the form for a deployment. Options without a stored value have their defaults.
 */
export function toForm(deployed: IDeployedOptions, form: IForm): IForm {
  const options = deployed.options ?? {};
  const others = Object.entries(options).filter(
    ([name]) => !FIELDS.has(name) && !isScheduleOption(name)
  );
  return {
    ...form,
    name: deployed.name,
    profile: String(options.profile ?? ''),
    retries: Number(options.retries ?? 0),
    schedule: toScheduleForm(options),
    oneStep: options.one_step === true,
    options: Object.fromEntries(others) as { [name: string]: OptionValue }
  };
}

/**
 * The fields of the schedule for stored options.
 */
export function toScheduleForm(options: OptionValues): IScheduleForm {
  const schedule = Object.fromEntries(
    Object.entries(options).filter(([name]) => isScheduleOption(name))
  ) as ScheduleOptions;
  const timezone = String(schedule.timezone ?? DEFAULT_SCHEDULE.timezone);
  const form = { ...DEFAULT_SCHEDULE, timezone };
  const entries = Object.entries(schedule)
    .filter(([name]) => name !== 'timezone')
    .map(([name, value]) => [name, [value].flat() as string[]] as const);
  if (entries.length === 0) {
    return { ...form, kind: 'none' };
  }
  if (entries.length === 1 && entries[0][1].length === 1) {
    const [name, [text]] = entries[0];
    if (name === 'every') {
      return { ...form, kind: 'every', every: text };
    }
    if (name === 'cron') {
      return fromCron(text, form);
    }
  }
  return { ...form, kind: 'deployed', deployed: schedule };
}

/**
 * The differences between the options of a deployment and those of a form, by the order of the names.
 */
export function compareOptions(before: OptionValues, after: OptionValues): IChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .map(name => ({ name, before: toText(before[name]), after: toText(after[name]) }))
    .filter(change => change.before !== change.after);
}

/**
 * The files that differ, in a difference in the format of `diff -u`.
 */
export function changedFiles(difference: string): string[] {
  return [...difference.matchAll(/^\+\+\+ (?:new\/)?(.+?)\t?$/gm)]
    .map(([, path]) => path.split('/').pop()!)
    .filter(name => name !== 'deployment');
}

/**
 * The label of an option.
 */
export function labelOf(
  name: string,
  properties: { readonly [name: string]: IOption }
): string {
  const words = name.replace(/_/g, ' ');
  return properties[name]?.title ?? words.charAt(0).toUpperCase() + words.slice(1);
}

function isScheduleOption(name: string): boolean {
  return (SCHEDULE_OPTIONS as ReadonlyArray<string>).includes(name);
}

function fromCron(cron: string, form: IScheduleForm): IScheduleForm {
  const [, minute, hour, day] =
    /^([0-9]|[1-5][0-9]) (\*|[0-9]|1[0-9]|2[0-3]) \* \* (\*|1-5|[0-6])$/.exec(cron) ??
    [];
  const time = `${pad(hour === '*' ? '0' : hour)}:${pad(minute)}`;
  if (minute === undefined || (hour === '*' && day !== '*')) {
    return { ...form, kind: 'cron', cron };
  }
  if (hour === '*') {
    return { ...form, kind: 'hourly', time };
  }
  if (day === '*' || day === '1-5') {
    return { ...form, kind: day === '*' ? 'daily' : 'weekdays', time };
  }
  return { ...form, kind: 'weekly', time, day: Number(day) };
}

function pad(text: string | undefined): string {
  return (text ?? '').padStart(2, '0');
}

/** A value as text; null for an absent one, and for a number of zero, which is the default. */
function toText(value: unknown): string | null {
  if (value === undefined || value === null || value === '' || value === 0) {
    return null;
  }
  return [value].flat().join(', ') || null;
}
