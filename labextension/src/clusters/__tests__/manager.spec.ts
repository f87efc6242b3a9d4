import type { Event } from '@jupyterlab/services';
import { Stream } from '@lumino/signaling';

import { FakeServer } from '../../__tests__/server';
import type { Clusters } from '../../tokens';
import { ClusterManager } from '../manager';
import { findCluster, isAlive, sortByNeed } from '../order';

const now = () => Date.now() / 1000;

const cluster = (values: Partial<Clusters.IModel>): Clusters.IModel =>
  ({
    id: values.name,
    name: 'local-1',
    profile: 'local',
    state: 'running',
    since: now(),
    dashboard_link: 'http://127.0.0.1:8787/status',
    workers: 2,
    workers_wanted: 2,
    ...values
  }) as Clusters.IModel;

function create(
  clusters: () => Clusters.IModel[],
  profiles: [number, unknown] = [200, [{ name: 'local' }]],
  events?: Event.Stream
): [ClusterManager, FakeServer] {
  const server = new FakeServer(asked =>
    asked.path.startsWith('profiles')
      ? profiles
      : [200, { revision: 'a.1', complete: true, changed: clusters(), removed: [] }]
  );
  const manager = new ClusterManager({
    serverSettings: server.settings,
    interval: 60_000,
    events,
    name: 'test'
  });
  return [manager, server];
}

test('is ready once the clusters are known', async () => {
  const [manager] = create(() => [cluster({ name: 'a' })]);
  expect(manager.isReady).toBe(false);
  await manager.ready;
  expect(manager.clusters.map(c => c.name)).toEqual(['a']);
  expect(manager.profiles.map(p => p.name)).toEqual(['local']);
  manager.dispose();
  manager.dispose();
  expect(manager.isDisposed).toBe(true);
});

test('looking is no activity of the user', async () => {
  const [manager, server] = create(() => []);
  await manager.ready;
  expect(server.asked.every(a => a.path.includes('no_track_activity=1'))).toBe(true);
  manager.dispose();
});

test('failed clusters are shown until dismissed, stopped ones not', async () => {
  const [manager] = create(() => [
    cluster({ name: 'failed', state: 'failed' }),
    cluster({ name: 'lost', state: 'lost' }),
    cluster({ name: 'stopped', state: 'stopped' })
  ]);
  await manager.ready;
  expect(manager.clusters.map(c => c.name)).toEqual(['failed', 'lost']);
  const changed = jest.fn();
  manager.changed.connect(changed);
  await manager.dismiss('failed');
  expect(changed).toHaveBeenCalledTimes(1);
  expect(manager.clusters.map(c => c.name)).toEqual(['lost']);
  manager.dispose();
});

test('a mistake in a profile does not hide the clusters', async () => {
  const [manager] = create(
    () => [cluster({ name: 'a' })],
    [
      422,
      { error: 'ConfigurationError', message: 'file.yaml: limits.idel: unknown key' }
    ]
  );
  await manager.ready;
  expect(manager.clusters).toHaveLength(1);
  expect(manager.profilesFailure?.message).toContain('limits.idel');
  manager.dispose();
});

test('reports a failure and clears it afterwards', async () => {
  const [manager, server] = create(() => []);
  await manager.ready;
  const good = server.answer;
  const failed = jest.fn();
  manager.connectionFailure.connect(failed);
  server.answer = () => [500, { message: 'broken' }];
  await manager.refresh();
  expect(manager.failure?.message).toBe('broken');
  expect(failed).toHaveBeenCalledTimes(1);
  server.answer = good;
  await manager.refresh();
  expect(manager.failure).toBeNull();
  manager.dispose();
});

test('a change is shown at once', async () => {
  const [manager, server] = create(() => [cluster({ name: 'a' })]);
  await manager.ready;
  server.answer = asked => [
    200,
    cluster({ name: 'a', workers_wanted: asked.body.workers })
  ];
  await manager.scale('a', 5);
  expect(manager.clusters[0].workers_wanted).toBe(5);
  expect(server.asked[server.asked.length - 1]).toEqual({
    method: 'PATCH',
    path: 'clusters/a',
    body: { workers: 5 }
  });
  manager.dispose();
});

test.each([
  [
    'http://127.0.0.1:8787/status',
    'http://localhost/base/jupyter-pipeline/clusters/a%20b/dashboard/status'
  ],
  [
    'http://localhost:8787/status',
    'http://localhost/base/jupyter-pipeline/clusters/a%20b/dashboard/status'
  ],
  ['https://cluster.example.org/status', 'https://cluster.example.org/status'],
  ['http://127.0.0.1.example.org/', 'http://127.0.0.1.example.org/']
])('the dashboard at %s is opened at %s', (dashboard_link, url) => {
  const [manager] = create(() => []);
  expect(manager.dashboardUrl(cluster({ name: 'a b', dashboard_link }))).toBe(url);
  manager.dispose();
});

