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
  ['<html>Bad gateway</html>', '<html>Bad gateway</html>'],
  ['', 'The Jupyter server answered 502.']
])('an error that is not ours is shown as far as it goes', async (body, message) => {
  const server = new FakeServer(() => [502, body]);
  await expect(request(server.settings, 'GET', ['clusters'])).rejects.toThrow(message);
});
