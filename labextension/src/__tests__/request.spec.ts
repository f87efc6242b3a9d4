import { PipelineError, request } from '../request';
import { FakeServer } from './server';

test('parts of the address are escaped', async () => {
  const server = new FakeServer(() => [200, { ok: true }]);
  await request(server.settings, 'GET', ['clusters', 'a/../b c', 'logs'], undefined, {
    tail: '5'
  });
  expect(server.asked[0].path).toBe('clusters/a%2F..%2Fb%20c/logs?tail=5');
});

test('an answer without content is undefined', async () => {
  const server = new FakeServer(() => [204, undefined]);
  await expect(
    request(server.settings, 'DELETE', ['deployments', 'x'])
  ).resolves.toBeUndefined();
});

test('an error keeps its type, message and refusals', async () => {
  const refusal = { cell: 1, line: 2, name: 'x', reason: 'why', fix: 'how' };
  const server = new FakeServer(() => [
    422,
    { error: 'CompileRefusedError', message: 'no', refused: [refusal] }
  ]);
  const error = await request(server.settings, 'POST', ['deploy'], {}).catch(e => e);
  expect(error).toBeInstanceOf(PipelineError);
  expect(error).toMatchObject({
    message: 'no',
    kind: 'CompileRefusedError',
    status: 422,
    refusals: [refusal]
  });
});

test.each([
  [502, '<html>Bad gateway</html>', 'The Jupyter server answers with status 502.'],
  [502, 'upstream is down', 'upstream is down'],
  [502, '', 'The Jupyter server answers with status 502.'],
  [404, '<html>Not found</html>', 'no server extension of Jupyter Pipeline'],
  [403, '{"message": "Forbidden"}', 'Reload the page']
])('an error %i of another origin is readable: %s', async (status, body, message) => {
  const server = new FakeServer(() => [status, body]);
  await expect(request(server.settings, 'GET', ['clusters'])).rejects.toThrow(message);
});

test('a server that does not answer is named', async () => {
  const server = new FakeServer(() => {
    throw new TypeError('Failed to fetch');
  });
  await expect(request(server.settings, 'GET', ['clusters'])).rejects.toMatchObject({
    message: 'The Jupyter server does not answer.',
    kind: 'NetworkError'
  });
});