test.each<[Clusters.State, boolean]>([
  ['starting', true],
  ['running', true],
  ['stopping', true],
  ['stopped', false],
  ['failed', false],
  ['lost', false]
])('%s is alive: %s', (state, alive) => {
  expect(isAlive(state)).toBe(alive);
});

test.each([
  ['again', 'new'],
  ['old', 'old'],
  ['ended', 'last'],
  ['none', undefined]
])('the name or id %s is the cluster %s', (key, id) => {
  const clusters = [
    cluster({ id: 'old', name: 'again', state: 'failed', started: 3 }),
    cluster({ id: 'new', name: 'again', started: 2 }),
    cluster({ id: 'first', name: 'ended', state: 'stopped', started: 1 }),
    cluster({ id: 'last', name: 'ended', state: 'failed', started: 2 })
  ];
  expect(findCluster(clusters, key)?.id).toBe(id);
});

const listings = (server: FakeServer) =>
  server.asked.filter(a => a.path.startsWith('changes') && a.method === 'GET').length;

test('without a viewer nothing is requested, and a viewer gets one refresh', async () => {
  jest.useFakeTimers();
  const [manager, server] = create(() => []);
  const pass = (seconds: number) => jest.advanceTimersByTimeAsync(1000 * seconds);
  await pass(1);
  expect(manager.isReady).toBe(true);
  await pass(600);
  expect(listings(server)).toBe(1);
  const first = manager.watch();
  const second = manager.watch();
  await pass(1);
  expect(listings(server)).toBe(2);
  await pass(180);
  expect(listings(server)).toBeGreaterThanOrEqual(4);
  first.dispose();
  first.dispose();
  second.dispose();
  const before = listings(server);
  await pass(600);
  expect(listings(server)).toBe(before);
  await Promise.all([manager.refresh(), pass(1)]);
  expect(listings(server)).toBe(before + 1);
  manager.dispose();
  jest.useRealTimers();
});

test('only changes are requested, and applied', async () => {
  const [manager, server] = create(() => [
    cluster({ name: 'a' }),
    cluster({ name: 'b' })
  ]);
  await manager.ready;
  server.answer = () => [
    200,
    {
      revision: 'a.2',
      complete: false,
      changed: [cluster({ name: 'a', workers: 7 })],
      removed: ['b']
    }
  ];
  await manager.refresh();
  expect(server.asked[server.asked.length - 1].path).toContain('since=a.1');
  expect(manager.clusters.map(c => [c.name, c.workers])).toEqual([['a', 7]]);
  manager.dispose();
});

test('announcements replace polls while they come, and not without a viewer', async () => {
  jest.useFakeTimers();
  const events = new Stream<unknown, any>({});
  const announce = (clusters: string) =>
    events.emit({
      schema_id: 'https://jupyter-pipeline.readthedocs.io/events/revisions/v1',
      clusters,
      deployments: ''
    });
  const [manager, server] = create(() => [], undefined, events as any);
  const pass = (seconds: number) => jest.advanceTimersByTimeAsync(1000 * seconds);
  await pass(1);
  announce('a.2');
  await pass(1);
  expect(listings(server)).toBe(1);
  const viewer = manager.watch();
  await pass(1);
  expect(listings(server)).toBe(2);
  announce('a.1'); // nothing has changed
  for (let minute = 0; minute < 4; minute++) {
    await pass(60);
    announce('a.1');
  }
  const quiet = listings(server);
  expect(quiet).toBeLessThanOrEqual(3);
  announce('a.2');
  await pass(1);
  expect(listings(server)).toBe(quiet + 1);
  await pass(300); // the announcements have ended
  expect(listings(server)).toBeGreaterThan(quiet + 2);
  viewer.dispose();
  expect(server.asked[server.asked.length - 1]).toMatchObject({
    method: 'DELETE',
    path: expect.stringContaining('changes/clusters')
  });
  manager.dispose();
  jest.useRealTimers();
});

test('the last ended clusters are loaded in pages', async () => {
  const [manager, server] = create(() => []);
  await manager.ready;
  expect(manager.endedCount).toBeNull();
  server.answer = asked => [
    200,
    {
      records: [cluster({ name: asked.path.includes('offset=0') ? 'b' : 'a' })],
      count: 2
    }
  ];
  await manager.loadEnded();
  expect(manager.ended.map(c => c.name)).toEqual(['b']);
  await manager.loadEnded(true);
  expect(manager.ended.map(c => c.name)).toEqual(['b', 'a']);
  expect(manager.endedCount).toBe(2);
  manager.dispose();
});

test('clusters are sorted by need', () => {
  const names = sortByNeed([
    cluster({ name: 'old', started: 1 }),
    cluster({ name: 'new', started: 2 }),
    cluster({ name: 'ends', started: 3, warning: 'ends in 5 min' }),
    cluster({ name: 'starts', started: 4, state: 'starting' }),
    cluster({ name: 'lost', started: 5, state: 'lost' })
  ]).map(({ name }) => name);
  expect(names).toEqual(['lost', 'starts', 'ends', 'old', 'new']);
});
