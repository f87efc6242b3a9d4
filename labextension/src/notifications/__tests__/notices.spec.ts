import { nullTranslator } from '@jupyterlab/translation';

import type { Clusters, Deployments } from '../../tokens';
import { compareClusters, compareDeployments, findVanished } from '../notices';

const trans = nullTranslator.load('');

const cluster = (values: Partial<Clusters.IModel>): Clusters.IModel =>
  ({
    id: 'jp-1',
    name: 'a',
    profile: 'local',
    state: 'running',
    reason: '',
    warning: '',
    drift: {},
    ...values
  }) as Clusters.IModel;

const compare = (
  before: Partial<Clusters.IModel>,
  after: Partial<Clusters.IModel>
): string[] =>
  compareClusters([cluster(before)], [cluster(after)], [], trans).map(
    ({ actions, message }) => `${message} [${actions.map(({ label }) => label)}]`
  );

test.each<[Partial<Clusters.IModel>, Partial<Clusters.IModel>, string[]]>([
  [{ state: 'starting' }, {}, ['a is ready. [Open Dashboard]']],
  [{}, {}, []],
  [{}, { warning: 'Its lifetime ends' }, ['a: Its lifetime ends [Extend by 1 h]']],
  [{ warning: 'in 2 min' }, { warning: 'in 1 min' }, []],
  [{}, { state: 'failed', reason: 'x\ny' }, ['a failed: x [Show Logs]']],
  [{ state: 'failed' }, { state: 'failed' }, []],
  [{ state: 'stopping' }, { state: 'failed' }, []],
  [{}, { state: 'stopping', reason: 'Stopped by request' }, []],
  [
    {},
    { state: 'stopping', reason: 'Idle for 1 h' },
    ['a ends: Idle for 1 h [Start Again]']
  ],
  [{ state: 'stopping', reason: 'Idle' }, { state: 'stopped', reason: 'Idle' }, []],
  [{}, { drift: { warns: 2 } }, ['a: 2 packages differ from the notebook. [Sync]']],
  [
    {},
    { drift: { blocks: 1, restart: 1 } },
    ['a: 1 package differs from the notebook. [Restart…]']
  ],
  [{ drift: { warns: 2 } }, { drift: { warns: 3 } }, []]
])('%j, then %j', (before, after, notices) => {
  expect(compare(before, after)).toEqual(notices);
});

test('the end of a cluster that was never seen to stop is a change', () => {
  const before = [cluster({}), cluster({ id: 'jp-2', state: 'stopping' })];
  expect(findVanished(before, []).map(({ id }) => id)).toEqual(['jp-1']);
  const ended = [cluster({ state: 'stopped', reason: 'Its budget is spent' })];
  expect(compareClusters(before, [], ended, trans)[0].kind).toBe('ended');
});

test('clusters and deployments that are new are no changes', () => {
  expect(compareClusters([], [cluster({ state: 'failed' })], [], trans)).toEqual([]);
  expect(compareDeployments([], [deployment('1', 'Failed')], trans)).toEqual([]);
});

const deployment = (run: string, state: string): Deployments.IModel =>
  ({
    id: 'd',
    name: 'delays',
    last_run: {
      id: run,
      name: 'happy-fox',
      state,
      cause: 'Step load failed',
      message: ''
    }
  }) as Deployments.IModel;

test.each<[[string, string], [string, string], number]>([
  [['1', 'Running'], ['1', 'Failed'], 1],
  [['1', 'Failed'], ['1', 'Failed'], 0],
  [['1', 'Failed'], ['2', 'Crashed'], 1],
  [['1', 'Running'], ['1', 'Completed'], 0],
  [['1', 'Running'], ['1', 'Cancelled'], 0]
])('the run %j, then %j', (before, after, count) => {
  const notices = compareDeployments(
    [deployment(...before)],
    [deployment(...after)],
    trans
  );
  expect(notices).toHaveLength(count);
  if (count > 0) {
    expect(notices[0].message).toBe('The run of delays failed: Step load failed');
  }
});
