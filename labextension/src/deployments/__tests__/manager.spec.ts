import { FakeServer } from '../../__tests__/server';
import { DeploymentManager } from '../manager';

const SERVICE = { state: 'running', reason: '', ui_url: '', restarts: 0 };

const changes = (api: unknown, deployments: object[], unreachable = '') => ({
  revision: 'a.1',
  complete: true,
  changed: [
    { id: 'service', ...SERVICE, api, unreachable, listed: unreachable ? 5 : 0 },
    ...deployments
  ],
  removed: []
});

function create(
  api: unknown,
  deployments: object[],
  unreachable = ''
): [DeploymentManager, FakeServer] {
  const server = new FakeServer(() => [200, changes(api, deployments, unreachable)]);
  const manager = new DeploymentManager({
    serverSettings: server.settings,
    interval: 60_000,
    name: 'test'
  });
  return [manager, server];
}

test('deployments are listed where there is an API', async () => {
  const [manager] = create({ embedded: true }, [{ id: '1', name: 'daily' }]);
  await manager.ready;
  expect(manager.deployments.map(d => d.name)).toEqual(['daily']);
  expect(manager.unreachable).toBeNull();
  expect(manager.listed).not.toBeNull();
  manager.dispose();
});

test('an API that does not answer leaves the last known deployments', async () => {
  const [manager] = create(
    { embedded: false },
    [{ id: '1', name: 'daily' }],
    'nothing answers'
  );
  await manager.ready;
  expect(manager.unreachable?.message).toBe('nothing answers');
  expect(manager.service?.state).toBe('running');
  expect(manager.deployments.map(d => d.name)).toEqual(['daily']);
  expect(manager.listed).toBe(5);
  manager.dispose();
});

test('pausing asks the server and looks again', async () => {
  const [manager, server] = create({ embedded: true }, []);
  await manager.ready;
  const before = server.asked.length;
  await manager.setPaused('daily', true);
  expect(server.asked[before]).toEqual({
    method: 'PATCH',
    path: 'deployments/daily',
    body: { paused: true }
  });
  expect(server.asked.length).toBeGreaterThan(before + 1);
  manager.dispose();
});

test('a requested run is shown at once and until it is listed', async () => {
  const api = { embedded: true };
  const [manager, server] = create(api, [{ id: '1', name: 'daily', last_run: null }]);
  await manager.ready;
  const run = { id: 'r1', state: 'Scheduled', start: null, expected_start: 100 };
  const { answer } = server;
  server.answer = asked => (asked.method === 'POST' ? [201, run] : answer(asked));
  await manager.run('daily');
  expect(manager.deployments[0].last_run?.state).toBe('Scheduled');
  await manager.refresh();
  expect(manager.deployments[0].last_run?.state).toBe('Scheduled');
  const last_run = { ...run, state: 'Running' };
  server.answer = () => [200, changes(api, [{ id: '1', name: 'daily', last_run }])];
  await manager.refresh();
  expect(manager.deployments[0].last_run?.state).toBe('Running');
  manager.dispose();
});
