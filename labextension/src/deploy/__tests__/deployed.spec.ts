import type { IDeployedOptions } from '../../records';
import {
  changedFiles,
  compareOptions,
  deploymentName,
  toForm,
  toScheduleForm
} from '../deployed';
import type { IForm } from '../model';
import { DEFAULT_SCHEDULE, toSchedule } from '../schedule';

const FORM: IForm = {
  name: 'x',
  profile: 'local',
  retries: 5,
  schedule: DEFAULT_SCHEDULE,
  whole: false,
  oneStep: false,
  options: { owner: 'me' }
};

const deployed = (options: object): IDeployedOptions => ({
  name: 'daily',
  deployment: 'daily-staging',
  target: 'staging',
  version: 3,
  cells: ['a'],
  whole: false,
  notebook: '/n.ipynb',
  here: true,
  options: options as IDeployedOptions['options'],
  hidden_options: []
});

test.each<[object, string, object]>([
  [{}, 'none', {}],
  [{ timezone: 'UTC' }, 'none', {}],
  [{ cron: ['15 * * * *'] }, 'hourly', { time: '00:15' }],
  [{ cron: ['5 7 * * *'] }, 'daily', { time: '07:05' }],
  [{ cron: ['30 18 * * 1-5'] }, 'weekdays', { time: '18:30' }],
  [{ cron: ['0 6 * * 0'] }, 'weekly', { time: '06:00', day: 0 }],
  [{ cron: ['*/5 * * * *'] }, 'cron', { cron: '*/5 * * * *' }],
  [{ cron: ['@daily'] }, 'cron', { cron: '@daily' }],
  [{ cron: ['0 6 1 * *'] }, 'cron', { cron: '0 6 1 * *' }],
  [{ every: '90m' }, 'every', { every: '90m' }],
  [{ cron: ['0 6 * * *', '0 9 * * *'] }, 'deployed', {}],
  [{ cron: ['0 6 * * *'], every: ['1h'] }, 'deployed', {}],
  [{ cron: ['0 6 * * *'], start: '2027-01-01' }, 'deployed', {}],
  [{ rrule: ['FREQ=DAILY'] }, 'deployed', {}],
  [{ schedule: ['{every: 1d}'] }, 'deployed', {}]
])('the schedule %j is shown as %s and deployed again', (options, kind, fields) => {
  const zoned = { timezone: 'Europe/Berlin', ...options };
  const form = toScheduleForm(zoned);
  expect(form).toMatchObject({ kind, ...fields });
  if (kind !== 'none') {
    expect(compareOptions(zoned, { ...toSchedule(form) })).toEqual([]);
  }
});

test('a form takes all values of a deployment and none of its own', () => {
  const options = { retries: 2, target: 'staging', notify: ['team'], param: ['n=3'] };
  expect(toForm(deployed(options), FORM)).toEqual({
    name: 'daily',
    profile: '',
    retries: 2,
    schedule: { ...DEFAULT_SCHEDULE, kind: 'none' },
    whole: false,
    oneStep: false,
    options: { target: 'staging', notify: ['team'], param: ['n=3'] }
  });
});

test('differences are listed for each option, and equal values in two forms are not', () => {
  const before = { cron: ['0 6 * * *'], retries: 2, tag: ['a', 'b'], rehearse: false };
  const after = { cron: '0 6 * * *', tag: ['a'], owner: 'me' };
  expect(compareOptions(before, after)).toEqual([
    { name: 'owner', before: null, after: 'me' },
    { name: 'rehearse', before: 'false', after: null },
    { name: 'retries', before: '2', after: null },
    { name: 'tag', before: 'a, b', after: 'a' }
  ]);
});

test.each([
  [undefined, 'daily'],
  ['', 'daily'],
  ['production', 'daily'],
  ['staging', 'daily-staging']
])('the target %j has the deployment %s', (target, name) => {
  expect(deploymentName('daily', target)).toBe(name);
});

test('the changed files are those of the code', () => {
  const difference =
    '--- live/steps.py\n+++ new/steps.py\n@@ -1 +1 @@\n-a\n+b\n' +
    '--- live/deployment\n+++ new/deployment\n@@ -1 +1 @@\n+retries: 2\n';
  expect(changedFiles(difference)).toEqual(['steps.py']);
  expect(changedFiles('')).toEqual([]);
});
