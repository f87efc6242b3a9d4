import { FakeServer } from '../../__tests__/server';
import { DeploymentManager } from '../manager';

const SERVICE = { state: 'running', reason: '', ui_url: '', restarts: 0 };

function create(
  api: unknown,
  deployments: [number, unknown]
): [DeploymentManager, FakeServer] {
  const server = new FakeServer(asked =>
    asked.path.startsWith('service') ? [200, { ...SERVICE, api }] : deployments
  );
  const manager = new DeploymentManager({
    serverSettings: server.settings,
    interval: 60_000,
    name: 'test'
  });
  return [manager, server];
}

test('deployments are listed where there is an API', async () => {
  const [manager] = create({ embedded: true }, [200, [{ name: 'daily' }]]);
  await manager.ready;
  expect(manager.deployments.map(d => d.name)).toEqual(['daily']);
  expect(manager.unreachable).toBeNull();
  manager.dispose();
});

test('without an API they are not even asked for', async () => {
  const [manager, server] = create(null, [503, { message: 'nothing answers' }]);
  await manager.ready;
  expect(server.asked.map(a => a.path.split('?')[0])).toEqual(['service']);
  expect(manager.unreachable).toBeNull();
  manager.dispose();
});

test('reports an API that does not answer and still shows the service', async () => {
  const [manager] = create({ embedded: false }, [503, { message: 'nothing answers' }]);
  await manager.ready;
  expect(manager.unreachable?.message).toBe('nothing answers');
  expect(manager.service?.state).toBe('running');
  manager.dispose();
});

test('pausing asks the server and looks again', async () => {
  const [manager, server] = create({ embedded: true }, [200, []]);
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
  const [manager, server] = create({ embedded: true }, [
    200,
    [{ name: 'daily', last_run: null }]
  ]);
  await manager.ready;
  const run = { id: 'r1', state: 'Scheduled', start: null, expected_start: 100 };
  const { answer } = server;
  server.answer = asked => (asked.method === 'POST' ? [201, run] : answer(asked));
  await manager.run('daily');
  expect(manager.deployments[0].last_run?.state).toBe('Scheduled');
  await manager.refresh();
  expect(manager.deployments[0].last_run?.state).toBe('Scheduled');
  server.answer = asked =>
    asked.path.startsWith('service')
      ? answer(asked)
      : [200, [{ name: 'daily', last_run: { ...run, state: 'Running' } }]];
  await manager.refresh();
  expect(manager.deployments[0].last_run?.state).toBe('Running');
  manager.dispose();
});

test('deployments stay while Prefect does not answer', async () => {
  const [manager, server] = create({ embedded: true }, [200, [{ name: 'daily' }]]);
  await manager.ready;
  expect(manager.listed).not.toBeNull();
  server.answer = asked =>
    asked.path.startsWith('service')
      ? [200, { ...SERVICE, api: { embedded: true } }]
      : [503, { error: 'ApiUnreachableError', message: 'nothing answers' }];
  await manager.refresh();
  expect(manager.unreachable?.message).toBe('nothing answers');
  expect(manager.deployments.map(({ name }) => name)).toEqual(['daily']);
  manager.dispose();
});
